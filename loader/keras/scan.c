/* A first look over a whole configuration for what is dangerous wherever it stands,
   so that a file with bytecode in it is refused for that, and not for the first
   oddity on the way to it. Refusing here is a courtesy: what this does not know is
   still refused by the schema of the place where it stands. */
#include "loader/keras/reading.h"

static const struct {
    const char *class_name;
    enum al_finding_id id;
    const char *message;
} dangerous[] = {
    {"Lambda", AL_KERAS_LAMBDA, "a Lambda layer: Python code or the name of a Python function"},
    {"__lambda__", AL_KERAS_LAMBDA, "marshalled Python bytecode, which Keras would run"},
    {"TypeSpec", AL_KERAS_TYPE_SPEC, "a TypeSpec, which Keras acts on while it decodes the JSON"},
    {"CompositeTensor", AL_KERAS_TYPE_SPEC, "a composite tensor, which Keras acts on while it decodes the JSON"},
    {"__typespec__", AL_KERAS_TYPE_SPEC, "a TypeSpec, which Keras would look up and build"},
    {"TorchModuleWrapper", AL_KERAS_TORCH_MODULE, "a pickled PyTorch module, which Keras would unpickle"},
    {"TFSMLayer", AL_KERAS_TFSM_LAYER, "a layer that runs a SavedModel from a path"},
    {"JaxLayer", AL_KERAS_JAX_LAYER, "a layer that calls Python functions of JAX"},
    {"FlaxLayer", AL_KERAS_JAX_LAYER, "a layer that calls a Python module of Flax"},
};

static bool judge(struct al_findings *f, json_t *json, const struct al_place *place)
{
    json_t *name = json_object_get(json, "class_name");
    if (!json_is_string(name))
        return true;
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++)
        if (al_text_is(al_json_text(name), dangerous[i].class_name))
            return al_find(f, dangerous[i].id, place, "no code and nothing to be imported",
                           al_json_text(name), "%s", dangerous[i].message);
    return true;
}

/* Keras opens a vocabulary that is a word as a file, on this host or on the network. */
static bool judge_vocabulary(struct al_findings *f, json_t *json, const struct al_place *place)
{
    static const char *const classes[] = {"StringLookup", "IntegerLookup", "TextVectorization"};
    static const char *const keys[] = {"vocabulary", "vocabulary_file", "idf_weights"};
    struct al_text name = al_json_text(json_object_get(json, "class_name"));
    json_t *config = json_object_get(json, "config");
    for (size_t c = 0; name.at != NULL && c < sizeof classes / sizeof classes[0]; c++)
        for (size_t i = 0; al_text_is(name, classes[c]) && i < sizeof keys / sizeof keys[0]; i++) {
            json_t *value = json_object_get(config, keys[i]);
            struct al_place up = al_place_key(place, al_text_of("config")), at = al_place_key(&up, al_text_of(keys[i]));
            if (json_is_string(value))
                return al_find(f, AL_KERAS_VOCABULARY_PATH, &at, "a list of words, or null", al_json_text(value),
                               "a vocabulary that Keras would read from a path");
        }
    return true;
}

static bool walk(struct al_findings *f, json_t *json, const struct al_place *place, uint32_t depth)
{
    if (depth > AL_MAX_JSON_DEPTH)
        return true;
    if (json_is_array(json)) {
        for (size_t i = 0; i < json_array_size(json); i++) {
            struct al_place at = al_place_index(place, i);
            json_t *item = json_array_get(json, i);
            if ((json_is_array(item) || json_is_object(item)) && !walk(f, item, &at, depth + 1))
                return false;
        }
        return true;
    }
    if (!judge(f, json, place) || !judge_vocabulary(f, json, place))
        return false;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        if ((json_is_array(value) || json_is_object(value)) && !walk(f, value, &at, depth + 1))
            return false;
    }
    return true;
}

bool al_keras_scan(struct al_findings *f, json_t *config, const char *member)
{
    struct al_place root = al_place_root(member);
    return !(json_is_array(config) || json_is_object(config)) || walk(f, config, &root, 0);
}
