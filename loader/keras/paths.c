/* Where an archive keeps what belongs to a layer: groups of the weights, folders of the assets
   (keras/src/saving/saving_lib.py). */
#include "loader/keras/reading.h"

#include <string.h>

bool al_keras_paths_start(struct al_keras *k, struct al_keras_paths *p)
{
    *p = (struct al_keras_paths){.list = "layers"};
    p->of = al_arena_alloc(k->arena, k->model->layer_count, sizeof *p->of);
    p->weighted = al_arena_alloc(k->arena, k->model->layer_count, sizeof *p->weighted);
    if (p->of == NULL || p->weighted == NULL)
        return al_keras_no_memory(k);
    p->of[0] = "";
    return true;
}

/* to_snake_case of keras/src/utils/naming.py for ASCII names of classes; `out` has room for twice the length. */
static size_t snake(struct al_text name, char *out)
{
    size_t n = 0;
    char kept[2 * AL_MAX_NAME_BYTES];
    size_t length = 0;
    for (size_t i = 0; i < name.length && length < sizeof kept; i++) {
        char c = name.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')
            kept[length++] = c;
    }
    for (size_t i = 0; i < length; i++) {
        bool upper = kept[i] >= 'A' && kept[i] <= 'Z';
        bool next_lower = i + 1 < length && kept[i + 1] >= 'a' && kept[i + 1] <= 'z';
        bool before_lower = i > 0 && kept[i - 1] >= 'a' && kept[i - 1] <= 'z';
        if (i > 0 && upper && (next_lower || before_lower))
            out[n++] = '_';
        out[n++] = upper ? (char)(kept[i] - 'A' + 'a') : kept[i];
    }
    return n;
}

/* What counts in a list: the class in snake case, without the package of a registered one. */
static const char *group_name(struct al_keras *k, uint32_t layer, char *word)
{
    const struct al_row *row = al_row_of(k->policy, k->model->layers[layer].kind);
    struct al_text name = k->layers[layer].class_name;
    if (row->group_name != NULL)
        return row->group_name;
    if (k->model->layers[layer].kind == AL_KIND_FUNCTIONAL)
        return "functional"; /* "Model" in older files */
    const char *split = name.length > 0 ? memchr(name.at, '>', name.length) : NULL;
    if (split != NULL)
        name = (struct al_text){split + 1, name.length - (size_t)(split - name.at) - 1};
    word[snake(name, word)] = '\0';
    return word;
}

struct counted {
    const char *attribute;
    char *word;
    uint32_t count;
};

bool al_keras_paths_below(struct al_keras *k, struct al_keras_paths *p, uint32_t owner)
{
    const struct al_layer *layer = &k->model->layers[owner];
    struct counted *seen = NULL;
    size_t seen_count = 0, room = 0;
    for (uint32_t i = 0; i < layer->child_count; i++) {
        uint32_t child = layer->children[i];
        const struct al_keras_layer *extra = &k->layers[child];
        bool in_model = strcmp(extra->attribute, "layers") == 0;
        const char *attribute = in_model ? p->list : extra->attribute;
        const char *separator = p->of[owner][0] != '\0' ? "/" : "";
        if (al_row_of(k->policy, k->model->layers[child].kind)->operation ||
            extra->class_name.length > AL_MAX_NAME_BYTES)
            continue;
        if (!extra->in_list) {
            p->of[child] = al_arena_format(k->arena, "%s%s%s", p->of[owner], separator, attribute);
        } else {
            char room_for_word[4 * AL_MAX_NAME_BYTES + 1];
            const char *word = group_name(k, child, room_for_word);
            size_t s = 0;
            while (s < seen_count && (strcmp(seen[s].word, word) != 0 || strcmp(seen[s].attribute, attribute) != 0))
                s++;
            if (s == seen_count) {
                seen = al_arena_grow(k->arena, seen, seen_count, &room, sizeof *seen);
                char *copy = al_arena_copy(k->arena, word, strlen(word));
                if (seen == NULL || copy == NULL)
                    return al_keras_no_memory(k);
                seen[seen_count++] = (struct counted){attribute, copy, 0};
            }
            uint32_t number = seen[s].count;
            seen[s].count += p->twice && in_model && p->weighted[child] ? 2 : 1;
            p->of[child] = number == 0 ? al_arena_format(k->arena, "%s%s%s/%s", p->of[owner], separator,
                                                            attribute, word)
                                          : al_arena_format(k->arena, "%s%s%s/%s_%u", p->of[owner], separator,
                                                            attribute, word, number);
        }
        if (p->of[child] == NULL)
            return al_keras_no_memory(k);
    }
    return true;
}
