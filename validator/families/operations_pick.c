/* Raw operations that pick, pad and move parts of tensors (keras/src/ops/numpy.py, linalg.py, nn.py,
   image.py), and TensorFlow's functions for the same in files of Keras 2. */
#include "validator/families/operations.h"

#include "base/checked.h"

#include <string.h>

#define ONE_AXIS_KEY(settings, value) \
    {.key = "axis", .type = AL_PARAM_AXES, .flags = (settings), .count_min = 1, .count_max = 1, .standard = (value)}

static bool same_type(struct al_site *s, const struct al_shape *shape)
{
    return al_site_typed(s, shape, s->in_dtypes[0]);
}

static bool one_axis(struct al_site *s, uint32_t rank, uint32_t *axis)
{
    return al_site_axis(s, "axis", al_param_of(s, "axis")->integers[0], rank, axis);
}

static bool is_integer(enum al_dtype dtype)
{
    return dtype >= AL_INT8 && dtype <= AL_UINT64;
}

/* ---- Take, TakeAlongAxis ---- */

static const struct al_param take_params[] = {
    ONE_AXIS_KEY(AL_PARAM_NULLABLE, "null"),
    {.key = "batch_dims", .type = AL_PARAM_FIXED, .fixed = "0",
     .refusal = "indices for each sample are not computed"},
    {.key = "validate_indices", .type = AL_PARAM_IGNORED_BOOL, .flags = AL_PARAM_NULLABLE},
};
static const struct al_argument take_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "indices", .type = AL_ARGUMENT_OPERAND},
};

/* The shape of the indices, a tensor or numbers of the file. */
static bool indices_of(struct al_site *s, struct al_shape *shape)
{
    const struct al_value *numbers = al_site_constant(s, "indices");
    if (numbers == NULL) {
        *shape = s->in[1];
        return is_integer(s->in_dtypes[1]) || al_site_refuse(s, AL_GRAPH_ARGUMENT, "integers", AL_NOTHING,
                                                             "indices that are no integers");
    }
    *shape = numbers->type == AL_VALUE_REALS ? numbers->shape : (struct al_shape){0};
    for (uint32_t i = 0; numbers->type == AL_VALUE_REALS && i < numbers->count; i++)
        if (numbers->reals[i] != (double)(int32_t)numbers->reals[i])
            return al_site_refuse(s, AL_GRAPH_ARGUMENT, "integers", AL_NOTHING, "indices that are no integers");
    return numbers->type == AL_VALUE_REALS || numbers->type == AL_VALUE_INTEGER ||
           al_site_refuse(s, AL_GRAPH_ARGUMENT, "integers", AL_NOTHING, "indices that are no integers");
}

static bool infer_take(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    struct al_shape indices, out = {0};
    uint32_t axis = 0;
    if (al_param_is_null(s, "axis") && !al_model_is_keras2(s->model))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "an axis", AL_NOTHING,
                              "taking from all numbers in a row is not computed");
    if (!indices_of(s, &indices) || (!al_param_is_null(s, "axis") && !one_axis(s, in->rank, &axis)))
        return false;
    if (in->rank + indices.rank > AL_MAX_RANK + 1)
        return al_site_bad_shape(s, "fewer axes", &indices);
    for (uint32_t i = 0; i < axis; i++)
        out.dim[out.rank++] = in->dim[i];
    for (uint32_t i = 0; i < indices.rank; i++)
        out.dim[out.rank++] = indices.dim[i];
    for (uint32_t i = axis + 1; i < in->rank; i++)
        out.dim[out.rank++] = in->dim[i];
    return same_type(s, &out);
}

static const char *const take_functions[] = {"compat.v1.gather", "gather", NULL};

const struct al_row al_row_op_take = {
    AL_OPERATION("Take", al_modules_numpy, take_functions),
    AL_PARAMS(take_params),
    AL_ARGUMENTS(take_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the parts of x along the axis that the indices name",
    .infer = infer_take,
};

static const struct al_param along_params[] = {ONE_AXIS_KEY(AL_PARAM_REQUIRED, NULL)};
static const struct al_argument along_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "indices", .type = AL_ARGUMENT_TENSOR},
};

static bool infer_along(struct al_site *s)
{
    const struct al_shape *in = &s->in[0], *indices = &s->in[1];
    uint32_t axis;
    if (!one_axis(s, in->rank, &axis))
        return false;
    bool fits = indices->rank == in->rank && is_integer(s->in_dtypes[1]);
    for (uint32_t i = 0; fits && i < in->rank; i++)
        fits = i == axis || in->dim[i] == indices->dim[i];
    return fits ? same_type(s, indices)
                : al_site_bad_shape(s, "integers of the same shape, save along the axis", indices);
}

const struct al_row al_row_op_take_along_axis = {
    AL_OPERATION("TakeAlongAxis", al_modules_numpy, NULL),
    AL_PARAMS(along_params),
    AL_ARGUMENTS(along_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "along the axis, in each place the number that the index there names",
    .infer = infer_along,
};

/* ---- Pad ---- */

static const char *const pad_modes[] = {"constant", "reflect", "symmetric", "CONSTANT", "REFLECT", "SYMMETRIC", NULL};
#define WIDTHS(name, settings, ...) \
    {.key = (name), .type = AL_PARAM_REALS, .flags = (settings), .minimum = 0, .maximum = 1 << 20, .count_min = 2, \
     .count_max = 2 * AL_MAX_RANK, __VA_ARGS__}
static const struct al_param pad_params[] = {
    WIDTHS("pad_width", AL_PARAM_REQUIRED, .standard = NULL),
    WIDTHS("paddings", AL_PARAM_ALIAS, .alias_of = "pad_width"),
    {.key = "mode", .type = AL_PARAM_CHOICE, .choices = pad_modes, .standard = "\"constant\""},
};
static const struct al_argument pad_arguments[] = {
    {.name = "x", .type = AL_ARGUMENT_TENSOR},
    {.name = "constant_values", .type = AL_ARGUMENT_VALUE, .flags = AL_ARGUMENT_OPTIONAL,
     .param = {.key = "constant_values", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE}},
};

static bool infer_pad(struct al_site *s)
{
    const struct al_value *widths = al_param_of(s, "pad_width");
    const bool constant = al_param_int(s, "mode") % 3 == 0, mirrors = al_param_int(s, "mode") % 3 == 1;
    struct al_shape out = s->in[0];
    if (widths->shape.rank != 2 || widths->shape.dim[1] != 2 || widths->shape.dim[0] != (int64_t)out.rank)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "two numbers for each axis", AL_NOTHING,
                              "pad_width does not fit the tensor");
    for (uint32_t i = 0; i < out.rank; i++) {
        const double before = widths->reals[2 * i], after = widths->reals[2 * i + 1];
        const int64_t most = out.dim[i] - (mirrors ? 1 : 0);
        if (before != (double)(int64_t)before || after != (double)(int64_t)after)
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "integers", AL_NOTHING, "pad_width holds a fraction");
        if (before == 0 && after == 0)
            continue;
        if (!constant && (out.dim[i] == -1 || before > (double)most || after > (double)most))
            return al_site_bad_shape(s, "an axis at least as long as its padding", &s->in[0]);
        if (out.dim[i] != -1)
            out.dim[i] += (int64_t)before + (int64_t)after;
    }
    return same_type(s, &out);
}

static const char *const pad_functions[] = {"compat.v1.pad", "pad", NULL};

const struct al_row al_row_op_pad = {
    AL_OPERATION("Pad", al_modules_numpy, pad_functions),
    AL_PARAMS(pad_params),
    AL_ARGUMENTS(pad_arguments),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x with so many numbers before and behind along each axis",
    .infer = infer_pad,
};

/* ---- Roll, Moveaxis ---- */

static const struct al_param roll_params[] = {
    {.key = "shift", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = -AL_MAX_UNITS,
     .maximum = AL_MAX_UNITS},
    ONE_AXIS_KEY(AL_PARAM_REQUIRED, NULL),
};

static bool infer_roll(struct al_site *s)
{
    uint32_t axis;
    return one_axis(s, s->in[0].rank, &axis) && same_type(s, &s->in[0]);
}

static const char *const roll_functions[] = {"roll", NULL};

const struct al_row al_row_op_roll = {
    AL_OPERATION("Roll", al_modules_numpy, roll_functions),
    AL_PARAMS(roll_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x shifted along the axis, what leaves at one end entering at the other",
    .infer = infer_roll,
};

#define MOVED_KEY(name) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = -(double)AL_MAX_RANK, \
     .maximum = AL_MAX_RANK - 1}
static const struct al_param move_params[] = {MOVED_KEY("source"), MOVED_KEY("destination")};

static bool infer_move(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    struct al_shape out = {.rank = in->rank};
    uint32_t from, to;
    if (!al_site_axis(s, "source", al_param_int(s, "source"), in->rank, &from) ||
        !al_site_axis(s, "destination", al_param_int(s, "destination"), in->rank, &to))
        return false;
    for (uint32_t i = 0, at = 0; i < in->rank; i++) {
        at += at == from;
        out.dim[i] = i == to ? in->dim[from] : in->dim[at++];
    }
    return same_type(s, &out);
}

const struct al_row al_row_op_moveaxis = {
    AL_OPERATION("Moveaxis", al_modules_numpy, NULL),
    AL_PARAMS(move_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x with one axis at another place",
    .infer = infer_move,
};

/* ---- Sort, Tril, Triu ---- */

static const struct al_param sort_params[] = {
    ONE_AXIS_KEY(0, "-1"),
    AL_FIXED_KEY("direction", "\"ASCENDING\"", "sorting from the greatest on is not computed"),
};

static bool infer_sort(struct al_site *s)
{
    uint32_t axis;
    if (!al_dtype_is_float(s->in_dtypes[0]))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "float numbers", al_text_of(al_dtype_name(s->in_dtypes[0])),
                              "sorting integers is not computed");
    return one_axis(s, s->in[0].rank, &axis) && same_type(s, &s->in[0]);
}

static const char *const sort_functions[] = {"sort", NULL};

const struct al_row al_row_op_sort = {
    AL_OPERATION("Sort", al_modules_numpy, sort_functions),
    AL_PARAMS(sort_params),
    AL_ARGUMENTS(al_arguments_x),
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x in ascending order along the axis",
    .infer = infer_sort,
};

static const struct al_param triangle_params[] = {
    {.key = "k", .type = AL_PARAM_INTEGER, .minimum = -AL_MAX_UNITS, .maximum = AL_MAX_UNITS, .standard = "0"},
};

static bool infer_triangle(struct al_site *s)
{
    return same_type(s, &s->in[0]);
}

#define TRIANGLE_ROW(symbol, class_name, text) \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, al_modules_numpy, NULL), \
        AL_PARAMS(triangle_params), \
        AL_ARGUMENTS(al_arguments_x), \
        .rank_min = 2, \
        .rank_max = AL_MAX_RANK, \
        .computes = (text), \
        .infer = infer_triangle, \
    }
TRIANGLE_ROW(op_tril, "Tril", "x, with zeros above the k-th diagonal");
TRIANGLE_ROW(op_triu, "Triu", "x, with zeros below the k-th diagonal");
