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

/* ---- ReversibleEmbedding ---- */

static const struct al_param reversible_params[] = {
    AL_EMBEDDING_KEYS,
    AL_BOOL_KEY("tie_weights", "true"),
    {.key = "reverse_dtype", .type = AL_PARAM_DTYPE, .flags = AL_PARAM_NULLABLE, .standard = "null"},
    {.key = "logit_soft_cap", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE, .minimum = 1e-6, .maximum = 1e30,
     .standard = "null"},
};
static const struct al_argument reversible_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "reverse", .type = AL_ARGUMENT_VALUE, .flags = AL_ARGUMENT_OPTIONAL,
     .param = {.key = "reverse", .type = AL_PARAM_BOOL}},
};

static bool infer_reversible(struct al_site *s)
{
    const struct al_value *reverse = al_site_constant(s, "reverse");
    struct al_shape back = al_shape_2(al_param_int(s, "output_dim"), al_param_int(s, "input_dim")), out = s->in[0];
    if (!al_demand_embeddings(s) ||
        (!al_param_bool(s, "tie_weights") && !al_demand(s, "reverse_embeddings", &back, true)))
        return false;
    if (reverse == NULL || reverse->integer == 0)
        return al_embedded(s);
    if (out.rank < 2 || out.dim[out.rank - 1] != back.dim[0])
        return al_site_bad_shape(s, "a last axis as long as output_dim", &out);
    out.dim[out.rank - 1] = back.dim[1];
    if (!al_site_output(s, &out))
        return false;
    if (!al_param_is_null(s, "reverse_dtype"))
        s->out_dtypes[0] = (enum al_dtype)al_param_int(s, "reverse_dtype");
    return true;
}

const struct al_row al_row_reversible_embedding = {
    .name = "ReversibleEmbedding",
    AL_PARAMS(reversible_params),
    AL_ARGUMENTS(reversible_arguments),
    .mask = AL_MASK_OWN,
    .weights = "embeddings (input_dim, output_dim), reverse_embeddings (output_dim, input_dim) unless tied",
    .computes = "as Embedding; reverse: x · embeddings transposed, with logit_soft_cap c: c · tanh(x / c)",
    .infer = infer_reversible,
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
