/* See vocabulary.h. */
#include "validator/vocabulary.h"

#include "validator/catalogue.h"

#include <stdlib.h>

const char *al_vocabulary_mode(const struct al_site *s)
{
    const char *mode = al_param_choice(s, "output_mode");
    return strcmp(mode, "binary") == 0 ? "multi_hot" : strcmp(mode, "tf-idf") == 0 ? "tf_idf" : mode;
}

/* TextVectorization holds a StringLookup of which it chooses these. */
static void special_tokens(const struct al_site *s, struct al_vocabulary *v)
{
    if (s->layer->kind == AL_KIND_TEXT_VECTORIZATION) {
        v->masked = v->has_unknown_token = true;
        v->mask_text = al_text_of("");
        v->unknown_text = al_text_of("[UNK]");
        v->unknown_count = 1;
        return;
    }
    v->masked = !al_param_is_null(s, "mask_token");
    v->has_unknown_token = !al_param_is_null(s, "oov_token");
    v->mask_text = al_param_of(s, "mask_token")->text;
    v->mask_number = al_param_int(s, "mask_token");
    v->unknown_text = al_param_of(s, "oov_token")->text;
    v->unknown_number = al_param_int(s, "oov_token");
    v->unknown_count = al_param_int(s, "num_oov_indices");
}

static bool begins_with_special(const struct al_vocabulary *v, const struct al_value *list)
{
    if (list->count < v->first || (v->unknown_count > 0 && !v->has_unknown_token))
        return false;
    for (int64_t i = 0; i < v->first; i++) {
        const bool mask = i < v->unknown_first;
        if (v->of_texts ? !al_text_equal(list->texts[i], mask ? v->mask_text : v->unknown_text)
                        : list->integers[i] != (mask ? v->mask_number : v->unknown_number))
            return false;
    }
    return true;
}

bool al_vocabulary_of(const struct al_site *s, struct al_vocabulary *v)
{
    const struct al_value *list = al_param_of(s, "vocabulary");
    const bool indices = strcmp(al_vocabulary_mode(s), "int") == 0;
    *v = (struct al_vocabulary){.of_texts = s->layer->kind != AL_KIND_INTEGER_LOOKUP};
    special_tokens(s, v);
    v->unknown_first = v->masked && indices;
    v->first = v->unknown_first + v->unknown_count;
    if (list->type != (v->of_texts ? AL_VALUE_TEXTS : AL_VALUE_INTEGERS))
        return false;
    v->special_given = begins_with_special(v, list);
    const uint32_t skipped = v->special_given ? (uint32_t)v->first : 0;
    v->count = list->count - skipped;
    v->texts = v->of_texts ? list->texts + skipped : NULL;
    v->numbers = v->of_texts ? NULL : list->integers + skipped;
    v->depth = al_param_bool(s, "pad_to_max_tokens") ? al_param_int(s, "max_tokens") : v->first + v->count;
    return true;
}

static bool refuse(struct al_site *s, const char *expected, struct al_text found, const char *message)
{
    return al_site_refuse(s, AL_KERAS_VOCABULARY, expected, found, "%s", message);
}

static int by_text(const void *a, const void *b)
{
    const struct al_text *x = a, *y = b;
    const size_t least = x->length < y->length ? x->length : y->length;
    const int order = least > 0 ? memcmp(x->at, y->at, least) : 0;
    return order != 0 ? order : x->length < y->length ? -1 : x->length > y->length;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool check_repeated(struct al_site *s, const struct al_vocabulary *v)
{
    const size_t size = v->of_texts ? sizeof *v->texts : sizeof *v->numbers;
    int (*order)(const void *, const void *) = v->of_texts ? by_text : by_number;
    char *sorted = al_arena_alloc(s->model->arena, v->count, size);
    if (sorted == NULL)
        return al_site_no_memory(s);
    if (v->count > 0)
        memcpy(sorted, v->of_texts ? (const void *)v->texts : v->numbers, v->count * size);
    qsort(sorted, v->count, size, order);
    for (uint32_t i = 1; i < v->count; i++)
        if (order(sorted + (i - 1) * size, sorted + i * size) == 0)
            return refuse(s, "each token once", v->of_texts ? ((struct al_text *)(void *)sorted)[i] : AL_NOTHING,
                          "the vocabulary has a token twice");
    return true;
}

/* Special tokens stand before all others or nowhere. */
static bool check_special(struct al_site *s, const struct al_vocabulary *v)
{
    const bool inverted = s->layer->kind != AL_KIND_TEXT_VECTORIZATION && al_param_bool(s, "invert");
    for (uint32_t i = 0; i < v->count; i++) {
        const bool mask = v->masked && (v->of_texts ? al_text_equal(v->texts[i], v->mask_text)
                                                    : v->numbers[i] == v->mask_number);
        const bool unknown = inverted && v->has_unknown_token &&
                             (v->of_texts ? al_text_equal(v->texts[i], v->unknown_text)
                                          : v->numbers[i] == v->unknown_number);
        if (mask || unknown)
            return refuse(s, "special tokens before all others", al_found(s->findings, "at %u", i),
                          "a special token stands among the tokens of the vocabulary");
    }
    return true;
}

static bool check_idf(struct al_site *s, const struct al_vocabulary *v)
{
    const struct al_value *idf = al_param_of(s, "idf_weights");
    const bool weighted = strcmp(al_vocabulary_mode(s), "tf_idf") == 0;
    if (al_param_is_null(s, "idf_weights"))
        return true;
    if (!weighted || idf->shape.rank != 1)
        return refuse(s, "a list of numbers, with the output mode tf_idf", AL_NOTHING,
                      "idf_weights where none belong");
    const int64_t listed = v->count + (v->special_given ? v->first : 0);
    return idf->count == listed || refuse(s, al_found(s->findings, "%lld numbers", (long long)listed).at,
                                          al_found(s->findings, "%u", idf->count),
                                          "idf_weights are not as many as the words");
}

bool al_vocabulary_check(struct al_site *s, const struct al_vocabulary *v)
{
    const struct al_value *size = al_param_of(s, "vocabulary_size"), *most = al_param_of(s, "max_tokens");
    const bool indices = strcmp(al_vocabulary_mode(s), "int") == 0;
    if (v->count + (v->special_given ? v->first : 0) == 0)
        return refuse(s, "a token", AL_NOTHING, "the vocabulary is empty");
    if (most->type == AL_VALUE_INTEGER && v->first + v->count > most->integer)
        return refuse(s, al_found(s->findings, "at most %lld tokens", (long long)most->integer).at,
                      al_found(s->findings, "%lld", (long long)(v->first + v->count)),
                      "the vocabulary is longer than max_tokens");
    if (size->type == AL_VALUE_INTEGER && !indices && size->integer != v->first + v->count)
        return refuse(s, al_found(s->findings, "%lld tokens", (long long)size->integer).at,
                      al_found(s->findings, "%lld", (long long)(v->first + v->count)),
                      "the vocabulary is not as long as vocabulary_size says");
    return check_repeated(s, v) && check_special(s, v) && check_idf(s, v);
}

double *al_vocabulary_idf(const struct al_site *s, const struct al_vocabulary *v, struct al_arena *arena)
{
    const struct al_value *idf = al_param_of(s, "idf_weights");
    double *all = al_arena_alloc(arena, (size_t)v->depth, sizeof *all), sum = 0;
    const int64_t missing = v->special_given ? 0 : v->first;
    for (uint32_t i = 0; i < idf->count; i++)
        sum += idf->reals[i];
    for (int64_t i = 0; all != NULL && i < v->depth; i++)
        all[i] = i < missing ? sum / idf->count : i - missing < idf->count ? idf->reals[i - missing] : 0;
    return all;
}
