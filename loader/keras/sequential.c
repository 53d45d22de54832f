/* A Sequential model: a list of layers, each called once on what the one before it
   gives (keras/src/models/sequential.py). What is missing in the file is its input:
   Keras 2 writes the input's shape into the first layer, or not at all. */
#include "loader/keras/reading.h"

#include "validator/recurrence.h"

#include <string.h>

struct source {
    json_t *shape;             /* NULL: not said */
    bool from_build;           /* only build_config says it */
    struct al_place place;
};

static json_t *first_layer_shape(json_t *first)
{
    json_t *config = json_object_get(first, "config");
    json_t *shape = json_object_get(config, "batch_input_shape");
    return shape != NULL ? shape : json_object_get(config, "batch_shape");
}

static struct source find_shape(json_t *config, json_t *layers, json_t *build_config, const struct al_place *place)
{
    struct source s = {.place = *place, .shape = first_layer_shape(json_array_get(layers, 0))};
    if (s.shape == NULL || json_is_null(s.shape))
        s.shape = json_object_get(config, "build_input_shape");
    if (s.shape == NULL || json_is_null(s.shape)) {
        s.from_build = true;
        s.shape = json_object_get(build_config, "input_shape");
    }
    if (s.shape == NULL || json_is_null(s.shape)) {
        json_t *built = json_object_get(json_array_get(layers, 0), "build_config");
        s.shape = json_object_get(built, "input_shape");
    }
    if (json_is_null(s.shape))
        s.shape = NULL;
    return s;
}

/* The slot of InputLayer's shape, or NULL. */
static struct al_value *shape_of(struct al_keras *k, uint32_t input)
{
    const struct al_row *row = al_row_of(k->policy, AL_KIND_INPUT_LAYER);
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, "batch_shape") == 0)
            return &k->model->layers[input].params[i];
    return NULL;
}

static bool set_shape(struct al_keras *k, uint32_t input, json_t *json, const struct al_place *place)
{
    struct al_shape shape;
    struct al_value *slot = shape_of(k, input);
    if (!al_keras_shape(k, json, place, &shape))
        return false;
    int64_t *dims = al_arena_alloc(k->arena, shape.rank, sizeof *dims);
    if (dims == NULL || slot == NULL)
        return al_keras_no_memory(k);
    memcpy(dims, shape.dim, shape.rank * sizeof *dims);
    *slot = (struct al_value){.type = AL_VALUE_INTEGERS, .count = shape.rank, .integers = dims};
    return true;
}

/* An InputLayer that the file does not have, named as Keras 2 names it. */
static bool add_input(struct al_keras *k, uint32_t owner, json_t *first, const struct source *source, uint32_t *index)
{
    json_t *first_name = json_object_get(json_object_get(first, "config"), "name");
    struct al_text name = al_json_text(first_name);
    *index = al_keras_layer_add(k, AL_KIND_INPUT_LAYER, owner, al_text_of("InputLayer"), "layers", true);
    if (*index == AL_NONE_INDEX)
        return false;
    json_t *empty = json_object();
    bool good = al_keras_params(k, *index, al_row_of(k->policy, AL_KIND_INPUT_LAYER), empty, &source->place);
    json_decref(empty);
    char *copy = al_arena_format(k->arena, "%.*s_input", name.length < AL_MAX_NAME_BYTES - 8 ? (int)name.length : 0,
                                 name.at != NULL ? name.at : "");
    if (copy == NULL)
        return al_keras_no_memory(k);
    k->model->layers[*index].name = al_text_of(copy);
    if (good && source->from_build && source->shape != NULL)
        al_find(k->findings, AL_KERAS_BUILD_SHAPE, &source->place, NULL, al_json_show(k->findings, source->shape),
                "only build_config says what shape the model takes");
    return good && (source->shape == NULL || set_shape(k, *index, source->shape, &source->place));
}

/* A model in front of which nothing stands takes what its first layer, itself a model, takes. */
static bool borrow_shape(struct al_keras *k, uint32_t input, uint32_t first, const struct al_place *place)
{
    const struct al_graph *inner = k->model->layers[first].graph;
    struct al_value *slot = shape_of(k, input);
    if (slot->type == AL_VALUE_INTEGERS)
        return true;
    if (inner != NULL && inner->input_count == 1) {
        const struct al_value *there = shape_of(k, inner->calls[inner->inputs[0].call].layer);
        if (there->type == AL_VALUE_INTEGERS) {
            *slot = *there;
            return true;
        }
    }
    /* inside another model, the call gives the shape */
    if (k->depth > 1)
        return slot->type = AL_VALUE_NULL, true;
    return al_find(k->findings, AL_KERAS_NO_INPUT_SHAPE, place, "the shape of the input", AL_NOTHING,
                   "the model does not say what shape it takes");
}

/* How many tensors a layer gives, as far as its configuration says so: recurrent ones with their states,
   and models. */
static uint32_t output_count(const struct al_keras *k, uint32_t index)
{
    const struct al_model *m = k->model;
    const struct al_layer *l = &m->layers[index];
    const bool both_ways = l->kind == AL_KIND_BIDIRECTIONAL && l->child_count > 0;
    const struct al_layer *stepping = both_ways ? &m->layers[l->children[0]] : l;
    const uint32_t at = al_keras_find_param(al_row_of(k->policy, stepping->kind), "return_state");
    const uint32_t merge = both_ways ? al_keras_find_param(al_row_of(k->policy, l->kind), "merge_mode") : AL_NONE_INDEX;
    if (l->graph != NULL)
        return l->graph->output_count;
    const uint32_t results = merge != AL_NONE_INDEX && l->params[merge].type == AL_VALUE_NULL ? 2 : 1;
    if (at == AL_NONE_INDEX || stepping->params[at].integer == 0 || !al_is_recurrent(stepping->kind))
        return results;
    return results + (both_ways ? 2 : 1) * al_state_count(m, (uint32_t)(stepping - m->layers));
}

static bool chain(struct al_keras *k, uint32_t owner)
{
    const struct al_layer *l = &k->model->layers[owner];
    uint32_t count = l->child_count, outputs = output_count(k, l->children[count - 1]);
    struct al_graph *g = al_arena_alloc(k->arena, 1, sizeof *g);
    struct al_call *calls = al_arena_alloc(k->arena, count, sizeof *calls);
    struct al_given *given = al_arena_alloc(k->arena, count, sizeof *given);
    struct al_item *items = al_arena_alloc(k->arena, count, sizeof *items);
    struct al_port *ports = al_arena_alloc(k->arena, 1 + (size_t)outputs, sizeof *ports);
    struct al_text *keys = al_arena_alloc(k->arena, 1, sizeof *keys);
    if (g == NULL || calls == NULL || given == NULL || items == NULL || ports == NULL || keys == NULL)
        return al_keras_no_memory(k);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (struct al_item){.call = i - 1};
        given[i] = (struct al_given){.argument = 0, .count = 1, .items = &items[i]};
        calls[i] = (struct al_call){.layer = l->children[i], .given_count = i > 0 ? 1 : 0, .given = &given[i]};
    }
    keys[0] = k->model->layers[l->children[0]].name;
    ports[0] = (struct al_port){.name = keys[0], .call = 0};
    for (uint32_t i = 0; i < outputs; i++) {
        const struct al_text name = k->model->layers[l->children[count - 1]].name;
        char *numbered = i == 0 ? NULL
                                : al_arena_format(k->arena, "%.*s_%u", (int)name.length, name.at, i);
        if (i > 0 && numbered == NULL)
            return al_keras_no_memory(k);
        ports[1 + i] = (struct al_port){.name = i == 0 ? name : al_text_of(numbered), .call = count - 1, .output = i};
    }
    *g = (struct al_graph){count, calls, 1, &ports[0], outputs, &ports[1]};
    k->layers[owner].input_keys = keys;
    k->layers[owner].input_count = 1;
    k->model->layers[owner].graph = g;
    return true;
}

static bool read_layers(struct al_keras *k, uint32_t owner, json_t *config, json_t *layers, json_t *build_config,
                        const struct al_place *place)
{
    struct source source = find_shape(config, layers, build_config, place);
    uint32_t input = AL_NONE_INDEX;
    json_t *first = json_array_get(layers, 0);
    bool has_input = al_text_is(al_json_text(json_object_get(first, "class_name")), "InputLayer");
    bool told = !source.from_build && source.shape != NULL;
    if (!has_input && !add_input(k, owner, first, &source, &input))
        return false;
    k->layers[owner].starts_with_node = k->keras2 && (has_input || told);
    for (size_t i = 0; i < json_array_size(layers); i++) {
        struct al_place at = al_place_index(place, i);
        uint32_t index;
        if (!al_keras_layer_read(k, json_array_get(layers, i), &at, owner, "layers", true, &index))
            return false;
        if (i > 0 && k->model->layers[index].kind == AL_KIND_INPUT_LAYER)
            return al_find(k->findings, AL_GRAPH_INPUT, &at, "an InputLayer in front", AL_NOTHING,
                           "an InputLayer in the middle of a Sequential model");
        if (i == 0 && !has_input && !borrow_shape(k, input, index, &at))
            return false;
    }
    return true;
}

/* Names of layers differ, as a map from them is how Keras finds layers. */
static bool names_differ(struct al_keras *k, uint32_t owner, const struct al_place *place)
{
    const struct al_layer *l = &k->model->layers[owner];
    for (uint32_t i = 0; i < l->child_count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (al_text_equal(k->model->layers[l->children[i]].name, k->model->layers[l->children[j]].name))
                return al_find(k->findings, AL_GRAPH_DUPLICATE_NAME, place, "names that differ",
                               k->model->layers[l->children[i]].name, "two layers of one name");
    return true;
}

static bool read_keys(struct al_keras *k, uint32_t layer, json_t *config, const struct al_place *place)
{
    const char *key;
    json_t *value;
    json_object_foreach(config, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        bool handled = strcmp(key, "layers") == 0;
        if (!handled && !al_keras_common_key(k, layer, key, value, &at, &handled))
            return false;
        if (!handled)
            return al_find(k->findings, AL_KERAS_UNKNOWN_KEY, &at, NULL, al_json_show(k->findings, value),
                           "a Sequential model has no setting \"%s\"", al_show(k->findings, al_text_of(key)));
    }
    return true;
}

bool al_keras_sequential(struct al_keras *k, uint32_t layer, json_t *config, json_t *build_config,
                         const struct al_place *place)
{
    /* Keras up to 2.1 writes the list itself */
    json_t *layers = json_is_array(config) ? config : json_object_get(config, "layers");
    struct al_place at = json_is_array(config) ? *place : al_place_key(place, al_text_of("layers"));
    if (!json_is_array(layers) || json_array_size(layers) == 0)
        return al_find(k->findings, AL_KERAS_FORM, &at, "a list of layers", al_json_show(k->findings, layers),
                       "a Sequential model without layers");
    if (json_array_size(layers) > k->policy->limits.layers)
        return al_find(k->findings, AL_LIMIT_LAYERS, &at, al_found(k->findings, "at most %u", k->policy->limits.layers).at,
                       al_found(k->findings, "%zu", json_array_size(layers)),
                       "the model has more layers than the policy allows");
    return (json_is_array(config) || read_keys(k, layer, config, place)) &&
           read_layers(k, layer, config, layers, build_config, &at) && al_keras_adopt(k, layer) &&
           names_differ(k, layer, &at) && chain(k, layer);
}
