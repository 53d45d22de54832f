/* The key of a subscript, x[:, -1, ...]: as Keras 3 writes it into the call of GetItem,
   and Keras 2 into slice_spec of SlicingOpLambda. */
#include "validator/slicing.h"

#include "loader/keras/graph.h"

enum { FAR_AWAY = 1 << 30 }; /* beyond any axis */

static bool refuse(struct al_keras *k, json_t *json, const struct al_place *place)
{
    return al_find(k->findings, AL_KERAS_ARGUMENT, place, "integers, slices, ... and None",
                   al_json_show(k->findings, json), "a subscript that Airlock does not compute");
}

static bool is_tagged(json_t *json, const char *tag)
{
    return json_is_object(json) && al_text_is(al_json_text(json_object_get(json, "class_name")), tag);
}

/* `has` gets the bit when there is a number. */
static bool bound(json_t *slice, const char *key, int64_t bit, int64_t *has, int64_t *out, size_t *known)
{
    json_t *value = json_object_get(slice, key);
    *out = 0;
    *known += value != NULL;
    if (value == NULL || json_is_null(value))
        return true;
    *has |= bit;
    /* Python takes sys.maxsize for "to the end", and so on */
    int64_t v = json_integer_value(value);
    *out = v > FAR_AWAY ? FAR_AWAY : v < -FAR_AWAY ? -FAR_AWAY : v;
    return json_is_integer(value);
}

static bool read_place(struct al_keras *k, json_t *json, const struct al_place *place, int64_t *out)
{
    json_t *slice = is_tagged(json, "__slice__") ? json_object_get(json, "config") : json;
    for (uint32_t i = 0; i < AL_INDEX_NUMBERS; i++)
        out[i] = 0;
    if (json_is_integer(json)) {
        out[0] = AL_INDEX_INTEGER;
        out[1] = AL_INDEX_HAS_START;
        out[2] = json_integer_value(json);
        return true;
    }
    if (json_is_null(json)) {
        out[0] = AL_INDEX_NEW_AXIS;
        return true;
    }
    if (is_tagged(json, "__ellipsis__") && json_object_size(json_object_get(json, "config")) == 0 &&
        json_object_size(json) <= 2) {
        out[0] = AL_INDEX_ELLIPSIS;
        return true;
    }
    out[0] = AL_INDEX_SLICE;
    size_t known = 0;
    bool plain = json_is_object(slice) && (slice == json || json_object_size(json) == 2);
    return (plain && bound(slice, "start", AL_INDEX_HAS_START, &out[1], &out[2], &known) &&
            bound(slice, "stop", AL_INDEX_HAS_STOP, &out[1], &out[3], &known) &&
            bound(slice, "step", AL_INDEX_HAS_STEP, &out[1], &out[4], &known) && json_object_size(slice) == known) ||
           refuse(k, json, place);
}

bool al_keras_index(struct al_keras *k, json_t *json, const struct al_place *place, struct al_value *out)
{
    bool list = json_is_array(json);
    size_t count = list ? json_array_size(json) : 1;
    if (count > AL_MAX_INDEX_PLACES)
        return refuse(k, json, place);
    int64_t *numbers = al_arena_alloc(k->arena, count * AL_INDEX_NUMBERS, sizeof *numbers);
    if (numbers == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i < count; i++) {
        struct al_place step = al_place_index(place, i);
        if (!read_place(k, list ? json_array_get(json, i) : json, list ? &step : place, &numbers[i * AL_INDEX_NUMBERS]))
            return false;
    }
    *out = (struct al_value){.type = AL_VALUE_INTEGERS, .count = (uint32_t)(count * AL_INDEX_NUMBERS),
                             .integers = numbers};
    return al_index_sound(out) || refuse(k, json, place);
}
