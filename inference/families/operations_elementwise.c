/* Raw operations on each element, of one tensor or of two (keras/src/ops/numpy.py, nn.py, math.py). */
#include "validator/activation.h"

#include "inference/families/operations.h"

/* ---- two operands ---- */

static void arithmetic(struct al_lowering *l, enum al_operator op)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t a = al_operation_operand(l, "x1", dtype), b = al_operation_operand(l, "x2", dtype);
    al_operation_result(l, al_emit_binary(l, op, a, b));
}

/* Both in the wider of their types; a number of Python's gives way to the tensor's. */
static void operands(struct al_lowering *l, uint32_t *a, uint32_t *b)
{
    *a = al_operation_operand(l, "x1", AL_DTYPE_NONE);
    *b = al_operation_operand(l, "x2", AL_DTYPE_NONE);
    al_emit_promote(l, a, b);
}

static void comparison(struct al_lowering *l, enum al_operator op, bool negated)
{
    uint32_t a, b;
    operands(l, &a, &b);
    const uint32_t y = al_emit_binary(l, op, a, b);
    al_lower_result(l, negated ? al_emit_unary(l, AL_OP_NOT, y) : y);
}

static void logical(struct al_lowering *l, enum al_operator op)
{
    const uint32_t a = al_operation_operand(l, "x1", AL_BOOL), b = al_operation_operand(l, "x2", AL_BOOL);
    al_lower_result(l, al_emit_binary(l, op, a, b));
}

#define BINARY(symbol, op)                                                                                           \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        arithmetic(l, op);                                                                                           \
    }
BINARY(add, AL_OP_ADD)
BINARY(subtract, AL_OP_SUB)
BINARY(multiply, AL_OP_MUL)
BINARY(divide, AL_OP_DIV)
BINARY(true_divide, AL_OP_DIV)
BINARY(mod, AL_OP_MOD)
BINARY(power, AL_OP_POW)
BINARY(maximum, AL_OP_MAX)
BINARY(minimum, AL_OP_MIN)

#define COMPARISON(symbol, op, negated)                                                                              \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        comparison(l, op, negated);                                                                                  \
    }
COMPARISON(equal, AL_OP_EQUAL, false)
COMPARISON(not_equal, AL_OP_EQUAL, true)
COMPARISON(greater, AL_OP_GREATER, false)
COMPARISON(greater_equal, AL_OP_GREATER_OR_EQUAL, false)
COMPARISON(less, AL_OP_LESS, false)
COMPARISON(less_equal, AL_OP_LESS_OR_EQUAL, false)

#define LOGICAL(symbol, op)                                                                                          \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        logical(l, op);                                                                                              \
    }
LOGICAL(logical_and, AL_OP_AND)
LOGICAL(logical_or, AL_OP_OR)
LOGICAL(logical_xor, AL_OP_XOR)

/* Integers: (x1 - x1 mod x2) / x2, which leaves no remainder to round the wrong way. */
void al_lower_op_floor_divide(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    uint32_t a = al_operation_operand(l, "x1", dtype), b = al_operation_operand(l, "x2", dtype);
    if (!al_dtype_is_float(dtype))
        a = al_emit_binary(l, AL_OP_SUB, a, al_emit_binary(l, AL_OP_MOD, a, b));
    uint32_t y = al_emit_binary(l, AL_OP_DIV, a, b);
    if (al_dtype_is_float(dtype))
        y = al_emit_unary(l, AL_OP_FLOOR, y);
    al_operation_result(l, y);
}

/* atan(y / x), half a turn further where x < 0, a quarter where x = 0. */
uint32_t al_emit_arctan2(struct al_lowering *l, uint32_t y, uint32_t x)
{
    static const double pi = 3.14159265358979323846;
    const enum al_dtype real = al_emit_dtype(l, y);
    const uint32_t angle = al_emit_unary(l, AL_OP_ATAN, al_emit_binary(l, AL_OP_DIV, y, x));
    const uint32_t zero = al_emit_number(l, real, 0), half = al_emit_number(l, real, pi);
    const uint32_t turned = al_emit_where(l, al_emit_with_number(l, AL_OP_LESS, y, 0),
                                          al_emit_binary(l, AL_OP_SUB, angle, half),
                                          al_emit_binary(l, AL_OP_ADD, angle, half));
    const uint32_t left = al_emit_where(l, al_emit_with_number(l, AL_OP_LESS, x, 0), turned, angle);
    const uint32_t quarter = al_emit_with_number(l, AL_OP_MUL, al_emit_unary(l, AL_OP_SIGN, y), pi / 2);
    return al_emit_where(l, al_emit_binary(l, AL_OP_EQUAL, x, zero), quarter, left);
}

void al_lower_op_arctan2(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t y = al_operation_operand(l, "x1", dtype), x = al_operation_operand(l, "x2", dtype);
    al_operation_result(l, al_emit_arctan2(l, y, x));
}

/* ---- one tensor ---- */

#define UNARY(symbol, expression)                                                                                    \
    void al_lower_op_##symbol(struct al_lowering *l)                                                                 \
    {                                                                                                                \
        const uint32_t x = al_operation_cast(l, l->in[0].operand);                                                   \
        al_operation_result(l, expression);                                                                          \
    }
#define OPERATOR(symbol, op) UNARY(symbol, al_emit_unary(l, op, x))
#define FUNCTION(symbol, activation) UNARY(symbol, al_lower_function_of(l, activation, x))
OPERATOR(absolute, AL_OP_ABS)
OPERATOR(abs, AL_OP_ABS)
OPERATOR(negative, AL_OP_NEG)
UNARY(square, al_emit_binary(l, AL_OP_MUL, x, x))
OPERATOR(sign, AL_OP_SIGN)
UNARY(copy, x)
UNARY(stop_gradient, x)
OPERATOR(sqrt, AL_OP_SQRT)
UNARY(rsqrt, al_emit_unary(l, AL_OP_RECIPROCAL, al_emit_unary(l, AL_OP_SQRT, x)))
OPERATOR(reciprocal, AL_OP_RECIPROCAL)
OPERATOR(exp, AL_OP_EXP)
UNARY(expm1, al_emit_with_number(l, AL_OP_SUB, al_emit_unary(l, AL_OP_EXP, x), 1))
OPERATOR(log, AL_OP_LOG)
UNARY(log1p, al_emit_unary(l, AL_OP_LOG, al_emit_with_number(l, AL_OP_ADD, x, 1)))
OPERATOR(sin, AL_OP_SIN)
OPERATOR(cos, AL_OP_COS)
OPERATOR(tan, AL_OP_TAN)
OPERATOR(arctan, AL_OP_ATAN)
OPERATOR(tanh, AL_OP_TANH)
OPERATOR(floor, AL_OP_FLOOR)
OPERATOR(ceil, AL_OP_CEIL)
OPERATOR(erf, AL_OP_ERF)
OPERATOR(logical_not, AL_OP_NOT)
OPERATOR(relu, AL_OP_RELU)
UNARY(relu6, al_emit_unary_with(l, AL_OP_CLIP, x, 0, 6, 0))
OPERATOR(sigmoid, AL_OP_SIGMOID)
OPERATOR(softplus, AL_OP_SOFTPLUS)
OPERATOR(softsign, AL_OP_SOFTSIGN)
FUNCTION(silu, AL_ACTIVATION_SILU)
FUNCTION(log_sigmoid, AL_ACTIVATION_LOG_SIGMOID)
FUNCTION(hard_sigmoid, AL_ACTIVATION_HARD_SIGMOID)
FUNCTION(hard_silu, AL_ACTIVATION_HARD_SILU)
FUNCTION(selu, AL_ACTIVATION_SELU)
FUNCTION(hard_tanh, AL_ACTIVATION_HARD_TANH)
OPERATOR(round, AL_OP_ROUND)
UNARY(cast, x)
UNARY(convert_to_tensor, x)

/* ---- one tensor and keys ---- */

UNARY(elu, al_emit_unary_with(l, AL_OP_ELU, x, al_param_real(&l->site, "alpha"), 0, 0))
UNARY(celu, al_emit_unary_with(l, AL_OP_CELU, x, al_param_real(&l->site, "alpha"), 0, 0))
UNARY(leaky_relu, al_emit_unary_with(l, AL_OP_LEAKY_RELU, x, al_param_real(&l->site, "negative_slope"), 0, 0))
UNARY(clip, al_emit_unary_with(l, AL_OP_CLIP, x, al_param_real(&l->site, "x_min"), al_param_real(&l->site, "x_max"),
                               0))

/* By tanh: x / 2 (1 + tanh(√(2/π) (x + 0.044715 x³))). */
static uint32_t gelu_by_tanh(struct al_lowering *l, uint32_t x)
{
    const uint32_t cube = al_emit_binary(l, AL_OP_MUL, x, al_emit_binary(l, AL_OP_MUL, x, x));
    const uint32_t sum = al_emit_binary(l, AL_OP_ADD, x, al_emit_with_number(l, AL_OP_MUL, cube, 0.044715));
    const uint32_t tanh = al_emit_unary(l, AL_OP_TANH, al_emit_with_number(l, AL_OP_MUL, sum, 0.79788456080286536));
    const uint32_t half = al_emit_with_number(l, AL_OP_MUL, x, 0.5);
    return al_emit_binary(l, AL_OP_MUL, half, al_emit_with_number(l, AL_OP_ADD, tanh, 1));
}

UNARY(gelu, al_param_bool(&l->site, "approximate") ? gelu_by_tanh(l, x)
                                                   : al_lower_function_of(l, AL_ACTIVATION_GELU, x))

static uint32_t along_axis(struct al_lowering *l, enum al_operator op, uint32_t x)
{
    const struct al_attributes a = {.axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank)};
    return l->failed ? AL_NONE_INDEX : al_emit(l, op, &x, 1, &a);
}

UNARY(softmax, along_axis(l, AL_OP_SOFTMAX, x))
UNARY(log_softmax, along_axis(l, AL_OP_LOG_SOFTMAX, x))

static uint32_t filled(struct al_lowering *l, uint32_t like, double value)
{
    return al_emit_expand(l, al_emit_number(l, al_emit_dtype(l, like), value), al_emit_shape(l, like));
}

UNARY(zeros_like, filled(l, x, 0))
UNARY(ones_like, filled(l, x, 1))
