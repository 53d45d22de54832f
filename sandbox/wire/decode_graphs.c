/* The graphs of a model: each call uses only earlier calls of the same graph, so a
   cycle cannot be written down. */
#include "sandbox/wire/decode.h"

enum {
    /* the fewest bytes one of them takes on the wire */
    LEAST_CALL = 4 + 4,
    LEAST_GIVEN = 4 + 1 + 4,
    LEAST_ITEM = 4 + 1,
    LEAST_PORT = 4 + 4 + 4
};

static void get_item(struct al_reader *r, struct al_item *item, uint32_t earlier)
{
    uint32_t tainted_call = al_get_u32(r);
    if (!al_reader_require(r, tainted_call < earlier || tainted_call == AL_NONE_INDEX, "a call uses earlier calls"))
        return;
    item->call = tainted_call;
    if (tainted_call != AL_NONE_INDEX) {
        item->output = al_get_u32_below(r, AL_MAX_CALL_ITEMS, "an output's number is in range");
        return;
    }
    al_get_value(r, &item->value);
    (void)al_reader_require(r, item->value.type != AL_VALUE_LAYER, "a constant is not a layer");
}

static void get_given(struct al_reader *r, struct al_given *given, uint32_t argument_count, uint32_t earlier,
                      uint32_t *items_left)
{
    uint32_t tainted_argument = al_get_u32(r);
    if (!al_reader_require(r, tainted_argument < argument_count, "an argument is one of the row's"))
        return;
    given->argument = tainted_argument;
    given->list = al_get_bool(r);
    uint32_t count = al_get_count(r, *items_left, LEAST_ITEM, "a call is given at most 4096 things");
    *items_left -= count;
    given->items = al_reader_room(r, count, sizeof *given->items);
    for (uint32_t i = 0; i < count && al_reader_good(r); i++)
        get_item(r, &given->items[i], earlier);
    given->count = al_reader_good(r) ? count : 0;
}

static void get_call(struct al_reader *r, const struct al_model *m, uint32_t owner, uint32_t index,
                     const struct al_wire_context *context)
{
    struct al_call *call = &m->layers[owner].graph->calls[index];
    uint32_t tainted_layer = al_get_u32(r);
    if (!al_reader_require(r, tainted_layer < m->layer_count && m->layers[tainted_layer].owner == owner,
                           "a graph calls layers of its own"))
        return;
    call->layer = tainted_layer;
    const struct al_row *row = al_row_of(context->policy, m->layers[tainted_layer].kind);
    uint32_t count = al_get_count(r, row->argument_count, LEAST_GIVEN, "a call has at most the row's arguments");
    call->given = al_reader_room(r, count, sizeof *call->given);
    uint32_t items_left = AL_MAX_CALL_ITEMS;
    for (uint32_t i = 0; i < count && al_reader_good(r); i++)
        get_given(r, &call->given[i], row->argument_count, index, &items_left);
    call->given_count = al_reader_good(r) ? count : 0;
}

static struct al_port *get_ports(struct al_reader *r, uint32_t call_count, uint32_t *port_count)
{
    uint32_t count = al_get_count(r, AL_MAX_CALL_ITEMS, LEAST_PORT, "a graph has at most 4096 ends");
    struct al_port *ports = al_reader_room(r, count, sizeof *ports);
    for (uint32_t i = 0; i < count && al_reader_good(r); i++) {
        ports[i].name = al_get_text(r, AL_MAX_NAME_BYTES);
        uint32_t tainted_call = al_get_u32(r);
        if (al_reader_require(r, tainted_call < call_count, "an end of a graph is one of its calls"))
            ports[i].call = tainted_call;
        ports[i].output = al_get_u32_below(r, AL_MAX_CALL_ITEMS, "an output's number is in range");
    }
    *port_count = al_reader_good(r) ? count : 0;
    return ports;
}

void al_unwire_graphs(struct al_reader *r, struct al_model *m, const struct al_wire_context *context)
{
    uint32_t calls_left = AL_MAX_CALLS;
    for (uint32_t i = 0; i < m->layer_count && al_reader_good(r); i++) {
        struct al_graph *graph = m->layers[i].graph;
        if (graph == NULL)
            continue;
        uint32_t count = al_get_count(r, calls_left, LEAST_CALL, "all graphs have at most 200000 calls");
        calls_left -= count;
        graph->calls = al_reader_room(r, count, sizeof *graph->calls);
        for (uint32_t k = 0; k < count && al_reader_good(r); k++)
            get_call(r, m, i, k, context);
        graph->call_count = al_reader_good(r) ? count : 0;
        graph->inputs = get_ports(r, count, &graph->input_count);
        graph->outputs = get_ports(r, count, &graph->output_count);
    }
}
