/* The layout of full .h5 models and of older weights files: layers by layer_names, and in
   each its weights by weight_names. Keras goes by order, not by name
   (keras/src/legacy/saving/legacy_h5_format.py); here name and shape must agree besides. */
#include "loader/keras/weights.h"

/* One variable of a layer at the top, in the order of the file. */
struct variable {
    uint32_t layer, weight;
    bool trainable;
};

struct list {
    struct variable *at;
    size_t count, room;
};

static bool add_own(struct al_keras *k, uint32_t layer, bool trainable, struct list *out)
{
    const struct al_layer *l = &k->model->layers[layer];
    for (uint32_t w = 0; w < l->demand_count; w++) {
        out->at = al_arena_grow(k->arena, out->at, out->count, &out->room, sizeof *out->at);
        if (out->at == NULL)
            return al_keras_no_memory(k);
        out->at[out->count++] = (struct variable){layer, w, trainable && l->demands[w].trainable};
    }
    return true;
}

/* A layer's own variables, then those of what it owns, as they were created. Depth is that of the model. */
static bool gather(struct al_keras *k, uint32_t layer, bool trainable, struct list *out)
{
    const struct al_layer *l = &k->model->layers[layer];
    trainable = trainable && l->trainable;
    if (!add_own(k, layer, trainable, out))
        return false;
    for (uint32_t i = 0; i < l->child_count; i++)
        if (!gather(k, l->children[i], trainable, out))
            return false;
    return true;
}

/* trainable_weights, then non_trainable_weights: each in its own order. */
static bool partition(struct al_keras *k, struct list *list)
{
    struct variable *sorted = al_arena_alloc(k->arena, list->count, sizeof *sorted);
    size_t n = 0;
    if (sorted == NULL)
        return al_keras_no_memory(k);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < list->count; i++)
            if (list->at[i].trainable == (pass == 0))
                sorted[n++] = list->at[i];
    list->at = sorted;
    return true;
}

/* "dense/kernel:0" ends in "kernel"; TensorFlow may have made "kernel_1" of it. */
static bool name_fits(struct al_text path, const char *name)
{
    struct al_text wanted = al_text_of(name);
    size_t from = path.length;
    while (from > 0 && path.at[from - 1] != '/')
        from--;
    struct al_text last = {path.at + from, path.length - from};
    for (size_t i = 0; i < last.length; i++)
        if (last.at[i] == ':')
            last.length = i;
    if (last.length < wanted.length || !al_text_equal((struct al_text){last.at, wanted.length}, wanted))
        return false;
    struct al_text rest = {last.at + wanted.length, last.length - wanted.length};
    if (rest.length == 0)
        return true;
    if (rest.length < 2 || rest.at[0] != '_')
        return false;
    for (size_t i = 1; i < rest.length; i++)
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return false;
    return true;
}

static bool refuse(struct al_keras *k, const struct al_keras_store *store, uint32_t group, enum al_finding_id id,
                   const char *expected, struct al_text found, const char *message)
{
    struct al_h5_place place;
    return al_find(k->findings, id, al_h5_place(&place, &store->tree, group, store->member), expected, found, "%s",
                   message);
}

/* Names are paths of groups; a part that means another place than its own is no name. */
static bool sound_path(struct al_text path)
{
    size_t from = 0;
    for (size_t i = 0; i <= path.length; i++) {
        if (i < path.length && path.at[i] != '/')
            continue;
        struct al_text part = {path.at + from, i - from};
        if (part.length == 0 || al_text_is(part, ".") || al_text_is(part, ".."))
            return false;
        from = i + 1;
    }
    return true;
}

static bool take_variable(struct al_keras *k, struct al_keras_store *store, uint32_t group, struct al_text path,
                          const struct variable *v)
{
    struct al_findings *f = k->findings;
    struct al_layer *layer = &k->model->layers[v->layer];
    const struct al_weight *demand = &layer->demands[v->weight];
    uint32_t dataset = sound_path(path) ? al_keras_store_find(store, group, path) : AL_NONE_INDEX;
    if (dataset == AL_NONE_INDEX || !store->tree.objects[dataset].dataset)
        return refuse(k, store, group, AL_WEIGHTS_NAME, "the name of a dataset in the group", path,
                      "weight_names names what is not there");
    /* a look-up of Keras 2 does not name its variable */
    const bool unnamed = al_row_of(k->policy, layer->kind)->named_weights && name_fits(path, "Variable");
    if (!unnamed && !name_fits(path, demand->name))
        return refuse(k, store, group, AL_WEIGHTS_NAME, al_found(f, "a weight called %s", demand->name).at, path,
                      "the weights are in another order than the layers");
    if (store->taken[dataset])
        return refuse(k, store, group, AL_WEIGHTS_SHARED, NULL, path, "one dataset would serve two layers");
    char *name = al_arena_copy(k->arena, path.at, path.length);
    if (name == NULL)
        return al_keras_no_memory(k);
    const struct al_text taken = {name, path.length};
    return al_keras_store_take(k, store, dataset, taken, &layer->weights[v->weight]) &&
           al_keras_groups_sound(k, v->layer, demand, store, dataset, taken);
}

static bool is_optional(const struct al_keras *k, const struct variable *v)
{
    return k->model->layers[v->layer].demands[v->weight].optional;
}

/* What may be missing, the last first: the v3 layout has the inner kernel of SpectralNormalization
   and the weights of a TextVectorization's look-up twice. */
static void drop_optional(const struct al_keras *k, struct list *list, uint64_t down_to)
{
    for (size_t i = list->count; i-- > 0 && list->count > down_to;) {
        if (!is_optional(k, &list->at[i]))
            continue;
        memmove(&list->at[i], &list->at[i + 1], (list->count - i - 1) * sizeof list->at[0]);
        list->count--;
    }
}

static bool take_layer(struct al_keras *k, struct al_keras_store *store, uint32_t group, uint32_t layer)
{
    struct list list = {0};
    const struct al_text *names;
    uint64_t count;
    if (!gather(k, layer, true, &list) || !partition(k, &list) ||
        !al_keras_names(k, store, group, "weight_names", &names, &count))
        return false;
    drop_optional(k, &list, count);
    if (count != list.count)
        return refuse(k, store, group, count < list.count ? AL_WEIGHTS_MISSING : AL_WEIGHTS_SURPLUS,
                      al_found(k->findings, "%zu weights", list.count).at,
                      al_found(k->findings, "%llu", (unsigned long long)count),
                      "the layer has another number of weights");
    for (size_t i = 0; i < list.count; i++)
        if (!take_variable(k, store, group, names[i], &list.at[i]))
            return false;
    return true;
}

/* *needed: one that may not be missing. */
static bool has_weights(const struct al_model *m, uint32_t layer, bool *needed)
{
    bool any = false;
    /* what a layer owns follows it in the array, up to its next sibling */
    const struct al_layer *top = &m->layers[0];
    uint32_t end = m->layer_count;
    for (uint32_t i = 0; i < top->child_count; i++)
        if (top->children[i] > layer && top->children[i] < end)
            end = top->children[i];
    *needed = false;
    for (uint32_t i = layer; i < end; i++)
        for (uint32_t w = 0; w < m->layers[i].demand_count; w++) {
            any = true;
            *needed = *needed || !m->layers[i].demands[w].optional;
        }
    return any;
}

/* The next group of layer_names that has weights; *group AL_NONE_INDEX at the end. */
static bool next_group(struct al_keras *k, const struct al_keras_store *store, uint32_t root,
                       const struct al_text *names, uint64_t count, uint64_t *at, uint32_t *group)
{
    *group = AL_NONE_INDEX;
    while (*at < count) {
        const struct al_text name = names[(*at)++], *weights;
        uint64_t weight_count;
        uint32_t found = sound_path(name) ? al_keras_store_find(store, root, name) : AL_NONE_INDEX;
        if (found == AL_NONE_INDEX || store->tree.objects[found].dataset)
            return refuse(k, store, root, AL_WEIGHTS_NAME, "the name of a group", name,
                          "layer_names names what is not there");
        if (!al_keras_names(k, store, found, "weight_names", &weights, &weight_count))
            return false;
        if (weights == NULL)
            return refuse(k, store, found, AL_WEIGHTS_NAME, "weight_names", AL_NOTHING,
                          "a layer's group without a list of its weights");
        if (weight_count > 0) {
            *group = found;
            return true;
        }
    }
    return true;
}

bool al_keras_weights_legacy(struct al_keras *k, struct al_keras_store *store, uint32_t group)
{
    const struct al_layer *top = &k->model->layers[0];
    const struct al_text *names;
    uint64_t count, at = 0;
    uint32_t found;
    if (!al_keras_weight_places(k) || !al_keras_names(k, store, group, "layer_names", &names, &count))
        return false;
    for (uint32_t i = 0; i < top->child_count; i++) {
        bool needed;
        if (!has_weights(k->model, top->children[i], &needed))
            continue;
        const uint64_t before = at;
        if (!next_group(k, store, group, names, count, &at, &found))
            return false;
        /* Keras 3 does not store what it finds in the configuration */
        const struct al_text name = k->model->layers[top->children[i]].name;
        if (!needed && (found == AL_NONE_INDEX || !al_text_equal(names[at - 1], name))) {
            at = before;
            continue;
        }
        if (found == AL_NONE_INDEX)
            return refuse(k, store, group, AL_WEIGHTS_MISSING, "a group for each layer with weights",
                          k->model->layers[top->children[i]].name, "layer_names is shorter than the model");
        if (!take_layer(k, store, found, top->children[i]))
            return false;
    }
    if (!next_group(k, store, group, names, count, &at, &found))
        return false;
    if (found != AL_NONE_INDEX)
        return refuse(k, store, found, AL_WEIGHTS_SURPLUS, NULL, AL_NOTHING, "weights of a layer the model lacks");
    return al_keras_weights_all_taken(k, store, group);
}
