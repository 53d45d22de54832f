/* Vocabularies that an archive keeps as files of their own, assets/<layer>/vocabulary.txt: one
   token a line (keras/src/layers/preprocessing/index_lookup.py, save_assets). They become the
   layer's setting `vocabulary`, as if the configuration had held it. */
#include "loader/keras/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(struct al_keras *k, struct al_text name, const char *expected, struct al_text found,
                   const char *message)
{
    return al_find_at(k->findings, AL_KERAS_VOCABULARY, name, expected, found, "%s", message);
}

/* What Python's splitlines() ends a line at besides "\n": releases of Keras differ in whether they do. */
static bool is_other_end(uint32_t scalar)
{
    return scalar == 0 || (scalar >= 0x0B && scalar <= 0x0D) || (scalar >= 0x1C && scalar <= 0x1E) ||
           scalar == 0x85 || scalar == 0x2028 || scalar == 0x2029;
}

static bool check_text(struct al_keras *k, const struct al_keras_asset *a)
{
    const char *bytes = (const char *)a->bytes;
    if (!al_utf8_valid(bytes, a->size))
        return refuse(k, a->name, "UTF-8", AL_NOTHING, "the vocabulary is no text");
    for (size_t at = 0; at < a->size;)
        if (is_other_end(al_utf8_next(bytes, a->size, &at)))
            return refuse(k, a->name, "lines that end in \\n", AL_NOTHING,
                          "a character that some Keras versions take for the end of a line");
    if (a->size == 0 || bytes[a->size - 1] == '\n')
        return refuse(k, a->name, "a token in the last line", AL_NOTHING,
                      "an empty last line, which some Keras versions take for a token");
    return true;
}

static bool integer(struct al_text line, int64_t *out)
{
    char digits[24], *end;
    if (line.length == 0 || line.length >= sizeof digits || line.at[0] == '+')
        return false;
    for (size_t i = 0; i < line.length; i++)
        if (!(line.at[i] >= '0' && line.at[i] <= '9') && !(i == 0 && line.at[0] == '-'))
            return false;
    memcpy(digits, line.at, line.length);
    digits[line.length] = '\0';
    errno = 0;
    *out = strtoll(digits, &end, 10);
    return errno == 0 && end != digits && *end == '\0';
}

static bool read_lines(struct al_keras *k, const struct al_keras_asset *a, bool numbers, struct al_value *out)
{
    const char *bytes = (const char *)a->bytes;
    size_t count = 1, from = 0, n = 0;
    for (size_t i = 0; i < a->size; i++)
        count += bytes[i] == '\n';
    if (count > AL_MAX_LIST)
        return refuse(k, a->name, al_found(k->findings, "at most %u tokens", AL_MAX_LIST).at,
                      al_found(k->findings, "%zu", count), "the vocabulary is too long");
    struct al_text *texts = numbers ? NULL : al_arena_alloc(k->arena, count, sizeof *texts);
    int64_t *integers = numbers ? al_arena_alloc(k->arena, count, sizeof *integers) : NULL;
    if (texts == NULL && integers == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i <= a->size; i++) {
        if (i < a->size && bytes[i] != '\n')
            continue;
        const struct al_text line = {bytes + from, i - from};
        from = i + 1;
        if (numbers && !integer(line, &integers[n]))
            return refuse(k, a->name, "an integer in each line", line,
                          "the vocabulary of integers holds something else");
        if (!numbers)
            texts[n] = line;
        n++;
    }
    *out = (struct al_value){.type = numbers ? AL_VALUE_INTEGERS : AL_VALUE_TEXTS, .count = (uint32_t)count,
                             .integers = integers, .texts = texts};
    return true;
}

static struct al_keras_asset *find(struct al_keras *k, struct al_keras_asset *assets, uint32_t count,
                                   const char *path, const char *inside)
{
    const char *name = al_arena_format(k->arena, "assets/%s%s/vocabulary.txt", path, inside);
    for (uint32_t i = 0; name != NULL && i < count; i++)
        if (al_text_is(assets[i].name, name)) {
            assets[i].taken = true;
            return &assets[i];
        }
    return NULL;
}

/* A TextVectorization writes its vocabulary twice: as its own and as that of the look-up it holds. */
static bool same_twice(struct al_keras *k, const struct al_keras_asset *a, const struct al_keras_asset *again)
{
    return again == NULL || (a->size == again->size && memcmp(a->bytes, again->bytes, a->size) == 0) ||
           refuse(k, again->name, "what the layer's own file says", AL_NOTHING, "two vocabularies for one layer");
}

static bool take(struct al_keras *k, struct al_keras_asset *assets, uint32_t count, uint32_t layer, const char *path)
{
    struct al_layer *l = &k->model->layers[layer];
    const struct al_row *row = al_row_of(k->policy, l->kind);
    struct al_value *slot = &l->params[al_keras_find_param(row, "vocabulary")];
    struct al_keras_asset *own = find(k, assets, count, path, "");
    if (l->kind == AL_KIND_TEXT_VECTORIZATION) {
        const struct al_keras_asset *inner = find(k, assets, count, path, "/_lookup_layer");
        if (own != NULL && !same_twice(k, own, inner))
            return false;
    }
    if (own == NULL)
        return true;
    if (slot->type != AL_VALUE_NULL)
        return refuse(k, own->name, "one vocabulary", AL_NOTHING,
                      "a vocabulary in the archive for a layer that has one in its configuration");
    return check_text(k, own) && read_lines(k, own, l->kind == AL_KIND_INTEGER_LOOKUP, slot);
}

static bool take_all(struct al_keras *k, struct al_keras_asset *assets, uint32_t count, const char *list)
{
    struct al_keras_paths paths;
    if (!al_keras_paths_start(k, &paths))
        return false;
    paths.list = list;
    for (uint32_t i = 0; i < k->model->layer_count; i++) {
        const uint32_t kind = k->model->layers[i].kind;
        const bool has_one = kind == AL_KIND_STRING_LOOKUP || kind == AL_KIND_INTEGER_LOOKUP ||
                             kind == AL_KIND_TEXT_VECTORIZATION;
        if (paths.of[i] == NULL)
            continue;
        if (!al_keras_paths_below(k, &paths, i) || (has_one && !take(k, assets, count, i, paths.of[i])))
            return false;
    }
    return true;
}

bool al_keras_vocabularies(struct al_keras *k, struct al_keras_asset *assets, uint32_t count)
{
    if (count == 0)
        return true;
    static const char *const lists[] = {"layers", "_layer_checkpoint_dependencies"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!take_all(k, assets, count, lists[i]))
            return false;
    for (uint32_t i = 0; i < count; i++)
        if (!assets[i].taken)
            return al_find_at(k->findings, AL_KERAS_UNEXPECTED_MEMBER, assets[i].name,
                              "the vocabulary of a layer of the model", AL_NOTHING,
                              "a file that no layer of the model asks for");
    return true;
}
