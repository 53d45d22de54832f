/* Raw operations that join tensors, take them apart or choose from them (keras/src/ops/numpy.py, nn.py). */
#include "validator/families/operations.h"

static bool one_type(struct al_site *s, enum al_dtype *dtype)
{
    *dtype = s->in_dtypes[0];
    for (uint32_t i = 1; i < s->in_count; i++)
        *dtype = al_dtype_promote(*dtype, s->in_dtypes[i]);
    return *dtype != AL_DTYPE_NONE || al_site_refuse(s, AL_GRAPH_ARGUMENT, "tensors of numbers", AL_NOTHING,
                                                     "%s is given types that do not go together", s->row->name);
}

/* ---- Concatenate, Stack ---- */

static const struct al_param concatenate_params[] = {AL_AXIS_KEY("0")};

static bool infer_concatenate(struct al_site *s)
{
    struct al_shape out;
    enum al_dtype dtype;
    return one_type(s, &dtype) && al_concatenated(s, al_param_int(s, "axis"), &out) && al_site_typed(s, &out, dtype);
}

static const char *const concatenate_functions[] = {"concat", NULL};

const struct al_row al_row_op_concatenate = {
    AL_OPERATION("Concatenate", al_modules_numpy, concatenate_functions),
    AL_PARAMS(concatenate_params),
    AL_ARGUMENTS(al_arguments_xs),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the tensors one behind the other along the axis",
    .infer = infer_concatenate,
};

static const struct al_argument stack_arguments[] = {{.name = "x", .type = AL_ARGUMENT_TENSORS}};

static bool infer_stack(struct al_site *s)
{
    struct al_shape out = {.rank = s->in[0].rank + 1};
    enum al_dtype dtype;
    uint32_t axis, from = 0;
    if (out.rank > AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &s->in[0]);
    for (uint32_t i = 1; i < s->in_count; i++)
        if (!al_shape_equal(&s->in[0], &s->in[i]))
            return al_site_bad_shape(s, al_shape_show(s->findings, &s->in[0]), &s->in[i]);
    if (!one_type(s, &dtype) || !al_site_axis(s, "axis", al_param_int(s, "axis"), out.rank, &axis))
        return false;
    for (uint32_t i = 0; i < out.rank; i++)
        out.dim[i] = i == axis ? (int64_t)s->in_count : s->in[0].dim[from++];
    return al_site_typed(s, &out, dtype);
}

static const char *const stack_functions[] = {"stack", NULL};

const struct al_row al_row_op_stack = {
    AL_OPERATION("Stack", al_modules_numpy, stack_functions),
    AL_PARAMS(concatenate_params),
    AL_ARGUMENTS(stack_arguments),
    .computes = "the tensors along a new axis",
    .infer = infer_stack,
};

/* ---- Split, Unstack: several outputs ---- */

/* A number: so many equal parts. A list: where to cut, or in TensorFlow how long each part is, -1: the rest. */
static const struct al_param split_params[] = {
    {.key = "indices_or_sections", .type = AL_PARAM_REALS, .flags = AL_PARAM_REQUIRED, .minimum = -1,
     .maximum = AL_MAX_UNITS, .count_min = 1, .count_max = 4095},
    {.key = "num_or_size_splits", .type = AL_PARAM_REALS, .flags = AL_PARAM_ALIAS, .minimum = -1,
     .maximum = AL_MAX_UNITS, .count_min = 1, .count_max = 4095, .alias_of = "indices_or_sections"},
    AL_AXIS_KEY("0"),
    AL_FIXED_KEY("num", "null", "the number of parts is that of num_or_size_splits"),
};

static bool parts(struct al_site *s, uint32_t count, const struct al_shape *part)
{
    if (!al_site_outputs(s, count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        s->out[i] = *part;
        s->out_dtypes[i] = s->in_dtypes[0];
    }
    return true;
}

static bool bad_split(struct al_site *s)
{
    return al_site_bad_shape(s, "a length that falls into such parts", &s->in[0]);
}

/* Parts of different lengths; the model's shape rule and its lowering cut alike. */
static bool infer_uneven(struct al_site *s, uint32_t axis)
{
    const struct al_value *list = al_param_of(s, "indices_or_sections");
    const bool sizes = al_model_is_keras2(s->model);
    const int64_t length = s->in[0].dim[axis];
    int64_t at = 0, rest = length, open = -1;
    for (uint32_t i = 0; sizes && i < list->count; i++) {
        if (list->reals[i] == -1 && open != -1)
            return bad_split(s);
        open = list->reals[i] == -1 ? (int64_t)i : open;
        rest -= list->reals[i] == -1 ? 0 : (int64_t)list->reals[i];
    }
    if (length == -1 || (sizes && (rest < 0 || (open == -1 && rest != 0))) ||
        !parts(s, list->count + (sizes ? 0 : 1), &s->in[0]))
        return length != -1 ? bad_split(s) : al_site_bad_shape(s, "a known length", &s->in[0]);
    for (uint32_t i = 0; i < s->out_count; i++) {
        const int64_t given = i < list->count ? (int64_t)list->reals[i] : length;
        const int64_t part = sizes ? (given == -1 ? rest : given) : given - at;
        if (part < 1 || (i < list->count && list->reals[i] != (double)given) || at + part > length)
            return bad_split(s);
        s->out[i].dim[axis] = part;
        at += part;
    }
    return true;
}

static bool infer_split(struct al_site *s)
{
    const struct al_value *given = al_param_of(s, "indices_or_sections");
    struct al_shape part = s->in[0];
    uint32_t axis;
    if (!al_site_axis(s, "axis", al_param_int(s, "axis"), part.rank, &axis))
        return false;
    if (given->shape.rank == 1)
        return infer_uneven(s, axis);
    const int64_t count = given->shape.rank == 0 ? (int64_t)given->reals[0] : 0;
    if (count < 1 || count > 4096 || given->reals[0] != (double)count || part.dim[axis] == -1 ||
        part.dim[axis] % count != 0)
        return bad_split(s);
    part.dim[axis] /= count;
    return parts(s, (uint32_t)count, &part);
}

static const char *const split_functions[] = {"split", NULL};

const struct al_row al_row_op_split = {
    AL_OPERATION("Split", al_modules_numpy, split_functions),
    AL_PARAMS(split_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "parts of x along the axis",
    .infer = infer_split,
};

static const struct al_param unstack_params[] = {
    {.key = "num", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = 1, .maximum = 4096,
     .standard = "null"},
    AL_AXIS_KEY("0"),
};

static bool infer_unstack(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    struct al_shape part = {0};
    uint32_t axis;
    if (!al_site_axis(s, "axis", al_param_int(s, "axis"), in->rank, &axis))
        return false;
    int64_t count = in->dim[axis] == -1 && !al_param_is_null(s, "num") ? al_param_int(s, "num") : in->dim[axis];
    if (count < 1 || count > 4096 || (!al_param_is_null(s, "num") && count != al_param_int(s, "num")))
        return al_site_bad_shape(s, "a known number of parts, at most 4096", in);
    for (uint32_t i = 0; i < in->rank; i++)
        if (i != axis)
            part.dim[part.rank++] = in->dim[i];
    return parts(s, (uint32_t)count, &part);
}

static const char *const unstack_functions[] = {"unstack", NULL};

const struct al_row al_row_op_unstack = {
    AL_OPERATION("Unstack", al_modules_core, unstack_functions),
    AL_PARAMS(unstack_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "each part of x along the axis, without it",
    .infer = infer_unstack,
};

/* ---- Where, OneHot ---- */

static const struct al_argument where_arguments[] = {
    {.name = "condition", .type = AL_ARGUMENT_TENSOR},
    {.name = "x1", .type = AL_ARGUMENT_OPERAND},
    {.name = "x2", .type = AL_ARGUMENT_OPERAND},
};

/* the type of x1 and x2 by themselves: of both, of the one with the other's constant, of two constants */
static enum al_dtype chosen_type(const struct al_site *s)
{
    const struct al_value *a = al_site_constant(s, "x1"), *b = al_site_constant(s, "x2");
    if (a == NULL && b == NULL)
        return al_dtype_promote(s->in_dtypes[1], s->in_dtypes[2]);
    if (a == NULL || b == NULL)
        return al_dtype_with_constant(s->in_dtypes[1], a == NULL ? b : a);
    bool integers = (a->type == AL_VALUE_INTEGER || a->type == AL_VALUE_BOOL) &&
                    (b->type == AL_VALUE_INTEGER || b->type == AL_VALUE_BOOL);
    return integers ? AL_INT32 : AL_FLOAT32;
}

static bool infer_where(struct al_site *s)
{
    struct al_shape out = s->in[0];
    for (uint32_t i = 1; i < s->in_count; i++)
        if (!al_shape_broadcast(&out, &s->in[i], &out))
            return al_site_bad_shape(s, al_shape_show(s->findings, &out), &s->in[i]);
    return al_site_typed(s, &out, chosen_type(s));
}

static const char *const where_functions[] = {"where", NULL};

const struct al_row al_row_op_where = {
    AL_OPERATION("Where", al_modules_numpy, where_functions),
    AL_ARGUMENTS(where_arguments),
    .computes = "x1 where the condition is true, else x2",
    .infer = infer_where,
};

static const struct al_param one_hot_params[] = {
    AL_UNITS_KEY("num_classes"),
    {.key = "depth", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_ALIAS, .minimum = 1, .maximum = AL_MAX_UNITS,
     .alias_of = "num_classes"},
    AL_AXIS_KEY("-1"),
    {.key = "dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
    AL_FIXED_KEY("on_value", "null", "other values than 1 are not computed"),
    AL_FIXED_KEY("off_value", "null", "other values than 0 are not computed"),
};

static bool infer_one_hot(struct al_site *s)
{
    struct al_shape out = {.rank = s->in[0].rank + 1};
    uint32_t axis, from = 0;
    if (out.rank > AL_MAX_RANK || al_dtype_is_float(s->in_dtypes[0]) || s->in_dtypes[0] == AL_STRING)
        return al_site_bad_shape(s, "integers, on fewer axes", &s->in[0]);
    if (!al_site_axis(s, "axis", al_param_int(s, "axis"), out.rank, &axis))
        return false;
    for (uint32_t i = 0; i < out.rank; i++)
        out.dim[i] = i == axis ? al_param_int(s, "num_classes") : s->in[0].dim[from++];
    return al_site_typed(s, &out,
                         al_param_is_null(s, "dtype") ? AL_FLOAT32 : (enum al_dtype)al_param_int(s, "dtype"));
}

static const char *const one_hot_functions[] = {"one_hot", NULL};

const struct al_row al_row_op_one_hot = {
    AL_OPERATION("OneHot", al_modules_nn, one_hot_functions),
    AL_PARAMS(one_hot_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "1 at the place that each number names, 0 elsewhere",
    .infer = infer_one_hot,
};
