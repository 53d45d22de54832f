/* Words and numbers into buckets without a vocabulary (keras/src/layers/preprocessing:
   hashing.py, hashed_crossing.py), by TensorFlow's hashes. */
#include "validator/families/common.h"

#include <string.h>

static const char *const modes[] = {"int", "one_hot", "multi_hot", "count", NULL};
static const char *const cross_modes[] = {"int", "one_hot", NULL};

static const struct al_param hashing_params[] = {
    AL_UNITS_KEY("num_bins"),
    {.key = "mask_value", .type = AL_PARAM_TEXT_OR_INTEGER, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    {.key = "salt", .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_NULLABLE, .minimum = -9007199254740991.0,
     .maximum = 9007199254740991.0, .count_min = 2, .count_max = 2, .standard = "null"},
    {.key = "output_mode", .type = AL_PARAM_CHOICE, .choices = modes, .standard = "\"int\""},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
};
static const struct al_param crossing_params[] = {
    AL_UNITS_KEY("num_bins"),
    {.key = "output_mode", .type = AL_PARAM_CHOICE, .choices = cross_modes, .standard = "\"int\""},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
};
static const struct al_argument hashing_arguments[] = {{.name = "inputs", .type = AL_ARGUMENT_TENSOR}};
static const struct al_argument crossing_arguments[] = {{.name = "inputs", .type = AL_ARGUMENT_TENSORS}};

static bool is_integer(enum al_dtype dtype)
{
    return dtype >= AL_INT8 && dtype <= AL_UINT64;
}

static bool refuse_type(struct al_site *s, enum al_dtype found, const char *expected)
{
    return al_site_refuse(s, AL_GRAPH_SHAPE, expected, al_text_of(al_dtype_name(found)), "%s takes something else",
                          s->row->name);
}

/* The result in the layer's type; indices are integers even where a file of Keras 2 says otherwise. */
static bool hashed(struct al_site *s, const struct al_shape *shape, bool indices)
{
    const enum al_dtype own = s->layer->compute_dtype;
    if (!al_site_output(s, shape))
        return false;
    if (indices && al_model_is_keras2(s->model) && !is_integer(own))
        s->out_dtypes[0] = AL_INT64;
    return true;
}

static bool infer_hashing(struct al_site *s)
{
    const char *mode = al_param_choice(s, "output_mode");
    const struct al_value *mask = al_param_of(s, "mask_value");
    const enum al_dtype in = s->in_dtypes[0];
    const bool keras2 = al_model_is_keras2(s->model);
    struct al_shape out = s->in[0];
    if (in != AL_STRING && !is_integer(in) && (keras2 || !al_dtype_is_float(in)))
        return refuse_type(s, in, "strings or integers");
    if (mask->type != AL_VALUE_NULL && (mask->type == AL_VALUE_TEXT) != (in == AL_STRING))
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "a mask_value of the input's type", AL_NOTHING,
                              "mask_value can equal nothing in the input");
    if (strcmp(mode, "int") == 0)
        return hashed(s, &out, true);
    if (strcmp(mode, "one_hot") == 0) {
        if (out.rank == 2 && out.dim[1] == 1)
            out.rank = 1;
        if (out.rank == AL_MAX_RANK || out.dim[out.rank - 1] == 1 || (keras2 && out.rank > 1))
            return al_site_bad_shape(s, "one value of each sample", &s->in[0]);
        out.dim[out.rank++] = al_param_int(s, "num_bins");
        return hashed(s, &out, false);
    }
    if (out.rank != 2)
        return al_site_bad_shape(s, "a tensor of rank 2", &out);
    out.dim[1] = al_param_int(s, "num_bins");
    return hashed(s, &out, false);
}

const struct al_row al_row_hashing = {
    .name = "Hashing",
    AL_PARAMS(hashing_params),
    AL_ARGUMENTS(hashing_arguments),
    .mask = AL_MASK_DROPS,
    .takes_texts = true,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "FarmHash64, or with a salt SipHash64, of each value, modulo num_bins",
    .infer = infer_hashing,
};

static bool infer_crossing(struct al_site *s)
{
    const bool indices = strcmp(al_param_choice(s, "output_mode"), "int") == 0;
    const struct al_shape *first = &s->in[0];
    struct al_shape out = *first;
    if (s->in_count < 2)
        return al_site_bad_shape(s, "at least two inputs", first);
    for (uint32_t i = 0; i < s->in_count; i++) {
        if (s->in_dtypes[i] != AL_STRING && !is_integer(s->in_dtypes[i]))
            return refuse_type(s, s->in_dtypes[i], "strings or integers");
        if (!al_shape_equal(&s->in[i], first) || (first->rank == 2 && first->dim[1] != 1))
            return al_site_bad_shape(s, "one value of each sample in each input", &s->in[i]);
    }
    if (!indices) {
        out.rank = 1;
        out.dim[out.rank++] = al_param_int(s, "num_bins");
    }
    return hashed(s, &out, indices);
}

const struct al_row al_row_hashed_crossing = {
    .name = "HashedCrossing",
    AL_PARAMS(crossing_params),
    AL_ARGUMENTS(crossing_arguments),
    .mask = AL_MASK_DROPS,
    .takes_texts = true,
    .rank_min = 1,
    .rank_max = 2,
    .computes = "FarmHash64 of the inputs' values together, modulo num_bins",
    .infer = infer_crossing,
};
