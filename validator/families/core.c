/* Dense and Embedding and their kin, and what only passes or marks (keras/src/layers/core). */
#include "validator/families/common.h"
#include "validator/quantization.h"

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
    const struct al_kernel kernel = al_kernel_of_dense(width, units);
    const struct al_shape bias = al_shape_1(units);
    out.dim[out.rank - 1] = units;
    return al_demand_kernel(s, &kernel, al_param_bool(s, "use_bias") ? &bias : NULL) &&
           al_check_activation(s, "activation", &out) && al_site_output(s, &out);
}

const struct al_row al_row_dense = {
    .name = "Dense",
    .quantizable = true,
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

/* Each row of the table is quantized by itself; its columns may be grouped. */
static bool demand_quantized_embeddings(struct al_site *s, const struct al_shape *table)
{
    const struct al_quantization *q = &s->layer->quantization;
    const enum al_dtype scale = s->layer->variable_dtype;
    const bool int4 = q->mode == AL_QUANTIZED_INT4;
    const struct al_shape stored = int4 ? al_packed(*table, 1) : *table, row = al_shape_1(table->dim[0]),
                          column = al_shape_1(table->dim[1]),
                          grouped = al_shape_2(table->dim[0], al_group_count(table->dim[1], q->group));
    if (q->mode != AL_QUANTIZED_INT8 && !int4)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "int8 or int4", AL_NOTHING,
                              "%s is quantized in a way that Keras has for kernels only", s->row->name);
    if (!al_demand_typed(s, "embeddings", &stored, false, AL_INT8, false))
        return false;
    if (!al_has_zero_points(q))
        return al_demand_typed(s, "embeddings_scale", &row, false, scale, false);
    return al_demand_typed(s, "embeddings_scale", &grouped, false, scale, false) &&
           al_demand_typed(s, "embeddings_zero", &grouped, false, AL_INT8, false) &&
           al_demand_typed(s, "g_idx", &column, false, AL_FLOAT32, false);
}

bool al_demand_embeddings(struct al_site *s)
{
    struct al_shape table = al_shape_2(al_param_int(s, "input_dim"), al_param_int(s, "output_dim"));
    const bool stored = s->layer->quantization.mode != AL_QUANTIZED_NONE
                            ? demand_quantized_embeddings(s, &table)
                            : al_demand(s, "embeddings", &table, al_lora_rank(s) == 0);
    return stored && al_demand_lora(s, "lora_embeddings_a", "lora_embeddings_b", &table);
}

/* Scales are variables that embeddings do not cast, so that results have their type. */
static bool scaled_output(struct al_site *s, const struct al_shape *shape)
{
    if (!al_site_output(s, shape))
        return false;
    if (s->layer->quantization.mode != AL_QUANTIZED_NONE)
        s->out_dtypes[0] = s->layer->variable_dtype;
    return true;
}

bool al_embedded(struct al_site *s)
{
    struct al_shape out = s->in[0];
    if (out.rank == AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &out);
    out.dim[out.rank++] = al_param_int(s, "output_dim");
    return scaled_output(s, &out);
}

static bool infer_embedding(struct al_site *s)
{
    return al_demand_embeddings(s) && al_embedded(s);
}

const struct al_row al_row_embedding = {
    .name = "Embedding",
    .quantizable = true,
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

/* The way back, where it has a table of its own; int4 packs along what it sums over. */
static bool demand_reverse(struct al_site *s, const struct al_shape *back)
{
    const struct al_quantization *q = &s->layer->quantization;
    const enum al_dtype scale = s->layer->variable_dtype;
    const struct al_shape stored = q->mode == AL_QUANTIZED_INT4 ? al_packed(*back, 0) : *back,
                          column = al_shape_1(back->dim[1]),
                          grouped = al_shape_2(al_group_count(back->dim[0], q->group), back->dim[1]);
    if (q->mode == AL_QUANTIZED_NONE)
        return al_demand(s, "reverse_embeddings", back, true);
    return al_demand_typed(s, "reverse_embeddings", &stored, false, AL_INT8, false) &&
           al_demand_typed(s, "reverse_embeddings_scale", al_has_zero_points(q) ? &grouped : &column, false, scale,
                           false) &&
           (!al_has_zero_points(q) ||
            al_demand_typed(s, "reverse_embeddings_zero", &grouped, false, scale, false));
}

static bool infer_reversible(struct al_site *s)
{
    const struct al_value *reverse = al_site_constant(s, "reverse");
    struct al_shape back = al_shape_2(al_param_int(s, "output_dim"), al_param_int(s, "input_dim")), out = s->in[0];
    if (!al_demand_embeddings(s) ||
        (!al_param_bool(s, "tie_weights") && !demand_reverse(s, &back)))
        return false;
    if (reverse == NULL || reverse->integer == 0)
        return al_embedded(s);
    if (out.rank < 2 || out.dim[out.rank - 1] != back.dim[0])
        return al_site_bad_shape(s, "a last axis as long as output_dim", &out);
    out.dim[out.rank - 1] = back.dim[1];
    if (!scaled_output(s, &out))
        return false;
    if (!al_param_is_null(s, "reverse_dtype") && s->layer->quantization.mode == AL_QUANTIZED_NONE)
        s->out_dtypes[0] = (enum al_dtype)al_param_int(s, "reverse_dtype");
    return true;
}

const struct al_row al_row_reversible_embedding = {
    .name = "ReversibleEmbedding",
    .quantizable = true,
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
    .mask = AL_MASK_PASSES_IN_KERAS3,
    .computes = "x",
    .infer = al_site_same,
};

static const struct al_param masking_params[] = {
    {.key = "mask_value", .type = AL_PARAM_REAL, .standard = "0.0"},
};

const struct al_row al_row_masking = {
    .name = "Masking",
    .computes_in_floats = true,
    AL_PARAMS(masking_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_OWN,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .computes = "x, with zeros where all of the last axis equals mask_value; those steps are masked",
    .infer = al_site_same,
};
