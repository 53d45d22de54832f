/* Types of numbers: a name, or the object in which newer Keras wraps the policy. */
#include "loader/keras/reading.h"

static const struct {
    const char *name;
    enum al_dtype compute, variable;
} mixed[] = {
    {"mixed_float16", AL_FLOAT16, AL_FLOAT32},
    {"mixed_bfloat16", AL_BFLOAT16, AL_FLOAT32},
};

static const char *const policy_classes[] = {"DTypePolicy", "FloatDTypePolicy", "Policy", "PolicyV1", NULL};
static const char *const policy_modules[] = {"keras",
                                             "keras.dtype_policies",
                                             "keras.src.dtype_policies.dtype_policy",
                                             "keras.mixed_precision",
                                             "keras.src.mixed_precision.policy",
                                             "tf_keras.mixed_precision",
                                             NULL};
static const char *const policy_keys[] = {"class_name", "config", "module", "registered_name", "shared_object_id", NULL};
static const char *const policy_config_keys[] = {"name", "source_name", "loss_scale", NULL};

static bool listed(const char *const *list, struct al_text text)
{
    for (; *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

static bool by_name(struct al_keras *k, json_t *json, const struct al_place *place, enum al_dtype *compute,
                    enum al_dtype *variable)
{
    struct al_text name = al_json_text(json);
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++)
        if (al_text_is(name, mixed[i].name)) {
            *compute = mixed[i].compute;
            *variable = mixed[i].variable;
            return true;
        }
    enum al_dtype dtype = name.at != NULL ? al_dtype_by_name(name) : AL_DTYPE_NONE;
    if (dtype == AL_DTYPE_NONE)
        return al_find(k->findings, AL_KERAS_DTYPE, place, "a type of numbers that Keras computes with",
                       al_json_show(k->findings, json), "a type of numbers that Airlock does not compute with");
    *compute = *variable = dtype;
    return true;
}

bool al_keras_dtype(struct al_keras *k, json_t *json, const struct al_place *place, enum al_dtype *compute,
                    enum al_dtype *variable)
{
    struct al_keras_object o;
    if (json_is_null(json)) {
        *compute = *variable = AL_FLOAT32;
        return true;
    }
    if (!al_keras_is_object(json))
        return by_name(k, json, place, compute, variable);
    if (!al_keras_object(k, json, place, &o) || !al_keras_refuse_callable(k, &o, place))
        return false;
    if (o.registered_name.at != NULL && !al_text_equal(o.registered_name, o.class_name))
        return al_keras_unknown_class(k, &o, place, "a dtype policy");
    if (!listed(policy_classes, o.class_name) || (o.module.at != NULL && !listed(policy_modules, o.module)))
        return al_find(k->findings, AL_KERAS_DTYPE, place, "a plain or mixed float policy", o.class_name,
                       "a dtype policy that Airlock does not compute with");
    struct al_place at = al_place_key(place, al_text_of("config"));
    if (!json_is_object(o.config))
        return al_find(k->findings, AL_KERAS_FORM, &at, "an object", al_json_show(k->findings, o.config),
                       "a dtype policy without a configuration");
    json_t *source = json_object_get(o.config, "source_name");
    if (!al_keras_only_keys(k, json, place, policy_keys) || !al_keras_only_keys(k, o.config, &at, policy_config_keys))
        return false;
    if (source != NULL && !json_is_null(source))
        return al_keras_bad_value(k, &at, "null", source, "source_name");
    return by_name(k, json_object_get(o.config, "name"), &at, compute, variable);
}
