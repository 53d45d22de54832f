/* Quantized layers: what their dtype policy says of the kernel ("int8_from_float32", "int4/128",
   "gptq/4/64" …) and their quantization_config of the inputs, put together as Keras does
   (keras/src/dtype_policies/dtype_policy.py, keras/src/quantizers/quantization_config.py). */
#include "loader/keras/quantization.h"

#include "validator/quantization.h"

#include <math.h>
#include <string.h>

enum { LONGEST_NUMBER = 9 };

static const char *const config_modules[] = {"keras.quantizers", "keras.src.quantizers.quantization_config",
                                             "keras.src.quantizers.gptq_config", "keras.src.quantizers.awq_config",
                                             "keras.src.quantizers.quantizers", "keras", NULL};
static const char *const object_keys[] = {"class_name", "config", "module", "registered_name", "shared_object_id", NULL};
static const char *const quantizer_keys[] = {"axis", "value_range", "epsilon", "output_dtype", NULL};
static const char *const int8_keys[] = {"weight_quantizer", "activation_quantizer", NULL};
static const char *const int4_keys[] = {"weight_quantizer", "activation_quantizer", "block_size", NULL};
/* how the numbers were found, which they do not depend on any more */
static const char *const search_keys[] = {
    "dataset", "tokenizer", "weight_bits", "num_samples", "per_channel", "sequence_length", "hessian_damping",
    "group_size", "symmetric", "activation_order", "num_grid_points", "quantization_layer_structure", NULL};

static const struct {
    const char *name;
    enum al_quantized mode;
    const char *const *keys;
} configs[] = {
    {"Int8QuantizationConfig", AL_QUANTIZED_INT8, int8_keys},
    {"Int4QuantizationConfig", AL_QUANTIZED_INT4, int4_keys},
    {"GPTQConfig", AL_QUANTIZED_GPTQ, search_keys},
    {"AWQConfig", AL_QUANTIZED_AWQ, search_keys},
};

static bool refuse(struct al_keras *k, const struct al_place *place, const char *expected, json_t *found,
                   const char *message)
{
    return al_find(k->findings, AL_KERAS_QUANTIZATION, place, expected, al_json_show(k->findings, found), "%s",
                   message);
}

/* The text up to the next '/', which it takes from `*rest`. */
static struct al_text next_part(struct al_text *rest)
{
    const char *slash = rest->length > 0 ? memchr(rest->at, '/', rest->length) : NULL;
    const size_t length = slash != NULL ? (size_t)(slash - rest->at) : rest->length;
    const struct al_text part = {rest->at, length};
    const size_t taken = length + (slash != NULL ? 1 : 0);
    *rest = (struct al_text){rest->at + taken, rest->length - taken};
    return part;
}

static bool number(struct al_text part, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < part.length; i++) {
        if (part.at[i] < '0' || part.at[i] > '9')
            return false;
        *out = *out * 10 + (uint32_t)(part.at[i] - '0');
    }
    return part.length > 0 && part.length <= LONGEST_NUMBER;
}

/* A size of groups, in which -1 means no groups. */
static bool group(struct al_text part, uint32_t *out)
{
    *out = 0;
    return al_text_is(part, "-1") || (number(part, out) && *out > 0);
}

bool al_keras_quantization_mode(struct al_text mode, struct al_quantization *q)
{
    struct al_text rest = mode;
    const struct al_text name = next_part(&rest);
    const bool alone = name.length == mode.length;
    *q = (struct al_quantization){.mode = AL_QUANTIZED_NONE};
    if (al_text_is(name, "int8")) {
        *q = (struct al_quantization){.mode = AL_QUANTIZED_INT8, .bits = 8};
        return alone;
    }
    if (al_text_is(name, "int4")) {
        *q = (struct al_quantization){.mode = AL_QUANTIZED_INT4, .bits = 4};
        return alone || (group(next_part(&rest), &q->group) && rest.length == 0);
    }
    const bool gptq = al_text_is(name, "gptq");
    if (!gptq && !al_text_is(name, "awq"))
        return false;
    q->mode = gptq ? AL_QUANTIZED_GPTQ : AL_QUANTIZED_AWQ;
    return number(next_part(&rest), &q->bits) &&
           (q->bits == 4 || (gptq && (q->bits == 2 || q->bits == 3 || q->bits == 8))) &&
           group(next_part(&rest), &q->group) && rest.length == 0;
}

/* An object of Keras's quantizers, with no keys but those it has. */
static bool own_object(struct al_keras *k, json_t *json, const struct al_place *place, struct al_keras_object *o)
{
    if (!al_keras_object(k, json, place, o) || !al_keras_refuse_callable(k, o, place) ||
        !al_keras_only_keys(k, json, place, object_keys))
        return false;
    bool known = o->module.at == NULL;
    for (size_t i = 0; config_modules[i] != NULL; i++)
        known = known || al_text_is(o->module, config_modules[i]);
    if (!known || (o->registered_name.at != NULL && !al_text_equal(o->registered_name, o->class_name)))
        return al_keras_unknown_class(k, o, place, "a quantizer or its configuration");
    return json_is_object(o->config) ||
           al_find(k->findings, AL_KERAS_FORM, place, "an object", al_json_show(k->findings, o->config),
                   "an object without a configuration");
}

/* A range of whole numbers that int8 holds, on both sides of zero. */
static bool value_range(json_t *json, int32_t *low, int32_t *high)
{
    json_t *first = json_array_get(json, 0), *second = json_array_get(json, 1);
    if (json == NULL) {
        *low = -INT8_MAX;
        *high = INT8_MAX;
        return true;
    }
    if (json_array_size(json) != 2 || !json_is_integer(first) || !json_is_integer(second) ||
        json_integer_value(first) < INT8_MIN || json_integer_value(first) >= 0 || json_integer_value(second) <= 0 ||
        json_integer_value(second) > INT8_MAX)
        return false;
    *low = (int32_t)json_integer_value(first);
    *high = (int32_t)json_integer_value(second);
    return true;
}

static bool is_axis(json_t *json)
{
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!json_is_integer(json_array_get(json, i)))
            return false;
    return json == NULL || json_is_null(json) || json_is_integer(json) || json_is_array(json);
}

/* AbsMaxQuantizer, the only one there is. */
static bool quantizer(struct al_keras *k, json_t *json, const struct al_place *place, struct al_quantization *q)
{
    static const double keras_epsilon = 1e-7;
    struct al_keras_object o;
    q->inputs = json != NULL && !json_is_null(json);
    if (!q->inputs)
        return true;
    if (!own_object(k, json, place, &o))
        return false;
    if (!al_text_is(o.class_name, "AbsMaxQuantizer"))
        return refuse(k, place, "AbsMaxQuantizer", json, "a quantizer that Airlock does not know");
    const struct al_place at = al_place_key(place, al_text_of("config"));
    json_t *epsilon = json_object_get(o.config, "epsilon"), *type = json_object_get(o.config, "output_dtype");
    q->epsilon = epsilon == NULL ? keras_epsilon : json_number_value(epsilon);
    if (!al_keras_only_keys(k, o.config, &at, quantizer_keys))
        return false;
    if (!value_range(json_object_get(o.config, "value_range"), &q->low, &q->high) ||
        !is_axis(json_object_get(o.config, "axis")) || (epsilon != NULL && !json_is_number(epsilon)) ||
        !isfinite(q->epsilon) || q->epsilon < 0 || (type != NULL && !al_text_is(al_json_text(type), "int8")))
        return refuse(k, &at, "value_range around 0 within -128 to 127, epsilon of at least 0, int8", o.config,
                      "a quantizer with settings that Keras does not take");
    return true;
}

/* The weights have been quantized already; how matters no more. */
static bool weight_quantizer(struct al_keras *k, json_t *config, const struct al_place *place)
{
    struct al_quantization unused;
    const struct al_place at = al_place_key(place, al_text_of("weight_quantizer"));
    return quantizer(k, json_object_get(config, "weight_quantizer"), &at, &unused);
}

/* The settings of a search that is over: none of them is more than a number, a truth or a word. */
static bool search_settings(struct al_keras *k, json_t *config, const struct al_place *place)
{
    for (const char *const *key = search_keys; *key != NULL; key++) {
        json_t *value = json_object_get(config, *key);
        const bool plain = json_is_number(value) || json_is_boolean(value) || json_is_string(value);
        if (!al_keras_unused(k, config, *key, plain, "a number, true, false, a word or null", place))
            return false;
    }
    return true;
}

static bool block_size(struct al_keras *k, json_t *json, const struct al_place *place, struct al_quantization *q)
{
    const struct al_place at = al_place_key(place, al_text_of("block_size"));
    const json_int_t size = json_integer_value(json);
    q->group = 0;
    if (json == NULL || json_is_null(json) || (json_is_integer(json) && size == -1))
        return true;
    if (!json_is_integer(json) || size <= 0 || size > INT32_MAX)
        return refuse(k, &at, "null, -1 or a positive integer", json, "groups of a size that Keras does not take");
    q->group = (uint32_t)size;
    return true;
}

bool al_keras_quantization_config(struct al_keras *k, uint32_t layer, json_t *json, const struct al_place *place)
{
    struct al_keras_object o;
    struct al_quantization q = {0};
    size_t c = 0;
    if (json_is_null(json))
        return true;
    if (!own_object(k, json, place, &o))
        return false;
    while (c < sizeof configs / sizeof configs[0] && !al_text_is(o.class_name, configs[c].name))
        c++;
    if (c == sizeof configs / sizeof configs[0])
        return refuse(k, place, "a config for int8, int4, GPTQ or AWQ", json,
                      "a quantization that Airlock does not compute");
    const struct al_place at = al_place_key(place, al_text_of("config"));
    const struct al_place inputs = al_place_key(&at, al_text_of("activation_quantizer"));
    q.mode = configs[c].mode;
    if (!al_keras_only_keys(k, o.config, &at, configs[c].keys) || !search_settings(k, o.config, &at) ||
        !weight_quantizer(k, o.config, &at) ||
        !quantizer(k, json_object_get(o.config, "activation_quantizer"), &inputs, &q) ||
        !block_size(k, json_object_get(o.config, "block_size"), &at, &q))
        return false;
    if (q.group > 0 && q.inputs)
        return refuse(k, &at, "no quantizer beside block_size", o.config, "Keras groups int4 only without quantizers");
    k->layers[layer].config = q;
    return true;
}

void al_keras_default_inputs(struct al_quantization *q)
{
    q->inputs = true;
    q->low = -INT8_MAX;
    q->high = INT8_MAX;
    q->epsilon = 1e-7;
}

/* Without a config Keras takes its own defaults, which changed with 3.14. */
bool al_keras_settle_quantization(struct al_keras *k, uint32_t layer, const struct al_place *place)
{
    struct al_layer *l = &k->model->layers[layer];
    struct al_quantization *q = &l->quantization;
    const struct al_quantization *config = &k->layers[layer].config;
    const bool reversible = l->kind == AL_KIND_REVERSIBLE_EMBEDDING;
    if (q->mode == AL_QUANTIZED_NONE)
        return true;
    if (config->mode == AL_QUANTIZED_NONE) {
        if (q->mode == AL_QUANTIZED_INT8 ||
            (q->mode == AL_QUANTIZED_INT4 && (reversible || al_int4_is_old(k->model))))
            al_keras_default_inputs(q);
        return true;
    }
    if (config->mode != q->mode || (q->mode == AL_QUANTIZED_INT4 && config->group != q->group))
        return al_find(k->findings, AL_KERAS_QUANTIZATION, place, "one quantization", AL_NOTHING,
                       "quantization_config and the dtype policy name different quantizations");
    q->inputs = config->inputs;
    q->low = config->low;
    q->high = config->high;
    q->epsilon = config->epsilon;
    return true;
}
