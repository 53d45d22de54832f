/* What one argument of a call is given: tensors of the graph or a constant, as the
   row's argument takes them. */
#include "loader/keras/graph.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static bool refuse(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    struct al_findings *f = c->graph->k->findings;
    struct al_keras_object o;
    if (al_keras_is_object(json) && !al_keras_is_tensor(c, json) && al_keras_object(c->graph->k, json, place, &o) &&
        !al_keras_refuse_callable(c->graph->k, &o, place))
        return false;
    return al_find(f, AL_KERAS_ARGUMENT, place, NULL, al_json_show(f, json),
                   "the argument %s of %s is given something it does not take", c->row->arguments[argument].name,
                   c->row->name);
}

/* Room for `count` items of an argument that has none yet. */
static struct al_item *items_of(struct al_keras_call *c, uint32_t argument, size_t count, bool list)
{
    struct al_keras *k = c->graph->k;
    struct al_item *items = al_arena_alloc(k->arena, count, sizeof *items);
    if (items == NULL) {
        al_keras_no_memory(k);
        return NULL;
    }
    c->slots[argument] =
        (struct al_given){.argument = argument, .list = list, .count = (uint32_t)count, .items = items};
    return items;
}

static bool give_constant(struct al_keras_call *c, uint32_t argument, const struct al_value *value)
{
    struct al_item *items = items_of(c, argument, 1, false);
    if (items == NULL)
        return false;
    items[0] = (struct al_item){.call = AL_NONE_INDEX, .value = *value};
    return true;
}

static bool give_tensor(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    struct al_item *items = items_of(c, argument, 1, false);
    return items != NULL && al_keras_tensor_item(c, json, place, &items[0]);
}

bool al_keras_tensor_list(struct al_keras_call *c, uint32_t argument, json_t *list, size_t from,
                          const struct al_place *place)
{
    size_t size = json_array_size(list);
    if (size <= from || size - from > AL_MAX_CALL_ITEMS || c->row->arguments[argument].type != AL_ARGUMENT_TENSORS)
        return refuse(c, argument, list, place);
    struct al_item *items = items_of(c, argument, size - from, true);
    for (size_t i = from; items != NULL && i < size; i++) {
        struct al_place at = al_place_index(place, i);
        json_t *item = json_array_get(list, i);
        if (json_is_null(item))
            items[i - from] = (struct al_item){.call = AL_NONE_INDEX, .value = {.type = AL_VALUE_NULL}};
        else if (!al_keras_is_tensor(c, item))
            return refuse(c, argument, item, &at);
        else if (!al_keras_tensor_item(c, item, &at, &items[i - from]))
            return false;
    }
    return items != NULL;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A map of tensors given to a model: by the names of its inputs, otherwise in the order of the
   sorted keys, in which Keras flattens maps. */
bool al_keras_tensor_map(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    struct al_keras *k = c->graph->k;
    const struct al_keras_layer *model = &k->layers[c->layer];
    size_t count = json_object_size(json), at = 0;
    if (count == 0 || count > AL_MAX_CALL_ITEMS || count != model->input_count)
        return refuse(c, argument, json, place);
    const char **keys = al_arena_alloc(k->arena, count, sizeof *keys);
    struct al_item *items = items_of(c, argument, count, true);
    if (keys == NULL || items == NULL)
        return items != NULL && al_keras_no_memory(k);
    const char *key;
    json_t *value;
    bool named = true;
    json_object_foreach(json, key, value)
        keys[at++] = key;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count; i++)
        named = named && json_object_get(json, model->input_keys[i].at) != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *name = named ? model->input_keys[i].at : keys[i];
        struct al_place step = al_place_key(place, al_text_of(name));
        value = json_object_get(json, name);
        if (!al_keras_is_tensor(c, value))
            return refuse(c, argument, value, &step);
        if (!al_keras_tensor_item(c, value, &step, &items[i]))
            return false;
    }
    return true;
}

/* A number, a boolean, or lists of numbers, where an operation takes a tensor or a number. */
static bool give_operand(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    static const struct al_param numbers = {.key = "operand", .type = AL_PARAM_REALS};
    struct al_value value = {.type = AL_VALUE_BOOL, .integer = json_is_true(json)};
    if (json_is_integer(json))
        value = (struct al_value){.type = AL_VALUE_INTEGER, .integer = json_integer_value(json)};
    else if (json_is_real(json))
        value = (struct al_value){.type = AL_VALUE_REAL, .real = json_real_value(json)};
    else if (!json_is_boolean(json) && !al_keras_value(c->graph->k, c->layer, &numbers, json, place, &value))
        return false;
    return give_constant(c, argument, &value);
}

static bool give_value(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    struct al_value value;
    return al_keras_value(c->graph->k, c->layer, &c->row->arguments[argument].param, json, place, &value) &&
           give_constant(c, argument, &value);
}

static bool give_index(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    struct al_value value;
    return al_keras_index(c->graph->k, json, place, &value) && give_constant(c, argument, &value);
}

/* Nothing at all, also where Keras lists nothing for each of several tensors. */
static bool is_nothing(json_t *json)
{
    for (size_t i = 0; i < json_array_size(json); i++)
        if (!json_is_null(json_array_get(json, i)))
            return false;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
        if (!json_is_null(value))
            return false;
    return json_is_null(json) || json_is_array(json) || json_is_object(json);
}

/* What is not a constant by its type: one tensor, or null, or the list and the map where these fit. */
static bool give_tensors(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    const struct al_argument *a = &c->row->arguments[argument];
    if (al_keras_is_tensor(c, json))
        return give_tensor(c, argument, json, place);
    bool wrapped = json_array_size(json) == 1 && al_keras_is_tensor(c, json_array_get(json, 0));
    if (wrapped && a->type != AL_ARGUMENT_TENSORS)
        return give_tensor(c, argument, json_array_get(json, 0), place);
    if (is_nothing(json) && (a->type == AL_ARGUMENT_MASK || (a->flags & AL_ARGUMENT_OPTIONAL)))
        return true;
    if (json_is_array(json) && a->type == AL_ARGUMENT_TENSORS)
        return al_keras_tensor_list(c, argument, json, 0, place);
    if (json_is_object(json) && json_object_get(json, "class_name") == NULL && a->type == AL_ARGUMENT_TENSORS)
        return al_keras_tensor_map(c, argument, json, place);
    return a->type == AL_ARGUMENT_OPERAND ? give_operand(c, argument, json, place) : refuse(c, argument, json, place);
}

bool al_keras_argument(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place)
{
    const struct al_argument *a = &c->row->arguments[argument];
    struct al_findings *f = c->graph->k->findings;
    if (c->taken[argument] && al_keras_is_object(json) && !al_keras_is_tensor(c, json))
        return refuse(c, argument, json, place);
    if (c->taken[argument])
        return al_find(f, AL_KERAS_ARGUMENT, place, "an argument once", al_text_of(a->name),
                       "the argument %s of %s is given twice", a->name, c->row->name);
    c->taken[argument] = true;
    switch (a->type) {
    case AL_ARGUMENT_TENSOR:
    case AL_ARGUMENT_TENSORS:
    case AL_ARGUMENT_OPERAND:
    case AL_ARGUMENT_MASK:
        return give_tensors(c, argument, json, place);
    case AL_ARGUMENT_VALUE:
        return give_value(c, argument, json, place);
    case AL_ARGUMENT_INDEX:
        return give_index(c, argument, json, place);
    case AL_ARGUMENT_TRAINING:
        if (json_is_null(json) || json_is_false(json) || ((a->flags & AL_ARGUMENT_OVERRIDDEN) && json_is_true(json)))
            return true;
        if (al_keras_is_object(json))
            return refuse(c, argument, json, place);
        return al_find(f, AL_KERAS_TRAINING_ARGUMENT, place, "false or null", al_json_show(f, json),
                       "%s is called as if the model were being trained", c->row->name);
    case AL_ARGUMENT_IGNORED:
        return is_nothing(json) || refuse(c, argument, json, place);
    }
    return false;
}

bool al_keras_keyword(struct al_keras_call *c, const char *name, json_t *json, const struct al_place *place)
{
    struct al_findings *f = c->graph->k->findings;
    for (uint32_t i = 0; i < c->row->argument_count; i++)
        if (strcmp(c->row->arguments[i].name, name) == 0)
            return al_keras_argument(c, i, json, place);
    /* Functional files carry keywords that nobody gave: they say nothing where they are null */
    if (json_is_null(json) || (json_is_false(json) && strcmp(name, "training") == 0))
        return true;
    struct al_keras_object o;
    if (al_keras_is_object(json) && !al_keras_is_tensor(c, json) &&
        (!al_keras_object(c->graph->k, json, place, &o) || !al_keras_refuse_callable(c->graph->k, &o, place)))
        return false;
    return al_find(f, AL_KERAS_ARGUMENT, place, NULL, al_json_show(f, json), "%s takes no argument \"%s\"",
                   c->row->name, al_show(f, al_text_of(name)));
}
