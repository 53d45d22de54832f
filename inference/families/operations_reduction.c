/* Raw operations that make one number of many along axes (keras/src/ops/numpy.py, math.py). */
#include "inference/families/operations.h"

static uint32_t reduced(struct al_lowering *l, enum al_operator op, uint32_t x, bool keepdims)
{
    uint32_t axes[AL_MAX_RANK];
    const uint32_t count = al_operation_axes(l, axes);
    /* an empty list of axes reduces nothing, where the operator would reduce all */
    return count == 0 ? x : al_emit_reduce(l, op, x, axes, count, keepdims);
}

#define REDUCTION(symbol, op)                                                                                        \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        const uint32_t x = al_operation_cast(l, l->in[0].operand);                                                   \
        al_operation_result(l, reduced(l, op, x, al_param_bool(&l->site, "keepdims")));                              \
    }
REDUCTION(mean, AL_OP_REDUCE_MEAN)
REDUCTION(sum, AL_OP_REDUCE_SUM)
REDUCTION(prod, AL_OP_REDUCE_PROD)
REDUCTION(max, AL_OP_REDUCE_MAX)
REDUCTION(min, AL_OP_REDUCE_MIN)
REDUCTION(amax, AL_OP_REDUCE_MAX)
REDUCTION(amin, AL_OP_REDUCE_MIN)
REDUCTION(any, AL_OP_REDUCE_MAX)
REDUCTION(all, AL_OP_REDUCE_MIN)
REDUCTION(logsumexp, AL_OP_REDUCE_LOG_SUM_EXP)

static uint32_t variance(struct al_lowering *l)
{
    const uint32_t x = al_operation_cast(l, l->in[0].operand);
    const uint32_t apart = al_emit_binary(l, AL_OP_SUB, x, reduced(l, AL_OP_REDUCE_MEAN, x, true));
    return reduced(l, AL_OP_REDUCE_MEAN, al_emit_binary(l, AL_OP_MUL, apart, apart),
                   al_param_bool(&l->site, "keepdims"));
}

void al_lower_op_var(struct al_lowering *l)
{
    al_operation_result(l, variance(l));
}

void al_lower_op_std(struct al_lowering *l)
{
    al_operation_result(l, al_emit_unary(l, AL_OP_SQRT, variance(l)));
}

/* ---- along one axis ---- */

/* Without an axis: over all numbers in their order. */
static void arg(struct al_lowering *l, enum al_operator op)
{
    const bool keepdims = al_param_bool(&l->site, "keepdims"), all = al_param_is_null(&l->site, "axis");
    uint32_t axes[AL_MAX_RANK] = {0}, x = l->in[0].operand;
    struct al_shape row = {1, {1}};
    for (uint32_t i = 0; i < l->site.in[0].rank; i++)
        row.dim[0] *= l->site.in[0].dim[i];
    if (all)
        x = al_emit_reshape(l, x, &row);
    else
        al_operation_axes(l, axes);
    const struct al_attributes a = {.axis = axes[0], .keepdims = keepdims && !all};
    uint32_t y = l->failed ? AL_NONE_INDEX : al_emit(l, op, &x, 1, &a);
    struct al_shape ones = {.rank = l->site.in[0].rank};
    for (uint32_t i = 0; i < ones.rank; i++)
        ones.dim[i] = 1;
    if (all && keepdims)
        y = al_emit_reshape(l, y, &ones);
    al_operation_result(l, y);
}

void al_lower_op_argmax(struct al_lowering *l)
{
    arg(l, AL_OP_ARG_MAX);
}

void al_lower_op_argmin(struct al_lowering *l)
{
    arg(l, AL_OP_ARG_MIN);
}

void al_lower_op_cumsum(struct al_lowering *l)
{
    uint32_t axes[AL_MAX_RANK] = {0};
    const uint32_t x = al_operation_cast(l, l->in[0].operand);
    al_operation_axes(l, axes);
    const struct al_attributes a = {.axis = axes[0]};
    al_operation_result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_CUM_SUM, &x, 1, &a));
}

/* x / max(‖x‖, ε), ε = 1e-7 unless given */
void al_lower_op_normalize(struct al_lowering *l)
{
    const double epsilon = al_param_is_null(&l->site, "epsilon") ? 1e-7 : al_param_real(&l->site, "epsilon");
    const uint32_t x = al_operation_cast(l, l->in[0].operand);
    const uint32_t norm = al_emit_with_number(l, AL_OP_MAX, reduced(l, AL_OP_REDUCE_L2, x, true), epsilon);
    al_operation_result(l, al_emit_binary(l, AL_OP_DIV, x, norm));
}
