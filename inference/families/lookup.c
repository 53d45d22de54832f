/* Look-ups in vocabularies, and texts into tokens. */
#include "validator/vocabulary.h"

#include "inference/families/encoding.h"

#include <string.h>

static struct al_hashing salted(const struct al_lowering *l, int64_t buckets)
{
    const struct al_value *salt = al_param_of(&l->site, "salt");
    struct al_hashing h = {.buckets = (uint64_t)buckets};
    for (uint32_t i = 0; i < 2 && salt->type == AL_VALUE_INTEGERS; i++) {
        h.salted = true;
        h.salt[i] = (uint64_t)salt->integers[i];
    }
    return h;
}

/* What becomes of tokens that are not in the vocabulary. */
static void set_unknown(const struct al_lowering *l, const struct al_vocabulary *v, struct al_table *t)
{
    const bool hashes = v->of_texts || strcmp(al_param_choice(&l->site, "oov_method"), "farmhash") == 0;
    t->unknown_index = v->unknown_first;
    if (v->unknown_count < 2) {
        t->unknown = v->unknown_count == 0 ? AL_UNKNOWN_FAILS : AL_UNKNOWN_ONE;
        return;
    }
    t->unknown = hashes ? AL_UNKNOWN_HASHED : AL_UNKNOWN_MODULO;
    t->hashing = salted(l, v->unknown_count);
    t->hashing.first = v->unknown_first;
}

static uint32_t look_up(struct al_lowering *l, const struct al_vocabulary *v, uint32_t x)
{
    struct al_table *t = al_arena_alloc(l->ops->arena, 1, sizeof *t);
    const bool indices = strcmp(al_vocabulary_mode(&l->site), "int") == 0;
    if (t == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "a vocabulary needs more memory than there is");
    /* a masked token is no category */
    *t = (struct al_table){.of_texts = v->of_texts, .texts = v->texts, .numbers = v->numbers, .first = v->first,
                           .masked = v->masked, .mask_text = v->mask_text, .mask_number = v->mask_number,
                           .mask_value = indices ? 0 : INT64_MAX};
    set_unknown(l, v, t);
    if (!al_table_fill(t, v->count, l->ops->arena))
        return al_lower_fail(l, AL_NO_MEMORY, "a vocabulary needs more memory than there is");
    const struct al_attributes a = {.table = t};
    return x == AL_NONE_INDEX ? x : al_emit(l, AL_OP_LOOKUP, &x, 1, &a);
}

static uint32_t look_up_index(struct al_lowering *l, const struct al_vocabulary *v, uint32_t x)
{
    struct al_words *w = al_arena_alloc(l->ops->arena, 1, sizeof *w);
    if (w == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "a vocabulary needs more memory than there is");
    *w = (struct al_words){.of_texts = v->of_texts, .count = v->count, .texts = v->texts, .numbers = v->numbers,
                           .first = v->first, .other_text = v->unknown_text, .other_number = v->unknown_number,
                           .masked = v->masked, .mask_text = v->mask_text, .mask_number = v->mask_number};
    const struct al_attributes a = {.words = w};
    return x == AL_NONE_INDEX ? x : al_emit(l, AL_OP_WORDS, &x, 1, &a);
}

/* tf_idf: the counts times the weights, from the file or from the configuration. */
static uint32_t weighted(struct al_lowering *l, const struct al_vocabulary *v, uint32_t counts)
{
    const struct al_shape shape = {1, {v->depth}};
    uint32_t idf = AL_NONE_INDEX;
    for (uint32_t i = 0; idf == AL_NONE_INDEX && !l->failed && i < l->site.layer->demand_count; i++)
        idf = al_lower_weight_as(l, i, l->real);
    if (idf == AL_NONE_INDEX && !l->failed) {
        const double *listed = al_vocabulary_idf(&l->site, v, l->ops->arena);
        idf = listed != NULL ? al_emit_numbers(l, l->real, &shape, listed)
                             : al_lower_fail(l, AL_NO_MEMORY, "weights need more memory than there is");
    }
    return al_emit_binary(l, AL_OP_MUL, al_emit_cast(l, counts, l->real), idf);
}

static void encode(struct al_lowering *l, const struct al_vocabulary *v, uint32_t indices)
{
    const char *mode = al_vocabulary_mode(&l->site);
    const bool idf = strcmp(mode, "tf_idf") == 0;
    const uint32_t encoded = al_lower_encoding(l, indices, idf ? "count" : mode, v->depth);
    const uint32_t typed = al_model_is_keras2(l->site.model) ? al_emit_cast(l, encoded, l->real) : encoded;
    al_lower_result(l, idf ? weighted(l, v, encoded) : typed);
}

static void lower_lookup(struct al_lowering *l)
{
    struct al_vocabulary v;
    uint32_t x = l->in[0].operand;
    if (!al_vocabulary_of(&l->site, &v)) {
        al_lower_fail(l, AL_INTERNAL, "a vocabulary that the verified model must have");
        return;
    }
    if (al_emit_dtype(l, x) != AL_STRING)
        x = al_emit_cast(l, x, AL_INT64);
    if (al_param_bool(&l->site, "invert"))
        al_lower_result(l, look_up_index(l, &v, x));
    else if (strcmp(al_vocabulary_mode(&l->site), "int") == 0)
        al_lower_result(l, look_up(l, &v, x));
    else
        encode(l, &v, look_up(l, &v, x));
}

void al_lower_string_lookup(struct al_lowering *l)
{
    lower_lookup(l);
}

void al_lower_integer_lookup(struct al_lowering *l)
{
    lower_lookup(l);
}

/* ---- TextVectorization ---- */

static struct al_tokenizer *tokenizer(struct al_lowering *l)
{
    const struct al_value *widths = al_param_of(&l->site, "ngrams");
    const char *standard = al_param_choice(&l->site, "standardize"), *split = al_param_choice(&l->site, "split");
    struct al_tokenizer *t = al_arena_alloc(l->ops->arena, 1, sizeof *t);
    if (t == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "a text needs more memory than there is");
        return NULL;
    }
    t->lower = strncmp(standard, "lower", 5) == 0;
    t->strip = standard[0] != '\0' && strcmp(standard, "lower") != 0;
    t->split = split[0] == 'w' ? AL_SPLIT_WHITESPACE : split[0] == 'c' ? AL_SPLIT_CHARACTER : AL_SPLIT_NOT;
    if (widths->type != AL_VALUE_REALS)
        return t;
    const bool all = widths->shape.rank == 0;
    t->width_count = all ? (uint32_t)widths->reals[0] : widths->count;
    for (uint32_t i = 0; i < t->width_count; i++)
        t->widths[i] = all ? i + 1 : (uint32_t)widths->reals[i];
    return t;
}

void al_lower_text_vectorization(struct al_lowering *l)
{
    struct al_vocabulary v;
    uint32_t x = l->in[0].operand;
    const struct al_tokenizer *how = tokenizer(l);
    const bool indices = strcmp(al_vocabulary_mode(&l->site), "int") == 0;
    if (how == NULL || x == AL_NONE_INDEX || !al_vocabulary_of(&l->site, &v))
        return;
    const struct al_shape in = *al_emit_shape(l, x);
    if (how->split != AL_SPLIT_NOT && in.rank == 2)
        x = al_emit_drop_axis(l, x, 1);
    struct al_attributes a = {.tokenizer = how};
    if (!al_param_is_null(&l->site, "output_sequence_length"))
        a.group = al_param_int(&l->site, "output_sequence_length");
    else
        a.group = al_lower_longest(l, x, how);
    if (!l->failed && a.group == 0 && indices) {
        al_lower_fail(l, AL_REFUSED, "there is not one token in all of the texts");
        return;
    }
    const uint32_t tokens = l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_TOKENS, &x, 1, &a);
    const uint32_t found = look_up(l, &v, tokens);
    if (indices)
        al_lower_result(l, found);
    else
        encode(l, &v, found);
}
