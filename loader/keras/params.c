/* The configuration of one layer against its row: every key is known, every value
   is what the row takes, every default is filled in. */
#include "loader/keras/quantization.h"

#include <string.h>

uint32_t al_keras_find_param(const struct al_row *row, const char *key)
{
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, key) == 0)
            return i;
    return AL_NONE_INDEX;
}

bool al_keras_take_param(struct al_keras *k, uint32_t layer, const struct al_row *row, uint32_t at, json_t *json,
                         const struct al_place *place)
{
    const struct al_param *param = &row->params[at];
    struct al_value value;
    uint32_t target = at;
    if (param->flags & AL_PARAM_ALIAS) {
        target = al_keras_find_param(row, param->alias_of);
        if (target == AL_NONE_INDEX)
            return true;
        param = &row->params[target];
    }
    if (!al_keras_value(k, layer, param, json, place, &value))
        return false;
    struct al_value *slot = &k->model->layers[layer].params[target];
    if (slot->type != AL_VALUE_ABSENT)
        return al_find(k->findings, AL_KERAS_FORM, place, "one spelling of the key", al_text_of(param->key),
                       "a setting given twice under two names");
    *slot = value;
    return true;
}

static bool fill_default(struct al_keras *k, uint32_t layer, const struct al_row *row, uint32_t at, json_t *config,
                         const struct al_place *place)
{
    const struct al_param *param = &row->params[at];
    struct al_value *slot = &k->model->layers[layer].params[at];
    if (slot->type != AL_VALUE_ABSENT || json_object_get(config, param->key) != NULL || (param->flags & AL_PARAM_ALIAS))
        return true;
    if (param->flags & AL_PARAM_REQUIRED)
        return al_find(k->findings, AL_KERAS_MISSING_KEY, place, param->key, AL_NOTHING,
                       "the configuration of %s lacks \"%s\"", row->name, param->key);
    if (param->standard == NULL)
        return true;
    json_t *standard = json_loads(param->standard, JSON_DECODE_ANY, NULL);
    struct al_value value;
    bool good = al_keras_value(k, layer, param, standard, place, &value);
    json_decref(standard);
    /* reading a value may add layers and move the array of them */
    if (good)
        k->model->layers[layer].params[at] = value;
    return good;
}

bool al_keras_default_params(struct al_keras *k, uint32_t layer, const struct al_row *row, json_t *config,
                             const struct al_place *place)
{
    for (uint32_t i = 0; i < row->param_count; i++)
        if (!fill_default(k, layer, row, i, config, place))
            return false;
    return true;
}

bool al_keras_params(struct al_keras *k, uint32_t layer, const struct al_row *row, json_t *config,
                     const struct al_place *place)
{
    const char *key;
    json_t *value;
    json_object_foreach(config, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        bool own = !(row->operation && k->keras2);
        uint32_t param = own ? al_keras_find_param(row, key) : AL_NONE_INDEX;
        bool handled = true;
        if (param != AL_NONE_INDEX) {
            if (!al_keras_take_param(k, layer, row, param, value, &at))
                return false;
        } else if (!al_keras_common_key(k, layer, key, value, &at, &handled))
            return false;
        if (!handled)
            return al_find(k->findings, AL_KERAS_UNKNOWN_KEY, &at, NULL, al_json_show(k->findings, value),
                           "%s has no setting \"%s\"", row->name, al_show(k->findings, al_text_of(key)));
    }
    /* an operation of Keras 2 gets its settings with its call */
    return (row->operation && k->keras2) || (al_keras_default_params(k, layer, row, config, place) &&
                                             al_keras_settle_quantization(k, layer, place));
}
