/* The layout of model.weights.h5: a group per object along attributes and containers,
   its variables in `vars` by number (keras/src/saving/saving_lib.py). */
#include "loader/keras/quantization.h"
#include "loader/keras/weights.h"
#include "validator/quantization.h"
#include "validator/validate.h"

#include <string.h>

/* How one file names things. */
struct layout {
    struct al_keras *k;
    struct al_keras_store *stores;
    uint32_t store_count;
    struct al_keras_paths paths;
};

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

/* The dataset `word`, a number as a rule, among the variables of the object at `path`, in one of the files. */
static uint32_t find_dataset(struct layout *l, const char *path, const char *word, struct al_keras_store **store)
{
    for (uint32_t s = 0; s < l->store_count; s++) {
        uint32_t group = find_group(&l->stores[s], path, l->k);
        uint32_t vars = group != AL_NONE_INDEX ? al_h5_child(&l->stores[s].tree, group, al_text_of("vars"))
                                               : AL_NONE_INDEX;
        uint32_t found = vars != AL_NONE_INDEX
                             ? al_h5_child(&l->stores[s].tree, vars, al_text_of(word))
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

/* Where a demand of the layer is stored, and the name for it; AL_NONE_INDEX where it is not in the file. False
   when memory is short. */
static bool find_weight(struct layout *l, uint32_t index, const struct al_weight *demand, uint32_t *dataset,
                        struct al_keras_store **store, char **name)
{
    /* attributes were private in 2.x and 3.0, and named without the underscore since */
    const char *path = join(l, l->paths.of[index], "", demand->path);
    const char *other = demand->path[0] == '_' ? join(l, l->paths.of[index], "", demand->path + 1)
                                               : join(l, l->paths.of[index], "_", demand->path);
    const char *word = al_row_of(l->k->policy, l->k->model->layers[index].kind)->named_weights
                           ? demand->name : al_arena_format(l->k->arena, "%u", demand->index);
    if (path == NULL || other == NULL || word == NULL)
        return al_keras_no_memory(l->k);
    *dataset = find_dataset(l, path, word, store);
    if (*dataset == AL_NONE_INDEX && demand->path[0] != '\0')
        *dataset = find_dataset(l, other, word, store);
    *name = al_arena_format(l->k->arena, "%s%svars/%s", path, path[0] != '\0' ? "/" : "", word);
    return *name != NULL || al_keras_no_memory(l->k);
}

static bool take_weights(struct layout *l, uint32_t index)
{
    struct al_keras *k = l->k;
    struct al_layer *layer = &k->model->layers[index];
    for (uint32_t w = 0; w < layer->demand_count; w++) {
        const struct al_weight *demand = &layer->demands[w];
        struct al_keras_store *store = NULL;
        uint32_t dataset;
        char *name;
        if (!find_weight(l, index, demand, &dataset, &store, &name))
            return false;
        if (dataset == AL_NONE_INDEX && demand->optional)
            continue;
        if (dataset == AL_NONE_INDEX && al_is_turned(&layer->quantization))
            return al_find_at(k->findings, AL_KERAS_QUANTIZATION, al_text_of(name), "scales, zero points and groups",
                              AL_NOTHING, "a quantized kernel without all that belongs to it; Keras 3.14 and 3.15 do "
                              "not write the zero points of GPTQ and AWQ");
        if (dataset == AL_NONE_INDEX)
            return al_find_at(k->findings, AL_WEIGHTS_MISSING, al_text_of(name),
                              al_shape_show(k->findings, &demand->shape), AL_NOTHING,
                              "the weight %s of the layer \"%s\" is not in the file", demand->name,
                              al_show(k->findings, layer->name));
        if (store->taken[dataset])
            return al_find_at(k->findings, AL_WEIGHTS_SHARED, al_text_of(name), NULL, AL_NOTHING,
                              "one dataset would serve two layers");
        if (!al_keras_store_take(k, store, dataset, al_text_of(name), &layer->weights[w]) ||
            !al_keras_groups_sound(k, index, demand, store, dataset, al_text_of(name)))
            return false;
    }
    return true;
}

/* Attention layers whose first projection is stored as int8 although nothing has said so. */
static bool find_quantized(struct layout *l, bool *found)
{
    struct al_keras *k = l->k;
    for (uint32_t i = 0; i < k->model->layer_count; i++) {
        const struct al_layer *layer = &k->model->layers[i];
        struct al_keras_store *store = NULL;
        uint32_t dataset;
        char *name;
        const bool attention =
            layer->kind == AL_KIND_MULTI_HEAD_ATTENTION || layer->kind == AL_KIND_GROUP_QUERY_ATTENTION;
        if (!attention || layer->quantization.mode != AL_QUANTIZED_NONE || l->paths.of[i] == NULL ||
            layer->demand_count == 0)
            continue;
        if (!find_weight(l, i, &layer->demands[0], &dataset, &store, &name))
            return false;
        if (dataset == AL_NONE_INDEX || store->tree.objects[dataset].type.dtype != AL_INT8)
            continue;
        *found = true;
        if (!al_keras_projections_quantized(k, i, al_text_of(name),
                                            al_shape_equal(&store->tree.objects[dataset].shape,
                                                           &layer->demands[0].shape)))
            return false;
    }
    return true;
}

static void choose_names(struct layout *l)
{
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
            l->paths.list = old;
    }
    /* Keras 2.12 and 2.13 count layers with weights twice */
    l->paths.twice = !al_model_before(l->k->model, 2, 12) && al_model_before(l->k->model, 2, 14);
}

static void mark_weighted(struct layout *l)
{
    const struct al_model *m = l->k->model;
    bool *weighted = l->paths.weighted;
    /* owners come before what they own, so going back gathers whole trees */
    for (uint32_t i = m->layer_count; i-- > 0;) {
        weighted[i] = weighted[i] || m->layers[i].demand_count > 0;
        if (weighted[i] && m->layers[i].owner != AL_NONE_INDEX)
            weighted[m->layers[i].owner] = true;
    }
}

bool al_keras_weights_v3(struct al_keras *k, struct al_keras_store *stores, uint32_t store_count)
{
    struct layout l = {.k = k, .stores = stores, .store_count = store_count};
    bool quantized = false;
    if (!al_keras_paths_start(k, &l.paths))
        return false;
    choose_names(&l);
    mark_weighted(&l);
    for (uint32_t i = 0; i < k->model->layer_count; i++)
        if (l.paths.of[i] != NULL && !al_keras_paths_below(k, &l.paths, i))
            return false;
    if (!find_quantized(&l, &quantized) || (quantized && !al_infer(k->model, k->policy, k->findings)) ||
        !al_keras_weight_places(k))
        return false;
    for (uint32_t i = 0; i < k->model->layer_count; i++)
        if (l.paths.of[i] != NULL && !take_weights(&l, i))
            return false;
    for (uint32_t s = 0; s < store_count; s++)
        if (!al_keras_weights_all_taken(k, &stores[s], 0))
            return false;
    return true;
}
