/* Where results lie: new memory, views of memory that is there, and what is constant and
   so computed at once. */
#include "inference/planner.h"

#include <stdlib.h>

bool al_place_new(struct al_planner *n, const struct al_operand *o, const struct al_view *like, struct al_spot *at)
{
    uint64_t bytes;
    if (!al_operand_bytes(o, &bytes) || bytes > n->p->most_bytes)
        return al_planner_too_large(n);
    struct al_block *grown = al_arena_grow(n->p->arena, n->blocks, n->block_count, &n->block_room, sizeof *grown);
    if (grown == NULL)
        return al_planner_no_memory(n);
    n->blocks = grown;
    bytes = bytes == 0 ? AL_PLAN_ALIGNMENT : (bytes + AL_PLAN_ALIGNMENT - 1) / AL_PLAN_ALIGNMENT * AL_PLAN_ALIGNMENT;
    grown[n->block_count] = (struct al_block){bytes, n->p->step_count, n->p->step_count, 0};
    *at = (struct al_spot){.where = AL_SPOT_MEMORY, .block = n->block_count++,
                           .view = {.dtype = o->dtype, .shape = o->shape}};
    if (like != NULL)
        al_view_lay_like(&at->view, like);
    else
        al_view_pack(&at->view);
    return true;
}

bool al_place_bind(struct al_planner *n, const struct al_spot *at, struct al_view *view)
{
    *view = at->view;
    if (at->where != AL_SPOT_MEMORY)
        return true;
    struct al_bound *grown = al_arena_grow(n->p->arena, n->bounds, n->bound_count, &n->bound_room, sizeof *grown);
    if (grown == NULL)
        return al_planner_no_memory(n);
    n->bounds = grown;
    grown[n->bound_count++] = (struct al_bound){view, at->block, at->offset};
    n->blocks[at->block].last = n->p->step_count;
    return true;
}

bool al_place_step(struct al_planner *n, const struct al_operation *o, const struct al_operation *then,
                     const struct al_spot *const *in, uint32_t in_count, const struct al_spot *const *out,
                     uint32_t out_count)
{
    struct al_plan *p = n->p;
    struct al_step *grown = al_arena_grow(p->arena, p->steps, p->step_count, &p->step_room, sizeof *grown);
    struct al_view *from = al_arena_alloc(p->arena, in_count, sizeof *from);
    struct al_view *to = al_arena_alloc(p->arena, out_count, sizeof *to);
    if (grown == NULL || from == NULL || to == NULL)
        return al_planner_no_memory(n);
    p->steps = grown;
    struct al_step *s = &grown[p->step_count];
    *s = (struct al_step){.operation = o, .in_count = in_count, .out_count = out_count, .in = from, .out = to,
                          .then = then, .engine = p->engine};
    for (uint32_t i = 0; i < in_count; i++) {
        s->constant |= in[i] != NULL && in[i]->where == AL_SPOT_CONSTANT && i < 32 ? 1U << i : 0;
        if (in[i] != NULL && !al_place_bind(n, in[i], &from[i]))
            return false;
    }
    for (uint32_t i = 0; i < out_count; i++)
        if (!al_place_bind(n, out[i], &to[i]))
            return false;
    p->step_count++;
    return o->operator_ != AL_OP_SCAN ||
           al_plan_new_take(&s->body, o->attributes->body->ops, p->engine, p->most_bytes, n->run) == AL_OK;
}

static struct al_view sliced(const struct al_view *v, const struct al_attributes *a, int64_t *offset)
{
    struct al_view r = *v;
    r.shape = a->shape;
    for (uint32_t i = 0; i < v->shape.rank; i++) {
        *offset += a->shape.dim[i] > 0 ? a->starts.at[i] * v->stride[i] : 0;
        r.stride[i] = v->stride[i] * a->steps.at[i];
    }
    return r;
}

static struct al_view expanded(const struct al_view *v, const struct al_shape *shape)
{
    struct al_view r = *v;
    r.shape = *shape;
    const uint32_t missing = shape->rank - v->shape.rank;
    for (uint32_t i = 0; i < shape->rank; i++)
        r.stride[i] = i < missing || v->shape.dim[i - missing] == 1 ? 0 : v->stride[i - missing];
    return r;
}

static struct al_view transposed(const struct al_view *v, const struct al_attributes *a)
{
    struct al_view r = *v;
    for (uint32_t i = 0; i < v->shape.rank; i++) {
        r.shape.dim[i] = v->shape.dim[a->axes.at[i]];
        r.stride[i] = v->stride[a->axes.at[i]];
    }
    return r;
}

static void *fold_memory(struct al_planner *n, uint64_t bytes)
{
    struct al_folded *f = calloc(1, sizeof *f);
    if (f == NULL)
        return al_planner_no_memory(n), NULL;
    f->next = n->p->folded;
    n->p->folded = f;
    n->p->folded_bytes += bytes;
    if (n->p->folded_bytes > n->p->most_bytes)
        return al_planner_too_large(n), NULL;
    f->data = aligned_alloc(AL_PLAN_ALIGNMENT, (bytes / AL_PLAN_ALIGNMENT + 1) * AL_PLAN_ALIGNMENT);
    if (f->data == NULL)
        al_planner_no_memory(n);
    return f->data;
}

static bool place_folded(struct al_planner *n, const struct al_operand *o, struct al_spot *at)
{
    uint64_t bytes;
    if (!al_operand_bytes(o, &bytes) || bytes > n->p->most_bytes)
        return al_planner_too_large(n);
    *at = (struct al_spot){.where = AL_SPOT_CONSTANT, .view = {.dtype = o->dtype, .shape = o->shape}};
    al_view_pack(&at->view);
    at->view.data = fold_memory(n, bytes);
    return at->view.data != NULL;
}

bool al_place_copy(struct al_planner *n, const struct al_operand *o, const struct al_spot *from, bool in_order,
                 struct al_spot *to)
{
    static const struct al_attributes none;
    static const struct al_operation identity = {.operator_ = AL_OP_IDENTITY, .attributes = &none};
    if (from->where == AL_SPOT_CONSTANT) {
        if (!place_folded(n, o, to))
            return false;
        al_view_copy(&from->view, &to->view);
        return true;
    }
    return al_place_new(n, o, in_order ? &from->view : NULL, to) &&
           al_place_step(n, &identity, NULL, (const struct al_spot *const[]){from}, 1,
                         (const struct al_spot *const[]){to}, 1);
}

bool al_place_view(struct al_planner *n, const struct al_operation *o)
{
    struct al_spot from = n->places[o->in[0]];
    struct al_view view;
    int64_t offset = 0;
    switch ((unsigned)o->operator_) {
    case AL_OP_TRANSPOSE: view = transposed(&from.view, o->attributes); break;
    case AL_OP_SLICE: view = sliced(&from.view, o->attributes, &offset); break;
    case AL_OP_EXPAND: view = expanded(&from.view, &o->attributes->shape); break;
    default:
        if (al_view_reshape(&from.view, &o->attributes->shape, &view))
            break;
        if (!al_place_copy(n, &n->p->ops->operands[o->in[0]], &n->places[o->in[0]], false, &from) ||
            !al_view_reshape(&from.view, &o->attributes->shape, &view))
            return false;
    }
    struct al_spot *at = &n->places[o->out[0]];
    *at = from;
    at->view = view;
    if (from.where == AL_SPOT_MEMORY)
        at->offset += offset;
    else
        at->view.data = (char *)from.view.data + offset * (int64_t)al_element_size(view.dtype);
    return true;
}

bool al_place_constant(struct al_planner *n, const struct al_operation *o)
{
    struct al_step s = {.operation = o, .in_count = o->in_count, .out_count = o->out_count};
    s.in = al_arena_alloc(n->p->arena, o->in_count, sizeof *s.in);
    s.out = al_arena_alloc(n->p->arena, o->out_count, sizeof *s.out);
    if (s.in == NULL || s.out == NULL)
        return al_planner_no_memory(n);
    for (uint32_t i = 0; i < o->in_count; i++)
        if (o->in[i] != AL_NONE_INDEX)
            s.in[i] = n->places[o->in[i]].view;
    for (uint32_t i = 0; i < o->out_count; i++) {
        if (!place_folded(n, &n->p->ops->operands[o->out[i]], &n->places[o->out[i]]))
            return false;
        s.out[i] = n->places[o->out[i]].view;
    }
    return al_step_run(n->run, &s);
}
