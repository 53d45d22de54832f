/* A .keras archive: three members, vocabularies, and nothing else (keras/src/saving/saving_lib.py). */
#include "loader/keras/archive.h"

#include "loader/keras/weights.h"
#include "validator/validate.h"

#include <string.h>

static const char metadata_name[] = "metadata.json";
static const char config_name[] = "config.json";
static const char weights_name[] = "model.weights.h5";

bool al_keras_is_asset(struct al_text name)
{
    static const char folder[] = "assets/", file[] = "/vocabulary.txt";
    enum { FOLDER = sizeof folder - 1, FILE_NAME = sizeof file - 1 };
    return name.length > FOLDER + FILE_NAME && memcmp(name.at, folder, FOLDER) == 0 &&
           memcmp(name.at + name.length - FILE_NAME, file, FILE_NAME) == 0;
}

static bool check_member(const struct al_zip_member *m, struct al_findings *f)
{
    if (al_text_is(m->name, metadata_name) || al_text_is(m->name, config_name) || al_text_is(m->name, weights_name) ||
        (m->directory ? m->name.length >= 7 && memcmp(m->name.at, "assets/", 7) == 0 : al_keras_is_asset(m->name)))
        return true;
    enum al_finding_id id =
        al_text_is(m->name, "model.weights.npz") ? AL_KERAS_NPZ_WEIGHTS : AL_KERAS_UNEXPECTED_MEMBER;
    return al_find_at(f, id, m->name, "metadata.json, config.json, model.weights.h5 and vocabularies", m->name,
                      "a member that a Keras archive does not have");
}

static bool read_member(struct al_keras *k, const struct al_zip *zip, const char *name, const uint8_t **bytes,
                        const struct al_zip_member **member)
{
    *member = al_zip_find(zip, al_text_of(name));
    if (*member == NULL)
        return al_find_at(k->findings, AL_KERAS_MISSING_MEMBER, al_text_of(name), name, AL_NOTHING,
                          "the archive lacks the member %s", name);
    return al_zip_bytes(bytes, zip, *member, k->policy->limits.memory_bytes, k->arena, k->findings);
}

bool al_keras_metadata(struct al_keras *k, json_t *json, const char *member)
{
    struct al_place root = al_place_root(member), at = al_place_key(&root, al_text_of("keras_version"));
    json_t *version = json_object_get(json, "keras_version");
    if (!al_keras_scan(k->findings, json, member) || !al_keras_no_objects(k, json, &root))
        return false;
    if (!json_is_string(version))
        return al_find(k->findings, AL_KERAS_FORM, &at, "a version", al_json_show(k->findings, version),
                       "the archive does not say which Keras wrote it");
    json_t *saved = json_object_get(json, "date_saved");
    return al_keras_unused(k, json, "date_saved", json_is_string(saved), "a date", &root) &&
           al_keras_version(k->findings, al_json_text(version), &at, &k->model->version);
}

bool al_keras_parts(struct al_keras *k, const struct al_keras_part *metadata, const struct al_keras_part *config,
                    const struct al_keras_part *weights, struct al_keras_asset *assets, uint32_t asset_count)
{
    json_t *json = NULL;
    struct al_keras_store store = {
        .in_place = weights->in_place, .input = weights->input, .base = weights->offset};
    if (!al_json_read(&json, metadata->bytes, (size_t)metadata->size, metadata_name, k->findings))
        return false;
    bool good = al_keras_metadata(k, json, metadata_name);
    json_decref(json);
    if (!good || !al_json_read(&json, config->bytes, (size_t)config->size, config_name, k->findings))
        return false;
    good = al_keras_read_model(k, json, config_name) &&
           al_keras_vocabularies(k, assets, asset_count) && al_infer(k->model, k->policy, k->findings) &&
           al_keras_store_open(k, &store, weights->bytes, weights->size, weights_name) &&
           al_keras_weights_v3(k, &store, 1);
    json_decref(json);
    return good;
}

static bool read_assets(struct al_keras *k, const struct al_zip *zip, struct al_keras_asset **assets, uint32_t *count)
{
    *count = 0;
    *assets = al_arena_alloc(k->arena, zip->count, sizeof **assets);
    if (*assets == NULL)
        return al_keras_no_memory(k);
    for (uint32_t i = 0; i < zip->count; i++) {
        const struct al_zip_member *m = &zip->members[i];
        struct al_keras_asset *a = &(*assets)[*count];
        if (m->directory || !al_keras_is_asset(m->name))
            continue;
        *a = (struct al_keras_asset){.name = m->name, .size = m->size};
        if (!al_zip_bytes(&a->bytes, zip, m, k->policy->limits.memory_bytes, k->arena, k->findings))
            return false;
        ++*count;
    }
    return true;
}

bool al_keras_archive(struct al_keras *k, const struct al_zip *zip, uint32_t input)
{
    struct al_keras_asset *assets;
    uint32_t asset_count;
    struct al_keras_part parts[3];
    const char *const names[] = {metadata_name, config_name, weights_name};
    for (uint32_t i = 0; i < zip->count; i++)
        if (!check_member(&zip->members[i], k->findings))
            return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct al_zip_member *m;
        parts[i] = (struct al_keras_part){.input = input};
        if (!read_member(k, zip, names[i], &parts[i].bytes, &m))
            return false;
        parts[i].size = m->size;
        parts[i].offset = m->offset;
        parts[i].in_place = m->method == AL_ZIP_STORED;
    }
    k->model->format = AL_FORMAT_KERAS;
    return read_assets(k, zip, &assets, &asset_count) &&
           al_keras_parts(k, &parts[0], &parts[1], &parts[2], assets, asset_count);
}
