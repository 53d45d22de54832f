/* Keys that Keras writes into any layer's configuration: its name, its type of
   numbers, and in Keras 2 the shape of what the first layer is given. */
#include "loader/keras/reading.h"

#include <string.h>

enum common {
    COMMON_NAME, /* read with the layer's entry */
    COMMON_TRAINABLE,
    COMMON_DTYPE,
    COMMON_BATCH_SHAPE,
    COMMON_REGULARIZER,
    COMMON_SIZE,   /* input_dim, input_length: a number, null, or a list of them */
    COMMON_FALSE,  /* only false or null */
    COMMON_NULL,
    COMMON_FUNCTION /* of an operation in Keras 2: looked up with the class */
};

static const struct {
    const char *key;
    enum common what;
    bool operations; /* raw operations may have it too */
} common_keys[] = {
    {"name", COMMON_NAME, true},
    {"trainable", COMMON_TRAINABLE, true},
    {"dtype", COMMON_DTYPE, true},
    {"batch_input_shape", COMMON_BATCH_SHAPE, true},
    {"batch_shape", COMMON_BATCH_SHAPE, false},
    {"input_shape", COMMON_SIZE, false},
    {"input_dim", COMMON_SIZE, false},
    {"input_length", COMMON_SIZE, false},
    {"input_dtype", COMMON_DTYPE, false},
    {"activity_regularizer", COMMON_REGULARIZER, false},
    {"dynamic", COMMON_FALSE, true},
    {"build_input_shape", COMMON_SIZE, false},
    {"type_spec", COMMON_NULL, false},
    {"autocast", COMMON_TRAINABLE, false},
    {"function", COMMON_FUNCTION, true},
};

/* InputLayer's own shape goes by this name in Keras 2. */
static bool input_shape(struct al_keras *k, uint32_t layer, json_t *value, const struct al_place *place)
{
    struct al_layer *l = &k->model->layers[layer];
    const struct al_row *row = al_row_of(k->policy, l->kind);
    struct al_shape shape;
    if (!json_is_null(value) && !al_keras_shape(k, value, place, &shape))
        return false;
    for (uint32_t i = 0; l->kind == AL_KIND_INPUT_LAYER && i < row->param_count; i++) {
        struct al_value read;
        if (strcmp(row->params[i].key, "batch_shape") != 0)
            continue;
        if (!al_keras_value(k, layer, &row->params[i], value, place, &read))
            return false;
        k->model->layers[layer].params[i] = read;
    }
    return true;
}

static bool is_size(json_t *value)
{
    if (json_is_null(value) || json_is_integer(value))
        return true;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_null(json_array_get(value, i)) && !json_is_integer(json_array_get(value, i)))
            return false;
    return json_is_array(value);
}

static bool layer_dtype(struct al_keras *k, struct al_layer *l, json_t *value, const struct al_place *place)
{
    struct al_keras_policy policy;
    if (!al_keras_policy(k, value, place, &policy))
        return false;
    l->compute_dtype = policy.compute;
    l->variable_dtype = policy.variable;
    l->quantization = policy.quantization;
    return true;
}

bool al_keras_common_key(struct al_keras *k, uint32_t layer, const char *key, json_t *value,
                         const struct al_place *place, bool *handled)
{
    struct al_layer *l = &k->model->layers[layer];
    const struct al_row *row = al_row_of(k->policy, l->kind);
    size_t i = 0, count = sizeof common_keys / sizeof common_keys[0];
    while (i < count && (strcmp(common_keys[i].key, key) != 0 || (row->operation && !common_keys[i].operations)))
        i++;
    *handled = i < count && (common_keys[i].what != COMMON_FUNCTION || (row->operation && k->keras2));
    if (!*handled)
        return true;
    switch (common_keys[i].what) {
    case COMMON_NAME:
    case COMMON_FUNCTION:
        return true;
    case COMMON_TRAINABLE:
        if (!json_is_boolean(value) && !json_is_null(value))
            return al_keras_bad_value(k, place, "true, false or null", value, key);
        if (strcmp(key, "trainable") == 0)
            l->trainable = !json_is_false(value);
        return true;
    case COMMON_DTYPE:
        return layer_dtype(k, l, value, place);
    case COMMON_BATCH_SHAPE:
        return input_shape(k, layer, value, place);
    case COMMON_REGULARIZER:
        return al_keras_builtin(k, AL_KERAS_REGULARIZERS, value, place);
    case COMMON_SIZE:
        return is_size(value) || al_keras_bad_value(k, place, "a shape or null", value, key);
    case COMMON_FALSE:
        return json_is_false(value) || json_is_null(value) || al_keras_bad_value(k, place, "false", value, key);
    case COMMON_NULL:
        return json_is_null(value) || al_keras_bad_value(k, place, "null", value, key);
    }
    return false;
}
