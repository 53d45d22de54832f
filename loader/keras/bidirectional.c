/* Bidirectional of Keras 2 does not write its backward layer where it is the mirror
   of the forward one: Keras makes it anew from the forward layer's configuration
   (keras/layers/rnn/bidirectional.py, _recreate_layer_from_config). */
#include "loader/keras/reading.h"

/* A mirror within a mirror would double with each level, and no model has it. */
static bool holds_another(json_t *json, uint32_t depth)
{
    if (depth > AL_MAX_JSON_DEPTH || al_text_is(al_json_text(json_object_get(json, "class_name")), "Bidirectional"))
        return true;
    for (size_t i = 0; i < json_array_size(json); i++)
        if (holds_another(json_array_get(json, i), depth + 1))
            return true;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
        if (holds_another(value, depth + 1))
            return true;
    return false;
}

bool al_keras_add_backward_layer(struct al_keras *k, json_t *config, const struct al_place *place)
{
    json_t *backward = json_object_get(config, "backward_layer"), *layer = json_object_get(config, "layer");
    if (backward != NULL || !al_keras_is_object(layer))
        return true;
    if (holds_another(layer, 0))
        return al_find(k->findings, AL_KERAS_MISSING_KEY, place, "backward_layer", AL_NOTHING,
                       "a Bidirectional layer around another does not say what runs backwards");
    json_t *copy = json_deep_copy(layer), *inner = json_object_get(copy, "config");
    json_t *name = json_object_get(inner, "name");
    bool flipped = !json_is_true(json_object_get(inner, "go_backwards"));
    if (json_is_object(inner))
        (void)json_object_set_new(inner, "go_backwards", json_boolean(flipped));
    if (json_is_string(name))
        (void)json_object_set_new(inner, "name", json_sprintf("backward_%s", json_string_value(name)));
    return (copy != NULL && json_object_set_new(config, "backward_layer", copy) == 0) || al_keras_no_memory(k);
}
