/* Layers that join several tensors (keras/src/layers/merging), and what becomes of
   their masks. */
#include "inference/families/families.h"

/* A tensor of fewer axes than the widest gets axes of length 1 behind the batch. */
static uint32_t widened(struct al_lowering *l, uint32_t x, uint32_t rank)
{
    while (x != AL_NONE_INDEX && al_emit_shape(l, x)->rank < rank)
        x = al_emit_insert_axis(l, x, 1);
    return x;
}

static uint32_t widest(const struct al_lowering *l)
{
    uint32_t rank = 0;
    for (uint32_t i = 0; i < l->in_count; i++)
        rank = l->site.in[i].rank > rank ? l->site.in[i].rank : rank;
    return rank;
}

/* Since Keras 3.4: masked where every input is masked, none if one input has no mask.
   Before: masked where any is, inputs without a mask left out. */
static uint32_t joined_mask(struct al_lowering *l)
{
    const bool old = al_model_before(l->site.model, 3, 4);
    uint32_t r = AL_NONE_INDEX;
    for (uint32_t i = 0; i < l->in_count; i++) {
        const uint32_t mask = l->in[i].mask;
        if (mask == AL_NONE_INDEX && old)
            continue;
        if (mask == AL_NONE_INDEX)
            return mask;
        r = r == AL_NONE_INDEX ? mask : al_emit_binary(l, old ? AL_OP_AND : AL_OP_OR, r, mask);
    }
    return r;
}

static uint32_t joined(struct al_lowering *l, enum al_operator op)
{
    const uint32_t rank = widest(l);
    uint32_t y = widened(l, l->in[0].operand, rank);
    for (uint32_t i = 1; i < l->in_count; i++) {
        uint32_t x = widened(l, l->in[i].operand, rank);
        al_emit_promote(l, &y, &x);
        y = al_emit_binary(l, op, y, x);
    }
    return y;
}

void al_lower_add(struct al_lowering *l)
{
    al_lower_result_masked(l, joined(l, AL_OP_ADD), joined_mask(l));
}

void al_lower_subtract(struct al_lowering *l)
{
    al_lower_result_masked(l, joined(l, AL_OP_SUB), joined_mask(l));
}

void al_lower_average(struct al_lowering *l)
{
    const uint32_t y = al_emit_with_number(l, AL_OP_DIV, joined(l, AL_OP_ADD), l->in_count);
    al_lower_result_masked(l, y, joined_mask(l));
}

/* Since 3.4 Keras lets a masked step take the other side's number, there being none that changes
   nothing (base_merge.py, _apply_merge_op_and_or_mask). */
static void extreme(struct al_lowering *l, enum al_operator op)
{
    const uint32_t rank = widest(l);
    const bool old = al_model_before(l->site.model, 3, 4);
    uint32_t y = AL_NONE_INDEX, seen = AL_NONE_INDEX;
    for (uint32_t i = 0; i < l->in_count && !old; i++) {
        uint32_t x = widened(l, l->in[i].operand, rank), mask = l->in[i].mask;
        if (mask != AL_NONE_INDEX)
            mask = al_emit_insert_axis(l, mask, al_emit_shape(l, mask)->rank);
        if (i == 0) {
            y = x;
            seen = mask;
            continue;
        }
        al_emit_promote(l, &y, &x);
        x = mask == AL_NONE_INDEX ? x : al_emit_where(l, mask, x, y);
        y = seen == AL_NONE_INDEX ? y : al_emit_where(l, seen, y, x);
        seen = mask == AL_NONE_INDEX || seen == AL_NONE_INDEX ? AL_NONE_INDEX
            : al_emit_binary(l, AL_OP_OR, seen, mask);
        y = al_emit_binary(l, op, y, x);
    }
    al_lower_result_masked(l, old ? joined(l, op) : y, joined_mask(l));
}

void al_lower_maximum(struct al_lowering *l)
{
    extreme(l, AL_OP_MAX);
}

void al_lower_minimum(struct al_lowering *l)
{
    extreme(l, AL_OP_MIN);
}

/* Since 3.4 Keras takes masked steps as ones, and gives zeros where every input is masked. */
void al_lower_multiply(struct al_lowering *l)
{
    bool all = !al_model_before(l->site.model, 3, 4);
    if (!all) {
        al_lower_result_masked(l, joined(l, AL_OP_MUL), joined_mask(l));
        return;
    }
    const uint32_t rank = widest(l);
    uint32_t y = AL_NONE_INDEX, any = AL_NONE_INDEX;
    for (uint32_t i = 0; i < l->in_count; i++) {
        uint32_t x = widened(l, l->in[i].operand, rank), mask = l->in[i].mask;
        if (mask != AL_NONE_INDEX) {
            mask = al_emit_insert_axis(l, mask, al_emit_shape(l, mask)->rank);
            x = al_emit_where(l, mask, x, al_emit_number(l, al_emit_dtype(l, x), 1));
            any = any == AL_NONE_INDEX ? mask : al_emit_binary(l, AL_OP_OR, any, mask);
        }
        all = all && mask != AL_NONE_INDEX;
        if (y != AL_NONE_INDEX)
            al_emit_promote(l, &y, &x);
        y = i == 0 ? x : al_emit_binary(l, AL_OP_MUL, y, x);
    }
    if (!all) {
        al_lower_result_masked(l, y, AL_NONE_INDEX);
        return;
    }
    y = al_emit_where(l, any, y, al_emit_number(l, al_emit_dtype(l, y), 0));
    al_lower_result_masked(l, y, al_emit_drop_axis(l, any, al_emit_shape(l, any)->rank - 1));
}

/* ---- Concatenate ---- */

/* One input's mask in the shape of the input, or with a last axis of 1; ones where it has none. */
static uint32_t mask_like(struct al_lowering *l, uint32_t i, bool whole)
{
    const struct al_shape shape = l->site.in[i];
    uint32_t mask = l->in[i].mask;
    if (mask == AL_NONE_INDEX)
        return al_emit_expand(l, al_emit_number(l, AL_BOOL, 1), &shape);
    if (al_emit_shape(l, mask)->rank >= shape.rank)
        return mask;
    mask = al_emit_insert_axis(l, mask, al_emit_shape(l, mask)->rank);
    return whole ? al_emit_expand(l, mask, &shape) : mask;
}

static uint32_t concatenated_mask(struct al_lowering *l, uint32_t axis)
{
    const bool old = al_model_before(l->site.model, 3, 4);
    bool any = false;
    uint32_t *masks = al_arena_alloc(l->ops->arena, l->in_count, sizeof *masks);
    for (uint32_t i = 0; i < l->in_count; i++)
        any = any || l->in[i].mask != AL_NONE_INDEX;
    if (!any || masks == NULL)
        return AL_NONE_INDEX;
    for (uint32_t i = 0; i < l->in_count; i++)
        masks[i] = mask_like(l, i, !old || axis + 1 != l->site.in[i].rank);
    const uint32_t all = al_emit_concat(l, masks, l->in_count, axis), last = l->site.in[0].rank - 1;
    return al_emit_reduce(l, old ? AL_OP_REDUCE_MIN : AL_OP_REDUCE_MAX, all, &last, 1, false);
}

void al_lower_concatenate(struct al_lowering *l)
{
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank);
    uint32_t *in = al_arena_alloc(l->ops->arena, l->in_count, sizeof *in);
    if (in == NULL || l->failed) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    for (uint32_t i = 0; i < l->in_count; i++) {
        in[i] = l->in[i].operand;
        al_emit_promote(l, &in[0], &in[i]);
    }
    for (uint32_t i = 1; i < l->in_count; i++)
        al_emit_promote(l, &in[0], &in[i]);
    al_lower_result_masked(l, al_emit_concat(l, in, l->in_count, axis), concatenated_mask(l, axis));
}

/* ---- Dot ---- */

/* x / max(‖x‖, ε) along an axis. Keras 3: ops.normalize, ε = 1e-7; Keras 2: l2_normalize, whose ε = 1e-12
   bounds the square. */
static uint32_t normalized(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    const bool keras2 = al_model_is_keras2(l->site.model);
    uint32_t norm;
    if (keras2) {
        norm = al_emit_reduce(l, AL_OP_REDUCE_SUM_SQUARE, x, &axis, 1, true);
        norm = al_emit_unary(l, AL_OP_SQRT, al_emit_with_number(l, AL_OP_MAX, norm, 1e-12));
    } else {
        norm = al_emit_with_number(l, AL_OP_MAX, al_emit_reduce(l, AL_OP_REDUCE_L2, x, &axis, 1, true), 1e-7);
    }
    return al_emit_binary(l, AL_OP_DIV, x, norm);
}

/* (batch, others…, contracted) as (batch, others, contracted), or with the last two turned. */
static uint32_t matrix(struct al_lowering *l, uint32_t x, uint32_t axis, bool contracted_first)
{
    const uint32_t rank = al_emit_shape(l, x)->rank;
    x = al_emit_move_axis(l, x, axis, rank - 1);
    const struct al_shape *s = al_emit_shape(l, x);
    uint64_t others;
    if (x == AL_NONE_INDEX || !al_shape_count(s, 1, rank - 1, &others))
        return AL_NONE_INDEX;
    const struct al_shape merged = {3, {s->dim[0], (int64_t)others, s->dim[rank - 1]}};
    x = al_emit_reshape(l, x, &merged);
    return contracted_first ? al_emit_move_axis(l, x, 2, 1) : x;
}

void al_lower_dot(struct al_lowering *l)
{
    const struct al_value *axes = al_param_of(&l->site, "axes");
    uint32_t x[2], axis[2];
    for (uint32_t i = 0; i < 2; i++) {
        x[i] = l->in[i].operand;
        axis[i] = al_emit_axis(l, axes->integers[axes->count == 2 ? i : 0], l->site.in[i].rank);
        if (l->failed)
            return;
        if (al_param_bool(&l->site, "normalize"))
            x[i] = normalized(l, x[i], axis[i]);
    }
    struct al_shape out = {1, {l->site.in[0].dim[0]}};
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t k = 1; k < l->site.in[i].rank; k++)
            if (k != axis[i] && out.rank < AL_MAX_RANK)
                out.dim[out.rank++] = l->site.in[i].dim[k];
    if (out.rank == 1)
        out.dim[out.rank++] = 1;
    const uint32_t y = al_emit_matmul(l, matrix(l, x[0], axis[0], false), matrix(l, x[1], axis[1], true));
    al_lower_result(l, al_emit_reshape(l, y, &out));
}
