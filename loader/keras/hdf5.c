/* HDF5 files: a whole model with its configuration in attributes, or weights alone. */
#include "loader/keras/archive.h"
#include "loader/keras/weights.h"
#include "validator/validate.h"

static bool refuse(struct al_keras *k, const struct al_keras_store *store, const char *attribute,
                   enum al_finding_id id, const char *expected, const char *message)
{
    struct al_place root = al_place_root(store->member), at = al_place_key(&root, al_text_of(attribute));
    return al_find(k->findings, id, &at, expected, AL_NOTHING, "%s", message);
}

/* The one string of a scalar attribute; AL_NOTHING where absent. */
static bool scalar(struct al_keras *k, const struct al_keras_store *store, uint32_t group, const char *name,
                   struct al_text *out)
{
    const struct al_h5_attribute *a = al_h5_attribute(&store->tree, group, name);
    *out = AL_NOTHING;
    if (a == NULL)
        return true;
    if (a->texts == NULL || a->count != 1)
        return refuse(k, store, name, AL_KERAS_FORM, "a string", "an attribute that is no string");
    *out = a->texts[0];
    return true;
}

static bool read_version(struct al_keras *k, const struct al_keras_store *store, uint32_t group)
{
    struct al_text text;
    if (!scalar(k, store, group, "keras_version", &text))
        return false;
    if (text.at == NULL)
        return refuse(k, store, "keras_version", AL_KERAS_KERAS1, "keras_version",
                      "a file of Keras 1, or of nobody: it does not say which Keras wrote it");
    struct al_place root = al_place_root(store->member), at = al_place_key(&root, al_text_of("keras_version"));
    return al_keras_version(k->findings, text, &at, &k->model->version);
}

static bool read_training(struct al_keras *k, struct al_text text)
{
    json_t *json = NULL;
    struct al_place root = al_place_root("training_config");
    if (text.at == NULL)
        return true;
    if (!al_json_read(&json, text.at, text.length, "training_config", k->findings))
        return false;
    bool good = al_keras_scan(k->findings, json, "training_config") && al_keras_training_config(k, json, &root);
    json_decref(json);
    return good;
}

static bool whole_model(struct al_keras *k, struct al_keras_store *store, struct al_text config)
{
    struct al_text training;
    json_t *json = NULL;
    uint32_t group = al_h5_child(&store->tree, 0, al_text_of("model_weights"));
    k->model->format = AL_FORMAT_KERAS_H5;
    if (group == AL_NONE_INDEX)
        return refuse(k, store, "model_weights", AL_WEIGHTS_MISSING, "model_weights", "a model without its weights");
    if (!read_version(k, store, group) || !scalar(k, store, 0, "training_config", &training))
        return false;
    if (!al_json_read(&json, config.at, config.length, "model_config", k->findings))
        return false;
    bool good = al_keras_read_model(k, json, "model_config") && read_training(k, training) &&
                al_infer(k->model, k->policy, k->findings) && al_keras_weights_legacy(k, store, group);
    json_decref(json);
    return good;
}

bool al_keras_architecture(struct al_keras *k, const struct al_input *architecture, json_t **json_take)
{
    return al_json_read(json_take, architecture->bytes, (size_t)architecture->size, architecture->name, k->findings) &&
           al_keras_read_model(k, *json_take, architecture->name) && al_infer(k->model, k->policy, k->findings);
}

static bool weights_of(struct al_keras *k, struct al_keras_store *store, const struct al_input *architecture)
{
    json_t *json = NULL;
    uint32_t group;
    bool legacy = al_keras_store_is_legacy(store, &group);
    if (legacy && !read_version(k, store, group))
        return false;
    bool good = al_keras_architecture(k, architecture, &json) &&
                (legacy ? al_keras_weights_legacy(k, store, group) : al_keras_weights_v3(k, store, 1));
    json_decref(json);
    return good;
}

bool al_keras_hdf5(struct al_keras *k, const struct al_input *inputs, uint32_t number,
                   const struct al_input *architecture)
{
    const struct al_input *in = &inputs[number];
    struct al_keras_store store = {.in_place = true, .input = number};
    struct al_text config;
    if (!al_keras_store_open(k, &store, in->bytes, in->size, in->name) ||
        !scalar(k, &store, 0, "model_config", &config))
        return false;
    if (config.at != NULL && architecture != NULL)
        return refuse(k, &store, "model_config", AL_FORMAT_AMBIGUOUS, "one architecture",
                      "the file has an architecture of its own besides the one given");
    if (config.at != NULL)
        return whole_model(k, &store, config);
    k->model->format = AL_FORMAT_KERAS_WEIGHTS;
    return architecture != NULL ? weights_of(k, &store, architecture) : al_keras_weights_alone(k, &store);
}
