/* Weights in several files: X.weights.json says which group lies in which of
   X_00000.weights.h5, X_00001.weights.h5 … (keras/src/saving/saving_lib.py, ShardedH5IOStore).
   The names come from the file, so they must be exactly of that form. */
#include "loader/keras/archive.h"
#include "loader/keras/weights.h"

#include <string.h>

enum { DIGITS = 5 };

static const char index_end[] = ".weights.json";
static const char shard_end[] = ".weights.h5";
static const char *const index_keys[] = {"metadata", "weight_map", NULL};
static const char *const metadata_keys[] = {"total_size", NULL};

/* The X of X.weights.json. */
static struct al_text stem(const char *name)
{
    size_t length = strlen(name), end = strlen(index_end);
    return length > end && strcmp(name + length - end, index_end) == 0 ? (struct al_text){name, length - end}
                                                                      : AL_NOTHING;
}

static bool is_shard_of(struct al_text base, struct al_text name)
{
    if (base.at == NULL || name.length != base.length + 1 + DIGITS + strlen(shard_end) ||
        memcmp(name.at, base.at, base.length) != 0 || name.at[base.length] != '_')
        return false;
    for (size_t i = 0; i < DIGITS; i++)
        if (name.at[base.length + 1 + i] < '0' || name.at[base.length + 1 + i] > '9')
            return false;
    return memcmp(name.at + base.length + 1 + DIGITS, shard_end, strlen(shard_end)) == 0;
}

static uint32_t find_shard(const struct al_input *inputs, uint32_t count, struct al_text name)
{
    for (uint32_t i = 0; i < count; i++)
        if (inputs[i].role == AL_ROLE_SHARD && al_text_is(name, inputs[i].name))
            return i;
    return AL_NONE_INDEX;
}

static bool check_file(struct al_keras *k, json_t *name, struct al_text base, const struct al_input *inputs,
                       uint32_t count, const struct al_place *place)
{
    if (!json_is_string(name) || !is_shard_of(base, al_json_text(name)))
        return al_find(k->findings, AL_KERAS_SHARD_NAME, place, "a shard named after this file, such as X_00000.weights.h5",
                       al_json_show(k->findings, name), "a file name that Keras does not give a shard");
    return find_shard(inputs, count, al_json_text(name)) != AL_NONE_INDEX ||
           al_find(k->findings, AL_KERAS_SHARD_MISSING, place, "a file beside this one", al_json_text(name),
                   "a shard that is not there");
}

static bool check_map(struct al_keras *k, json_t *map, struct al_text base, const struct al_input *inputs,
                      uint32_t count, const struct al_place *root)
{
    struct al_place place = al_place_key(root, al_text_of("weight_map"));
    const char *group;
    json_t *value;
    if (!json_is_object(map))
        return al_find(k->findings, AL_KERAS_FORM, &place, "an object", al_json_show(k->findings, map),
                       "a map of weights of another kind");
    json_object_foreach(map, group, value) {
        struct al_place at = al_place_key(&place, al_text_of(group));
        if (!json_is_array(value) && !check_file(k, value, base, inputs, count, &at))
            return false;
        for (size_t i = 0; i < json_array_size(value); i++)
            if (!check_file(k, json_array_get(value, i), base, inputs, count, &at))
                return false;
    }
    return true;
}

static bool check_metadata(struct al_keras *k, json_t *map, const struct al_place *root)
{
    json_t *metadata = json_object_get(map, "metadata"), *total = json_object_get(metadata, "total_size");
    struct al_place at = al_place_key(root, al_text_of("metadata"));
    return al_keras_unused(k, map, "metadata", json_is_object(metadata), "an object", root) &&
           al_keras_only_keys(k, metadata, &at, metadata_keys) &&
           al_keras_unused(k, metadata, "total_size", json_is_number(total), "a number of bytes", &at);
}

static bool open_stores(struct al_keras *k, const struct al_input *inputs, uint32_t count, struct al_text base,
                        struct al_keras_store *stores, uint32_t *store_count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (inputs[i].role != AL_ROLE_SHARD)
            continue;
        if (!is_shard_of(base, al_text_of(inputs[i].name)))
            return al_find_at(k->findings, AL_KERAS_SHARD_NAME, al_text_of(inputs[i].name), NULL, AL_NOTHING,
                              "a file that is no shard of these weights");
        struct al_keras_store *store = &stores[(*store_count)++];
        *store = (struct al_keras_store){.in_place = true, .input = i};
        if (!al_keras_store_open(k, store, inputs[i].bytes, inputs[i].size, inputs[i].name))
            return false;
    }
    return true;
}

bool al_keras_sharded(struct al_keras *k, const struct al_input *inputs, uint32_t count, uint32_t number, json_t *map,
                      const struct al_input *architecture)
{
    struct al_text base = stem(inputs[number].name);
    struct al_place root = al_place_root(inputs[number].name);
    uint32_t store_count = 0;
    json_t *json = NULL;
    k->model->format = AL_FORMAT_KERAS_SHARDED;
    struct al_keras_store *stores = al_arena_alloc(k->arena, count, sizeof *stores);
    if (stores == NULL)
        return al_keras_no_memory(k);
    if (!al_keras_scan(k->findings, map, inputs[number].name) || !al_keras_only_keys(k, map, &root, index_keys) ||
        !check_metadata(k, map, &root) ||
        !check_map(k, json_object_get(map, "weight_map"), base, inputs, count, &root) ||
        !open_stores(k, inputs, count, base, stores, &store_count))
        return false;
    bool good = true;
    if (architecture == NULL) {
        for (uint32_t i = 0; i < store_count && good; i++)
            good = al_keras_weights_alone(k, &stores[i]);
        return good;
    }
    good = al_keras_architecture(k, architecture, &json) && al_keras_weights_v3(k, stores, store_count);
    json_decref(json);
    return good;
}
