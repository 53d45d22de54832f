/* Less common raw operations on each element and along axes. */
#include "validator/activation.h"

#include "inference/families/operations.h"

#define UNARY(symbol, expression)                                                                                    \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        const uint32_t x = al_operation_cast(l, l->in[0].operand);                                                   \
        al_operation_result(l, expression);                                                                          \
    }
#define OPERATOR(symbol, op) UNARY(symbol, al_emit_unary(l, op, x))
#define FUNCTION(symbol, activation) UNARY(symbol, al_lower_function_of(l, activation, x))
OPERATOR(arcsin, AL_OP_ASIN)
OPERATOR(arccos, AL_OP_ACOS)
OPERATOR(sinh, AL_OP_SINH)
OPERATOR(cosh, AL_OP_COSH)
OPERATOR(arcsinh, AL_OP_ASINH)
OPERATOR(arccosh, AL_OP_ACOSH)
OPERATOR(arctanh, AL_OP_ATANH)
UNARY(log2, al_emit_with_number(l, AL_OP_DIV, al_emit_unary(l, AL_OP_LOG, x), 0.69314718055994530942))
UNARY(log10, al_emit_with_number(l, AL_OP_DIV, al_emit_unary(l, AL_OP_LOG, x), 2.30258509299404568402))
FUNCTION(tanh_shrink, AL_ACTIVATION_TANH_SHRINK)
FUNCTION(sparse_plus, AL_ACTIVATION_SPARSE_PLUS)
FUNCTION(sparse_sigmoid, AL_ACTIVATION_SPARSE_SIGMOID)

void al_lower_op_isnan(struct al_lowering *l)
{
    al_lower_result(l, al_emit_unary(l, AL_OP_IS_NAN, l->in[0].operand));
}

void al_lower_op_isinf(struct al_lowering *l)
{
    al_lower_result(l, al_emit_unary(l, AL_OP_IS_INF, l->in[0].operand));
}

void al_lower_op_isfinite(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand;
    al_lower_result(l, al_emit_unary(l, AL_OP_NOT, al_emit_binary(l, AL_OP_OR, al_emit_unary(l, AL_OP_IS_NAN, x),
                                                                  al_emit_unary(l, AL_OP_IS_INF, x))));
}

/* ---- with keys ---- */

static double number(const struct al_lowering *l, const char *key)
{
    return al_param_real(&l->site, key);
}

/* max(x - t, 0) + min(x + t, 0) */
static uint32_t soft_shrink(struct al_lowering *l, uint32_t x)
{
    const double t = number(l, "threshold");
    const uint32_t above = al_emit_with_number(l, AL_OP_MAX, al_emit_with_number(l, AL_OP_SUB, x, t), 0);
    const uint32_t below = al_emit_with_number(l, AL_OP_MIN, al_emit_with_number(l, AL_OP_ADD, x, t), 0);
    return al_emit_binary(l, AL_OP_ADD, above, below);
}

static uint32_t constant(struct al_lowering *l, uint32_t like, double value)
{
    return al_emit_number(l, al_emit_dtype(l, like), value);
}

static uint32_t above(struct al_lowering *l, uint32_t x, double threshold, uint32_t other)
{
    return al_emit_where(l, al_emit_with_number(l, AL_OP_GREATER, x, threshold), x, other);
}

static uint32_t squareplus(struct al_lowering *l, uint32_t x)
{
    const uint32_t sum = al_emit_with_number(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, x, x), number(l, "b"));
    return al_emit_with_number(l, AL_OP_DIV, al_emit_binary(l, AL_OP_ADD, x, al_emit_unary(l, AL_OP_SQRT, sum)), 2);
}

static uint32_t glu(struct al_lowering *l, uint32_t x)
{
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank);
    const int64_t half = l->failed ? 0 : l->site.in[0].dim[axis] / 2;
    return al_emit_binary(l, AL_OP_MUL, al_emit_slice(l, x, axis, 0, half, 1),
                          al_emit_unary(l, AL_OP_SIGMOID, al_emit_slice(l, x, axis, half, half, 1)));
}

/* Below the threshold negative_slope · (x - threshold), above it x, at most max_value. */
static uint32_t relu(struct al_lowering *l, uint32_t x)
{
    const double t = number(l, "threshold"), slope = number(l, "negative_slope");
    const uint32_t low = al_emit_with_number(l, AL_OP_MUL, al_emit_with_number(l, AL_OP_SUB, x, t), slope);
    const uint32_t low_or_zero = slope != 0 ? low : constant(l, x, 0);
    const enum al_operator compare = t == 0 ? AL_OP_GREATER_OR_EQUAL : AL_OP_GREATER;
    const uint32_t y = al_emit_where(l, al_emit_with_number(l, compare, x, t), x, low_or_zero);
    return al_param_is_null(&l->site, "max_value") ? y : al_emit_with_number(l, AL_OP_MIN, y, number(l, "max_value"));
}

UNARY(soft_shrink, soft_shrink(l, x))
UNARY(hard_shrink, al_emit_where(l, al_emit_with_number(l, AL_OP_GREATER, al_emit_unary(l, AL_OP_ABS, x),
                                                        number(l, "threshold")), x, constant(l, x, 0)))
UNARY(threshold, above(l, x, number(l, "threshold"), constant(l, x, number(l, "default_value"))))
UNARY(squareplus, squareplus(l, x))
UNARY(glu, glu(l, x))
UNARY(relu_activation, relu(l, x))

/* ---- two operands ---- */

/* max + log(1 + exp(-|x1 - x2|)) */
void al_lower_op_logaddexp(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t a = al_operation_operand(l, "x1", dtype), b = al_operation_operand(l, "x2", dtype);
    const uint32_t distance = al_emit_unary(l, AL_OP_ABS, al_emit_binary(l, AL_OP_SUB, a, b));
    const uint32_t apart = al_emit_unary(l, AL_OP_NEG, distance);
    al_operation_result(l, al_emit_binary(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MAX, a, b),
                                          al_emit_unary(l, AL_OP_SOFTPLUS, apart)));
}

void al_lower_op_squared_difference(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t apart = al_emit_binary(l, AL_OP_SUB, al_operation_operand(l, "x1", dtype),
                                          al_operation_operand(l, "x2", dtype));
    al_operation_result(l, al_emit_binary(l, AL_OP_MUL, apart, apart));
}

void al_lower_op_divide_no_nan(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t a = al_operation_operand(l, "x1", dtype), b = al_operation_operand(l, "x2", dtype);
    al_operation_result(l, al_emit_where(l, al_emit_with_number(l, AL_OP_EQUAL, b, 0), constant(l, b, 0),
                                         al_emit_binary(l, AL_OP_DIV, a, b)));
}

void al_lower_op_add_n(struct al_lowering *l)
{
    uint32_t sum = l->in[0].operand;
    for (uint32_t i = 1; i < l->in_count; i++)
        sum = al_emit_binary(l, AL_OP_ADD, sum, l->in[i].operand);
    al_operation_result(l, sum);
}

/* ---- along axes ---- */

static uint32_t reduced(struct al_lowering *l, enum al_operator op, uint32_t x, bool keepdims)
{
    uint32_t axes[AL_MAX_RANK];
    const uint32_t count = al_operation_axes(l, axes);
    return count == 0 ? x : al_emit_reduce(l, op, x, axes, count, keepdims);
}

UNARY(average, reduced(l, AL_OP_REDUCE_MEAN, x, false))

void al_lower_op_count_nonzero(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand;
    const uint32_t zero = al_emit_dtype(l, x) == AL_BOOL ? al_emit_unary(l, AL_OP_NOT, x)
                                                         : al_emit_with_number(l, AL_OP_EQUAL, x, 0);
    al_operation_result(l, reduced(l, AL_OP_REDUCE_SUM,
                                   al_emit_cast(l, al_emit_unary(l, AL_OP_NOT, zero), AL_INT64), false));
}

void al_lower_op_norm(struct al_lowering *l)
{
    const struct al_value *order = al_param_of(&l->site, "ord");
    const bool first = order->type == AL_VALUE_INTEGER && order->integer == 1;
    al_operation_result(l, reduced(l, first ? AL_OP_REDUCE_L1 : AL_OP_REDUCE_L2,
                                   al_operation_cast(l, l->in[0].operand), al_param_bool(&l->site, "keepdims")));
}

void al_lower_op_l2_normalize(struct al_lowering *l)
{
    const uint32_t x = al_operation_cast(l, l->in[0].operand);
    const uint32_t sum = al_emit_with_number(l, AL_OP_MAX, reduced(l, AL_OP_REDUCE_SUM_SQUARE, x, true),
                                             al_param_real(&l->site, "epsilon"));
    al_operation_result(l, al_emit_binary(l, AL_OP_DIV, x, al_emit_unary(l, AL_OP_SQRT, sum)));
}

void al_lower_op_full_like(struct al_lowering *l)
{
    const struct al_value *value = al_site_constant(&l->site, "fill_value");
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t one = al_emit_number(l, al_dtype_is_float(dtype) && dtype != AL_FLOAT64 ? AL_FLOAT32 : dtype,
                                        value != NULL ? value->real : 0);
    al_operation_result(l, al_emit_expand(l, one, al_emit_shape(l, l->in[0].operand)));
}
