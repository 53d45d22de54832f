/* The functions of validator/activation.h, and the layers that only apply one
   (keras/src/activations/activations.py; Keras 2's where it differs). */
#include "validator/activation.h"

#include "inference/families/families.h"

#include <math.h>

/* softplus(x) = log(1 + e^x) */
static uint32_t softplus(struct al_lowering *l, uint32_t x)
{
    return al_emit_unary(l, AL_OP_SOFTPLUS, x);
}

/* x Φ(x), by erf */
static uint32_t gelu(struct al_lowering *l, uint32_t x)
{
    const uint32_t erf = al_emit_unary(l, AL_OP_ERF, al_emit_with_number(l, AL_OP_MUL, x, 0.70710678118654752440));
    const uint32_t half = al_emit_with_number(l, AL_OP_MUL, x, 0.5);
    return al_emit_binary(l, AL_OP_MUL, half, al_emit_with_number(l, AL_OP_ADD, erf, 1));
}

/* (x + √(x² + 4)) / 2 */
static uint32_t squareplus(struct al_lowering *l, uint32_t x)
{
    const uint32_t square = al_emit_with_number(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, x, x), 4);
    const uint32_t sum = al_emit_binary(l, AL_OP_ADD, x, al_emit_unary(l, AL_OP_SQRT, square));
    return al_emit_with_number(l, AL_OP_MUL, sum, 0.5);
}

/* 0 up to -1, (x + 1)² / 4 up to 1, then x */
static uint32_t sparse_plus(struct al_lowering *l, uint32_t x)
{
    const uint32_t shifted = al_emit_with_number(l, AL_OP_ADD, al_emit_unary_with(l, AL_OP_CLIP, x, -1, 1, 0), 1);
    const uint32_t middle = al_emit_with_number(l, AL_OP_MUL, al_emit_binary(l, AL_OP_MUL, shifted, shifted), 0.25);
    const uint32_t above = al_emit_unary(l, AL_OP_RELU, al_emit_with_number(l, AL_OP_SUB, x, 1));
    return al_emit_binary(l, AL_OP_ADD, middle, above);
}

/* x where |x| > 0.5, else 0 */
static uint32_t hard_shrink(struct al_lowering *l, uint32_t x)
{
    const uint32_t outside = al_emit_with_number(l, AL_OP_GREATER, al_emit_unary(l, AL_OP_ABS, x), 0.5);
    return al_emit_where(l, outside, x, al_emit_number(l, al_emit_dtype(l, x), 0));
}

/* x moved towards 0 by 0.5 */
static uint32_t soft_shrink(struct al_lowering *l, uint32_t x)
{
    return al_emit_binary(l, AL_OP_SUB, x, al_emit_unary_with(l, AL_OP_CLIP, x, -0.5, 0.5, 0));
}

/* The projection onto the simplex along the last axis (Martins & Astudillo 2016), as Keras
   computes it: with x sorted downwards, the k first with 1 + i x_i > Σ_{j≤i} x_j support it,
   and the threshold is (t - 1) / k. The paper's t is the sum of these k; Keras (backend/
   tensorflow/nn.py and its sisters) adds up their running sums, and its numbers are the
   ones a model was trained with. */
static uint32_t sparsemax(struct al_lowering *l, uint32_t x)
{
    const struct al_shape *s = al_emit_shape(l, x);
    if (x == AL_NONE_INDEX || s->rank == 0)
        return AL_NONE_INDEX;
    const uint32_t axis = s->rank - 1;
    const struct al_attributes along = {.axis = axis};
    const uint32_t down = al_emit_flip(l, al_emit(l, AL_OP_SORT, &x, 1, &along), axis);
    if (down == AL_NONE_INDEX)
        return down;
    const uint32_t sums = al_emit(l, AL_OP_CUM_SUM, &down, 1, &along);
    const uint32_t ones = al_emit_expand(l, al_emit_number(l, al_emit_dtype(l, x), 1), al_emit_shape(l, x));
    if (ones == AL_NONE_INDEX)
        return ones;
    const uint32_t k = al_emit(l, AL_OP_CUM_SUM, &ones, 1, &along);
    const uint32_t bound = al_emit_with_number(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, k, down), 1);
    const uint32_t inside = al_emit_binary(l, AL_OP_GREATER, bound, sums);
    const uint32_t support = al_emit_reduce(l, AL_OP_REDUCE_SUM, al_emit_cast(l, inside, al_emit_dtype(l, x)), &axis,
                                            1, true);
    const uint32_t zero = al_emit_number(l, al_emit_dtype(l, x), 0);
    const uint32_t total = al_emit_reduce(l, AL_OP_REDUCE_SUM, al_emit_where(l, inside, sums, zero), &axis, 1, true);
    const uint32_t tau = al_emit_binary(l, AL_OP_DIV, al_emit_with_number(l, AL_OP_SUB, total, 1), support);
    return al_emit_unary(l, AL_OP_RELU, al_emit_binary(l, AL_OP_SUB, x, tau));
}

static uint32_t along_last(struct al_lowering *l, enum al_operator op, uint32_t x)
{
    const struct al_shape *s = al_emit_shape(l, x);
    const struct al_attributes a = {.axis = s->rank > 0 ? (int64_t)s->rank - 1 : 0};
    return x == AL_NONE_INDEX ? x : al_emit(l, op, &x, 1, &a);
}

uint32_t al_lower_function_of(struct al_lowering *l, int64_t activation, uint32_t x)
{
    static const double alpha = 1.6732632423543772, scale = 1.0507009873554805; /* Klambauer et al. 2017 */
    switch (activation) {
    case AL_ACTIVATION_LINEAR: return x;
    case AL_ACTIVATION_RELU: return al_emit_unary(l, AL_OP_RELU, x);
    case AL_ACTIVATION_RELU6: return al_emit_unary_with(l, AL_OP_CLIP, x, 0, 6, 0);
    case AL_ACTIVATION_LEAKY_RELU: return al_emit_unary_with(l, AL_OP_LEAKY_RELU, x, 0.2, 0, 0);
    case AL_ACTIVATION_ELU: return al_emit_unary_with(l, AL_OP_ELU, x, 1, 0, 0);
    case AL_ACTIVATION_CELU: return al_emit_unary_with(l, AL_OP_CELU, x, 1, 0, 0);
    case AL_ACTIVATION_SELU: return al_emit_unary_with(l, AL_OP_SELU, x, alpha, 0, scale);
    case AL_ACTIVATION_SILU: return al_emit_binary(l, AL_OP_MUL, x, al_emit_unary(l, AL_OP_SIGMOID, x));
    case AL_ACTIVATION_HARD_SILU: return al_emit_unary(l, AL_OP_HARD_SWISH, x);
    case AL_ACTIVATION_GELU: return gelu(l, x);
    case AL_ACTIVATION_SIGMOID: return al_emit_unary(l, AL_OP_SIGMOID, x);
    case AL_ACTIVATION_HARD_SIGMOID: return al_emit_unary_with(l, AL_OP_HARD_SIGMOID, x, 1.0 / 6, 0.5, 0);
    case AL_ACTIVATION_HARD_SIGMOID_2: return al_emit_unary_with(l, AL_OP_HARD_SIGMOID, x, 0.2, 0.5, 0);
    case AL_ACTIVATION_LOG_SIGMOID:
        return al_emit_unary(l, AL_OP_NEG, softplus(l, al_emit_unary(l, AL_OP_NEG, x)));
    case AL_ACTIVATION_SPARSE_SIGMOID: return al_emit_unary_with(l, AL_OP_HARD_SIGMOID, x, 0.5, 0.5, 0);
    case AL_ACTIVATION_TANH: return al_emit_unary(l, AL_OP_TANH, x);
    case AL_ACTIVATION_TANH_SHRINK: return al_emit_binary(l, AL_OP_SUB, x, al_emit_unary(l, AL_OP_TANH, x));
    case AL_ACTIVATION_HARD_TANH: return al_emit_unary_with(l, AL_OP_CLIP, x, -1, 1, 0);
    case AL_ACTIVATION_SOFTMAX: return along_last(l, AL_OP_SOFTMAX, x);
    case AL_ACTIVATION_LOG_SOFTMAX: return along_last(l, AL_OP_LOG_SOFTMAX, x);
    case AL_ACTIVATION_SPARSEMAX: return sparsemax(l, x);
    case AL_ACTIVATION_SOFTPLUS: return softplus(l, x);
    case AL_ACTIVATION_SOFTSIGN: return al_emit_unary(l, AL_OP_SOFTSIGN, x);
    case AL_ACTIVATION_SQUAREPLUS: return squareplus(l, x);
    case AL_ACTIVATION_SOFT_SHRINK: return soft_shrink(l, x);
    case AL_ACTIVATION_HARD_SHRINK: return hard_shrink(l, x);
    case AL_ACTIVATION_SPARSE_PLUS: return sparse_plus(l, x);
    case AL_ACTIVATION_EXPONENTIAL: return al_emit_unary(l, AL_OP_EXP, x);
    case AL_ACTIVATION_MISH: return al_emit_unary(l, AL_OP_MISH, x);
    default: return al_lower_custom_function(l, activation, x);
    }
}

uint32_t al_lower_activation(struct al_lowering *l, const char *key, uint32_t x)
{
    const struct al_value *v = al_param_of(&l->site, key);
    if (v == NULL || v->type == AL_VALUE_NULL || v->type == AL_VALUE_ABSENT)
        return x;
    if (v->type == AL_VALUE_CHOICE)
        return al_lower_function_of(l, v->integer, x);
    struct al_lowered out;
    al_lower_child(l, (uint32_t)v->integer, 1, &(struct al_lowered){x, AL_NONE_INDEX}, NULL, 1, &out);
    return out.operand;
}

/* ---- layers ---- */

void al_lower_activation_layer(struct al_lowering *l)
{
    al_lower_result(l, al_lower_activation(l, "activation", l->in[0].operand));
}

/* min(x, max_value) from threshold on, negative_slope · (x - threshold) below */
void al_lower_re_lu(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand;
    const double slope = al_param_real(&l->site, "negative_slope"), threshold = al_param_real(&l->site, "threshold");
    const bool limited = !al_param_is_null(&l->site, "max_value");
    if (slope != 0 && threshold == 0 && !limited) {
        al_lower_result(l, al_emit_unary_with(l, AL_OP_LEAKY_RELU, x, slope, 0, 0));
        return;
    }
    uint32_t y = threshold == 0 ? al_emit_unary(l, AL_OP_RELU, x)
                                : al_emit_unary_with(l, AL_OP_THRESHOLDED_RELU, x, threshold, 0, 0);
    if (limited)
        y = al_emit_unary_with(l, AL_OP_CLIP, y, 0, al_param_real(&l->site, "max_value"), 0);
    if (slope != 0) {
        const uint32_t below = al_emit_with_number(l, AL_OP_ADD, al_emit_unary(l, AL_OP_NEG, x), threshold);
        const uint32_t part = al_emit_with_number(l, AL_OP_MUL, al_emit_unary(l, AL_OP_RELU, below), slope);
        y = al_emit_binary(l, AL_OP_SUB, y, part);
    }
    al_lower_result(l, y);
}

void al_lower_leaky_re_lu(struct al_lowering *l)
{
    const double slope = al_param_real(&l->site, "negative_slope");
    al_lower_result(l, al_emit_unary_with(l, AL_OP_LEAKY_RELU, l->in[0].operand, slope, 0, 0));
}

void al_lower_p_re_lu(struct al_lowering *l)
{
    al_lower_result(l, al_emit_binary(l, AL_OP_PRELU, l->in[0].operand, al_lower_weight(l, "alpha")));
}

void al_lower_elu(struct al_lowering *l)
{
    al_lower_result(l, al_emit_unary_with(l, AL_OP_ELU, l->in[0].operand, al_param_real(&l->site, "alpha"), 0, 0));
}

void al_lower_thresholded_re_lu(struct al_lowering *l)
{
    const double theta = al_param_real(&l->site, "theta");
    al_lower_result(l, al_emit_unary_with(l, AL_OP_THRESHOLDED_RELU, l->in[0].operand, theta, 0, 0));
}

/* Masked numbers are lowered out of reach before, and since Keras 3.10 set to zero behind. */
void al_lower_softmax(struct al_lowering *l)
{
    const struct al_value *axes = al_param_of(&l->site, "axis");
    const uint32_t mask = al_lower_mask(l);
    uint32_t x = l->in[0].operand, at[AL_MAX_RANK] = {0};
    const uint32_t zero = al_emit_number(l, al_emit_dtype(l, x), 0);
    for (uint32_t i = 0; i < axes->count && i < AL_MAX_RANK; i++)
        at[i] = al_emit_axis(l, axes->integers[i], l->site.in[0].rank);
    if (mask != AL_NONE_INDEX)
        x = al_emit_where(l, mask, x, al_emit_with_number(l, AL_OP_ADD, zero, l->round == AL_FLOAT16 ? -3e4 : -1e9));
    uint32_t y;
    if (axes->count > 1)
        y = al_emit_unary(l, AL_OP_EXP,
                          al_emit_binary(l, AL_OP_SUB, x, al_emit_reduce(l, AL_OP_REDUCE_LOG_SUM_EXP, x, at,
                                                                         axes->count, true)));
    else
        y = al_emit_softmax(l, x, at[0]);
    if (mask != AL_NONE_INDEX && !al_model_before(l->site.model, 3, 10))
        y = al_emit_where(l, mask, y, zero);
    al_lower_result(l, y);
}
