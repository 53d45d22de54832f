/* Words and numbers into indices, and back, by a vocabulary (keras/src/layers/preprocessing:
   index_lookup.py, text_vectorization.py). The loader has put the vocabulary of the archive's
   asset where the configuration has none. */
#include "validator/vocabulary.h"
#include "validator/families/common.h"

#define MOST_INTEGER 9007199254740991.0 /* below 2^53 a double is exact */

enum { MOST_TOKEN_BYTES = 1 << 16, MOST_UNKNOWN = 1 << 20, MOST_WIDTH = 64 };

static const char *const modes[] = {"int", "one_hot", "multi_hot", "count", "tf_idf", "binary", "tf-idf", NULL};
static const char *const methods[] = {"floormod", "farmhash", NULL};
static const char *const standards[] = {"lower_and_strip_punctuation", "lower", "strip_punctuation", NULL};
static const char *const splits[] = {"whitespace", "character", NULL};

#define COUNT_KEY(name, least, most) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = (least), .maximum = (most), \
     .standard = "null"}
#define WORDS_KEY \
    {.key = "vocabulary", .type = AL_PARAM_TEXTS, .flags = AL_PARAM_NULLABLE, .maximum = MOST_TOKEN_BYTES, \
     .count_min = 1, .count_max = AL_MAX_LIST, .standard = "null"}
#define TOKEN_KEY(name, value) \
    {.key = (name), .type = AL_PARAM_TEXT, .flags = AL_PARAM_NULLABLE, .standard = (value)}
#define NUMBER_KEY(name, value) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = AL_PARAM_NULLABLE, .minimum = -MOST_INTEGER, \
     .maximum = MOST_INTEGER, .standard = (value)}
/* what all three have */
#define TABLE_KEYS \
    COUNT_KEY("max_tokens", 2, AL_MAX_UNITS), COUNT_KEY("vocabulary_size", 0, AL_MAX_UNITS), \
        {.key = "output_mode", .type = AL_PARAM_CHOICE, .choices = modes, .standard = "\"int\""}, \
        {.key = "idf_weights", .type = AL_PARAM_REALS, .flags = AL_PARAM_NULLABLE, .count_min = 1, \
         .count_max = AL_MAX_LIST, .standard = "null"}, \
        AL_BOOL_KEY("pad_to_max_tokens", "false"), \
        AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed")
#define LOOKUP_KEYS \
    {.key = "num_oov_indices", .type = AL_PARAM_INTEGER, .maximum = MOST_UNKNOWN, .standard = "1"}, \
        AL_BOOL_KEY("invert", "false"), \
        {.key = "oov_method", .type = AL_PARAM_CHOICE, .choices = methods, .standard = "\"floormod\""}, \
        {.key = "salt", .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_NULLABLE, .minimum = -MOST_INTEGER, \
         .maximum = MOST_INTEGER, .count_min = 2, .count_max = 2, .standard = "null"}
#define ENCODING_KEY AL_FIXED_KEY("encoding", "\"utf-8\"", "vocabularies are UTF-8")

static const struct al_param string_params[] = {
    TABLE_KEYS, LOOKUP_KEYS, WORDS_KEY, TOKEN_KEY("mask_token", "null"), TOKEN_KEY("oov_token", "\"[UNK]\""),
    ENCODING_KEY,
};
static const struct al_param integer_params[] = {
    TABLE_KEYS,
    LOOKUP_KEYS,
    {.key = "vocabulary", .type = AL_PARAM_INTEGERS, .flags = AL_PARAM_NULLABLE, .minimum = -MOST_INTEGER,
     .maximum = MOST_INTEGER, .count_min = 1, .count_max = AL_MAX_LIST, .standard = "null"},
    NUMBER_KEY("mask_token", "null"),
    NUMBER_KEY("oov_token", "-1"),
    AL_FIXED_KEY("vocabulary_dtype", "\"int64\"", "other integers than int64 are not computed"),
};
static const struct al_param text_params[] = {
    TABLE_KEYS,
    WORDS_KEY,
    {.key = "standardize", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = standards,
     .standard = "\"lower_and_strip_punctuation\""},
    {.key = "split", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = splits,
     .standard = "\"whitespace\""},
    /* a number stands for all widths up to it */
    {.key = "ngrams", .type = AL_PARAM_REALS, .flags = AL_PARAM_NULLABLE, .minimum = 1, .maximum = MOST_WIDTH,
     .count_min = 1, .count_max = MOST_WIDTH, .standard = "null"},
    COUNT_KEY("output_sequence_length", 1, AL_MAX_UNITS),
    AL_FIXED_KEY("ragged", "false", "ragged tensors are not computed"),
    ENCODING_KEY,
};
static const struct al_argument lookup_arguments[] = {{.name = "inputs", .type = AL_ARGUMENT_TENSOR}};

static bool inverted(const struct al_site *s)
{
    return s->layer->kind != AL_KIND_TEXT_VECTORIZATION && al_param_bool(s, "invert");
}

static bool refuse_keys(struct al_site *s, const char *expected, const char *message)
{
    return al_site_refuse(s, AL_GRAPH_PARAMETER, expected, AL_NOTHING, "%s", message);
}

static bool check_lookup(struct al_site *s)
{
    struct al_vocabulary v;
    const char *mode = al_vocabulary_mode(s);
    if (!al_vocabulary_of(s, &v))
        return al_site_refuse(s, AL_KERAS_VOCABULARY, "a vocabulary in the configuration or in the archive", AL_NOTHING,
                              "%s without its vocabulary", s->row->name);
    if (inverted(s) && strcmp(mode, "int") != 0)
        return refuse_keys(s, "output_mode int", "invert goes with another output_mode");
    if (al_param_bool(s, "pad_to_max_tokens") && al_param_is_null(s, "max_tokens"))
        return refuse_keys(s, "max_tokens", "pad_to_max_tokens without max_tokens");
    return al_vocabulary_check(s, &v);
}

/* IntegerLookup takes a salt with farmhash only. */
static bool check_integer(struct al_site *s)
{
    if (!al_param_is_null(s, "salt") && strcmp(al_param_choice(s, "oov_method"), "farmhash") != 0)
        return refuse_keys(s, "oov_method farmhash", "a salt goes with another oov_method");
    return check_lookup(s);
}

static bool check_text(struct al_site *s)
{
    const struct al_value *widths = al_param_of(s, "ngrams");
    for (uint32_t i = 0; widths->type == AL_VALUE_REALS && i < widths->count; i++)
        if (widths->shape.rank > 1 || widths->reals[i] != (double)(int64_t)widths->reals[i])
            return refuse_keys(s, "an integer or a list of integers", "ngrams are no numbers of words");
    if (!al_param_is_null(s, "output_sequence_length") && strcmp(al_vocabulary_mode(s), "int") != 0)
        return refuse_keys(s, "output_mode int", "output_sequence_length goes with another output_mode");
    return check_lookup(s);
}

static bool typed(struct al_site *s, const struct al_shape *shape, enum al_dtype dtype)
{
    if (!al_site_output(s, shape))
        return false;
    s->out_dtypes[0] = dtype;
    return true;
}

/* Keras 2 encodes in the layer's type, Keras 3 in int64, whatever it says of its output before. */
static enum al_dtype encoding_type(const struct al_site *s, const char *mode)
{
    const enum al_dtype own = s->layer->compute_dtype;
    const bool weighted = strcmp(mode, "tf_idf") == 0;
    if (!al_model_is_keras2(s->model))
        return weighted ? AL_FLOAT32 : AL_INT64;
    return s->layer->kind != AL_KIND_TEXT_VECTORIZATION && al_dtype_is_float(own) ? own : AL_FLOAT32;
}

static bool demand_idf(struct al_site *s, const struct al_vocabulary *v)
{
    const struct al_shape shape = al_shape_1(v->depth);
    const bool listed = !al_param_is_null(s, "idf_weights");
    if (s->layer->kind != AL_KIND_TEXT_VECTORIZATION)
        return al_demand_typed(s, "idf_weights", &shape, false, AL_FLOAT32, listed);
    /* the layer writes those of the look-up it holds as its own, and the look-up writes them again */
    s->path = "_lookup_layer";
    const bool good = al_demand_typed(s, "idf_weights", &shape, false, AL_FLOAT32, listed);
    s->path = "";
    return good && al_demand_typed(s, "idf_weights", &shape, false, AL_FLOAT32, true);
}

/* The encodings of what was found in `in`, which are indices. */
static bool encoded(struct al_site *s, const struct al_shape *in)
{
    struct al_vocabulary v;
    const char *mode = al_vocabulary_mode(s);
    const bool keras2 = al_model_is_keras2(s->model);
    struct al_shape out = *in;
    (void)al_vocabulary_of(s, &v);
    if (strcmp(mode, "one_hot") == 0) {
        if (out.rank > 1 && out.dim[out.rank - 1] == 1)
            out.rank--;
        if (out.rank == AL_MAX_RANK || (keras2 && out.rank > 1))
            return al_site_bad_shape(s, "one token of each sample", in);
        out.dim[out.rank++] = v.depth;
        return typed(s, &out, encoding_type(s, mode));
    }
    if (in->rank != 2)
        return al_site_bad_shape(s, "a tensor of rank 2", in);
    out.dim[1] = v.depth;
    return (strcmp(mode, "tf_idf") != 0 || demand_idf(s, &v)) && typed(s, &out, encoding_type(s, mode));
}

static bool infer_lookup(struct al_site *s)
{
    const bool words = s->layer->kind == AL_KIND_STRING_LOOKUP, keras2 = al_model_is_keras2(s->model);
    const enum al_dtype own = s->layer->compute_dtype;
    if ((s->in_dtypes[0] == AL_STRING) != (words && !inverted(s)))
        return al_site_refuse(s, AL_GRAPH_SHAPE, words && !inverted(s) ? "strings" : "numbers",
                              al_text_of(al_dtype_name(s->in_dtypes[0])), "%s looks up something else",
                              s->row->name);
    if (strcmp(al_vocabulary_mode(s), "int") != 0)
        return encoded(s, &s->in[0]);
    if (inverted(s))
        return typed(s, &s->in[0], words ? AL_STRING : AL_INT64);
    return typed(s, &s->in[0], keras2 && own == AL_INT32 ? AL_INT32 : AL_INT64);
}

#define LOOKUP_ROW(symbol, class_name, param_list, check_it, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(param_list), \
        AL_ARGUMENTS(lookup_arguments), \
        .mask = AL_MASK_DROPS, \
        .takes_texts = true, \
        .named_weights = true, \
        .rank_min = 1, \
        .rank_max = AL_MAX_RANK, \
        .weights = "idf_weights (words): output_mode tf_idf only", \
        .computes = (text), \
        .check = (check_it), \
        .infer = infer_lookup, \
    }
LOOKUP_ROW(string_lookup, "StringLookup", string_params, check_lookup,
           "where each string stands in the vocabulary, or which string stands there");
LOOKUP_ROW(integer_lookup, "IntegerLookup", integer_params, check_integer,
           "where each integer stands in the vocabulary, or which integer stands there");

/* ---- TextVectorization ---- */

/* How many n-grams a row of `tokens` has; -1: not known. */
static int64_t ngrams_of(const struct al_site *s, int64_t tokens)
{
    const struct al_value *widths = al_param_of(s, "ngrams");
    const bool all = widths->type == AL_VALUE_REALS && widths->shape.rank == 0;
    const int64_t count = all ? (int64_t)widths->reals[0] : widths->count;
    int64_t sum = 0;
    if (widths->type != AL_VALUE_REALS || tokens == -1)
        return tokens;
    for (int64_t i = 0; i < count; i++) {
        const int64_t width = all ? i + 1 : (int64_t)widths->reals[i];
        sum += tokens >= width ? tokens - width + 1 : 0;
    }
    return sum;
}

static bool infer_text(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    const bool split = !al_param_is_null(s, "split"), one = in->rank == 1 || in->dim[1] == 1;
    struct al_shape found = al_shape_2(in->dim[0], split ? -1 : ngrams_of(s, in->dim[1]));
    if (s->in_dtypes[0] != AL_STRING)
        return al_site_refuse(s, AL_GRAPH_SHAPE, "strings", al_text_of(al_dtype_name(s->in_dtypes[0])),
                              "%s takes strings", s->row->name);
    if (split ? !one : in->rank != 2)
        return al_site_bad_shape(s, split ? "one text of each sample" : "a row of tokens", in);
    if (found.dim[1] == 0)
        return al_site_bad_shape(s, "as many tokens as make an n-gram", in);
    if (strcmp(al_vocabulary_mode(s), "one_hot") == 0 && (split || al_model_is_keras2(s->model)))
        return refuse_keys(s, "another output_mode", "a ragged result is not computed");
    if (strcmp(al_vocabulary_mode(s), "int") != 0)
        return encoded(s, &found);
    if (!al_param_is_null(s, "output_sequence_length"))
        found.dim[1] = al_param_int(s, "output_sequence_length");
    return typed(s, &found, AL_INT64);
}

const struct al_row al_row_text_vectorization = {
    .name = "TextVectorization",
    AL_PARAMS(text_params),
    AL_ARGUMENTS(lookup_arguments),
    .mask = AL_MASK_DROPS,
    .takes_texts = true,
    .named_weights = true,
    .rank_min = 1,
    .rank_max = 2,
    .weights = "idf_weights (words): output_mode tf_idf only",
    .computes = "the text's tokens, and where each stands in the vocabulary",
    .check = check_text,
    .infer = infer_text,
};
