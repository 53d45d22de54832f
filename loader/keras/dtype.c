/* Types of numbers: a name, or the object in which newer Keras wraps the policy. */
#include "loader/keras/quantization.h"

#include <string.h>

static const struct {
    const char *name;
    enum al_dtype compute, variable;
} mixed[] = {
    {"mixed_float16", AL_FLOAT16, AL_FLOAT32},
    {"mixed_bfloat16", AL_BFLOAT16, AL_FLOAT32},
};

static const char *const policy_classes[] = {"DTypePolicy", "FloatDTypePolicy", "Policy", "PolicyV1", NULL};
/* The class of a quantized policy, and the way that it alone is for; NONE: the mode says. */
static const struct {
    const char *name;
    enum al_quantized mode;
} quantized_classes[] = {
    {"QuantizedDTypePolicy", AL_QUANTIZED_NONE}, {"Int4DTypePolicy", AL_QUANTIZED_INT4},
    {"GPTQDTypePolicy", AL_QUANTIZED_GPTQ},      {"AWQDTypePolicy", AL_QUANTIZED_AWQ},
    {"QuantizedFloat8DTypePolicy", AL_QUANTIZED_NONE}, {"TernaryDTypePolicy", AL_QUANTIZED_NONE},
};
enum { QUANTIZED_CLASSES = sizeof quantized_classes / sizeof quantized_classes[0] };
static const char *const policy_modules[] = {"keras",
                                             "keras.dtype_policies",
                                             "keras.src.dtype_policies.dtype_policy",
                                             "keras.mixed_precision",
                                             "keras.src.mixed_precision.policy",
                                             "tf_keras.mixed_precision",
                                             NULL};
static const char *const policy_keys[] = {"class_name", "config", "module", "registered_name", "shared_object_id", NULL};
static const char *const policy_config_keys[] = {"name", "source_name", "loss_scale", NULL};

static const char *const quantized_config_keys[] = {"mode", "source_name", "amax_history_length", NULL};

static bool listed(const char *const *list, struct al_text text)
{
    for (; *list != NULL; list++)
        if (al_text_is(text, *list))
            return true;
    return false;
}

static bool by_name(struct al_keras *k, struct al_text name, json_t *json, const struct al_place *place,
                    struct al_keras_policy *out)
{
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++)
        if (al_text_is(name, mixed[i].name)) {
            out->compute = mixed[i].compute;
            out->variable = mixed[i].variable;
            return true;
        }
    enum al_dtype dtype = name.at != NULL ? al_dtype_by_name(name) : AL_DTYPE_NONE;
    if (dtype == AL_DTYPE_NONE)
        return al_find(k->findings, AL_KERAS_DTYPE, place, "a type of numbers that Keras computes with",
                       al_json_show(k->findings, json), "a type of numbers that Airlock does not compute with");
    out->compute = out->variable = dtype;
    return true;
}

static bool quantized(struct al_keras *k, struct al_text mode, json_t *json, const struct al_place *place,
                      struct al_keras_policy *out)
{
    return al_keras_quantization_mode(mode, &out->quantization) ||
           al_find(k->findings, AL_KERAS_QUANTIZATION, place, "int8, int4, gptq or awq",
                   al_json_show(k->findings, json), "a way of quantizing that Airlock does not compute");
}

/* Whole, and after "_from_" the policy that a quantized one was made from: int8_from_mixed_bfloat16. */
static bool by_word(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_policy *out)
{
    static const char from[] = "_from_";
    const struct al_text name = al_json_text(json);
    for (size_t i = 0; i + strlen(from) <= name.length; i++)
        if (memcmp(name.at + i, from, strlen(from)) == 0)
            return quantized(k, (struct al_text){name.at, i}, json, place, out) &&
                   by_name(k, (struct al_text){name.at + i + strlen(from), name.length - i - strlen(from)}, json,
                           place, out);
    return by_name(k, name, json, place, out);
}

static size_t quantized_class(struct al_text name)
{
    size_t i = 0;
    while (i < QUANTIZED_CLASSES && !al_text_is(name, quantized_classes[i].name))
        i++;
    return i;
}

static bool quantized_object(struct al_keras *k, json_t *config, const struct al_place *at, enum al_quantized way,
                             struct al_keras_policy *out)
{
    json_t *mode = json_object_get(config, "mode"), *source = json_object_get(config, "source_name");
    const struct al_place place = al_place_key(at, al_text_of("source_name"));
    if (!al_keras_only_keys(k, config, at, quantized_config_keys) ||
        !al_keras_unused(k, config, "amax_history_length",
                         json_is_integer(json_object_get(config, "amax_history_length")), "a number", at))
        return false;
    if (!json_is_string(mode))
        return al_keras_bad_value(k, at, "a mode of quantization", mode, "mode");
    if (!quantized(k, al_json_text(mode), mode, at, out))
        return false;
    if (way != AL_QUANTIZED_NONE && out->quantization.mode != way)
        return al_find(k->findings, AL_KERAS_QUANTIZATION, at, "the mode that the policy's class is for",
                       al_json_show(k->findings, mode), "a policy of one way of quantizing in the name of another");
    out->compute = out->variable = AL_FLOAT32;
    return json_is_null(source) || by_name(k, al_json_text(source), source, &place, out);
}

bool al_keras_policy(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_policy *out)
{
    struct al_keras_object o;
    *out = (struct al_keras_policy){AL_FLOAT32, AL_FLOAT32, {0}};
    if (json_is_null(json))
        return true;
    if (!al_keras_is_object(json))
        return by_word(k, json, place, out);
    if (!al_keras_object(k, json, place, &o) || !al_keras_refuse_callable(k, &o, place))
        return false;
    if (o.registered_name.at != NULL && !al_text_equal(o.registered_name, o.class_name))
        return al_keras_unknown_class(k, &o, place, "a dtype policy");
    if (o.module.at != NULL && !listed(policy_modules, o.module))
        return al_keras_unknown_class(k, &o, place, "a dtype policy");
    const size_t scaled = quantized_class(o.class_name);
    if (scaled == QUANTIZED_CLASSES && !listed(policy_classes, o.class_name))
        return al_find(k->findings, AL_KERAS_DTYPE, place, "a plain, mixed or quantized policy", o.class_name,
                       "a dtype policy that Airlock does not compute with");
    struct al_place at = al_place_key(place, al_text_of("config"));
    if (!json_is_object(o.config))
        return al_find(k->findings, AL_KERAS_FORM, &at, "an object", al_json_show(k->findings, o.config),
                       "a dtype policy without a configuration");
    if (!al_keras_only_keys(k, json, place, policy_keys))
        return false;
    if (scaled < QUANTIZED_CLASSES)
        return quantized_object(k, o.config, &at, quantized_classes[scaled].mode, out);
    json_t *source = json_object_get(o.config, "source_name"), *scale = json_object_get(o.config, "loss_scale");
    if (!al_keras_only_keys(k, o.config, &at, policy_config_keys) ||
        !al_keras_unused(k, o.config, "loss_scale", json_is_number(scale) || json_is_string(scale),
                         "a number or a word", &at))
        return false;
    if (source != NULL && !json_is_null(source))
        return al_keras_bad_value(k, &at, "null", source, "source_name");
    return by_word(k, json_object_get(o.config, "name"), &at, out);
}

bool al_keras_dtype(struct al_keras *k, json_t *json, const struct al_place *place, enum al_dtype *compute,
                    enum al_dtype *variable)
{
    struct al_keras_policy policy;
    if (!al_keras_policy(k, json, place, &policy))
        return false;
    if (policy.quantization.mode != AL_QUANTIZED_NONE)
        return al_find(k->findings, AL_KERAS_DTYPE, place, "a plain or mixed float policy",
                       al_json_show(k->findings, json), "a quantized type where there is nothing to quantize");
    *compute = policy.compute;
    *variable = policy.variable;
    return true;
}
