/* Raw operations that make one number of many along axes (keras/src/ops/numpy.py, math.py). */
#include "validator/families/operations.h"

static const struct al_param reduction_params[] = {
    AL_AXES_OR_NULL_KEY,
    AL_BOOL_KEY("keepdims", "false"),
    AL_FIXED_KEY("initial", "null", "a start value is not computed"),
    AL_FIXED_KEY("dtype", "null", "another type for the result is not computed"),
    AL_OLD_AXIS_KEYS,
};

/* The axes to reduce as bits; null: all. */
static bool reduced_axes(struct al_site *s, uint32_t *bits)
{
    uint32_t axes[AL_MAX_RANK], count;
    *bits = (1U << s->in[0].rank) - 1;
    if (al_param_is_null(s, "axis"))
        return true;
    if (!al_site_axes(s, "axis", s->in[0].rank, axes, &count))
        return false;
    *bits = 0;
    for (uint32_t i = 0; i < count; i++)
        *bits |= 1U << axes[i];
    return true;
}

static bool reduce(struct al_site *s, enum al_dtype dtype)
{
    struct al_shape out = {0};
    uint32_t bits;
    if (!reduced_axes(s, &bits))
        return false;
    for (uint32_t i = 0; i < s->in[0].rank; i++) {
        if (!(bits & 1U << i))
            out.dim[out.rank++] = s->in[0].dim[i];
        else if (al_param_bool(s, "keepdims"))
            out.dim[out.rank++] = 1;
    }
    return al_site_typed(s, &out, dtype);
}

static bool infer_mean(struct al_site *s)
{
    return reduce(s, al_dtype_inexact(s->in_dtypes[0]));
}

static bool infer_extreme(struct al_site *s)
{
    return reduce(s, s->in_dtypes[0] == AL_STRING ? AL_DTYPE_NONE : s->in_dtypes[0]);
}

/* small integers are summed as int32 (keras.ops.sum) */
static bool infer_sum(struct al_site *s)
{
    enum al_dtype dtype = s->in_dtypes[0];
    if (dtype == AL_BOOL || dtype == AL_INT8 || dtype == AL_INT16)
        dtype = AL_INT32;
    else if (dtype == AL_UINT8 || dtype == AL_UINT16)
        dtype = AL_UINT32;
    return reduce(s, dtype == AL_STRING ? AL_DTYPE_NONE : dtype);
}

static bool infer_truth(struct al_site *s)
{
    return reduce(s, s->in_dtypes[0] == AL_STRING ? AL_DTYPE_NONE : AL_BOOL);
}

#define REDUCTION_ROW(symbol, class_name, module_list, function, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, module_list, functions_##symbol), \
        AL_PARAMS(reduction_params), \
        AL_ARGUMENTS(al_arguments_x), \
        .computes = (text), \
        .infer = (function), \
    }
REDUCTION_ROW(op_mean, "Mean", al_modules_numpy, infer_mean, "the mean over the axes", "math.reduce_mean");
REDUCTION_ROW(op_sum, "Sum", al_modules_numpy, infer_sum, "the sum over the axes", "math.reduce_sum");
REDUCTION_ROW(op_prod, "Prod", al_modules_numpy, infer_sum, "the product over the axes", "math.reduce_prod");
REDUCTION_ROW(op_max, "Max", al_modules_numpy, infer_extreme, "the greatest over the axes", "math.reduce_max");
REDUCTION_ROW(op_min, "Min", al_modules_numpy, infer_extreme, "the least over the axes", "math.reduce_min");
REDUCTION_ROW(op_amax, "Amax", al_modules_numpy, infer_extreme, "the greatest over the axes", NULL);
REDUCTION_ROW(op_amin, "Amin", al_modules_numpy, infer_extreme, "the least over the axes", NULL);
REDUCTION_ROW(op_any, "Any", al_modules_numpy, infer_truth, "whether any is true over the axes", "math.reduce_any");
REDUCTION_ROW(op_all, "All", al_modules_numpy, infer_truth, "whether all are true over the axes", "math.reduce_all");
REDUCTION_ROW(op_std, "Std", al_modules_numpy, infer_mean, "the standard deviation over the axes", "math.reduce_std");
REDUCTION_ROW(op_var, "Var", al_modules_numpy, infer_mean, "the variance over the axes", "math.reduce_variance");
REDUCTION_ROW(op_logsumexp, "Logsumexp", al_modules_math, infer_mean, "log(Σ exp(x)) over the axes",
              "math.reduce_logsumexp");

/* ---- along one axis ---- */

static const struct al_param arg_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 1, .count_max = 1,
     .standard = "null"},
    AL_BOOL_KEY("keepdims", "false"),
    /* TensorFlow's */
    {.key = "output_type", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    {.key = "dimension", .type = AL_PARAM_FIXED, .fixed = "null", .refusal = "an old name of axis"},
};

/* TensorFlow counts in int64, and takes axis 0 where none is given: along the samples, which is refused. */
static bool infer_arg(struct al_site *s)
{
    const bool keras2 = al_model_is_keras2(s->model);
    if (keras2 && al_param_is_null(s, "axis"))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "an axis", AL_NOTHING, "%s over the samples is not computed",
                              s->row->name);
    return reduce(s, !keras2 ? AL_INT32 : al_param_is_null(s, "output_type")
                                              ? AL_INT64 : (enum al_dtype)al_param_int(s, "output_type"));
}

#define ARG_ROW(symbol, class_name, text, function) \
    static const char *const functions_##symbol[] = {function, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, al_modules_numpy, functions_##symbol), \
        AL_PARAMS(arg_params), \
        AL_ARGUMENTS(al_arguments_x), \
        .computes = (text), \
        .infer = infer_arg, \
    }
ARG_ROW(op_argmax, "Argmax", "where the greatest is along the axis", "math.argmax");
ARG_ROW(op_argmin, "Argmin", "where the least is along the axis", "math.argmin");

static const struct al_param cumulative_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = 1},
    AL_FIXED_KEY("dtype", "null", "another type for the result is not computed"),
    AL_FIXED_KEY("exclusive", "false", "the sum of what stands before is not computed"),
    AL_FIXED_KEY("reverse", "false", "the sum from the end is not computed"),
};

static bool infer_cumulative(struct al_site *s)
{
    uint32_t axes[AL_MAX_RANK], count;
    if (!al_site_axes(s, "axis", s->in[0].rank, axes, &count))
        return false;
    return al_site_typed(s, &s->in[0], s->in_dtypes[0] == AL_BOOL ? AL_INT32 : s->in_dtypes[0]);
}

static const char *const cumsum_functions[] = {"math.cumsum", NULL};

const struct al_row al_row_op_cumsum = {
    AL_OPERATION("Cumsum", al_modules_numpy, cumsum_functions),
    AL_PARAMS(cumulative_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the sum of all up to each along the axis",
    .infer = infer_cumulative,
};

static const struct al_param normalize_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .count_min = 1, .count_max = 1, .standard = "-1"},
    {.key = "order", .type = AL_PARAM_FIXED, .fixed = "2", .refusal = "only the Euclidean norm is computed"},
    {.key = "epsilon", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE, .minimum = 0, .maximum = 1,
     .standard = "null"},
};

static bool infer_normalize(struct al_site *s)
{
    uint32_t axes[AL_MAX_RANK], count;
    return al_site_axes(s, "axis", s->in[0].rank, axes, &count) &&
           al_site_typed(s, &s->in[0], al_dtype_inexact(s->in_dtypes[0]));
}

const struct al_row al_row_op_normalize = {
    AL_OPERATION("Normalize", al_modules_nn, NULL),
    AL_PARAMS(normalize_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x / max(√Σ x², epsilon) over the axis",
    .infer = infer_normalize,
};
