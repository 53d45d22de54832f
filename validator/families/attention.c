/* Attention: the plain one, the additive one, and with several heads (keras/src/layers/attention). */
#include "base/checked.h"
#include "validator/families/common.h"
#include "validator/quantization.h"

static bool dims_agree(int64_t a, int64_t b)
{
    return a == b || a == -1 || b == -1;
}

/* A boolean constant given with the call; absent: false. */
static bool asked(const struct al_site *s, const char *argument)
{
    const struct al_value *v = al_site_constant(s, argument);
    return v != NULL && v->integer != 0;
}

#define FLAG_ARGUMENT(flag) \
    { \
        .name = (flag), .type = AL_ARGUMENT_VALUE, .flags = AL_ARGUMENT_OPTIONAL, \
        .param = {.key = (flag), .type = AL_PARAM_BOOL} \
    }

/* ---- Attention, AdditiveAttention: [query, value] or [query, value, key] ---- */

static const char *const score_modes[] = {"dot", "concat", NULL};

#define DENSE_KEYS \
    {.key = "dropout", .type = AL_PARAM_IGNORED_NUMBER}, AL_SEED_KEY("seed"), AL_BOOL_KEY("causal", "false")

static const struct al_param attention_params[] = {
    AL_BOOL_KEY("use_scale", "false"),
    {.key = "score_mode", .type = AL_PARAM_CHOICE, .choices = score_modes, .standard = "\"dot\""},
    DENSE_KEYS,
};
static const struct al_param additive_params[] = {
    AL_BOOL_KEY("use_scale", "true"),
    DENSE_KEYS,
};
static const struct al_argument attention_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSORS},
    {.name = "mask", .type = AL_ARGUMENT_TENSORS, .flags = AL_ARGUMENT_OPTIONAL},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    FLAG_ARGUMENT("return_attention_scores"),
    FLAG_ARGUMENT("use_causal_mask"),
};

/* Shapes of query, value and key against each other, and the outputs. */
static bool attention_outputs(struct al_site *s)
{
    uint32_t tensors = 0;
    while (tensors < s->in_count && s->argument_of[tensors] == 0)
        tensors++;
    if (tensors != 2 && tensors != 3)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "[query, value] or [query, value, key]",
                              al_found(s->findings, "%u", tensors), "%s is given another number of tensors",
                              s->row->name);
    const struct al_shape *query = &s->in[0], *value = &s->in[1], *key = &s->in[tensors - 1];
    uint32_t rank = query->rank;
    if (value->rank != rank || key->rank != rank)
        return al_site_bad_shape(s, "query, value and key of the same rank", value);
    for (uint32_t i = 0; i + 2 < rank; i++)
        if (!dims_agree(query->dim[i], value->dim[i]) || !dims_agree(query->dim[i], key->dim[i]))
            return al_site_bad_shape(s, al_shape_show(s->findings, query), value);
    if (!dims_agree(query->dim[rank - 1], key->dim[rank - 1]) ||
        !dims_agree(value->dim[rank - 2], key->dim[rank - 2]))
        return al_site_bad_shape(s, "a key as wide as the query and as long as the value", key);
    bool scores = asked(s, "return_attention_scores");
    if (!al_site_outputs(s, scores ? 2 : 1))
        return false;
    s->out[0] = *query;
    s->out[0].dim[rank - 1] = value->dim[rank - 1];
    if (scores) {
        s->out[1] = *query;
        s->out[1].dim[rank - 1] = key->dim[rank - 2];
    }
    return true;
}

static bool infer_attention(struct al_site *s)
{
    const struct al_shape scalar = {0};
    return (!al_param_bool(s, "use_scale") || al_demand(s, "scale", &scalar, true)) &&
           (al_param_int(s, "score_mode") == 0 || al_demand(s, "concat_score_weight", &scalar, true)) &&
           attention_outputs(s);
}

const struct al_row al_row_attention = {
    .name = "Attention",
    .computes_in_floats = true,
    AL_PARAMS(attention_params),
    AL_ARGUMENTS(attention_arguments),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = AL_MAX_RANK,
    .weights = "scale (), concat_score_weight ()",
    .computes = "softmax(scores of query and key) · value",
    .infer = infer_attention,
};

static bool infer_additive(struct al_site *s)
{
    struct al_shape scale = al_shape_1(s->in[0].dim[s->in[0].rank - 1]);
    return (!al_param_bool(s, "use_scale") || al_demand(s, "scale", &scale, true)) && attention_outputs(s);
}

const struct al_row al_row_additive_attention = {
    .name = "AdditiveAttention",
    .computes_in_floats = true,
    AL_PARAMS(additive_params),
    AL_ARGUMENTS(attention_arguments),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = AL_MAX_RANK,
    .weights = "scale (width of the query)",
    .computes = "softmax(Σ scale · tanh(query + key)) · value",
    .infer = infer_additive,
};

/* ---- several heads ---- */

#define HEAD_KEYS \
    AL_BOOL_KEY("use_bias", "true"), AL_BOOL_KEY("use_gate", "false"), \
        {.key = "sliding_window", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = 1, \
         .maximum = AL_MAX_UNITS, .standard = "null"}, \
        /* drops nothing at inference, yet decides which of two formulas Keras takes for masks */ \
        {.key = "dropout", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1, .standard = "0.0"}, \
        AL_SEED_KEY("seed"), {.key = "flash_attention", .type = AL_PARAM_IGNORED_BOOL, .flags = AL_PARAM_NULLABLE}, \
        AL_CREATION_KEYS("kernel"), AL_CREATION_KEYS("bias")
#define SHAPE_HINT_KEY(name) {.key = (name), .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE}

static const struct al_argument head_arguments[] = {
    {.name = "query", .type = AL_ARGUMENT_TENSOR},
    {.name = "value", .type = AL_ARGUMENT_TENSOR},
    {.name = "key", .type = AL_ARGUMENT_TENSOR, .flags = AL_ARGUMENT_OPTIONAL},
    {.name = "query_mask", .type = AL_ARGUMENT_MASK},
    {.name = "value_mask", .type = AL_ARGUMENT_MASK},
    {.name = "key_mask", .type = AL_ARGUMENT_MASK},
    {.name = "attention_mask", .type = AL_ARGUMENT_MASK},
    FLAG_ARGUMENT("return_attention_scores"),
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    FLAG_ARGUMENT("use_causal_mask"),
};

struct heads {
    const struct al_shape *query, *value, *key;
    int64_t query_heads, key_heads, key_dim, value_dim;
    struct al_shape output;      /* what the last projection gives besides the axes of the query */
};

static bool gather_heads(struct al_site *s, struct heads *h)
{
    uint32_t key = al_site_input(s, "key");
    h->query = &s->in[al_site_input(s, "query")];
    h->value = &s->in[al_site_input(s, "value")];
    h->key = key == AL_NONE_INDEX ? h->value : &s->in[key];
    if (h->value->rank != h->query->rank || h->key->rank != h->query->rank)
        return al_site_bad_shape(s, "query, value and key of the same rank", h->value);
    for (uint32_t i = 0; i + 1 < h->key->rank; i++)
        if (!dims_agree(h->key->dim[i], h->value->dim[i]))
            return al_site_bad_shape(s, al_shape_show(s->findings, h->value), h->key);
    return true;
}

/* A projection is an EinsumDense whose equation sums over the first `summed` axes of the kernel and leaves
   `kept` axes of its input in front. */
static bool demand_stored(struct al_site *s, const struct al_shape *whole, uint32_t summed, uint32_t kept,
                          const struct al_shape *bias)
{
    struct al_kernel k = {.whole = *whole, .rows = 1, .columns = 1, .lies_as_output = true};
    const struct al_shape *wanted = al_param_bool(s, "use_bias") ? bias : NULL;
    if (s->layer->quantization.mode == AL_QUANTIZED_NONE)
        return al_demand_kernel(s, &k, wanted);
    for (uint32_t i = 0; i < kept && i < AL_MAX_RANK; i++)
        k.scale.dim[k.scale.rank++] = 1;
    for (uint32_t i = 0; i < whole->rank; i++) {
        if (!al_mul_i64(i < summed ? k.rows : k.columns, whole->dim[i], i < summed ? &k.rows : &k.columns) ||
            k.scale.rank == AL_MAX_RANK)
            return al_site_bad_shape(s, "a kernel of fewer numbers", whole);
        if (i >= summed)
            k.scale.dim[k.scale.rank++] = whole->dim[i];
    }
    return al_demand_kernel(s, &k, wanted);
}

static bool demand_projection(struct al_site *s, const char *path, const struct al_shape *in, int64_t heads,
                              int64_t width)
{
    struct al_shape kernel = {.rank = 3, .dim = {in->dim[in->rank - 1], heads, width}},
                    bias = al_shape_2(heads, width);
    s->path = path;
    return demand_stored(s, &kernel, 1, in->rank - 1, &bias);
}

/* In the order in which Keras creates the projections. */
static bool demand_heads(struct al_site *s, const struct heads *h)
{
    struct al_shape kernel = {.rank = 2 + h->output.rank, .dim = {h->query_heads, h->value_dim}};
    if (kernel.rank > AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &h->output);
    for (uint32_t i = 0; i < h->output.rank; i++)
        kernel.dim[2 + i] = h->output.dim[i];
    if (!demand_projection(s, "query_dense", h->query, h->query_heads, h->key_dim) ||
        !demand_projection(s, "key_dense", h->key, h->key_heads, h->key_dim) ||
        (al_param_bool(s, "use_gate") &&
         !demand_projection(s, "gate_dense", h->query, h->query_heads, h->value_dim)) ||
        !demand_projection(s, "value_dense", h->value, h->key_heads, h->value_dim))
        return false;
    s->path = "output_dense";
    return demand_stored(s, &kernel, 2, h->query->rank - 1, &h->output);
}

/* The attended axes of the query, as bits; by default all between the batch and the last. */
static bool attended_axes(struct al_site *s, uint32_t rank, uint32_t *bits)
{
    uint32_t axes[AL_MAX_RANK], count;
    *bits = 0;
    if (al_param_is_null(s, "attention_axes")) {
        for (uint32_t i = 1; i + 1 < rank; i++)
            *bits |= 1U << i;
        return true;
    }
    if (!al_site_axes(s, "attention_axes", rank, axes, &count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        *bits |= 1U << axes[i];
    if ((*bits & 1) || (*bits & 1U << (rank - 1)))
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "axes between the batch and the last", AL_NOTHING,
                              "attention_axes names the batch or the last axis");
    return true;
}

/* (axes not attended…, heads, attended axes of the query…, of the key…) */
static bool score_shape(struct al_site *s, const struct heads *h, uint32_t attended, struct al_shape *out)
{
    uint32_t rank = h->query->rank, more = (uint32_t)__builtin_popcount(attended);
    if (rank + more > AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", h->query);
    *out = (struct al_shape){0};
    for (uint32_t i = 0; i + 1 < rank; i++)
        if (!(attended & 1U << i))
            out->dim[out->rank++] = h->query->dim[i];
    out->dim[out->rank++] = h->query_heads;
    for (uint32_t i = 0; i + 1 < rank; i++)
        if (attended & 1U << i)
            out->dim[out->rank++] = h->query->dim[i];
    for (uint32_t i = 0; i + 1 < rank; i++)
        if (attended & 1U << i)
            out->dim[out->rank++] = h->value->dim[i];
    return true;
}

static bool head_outputs(struct al_site *s, const struct heads *h, uint32_t attended)
{
    bool scores = asked(s, "return_attention_scores");
    struct al_shape out = {.rank = h->query->rank - 1 + h->output.rank}, weights;
    if (out.rank > AL_MAX_RANK)
        return al_site_bad_shape(s, "fewer axes", &h->output);
    for (uint32_t i = 0; i < out.rank; i++)
        out.dim[i] = i + 1 < h->query->rank ? h->query->dim[i] : h->output.dim[i - (h->query->rank - 1)];
    if (!score_shape(s, h, attended, &weights) || !al_site_outputs(s, scores ? 2 : 1))
        return false;
    s->out[0] = out;
    if (scores)
        s->out[1] = weights;
    return true;
}

static const struct al_param multi_params[] = {
    AL_UNITS_KEY("num_heads"),
    AL_UNITS_KEY("key_dim"),
    {.key = "value_dim", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = 1, .maximum = AL_MAX_UNITS,
     .standard = "null"},
    {.key = "output_shape", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .minimum = 1, .maximum = AL_MAX_UNITS,
     .count_min = 1, .count_max = AL_MAX_RANK - 2, .standard = "null"},
    {.key = "attention_axes", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 1,
     .count_max = AL_MAX_RANK, .standard = "null"},
    HEAD_KEYS,
    SHAPE_HINT_KEY("query_shape"),
    SHAPE_HINT_KEY("key_shape"),
    SHAPE_HINT_KEY("value_shape"),
};

static bool infer_multi(struct al_site *s)
{
    struct heads h;
    uint32_t attended;
    const struct al_value *output = al_param_of(s, "output_shape");
    if (!gather_heads(s, &h) || !attended_axes(s, h.query->rank, &attended))
        return false;
    for (uint32_t i = 0; i + 1 < h.query->rank; i++)
        if (!(attended & 1U << i) && !dims_agree(h.query->dim[i], h.value->dim[i]))
            return al_site_bad_shape(s, al_shape_show(s->findings, h.query), h.value);
    h.query_heads = h.key_heads = al_param_int(s, "num_heads");
    h.key_dim = al_param_int(s, "key_dim");
    h.value_dim = al_param_is_null(s, "value_dim") ? h.key_dim : al_param_int(s, "value_dim");
    h.output = al_shape_1(h.query->dim[h.query->rank - 1]);
    if (output->type == AL_VALUE_INTEGERS) {
        h.output.rank = output->count;
        for (uint32_t i = 0; i < output->count; i++)
            h.output.dim[i] = output->integers[i];
    }
    return demand_heads(s, &h) && head_outputs(s, &h, attended);
}

const struct al_row al_row_multi_head_attention = {
    .name = "MultiHeadAttention",
    .quantizable = true,
    AL_PARAMS(multi_params),
    AL_ARGUMENTS(head_arguments),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = AL_MAX_RANK - 1,
    .weights =
        "query, key: kernel (in, heads, key_dim), bias (heads, key_dim); gate, value: kernel (in, heads, value_dim), "
        "bias (heads, value_dim); output: kernel (heads, value_dim, out…), bias (out…)",
    .computes = "projection of softmax(query · key / √key_dim) · value, head by head",
    .infer = infer_multi,
};

static const struct al_param grouped_params[] = {
    AL_UNITS_KEY("head_dim"),
    AL_UNITS_KEY("num_query_heads"),
    AL_UNITS_KEY("num_key_value_heads"),
    HEAD_KEYS,
};

static bool check_grouped(struct al_site *s)
{
    if (al_param_int(s, "num_query_heads") % al_param_int(s, "num_key_value_heads") != 0)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "a multiple of num_key_value_heads", AL_NOTHING,
                              "num_query_heads is not divided by num_key_value_heads");
    return true;
}

static bool infer_grouped(struct al_site *s)
{
    struct heads h;
    if (!gather_heads(s, &h))
        return false;
    if (!dims_agree(h.query->dim[0], h.value->dim[0]) || h.query->dim[2] != h.value->dim[2])
        return al_site_bad_shape(s, al_shape_show(s->findings, h.query), h.value);
    h.query_heads = al_param_int(s, "num_query_heads");
    h.key_heads = al_param_int(s, "num_key_value_heads");
    h.key_dim = h.value_dim = al_param_int(s, "head_dim");
    h.output = al_shape_1(h.query->dim[h.query->rank - 1]);
    return demand_heads(s, &h) && head_outputs(s, &h, 2);
}

/* the name of the class in Python, which legacy files have */
static const char *const grouped_names[] = {"GroupedQueryAttention", NULL};

const struct al_row al_row_group_query_attention = {
    .name = "GroupQueryAttention",
    .quantizable = true,
    .other_names = grouped_names,
    .group_name = "grouped_query_attention",
    AL_PARAMS(grouped_params),
    AL_ARGUMENTS(head_arguments),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = 3,
    .weights =
        "query: kernel (in, query heads, head_dim), key, value: kernel (in, key heads, head_dim), output: kernel "
        "(query heads, head_dim, width of the query), biases alike",
    .computes = "as MultiHeadAttention, several heads of the query sharing one of key and value",
    .check = check_grouped,
    .infer = infer_grouped,
};
