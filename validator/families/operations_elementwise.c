/* Raw operations on each element, of one tensor or of two (keras/src/ops/numpy.py, nn.py, math.py). */
#include "validator/families/operations.h"

/* ---- two operands ---- */

static bool infer_arithmetic(struct al_site *s)
{
    struct al_shape shape;
    enum al_dtype dtype;
    return al_site_operands(s, &shape, &dtype) && al_site_typed(s, &shape, dtype);
}

/* Keras 3 divides integers as float32, TensorFlow's truediv as float64, which Keras 2 never runs in: refused. */
static bool infer_division(struct al_site *s)
{
    struct al_shape shape;
    enum al_dtype dtype;
    if (!al_site_operands(s, &shape, &dtype))
        return false;
    if (al_model_is_keras2(s->model) && !al_dtype_is_float(dtype))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "float numbers", al_text_of(al_dtype_name(dtype)),
                              "the quotient of integers is not computed");
    return al_site_typed(s, &shape, al_dtype_inexact(dtype));
}

static bool infer_comparison(struct al_site *s)
{
    struct al_shape shape;
    enum al_dtype dtype;
    return al_site_operands(s, &shape, &dtype) && al_site_typed(s, &shape, dtype == AL_DTYPE_NONE ? dtype : AL_BOOL);
}

#define BINARY_ROW(symbol, class_name, function, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, al_modules_numpy, functions_##symbol), \
        AL_ARGUMENTS(al_arguments_x1_x2), \
        .computes = (text), \
        .infer = (function), \
    }
BINARY_ROW(op_add, "Add", infer_arithmetic, "x1 + x2", "math.add", "__operators__.add");
BINARY_ROW(op_subtract, "Subtract", infer_arithmetic, "x1 - x2", "math.subtract");
BINARY_ROW(op_multiply, "Multiply", infer_arithmetic, "x1 · x2", "math.multiply");
BINARY_ROW(op_divide, "Divide", infer_division, "x1 / x2", "math.truediv", "math.divide");
BINARY_ROW(op_true_divide, "TrueDivide", infer_division, "x1 / x2", NULL);
BINARY_ROW(op_floor_divide, "FloorDivide", infer_arithmetic, "⌊x1 / x2⌋", "math.floordiv", "compat.v1.floor_div");
BINARY_ROW(op_mod, "Mod", infer_arithmetic, "x1 - x2 · ⌊x1 / x2⌋", "math.floormod", "math.mod");
BINARY_ROW(op_power, "Power", infer_arithmetic, "x1 to the power x2", "math.pow");
BINARY_ROW(op_maximum, "Maximum", infer_arithmetic, "the greater of x1 and x2", "math.maximum");
BINARY_ROW(op_minimum, "Minimum", infer_arithmetic, "the lesser of x1 and x2", "math.minimum");
BINARY_ROW(op_arctan2, "Arctan2", infer_division, "the angle of (x2, x1)", "math.atan2");
BINARY_ROW(op_equal, "Equal", infer_comparison, "x1 = x2", "math.equal");
BINARY_ROW(op_not_equal, "NotEqual", infer_comparison, "x1 ≠ x2", "math.not_equal");
BINARY_ROW(op_greater, "Greater", infer_comparison, "x1 > x2", "math.greater");
BINARY_ROW(op_greater_equal, "GreaterEqual", infer_comparison, "x1 ≥ x2", "math.greater_equal");
BINARY_ROW(op_less, "Less", infer_comparison, "x1 < x2", "math.less");
BINARY_ROW(op_less_equal, "LessEqual", infer_comparison, "x1 ≤ x2", "math.less_equal");
BINARY_ROW(op_logical_and, "LogicalAnd", infer_comparison, "x1 and x2", "math.logical_and", "__operators__.and");
BINARY_ROW(op_logical_or, "LogicalOr", infer_comparison, "x1 or x2", "math.logical_or", "__operators__.or");
BINARY_ROW(op_logical_xor, "LogicalXor", infer_comparison, "either x1 or x2", "math.logical_xor");

/* ---- one tensor ---- */

static bool infer_same(struct al_site *s)
{
    return al_site_typed(s, &s->in[0], s->in_dtypes[0]);
}

bool al_infer_inexact(struct al_site *s)
{
    return al_site_typed(s, &s->in[0], al_dtype_inexact(s->in_dtypes[0]));
}

static bool infer_truth(struct al_site *s)
{
    return al_site_typed(s, &s->in[0], s->in_dtypes[0] == AL_STRING ? AL_DTYPE_NONE : AL_BOOL);
}

AL_UNARY_ROW(op_absolute, "Absolute", al_modules_numpy, infer_same, "|x|", "math.abs");
AL_UNARY_ROW(op_abs, "Abs", al_modules_numpy, infer_same, "|x|", NULL);
AL_UNARY_ROW(op_negative, "Negative", al_modules_numpy, infer_same, "-x", "math.negative");
AL_UNARY_ROW(op_square, "Square", al_modules_numpy, infer_same, "x²", "math.square");
AL_UNARY_ROW(op_sign, "Sign", al_modules_numpy, infer_same, "-1, 0 or 1", "math.sign");
AL_UNARY_ROW(op_copy, "Copy", al_modules_numpy, infer_same, "x", "identity");
AL_UNARY_ROW(op_sqrt, "Sqrt", al_modules_numpy, al_infer_inexact, "√x", "math.sqrt", "sqrt");
AL_UNARY_ROW(op_rsqrt, "Rsqrt", al_modules_math, al_infer_inexact, "1 / √x", "math.rsqrt");
AL_UNARY_ROW(op_reciprocal, "Reciprocal", al_modules_numpy, al_infer_inexact, "1 / x", "math.reciprocal");
AL_UNARY_ROW(op_exp, "Exp", al_modules_numpy, al_infer_inexact, "e to the power x", "math.exp");
AL_UNARY_ROW(op_expm1, "Expm1", al_modules_numpy, al_infer_inexact, "exp(x) - 1", "math.expm1");
AL_UNARY_ROW(op_log, "Log", al_modules_numpy, al_infer_inexact, "the natural logarithm of x", "math.log");
AL_UNARY_ROW(op_log1p, "Log1p", al_modules_numpy, al_infer_inexact, "log(1 + x)", "math.log1p");
AL_UNARY_ROW(op_sin, "Sin", al_modules_numpy, al_infer_inexact, "sin x", "math.sin");
AL_UNARY_ROW(op_cos, "Cos", al_modules_numpy, al_infer_inexact, "cos x", "math.cos");
AL_UNARY_ROW(op_tan, "Tan", al_modules_numpy, al_infer_inexact, "tan x", "math.tan");
AL_UNARY_ROW(op_arctan, "Arctan", al_modules_numpy, al_infer_inexact, "the angle whose tangent is x", "math.atan");
AL_UNARY_ROW(op_tanh, "Tanh", al_modules_numpy, al_infer_inexact, "tanh x", "math.tanh", "nn.tanh");
AL_UNARY_ROW(op_floor, "Floor", al_modules_numpy, al_infer_inexact, "⌊x⌋", "math.floor");
AL_UNARY_ROW(op_ceil, "Ceil", al_modules_numpy, al_infer_inexact, "⌈x⌉", "math.ceil");
AL_UNARY_ROW(op_erf, "Erf", al_modules_math, al_infer_inexact, "the error function", "math.erf");
AL_UNARY_ROW(op_logical_not, "LogicalNot", al_modules_numpy, infer_truth, "not x", "math.logical_not",
          "__operators__.invert");
AL_UNARY_ROW(op_relu, "Relu", al_modules_nn, infer_same, "max(x, 0)", "nn.relu");
AL_UNARY_ROW(op_relu6, "Relu6", al_modules_nn, infer_same, "min(max(x, 0), 6)", "nn.relu6");
AL_UNARY_ROW(op_sigmoid, "Sigmoid", al_modules_nn, al_infer_inexact, "1 / (1 + exp(-x))", "math.sigmoid",
             "nn.sigmoid");
AL_UNARY_ROW(op_softplus, "Softplus", al_modules_nn, al_infer_inexact, "log(1 + exp(x))", "math.softplus",
             "nn.softplus");
AL_UNARY_ROW(op_softsign, "Softsign", al_modules_nn, al_infer_inexact, "x / (1 + |x|)", "nn.softsign");
AL_UNARY_ROW(op_silu, "Silu", al_modules_nn, al_infer_inexact, "x · sigmoid(x)", "nn.silu", "nn.swish");
AL_UNARY_ROW(op_log_sigmoid, "LogSigmoid", al_modules_nn, al_infer_inexact, "log(sigmoid(x))", "math.log_sigmoid");
AL_UNARY_ROW(op_hard_sigmoid, "HardSigmoid", al_modules_nn, al_infer_inexact, "clip(x / 6 + 0.5, 0, 1)", NULL);
AL_UNARY_ROW(op_hard_silu, "HardSilu", al_modules_nn, al_infer_inexact, "x · clip(x / 6 + 0.5, 0, 1)", NULL);
AL_UNARY_ROW(op_selu, "Selu", al_modules_nn, al_infer_inexact, "selu(x)", "nn.selu");
AL_UNARY_ROW(op_hard_tanh, "HardTanh", al_modules_nn, al_infer_inexact, "clip(x, -1, 1)", NULL);
AL_UNARY_ROW(op_stop_gradient, "StopGradient", al_modules_core, infer_same, "x", "stop_gradient");

/* ---- one tensor and keys ---- */

static const struct al_param elu_params[] = {AL_NUMBER_KEY("alpha", "1.0")};
static const struct al_param leaky_params[] = {
    AL_NUMBER_KEY("negative_slope", "0.2"),
    {.key = "alpha", .type = AL_PARAM_REAL, .flags = AL_PARAM_ALIAS, .minimum = -1e30, .maximum = 1e30,
     .alias_of = "negative_slope"},
};
/* Keras 3 always says it; TensorFlow's default is the exact one */
static const struct al_param gelu_params[] = {AL_BOOL_KEY("approximate", "false")};
static const struct al_param axis_params[] = {AL_AXIS_KEY("-1")};
static const struct al_param clip_params[] = {
    {.key = "x_min", .type = AL_PARAM_REAL, .flags = AL_PARAM_REQUIRED},
    {.key = "x_max", .type = AL_PARAM_REAL, .flags = AL_PARAM_REQUIRED},
    {.key = "clip_value_min", .type = AL_PARAM_REAL, .flags = AL_PARAM_ALIAS, .alias_of = "x_min"},
    {.key = "clip_value_max", .type = AL_PARAM_REAL, .flags = AL_PARAM_ALIAS, .alias_of = "x_max"},
};
static const struct al_param cast_params[] = {
    {.key = "dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_REQUIRED},
};
static const struct al_param round_params[] = {
    {.key = "decimals", .type = AL_PARAM_FIXED, .fixed = "0", .refusal = "only rounding to integers is computed"},
};

static bool infer_axis(struct al_site *s)
{
    uint32_t axis;
    return al_site_axis(s, "axis", al_param_int(s, "axis"), s->in[0].rank, &axis) && al_infer_inexact(s);
}

static bool infer_cast(struct al_site *s)
{
    return al_site_typed(s, &s->in[0], (enum al_dtype)al_param_int(s, "dtype"));
}

static bool infer_like(struct al_site *s)
{
    enum al_dtype dtype = al_param_is_null(s, "dtype") ? s->in_dtypes[0] : (enum al_dtype)al_param_int(s, "dtype");
    return al_site_typed(s, &s->in[0], dtype);
}

/* numbers of a float type stay in it; an integer with bounds that are no integers is rare, and refused */
static bool infer_clip(struct al_site *s)
{
    if (!al_dtype_is_float(s->in_dtypes[0]))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "float numbers", al_text_of(al_dtype_name(s->in_dtypes[0])),
                              "clipping integers is not computed");
    return infer_same(s);
}

static const struct al_param like_params[] = {
    {.key = "dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
};

#define KEYED_ROW(symbol, class_name, module_list, keys, function, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, module_list, functions_##symbol), \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_x), \
        .computes = (text), \
        .infer = (function), \
    }
KEYED_ROW(op_elu, "Elu", al_modules_nn, elu_params, al_infer_inexact, "x, or alpha · (exp(x) - 1) where x < 0",
          "nn.elu");
KEYED_ROW(op_celu, "Celu", al_modules_nn, elu_params, al_infer_inexact,
          "max(x, 0) + min(0, alpha · (exp(x / alpha) - 1))", NULL);
KEYED_ROW(op_leaky_relu, "LeakyRelu", al_modules_nn, leaky_params, al_infer_inexact,
          "x, or negative_slope · x where x < 0", "nn.leaky_relu");
KEYED_ROW(op_gelu, "Gelu", al_modules_nn, gelu_params, al_infer_inexact, "gelu(x), by tanh where approximate",
          "nn.gelu");
KEYED_ROW(op_softmax, "Softmax", al_modules_nn, axis_params, infer_axis, "exp(x) / Σ exp(x) over the axis",
          "nn.softmax");
KEYED_ROW(op_log_softmax, "LogSoftmax", al_modules_nn, axis_params, infer_axis, "log(softmax(x)) over the axis",
          "nn.log_softmax");
KEYED_ROW(op_clip, "Clip", al_modules_numpy, clip_params, infer_clip, "min(max(x, x_min), x_max)", "clip_by_value");
KEYED_ROW(op_cast, "Cast", al_modules_core, cast_params, infer_cast, "x as numbers of that type", "cast");

/* Keras puts it where a mask leaves Attention and AdditiveAttention. */
static const struct al_param convert_params[] = {
    {.key = "dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    AL_FIXED_KEY("sparse", "null", "sparse tensors are not computed"),
    AL_FIXED_KEY("ragged", "null", "ragged tensors are not computed"),
};
KEYED_ROW(op_convert_to_tensor, "ConvertToTensor", al_modules_core, convert_params, infer_like,
          "x, as numbers of that type where one is given", NULL);
KEYED_ROW(op_round, "Round", al_modules_numpy, round_params, al_infer_inexact, "the nearest integer, even at a half",
          "math.round");
KEYED_ROW(op_zeros_like, "ZerosLike", al_modules_numpy, like_params, infer_like, "zeros in the shape of x",
          "zeros_like");
KEYED_ROW(op_ones_like, "OnesLike", al_modules_numpy, like_params, infer_like, "ones in the shape of x", "ones_like");
