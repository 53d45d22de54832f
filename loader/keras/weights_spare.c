/* Datasets that no layer asked for: the state of training is recognised and left
   alone; anything else has no business in a model's weights. */
#include "loader/keras/weights.h"

/* Groups below the root that Keras writes for training: one name each, and where Windows
   wrote the file, a name with backslashes that begins so. */
static const char *const training[] = {"optimizer", "metrics", "optimizer_weights"};

static bool begins(struct al_text name, const char *word)
{
    struct al_text w = al_text_of(word);
    if (name.length < w.length || !al_text_equal((struct al_text){name.at, w.length}, w))
        return false;
    return name.length == w.length || name.at[w.length] == '\\';
}

bool al_keras_store_is_training(const struct al_keras_store *store, uint32_t object)
{
    const struct al_h5_object *o = store->tree.objects;
    for (uint32_t at = object; at != 0 && at != AL_NONE_INDEX; at = o[at].parent) {
        /* the state of a random generator: dropout and its kin, wherever they stand */
        if (at != object && al_text_is(o[at].name, "seed_generator"))
            return true;
        for (size_t i = 0; o[at].parent == 0 && i < sizeof training / sizeof training[0]; i++)
            if (begins(o[at].name, training[i]))
                return true;
    }
    return false;
}

static bool inside(const struct al_keras_store *store, uint32_t object, uint32_t group)
{
    while (object != group && object != 0 && object != AL_NONE_INDEX)
        object = store->tree.objects[object].parent;
    return object == group;
}

bool al_keras_weights_all_taken(struct al_keras *k, const struct al_keras_store *store, uint32_t group)
{
    for (uint32_t i = 0; i < store->tree.object_count; i++) {
        if (!store->tree.objects[i].dataset || store->taken[i] || al_keras_store_is_training(store, i))
            continue;
        struct al_h5_place place;
        return al_find(k->findings, AL_WEIGHTS_SURPLUS, al_h5_place(&place, &store->tree, i, store->member),
                       "the weights that the layers have", AL_NOTHING, "%s",
                       inside(store, i, group) ? "a weight that no layer asks for" : "a dataset outside the weights");
    }
    return true;
}

bool al_keras_weights_alone(struct al_keras *k, struct al_keras_store *store)
{
    for (uint32_t i = 0; i < store->tree.object_count; i++) {
        uint32_t tensor;
        if (!store->tree.objects[i].dataset || al_keras_store_is_training(store, i))
            continue;
        size_t length = 0;
        for (uint32_t at = i; at != 0; at = store->tree.objects[at].parent)
            length += store->tree.objects[at].name.length + 1;
        char *name = al_arena_alloc(k->arena, length + 1, 1);
        if (name == NULL)
            return al_keras_no_memory(k);
        size_t end = length;
        for (uint32_t at = i; at != 0; at = store->tree.objects[at].parent) {
            struct al_text step = store->tree.objects[at].name;
            end -= step.length;
            for (size_t b = 0; b < step.length; b++)
                name[end + b] = step.at[b];
            name[--end] = '/';
        }
        if (!al_keras_store_take(k, store, i, (struct al_text){name, length}, &tensor))
            return false;
    }
    return true;
}
