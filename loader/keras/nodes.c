/* Calls as Keras 3 lists them: {"args": […], "kwargs": {…}}, tensors as __keras_tensor__
   (keras/src/ops/node.py and keras/src/models/functional.py). */
#include "loader/keras/graph.h"

enum { HISTORY_FIELDS = 3 };

static const char *const node_keys[] = {"args", "kwargs", NULL};
static const char *const tensor_keys[] = {"class_name", "config", "module", "registered_name", NULL};
static const char *const tensor_config_keys[] = {"shape", "dtype", "keras_history", "sparse", "ragged", "name", NULL};

bool al_keras_is_tensor(const struct al_keras_call *c, json_t *json)
{
    if (c->legacy)
        return json_array_size(json) >= HISTORY_FIELDS && json_is_string(json_array_get(json, 0)) &&
               json_is_integer(json_array_get(json, 1)) && json_is_integer(json_array_get(json, 2));
    return json_is_object(json) && al_text_is(al_json_text(json_object_get(json, "class_name")), "__keras_tensor__");
}

/* What a tensor says of itself is inferred anew, and only looked at here. */
static bool check_claims(struct al_keras *k, json_t *config, const struct al_place *place)
{
    json_t *shape = json_object_get(config, "shape");
    bool dims = json_is_array(shape);
    for (size_t i = 0; dims && i < json_array_size(shape); i++)
        dims = json_is_null(json_array_get(shape, i)) || json_is_integer(json_array_get(shape, i));
    for (size_t i = 0; !dims && i < json_array_size(shape); i++) {
        struct al_place up = al_place_key(place, al_text_of("shape")), at = al_place_index(&up, i);
        struct al_keras_object o;
        json_t *item = json_array_get(shape, i);
        if (al_keras_is_object(item) &&
            (!al_keras_object(k, item, &at, &o) || !al_keras_refuse_callable(k, &o, &at)))
            return false;
    }
    json_t *sparse = json_object_get(config, "sparse"), *ragged = json_object_get(config, "ragged");
    return al_keras_unused(k, config, "shape", dims, "a list of dimensions", place) &&
           al_keras_unused(k, config, "dtype", json_is_string(json_object_get(config, "dtype")), "a name", place) &&
           al_keras_unused(k, config, "sparse", json_is_boolean(sparse), "true or false", place) &&
           al_keras_unused(k, config, "ragged", json_is_boolean(ragged), "true or false", place) &&
           al_keras_unused(k, config, "name", json_is_string(json_object_get(config, "name")), "a name", place);
}

static bool check_tensor(struct al_keras *k, json_t *json, json_t *config, const struct al_place *place)
{
    struct al_place at = al_place_key(place, al_text_of("config"));
    struct al_keras_object o;
    return al_keras_object(k, json, place, &o) && al_keras_only_keys(k, json, place, tensor_keys) &&
           al_keras_only_keys(k, config, &at, tensor_config_keys) && check_claims(k, config, &at);
}

bool al_keras_tensor_item(struct al_keras_call *c, json_t *json, const struct al_place *place, struct al_item *out)
{
    struct al_keras *k = c->graph->k;
    json_t *beside = c->legacy ? json_array_get(json, HISTORY_FIELDS) : NULL;
    if (json_array_size(json) > HISTORY_FIELDS + 1 ||
        (beside != NULL && json_object_size(beside) > 0 && !json_equal(beside, c->keywords)))
        return al_find(k->findings, AL_GRAPH_REFERENCE, place, "the keywords of the call's first tensor, or none",
                       al_json_show(k->findings, json), "a tensor that is given more than its place");
    if (c->legacy)
        return al_keras_tensor(c->graph, json_array_get(json, 0), json_array_get(json, 1), json_array_get(json, 2),
                               al_keras_first_call(c->graph, json_array_get(json, 0)), place, out);
    json_t *config = json_object_get(json, "config");
    json_t *history = json_object_get(config, "keras_history");
    struct al_place up = al_place_key(place, al_text_of("config")), at = al_place_key(&up, al_text_of("keras_history"));
    if (json_array_size(history) != HISTORY_FIELDS)
        return al_find(k->findings, AL_GRAPH_REFERENCE, &at, "[\"layer\", 0, 0]", al_json_show(k->findings, history),
                       "a tensor that does not say where it comes from");
    return check_tensor(k, json, config, place) &&
           al_keras_tensor(c->graph, json_array_get(history, 0), json_array_get(history, 1),
                           json_array_get(history, 2), 0, &at, out);
}

/* The argument that takes all positional ones from its place on, as Python's *args. */
static uint32_t rest_of(const struct al_row *row)
{
    for (uint32_t i = 0; i < row->argument_count; i++)
        if (row->arguments[i].flags & AL_ARGUMENT_REST)
            return i;
    return AL_NONE_INDEX;
}

bool al_keras_node_read(struct al_keras_call *c, json_t *json, const struct al_place *place)
{
    struct al_keras *k = c->graph->k;
    json_t *args = json_object_get(json, "args"), *kwargs = json_object_get(json, "kwargs");
    if (!json_is_array(args) || !json_is_object(kwargs))
        return al_find(k->findings, AL_KERAS_FORM, place, "args and kwargs", al_json_show(k->findings, json),
                       "a call without its arguments");
    if (!al_keras_only_keys(k, json, place, node_keys))
        return false;
    struct al_place up = al_place_key(place, al_text_of("args"));
    uint32_t rest = rest_of(c->row);
    if (rest == AL_NONE_INDEX && json_array_size(args) > c->row->argument_count)
        return al_find(k->findings, AL_KERAS_ARGUMENT, &up, NULL, al_json_show(k->findings, args),
                       "%s takes fewer arguments", c->row->name);
    for (uint32_t i = 0; i < json_array_size(args); i++) {
        struct al_place at = al_place_index(&up, i);
        if (i == rest) {
            c->taken[i] = true;
            if (!al_keras_tensor_list(c, i, args, i, &up))
                return false;
            break;
        }
        if (!al_keras_argument(c, i, json_array_get(args, i), &at))
            return false;
    }
    up = al_place_key(place, al_text_of("kwargs"));
    const char *name;
    json_t *value;
    json_object_foreach(kwargs, name, value) {
        struct al_place at = al_place_key(&up, al_text_of(name));
        if (!al_keras_keyword(c, name, value, &at))
            return false;
    }
    return true;
}
