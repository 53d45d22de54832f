/* Raw operations that move numbers without changing them (keras/src/ops/numpy.py, core.py). */
#include "validator/families/operations.h"

#include "base/checked.h"

static bool same_type(struct al_site *s, const struct al_shape *shape)
{
    return al_site_typed(s, shape, s->in_dtypes[0]);
}

/* ---- ExpandDims, Squeeze ---- */

static const struct al_param expand_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = AL_MAX_RANK},
};

static bool infer_expand(struct al_site *s)
{
    const struct al_value *axes = al_param_of(s, "axis");
    struct al_shape out = {.rank = s->in[0].rank + axes->count};
    uint32_t at[AL_MAX_RANK], count, taken = 0;
    if (out.rank > AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &s->in[0]);
    if (!al_site_axes(s, "axis", out.rank, at, &count))
        return false;
    for (uint32_t i = 0, k = 0; i < out.rank; i++) {
        bool added = k < count && at[k] == i;
        out.dim[i] = added ? 1 : s->in[0].dim[taken++];
        k += added;
    }
    return same_type(s, &out);
}

static const char *const expand_functions[] = {"expand_dims", NULL};

const struct al_row al_row_op_expand_dims = {
    AL_OPERATION("ExpandDims", al_modules_numpy, expand_functions),
    AL_PARAMS(expand_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x with new axes of length 1",
    .infer = infer_expand,
};

static const struct al_param squeeze_params[] = {AL_AXES_OR_NULL_KEY};

static bool infer_squeeze(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    struct al_shape out = {0};
    uint32_t axes[AL_MAX_RANK], count = 0;
    bool any = al_param_is_null(s, "axis");
    if (!any && !al_site_axes(s, "axis", in->rank, axes, &count))
        return false;
    for (uint32_t i = 0, k = 0; i < in->rank; i++) {
        bool named = k < count && axes[k] == i;
        k += named;
        if (named && in->dim[i] != 1)
            return al_site_bad_shape(s, "a length of 1 on the axis", in);
        if (any ? in->dim[i] != 1 : !named)
            out.dim[out.rank++] = in->dim[i];
    }
    return same_type(s, &out);
}

static const char *const squeeze_functions[] = {"squeeze", "compat.v1.squeeze", NULL};

const struct al_row al_row_op_squeeze = {
    AL_OPERATION("Squeeze", al_modules_numpy, squeeze_functions),
    AL_PARAMS(squeeze_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x without axes of length 1",
    .infer = infer_squeeze,
};

/* ---- Reshape, Ravel, BroadcastTo ---- */

static const struct al_param reshape_params[] = {
    {.key = "newshape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_REQUIRED, .count_min = 0, .count_max = AL_MAX_RANK},
    {.key = "shape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_ALIAS, .count_min = 0, .count_max = AL_MAX_RANK,
     .alias_of = "newshape"},
};

static struct al_shape shape_param(const struct al_site *s, const char *key)
{
    const struct al_value *v = al_param_of(s, key);
    struct al_shape shape = {.rank = v->count};
    for (uint32_t i = 0; i < v->count; i++)
        shape.dim[i] = v->integers[i];
    return shape;
}

static bool infer_reshape(struct al_site *s)
{
    struct al_shape wanted = shape_param(s, "newshape"), out;
    return al_reshaped(s, &s->in[0], &wanted, &out) && same_type(s, &out);
}

static const char *const reshape_functions[] = {"reshape", NULL};

const struct al_row al_row_op_reshape = {
    AL_OPERATION("Reshape", al_modules_numpy, reshape_functions),
    AL_PARAMS(reshape_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x in another shape, the batch included",
    .infer = infer_reshape,
};

static bool infer_ravel(struct al_site *s)
{
    struct al_shape wanted = al_shape_1(-1), out;
    return al_reshaped(s, &s->in[0], &wanted, &out) && same_type(s, &out);
}

const struct al_row al_row_op_ravel = {
    AL_OPERATION("Ravel", al_modules_numpy, NULL),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x as one row",
    .infer = infer_ravel,
};

static const struct al_param broadcast_params[] = {
    {.key = "shape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_REQUIRED, .count_min = 0, .count_max = AL_MAX_RANK},
};

static bool infer_broadcast(struct al_site *s)
{
    struct al_shape wanted = shape_param(s, "shape"), joined;
    uint64_t count;
    if (!al_shape_count(&wanted, 0, wanted.rank, &count) || !al_shape_broadcast(&s->in[0], &wanted, &joined) ||
        !al_shape_equal(&joined, &wanted))
        return al_site_bad_shape(s, al_shape_show(s->findings, &wanted), &s->in[0]);
    return same_type(s, &wanted);
}

static const char *const broadcast_functions[] = {"broadcast_to", NULL};

const struct al_row al_row_op_broadcast_to = {
    AL_OPERATION("BroadcastTo", al_modules_numpy, broadcast_functions),
    AL_PARAMS(broadcast_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x repeated to that shape",
    .infer = infer_broadcast,
};

/* ---- Transpose, Swapaxes, Moveaxis, Flip ---- */

static const struct al_param transpose_params[] = {
    {.key = "axes", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 0, .count_max = AL_MAX_RANK,
     .standard = "null"},
    {.key = "perm", .type = AL_PARAM_AXES, .flags = AL_PARAM_ALIAS | AL_PARAM_NULLABLE, .count_min = 0,
     .count_max = AL_MAX_RANK, .alias_of = "axes"},
    AL_FIXED_KEY("conjugate", "false", "complex numbers are not computed"),
};

static bool infer_transpose(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    const struct al_value *axes = al_param_of(s, "axes");
    struct al_shape out = {.rank = in->rank};
    uint32_t sorted[AL_MAX_RANK], count;
    for (uint32_t i = 0; i < in->rank; i++)
        out.dim[i] = in->dim[in->rank - 1 - i];
    if (axes->type != AL_VALUE_INTEGERS)
        return same_type(s, &out);
    if (!al_site_axes(s, "axes", in->rank, sorted, &count))
        return false;
    if (count != in->rank)
        return al_site_bad_shape(s, "as many axes as are named", in);
    for (uint32_t i = 0; i < in->rank; i++)
        out.dim[i] = in->dim[axes->integers[i] < 0 ? axes->integers[i] + (int64_t)in->rank : axes->integers[i]];
    return same_type(s, &out);
}

static const char *const transpose_functions[] = {"transpose", "compat.v1.transpose", NULL};

const struct al_row al_row_op_transpose = {
    AL_OPERATION("Transpose", al_modules_numpy, transpose_functions),
    AL_PARAMS(transpose_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x with its axes in that order; without one, reversed",
    .infer = infer_transpose,
};

#define ONE_AXIS(name) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = -(double)AL_MAX_RANK, \
     .maximum = AL_MAX_RANK - 1}

static const struct al_param swap_params[] = {ONE_AXIS("axis1"), ONE_AXIS("axis2")};

static bool infer_swap(struct al_site *s)
{
    struct al_shape out = s->in[0];
    uint32_t a, b;
    if (!al_site_axis(s, "axis1", al_param_int(s, "axis1"), out.rank, &a) ||
        !al_site_axis(s, "axis2", al_param_int(s, "axis2"), out.rank, &b))
        return false;
    out.dim[a] = s->in[0].dim[b];
    out.dim[b] = s->in[0].dim[a];
    return same_type(s, &out);
}

const struct al_row al_row_op_swapaxes = {
    AL_OPERATION("Swapaxes", al_modules_numpy, NULL),
    AL_PARAMS(swap_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x with two axes exchanged",
    .infer = infer_swap,
};

static const struct al_param flip_params[] = {AL_AXES_OR_NULL_KEY};

static bool infer_flip(struct al_site *s)
{
    uint32_t axes[AL_MAX_RANK], count;
    return (al_param_is_null(s, "axis") || al_site_axes(s, "axis", s->in[0].rank, axes, &count)) &&
           same_type(s, &s->in[0]);
}

static const char *const flip_functions[] = {"reverse", NULL};

const struct al_row al_row_op_flip = {
    AL_OPERATION("Flip", al_modules_numpy, flip_functions),
    AL_PARAMS(flip_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "x in reverse along the axes",
    .infer = infer_flip,
};

/* ---- Repeat, Tile, Pad ---- */

static const struct al_param repeat_params[] = {
    AL_UNITS_KEY("repeats"),
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = 1},
};

static bool grow(struct al_site *s, struct al_shape *out, uint32_t axis, int64_t times)
{
    if (out->dim[axis] != -1 &&
        (!al_mul_i64(out->dim[axis], times, &out->dim[axis]) || out->dim[axis] > AL_MAX_DIMENSION))
        return al_site_bad_shape(s, "a length that can be multiplied", &s->in[0]);
    return true;
}

static bool infer_repeat(struct al_site *s)
{
    struct al_shape out = s->in[0];
    uint32_t axes[AL_MAX_RANK], count;
    return al_site_axes(s, "axis", out.rank, axes, &count) && grow(s, &out, axes[0], al_param_int(s, "repeats")) &&
           same_type(s, &out);
}

static const char *const repeat_functions[] = {"repeat", NULL};

const struct al_row al_row_op_repeat = {
    AL_OPERATION("Repeat", al_modules_numpy, repeat_functions),
    AL_PARAMS(repeat_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "each part along the axis, several times",
    .infer = infer_repeat,
};

static const struct al_param tile_params[] = {
    {.key = "repeats", .type = AL_PARAM_AXES, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = AL_MAX_UNITS,
     .count_min = 1, .count_max = AL_MAX_RANK},
    {.key = "multiples", .type = AL_PARAM_AXES, .flags = AL_PARAM_ALIAS, .minimum = 1, .maximum = AL_MAX_UNITS,
     .count_min = 1, .count_max = AL_MAX_RANK, .alias_of = "repeats"},
};

static bool infer_tile(struct al_site *s)
{
    const struct al_value *repeats = al_param_of(s, "repeats");
    struct al_shape out = s->in[0];
    if (repeats->count != out.rank)
        return al_site_bad_shape(s, "as many axes as repeats", &out);
    for (uint32_t i = 0; i < out.rank; i++)
        if (!grow(s, &out, i, repeats->integers[i]))
            return false;
    return same_type(s, &out);
}

static const char *const tile_functions[] = {"tile", NULL};

const struct al_row al_row_op_tile = {
    AL_OPERATION("Tile", al_modules_numpy, tile_functions),
    AL_PARAMS(tile_params),
    AL_ARGUMENTS(al_arguments_x),
    .computes = "all of x, several times along each axis",
    .infer = infer_tile,
};
