/* Layers that join several tensors (keras/src/layers/merging). */
#include "validator/families/common.h"

/* ---- element by element ---- */

static bool broadcast_dim(int64_t a, int64_t b, int64_t *out)
{
    if (a == -1 || b == -1)
        *out = -1;
    else if (a != b && a != 1 && b != 1)
        return false;
    else
        *out = a == 1 ? b : a;
    return true;
}

/* Behind the batch, aligned at the last axis; the batch is kept where the inputs that know it agree. */
static bool join(const struct al_shape *a, const struct al_shape *b, struct al_shape *out)
{
    const struct al_shape *longer = a->rank >= b->rank ? a : b, *shorter = longer == a ? b : a;
    struct al_shape joined = *longer;
    uint32_t more = longer->rank - shorter->rank;
    for (uint32_t i = 1; i < shorter->rank; i++)
        if (!broadcast_dim(shorter->dim[i], longer->dim[i + more], &joined.dim[i + more]))
            return false;
    if (a->dim[0] != -1 && b->dim[0] != -1 && a->dim[0] != b->dim[0])
        return false;
    joined.dim[0] = a->dim[0] != -1 ? a->dim[0] : b->dim[0];
    *out = joined;
    return true;
}

static bool infer_elementwise(struct al_site *s)
{
    struct al_shape out = s->in[0];
    for (uint32_t i = 0; i < s->in_count; i++)
        if (s->in[i].rank == 0 || !join(&out, &s->in[i], &out))
            return al_site_bad_shape(s, "shapes that can be joined element by element", &s->in[i]);
    return al_site_output(s, &out);
}

static bool infer_subtract(struct al_site *s)
{
    if (s->in_count != 2)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "2 tensors", al_found(s->findings, "%u", s->in_count),
                              "%s takes two tensors", s->row->name);
    return infer_elementwise(s);
}

#define MERGE_ROW(symbol, class_name, function, floats, what) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .computes_in_floats = (floats), \
        AL_ARGUMENTS(al_arguments_inputs), \
        .mask = AL_MASK_OWN, \
        .rank_min = 1, \
        .rank_max = AL_MAX_RANK, \
        .computes = (what), \
        .infer = (function), \
    }
MERGE_ROW(add, "Add", infer_elementwise, false, "the sum of the inputs");
MERGE_ROW(subtract, "Subtract", infer_subtract, false, "the first input less the second");
MERGE_ROW(multiply, "Multiply", infer_elementwise, false, "the product of the inputs");
MERGE_ROW(average, "Average", infer_elementwise, true, "the mean of the inputs");
MERGE_ROW(maximum, "Maximum", infer_elementwise, false, "the greatest of the inputs");
MERGE_ROW(minimum, "Minimum", infer_elementwise, false, "the least of the inputs");

/* ---- Concatenate ---- */

static const struct al_param concatenate_params[] = {
    {.key = "axis", .type = AL_PARAM_INTEGER, .minimum = -(double)AL_MAX_RANK, .maximum = AL_MAX_RANK - 1,
     .standard = "-1"},
};

static bool infer_concatenate(struct al_site *s)
{
    struct al_shape out;
    return al_concatenated(s, al_param_int(s, "axis"), &out) && al_site_output(s, &out);
}

const struct al_row al_row_concatenate = {
    .name = "Concatenate",
    AL_PARAMS(concatenate_params),
    AL_ARGUMENTS(al_arguments_inputs),
    .mask = AL_MASK_OWN,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the inputs one behind the other along the axis",
    .infer = infer_concatenate,
};

/* ---- Dot ---- */

static const struct al_param dot_params[] = {
    {.key = "axes", .type = AL_PARAM_AXES, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = 2},
    AL_BOOL_KEY("normalize", "false"),
};

static bool infer_dot(struct al_site *s)
{
    const struct al_value *axes = al_param_of(s, "axes");
    struct al_shape out = {0};
    uint32_t axis[2];
    if (s->in_count != 2)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "2 tensors", al_found(s->findings, "%u", s->in_count),
                              "Dot takes two tensors");
    for (uint32_t i = 0; i < 2; i++)
        if (!al_site_axis(s, "axes", axes->integers[axes->count == 2 ? i : 0], s->in[i].rank, &axis[i]))
            return false;
    int64_t a = s->in[0].dim[axis[0]], b = s->in[1].dim[axis[1]];
    if (axis[0] == 0 || axis[1] == 0 || (a != b && a != -1 && b != -1) ||
        s->in[0].rank + s->in[1].rank - 3 > AL_MAX_RANK)
        return al_site_bad_shape(s, "the same length on both axes", &s->in[1]);
    for (uint32_t i = 0; i < s->in[0].rank; i++)
        if (i != axis[0])
            out.dim[out.rank++] = s->in[0].dim[i];
    for (uint32_t i = 1; i < s->in[1].rank; i++)
        if (i != axis[1])
            out.dim[out.rank++] = s->in[1].dim[i];
    if (out.rank == 1)
        out.dim[out.rank++] = 1;
    return al_site_output(s, &out);
}

const struct al_row al_row_dot = {
    .name = "Dot",
    .computes_in_floats = true,
    AL_PARAMS(dot_params),
    AL_ARGUMENTS(al_arguments_inputs),
    .mask = AL_MASK_DROPS,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .computes = "the sum of products along one axis of each of two inputs, sample by sample",
    .infer = infer_dot,
};
