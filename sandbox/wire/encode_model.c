/* The typed model as bytes: layers, then graphs, then tensors. What al_infer
   fills in does not travel, the parent infers it again; children do not travel
   either, owners say it all. */
#include "sandbox/wire/put.h"
#include "sandbox/wire/wire.h"
#include "validator/catalogue.h"

void al_put_text(struct al_buffer *out, struct al_text text)
{
    al_buffer_u32(out, (uint32_t)text.length);
    al_buffer_bytes(out, text.at, text.length);
}

void al_put_shape(struct al_buffer *out, const struct al_shape *shape)
{
    al_buffer_u8(out, (uint8_t)shape->rank);
    for (uint32_t i = 0; i < shape->rank; i++)
        al_buffer_u64(out, (uint64_t)shape->dim[i]);
}

static void put_real(struct al_buffer *out, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    al_buffer_u64(out, bits);
}

void al_put_value(struct al_buffer *out, const struct al_value *value)
{
    al_buffer_u8(out, (uint8_t)value->type);
    switch (value->type) {
    case AL_VALUE_ABSENT:
    case AL_VALUE_NULL:
    case AL_VALUE_TYPE_COUNT:
        return;
    case AL_VALUE_BOOL:
        al_buffer_u8(out, value->integer != 0);
        return;
    case AL_VALUE_INTEGER:
        al_buffer_u64(out, (uint64_t)value->integer);
        return;
    case AL_VALUE_CHOICE:
    case AL_VALUE_LAYER:
        al_buffer_u32(out, (uint32_t)value->integer);
        return;
    case AL_VALUE_REAL:
        put_real(out, value->real);
        return;
    case AL_VALUE_TEXT:
        al_put_text(out, value->text);
        return;
    case AL_VALUE_INTEGERS:
        al_buffer_u32(out, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            al_buffer_u64(out, (uint64_t)value->integers[i]);
        return;
    case AL_VALUE_REALS:
        al_put_shape(out, &value->shape);
        for (uint32_t i = 0; i < value->count; i++)
            put_real(out, value->reals[i]);
        return;
    case AL_VALUE_TEXTS:
        al_buffer_u32(out, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            al_put_text(out, value->texts[i]);
        return;
    }
}

static void put_quantization(struct al_buffer *out, const struct al_quantization *q)
{
    al_buffer_u8(out, (uint8_t)q->mode);
    if (q->mode == AL_QUANTIZED_NONE)
        return;
    al_buffer_u8(out, (uint8_t)q->bits);
    al_buffer_u32(out, q->group);
    al_buffer_u8(out, q->inputs);
    if (!q->inputs)
        return;
    al_buffer_u8(out, (uint8_t)q->low);
    al_buffer_u8(out, (uint8_t)q->high);
    put_real(out, q->epsilon);
}

static bool put_layer(struct al_buffer *out, const struct al_model *m, uint32_t index, uint32_t param_count)
{
    const struct al_layer *layer = &m->layers[index];
    for (uint32_t i = 0; i < layer->child_count; i++)
        if (layer->children[i] <= (i == 0 ? index : layer->children[i - 1]) || layer->children[i] >= m->layer_count
            || m->layers[layer->children[i]].owner != index)
            return false;
    al_buffer_u32(out, layer->kind);
    al_buffer_u32(out, layer->owner);
    al_put_text(out, layer->name);
    al_buffer_u8(out, (uint8_t)layer->compute_dtype);
    al_buffer_u8(out, (uint8_t)layer->variable_dtype);
    put_quantization(out, &layer->quantization);
    al_buffer_u8(out, layer->trainable);
    al_buffer_u8(out, layer->graph != NULL);
    al_buffer_u32(out, param_count);
    for (uint32_t i = 0; i < param_count; i++)
        al_put_value(out, &layer->params[i]);
    al_buffer_u32(out, layer->weight_count);
    for (uint32_t i = 0; i < layer->weight_count; i++)
        al_buffer_u32(out, layer->weights[i]);
    return true;
}

static void put_call(struct al_buffer *out, const struct al_call *call)
{
    al_buffer_u32(out, call->layer);
    al_buffer_u32(out, call->given_count);
    for (uint32_t i = 0; i < call->given_count; i++) {
        const struct al_given *given = &call->given[i];
        al_buffer_u32(out, given->argument);
        al_buffer_u8(out, given->list);
        al_buffer_u32(out, given->count);
        for (uint32_t k = 0; k < given->count; k++) {
            al_buffer_u32(out, given->items[k].call);
            if (given->items[k].call == AL_NONE_INDEX)
                al_put_value(out, &given->items[k].value);
            else
                al_buffer_u32(out, given->items[k].output);
        }
    }
}

static void put_ports(struct al_buffer *out, uint32_t count, const struct al_port *ports)
{
    al_buffer_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        al_put_text(out, ports[i].name);
        al_buffer_u32(out, ports[i].call);
        al_buffer_u32(out, ports[i].output);
    }
}

static void put_graph(struct al_buffer *out, const struct al_graph *graph)
{
    al_buffer_u32(out, graph->call_count);
    for (uint32_t i = 0; i < graph->call_count; i++)
        put_call(out, &graph->calls[i]);
    put_ports(out, graph->input_count, graph->inputs);
    put_ports(out, graph->output_count, graph->outputs);
}

static void put_tensor(struct al_buffer *out, const struct al_tensor *tensor)
{
    al_put_text(out, tensor->name);
    al_buffer_u8(out, (uint8_t)tensor->dtype);
    al_put_shape(out, &tensor->shape);
    al_buffer_u8(out, (uint8_t)tensor->stored);
    if (tensor->stored == AL_STORED_EXTENT) {
        al_buffer_u32(out, tensor->input);
        al_buffer_u64(out, tensor->offset);
    }
}

static bool put_model(struct al_buffer *out, const struct al_model *m, const struct al_policy *policy)
{
    al_buffer_u8(out, (uint8_t)m->format);
    al_put_text(out, al_text_of(m->framework));
    al_buffer_u32(out, m->version.major);
    al_buffer_u32(out, m->version.minor);
    al_buffer_u32(out, m->version.patch);
    al_buffer_u8(out, m->version.tensorflow);
    al_put_text(out, m->name);
    al_buffer_u32(out, m->layer_count);
    al_buffer_u32(out, m->tensor_count);
    for (uint32_t i = 0; i < m->layer_count; i++) {
        const struct al_row *row = al_row_of(policy, m->layers[i].kind);
        if (row == NULL || !put_layer(out, m, i, row->param_count))
            return false;
    }
    for (uint32_t i = 0; i < m->layer_count; i++)
        if (m->layers[i].graph != NULL)
            put_graph(out, m->layers[i].graph);
    for (uint32_t i = 0; i < m->tensor_count; i++)
        put_tensor(out, &m->tensors[i]);
    return true;
}

bool al_wire_model(struct al_buffer *out, const struct al_model *m, const struct al_policy *policy)
{
    size_t start = out->size;
    al_wire_header(out, AL_FRAME_MODEL, 0);
    if (!put_model(out, m, policy))
        return false;
    if (out->failed)
        return true;
    uint64_t length = out->size - start - AL_WIRE_HEADER_BYTES;
    for (int i = 0; i < 8; i++)
        out->data[start + 8 + (size_t)i] = (uint8_t)(length >> (8 * i));
    return true;
}
