/* Planning: which operations are needed and how long their results; then everything is
   placed (place.c) and given its memory. And the run of what was planned. */
#include "inference/planner.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

bool al_planner_no_memory(struct al_planner *n)
{
    al_fail(n->run->err, AL_NO_MEMORY, 0, "planning the computation needs more memory than there is");
    return false;
}

bool al_planner_too_large(struct al_planner *n)
{
    al_fail(n->run->err, AL_LIMIT, 0, "the computation needs more memory than the policy's limit activation_bytes");
    return false;
}

bool al_is_view(enum al_operator op)
{
    return al_kernel_of(op) == NULL;
}

static void find_uses(struct al_planner *n)
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
        if (al_is_view(o->operator_))
            n->root[o->out[0]] = n->root[o->in[0]];
        for (uint32_t k = 0; k < o->in_count; k++)
            if (o->in[k] != AL_NONE_INDEX)
                n->last_use[n->root[o->in[k]]] = i;
    }
    for (uint32_t i = 0; i < g->output_count; i++)
        n->last_use[n->root[g->outputs[i]]] = UINT32_MAX;
}

static bool place_ends(struct al_planner *n)
{
    struct al_plan *p = n->p;
    for (uint32_t i = 0; i < p->ops->input_count; i++)
        if (!al_place_new(n, &p->ops->operands[p->ops->inputs[i]], NULL, &n->places[p->ops->inputs[i]]) ||
            !al_place_bind(n, &n->places[p->ops->inputs[i]], &p->inputs[i]))
            return false;
    for (uint32_t i = 0; i < p->ops->operand_count; i++) {
        const struct al_operand *o = &p->ops->operands[i];
        if (o->data == NULL)
            continue;
        struct al_spot *at = &n->places[i];
        *at = (struct al_spot){.where = AL_SPOT_CONSTANT, .view = {.dtype = o->dtype, .shape = o->shape}};
        /* never written to: a kernel writes to out[] only */
        memcpy(&at->view.data, &o->data, sizeof at->view.data);
        al_view_pack(&at->view);
    }
    return true;
}

static bool give_memory(struct al_planner *n)
{
    struct al_plan *p = n->p;
    uint64_t total;
    if (!al_blocks_place(n->blocks, n->block_count, &p->memory_bytes) ||
        !al_add_u64(p->memory_bytes, p->folded_bytes, &total) || total > p->most_bytes)
        return al_planner_too_large(n);
    p->memory = aligned_alloc(AL_PLAN_ALIGNMENT, p->memory_bytes + AL_PLAN_ALIGNMENT);
    if (p->memory == NULL)
        return al_planner_no_memory(n);
    memset(p->memory, 0, p->memory_bytes);
    for (uint32_t i = 0; i < n->bound_count; i++) {
        const struct al_bound *b = &n->bounds[i];
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

static bool plan(struct al_planner *n)
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
        return al_planner_no_memory(n);
    find_uses(n);
    if (!place_ends(n))
        return false;
    for (uint32_t i = 0; i < g->operation_count; i++)
        if (n->needed[i] && !al_place_operation(n, i))
            return false;
    for (uint32_t i = 0; i < g->output_count; i++)
        if (!al_place_bind(n, &n->places[g->outputs[i]], &p->outputs[i]))
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
    struct al_planner n = {.p = p, .run = run};
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
        struct al_folded *f = p->folded;
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
