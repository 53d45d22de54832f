/* The layout of model.weights.h5: a group per object along attributes and containers,
   its variables in `vars` by number (keras/src/saving/saving_lib.py). */
#include "loader/keras/weights.h"

#include <string.h>

enum { OLD_LIST_MAJOR = 2, COUNTS_TWICE_FROM = 12, COUNTS_TWICE_TO = 13 };

/* How one file names things. */
struct layout {
    struct al_keras *k;
    struct al_keras_store *stores;
    uint32_t store_count;
    const char *list;            /* "layers", or what it was called up to 2.14 */
    bool twice;                  /* 2.12 and 2.13 count a layer with weights twice */
    const char **paths;          /* of each layer's group, without a leading slash; NULL before it is known */
    bool *weighted;              /* the layer or one it owns has weights */
};

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

/* The path of each layer that `owner` has, counting those of one class in one list. */
static bool name_children(struct layout *l, uint32_t owner)
{
    struct al_keras *k = l->k;
    const struct al_layer *layer = &k->model->layers[owner];
    struct counted *seen = NULL;
    size_t seen_count = 0, room = 0;
    for (uint32_t i = 0; i < layer->child_count; i++) {
        uint32_t child = layer->children[i];
        const struct al_keras_layer *extra = &k->layers[child];
        bool in_model = strcmp(extra->attribute, "layers") == 0;
        const char *attribute = in_model ? l->list : extra->attribute;
        const char *separator = l->paths[owner][0] != '\0' ? "/" : "";
        if (al_row_of(k->policy, k->model->layers[child].kind)->operation ||
            extra->class_name.length > AL_MAX_NAME_BYTES)
            continue;
        if (!extra->in_list) {
            l->paths[child] = al_arena_format(k->arena, "%s%s%s", l->paths[owner], separator, attribute);
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
            seen[s].count += l->twice && in_model && l->weighted[child] ? 2 : 1;
            l->paths[child] = number == 0 ? al_arena_format(k->arena, "%s%s%s/%s", l->paths[owner], separator,
                                                            attribute, word)
                                          : al_arena_format(k->arena, "%s%s%s/%s_%u", l->paths[owner], separator,
                                                            attribute, word, number);
        }
        if (l->paths[child] == NULL)
            return al_keras_no_memory(k);
    }
    return true;
}

/* Keras on Windows up to 2.15 made one group of what was meant as a path. */
static uint32_t find_group(const struct al_keras_store *store, const char *path, struct al_keras *k)
{
    uint32_t group = al_keras_store_find(store, 0, al_text_of(path));
    if (group != AL_NONE_INDEX)
        return group;
    char *windows = al_arena_copy(k->arena, path, strlen(path));
    for (size_t i = 0; windows != NULL && windows[i] != '\0'; i++)
        windows[i] = windows[i] == '/' ? '\\' : windows[i];
    return windows != NULL ? al_h5_child(&store->tree, 0, al_text_of(windows)) : AL_NONE_INDEX;
}

/* The dataset `number` among the variables of the object at `path`, in one of the files. */
static uint32_t find_dataset(struct layout *l, const char *path, uint32_t number, struct al_keras_store **store)
{
    char word[16];
    int length = snprintf(word, sizeof word, "%u", number);
    for (uint32_t s = 0; s < l->store_count; s++) {
        uint32_t group = find_group(&l->stores[s], path, l->k);
        uint32_t vars = group != AL_NONE_INDEX ? al_h5_child(&l->stores[s].tree, group, al_text_of("vars"))
                                               : AL_NONE_INDEX;
        uint32_t found = vars != AL_NONE_INDEX
                             ? al_h5_child(&l->stores[s].tree, vars, (struct al_text){word, (size_t)length})
                             : AL_NONE_INDEX;
        if (found == AL_NONE_INDEX || !l->stores[s].tree.objects[found].dataset)
            continue;
        *store = &l->stores[s];
        return found;
    }
    return AL_NONE_INDEX;
}

static const char *join(struct layout *l, const char *owner, const char *mark, const char *path)
{
    if (path[0] == '\0')
        return owner;
    return al_arena_format(l->k->arena, "%s%s%s%s", owner, owner[0] != '\0' ? "/" : "", mark, path);
}

static bool take_weights(struct layout *l, uint32_t index)
{
    struct al_keras *k = l->k;
    struct al_layer *layer = &k->model->layers[index];
    for (uint32_t w = 0; w < layer->demand_count; w++) {
        const struct al_weight *demand = &layer->demands[w];
        struct al_keras_store *store = NULL;
        /* attributes were private in 2.x and 3.0, and named without the underscore since */
        const char *path = join(l, l->paths[index], "", demand->path);
        const char *other = demand->path[0] == '_' ? join(l, l->paths[index], "", demand->path + 1)
                                                   : join(l, l->paths[index], "_", demand->path);
        if (path == NULL || other == NULL)
            return al_keras_no_memory(k);
        uint32_t dataset = find_dataset(l, path, demand->index, &store);
        if (dataset == AL_NONE_INDEX && demand->path[0] != '\0')
            dataset = find_dataset(l, other, demand->index, &store);
        if (dataset == AL_NONE_INDEX && demand->optional)
            continue;
        char *name = al_arena_format(k->arena, "%s%svars/%u", path, path[0] != '\0' ? "/" : "", demand->index);
        if (name == NULL)
            return al_keras_no_memory(k);
        if (dataset == AL_NONE_INDEX)
            return al_find_at(k->findings, AL_WEIGHTS_MISSING, al_text_of(name),
                              al_shape_show(k->findings, &demand->shape), AL_NOTHING,
                              "the weight %s of the layer \"%s\" is not in the file", demand->name,
                              al_show(k->findings, layer->name));
        if (store->taken[dataset])
            return al_find_at(k->findings, AL_WEIGHTS_SHARED, al_text_of(name), NULL, AL_NOTHING,
                              "one dataset would serve two layers");
        if (!al_keras_store_take(k, store, dataset, al_text_of(name), &layer->weights[w]))
            return false;
    }
    return true;
}

static void choose_names(struct layout *l)
{
    const struct al_version *version = &l->k->model->version;
    l->list = "layers";
    for (uint32_t s = 0; s < l->store_count; s++) {
        static const char old[] = "_layer_checkpoint_dependencies";
        const struct al_h5_tree *t = &l->stores[s].tree;
        bool windows = false;
        for (uint32_t i = 0; i < t->objects[0].child_count; i++) {
            struct al_text name = t->objects[t->objects[0].children[i]].name;
            windows = windows || (name.length > strlen(old) && name.at[strlen(old)] == '\\' &&
                                  memcmp(name.at, old, strlen(old)) == 0);
        }
        if (windows || al_h5_child(t, 0, al_text_of(old)) != AL_NONE_INDEX)
            l->list = old;
    }
    l->twice = version->major == OLD_LIST_MAJOR && version->minor >= COUNTS_TWICE_FROM &&
               version->minor <= COUNTS_TWICE_TO;
}

static bool mark_weighted(struct layout *l)
{
    const struct al_model *m = l->k->model;
    l->paths = al_arena_alloc(l->k->arena, m->layer_count, sizeof *l->paths);
    l->weighted = al_arena_alloc(l->k->arena, m->layer_count, sizeof *l->weighted);
    if (l->paths == NULL || l->weighted == NULL)
        return al_keras_no_memory(l->k);
    /* owners come before what they own, so going back gathers whole trees */
    for (uint32_t i = m->layer_count; i-- > 0;) {
        l->weighted[i] = l->weighted[i] || m->layers[i].demand_count > 0;
        if (l->weighted[i] && m->layers[i].owner != AL_NONE_INDEX)
            l->weighted[m->layers[i].owner] = true;
    }
    return true;
}

bool al_keras_weights_v3(struct al_keras *k, struct al_keras_store *stores, uint32_t store_count)
{
    struct layout l = {.k = k, .stores = stores, .store_count = store_count};
    choose_names(&l);
    if (!mark_weighted(&l) || !al_keras_weight_places(k))
        return false;
    l.paths[0] = "";
    for (uint32_t i = 0; i < k->model->layer_count; i++)
        if (l.paths[i] != NULL && (!name_children(&l, i) || !take_weights(&l, i)))
            return false;
    for (uint32_t s = 0; s < store_count; s++)
        if (!al_keras_weights_all_taken(k, &stores[s], 0))
            return false;
    return true;
}
