/* Attention: the plain one, the additive one, and with several heads
   (keras/src/layers/attention; Keras 2's where masks make a difference). */
#include "validator/families/common.h"

#include "inference/families/families.h"
#include "inference/quantized.h"

#include <math.h>

static bool asked(const struct al_lowering *l, const char *argument)
{
    const struct al_value *v = al_site_constant(&l->site, argument);
    return v != NULL && v->integer != 0;
}

/* True where both are, an absent one being true everywhere. */
static uint32_t both(struct al_lowering *l, uint32_t a, uint32_t b)
{
    if (a == AL_NONE_INDEX || b == AL_NONE_INDEX)
        return a == AL_NONE_INDEX ? b : a;
    return al_emit_binary(l, AL_OP_AND, a, b);
}

/* 0, 1 … n - 1 as a column (n, 1) or a row (1, n). */
static uint32_t places(struct al_lowering *l, int64_t n, bool column)
{
    double *numbers = n >= 0 ? al_arena_alloc(l->ops->arena, (size_t)n, sizeof *numbers) : NULL;
    if (numbers == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (int64_t i = 0; i < n; i++)
        numbers[i] = (double)i;
    const struct al_shape shape = {.rank = 2, .dim = {column ? n : 1, column ? 1 : n}};
    return al_emit_numbers(l, AL_INT64, &shape, numbers);
}

/* (t, s): nobody sees what comes after its own place. */
static uint32_t causal_mask(struct al_lowering *l, int64_t t, int64_t s)
{
    return al_emit_binary(l, AL_OP_GREATER_OR_EQUAL, places(l, t, true), places(l, s, false));
}

/* ---- Attention, AdditiveAttention ---- */

/* From scores (…, t, s): softmax over what the masks leave, and the weighted values. */
static void finish_dense(struct al_lowering *l, uint32_t scores, uint32_t value)
{
    const struct al_shape shape = *al_emit_shape(l, scores);
    const uint32_t query_mask = al_lower_mask_of(l, 0);
    uint32_t seen = al_lower_mask_of(l, 1);
    if (scores == AL_NONE_INDEX)
        return;
    if (seen != AL_NONE_INDEX)
        seen = al_emit_insert_axis(l, seen, al_emit_shape(l, seen)->rank - 1);
    if (asked(l, "use_causal_mask") || al_param_bool(&l->site, "causal"))
        seen = both(l, seen, causal_mask(l, shape.dim[shape.rank - 2], shape.dim[shape.rank - 1]));
    if (seen != AL_NONE_INDEX) {
        const uint32_t low = al_emit_with_number(l, AL_OP_SUB, scores, l->round == AL_FLOAT16 ? 65504.0 : 1e9);
        scores = al_emit_where(l, seen, scores, low);
    }
    const uint32_t weights = al_emit_softmax(l, scores, shape.rank - 1);
    uint32_t out = al_emit_matmul(l, weights, value);
    if (query_mask != AL_NONE_INDEX)
        out = al_emit_where(l, al_emit_insert_axis(l, query_mask, al_emit_shape(l, query_mask)->rank), out,
                            al_emit_number(l, al_emit_dtype(l, out), 0));
    al_lower_result_masked(l, out, query_mask);
    if (asked(l, "return_attention_scores"))
        al_lower_result_masked(l, weights, AL_NONE_INDEX);
}

/* How many of the inputs are query, value and key, as opposed to masks. */
static uint32_t key_index(const struct al_lowering *l)
{
    return l->in_count > 2 && l->site.argument_of[2] == 0 ? 2 : 1;
}

/* Each query beside each key: (…, t, 1, d) + (…, 1, s, d). */
static uint32_t sum_of_pairs(struct al_lowering *l, uint32_t query, uint32_t key)
{
    const uint32_t rank = l->site.in[0].rank;
    return al_emit_binary(l, AL_OP_ADD, al_emit_insert_axis(l, query, rank - 1),
                          al_emit_insert_axis(l, key, rank - 2));
}

static uint32_t sum_over_last(struct al_lowering *l, uint32_t x)
{
    const uint32_t last = al_emit_shape(l, x)->rank - 1;
    return x == AL_NONE_INDEX ? x : al_emit_reduce(l, AL_OP_REDUCE_SUM, x, &last, 1, false);
}

void al_lower_attention(struct al_lowering *l)
{
    const uint32_t query = l->in[0].operand, key = l->in[key_index(l)].operand, rank = l->site.in[0].rank;
    const uint32_t scale = al_lower_weight(l, "scale"), concat = al_lower_weight(l, "concat_score_weight");
    uint32_t scores;
    if (concat != AL_NONE_INDEX) {
        uint32_t sum = sum_of_pairs(l, query, key);
        if (scale != AL_NONE_INDEX)
            sum = al_emit_binary(l, AL_OP_MUL, sum, scale);
        scores = al_emit_binary(l, AL_OP_MUL, sum_over_last(l, al_emit_unary(l, AL_OP_TANH, sum)), concat);
    } else {
        scores = al_emit_matmul(l, query, al_emit_move_axis(l, key, rank - 1, rank - 2));
        if (scale != AL_NONE_INDEX)
            scores = al_emit_binary(l, AL_OP_MUL, scores, scale);
    }
    finish_dense(l, scores, l->in[1].operand);
}

void al_lower_additive_attention(struct al_lowering *l)
{
    const uint32_t scale = al_lower_weight(l, "scale");
    uint32_t pairs = al_emit_unary(l, AL_OP_TANH, sum_of_pairs(l, l->in[0].operand, l->in[key_index(l)].operand));
    if (scale != AL_NONE_INDEX)
        pairs = al_emit_binary(l, AL_OP_MUL, pairs, scale);
    finish_dense(l, sum_over_last(l, pairs), l->in[1].operand);
}

/* ---- several heads ---- */

/* Which axes are attended, and where the others go: (not attended…, heads, attended…, width). */
struct heads {
    uint32_t rank;                       /* of the query */
    uint32_t attended_count, free_count; /* the batch is free */
    uint32_t attended[AL_MAX_RANK], free[AL_MAX_RANK];
};

static bool split_axes(struct al_lowering *l, struct heads *h)
{
    uint32_t wanted[AL_MAX_RANK], count = 0;
    *h = (struct heads){.rank = l->site.in[0].rank};
    const bool named = l->site.layer->kind == AL_KIND_MULTI_HEAD_ATTENTION &&
        !al_param_is_null(&l->site, "attention_axes");
    if (named && !al_site_axes(&l->site, "attention_axes", h->rank, wanted, &count)) {
        al_lower_fail(l, AL_INTERNAL, "axes that the verified model cannot have");
        return false;
    }
    for (uint32_t i = 0; i + 1 < h->rank; i++) {
        bool attended = !named && i > 0;
        for (uint32_t j = 0; j < count; j++)
            attended = attended || wanted[j] == i;
        if (attended)
            h->attended[h->attended_count++] = i;
        else
            h->free[h->free_count++] = i;
    }
    return true;
}

/* The shape of a projection's kernel in plain numbers: (in, heads, width). */
static struct al_shape kernel_shape(const struct al_lowering *l, const char *path, int64_t in)
{
    const bool key = strcmp(path, "key_dense") == 0, value = strcmp(path, "value_dense") == 0;
    const bool grouped = l->site.layer->kind == AL_KIND_GROUP_QUERY_ATTENTION;
    const struct al_site *s = &l->site;
    const bool own_width = value || strcmp(path, "gate_dense") == 0;
    struct al_shape k = {.rank = 3, .dim = {in}};
    if (grouped) {
        k.dim[1] = al_param_int(s, key || value ? "num_key_value_heads" : "num_query_heads");
        k.dim[2] = al_param_int(s, "head_dim");
    } else {
        k.dim[1] = al_param_int(s, "num_heads");
        k.dim[2] = al_param_int(s, own_width && !al_param_is_null(s, "value_dim") ? "value_dim" : "key_dim");
    }
    return k;
}

/* x (…, in) times the kernel, flat, and the bias of the projection at `path`. */
static uint32_t projected(struct al_lowering *l, uint32_t x, const char *path, const struct al_shape *k,
                          uint32_t summed)
{
    struct al_shape flat = {.rank = 2, .dim = {1, 1}};
    uint32_t bias = al_lower_weight_at(l, path, "bias");
    for (uint32_t i = 0; i < k->rank; i++)
        flat.dim[i >= summed] *= k->dim[i];
    const struct al_shape one = {.rank = 1, .dim = {flat.dim[1]}};
    if (bias != AL_NONE_INDEX)
        bias = al_emit_reshape(l, bias, &one);
    if (l->site.layer->quantization.mode == AL_QUANTIZED_NONE)
        return al_emit_dense(l, x, al_emit_reshape(l, al_lower_weight_at(l, path, "kernel"), &flat), bias);
    const uint32_t y = al_lower_quantized_projection(l, path, x, summed, k);
    return bias == AL_NONE_INDEX ? y : al_emit_binary(l, AL_OP_ADD, y, bias);
}

/* x (…, in) · kernel (in, heads, width) + bias (heads, width): (…, heads, width) */
static uint32_t project(struct al_lowering *l, uint32_t x, const char *path)
{
    const struct al_shape in = *al_emit_shape(l, x);
    if (x == AL_NONE_INDEX)
        return x;
    const struct al_shape k = kernel_shape(l, path, in.dim[in.rank - 1]);
    const uint32_t y = projected(l, x, path, &k, 1);
    struct al_shape out = *al_emit_shape(l, y);
    out.dim[out.rank - 1] = k.dim[1];
    out.dim[out.rank++] = k.dim[2];
    return al_emit_reshape(l, y, &out);
}

/* (d…, heads, width) as (free…, heads, all attended places, width). */
static uint32_t arrange(struct al_lowering *l, const struct heads *h, uint32_t x)
{
    uint32_t perm[AL_MAX_RANK], at = 0;
    struct al_shape out = {0};
    int64_t attended = 1;
    const struct al_shape in = *al_emit_shape(l, x);
    if (x == AL_NONE_INDEX)
        return x;
    for (uint32_t i = 0; i < h->free_count; i++)
        out.dim[out.rank++] = in.dim[perm[at++] = h->free[i]];
    out.dim[out.rank++] = in.dim[perm[at++] = h->rank - 1];
    for (uint32_t i = 0; i < h->attended_count; i++)
        attended *= in.dim[perm[at++] = h->attended[i]];
    out.dim[out.rank++] = attended;
    out.dim[out.rank++] = in.dim[perm[at] = h->rank];
    return al_emit_reshape(l, al_emit_transpose(l, x, perm), &out);
}

/* The way back: (free…, heads, places, width) to the query's (d…, heads, width). */
static uint32_t arrange_back(struct al_lowering *l, const struct heads *h, uint32_t x)
{
    const struct al_shape in = *al_emit_shape(l, x);
    struct al_shape apart = {0};
    uint32_t back[AL_MAX_RANK];
    if (x == AL_NONE_INDEX)
        return x;
    for (uint32_t i = 0; i < h->free_count; i++) {
        back[h->free[i]] = apart.rank;
        apart.dim[apart.rank++] = in.dim[i];
    }
    back[h->rank - 1] = apart.rank;
    apart.dim[apart.rank++] = in.dim[h->free_count];
    for (uint32_t i = 0; i < h->attended_count; i++) {
        back[h->attended[i]] = apart.rank;
        apart.dim[apart.rank++] = l->site.in[0].dim[h->attended[i]];
    }
    back[h->rank] = apart.rank;
    apart.dim[apart.rank++] = in.dim[in.rank - 1];
    return al_emit_transpose(l, al_emit_reshape(l, x, &apart), back);
}

/* One head of key and value for several of the query: head h of the query takes h / times. */
static uint32_t repeat_heads(struct al_lowering *l, uint32_t x, int64_t times)
{
    struct al_shape s = *al_emit_shape(l, x), out = s;
    if (x == AL_NONE_INDEX || times == 1)
        return x;
    const uint32_t apart = al_emit_insert_axis(l, x, 2);
    s = *al_emit_shape(l, apart);
    s.dim[2] = times;
    out.dim[1] *= times;
    return al_emit_reshape(l, al_emit_expand(l, apart, &s), &out);
}

struct masks {
    uint32_t seen;               /* (batch…, t…, s…) or less; AL_NONE_INDEX: everything is seen */
    uint32_t query;              /* what the query carries, and the output after it */
};

/* Layer._compute_attention_mask: query, value and key masks, causal, sliding window, and
   what the call gives, all of which must agree. */
static struct masks gather_masks(struct al_lowering *l)
{
    static const char *const sources[] = {"value", "key"}, *const given[] = {"value_mask", "key_mask"};
    const struct al_shape *query = &l->site.in[al_site_input(&l->site, "query")];
    const struct al_shape *value = &l->site.in[al_site_input(&l->site, "value")];
    struct masks m = {AL_NONE_INDEX, l->in[al_site_input(&l->site, "query")].mask};
    if (m.query != AL_NONE_INDEX)
        m.seen = al_emit_insert_axis(l, m.query, al_emit_shape(l, m.query)->rank);
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t input = al_site_input(&l->site, sources[i]);
        uint32_t mask = al_lower_input(l, given[i]);
        if (mask == AL_NONE_INDEX && input != AL_NONE_INDEX)
            mask = l->in[input].mask;
        if (mask != AL_NONE_INDEX)
            m.seen = both(l, m.seen, al_emit_insert_axis(l, mask, al_emit_shape(l, mask)->rank - 1));
    }
    if (asked(l, "use_causal_mask"))
        m.seen = both(l, m.seen, al_emit_insert_axis(l, causal_mask(l, query->dim[1], value->dim[1]), 0));
    if (!al_param_is_null(&l->site, "sliding_window")) {
        const uint32_t apart = al_emit_binary(l, AL_OP_SUB, places(l, query->dim[1], true),
                                              places(l, value->dim[1], false));
        const uint32_t near = al_emit_with_number(l, AL_OP_LESS, al_emit_unary(l, AL_OP_ABS, apart),
                                                  (double)al_param_int(&l->site, "sliding_window"));
        m.seen = both(l, m.seen, al_emit_insert_axis(l, near, 0));
    }
    const uint32_t wanted = al_lower_input(l, "attention_mask");
    if (wanted != AL_NONE_INDEX)
        m.seen = both(l, al_emit_cast(l, wanted, AL_BOOL), m.seen);
    return m;
}

/* A mask (lead…, t…, s…) against scores (free…, heads, t, s): axes of length 1 come in
   before the attended ones, which are flattened as the scores' are. */
static uint32_t spread_mask(struct al_lowering *l, const struct heads *h, uint32_t mask,
                            const struct al_shape *scores)
{
    const uint32_t ends = 2 * h->attended_count;
    const struct al_shape in = *al_emit_shape(l, mask);
    if (mask == AL_NONE_INDEX)
        return mask;
    if (in.rank < ends || in.rank - ends > h->free_count + 1)
        return al_lower_fail(l, AL_REFUSED, "a mask of rank %u does not fit the scores", in.rank);
    struct al_shape full = in, out = {.rank = scores->rank};
    for (uint32_t i = 0; i < h->attended_count; i++) {
        const uint32_t axis = h->attended[i], key = al_site_input(&l->site, "value");
        full.dim[in.rank - ends + i] = l->site.in[0].dim[axis];
        full.dim[in.rank - h->attended_count + i] = l->site.in[key].dim[axis];
    }
    for (uint32_t i = 0; i + 2 < out.rank; i++)
        out.dim[i] = i < in.rank - ends ? in.dim[i] : 1;
    out.dim[out.rank - 2] = scores->dim[scores->rank - 2];
    out.dim[out.rank - 1] = scores->dim[scores->rank - 1];
    return al_emit_reshape(l, al_emit_expand(l, mask, &full), &out);
}

/* Keras 3 computes most calls by ops.dot_product_attention, where a query that sees nothing
   gets the mean of all values; with dropout or scores asked for by the layer Softmax, where
   it gets nothing since 3.10. Keras 2 adds -1e9 (in float16 its least number). */
static uint32_t masked_softmax(struct al_lowering *l, uint32_t scores, uint32_t seen, bool fused)
{
    const uint32_t last = al_emit_shape(l, scores)->rank - 1;
    if (seen == AL_NONE_INDEX || scores == AL_NONE_INDEX)
        return al_emit_softmax(l, scores, last);
    const enum al_dtype dtype = al_emit_dtype(l, scores);
    const bool half = l->round == AL_FLOAT16;
    if (al_model_is_keras2(l->site.model)) {
        const uint32_t low = al_emit_with_number(l, AL_OP_ADD, scores, half ? -65504.0 : -1e9);
        return al_emit_softmax(l, al_emit_where(l, seen, scores, low), last);
    }
    const double hidden = fused ? -0.7 * 3.38953e38 : half ? -3e4 : -1e9;
    const uint32_t weights =
        al_emit_softmax(l, al_emit_where(l, seen, scores, al_emit_number(l, dtype, hidden)), last);
    return fused || al_model_before(l->site.model, 3, 10) ? weights : al_emit_where(l, seen, weights, al_emit_number(l, dtype, 0));
}

/* (heads, width, out…) */
static struct al_shape output_kernel(const struct al_lowering *l, int64_t heads, int64_t width)
{
    struct al_shape k = {.rank = 3, .dim = {heads, width, l->site.in[0].dim[l->site.in[0].rank - 1]}};
    if (al_param_is_null(&l->site, "output_shape"))
        return k;
    const struct al_value *shape = al_param_of(&l->site, "output_shape");
    k.rank = 2;
    for (uint32_t i = 0; i < shape->count && k.rank < AL_MAX_RANK; i++)
        k.dim[k.rank++] = shape->integers[i];
    return k;
}

/* (…, heads, width) · kernel (heads, width, out…) + bias (out…) */
static uint32_t project_out(struct al_lowering *l, uint32_t x)
{
    struct al_shape in = *al_emit_shape(l, x), k;
    if (x == AL_NONE_INDEX)
        return x;
    k = output_kernel(l, in.dim[in.rank - 2], in.dim[in.rank - 1]);
    in.rank--;
    in.dim[in.rank - 1] = k.dim[0] * k.dim[1];
    const uint32_t y = projected(l, al_emit_reshape(l, x, &in), "output_dense", &k, 2);
    in.rank--;
    for (uint32_t i = 2; i < k.rank; i++)
        in.dim[in.rank++] = k.dim[i];
    return al_emit_reshape(l, y, &in);
}

static uint32_t score_output(struct al_lowering *l, const struct heads *h, uint32_t weights)
{
    const struct al_shape in = *al_emit_shape(l, weights);
    const uint32_t value = al_site_input(&l->site, "value");
    struct al_shape out = {.rank = h->free_count + 1};
    if (weights == AL_NONE_INDEX)
        return weights;
    for (uint32_t i = 0; i < out.rank; i++)
        out.dim[i] = in.dim[i];
    for (uint32_t i = 0; i < h->attended_count; i++)
        out.dim[out.rank++] = l->site.in[0].dim[h->attended[i]];
    for (uint32_t i = 0; i < h->attended_count; i++)
        out.dim[out.rank++] = l->site.in[value].dim[h->attended[i]];
    return al_emit_reshape(l, weights, &out);
}

static void lower_heads(struct al_lowering *l, int64_t key_dim, int64_t shared)
{
    struct heads h;
    if (!split_axes(l, &h))
        return;
    const uint32_t given_key = al_lower_input(l, "key"), value_input = al_lower_input(l, "value");
    const struct masks m = gather_masks(l);
    const bool scores_wanted = asked(l, "return_attention_scores");
    const bool fused = !scores_wanted && al_param_real(&l->site, "dropout") == 0 && h.rank == 3;
    const uint32_t input = al_lower_input(l, "query");
    const uint32_t query = arrange(l, &h, project(l, input, "query_dense"));
    const uint32_t key_input = given_key == AL_NONE_INDEX ? value_input : given_key;
    const uint32_t key = repeat_heads(l, arrange(l, &h, project(l, key_input, "key_dense")), shared);
    const uint32_t value = repeat_heads(l, arrange(l, &h, project(l, value_input, "value_dense")), shared);
    const uint32_t scaled = al_emit_with_number(l, AL_OP_MUL, query, 1 / sqrt((double)key_dim));
    if (scaled == AL_NONE_INDEX || key == AL_NONE_INDEX)
        return;
    const uint32_t last = al_emit_shape(l, key)->rank - 1;
    const uint32_t scores = al_emit_matmul(l, scaled, al_emit_move_axis(l, key, last, last - 1));
    const uint32_t seen = spread_mask(l, &h, m.seen, al_emit_shape(l, scores));
    const uint32_t weights = masked_softmax(l, scores, seen, fused);
    uint32_t context = arrange_back(l, &h, al_emit_matmul(l, weights, value));
    if (al_param_bool(&l->site, "use_gate"))
        context = al_emit_binary(l, AL_OP_MUL, context,
                                 al_emit_unary(l, AL_OP_SIGMOID, project(l, input, "gate_dense")));
    al_lower_result_masked(l, project_out(l, context), m.query);
    if (scores_wanted)
        al_lower_result_masked(l, score_output(l, &h, weights), AL_NONE_INDEX);
}

void al_lower_multi_head_attention(struct al_lowering *l)
{
    lower_heads(l, al_param_int(&l->site, "key_dim"), 1);
}

void al_lower_group_query_attention(struct al_lowering *l)
{
    lower_heads(l, al_param_int(&l->site, "head_dim"),
                al_param_int(&l->site, "num_query_heads") / al_param_int(&l->site, "num_key_value_heads"));
}
