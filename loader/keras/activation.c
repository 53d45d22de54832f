/* What a layer names as its activation: a function of the closed list, a layer object
   of a kind that works element by element, or a function that the policy declares. */
#include "loader/keras/reading.h"

#include "validator/activation.h"
#include "validator/custom.h"

static const uint32_t allowed_layers[] = {AL_KIND_RE_LU, AL_KIND_LEAKY_RE_LU, AL_KIND_ELU, AL_KIND_SOFTMAX,
                                          AL_KIND_ACTIVATION_LAYER, AL_KIND_P_RE_LU};

static const char *const function_keys[] = {"class_name", "config", "module", "registered_name",
                                            "shared_object_id", NULL};

static bool by_name(struct al_keras *k, struct al_text name, const struct al_place *place, struct al_value *out)
{
    enum al_activation activation = al_activation_by_name(name, k->keras2);
    uint32_t custom = activation == AL_ACTIVATION_COUNT ? al_activation_of_custom(k->policy, name) : AL_NONE_INDEX;
    if (activation == AL_ACTIVATION_COUNT && custom == AL_NONE_INDEX)
        return al_find(k->findings, AL_KERAS_ACTIVATION, place, "an activation of Keras", name,
                       "an activation that Airlock does not know");
    *out = (struct al_value){.type = AL_VALUE_CHOICE, .integer = custom != AL_NONE_INDEX ? custom : activation};
    return true;
}

static bool by_layer(struct al_keras *k, uint32_t layer, const char *key, json_t *json, const struct al_place *place,
                     struct al_value *out)
{
    uint32_t index;
    if (!al_keras_layer_read(k, json, place, layer, key, false, &index))
        return false;
    for (size_t i = 0; i < sizeof allowed_layers / sizeof allowed_layers[0]; i++)
        if (k->model->layers[index].kind == allowed_layers[i]) {
            *out = (struct al_value){.type = AL_VALUE_LAYER, .integer = index};
            return true;
        }
    return al_find(k->findings, AL_KERAS_ACTIVATION, place, "an activation", k->layers[index].class_name,
                   "a layer that cannot serve as an activation");
}

bool al_keras_activation(struct al_keras *k, uint32_t layer, const char *key, json_t *json,
                         const struct al_place *place, struct al_value *out)
{
    struct al_keras_object o;
    if (json_is_null(json))
        return by_name(k, al_text_of("linear"), place, out);
    if (json_is_string(json))
        return by_name(k, al_json_text(json), place, out);
    if (!al_keras_object(k, json, place, &o))
        return false;
    /* a function of the author's own is only a name, and only the policy can say what it means */
    if (al_text_is(o.class_name, "function") && json_is_string(o.config) &&
        (o.module.at == NULL || al_text_is(o.module, "builtins")) &&
        al_activation_of_custom(k->policy, al_json_text(o.config)) != AL_NONE_INDEX)
        return al_keras_only_keys(k, json, place, function_keys) && by_name(k, al_json_text(o.config), place, out);
    if (!al_keras_refuse_callable(k, &o, place))
        return false;
    return by_layer(k, layer, key, json, place, out);
}
