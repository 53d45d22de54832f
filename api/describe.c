/* The verified model as facts for people and programs: a summary, its layers and its
   weights. Names come from the file and are escaped here. */
#include "api/report.h"
#include "validator/catalogue.h"

#include <string.h>

struct described {
    struct al_report *report;
    const struct al_model *model;
    struct al_layer_facts *layers;      /* one per layer of the model, layer 0 (the model itself) included */
};

static bool describe_port(struct al_arena *arena, struct al_port_facts *out, struct al_text name,
                          const struct al_shape *shape, enum al_dtype dtype)
{
    const char *shown = al_fact_text(arena, name);
    int64_t *dims = al_arena_alloc(arena, shape->rank, sizeof *dims);
    if (shown == NULL || dims == NULL)
        return false;
    for (uint32_t i = 0; i < shape->rank; i++)
        dims[i] = shape->dim[i];
    *out = (struct al_port_facts){shown, al_dtype_name(dtype), shape->rank, dims};
    return true;
}

/* `count` ports, and the array of pointers to them that callers get. */
static struct al_port_facts *new_ports(struct al_arena *arena, uint32_t count,
                                       const struct al_port_facts *const **pointers)
{
    struct al_port_facts *ports = al_arena_alloc(arena, count, sizeof *ports);
    const struct al_port_facts **list = al_arena_alloc(arena, count, sizeof *list);
    if (ports == NULL || list == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        list[i] = &ports[i];
    *pointers = list;
    return ports;
}

static bool describe_ends(struct al_arena *arena, const struct al_graph *g, const struct al_port *ends,
                          uint32_t count, const struct al_port_facts *const **pointers)
{
    struct al_port_facts *ports = new_ports(arena, count, pointers);
    if (ports == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct al_call *call = &g->calls[ends[i].call];
        if (!describe_port(arena, &ports[i], ends[i].name, &call->output_shapes[ends[i].output],
                           call->output_dtypes[ends[i].output]))
            return false;
    }
    return true;
}

static uint64_t numbers_in(const struct al_tensor *t)
{
    uint64_t count = 0;
    return al_shape_count(&t->shape, 0, t->shape.rank, &count) ? count : 0;
}

static bool describe_summary(struct al_report *r, const struct al_model *m)
{
    struct al_model_facts *facts = al_arena_alloc(r->arena, 1, sizeof *facts);
    if (facts == NULL || (facts->name = al_fact_text(r->arena, m->name)) == NULL)
        return false;
    for (uint32_t i = 0; i < m->tensor_count; i++)
        facts->parameters += numbers_in(&m->tensors[i]);
    if (m->layer_count > 0) {
        const struct al_layer *top = &m->layers[0];
        const struct al_graph *g = top->graph;
        facts->layers = top->child_count;
        facts->input_count = g->input_count;
        facts->output_count = g->output_count;
        facts->ends = al_report_ends(r, m, g);
        facts->trainable = top->trainable;
        facts->dtype = al_dtype_name(top->compute_dtype);
        facts->variable_dtype = al_dtype_name(top->variable_dtype);
        if (facts->ends == NULL || !describe_ends(r->arena, g, g->inputs, g->input_count, &facts->inputs) ||
            !describe_ends(r->arena, g, g->outputs, g->output_count, &facts->outputs))
            return false;
    }
    r->model = facts;
    return true;
}

static void add_name(struct al_buffer *b, const struct al_model *m, const struct al_graph *g,
                     const struct al_item *item)
{
    if (item->call == AL_NONE_INDEX)
        return;
    if (b->size > 0)
        al_buffer_text(b, ", ");
    al_text_escape(b, m->layers[g->calls[item->call].layer].name, AL_MAX_NAME_BYTES);
}

static const char *feeders(struct described *d, const struct al_graph *g, const struct al_call *call)
{
    struct al_buffer b;
    al_buffer_init(&b, (size_t)1 << 20);
    for (uint32_t i = 0; i < call->given_count; i++)
        for (uint32_t k = 0; k < call->given[i].count; k++)
            add_name(&b, d->model, g, &call->given[i].items[k]);
    const char *text = b.failed ? "" : al_arena_copy(d->report->arena, b.data, b.size);
    al_buffer_free(&b);
    return text;
}

/* What only a call says of a layer: where it stands in its graph. */
static bool describe_calls(struct described *d, const struct al_graph *g)
{
    for (uint32_t c = 0; g != NULL && c < g->call_count; c++) {
        const struct al_call *call = &g->calls[c];
        struct al_layer_facts *layer = &d->layers[call->layer];
        if (layer->outputs != NULL)
            continue;
        struct al_port_facts *ports = new_ports(d->report->arena, call->output_count, &layer->outputs);
        if (ports == NULL || (layer->from = feeders(d, g, call)) == NULL ||
            !al_report_calls(d->report, d->model, g, call->layer, layer))
            return false;
        layer->output_count = call->output_count;
        for (uint32_t i = 0; i < call->output_count; i++)
            if (!describe_port(d->report->arena, &ports[i], AL_NOTHING, &call->output_shapes[i],
                               call->output_dtypes[i]))
                return false;
    }
    return true;
}

static bool describe_layer(struct described *d, uint32_t index)
{
    const struct al_layer *layer = &d->model->layers[index];
    const struct al_row *row = al_row_of(d->report->policy, layer->kind);
    struct al_layer_facts *facts = &d->layers[index];
    const char *name = al_fact_text(d->report->arena, layer->name);
    if (name == NULL)
        return false;
    /* layer 0 is the model; its children stand at depth 0 */
    uint32_t depth = layer->owner == AL_NONE_INDEX || layer->owner == 0 ? 0 : d->layers[layer->owner].depth + 1;
    *facts = (struct al_layer_facts){.name = name,
                                     .kind = row != NULL ? row->name : "custom",
                                     .depth = depth,
                                     .trainable = layer->trainable,
                                     .dtype = al_dtype_name(layer->compute_dtype),
                                     .from = "",
                                     .variable_dtype = "",
                                     .ends = ""};
    for (uint32_t w = 0; w < layer->weight_count; w++)
        if (layer->weights[w] != AL_NONE_INDEX)
            facts->parameters += numbers_in(&d->model->tensors[layer->weights[w]]);
    return row == NULL || al_report_settings(d->report, d->model, layer, row, facts);
}

static bool describe_layers(struct al_report *r, const struct al_model *m)
{
    struct described d = {.report = r, .model = m};
    d.layers = al_arena_alloc(r->arena, m->layer_count, sizeof *d.layers);
    r->layers = al_arena_alloc(r->arena, m->layer_count, sizeof *r->layers);
    if (d.layers == NULL || r->layers == NULL)
        return false;
    for (uint32_t i = 0; i < m->layer_count; i++)
        if (!describe_layer(&d, i))
            return false;
    /* owners stand before what they own: from the end, every sum is complete when it is passed on */
    for (uint32_t i = m->layer_count; i-- > 1;)
        d.layers[m->layers[i].owner].parameters += d.layers[i].parameters;
    for (uint32_t i = 0; i < m->layer_count; i++)
        if (!describe_calls(&d, m->layers[i].graph))
            return false;
    for (uint32_t i = 1; i < m->layer_count; i++)
        r->layers[r->layer_count++] = &d.layers[i];
    return true;
}

static bool describe_weight(struct al_report *r, const struct al_model *m, uint32_t tensor, const char *layer,
                            const char *name)
{
    const struct al_tensor *t = &m->tensors[tensor];
    struct al_weight_facts *facts = al_arena_alloc(r->arena, 1, sizeof *facts);
    struct al_port_facts as_port;
    if (facts == NULL || !describe_port(r->arena, &as_port, t->name, &t->shape, t->dtype))
        return false;
    *facts = (struct al_weight_facts){layer,          name,          as_port.name, as_port.dtype,
                                      as_port.rank, as_port.shape, t->bytes,       NULL};
    r->weight_tensors[r->weight_count] = tensor;
    r->weights[r->weight_count++] = facts;
    return true;
}

static bool describe_weights(struct al_report *r, const struct al_model *m)
{
    r->weights = al_arena_alloc(r->arena, m->tensor_count, sizeof *r->weights);
    r->weight_tensors = al_arena_alloc(r->arena, m->tensor_count, sizeof *r->weight_tensors);
    if (r->weights == NULL || r->weight_tensors == NULL)
        return false;
    for (uint32_t i = 0; m->layer_count == 0 && i < m->tensor_count; i++)
        if (!describe_weight(r, m, i, "", ""))
            return false;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        const struct al_layer *layer = &m->layers[i];
        for (uint32_t w = 0; w < layer->weight_count; w++)
            if (layer->weights[w] != AL_NONE_INDEX && r->weight_count < m->tensor_count &&
                !describe_weight(r, m, layer->weights[w], i > 0 ? r->layers[i - 1]->name : r->model->name,
                                 layer->demands[w].name))
                return false;
    }
    return true;
}

bool al_report_describe(struct al_report *r, const struct al_model *m)
{
    return describe_summary(r, m) && (m->layer_count == 0 || describe_layers(r, m)) && describe_weights(r, m);
}
