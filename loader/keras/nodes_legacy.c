/* Calls as Keras 2 lists them: [["name", node, tensor, {keywords}], …], one such list
   per tensor of the first argument; operations write the list without the outer one
   (keras/engine/node.py). */
#include "loader/keras/graph.h"

#include <string.h>

enum { LEAF_FIELDS = 4 };

/* TensorFlow's names of arguments, where the row has Keras 3's */
static const struct {
    const char *tensorflow, *keras;
} renamed[] = {
    {"y", "x2"},           {"x", "x1"},      {"a", "x1"},     {"b", "x2"},     {"slice_spec", "key"},
    {"input_tensor", "x"}, {"perm", "axes"}, {"shape", "newshape"}, {"input", "x"}, {"values", "xs"},
};

static bool has_argument(const struct al_row *row, const char *name)
{
    for (uint32_t i = 0; i < row->argument_count; i++)
        if (strcmp(row->arguments[i].name, name) == 0)
            return true;
    return false;
}

static uint32_t argument_by_name(const struct al_row *row, const char *name)
{
    for (uint32_t i = 0; i < row->argument_count; i++)
        if (strcmp(row->arguments[i].name, name) == 0)
            return i;
    return AL_NONE_INDEX;
}

static bool read_keyword(struct al_keras_call *c, const char *name, json_t *value, const struct al_place *place)
{
    /* an operation's own name says nothing about what it computes */
    if (c->row->operation && strcmp(name, "name") == 0 && (json_is_null(value) || json_is_string(value)))
        return true;
    uint32_t param = c->row->operation ? al_keras_find_param(c->row, name) : AL_NONE_INDEX;
    if (param != AL_NONE_INDEX)
        return al_keras_take_param(c->graph->k, c->layer, c->row, param, value, place);
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (strcmp(name, renamed[i].tensorflow) == 0 && !has_argument(c->row, name) &&
            has_argument(c->row, renamed[i].keras))
            return al_keras_keyword(c, renamed[i].keras, value, place);
    return al_keras_keyword(c, name, value, place);
}

/* Keras repeats the keywords beside each tensor of the first argument. */
static bool read_keywords(struct al_keras_call *c, json_t *leaf, const struct al_place *place)
{
    struct al_findings *f = c->graph->k->findings;
    json_t *keywords = json_array_get(leaf, LEAF_FIELDS - 1);
    struct al_place up = al_place_index(place, LEAF_FIELDS - 1);
    if (json_array_size(leaf) > LEAF_FIELDS || (keywords != NULL && !json_is_object(keywords)))
        return al_find(f, AL_GRAPH_REFERENCE, place, "[\"layer\", 0, 0, {}]", al_json_show(f, leaf),
                       "something else than a tensor of the graph");
    const char *name;
    json_t *value;
    json_object_foreach(keywords, name, value) {
        struct al_place at = al_place_key(&up, al_text_of(name));
        if (!read_keyword(c, name, value, &at))
            return false;
    }
    return true;
}

static bool is_leaf(json_t *json)
{
    return json_array_size(json) >= LEAF_FIELDS - 1 && json_is_string(json_array_get(json, 0));
}

/* ["_CONSTANT_VALUE", -1, value, {}]: the first argument of an operation is a number. */
static bool is_constant(json_t *leaf)
{
    return al_text_is(al_json_text(json_array_get(leaf, 0)), "_CONSTANT_VALUE") &&
           json_integer_value(json_array_get(leaf, 1)) == -1;
}

static bool read_one(struct al_keras_call *c, json_t *leaf, const struct al_place *place)
{
    if (!is_constant(leaf))
        return al_keras_argument(c, 0, leaf, place) && read_keywords(c, leaf, place);
    struct al_place at = al_place_index(place, 2);
    return al_keras_argument(c, 0, json_array_get(leaf, 2), &at) && read_keywords(c, leaf, place);
}

/* Recurrent layers list their initial state behind the sequence. */
static bool read_list(struct al_keras_call *c, json_t *list, const struct al_place *place)
{
    struct al_findings *f = c->graph->k->findings;
    uint32_t state = argument_by_name(c->row, "initial_state");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct al_place at = al_place_index(place, i);
        if (!is_leaf(json_array_get(list, i)))
            return al_find(f, AL_GRAPH_REFERENCE, &at, "[\"layer\", 0, 0, {}]",
                           al_json_show(f, json_array_get(list, i)), "something else than a tensor of the graph");
    }
    json_t *first = json_array_get(list, 0);
    struct al_place at = al_place_index(place, 0);
    if (json_array_size(list) == 1)
        return read_one(c, first, &at);
    if (c->row->arguments[0].type == AL_ARGUMENT_TENSORS) {
        c->taken[0] = true;
        return al_keras_tensor_list(c, 0, list, 0, place) && read_keywords(c, first, &at);
    }
    if (state == AL_NONE_INDEX)
        return al_find(f, AL_KERAS_ARGUMENT, place, "one tensor", al_json_show(f, list), "%s takes one tensor",
                       c->row->name);
    return al_keras_argument(c, 0, first, &at) && al_keras_tensor_list(c, state, list, 1, place) &&
           read_keywords(c, first, &at);
}

/* A model called with a map of tensors; the keywords stand beside each of them here too. */
static bool read_map(struct al_keras_call *c, json_t *map, const struct al_place *place)
{
    const char *key = json_object_iter_key(json_object_iter(map));
    struct al_place at = al_place_key(place, al_text_of(key));
    c->taken[0] = true;
    return al_keras_tensor_map(c, 0, map, place) && read_keywords(c, json_object_get(map, key), &at);
}

bool al_keras_legacy_node_read(struct al_keras_call *c, json_t *json, const struct al_place *place)
{
    struct al_findings *f = c->graph->k->findings;
    json_t *first = json_is_object(json) ? json_object_iter_value(json_object_iter(json)) : json;
    c->keywords = json_array_get(is_leaf(first) ? first : json_array_get(first, 0), LEAF_FIELDS - 1);
    bool map = json_object_size(json) > 0 && c->row->argument_count > 0;
    if (map && c->row->arguments[0].type == AL_ARGUMENT_TENSORS)
        return read_map(c, json, place);
    if (c->row->argument_count == 0 || json_array_size(json) == 0 || json_array_size(json) > AL_MAX_CALL_ITEMS)
        return al_find(f, AL_KERAS_FORM, place, "a list of tensors", al_json_show(f, json),
                       "a call without its arguments");
    return is_leaf(json) ? read_one(c, json, place) : read_list(c, json, place);
}
