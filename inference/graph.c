/* Building the operation graph: operands and operations are only ever added. */
#include "inference/graph.h"

#include "base/checked.h"
#include "inference/kernels/kernels.h"

#include <string.h>

#define AL_OPERATOR(SYMBOL, name, in_min, in_max, outs, rule, kernel) {name, in_min, in_max, outs, rule},
static const struct al_operator_row rows[AL_OP_COUNT] = {
#include "inference/operators.def"
};
#undef AL_OPERATOR

#define AL_OPERATOR(SYMBOL, name, in_min, in_max, outs, rule, kernel) kernel,
static al_kernel *const kernels[AL_OP_COUNT] = {
#include "inference/operators.def"
};
#undef AL_OPERATOR

const struct al_operator_row *al_operator_row(enum al_operator op)
{
    return &rows[op];
}

al_kernel *al_kernel_of(enum al_operator op)
{
    return kernels[op];
}

enum al_operator al_operator_by_name(struct al_text name)
{
    for (uint32_t i = 0; i < AL_OP_COUNT; i++)
        if (al_text_is(name, rows[i].name))
            return (enum al_operator)i;
    return AL_OP_COUNT;
}

bool al_operand_bytes(const struct al_operand *o, uint64_t *bytes)
{
    uint64_t count;
    return al_shape_count(&o->shape, 0, o->shape.rank, &count) &&
           al_mul_u64(count, al_element_size(o->dtype), bytes);
}

struct al_ops *al_ops_new(uint64_t most_bytes)
{
    /* what describes the graph, not its numbers: a few hundred bytes an operation */
    struct al_arena *arena = al_arena_new((size_t)2 << 30);
    if (arena == NULL)
        return NULL;
    struct al_ops *g = al_arena_alloc(arena, 1, sizeof *g);
    if (g == NULL) {
        al_arena_free(arena);
        return NULL;
    }
    g->arena = arena;
    g->most_bytes = most_bytes;
    return g;
}

void al_ops_free(struct al_ops *g)
{
    if (g != NULL && !g->inside)
        al_arena_free(g->arena);
}

struct al_ops *al_ops_new_inside(struct al_ops *outer)
{
    struct al_ops *g = al_arena_alloc(outer->arena, 1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->arena = outer->arena;
    g->inside = true;
    g->most_bytes = outer->most_bytes;
    return g;
}

static uint32_t no_memory(struct al_error *err)
{
    al_fail(err, AL_NO_MEMORY, 0, "the operation graph needs more memory than there is");
    return AL_NONE_INDEX;
}

static uint32_t add_operand(struct al_ops *g, const struct al_operand *o, struct al_error *err)
{
    uint64_t bytes;
    if (!al_operand_bytes(o, &bytes) || bytes > g->most_bytes) {
        al_fail(err, AL_LIMIT, 0, "a tensor of the computation exceeds the policy's limit activation_bytes");
        return AL_NONE_INDEX;
    }
    struct al_operand *grown =
        al_arena_grow(g->arena, g->operands, g->operand_count, &g->operand_room, sizeof *grown);
    if (grown == NULL)
        return no_memory(err);
    g->operands = grown;
    grown[g->operand_count] = *o;
    return g->operand_count++;
}

uint32_t al_ops_input(struct al_ops *g, enum al_dtype dtype, const struct al_shape *shape, struct al_error *err)
{
    const struct al_operand o = {.dtype = dtype, .shape = *shape, .producer = AL_NONE_INDEX};
    uint32_t *inputs = al_arena_alloc(g->arena, g->input_count + 1, sizeof *inputs);
    if (inputs == NULL)
        return no_memory(err);
    if (g->input_count > 0)
        memcpy(inputs, g->inputs, g->input_count * sizeof *inputs);
    const uint32_t added = add_operand(g, &o, err);
    if (added != AL_NONE_INDEX) {
        inputs[g->input_count++] = added;
        g->inputs = inputs;
    }
    return added;
}

uint32_t al_ops_constant(struct al_ops *g, enum al_dtype dtype, const struct al_shape *shape, const void *data,
                         struct al_error *err)
{
    const struct al_operand o = {.dtype = dtype, .shape = *shape, .data = data, .producer = AL_NONE_INDEX};
    return add_operand(g, &o, err);
}

static bool copy_inputs(struct al_ops *g, struct al_operation *o, const uint32_t *in, uint32_t in_count,
                        const struct al_operand **given)
{
    uint32_t *copy = al_arena_alloc(g->arena, in_count, sizeof *copy);
    if (copy == NULL)
        return false;
    for (uint32_t i = 0; i < in_count; i++) {
        copy[i] = in[i];
        given[i] = in[i] == AL_NONE_INDEX ? NULL : &g->operands[in[i]];
    }
    o->in = copy;
    o->in_count = in_count;
    return true;
}

uint32_t al_ops_add(struct al_ops *g, enum al_operator op, const uint32_t *in, uint32_t in_count,
                    const struct al_attributes *attributes, enum al_dtype round, struct al_text layer,
                    struct al_error *err)
{
    static const struct al_attributes none;
    const struct al_operator_row *row = &rows[op];
    if (in_count < row->in_min || in_count > row->in_max) {
        al_fail(err, AL_INTERNAL, 0, "%s with %u inputs", row->name, in_count);
        return AL_NONE_INDEX;
    }
    const struct al_attributes *a = &none;
    if (attributes != NULL && (a = (const struct al_attributes *)al_arena_copy(g->arena, attributes,
                                                                               sizeof *attributes)) == NULL)
        return no_memory(err);
    struct al_operation o = {.operator_ = op, .attributes = a, .round = round, .layer = layer};
    o.out_count = op == AL_OP_SCAN ? a->body->state_count + a->body->output_count : row->out_count;
    const struct al_operand **given = al_arena_alloc(g->arena, in_count, sizeof *given);
    struct al_operand *results = al_arena_alloc(g->arena, o.out_count, sizeof *results);
    o.out = al_arena_alloc(g->arena, o.out_count, sizeof *o.out);
    struct al_operation *grown =
        al_arena_grow(g->arena, g->operations, g->operation_count, &g->operation_room, sizeof *grown);
    if (given == NULL || results == NULL || o.out == NULL || grown == NULL ||
        !copy_inputs(g, &o, in, in_count, given))
        return no_memory(err);
    g->operations = grown;
    if (!al_operator_infer(op, a, given, in_count, results, err))
        return AL_NONE_INDEX;
    for (uint32_t i = 0; i < o.out_count; i++) {
        results[i].producer = g->operation_count;
        results[i].data = NULL;
        if (results[i].dtype == AL_FLOAT32 && round != AL_DTYPE_NONE)
            results[i].rounded = round;
        o.out[i] = add_operand(g, &results[i], err);
        if (o.out[i] == AL_NONE_INDEX)
            return AL_NONE_INDEX;
    }
    g->operations[g->operation_count++] = o;
    return o.out[0];
}
