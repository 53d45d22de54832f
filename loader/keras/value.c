/* One value of a configuration, from JSON to the type that the catalogue's row asks
   for. Ranges and lengths are judged by al_param_fits, as they are again in the parent. */
#include "loader/keras/quantization.h"

#include "validator/params.h"

#include <string.h>

enum { SHAPES_NESTED = 4 };

json_t *al_keras_untag(struct al_keras *k, json_t *json)
{
    if (!json_is_object(json))
        return json;
    struct al_text class_name = al_json_text(json_object_get(json, "class_name"));
    json_t *config = json_object_get(json, "config");
    /* nothing else may hang there: what is not read is not checked */
    bool dtype = json_is_string(json_object_get(config, "dtype"));
    if ((al_text_is(class_name, "__tensor__") || al_text_is(class_name, "__numpy__")) && json_object_size(json) == 2 &&
        json_object_get(config, "value") != NULL && json_object_size(config) == (dtype ? 2 : 1))
        return json_object_get(config, "value");
    /* how Keras up to 2.3 writes an array of numpy */
    if (k->keras2 && al_text_is(al_json_text(json_object_get(json, "type")), "ndarray") && json_object_size(json) == 2)
        return json_object_get(json, "value");
    return json;
}

static bool copy_text(struct al_keras *k, json_t *json, struct al_text *out)
{
    struct al_text text = al_json_text(json);
    char *copy = al_arena_copy(k->arena, text.at, text.length);
    if (copy == NULL)
        return al_keras_no_memory(k);
    *out = (struct al_text){copy, text.length};
    return true;
}

/* A list of integers, where `nulls` with null for an unknown one; *good is false where it is something else. */
static bool integers(struct al_keras *k, json_t *json, bool nulls, struct al_value *out, bool *good)
{
    size_t count = json_array_size(json);
    *good = json_is_array(json) && count <= AL_MAX_LIST;
    if (!*good)
        return true;
    int64_t *list = al_arena_alloc(k->arena, count, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i < count && *good; i++) {
        json_t *item = json_array_get(json, i);
        *good = json_is_integer(item) || (nulls && json_is_null(item));
        list[i] = json_is_integer(item) ? json_integer_value(item) : -1;
    }
    *out = (struct al_value){.type = AL_VALUE_INTEGERS, .count = (uint32_t)count, .integers = list};
    return true;
}

/* One integer standing for `count` equal ones. */
static bool repeated(struct al_keras *k, json_t *json, uint32_t count, struct al_value *out)
{
    int64_t *list = al_arena_alloc(k->arena, count, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    for (uint32_t i = 0; i < count; i++)
        list[i] = json_integer_value(json);
    *out = (struct al_value){.type = AL_VALUE_INTEGERS, .count = count, .integers = list};
    return true;
}

/* Paddings and croppings as Keras takes them: 2, [2, 3] (one number per axis, or one pair
   where there is one axis) or [[1, 2], [3, 4]]. */
static bool pairs(struct al_keras *k, json_t *json, uint32_t axes, struct al_value *out, bool *good)
{
    if (json_is_integer(json))
        return *good = true, repeated(k, json, 2 * axes, out);
    int64_t *list = al_arena_alloc(k->arena, 2 * (size_t)axes, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    size_t count = json_array_size(json);
    bool one_pair = axes == 1 && count == 2;
    *good = one_pair || count == axes;
    for (size_t i = 0; i < count && *good; i++) {
        json_t *item = json_array_get(json, i);
        bool pair = json_array_size(item) == 2;
        json_t *before = pair ? json_array_get(item, 0) : item, *after = pair ? json_array_get(item, 1) : item;
        *good = json_is_integer(before) && json_is_integer(after) && !(one_pair && pair);
        if (*good && one_pair)
            list[i] = json_integer_value(item);
        else if (*good) {
            list[2 * i] = json_integer_value(before);
            list[2 * i + 1] = json_integer_value(after);
        }
    }
    *out = (struct al_value){.type = AL_VALUE_INTEGERS, .count = 2 * axes, .integers = list};
    return true;
}

static bool fill_reals(json_t *json, double *list, const struct al_shape *shape, uint32_t axis, size_t *at)
{
    if (axis == shape->rank) {
        if (!json_is_number(json))
            return false;
        list[(*at)++] = json_number_value(json);
        return true;
    }
    if (!json_is_array(json) || json_array_size(json) != (size_t)shape->dim[axis])
        return false;
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!fill_reals(json_array_get(json, i), list, shape, axis + 1, at))
            return false;
    return true;
}

/* A number, or lists of numbers nested evenly: the first of each level says how long all are. */
static bool reals(struct al_keras *k, json_t *json, struct al_value *out, bool *good)
{
    struct al_shape shape = {0};
    uint64_t count = 0;
    for (json_t *level = json; json_is_array(level); level = json_array_get(level, 0)) {
        if (shape.rank == AL_MAX_RANK)
            return *good = false, true;
        shape.dim[shape.rank++] = (int64_t)json_array_size(level);
    }
    *good = al_shape_count(&shape, 0, shape.rank, &count) && count <= AL_MAX_LIST;
    if (!*good)
        return true;
    double *list = al_arena_alloc(k->arena, (size_t)count, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    size_t at = 0;
    *good = fill_reals(json, list, &shape, 0, &at);
    *out = (struct al_value){.type = AL_VALUE_REALS, .count = (uint32_t)count, .reals = list, .shape = shape};
    return true;
}

static bool texts(struct al_keras *k, json_t *json, struct al_value *out, bool *good)
{
    size_t count = json_array_size(json);
    *good = json_is_array(json) && count <= AL_MAX_LIST;
    if (!*good)
        return true;
    struct al_text *list = al_arena_alloc(k->arena, count, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i < count && *good; i++) {
        *good = json_is_string(json_array_get(json, i));
        if (*good && !copy_text(k, json_array_get(json, i), &list[i]))
            return false;
    }
    *out = (struct al_value){.type = AL_VALUE_TEXTS, .count = (uint32_t)count, .texts = list};
    return true;
}

static bool choice(const struct al_param *param, json_t *json, struct al_value *out)
{
    *out = (struct al_value){.type = AL_VALUE_CHOICE};
    for (int64_t i = 0; json_is_string(json) && param->choices[i] != NULL; i++)
        if (al_text_is(al_json_text(json), param->choices[i])) {
            out->integer = i;
            return true;
        }
    return false;
}

static bool owned_layers(struct al_keras *k, uint32_t layer, const struct al_param *param, json_t *json,
                         const struct al_place *place, struct al_value *out, bool *good)
{
    size_t count = json_array_size(json);
    *good = json_is_array(json) && count <= AL_MAX_LAYERS;
    if (!*good)
        return true;
    int64_t *list = al_arena_alloc(k->arena, count, sizeof *list);
    if (list == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i < count; i++) {
        struct al_place at = al_place_index(place, i);
        uint32_t index;
        if (!al_keras_layer_read(k, json_array_get(json, i), &at, layer, param->key, true, &index))
            return false;
        list[i] = index;
    }
    *out = (struct al_value){.type = AL_VALUE_INTEGERS, .count = (uint32_t)count, .integers = list};
    return true;
}

/* Bidirectional's `layer` goes by another name where weights are stored. */
static const char *attribute_of(const struct al_keras *k, uint32_t layer, const char *key)
{
    bool both_ways = al_text_is(k->layers[layer].class_name, "Bidirectional");
    return both_ways && strcmp(key, "layer") == 0 ? "forward_layer" : key;
}

static bool dtype_value(struct al_keras *k, json_t *json, const struct al_place *place, struct al_value *out)
{
    enum al_dtype compute, variable;
    if (!al_keras_dtype(k, json, place, &compute, &variable))
        return false;
    *out = (struct al_value){.type = AL_VALUE_CHOICE, .integer = compute};
    return true;
}

/* Numbers in places where they say nothing new: null, a number, or lists and maps of them. */
static bool shapes_only(json_t *json, uint32_t depth)
{
    if (depth > SHAPES_NESTED)
        return false;
    if (json_is_null(json) || json_is_number(json))
        return true;
    for (size_t i = 0; json_is_array(json) && i < json_array_size(json); i++)
        if (!shapes_only(json_array_get(json, i), depth + 1))
            return false;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
        if (!shapes_only(value, depth + 1))
            return false;
    return json_is_array(json) || json_is_object(json);
}

static bool equals_fixed(const struct al_param *param, json_t *json)
{
    json_t *fixed = json_loads(param->fixed, JSON_DECODE_ANY, NULL);
    bool same = json_is_number(fixed) && json_is_number(json) ? json_number_value(fixed) == json_number_value(json)
                                                              : json_equal(fixed, json);
    json_decref(fixed);
    return same;
}

/* What is checked for form and dropped. */
static bool dropped(struct al_keras *k, uint32_t layer, const struct al_param *param, json_t *json, const struct al_place *place,
                    bool *good)
{
    *good = true;
    switch ((int)param->type) {
    case AL_PARAM_INITIALIZER:
        return al_keras_builtin(k, AL_KERAS_INITIALIZERS, json, place);
    case AL_PARAM_REGULARIZER:
        return al_keras_builtin(k, AL_KERAS_REGULARIZERS, json, place);
    case AL_PARAM_CONSTRAINT:
        return al_keras_builtin(k, AL_KERAS_CONSTRAINTS, json, place);
    case AL_PARAM_SEED:
        return al_keras_builtin(k, AL_KERAS_SEEDS, json, place);
    case AL_PARAM_IGNORED_BOOL:
        *good = json_is_boolean(json) || json_is_null(json);
        return true;
    case AL_PARAM_IGNORED_NUMBER:
        *good = json_is_number(json) || json_is_null(json);
        return true;
    case AL_PARAM_IGNORED_TEXT:
        *good = json_is_string(json) || json_is_null(json);
        return true;
    case AL_PARAM_IGNORED_SHAPE:
        *good = shapes_only(json, 0);
        return true;
    case AL_PARAM_QUANTIZATION:
        return al_keras_quantization_config(k, layer, json, place);
    default: /* AL_PARAM_FIXED */
        *good = equals_fixed(param, json);
        return true;
    }
}

static bool convert(struct al_keras *k, uint32_t layer, const struct al_param *param, json_t *json,
                    const struct al_place *place, struct al_value *out, bool *good)
{
    uint32_t owned;
    *good = true;
    switch ((int)param->type) {
    case AL_PARAM_BOOL:
        *good = json_is_boolean(json);
        *out = (struct al_value){.type = AL_VALUE_BOOL, .integer = json_is_true(json)};
        return true;
    case AL_PARAM_INTEGER:
        json = al_keras_untag(k, json);
        *good = json_is_integer(json);
        *out = (struct al_value){.type = AL_VALUE_INTEGER, .integer = json_integer_value(json)};
        return true;
    case AL_PARAM_REAL:
        json = al_keras_untag(k, json);
        *good = json_is_number(json);
        *out = (struct al_value){.type = AL_VALUE_REAL, .real = json_number_value(json)};
        return true;
    case AL_PARAM_CHOICE:
        *good = choice(param, json, out);
        return true;
    case AL_PARAM_TEXT:
        *good = json_is_string(json);
        *out = (struct al_value){.type = AL_VALUE_TEXT};
        return !*good || copy_text(k, json, &out->text);
    case AL_PARAM_TEXT_OR_INTEGER:
        *good = json_is_string(json) || json_is_integer(json);
        *out = (struct al_value){.type = json_is_string(json) ? AL_VALUE_TEXT : AL_VALUE_INTEGER,
                                 .integer = json_integer_value(json)};
        return !json_is_string(json) || copy_text(k, json, &out->text);
    case AL_PARAM_INTEGERS:
        return integers(k, json, false, out, good);
    case AL_PARAM_INTEGERS_OR_ONE:
        return json_is_integer(json) ? repeated(k, json, param->count_max, out) : integers(k, json, false, out, good);
    case AL_PARAM_AXES:
        return json_is_integer(json) ? repeated(k, json, 1, out) : integers(k, json, false, out, good);
    case AL_PARAM_SHAPE:
        return integers(k, json, true, out, good);
    case AL_PARAM_PAIRS:
        return pairs(k, json, param->count_max, out, good);
    case AL_PARAM_REALS:
        return reals(k, al_keras_untag(k, json), out, good);
    case AL_PARAM_TEXTS:
        return texts(k, json, out, good);
    case AL_PARAM_ACTIVATION:
        return al_keras_activation(k, layer, param->key, json, place, out);
    case AL_PARAM_DTYPE:
        return dtype_value(k, json, place, out);
    case AL_PARAM_LAYER:
        if (!al_keras_layer_read(k, json, place, layer, attribute_of(k, layer, param->key), false, &owned))
            return false;
        *out = (struct al_value){.type = AL_VALUE_LAYER, .integer = owned};
        return true;
    case AL_PARAM_LAYERS:
        return owned_layers(k, layer, param, json, place, out, good);
    default:
        return dropped(k, layer, param, json, place, good);
    }
}

/* An object where a plain value belongs says what it is, not only that it does not fit. */
static bool refuse_object(struct al_keras *k, json_t *json, const struct al_place *place)
{
    struct al_keras_object o;
    if (!al_keras_is_object(json) || al_keras_untag(k, json) != json)
        return true;
    return al_keras_object(k, json, place, &o) && al_keras_refuse_callable(k, &o, place);
}

bool al_keras_value(struct al_keras *k, uint32_t layer, const struct al_param *param, json_t *json,
                    const struct al_place *place, struct al_value *out)
{
    bool good = true;
    *out = (struct al_value){0};
    if (json_is_null(json) && (param->flags & AL_PARAM_NULLABLE)) {
        out->type = al_param_is_dropped(param->type) ? AL_VALUE_ABSENT : AL_VALUE_NULL;
        return true;
    }
    if (!convert(k, layer, param, json, place, out, &good))
        return false;
    if (good && (al_param_is_dropped(param->type) || al_param_fits(param, out, k->policy))) {
        if (al_param_is_dropped(param->type))
            *out = (struct al_value){0};
        return true;
    }
    if (!refuse_object(k, json, place))
        return false;
    return al_find(k->findings, AL_KERAS_BAD_VALUE, place, al_param_expects(k->findings, param),
                   al_json_show(k->findings, json), "\"%s\" has a value it cannot have%s%s", param->key,
                   param->refusal != NULL ? ": " : "", param->refusal != NULL ? param->refusal : "");
}

bool al_keras_shape(struct al_keras *k, json_t *json, const struct al_place *place, struct al_shape *out)
{
    static const char expected[] = "a list of 1 to 8 dimensions, each null or from 1 to 2^40";
    size_t rank = json_array_size(json);
    if (!refuse_object(k, json, place))
        return false;
    bool good = rank >= 1 && rank <= AL_MAX_RANK;
    *out = (struct al_shape){.rank = good ? (uint32_t)rank : 0};
    for (size_t i = 0; i < rank && good; i++) {
        json_t *item = json_array_get(json, i);
        int64_t v = json_is_integer(item) ? json_integer_value(item) : -1;
        good = json_is_null(item) || (json_is_integer(item) && v >= 1 && v <= AL_MAX_DIMENSION);
        out->dim[i] = v;
    }
    return good || al_find(k->findings, AL_KERAS_BAD_VALUE, place, expected, al_json_show(k->findings, json),
                           "a shape that no tensor has");
}
