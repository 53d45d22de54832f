/* A whole configuration: the outermost object is the model, layer 0. */
#include "loader/keras/reading.h"
#include "validator/structure.h"

enum { NUMBERS = 3 };

bool al_keras_version(struct al_findings *f, struct al_text text, const struct al_place *place, struct al_version *out)
{
    uint32_t numbers[NUMBERS] = {0}, count = 0;
    size_t at = 0;
    while (count < NUMBERS && at < text.length && text.at[at] >= '0' && text.at[at] <= '9') {
        for (; at < text.length && text.at[at] >= '0' && text.at[at] <= '9' && numbers[count] < 100000; at++)
            numbers[count] = 10 * numbers[count] + (uint32_t)(text.at[at] - '0');
        count++;
        if (at >= text.length || text.at[at] != '.')
            break;
        at++;
    }
    *out = (struct al_version){numbers[0], numbers[1], numbers[2], false};
    out->tensorflow = al_text_is((struct al_text){text.at + at, text.length - at}, "-tf");
    if (count > 0 && out->major == 1)
        return al_find(f, AL_KERAS_KERAS1, place, "Keras 2 or 3", text, "a file of Keras 1");
    if (count == 0 || (out->major != 2 && out->major != 3))
        return al_find(f, AL_KERAS_VERSION, place, "a version of Keras 2 or 3", text, "an unknown version of Keras");
    return true;
}

static bool is_word(struct al_keras *k, json_t *json, const char *key, const struct al_place *root)
{
    json_t *value = json_object_get(json, key);
    struct al_place at = al_place_key(root, al_text_of(key));
    return value == NULL || json_is_string(value) ||
           al_find(k->findings, AL_KERAS_FORM, &at, "a string", al_json_show(k->findings, value),
                   "what wrote the file is said by something else than a word");
}

/* Architecture JSON carries version and backend beside the object; nothing else stands there. */
static bool read_version(struct al_keras *k, json_t *json, const struct al_place *root)
{
    if (!is_word(k, json, "keras_version", root) || !is_word(k, json, "backend", root))
        return false;
    json_t *version = json_object_get(json, "keras_version");
    struct al_version *out = &k->model->version;
    if (version != NULL && out->major == 0) {
        struct al_place at = al_place_key(root, al_text_of("keras_version"));
        if (!al_keras_version(k->findings, al_json_text(version), &at, out))
            return false;
    }
    /* only Keras 3 leaves it out, and then names the module */
    if (out->major == 0 && json_object_get(json, "module") != NULL)
        out->major = 3;
    k->keras2 = al_model_is_keras2(k->model);
    k->names_with_slash = k->keras2;
    json_object_del(json, "keras_version");
    json_object_del(json, "backend");
    return true;
}

bool al_keras_read_model(struct al_keras *k, json_t *json, const char *member)
{
    struct al_place root = al_place_root(member);
    uint32_t index;
    if (!al_keras_scan(k->findings, json, member))
        return false;
    if (!json_is_object(json))
        return al_find(k->findings, AL_KERAS_FORM, &root, "an object", al_json_show(k->findings, json),
                       "something else than a Keras model");
    if (!read_version(k, json, &root))
        return false;
    if (!al_keras_layer_read(k, json, &root, AL_NONE_INDEX, "", false, &index))
        return false;
    struct al_layer *model = &k->model->layers[0];
    if (!al_kind_is_model(model->kind))
        return al_find(k->findings, AL_KERAS_FORM, &root, "a Sequential or Functional model", k->layers[0].class_name,
                       "a layer alone is not a model");
    k->model->name = model->name;
    return true;
}
