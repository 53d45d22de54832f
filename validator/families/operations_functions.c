/* Less common raw operations on each element and along axes (keras/src/ops/numpy.py, nn.py, linalg.py,
   keras/src/activations/activations.py), and functions of TensorFlow's in files of Keras 2. */
#include "validator/families/operations.h"

static const char *const modules_linalg[] = {"keras.src.ops.linalg", NULL};
static const char *const modules_activations[] = {"keras.src.activations.activations", NULL};

static bool infer_test(struct al_site *s)
{
    if (!al_dtype_is_float(s->in_dtypes[0]))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "float numbers", al_text_of(al_dtype_name(s->in_dtypes[0])),
                              "integers are always numbers");
    return al_site_typed(s, &s->in[0], AL_BOOL);
}

AL_UNARY_ROW(op_arcsin, "Arcsin", al_modules_numpy, al_infer_inexact, "the angle whose sine is x", "math.asin");
AL_UNARY_ROW(op_arccos, "Arccos", al_modules_numpy, al_infer_inexact, "the angle whose cosine is x", "math.acos");
AL_UNARY_ROW(op_sinh, "Sinh", al_modules_numpy, al_infer_inexact, "sinh x", "math.sinh");
AL_UNARY_ROW(op_cosh, "Cosh", al_modules_numpy, al_infer_inexact, "cosh x", "math.cosh");
AL_UNARY_ROW(op_arcsinh, "Arcsinh", al_modules_numpy, al_infer_inexact, "what has the sinh x", "math.asinh");
AL_UNARY_ROW(op_arccosh, "Arccosh", al_modules_numpy, al_infer_inexact, "what has the cosh x", "math.acosh");
AL_UNARY_ROW(op_arctanh, "Arctanh", al_modules_numpy, al_infer_inexact, "what has the tanh x", "math.atanh");
AL_UNARY_ROW(op_log2, "Log2", al_modules_numpy, al_infer_inexact, "the logarithm of x to the base 2", NULL);
AL_UNARY_ROW(op_log10, "Log10", al_modules_numpy, al_infer_inexact, "the logarithm of x to the base 10", NULL);
AL_UNARY_ROW(op_isnan, "Isnan", al_modules_numpy, infer_test, "whether x is no number", "math.is_nan");
AL_UNARY_ROW(op_isinf, "Isinf", al_modules_numpy, infer_test, "whether x is infinite", "math.is_inf");
AL_UNARY_ROW(op_isfinite, "Isfinite", al_modules_numpy, infer_test, "whether x is finite", "math.is_finite");
AL_UNARY_ROW(op_tanh_shrink, "TanhShrink", al_modules_nn, al_infer_inexact, "x - tanh x", NULL);
AL_UNARY_ROW(op_sparse_plus, "SparsePlus", al_modules_nn, al_infer_inexact,
             "0, x, or (x + 1)² / 4 between -1 and 1", NULL);
AL_UNARY_ROW(op_sparse_sigmoid, "SparseSigmoid", al_modules_nn, al_infer_inexact, "clip((x + 1) / 2, 0, 1)", NULL);

/* ---- with keys ---- */

static const struct al_param shrink_params[] = {AL_NUMBER_KEY("threshold", "0.5")};
static const struct al_param threshold_params[] = {
    {.key = "threshold", .type = AL_PARAM_REAL, .flags = AL_PARAM_REQUIRED},
    {.key = "default_value", .type = AL_PARAM_REAL, .flags = AL_PARAM_REQUIRED},
};
static const struct al_param plus_params[] = {AL_NUMBER_KEY("b", "4")};
static const struct al_param glu_params[] = {AL_AXIS_KEY("-1")};
static const struct al_param relu_params[] = {
    AL_NUMBER_KEY("negative_slope", "0.0"),
    {.key = "max_value", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    AL_NUMBER_KEY("threshold", "0.0"),
};

static bool infer_glu(struct al_site *s)
{
    struct al_shape out = s->in[0];
    uint32_t axis;
    if (!al_site_axis(s, "axis", al_param_int(s, "axis"), out.rank, &axis))
        return false;
    if (out.dim[axis] == -1 || out.dim[axis] % 2 != 0)
        return al_site_bad_shape(s, "an axis of even length", &s->in[0]);
    out.dim[axis] /= 2;
    return al_site_typed(s, &out, al_dtype_inexact(s->in_dtypes[0]));
}

#define KEYED_ROW(symbol, class_name, module_list, keys, function, text) \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, module_list, NULL), \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_x), \
        .computes = (text), \
        .infer = (function), \
    }
KEYED_ROW(op_soft_shrink, "SoftShrink", al_modules_nn, shrink_params, al_infer_inexact,
          "x moved towards 0 by the threshold, at most to 0");
KEYED_ROW(op_hard_shrink, "HardShrink", al_modules_nn, shrink_params, al_infer_inexact,
          "x, or 0 within the threshold");
KEYED_ROW(op_threshold, "Threshold", al_modules_nn, threshold_params, al_infer_inexact,
          "x above the threshold, else default_value");
KEYED_ROW(op_squareplus, "Squareplus", al_modules_nn, plus_params, al_infer_inexact, "(x + √(x² + b)) / 2");
KEYED_ROW(op_glu, "Glu", al_modules_nn, glu_params, infer_glu, "the first half of x · sigmoid(the second half)");
KEYED_ROW(op_relu_activation, "ReLU", modules_activations, relu_params, al_infer_inexact,
          "relu with a slope, a greatest value and a threshold");

/* ---- two operands ---- */

static bool infer_two(struct al_site *s)
{
    struct al_shape shape;
    enum al_dtype dtype;
    return al_site_operands(s, &shape, &dtype) && al_site_typed(s, &shape, al_dtype_inexact(dtype));
}

const struct al_row al_row_op_logaddexp = {
    AL_OPERATION("Logaddexp", al_modules_numpy, NULL),
    AL_ARGUMENTS(al_arguments_x1_x2),
    .computes = "log(exp(x1) + exp(x2))",
    .infer = infer_two,
};

#define OLD_ROW(symbol, class_name, function, argument_list, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, al_modules_numpy, functions_##symbol), \
        .keras2_only = true, \
        AL_ARGUMENTS(argument_list), \
        .computes = (text), \
        .infer = (function), \
    }
OLD_ROW(op_squared_difference, "SquaredDifference", infer_two, al_arguments_x1_x2, "(x1 - x2)²",
        "math.squared_difference");
OLD_ROW(op_divide_no_nan, "DivideNoNan", infer_two, al_arguments_x1_x2, "x1 / x2, 0 where x2 is 0",
        "math.divide_no_nan");

static bool infer_add_n(struct al_site *s)
{
    for (uint32_t i = 1; i < s->in_count; i++)
        if (!al_shape_equal(&s->in[0], &s->in[i]) || s->in_dtypes[i] != s->in_dtypes[0])
            return al_site_bad_shape(s, al_shape_show(s->findings, &s->in[0]), &s->in[i]);
    return al_site_typed(s, &s->in[0], s->in_dtypes[0]);
}

OLD_ROW(op_add_n, "AddN", infer_add_n, al_arguments_xs, "the sum of all", "math.add_n");

/* ---- along axes ---- */

static const struct al_param average_params[] = {AL_AXES_OR_NULL_KEY};
static const struct al_argument average_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "weights", .type = AL_ARGUMENT_IGNORED, .flags = AL_ARGUMENT_OPTIONAL},
};

static bool reduce(struct al_site *s, bool keepdims, enum al_dtype dtype)
{
    struct al_shape out = {0};
    uint32_t axes[AL_MAX_RANK], count = 0;
    const bool all = al_param_is_null(s, "axis");
    if (!all && !al_site_axes(s, "axis", s->in[0].rank, axes, &count))
        return false;
    for (uint32_t i = 0, k = 0; i < s->in[0].rank; i++) {
        const bool gone = all || (k < count && axes[k] == i);
        k += !all && gone;
        if (!gone || keepdims)
            out.dim[out.rank++] = gone ? 1 : s->in[0].dim[i];
    }
    return al_site_typed(s, &out, dtype);
}

static bool infer_average(struct al_site *s)
{
    return reduce(s, false, al_dtype_inexact(s->in_dtypes[0]));
}

const struct al_row al_row_op_average = {
    AL_OPERATION("Average", al_modules_numpy, NULL),
    AL_PARAMS(average_params),
    AL_ARGUMENTS(average_arguments),
    .computes = "the mean over the axes",
    .infer = infer_average,
};

static bool infer_count(struct al_site *s)
{
    return reduce(s, false, AL_INT32);
}

const struct al_row al_row_op_count_nonzero = {
    AL_OPERATION("CountNonzero", al_modules_numpy, NULL),
    AL_PARAMS(average_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "how many are not 0 over the axes",
    .infer = infer_count,
};

static const struct al_param norm_params[] = {
    {.key = "ord", .type = AL_PARAM_TEXT_OR_INTEGER, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    AL_AXES_OR_NULL_KEY,
    {.key = "keepdims", .type = AL_PARAM_BOOL, .flags = AL_PARAM_NULLABLE, .standard = "false"},
};

static bool infer_norm(struct al_site *s)
{
    const struct al_value *order = al_param_of(s, "ord");
    const bool euclidean = order->type == AL_VALUE_TEXT && al_text_is(order->text, "euclidean");
    const bool one = al_param_of(s, "axis")->count == 1;
    const bool number = order->type == AL_VALUE_INTEGER && one && (order->integer == 1 || order->integer == 2);
    if (order->type != AL_VALUE_NULL && !number && !(euclidean && al_model_is_keras2(s->model)))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "the Euclidean norm, or that of order 1 over one axis",
                              AL_NOTHING, "another norm is not computed");
    return reduce(s, al_param_bool(s, "keepdims"), al_dtype_inexact(s->in_dtypes[0]));
}

static const char *const norm_functions[] = {"compat.v1.norm", "norm", NULL};

const struct al_row al_row_op_norm = {
    AL_OPERATION("Norm", modules_linalg, norm_functions),
    AL_PARAMS(norm_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "√Σ x² over the axes, or Σ |x|",
    .infer = infer_norm,
};

static const struct al_param l2_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 1, .count_max = AL_MAX_RANK,
     .standard = "null"},
    {.key = "epsilon", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1, .standard = "1e-12"},
    {.key = "dim", .type = AL_PARAM_FIXED, .fixed = "null", .refusal = "an old name of axis"},
};

static bool infer_l2(struct al_site *s)
{
    uint32_t axes[AL_MAX_RANK], count;
    return (al_param_is_null(s, "axis") || al_site_axes(s, "axis", s->in[0].rank, axes, &count)) &&
           al_infer_inexact(s);
}

static const char *const l2_functions[] = {"math.l2_normalize", "nn.l2_normalize", NULL};

const struct al_row al_row_op_l2_normalize = {
    AL_OPERATION("L2Normalize", al_modules_nn, l2_functions),
    .keras2_only = true,
    AL_PARAMS(l2_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x / √max(Σ x², epsilon) over the axes",
    .infer = infer_l2,
};

/* ---- FullLike ---- */

static const struct al_param full_params[] = {
    {.key = "dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
};
static const struct al_argument full_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "fill_value", .type = AL_ARGUMENT_VALUE,
     .param = {.key = "fill_value", .type = AL_PARAM_REAL, .flags = AL_PARAM_REQUIRED}},
};

static bool infer_full(struct al_site *s)
{
    return al_site_typed(s, &s->in[0], al_param_is_null(s, "dtype") ? s->in_dtypes[0]
                                                                     : (enum al_dtype)al_param_int(s, "dtype"));
}

const struct al_row al_row_op_full_like = {
    AL_OPERATION("FullLike", al_modules_numpy, NULL),
    AL_PARAMS(full_params),
    AL_ARGUMENTS(full_arguments),
    .computes = "one number in the shape of x",
    .infer = infer_full,
};
