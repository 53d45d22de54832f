/* Lists of names in attributes of the legacy layout. An attribute holds at most 64 KiB
   in its header, so Keras splits a longer list into name0, name1 …. */
#include "loader/keras/weights.h"

enum { MAX_PARTS = 100000 };

static const struct al_h5_attribute *part(const struct al_keras_store *store, uint32_t group, const char *attribute,
                                          uint32_t number)
{
    char name[64];
    int length = snprintf(name, sizeof name, "%s%u", attribute, number);
    return length > 0 && (size_t)length < sizeof name ? al_h5_attribute(&store->tree, group, name) : NULL;
}

/* An empty list is written as no numbers at all: h5py makes float64 of it. */
static bool is_list(const struct al_h5_attribute *a)
{
    bool texts = a->type.class_ == AL_H5_FIXED_STRING || a->type.class_ == AL_H5_VARIABLE_STRING;
    return !a->null_space && a->shape.rank == 1 && (texts || a->count == 0);
}

static bool refuse(struct al_keras *k, const struct al_keras_store *store, uint32_t group, const char *attribute)
{
    struct al_h5_place place;
    const struct al_place *up = al_h5_place(&place, &store->tree, group, store->member);
    struct al_place at = al_place_key(up, al_text_of(attribute));
    return al_find(k->findings, AL_KERAS_NAME_LIST, &at, "a list of names", AL_NOTHING,
                   "the list of names \"%s\" is of another kind", attribute);
}

bool al_keras_names(struct al_keras *k, const struct al_keras_store *store, uint32_t group, const char *attribute,
                    const struct al_text **list, uint64_t *count)
{
    static const struct al_text none[1];
    const struct al_h5_attribute *a = al_h5_attribute(&store->tree, group, attribute);
    *list = NULL;
    *count = 0;
    if (a != NULL) {
        *list = a->texts != NULL ? a->texts : none;
        *count = a->count;
        return is_list(a) || refuse(k, store, group, attribute);
    }
    uint64_t total = 0;
    uint32_t parts = 0;
    while (parts < MAX_PARTS && (a = part(store, group, attribute, parts)) != NULL) {
        if (!is_list(a))
            return refuse(k, store, group, attribute);
        total += a->count;
        parts++;
    }
    if (parts == 0)
        return true;
    if (total > AL_MAX_LIST)
        return refuse(k, store, group, attribute);
    struct al_text *all = al_arena_alloc(k->arena, (size_t)total, sizeof *all);
    if (all == NULL)
        return al_keras_no_memory(k);
    for (uint32_t i = 0; i < parts; i++) {
        a = part(store, group, attribute, i);
        for (uint64_t n = 0; n < a->count; n++)
            all[(*count)++] = a->texts[n];
    }
    *list = all;
    return true;
}

bool al_keras_store_is_legacy(const struct al_keras_store *store, uint32_t *group)
{
    const uint32_t model_weights = al_h5_child(&store->tree, 0, al_text_of("model_weights"));
    const uint32_t candidates[] = {0, model_weights};
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        *group = candidates[i];
        if (*group != AL_NONE_INDEX && (al_h5_attribute(&store->tree, *group, "layer_names") != NULL ||
                                        al_h5_attribute(&store->tree, *group, "layer_names0") != NULL))
            return true;
    }
    return false;
}
