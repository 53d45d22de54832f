/* Layers that move, cut and repeat without computing (keras/src/layers/reshaping). */
#include "validator/families/common.h"
#include "validator/window.h"

#include "base/checked.h"

/* ---- Reshape, Flatten, Permute, RepeatVector ---- */

static const struct al_param reshape_params[] = {
    {.key = "target_shape", .type = AL_PARAM_SHAPE, .flags = AL_PARAM_REQUIRED, .count_min = 0,
     .count_max = AL_MAX_RANK - 1},
};

static bool infer_reshape(struct al_site *s)
{
    const struct al_value *target = al_param_of(s, "target_shape");
    struct al_shape in = s->in[0], wanted = {.rank = target->count}, out;
    for (uint32_t i = 0; i < wanted.rank; i++)
        wanted.dim[i] = target->integers[i];
    for (uint32_t i = 1; i < in.rank; i++)
        in.dim[i - 1] = in.dim[i];
    in.rank--;
    if (!al_reshaped(s, &in, &wanted, &out))
        return false;
    for (uint32_t i = out.rank++; i > 0; i--)
        out.dim[i] = out.dim[i - 1];
    out.dim[0] = s->in[0].dim[0];
    return al_site_output(s, &out);
}

const struct al_row al_row_reshape = {
    .name = "Reshape",
    AL_PARAMS(reshape_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "x in the shape (batch, target_shape…)",
    .infer = infer_reshape,
};

static const struct al_param flatten_params[] = {AL_DATA_FORMAT_KEY};

static bool infer_flatten(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    uint64_t count = 0;
    bool known = true;
    for (uint32_t i = 1; i < in->rank; i++)
        known = known && in->dim[i] != -1;
    if (known && (!al_shape_count(in, 1, in->rank, &count) || count > (uint64_t)AL_MAX_DIMENSION))
        return al_site_bad_shape(s, "fewer numbers", in);
    struct al_shape out = al_shape_2(in->dim[0], known ? (int64_t)count : -1);
    return al_site_output(s, &out);
}

const struct al_row al_row_flatten = {
    .name = "Flatten",
    AL_PARAMS(flatten_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "each sample as one row; channels_first: channels last before",
    .infer = infer_flatten,
};

static const struct al_param permute_params[] = {
    {.key = "dims", .type = AL_PARAM_INTEGERS, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = AL_MAX_RANK - 1,
     .count_min = 1, .count_max = AL_MAX_RANK - 1},
};

static bool infer_permute(struct al_site *s)
{
    const struct al_value *dims = al_param_of(s, "dims");
    struct al_shape out = s->in[0];
    uint32_t seen = 0;
    if (dims->count + 1 != out.rank)
        return al_site_bad_shape(s, "as many axes as dims", &s->in[0]);
    for (uint32_t i = 0; i < dims->count; i++) {
        if (dims->integers[i] >= (int64_t)out.rank)
            return al_site_bad_shape(s, "an axis for each of dims", &s->in[0]);
        seen |= 1U << dims->integers[i];
        out.dim[i + 1] = s->in[0].dim[dims->integers[i]];
    }
    if (seen != (1U << out.rank) - 2)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "each axis once", AL_NOTHING, "dims is not a permutation");
    return al_site_output(s, &out);
}

const struct al_row al_row_permute = {
    .name = "Permute",
    AL_PARAMS(permute_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .computes = "x with its axes in the order of dims (1 is the first behind the batch)",
    .infer = infer_permute,
};

static const struct al_param repeat_params[] = {AL_UNITS_KEY("n")};

static bool infer_repeat(struct al_site *s)
{
    struct al_shape out = {.rank = 3, .dim = {s->in[0].dim[0], al_param_int(s, "n"), s->in[0].dim[1]}};
    return al_site_output(s, &out);
}

const struct al_row al_row_repeat_vector = {
    .name = "RepeatVector",
    AL_PARAMS(repeat_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 2,
    .rank_max = 2,
    .computes = "x, n times along a new axis behind the batch",
    .infer = infer_repeat,
};

/* ---- Cropping, ZeroPadding, UpSampling ---- */

#define PAIRS_PARAMS(symbol, name, dims, value) \
    static const struct al_param symbol##_params_##dims[] = { \
        {.key = (name), .type = AL_PARAM_PAIRS, .minimum = 0, .maximum = 1 << 20, .count_min = (dims), \
         .count_max = (dims), .standard = (value)}, \
        AL_DATA_FORMAT_KEY, \
    }
PAIRS_PARAMS(cropping, "cropping", 1, "[1, 1]");
PAIRS_PARAMS(cropping, "cropping", 2, "0");
PAIRS_PARAMS(cropping, "cropping", 3, "1");
PAIRS_PARAMS(padding, "padding", 1, "1");
PAIRS_PARAMS(padding, "padding", 2, "1");
PAIRS_PARAMS(padding, "padding", 3, "1");

static bool infer_cropping(struct al_site *s)
{
    const struct al_value *pairs = al_param_of(s, "cropping");
    struct al_shape out = s->in[0];
    int64_t *length = &out.dim[al_spatial_axis(s)];
    for (uint32_t i = 0; i < pairs->count / 2; i++) {
        int64_t cut = pairs->integers[2 * i] + pairs->integers[2 * i + 1];
        if (length[i] != -1 && length[i] <= cut)
            return al_site_bad_shape(s, "more than is cut off", &s->in[0]);
        length[i] = length[i] == -1 ? -1 : length[i] - cut;
    }
    return al_site_output(s, &out);
}

static bool infer_padding(struct al_site *s)
{
    const struct al_value *pairs = al_param_of(s, "padding");
    struct al_shape out = s->in[0];
    int64_t *length = &out.dim[al_spatial_axis(s)];
    for (uint32_t i = 0; i < pairs->count / 2; i++)
        if (length[i] != -1)
            length[i] += pairs->integers[2 * i] + pairs->integers[2 * i + 1];
    return al_site_output(s, &out);
}

static const char *const interpolations[] = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", NULL};

static const struct al_param up_params_1[] = {AL_SPATIAL_KEY("size", 1, "2")};
static const struct al_param up_params_2[] = {
    AL_SPATIAL_KEY("size", 2, "2"),
    AL_DATA_FORMAT_KEY,
    {.key = "interpolation", .type = AL_PARAM_CHOICE, .choices = interpolations, .standard = "\"nearest\""},
};
static const struct al_param up_params_3[] = {AL_SPATIAL_KEY("size", 3, "2"), AL_DATA_FORMAT_KEY};

static bool infer_up(struct al_site *s)
{
    const struct al_value *size = al_param_of(s, "size");
    if (s->layer->kind == AL_KIND_UP_SAMPLING2D && al_param_int(s, "interpolation") != 0 /* nearest */ &&
        !al_site_real_input_always(s))
        return false;
    struct al_shape out = s->in[0];
    int64_t *length = &out.dim[al_spatial_axis(s)];
    for (uint32_t i = 0; i < size->count; i++)
        if (length[i] != -1 && !al_mul_i64(length[i], size->integers[i], &length[i]))
            return al_site_bad_shape(s, "a length that can be multiplied", &s->in[0]);
    return al_site_output(s, &out);
}

#define MOVE_ROW(symbol, class_name, keys, dims, function, what) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        .computes = (what), \
        .infer = (function), \
    }
MOVE_ROW(cropping1d, "Cropping1D", cropping_params_1, 1, infer_cropping, "x without its ends");
MOVE_ROW(cropping2d, "Cropping2D", cropping_params_2, 2, infer_cropping, "x without its edges");
MOVE_ROW(cropping3d, "Cropping3D", cropping_params_3, 3, infer_cropping, "x without its faces");
MOVE_ROW(zero_padding1d, "ZeroPadding1D", padding_params_1, 1, infer_padding, "x with zeros at its ends");
MOVE_ROW(zero_padding2d, "ZeroPadding2D", padding_params_2, 2, infer_padding, "x with zeros at its edges");
MOVE_ROW(zero_padding3d, "ZeroPadding3D", padding_params_3, 3, infer_padding, "x with zeros at its faces");
MOVE_ROW(up_sampling1d, "UpSampling1D", up_params_1, 1, infer_up, "each step, size times");
MOVE_ROW(up_sampling2d, "UpSampling2D", up_params_2, 2, infer_up, "x grown by size");
MOVE_ROW(up_sampling3d, "UpSampling3D", up_params_3, 3, infer_up, "each cell, size times along each axis");
