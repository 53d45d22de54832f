/* A functional model's graph between the file and the typed model: the calls as the
   file lists them, referring to each other by layer and number of the call. */
#ifndef AL_LOADER_KERAS_GRAPH_H
#define AL_LOADER_KERAS_GRAPH_H

#include "loader/keras/reading.h"

struct al_keras_node {
    uint32_t layer;
    uint32_t given_count;
    struct al_given *given;      /* item.call counts nodes here, until they are put in order */
};

/* A layer of the model and the nodes that its calls are. */
struct al_keras_entry {
    struct al_text name;
    uint32_t layer;
    uint32_t first_node, node_count;
    json_t *json;                /* borrowed */
};

struct al_keras_graph {
    struct al_keras *k;
    uint32_t entry_count;
    struct al_keras_entry *entries;
    const struct al_keras_entry **by_name; /* sorted */
    uint32_t node_count;
    struct al_keras_node *nodes;
};

/* One call being read: a slot for each argument of the row. */
struct al_keras_call {
    struct al_keras_graph *graph;
    const struct al_row *row;
    uint32_t layer;
    bool legacy;                 /* tensors are written ["name", node, tensor], as in Keras 2 */
    json_t *keywords;            /* borrowed; legacy: those beside the first tensor, which the others repeat */
    struct al_given *slots;      /* row->argument_count of them */
    bool *taken;
};

/* functional.c: the output `tensor` of call number `node` of the layer called `name`, as an item.
   `from` is the number that the layer's first call has here: 0, or 1 for models that Keras counts from 1. */
bool al_keras_tensor(struct al_keras_graph *g, json_t *name, json_t *node, json_t *tensor, uint32_t from,
                     const struct al_place *place, struct al_item *out);
/* The number of a layer's first call where Keras 2 writes of it, and where input_layers and output_layers do. */
uint32_t al_keras_first_call(const struct al_keras_graph *g, json_t *name);

/* arguments.c */
bool al_keras_argument(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place);
bool al_keras_keyword(struct al_keras_call *c, const char *name, json_t *json, const struct al_place *place);
bool al_keras_tensor_map(struct al_keras_call *c, uint32_t argument, json_t *json, const struct al_place *place);
bool al_keras_tensor_list(struct al_keras_call *c, uint32_t argument, json_t *list, size_t from,
                          const struct al_place *place);

/* nodes.c, nodes_legacy.c: one entry of inbound_nodes into the call's slots. */
bool al_keras_node_read(struct al_keras_call *c, json_t *json, const struct al_place *place);
bool al_keras_legacy_node_read(struct al_keras_call *c, json_t *json, const struct al_place *place);
bool al_keras_is_tensor(const struct al_keras_call *c, json_t *json);
bool al_keras_tensor_item(struct al_keras_call *c, json_t *json, const struct al_place *place, struct al_item *out);

/* slicing.c: the key of a subscript. */
bool al_keras_index(struct al_keras *k, json_t *json, const struct al_place *place, struct al_value *out);

/* order.c: nodes into calls, each behind what it uses; call_of[node] is where it went. */
bool al_keras_order(struct al_keras_graph *g, const struct al_place *place, struct al_graph *out, uint32_t *call_of);

#endif
