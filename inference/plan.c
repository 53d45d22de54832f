/* Planning: which operations are needed, what can be computed ahead, which results are
   only views of others, which function can follow a product at once, and where
   everything lies. */
#include "inference/plan.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

enum where { NOWHERE, CONSTANT, MEMORY };

struct place {
    enum where where;
    uint32_t block;          /* MEMORY */
    int64_t offset;          /* MEMORY: in numbers, from the block's begin */
    struct al_view view;     /* CONSTANT: with its data */
};

struct folded {
    struct folded *next;
    void *data;
};

struct al_plan {
    struct al_ops *ops;
    struct al_arena *arena;
    const struct al_engine *engine;
    struct al_step *steps;
    uint32_t step_count;
    size_t step_room;
    void *memory;
    uint64_t memory_bytes, folded_bytes, most_bytes;
    struct folded *folded;
    struct al_view *inputs, *outputs;
};

/* A view whose address is known once memory has been given out. */
struct bound {
    struct al_view *view;
    uint32_t block;
    int64_t offset;
};

/* What is only needed while planning. */
struct planner {
    struct al_plan *p;
    struct al_run *run;
    struct place *places;    /* of operands */
    bool *needed;            /* operations */
    bool *followed;          /* operations that are done with a product before them */
    uint32_t *root;          /* of each operand: the one whose memory it shares by being a view */
    uint32_t *last_use;      /* of each root: the last operation that reads it */
    uint32_t *uses;          /* of each operand; 2 more for outputs: never fused away */
    uint32_t *user;          /* of each operand: the last operation that reads it */
    struct al_block *blocks;
    uint32_t block_count;
    size_t block_room;
    struct bound *bounds;
    uint32_t bound_count;
    size_t bound_room;
};

static bool no_memory(struct planner *n)
{
    al_fail(n->run->err, AL_NO_MEMORY, 0, "planning the computation needs more memory than there is");
    return false;
}

static bool too_large(struct planner *n)
{
    al_fail(n->run->err, AL_LIMIT, 0, "the computation needs more memory than the policy's limit activation_bytes");
    return false;
}

static bool is_view(enum al_operator op)
{
    return al_kernel_of(op) == NULL;
}

/* Elementwise kernels may write over an input: each number is read before it is written. */
static bool is_elementwise(enum al_operator op)
{
    al_kernel *k = al_kernel_of(op);
    return k == al_kernel_unary || k == al_kernel_binary || k == al_kernel_compare || k == al_kernel_logical ||
           k == al_kernel_not || k == al_kernel_where || k == al_kernel_cast;
}

/* Kernels that write their result in any order of axes: it then lies as the input does,
   so that channels stay where the model has them. */
static bool keeps_layout(enum al_operator op)
{
    al_kernel *k = al_kernel_of(op);
    return is_elementwise(op) || k == al_kernel_conv || k == al_kernel_conv_transpose || k == al_kernel_pool ||
           k == al_kernel_pad || k == al_kernel_concat;
}

static bool is_product(enum al_operator op)
{
    return op == AL_OP_CONV || op == AL_OP_GEMM || op == AL_OP_MATMUL || op == AL_OP_CONV_TRANSPOSE;
}

static void find_uses(struct planner *n)
{
    const struct al_ops *g = n->p->ops;
    for (uint32_t i = 0; i < g->output_count; i++) {
        n->uses[g->outputs[i]] += 2;
        if (g->operands[g->outputs[i]].producer != AL_NONE_INDEX)
            n->needed[g->operands[g->outputs[i]].producer] = true;
    }
    for (uint32_t i = g->operation_count; i-- > 0;) {
        const struct al_operation *o = &g->operations[i];
        for (uint32_t k = 0; n->needed[i] && k < o->in_count; k++) {
            if (o->in[k] == AL_NONE_INDEX)
                continue;
            n->user[o->in[k]] = n->uses[o->in[k]]++ == 0 ? i : n->user[o->in[k]];
            if (g->operands[o->in[k]].producer != AL_NONE_INDEX)
                n->needed[g->operands[o->in[k]].producer] = true;
        }
    }
    for (uint32_t i = 0; i < g->operand_count; i++)
        n->root[i] = i;
    for (uint32_t i = 0; i < g->operation_count; i++) {
        const struct al_operation *o = &g->operations[i];
        if (!n->needed[i])
            continue;
        if (is_view(o->operator_))
            n->root[o->out[0]] = n->root[o->in[0]];
        for (uint32_t k = 0; k < o->in_count; k++)
            if (o->in[k] != AL_NONE_INDEX)
                n->last_use[n->root[o->in[k]]] = i;
    }
    for (uint32_t i = 0; i < g->output_count; i++)
        n->last_use[n->root[g->outputs[i]]] = UINT32_MAX;
}

static bool place_new(struct planner *n, const struct al_operand *o, const struct al_view *like, struct place *at)
{
    uint64_t bytes;
    if (!al_operand_bytes(o, &bytes) || bytes > n->p->most_bytes)
        return too_large(n);
    struct al_block *grown = al_arena_grow(n->p->arena, n->blocks, n->block_count, &n->block_room, sizeof *grown);
    if (grown == NULL)
        return no_memory(n);
    n->blocks = grown;
    bytes = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    grown[n->block_count] = (struct al_block){bytes, n->p->step_count, n->p->step_count, 0};
    *at = (struct place){.where = MEMORY, .block = n->block_count++, .view = {.dtype = o->dtype, .shape = o->shape}};
    if (like != NULL)
        al_view_lay_like(&at->view, like);
    else
        al_view_pack(&at->view);
    return true;
}

/* Says that `view` is what lies at `at`, for the step about to be added. */
static bool bind(struct planner *n, const struct place *at, struct al_view *view)
{
    *view = at->view;
    if (at->where != MEMORY)
        return true;
    struct bound *grown = al_arena_grow(n->p->arena, n->bounds, n->bound_count, &n->bound_room, sizeof *grown);
    if (grown == NULL)
        return no_memory(n);
    n->bounds = grown;
    grown[n->bound_count++] = (struct bound){view, at->block, at->offset};
    n->blocks[at->block].last = n->p->step_count;
    return true;
}

/* `in` may hold NULL. The results of `o`, or of `then` after it, are at `out`. */
static bool add_step(struct planner *n, const struct al_operation *o, const struct al_operation *then,
                     const struct place *const *in, uint32_t in_count, const struct place *const *out,
                     uint32_t out_count)
{
    struct al_plan *p = n->p;
    struct al_step *grown = al_arena_grow(p->arena, p->steps, p->step_count, &p->step_room, sizeof *grown);
    struct al_view *from = al_arena_alloc(p->arena, in_count, sizeof *from);
    struct al_view *to = al_arena_alloc(p->arena, out_count, sizeof *to);
    if (grown == NULL || from == NULL || to == NULL)
        return no_memory(n);
    p->steps = grown;
    struct al_step *s = &grown[p->step_count];
    *s = (struct al_step){.operation = o, .in_count = in_count, .out_count = out_count, .in = from, .out = to,
                          .then = then, .engine = p->engine};
    for (uint32_t i = 0; i < in_count; i++) {
        s->constant |= in[i] != NULL && in[i]->where == CONSTANT && i < 32 ? 1U << i : 0;
        if (in[i] != NULL && !bind(n, in[i], &from[i]))
            return false;
    }
    for (uint32_t i = 0; i < out_count; i++)
        if (!bind(n, out[i], &to[i]))
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

static void *fold_memory(struct planner *n, uint64_t bytes)
{
    struct folded *f = calloc(1, sizeof *f);
    if (f == NULL)
        return no_memory(n), NULL;
    f->next = n->p->folded;
    n->p->folded = f;
    n->p->folded_bytes += bytes;
    if (n->p->folded_bytes > n->p->most_bytes)
        return too_large(n), NULL;
    f->data = aligned_alloc(ALIGNMENT, (bytes / ALIGNMENT + 1) * ALIGNMENT);
    if (f->data == NULL)
        no_memory(n);
    return f->data;
}

static bool fold_place(struct planner *n, const struct al_operand *o, struct place *at)
{
    uint64_t bytes;
    if (!al_operand_bytes(o, &bytes) || bytes > n->p->most_bytes)
        return too_large(n);
    *at = (struct place){.where = CONSTANT, .view = {.dtype = o->dtype, .shape = o->shape}};
    al_view_pack(&at->view);
    at->view.data = fold_memory(n, bytes);
    return at->view.data != NULL;
}

/* A dense copy of what lies at `from`, row-major or (`in_order`) with its axes as they lie;
   made at once when it is constant. */
static bool copy(struct planner *n, const struct al_operand *o, const struct place *from, bool in_order,
                 struct place *to)
{
    static const struct al_attributes none;
    static const struct al_operation identity = {.operator_ = AL_OP_IDENTITY, .attributes = &none};
    if (from->where == CONSTANT) {
        if (!fold_place(n, o, to))
            return false;
        al_view_copy(&from->view, &to->view);
        return true;
    }
    return place_new(n, o, in_order ? &from->view : NULL, to) &&
           add_step(n, &identity, NULL, (const struct place *const[]){from}, 1, (const struct place *const[]){to}, 1);
}

static bool place_view(struct planner *n, const struct al_operation *o)
{
    struct place from = n->places[o->in[0]];
    struct al_view view;
    int64_t offset = 0;
    switch ((unsigned)o->operator_) {
    case AL_OP_TRANSPOSE: view = transposed(&from.view, o->attributes); break;
    case AL_OP_SLICE: view = sliced(&from.view, o->attributes, &offset); break;
    case AL_OP_EXPAND: view = expanded(&from.view, &o->attributes->shape); break;
    default:
        if (al_view_reshape(&from.view, &o->attributes->shape, &view))
            break;
        if (!copy(n, &n->p->ops->operands[o->in[0]], &n->places[o->in[0]], false, &from) ||
            !al_view_reshape(&from.view, &o->attributes->shape, &view))
            return false;
    }
    struct place *at = &n->places[o->out[0]];
    *at = from;
    at->view = view;
    if (from.where == MEMORY)
        at->offset += offset;
    else
        at->view.data = (char *)from.view.data + offset * (int64_t)al_element_size(view.dtype);
    return true;
}

static bool fold(struct planner *n, const struct al_operation *o)
{
    struct al_step s = {.operation = o, .in_count = o->in_count, .out_count = o->out_count};
    s.in = al_arena_alloc(n->p->arena, o->in_count, sizeof *s.in);
    s.out = al_arena_alloc(n->p->arena, o->out_count, sizeof *s.out);
    if (s.in == NULL || s.out == NULL)
        return no_memory(n);
    for (uint32_t i = 0; i < o->in_count; i++)
        if (o->in[i] != AL_NONE_INDEX)
            s.in[i] = n->places[o->in[i]].view;
    for (uint32_t i = 0; i < o->out_count; i++) {
        if (!fold_place(n, &n->p->ops->operands[o->out[i]], &n->places[o->out[i]]))
            return false;
        s.out[i] = n->places[o->out[i]].view;
    }
    return al_step_run(n->run, &s);
}

static bool same_view(const struct al_view *a, const struct al_view *b)
{
    if (!al_shape_equal(&a->shape, &b->shape))
        return false;
    for (uint32_t i = 0; i < a->shape.rank; i++)
        if (a->shape.dim[i] != 1 && a->stride[i] != b->stride[i])
            return false;
    return true;
}

/* True when the result may be written over input `k`: nobody needs that any more, it fills
   its block, and no other input reads the block in another way. */
static bool may_overwrite(const struct planner *n, uint32_t operation, const struct al_operation *o, uint32_t k)
{
    const struct place *at = &n->places[o->in[k]];
    const struct al_operand *out = &n->p->ops->operands[o->out[0]];
    uint64_t bytes;
    struct al_view dense = at->view;
    al_view_lay_like(&dense, &at->view);
    if (at->where != MEMORY || at->offset != 0 || n->last_use[n->root[o->in[k]]] != operation ||
        !al_shape_equal(&at->view.shape, &out->shape) || !same_view(&dense, &at->view) ||
        al_element_size(at->view.dtype) != al_element_size(out->dtype) || !al_operand_bytes(out, &bytes) ||
        n->blocks[at->block].bytes - bytes >= ALIGNMENT)
        return false;
    for (uint32_t i = 0; i < o->in_count; i++) {
        const struct place *other = &n->places[o->in[i]];
        if (other->where == MEMORY && other->block == at->block &&
            (other->offset != 0 || !same_view(&other->view, &at->view)))
            return false;
    }
    return true;
}

static bool place_result(struct planner *n, uint32_t operation, const struct al_operation *o, uint32_t output)
{
    const struct al_operand *out = &n->p->ops->operands[output];
    const struct al_view *like = NULL;
    for (uint32_t k = 0; is_elementwise(o->operator_) && k < o->in_count; k++)
        if (may_overwrite(n, operation, o, k)) {
            n->places[output] = n->places[o->in[k]];
            n->places[output].view.dtype = out->dtype;
            return true;
        }
    for (uint32_t k = 0; keeps_layout(o->operator_) && like == NULL && k < o->in_count; k++)
        if (o->in[k] != AL_NONE_INDEX && n->places[o->in[k]].where == MEMORY &&
            n->places[o->in[k]].view.shape.rank == out->shape.rank)
            like = &n->places[o->in[k]].view;
    return place_new(n, out, like, &n->places[output]);
}

/* Images that lie in no dense order, and matrices of which no axis is contiguous, are slow
   to read many times: a copy is read once. */
static bool worth_copying(const struct al_operation *o, uint32_t k, const struct place *at)
{
    const struct al_view *v = &at->view;
    const uint32_t rank = v->shape.rank;
    if (at->where != MEMORY)
        return false;
    if (o->operator_ == AL_OP_MATMUL || o->operator_ == AL_OP_GEMM)
        return k < 2 && rank >= 2 && v->stride[rank - 1] != 1 && v->stride[rank - 2] != 1 &&
            v->shape.dim[rank - 1] != 1 && v->shape.dim[rank - 2] != 1;
    if (k != 0 || al_operator_row(o->operator_)->rule < AL_RULE_CONV ||
        al_operator_row(o->operator_)->rule > AL_RULE_POOL)
        return false;
    struct al_view dense = *v;
    al_view_lay_like(&dense, v);
    return !same_view(&dense, v);
}

/* The function that is applied to nothing but this product, directly or through views, and
   so can be done with it; UINT32_MAX where there is none. */
static uint32_t follower(const struct planner *n, uint32_t operation)
{
    const struct al_ops *g = n->p->ops;
    const struct al_operation *o = &g->operations[operation];
    uint32_t at = operation;
    if (!is_product(o->operator_) || o->round != AL_DTYPE_NONE)
        return UINT32_MAX;
    do {
        if (n->uses[g->operations[at].out[0]] != 1)
            return UINT32_MAX;
        at = n->user[g->operations[at].out[0]];
    } while (is_view(g->operations[at].operator_));
    const struct al_operation *then = &g->operations[at];
    const bool fits = al_kernel_of(then->operator_) == al_kernel_unary && then->operator_ != AL_OP_IDENTITY &&
                      then->round == AL_DTYPE_NONE;
    return fits ? at : UINT32_MAX;
}

static bool place_operation(struct planner *n, uint32_t i)
{
    const struct al_ops *g = n->p->ops;
    const struct al_operation *o = &g->operations[i];
    bool constant = true;
    if (n->followed[i]) { /* its product has done it */
        n->places[o->out[0]] = n->places[o->in[0]];
        return true;
    }
    for (uint32_t k = 0; k < o->in_count; k++)
        constant = constant && (o->in[k] == AL_NONE_INDEX || n->places[o->in[k]].where == CONSTANT);
    if (is_view(o->operator_))
        return place_view(n, o);
    if (constant && o->operator_ != AL_OP_SCAN)
        return fold(n, o);
    const uint32_t then = follower(n, i);
    const struct place **in = al_arena_alloc(n->p->arena, o->in_count, sizeof *in);
    const struct place **out = al_arena_alloc(n->p->arena, o->out_count, sizeof *out);
    if (in == NULL || out == NULL)
        return no_memory(n);
    for (uint32_t k = 0; k < o->in_count; k++) {
        in[k] = o->in[k] == AL_NONE_INDEX ? NULL : &n->places[o->in[k]];
        if (in[k] == NULL || !worth_copying(o, k, in[k]))
            continue;
        struct place *copied = al_arena_alloc(n->p->arena, 1, sizeof *copied);
        if (copied == NULL || !copy(n, &g->operands[o->in[k]], in[k], true, copied))
            return copied == NULL && no_memory(n);
        in[k] = copied;
    }
    for (uint32_t k = 0; k < o->out_count; k++) {
        if (!place_result(n, i, o, o->out[k]))
            return false;
        out[k] = &n->places[o->out[k]];
    }
    if (then != UINT32_MAX)
        n->followed[then] = true;
    return add_step(n, o, then != UINT32_MAX ? &g->operations[then] : NULL, in, o->in_count, out, o->out_count);
}

static bool place_ends(struct planner *n)
{
    struct al_plan *p = n->p;
    for (uint32_t i = 0; i < p->ops->input_count; i++)
        if (!place_new(n, &p->ops->operands[p->ops->inputs[i]], NULL, &n->places[p->ops->inputs[i]]) ||
            !bind(n, &n->places[p->ops->inputs[i]], &p->inputs[i]))
            return false;
    for (uint32_t i = 0; i < p->ops->operand_count; i++) {
        const struct al_operand *o = &p->ops->operands[i];
        if (o->data == NULL)
            continue;
        struct place *at = &n->places[i];
        *at = (struct place){.where = CONSTANT, .view = {.dtype = o->dtype, .shape = o->shape}};
        /* never written to: a kernel writes to out[] only */
        memcpy(&at->view.data, &o->data, sizeof at->view.data);
        al_view_pack(&at->view);
    }
    return true;
}

static bool give_memory(struct planner *n)
{
    struct al_plan *p = n->p;
    uint64_t total;
    if (!al_blocks_place(n->blocks, n->block_count, &p->memory_bytes) ||
        !al_add_u64(p->memory_bytes, p->folded_bytes, &total) || total > p->most_bytes)
        return too_large(n);
    p->memory = aligned_alloc(ALIGNMENT, p->memory_bytes + ALIGNMENT);
    if (p->memory == NULL)
        return no_memory(n);
    memset(p->memory, 0, p->memory_bytes);
    for (uint32_t i = 0; i < n->bound_count; i++) {
        const struct bound *b = &n->bounds[i];
        b->view->data = (char *)p->memory + n->blocks[b->block].offset +
                        b->offset * (int64_t)al_element_size(b->view->dtype);
    }
    for (uint32_t i = 0; p->engine != NULL && i < p->step_count; i++) {
        struct al_step *s = &p->steps[i];
        s->prepared = s->engine->prepare(s, &s->followed);
        if (s->prepared == NULL && s->engine != &al_engine_builtin) {
            s->engine = &al_engine_builtin;
            s->prepared = s->engine->prepare(s, &s->followed);
        }
    }
    return true;
}

static bool plan(struct planner *n)
{
    struct al_plan *p = n->p;
    const struct al_ops *g = p->ops;
    n->places = al_arena_alloc(p->arena, g->operand_count, sizeof *n->places);
    n->needed = al_arena_alloc(p->arena, g->operation_count, sizeof *n->needed);
    n->followed = al_arena_alloc(p->arena, g->operation_count, sizeof *n->followed);
    n->root = al_arena_alloc(p->arena, g->operand_count, sizeof *n->root);
    n->last_use = al_arena_alloc(p->arena, g->operand_count, sizeof *n->last_use);
    n->uses = al_arena_alloc(p->arena, g->operand_count, sizeof *n->uses);
    n->user = al_arena_alloc(p->arena, g->operand_count, sizeof *n->user);
    p->inputs = al_arena_alloc(p->arena, g->input_count, sizeof *p->inputs);
    p->outputs = al_arena_alloc(p->arena, g->output_count, sizeof *p->outputs);
    if (n->places == NULL || n->needed == NULL || n->followed == NULL || n->root == NULL || n->last_use == NULL ||
        n->uses == NULL || n->user == NULL || p->inputs == NULL || p->outputs == NULL)
        return no_memory(n);
    find_uses(n);
    if (!place_ends(n))
        return false;
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (n->needed[i] && !place_operation(n, i))
            return false;
    for (uint32_t i = 0; i < g->output_count; i++)
        if (!bind(n, &n->places[g->outputs[i]], &p->outputs[i]))
            return false;
    return give_memory(n);
}

enum al_status al_plan_new_take(struct al_plan **out, struct al_ops *ops, const struct al_engine *engine,
                                uint64_t most_bytes, struct al_run *run)
{
    *out = NULL;
    struct al_plan *p = calloc(1, sizeof *p);
    struct al_arena *arena = al_arena_new((size_t)2 << 30);
    if (p == NULL || arena == NULL) {
        free(p);
        al_arena_free(arena);
        al_ops_free(ops);
        return al_fail(run->err, AL_NO_MEMORY, 0, "planning the computation needs more memory than there is");
    }
    p->ops = ops;
    p->arena = arena;
    p->engine = engine;
    p->most_bytes = most_bytes;
    struct planner n = {.p = p, .run = run};
    if (!plan(&n)) {
        al_plan_free(p);
        return run->err->code;
    }
    *out = p;
    return AL_OK;
}

void al_plan_free(struct al_plan *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; i < p->step_count; i++) {
        if (p->steps[i].prepared != NULL)
            p->steps[i].engine->release(p->steps[i].prepared);
        al_plan_free(p->steps[i].body);
    }
    while (p->folded != NULL) {
        struct folded *f = p->folded;
        p->folded = f->next;
        free(f->data);
        free(f);
    }
    free(p->memory);
    al_ops_free(p->ops);
    al_arena_free(p->arena);
    free(p);
}

const struct al_view *al_plan_input(const struct al_plan *p, uint32_t index)
{
    return &p->inputs[index];
}

const struct al_view *al_plan_output(const struct al_plan *p, uint32_t index)
{
    return &p->outputs[index];
}

uint64_t al_plan_bytes(const struct al_plan *p)
{
    return p->memory_bytes + p->folded_bytes;
}

uint32_t al_plan_prepared(const struct al_plan *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->step_count; i++)
        count += p->steps[i].prepared != NULL;
    return count;
}

bool al_plan_run(struct al_plan *p, struct al_run *run)
{
    for (uint32_t i = 0; i < p->step_count; i++)
        if (!al_step_run(run, &p->steps[i]))
            return false;
    return true;
}
