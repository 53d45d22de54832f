/* A functional model: its layers, the calls between them, its inputs and outputs
   (keras/src/models/functional.py, and keras/engine/functional.py of Keras 2). */
#include "loader/keras/graph.h"

#include <stdlib.h>
#include <string.h>

enum { TENSOR_FIELDS = 3, PORTS_NESTED = 4 };

static int by_name(const void *a, const void *b)
{
    const struct al_text x = (*(const struct al_keras_entry *const *)a)->name;
    const struct al_text y = (*(const struct al_keras_entry *const *)b)->name;
    int order = memcmp(x.at, y.at, x.length < y.length ? x.length : y.length);
    return order != 0 ? order : (x.length > y.length) - (x.length < y.length);
}

static const struct al_keras_entry *find_entry(const struct al_keras_graph *g, struct al_text name)
{
    const struct al_keras_entry wanted = {.name = name}, *key = &wanted;
    const struct al_keras_entry *const *found =
        bsearch(&key, g->by_name, g->entry_count, sizeof g->by_name[0], by_name);
    return found != NULL ? *found : NULL;
}

uint32_t al_keras_first_call(const struct al_keras_graph *g, json_t *name)
{
    const struct al_keras_entry *entry = json_is_string(name) ? find_entry(g, al_json_text(name)) : NULL;
    return entry != NULL && g->k->layers[entry->layer].starts_with_node ? 1 : 0;
}

bool al_keras_tensor(struct al_keras_graph *g, json_t *name, json_t *node, json_t *tensor, uint32_t from,
                     const struct al_place *place, struct al_item *out)
{
    struct al_findings *f = g->k->findings;
    if (!json_is_string(name) || !json_is_integer(node) || !json_is_integer(tensor))
        return al_find(f, AL_GRAPH_REFERENCE, place, "a layer's name and two numbers", AL_NOTHING,
                       "something else than a tensor of the graph");
    const struct al_keras_entry *entry = find_entry(g, al_json_text(name));
    if (entry == NULL)
        return al_find(f, AL_GRAPH_REFERENCE, place, "a layer of this model", al_json_text(name),
                       "a tensor of a layer that is not there");
    int64_t call = json_integer_value(node), output = json_integer_value(tensor);
    if (call < from || call - from >= entry->node_count)
        return al_find(f, AL_GRAPH_REFERENCE, place, al_found(f, "%u to %u", from, from + entry->node_count).at,
                       al_found(f, "%lld", (long long)call), "a call that the layer \"%s\" does not have",
                       al_show(f, entry->name));
    if (output < 0 || output > AL_MAX_CALL_ITEMS)
        return al_find(f, AL_GRAPH_REFERENCE, place, "an output's number", al_found(f, "%lld", (long long)output),
                       "an output that the layer \"%s\" does not have", al_show(f, entry->name));
    *out = (struct al_item){.call = entry->first_node + (uint32_t)(call - from), .output = (uint32_t)output};
    return true;
}

static bool read_entries(struct al_keras_graph *g, uint32_t owner, json_t *layers, const struct al_place *place)
{
    struct al_keras *k = g->k;
    size_t count = json_array_size(layers);
    if (!json_is_array(layers) || count == 0 || count > AL_MAX_LAYERS)
        return al_find(k->findings, AL_KERAS_FORM, place, "a list of layers", al_json_show(k->findings, layers),
                       "a functional model without layers");
    g->entries = al_arena_alloc(k->arena, count, sizeof *g->entries);
    g->by_name = al_arena_alloc(k->arena, count, sizeof(struct al_keras_entry *));
    if (g->entries == NULL || g->by_name == NULL)
        return al_keras_no_memory(k);
    for (size_t i = 0; i < count; i++) {
        struct al_keras_entry *entry = &g->entries[i];
        struct al_place at = al_place_index(place, i);
        entry->json = json_array_get(layers, i);
        if (!al_keras_layer_read(k, entry->json, &at, owner, "layers", true, &entry->layer))
            return false;
        entry->name = k->model->layers[entry->layer].name;
        g->by_name[i] = entry;
    }
    g->entry_count = (uint32_t)count;
    qsort(g->by_name, count, sizeof g->by_name[0], by_name);
    for (size_t i = 1; i < count; i++)
        if (al_text_equal(g->by_name[i - 1]->name, g->by_name[i]->name))
            return al_find(k->findings, AL_GRAPH_DUPLICATE_NAME, place, "names that differ", g->by_name[i]->name,
                           "two layers of one name");
    return true;
}

/* An InputLayer is one call of its own; all others have as many as the file lists. */
static bool count_nodes(struct al_keras_graph *g, const struct al_place *place)
{
    struct al_keras *k = g->k;
    uint64_t total = 0;
    for (uint32_t i = 0; i < g->entry_count; i++) {
        struct al_keras_entry *entry = &g->entries[i];
        struct al_place up = al_place_index(place, i), at = al_place_key(&up, al_text_of("inbound_nodes"));
        json_t *nodes = json_object_get(entry->json, "inbound_nodes");
        size_t count = json_array_size(nodes);
        bool input = k->model->layers[entry->layer].kind == AL_KIND_INPUT_LAYER;
        if (!json_is_array(nodes) || input != (count == 0))
            return al_find(k->findings, AL_GRAPH_UNCONNECTED, &at, input ? "an empty list" : "at least one call",
                           al_json_show(k->findings, nodes),
                           input ? "an InputLayer that is given something" : "a layer that is never called");
        entry->first_node = (uint32_t)total;
        entry->node_count = input ? 1 : (uint32_t)(count < AL_MAX_CALLS ? count : AL_MAX_CALLS + 1);
        total += entry->node_count;
        if (total > AL_MAX_CALLS)
            return al_find(k->findings, AL_LIMIT_LAYERS, &at, NULL, AL_NOTHING, "more calls than Airlock reads");
    }
    g->node_count = (uint32_t)total;
    g->nodes = al_arena_alloc(k->arena, (size_t)total, sizeof *g->nodes);
    return g->nodes != NULL || al_keras_no_memory(k);
}

/* The settings of an operation of Keras 2 stand in its call, so that it can be called only once. */
static bool finish_operation(struct al_keras *k, const struct al_keras_entry *entry, const struct al_row *row,
                             const struct al_place *place)
{
    if (row->param_count > 0 && entry->node_count != 1)
        return al_find(k->findings, AL_KERAS_ARGUMENT, place, "one call", AL_NOTHING,
                       "an operation that is called again, perhaps with other settings");
    return al_keras_default_params(k, entry->layer, row, NULL, place);
}

static bool read_node(struct al_keras_graph *g, const struct al_keras_entry *entry, uint32_t number,
                      const struct al_place *place)
{
    struct al_keras *k = g->k;
    struct al_keras_node *node = &g->nodes[entry->first_node + number];
    json_t *json = json_array_get(json_object_get(entry->json, "inbound_nodes"), number);
    node->layer = entry->layer;
    if (json == NULL)
        return true;
    const struct al_row *row = al_row_of(k->policy, k->model->layers[entry->layer].kind);
    struct al_keras_call call = {.graph = g, .row = row, .layer = entry->layer, .legacy = json_object_get(json, "args") == NULL};
    call.slots = al_arena_alloc(k->arena, row->argument_count, sizeof *call.slots);
    call.taken = al_arena_alloc(k->arena, row->argument_count, sizeof *call.taken);
    if (call.slots == NULL || call.taken == NULL)
        return al_keras_no_memory(k);
    if (!(call.legacy ? al_keras_legacy_node_read(&call, json, place) : al_keras_node_read(&call, json, place)))
        return false;
    if (row->operation && k->keras2 && !finish_operation(k, entry, row, place))
        return false;
    /* what was given moves to the front, in the order of the row's arguments */
    node->given = call.slots;
    for (uint32_t i = 0; i < row->argument_count; i++)
        if (call.slots[i].count > 0)
            node->given[node->given_count++] = call.slots[i];
    return true;
}

static bool read_nodes(struct al_keras_graph *g, const struct al_place *place)
{
    for (uint32_t i = 0; i < g->entry_count; i++) {
        struct al_place up = al_place_index(place, i), list = al_place_key(&up, al_text_of("inbound_nodes"));
        for (uint32_t n = 0; n < g->entries[i].node_count; n++) {
            struct al_place at = al_place_index(&list, n);
            if (!read_node(g, &g->entries[i], n, &at))
                return false;
        }
    }
    return true;
}

/* Where the ends of a model are gathered. */
struct ports {
    struct al_keras_graph *graph;
    const uint32_t *call_of;
    bool inputs;
    uint32_t count;
    size_t room;
    struct al_port *list;
    struct al_text *keys;        /* as a map names them; beside the list */
    size_t key_room;
};

static bool add_port(struct ports *p, json_t *json, struct al_text key, const struct al_place *place)
{
    struct al_keras *k = p->graph->k;
    json_t *name = json_array_get(json, 0);
    struct al_item item;
    if (!al_keras_tensor(p->graph, name, json_array_get(json, 1), json_array_get(json, 2),
                         al_keras_first_call(p->graph, name), place, &item))
        return false;
    uint32_t layer = p->graph->nodes[item.call].layer;
    if (p->inputs && k->model->layers[layer].kind != AL_KIND_INPUT_LAYER)
        return al_find(k->findings, AL_GRAPH_INPUT, place, "an InputLayer", al_json_text(name),
                       "an input of the model that is not an InputLayer");
    struct al_port *list = al_arena_grow(k->arena, p->list, p->count, &p->room, sizeof *list);
    struct al_text *keys = al_arena_grow(k->arena, p->keys, p->count, &p->key_room, sizeof *keys);
    if (list == NULL || keys == NULL)
        return al_keras_no_memory(k);
    p->list = list;
    p->keys = keys;
    struct al_text layer_name = k->model->layers[layer].name;
    list[p->count] = (struct al_port){.name = layer_name, .call = p->call_of[item.call], .output = item.output};
    keys[p->count++] = key.at != NULL ? key : layer_name;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_ports(struct ports *p, json_t *json, struct al_text key, const struct al_place *place, uint32_t depth);

/* A map of ends: Keras flattens it in the order of its sorted keys. */
static bool read_port_map(struct ports *p, json_t *json, const struct al_place *place, uint32_t depth)
{
    struct al_keras *k = p->graph->k;
    size_t count = json_object_size(json), at = 0;
    const char **keys = al_arena_alloc(k->arena, count, sizeof *keys);
    if (keys == NULL)
        return al_keras_no_memory(k);
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
        keys[at++] = key;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count; i++) {
        struct al_place step = al_place_key(place, al_text_of(keys[i]));
        char *copy = al_arena_copy(k->arena, keys[i], strlen(keys[i]));
        if (copy == NULL)
            return al_keras_no_memory(k);
        if (!read_ports(p, json_object_get(json, keys[i]), al_text_of(copy), &step, depth + 1))
            return false;
    }
    return true;
}

/* ["name", 0, 0], a list of such, or a map of such. */
static bool read_ports(struct ports *p, json_t *json, struct al_text key, const struct al_place *place, uint32_t depth)
{
    struct al_keras *k = p->graph->k;
    if (json_array_size(json) == TENSOR_FIELDS && json_is_string(json_array_get(json, 0)))
        return add_port(p, json, key, place);
    if (depth >= PORTS_NESTED || !(json_is_array(json) || json_is_object(json)) || p->count > AL_MAX_CALL_ITEMS)
        return al_find(k->findings, AL_GRAPH_REFERENCE, place, "[\"layer\", 0, 0], or a list or map of such",
                       al_json_show(k->findings, json), "an end of the model that is no tensor");
    if (json_is_object(json))
        return read_port_map(p, json, place, depth);
    for (size_t i = 0; i < json_array_size(json); i++) {
        struct al_place at = al_place_index(place, i);
        if (!read_ports(p, json_array_get(json, i), key, &at, depth + 1))
            return false;
    }
    return true;
}

static bool name_taken(const struct ports *p, uint32_t count, struct al_text name)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (al_text_equal(p->keys[i], name) || (i < count && al_text_equal(p->list[i].name, name)))
            return true;
    return false;
}

/* Two outputs of one layer would have one name: the later ones get a number, as in Keras 2,
   the first that gives a name of which there is no other. */
static bool tell_apart(struct al_keras *k, struct ports *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        p->keys[i] = p->list[i].name;
    for (uint32_t i = 0; i < p->count && p->count <= AL_MAX_CALL_ITEMS; i++) {
        uint32_t before = 0;
        for (uint32_t j = 0; j < i; j++)
            before += al_text_equal(p->keys[j], p->keys[i]) ? 1 : 0;
        bool again = before > 0;
        for (uint32_t n = before; again; n++) {
            char *name = al_arena_format(k->arena, "%.*s_%u", (int)p->keys[i].length, p->keys[i].at, n);
            if (name == NULL)
                return al_keras_no_memory(k);
            p->list[i].name = al_text_of(name);
            again = name_taken(p, i, p->list[i].name);
        }
    }
    return true;
}

static bool read_ends(struct al_keras_graph *g, uint32_t layer, json_t *config, const uint32_t *call_of,
                      const struct al_place *place, struct al_graph *out)
{
    struct al_keras *k = g->k;
    struct ports in = {.graph = g, .call_of = call_of, .inputs = true}, ends = {.graph = g, .call_of = call_of};
    struct al_place at = al_place_key(place, al_text_of("input_layers"));
    if (!read_ports(&in, json_object_get(config, "input_layers"), AL_NOTHING, &at, 0))
        return false;
    at = al_place_key(place, al_text_of("output_layers"));
    if (!read_ports(&ends, json_object_get(config, "output_layers"), AL_NOTHING, &at, 0) || !tell_apart(k, &ends))
        return false;
    out->inputs = in.list;
    out->input_count = in.count;
    out->outputs = ends.list;
    out->output_count = ends.count;
    k->layers[layer].input_keys = in.keys;
    k->layers[layer].input_count = in.count;
    return true;
}

static bool read_keys(struct al_keras *k, uint32_t layer, json_t *config, const struct al_place *place)
{
    static const char *const own[] = {"layers", "input_layers", "output_layers"};
    const char *key;
    json_t *value;
    json_object_foreach(config, key, value) {
        struct al_place at = al_place_key(place, al_text_of(key));
        bool handled = false;
        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
            handled = handled || strcmp(key, own[i]) == 0;
        if (!handled && !al_keras_common_key(k, layer, key, value, &at, &handled))
            return false;
        if (!handled)
            return al_find(k->findings, AL_KERAS_UNKNOWN_KEY, &at, NULL, al_json_show(k->findings, value),
                           "a functional model has no setting \"%s\"", al_show(k->findings, al_text_of(key)));
    }
    return true;
}

bool al_keras_functional(struct al_keras *k, uint32_t layer, json_t *config, const struct al_place *place)
{
    struct al_keras_graph g = {.k = k};
    struct al_place at = al_place_key(place, al_text_of("layers"));
    struct al_graph *out = al_arena_alloc(k->arena, 1, sizeof *out);
    if (out == NULL)
        return al_keras_no_memory(k);
    k->layers[layer].starts_with_node = true;
    if (!read_keys(k, layer, config, place) || !read_entries(&g, layer, json_object_get(config, "layers"), &at) ||
        !al_keras_adopt(k, layer) || !count_nodes(&g, &at) || !read_nodes(&g, &at))
        return false;
    uint32_t *call_of = al_arena_alloc(k->arena, g.node_count, sizeof *call_of);
    if (call_of == NULL)
        return al_keras_no_memory(k);
    if (!al_keras_order(&g, &at, out, call_of) || !read_ends(&g, layer, config, call_of, place, out))
        return false;
    k->model->layers[layer].graph = out;
    return true;
}
