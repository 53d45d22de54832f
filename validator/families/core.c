/* Dense and Embedding and their kin, and what only passes or marks (keras/src/layers/core). */
#include "validator/families/common.h"

/* ---- Dense ---- */

static const struct al_param dense_params[] = {
    AL_UNITS_KEY("units"),
    AL_ACTIVATION_KEY("activation", "\"linear\""),
    AL_BOOL_KEY("use_bias", "true"),
    AL_CREATION_KEYS("kernel"),
    AL_CREATION_KEYS("bias"),
    AL_LORA_KEYS,
    AL_QUANTIZATION_KEY,
};

static bool infer_dense(struct al_site *s)
{
    struct al_shape out = s->in[0];
    int64_t units = al_param_int(s, "units"), width = out.dim[out.rank - 1];
    struct al_shape kernel = al_shape_2(width, units), bias = al_shape_1(units);
    out.dim[out.rank - 1] = units;
    return al_demand(s, "kernel", &kernel, true) &&
           (!al_param_bool(s, "use_bias") || al_demand(s, "bias", &bias, true)) &&
           al_check_activation(s, "activation", &out) && al_site_output(s, &out);
}

const struct al_row al_row_dense = {
    .name = "Dense",
    AL_PARAMS(dense_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .weights = "kernel (in, units), bias (units)",
    .computes = "activation(x · kernel + bias) over the last axis",
    .infer = infer_dense,
};

/* ---- Embedding ---- */

static const struct al_param embedding_params[] = {
    AL_EMBEDDING_KEYS,
};

bool al_demand_embeddings(struct al_site *s)
{
    struct al_shape table = al_shape_2(al_param_int(s, "input_dim"), al_param_int(s, "output_dim"));
    return al_demand(s, "embeddings", &table, true);
}

bool al_embedded(struct al_site *s)
{
    struct al_shape out = s->in[0];
    if (out.rank == AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &out);
    out.dim[out.rank++] = al_param_int(s, "output_dim");
    return al_site_output(s, &out);
}

static bool infer_embedding(struct al_site *s)
{
    return al_demand_embeddings(s) && al_embedded(s);
}

const struct al_row al_row_embedding = {
    .name = "Embedding",
    AL_PARAMS(embedding_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_OWN,
    .weights = "embeddings (input_dim, output_dim)",
    .computes = "the row of embeddings that each number names; mask_zero: 0 is masked",
    .infer = infer_embedding,
};

/* ---- Identity, Masking ---- */

const struct al_row al_row_identity = {
    .name = "Identity",
    .decision = AL_IDENTITY,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "x",
    .infer = al_site_same,
};

static const struct al_param masking_params[] = {
    {.key = "mask_value", .type = AL_PARAM_REAL, .standard = "0.0"},
};

const struct al_row al_row_masking = {
    .name = "Masking",
    AL_PARAMS(masking_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_OWN,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .computes = "x, with zeros where all of the last axis equals mask_value; those steps are masked",
    .infer = al_site_same,
};
