/* The layers of a model: owners before what they own, so that the tree of
   children follows from the owners alone and can neither share nor loop. */
#include "sandbox/wire/decode.h"

#include <string.h>

static void get_params(struct al_reader *r, struct al_layer *layer, const struct al_row *row)
{
    uint32_t tainted_count = al_get_u32(r);
    if (!al_reader_require(r, tainted_count == row->param_count, "a layer has as many parameters as its row"))
        return;
    layer->params = al_reader_room(r, row->param_count, sizeof *layer->params);
    for (uint32_t i = 0; i < row->param_count && al_reader_good(r); i++)
        al_get_value(r, &layer->params[i]);
}

static void get_weights(struct al_reader *r, struct al_layer *layer, uint32_t tensor_count)
{
    uint32_t count = al_get_count(r, AL_MAX_TENSORS, 4, "a layer's weights fit the frame");
    layer->weights = al_reader_room(r, count, sizeof *layer->weights);
    for (uint32_t i = 0; i < count && al_reader_good(r); i++) {
        uint32_t tainted_index = al_get_u32(r);
        if (al_reader_require(r, tainted_index < tensor_count || tainted_index == AL_NONE_INDEX,
                              "a weight is one of the tensors"))
            layer->weights[i] = tainted_index;
    }
    layer->weight_count = al_reader_good(r) ? count : 0;
}

/* Ranges are for the validator, which holds the row against them. */
static void get_quantization(struct al_reader *r, struct al_quantization *q)
{
    q->mode = (enum al_quantized)al_get_u8_below(r, AL_QUANTIZED_COUNT, "a layer is quantized in a known way");
    if (q->mode == AL_QUANTIZED_NONE)
        return;
    q->bits = al_get_u8(r);
    q->group = al_get_u32(r);
    q->inputs = al_get_bool(r);
    if (!q->inputs)
        return;
    q->low = (int8_t)al_get_u8(r);
    q->high = (int8_t)al_get_u8(r);
    uint64_t bits = al_get_u64(r);
    memcpy(&q->epsilon, &bits, sizeof bits);
}

static void get_layer(struct al_reader *r, struct al_model *m, uint32_t index, const struct al_wire_context *context)
{
    struct al_layer *layer = &m->layers[index];
    layer->kind = al_get_u32(r);
    layer->owner = al_get_u32(r);
    bool owned = index == 0 ? layer->owner == AL_NONE_INDEX : layer->owner < index;
    const struct al_row *row = al_row_of(context->policy, layer->kind);
    if (!al_reader_require(r, owned, "an owner comes before what it owns")
        || !al_reader_require(r, row != NULL, "a layer has a known kind"))
        return;
    layer->name = al_get_text(r, AL_MAX_NAME_BYTES);
    layer->compute_dtype = (enum al_dtype)al_get_u8_below(r, AL_DTYPE_COUNT, "a layer computes in a known type");
    layer->variable_dtype = (enum al_dtype)al_get_u8_below(r, AL_DTYPE_COUNT, "a layer's weights have a known type");
    get_quantization(r, &layer->quantization);
    layer->trainable = al_get_bool(r);
    if (al_get_bool(r))
        layer->graph = al_reader_room(r, 1, sizeof *layer->graph); /* filled by al_unwire_graphs */
    if (al_reader_good(r))
        get_params(r, layer, row);
    if (al_reader_good(r))
        get_weights(r, layer, m->tensor_count);
}

/* Counts, then fills: children come out in ascending order. */
static void link_children(struct al_reader *r, struct al_model *m)
{
    uint32_t *depth = al_reader_room(r, m->layer_count, sizeof *depth);
    for (uint32_t i = 1; i < m->layer_count && al_reader_good(r); i++) {
        depth[i] = depth[m->layers[i].owner] + 1;
        m->layers[m->layers[i].owner].child_count++;
        (void)al_reader_require(r, depth[i] < AL_MAX_LAYER_DEPTH, "layers are nested at most 32 deep");
    }
    for (uint32_t i = 0; i < m->layer_count && al_reader_good(r); i++) {
        m->layers[i].children = al_reader_room(r, m->layers[i].child_count, sizeof *m->layers[i].children);
        m->layers[i].child_count = 0;
    }
    for (uint32_t i = 1; i < m->layer_count && al_reader_good(r); i++) {
        struct al_layer *owner = &m->layers[m->layers[i].owner];
        owner->children[owner->child_count++] = i;
    }
}

static bool is_child(const struct al_model *m, uint32_t owner, int64_t tainted_index)
{
    return tainted_index > (int64_t)owner && tainted_index < (int64_t)m->layer_count
        && m->layers[tainted_index].owner == owner;
}

static bool layers_named_by(const struct al_model *m, uint32_t owner, const struct al_param *param,
                            const struct al_value *value)
{
    if (value->type == AL_VALUE_LAYER)
        return is_child(m, owner, value->integer);
    if (param->type != AL_PARAM_LAYERS || value->type != AL_VALUE_INTEGERS)
        return true;
    for (uint32_t i = 0; i < value->count; i++)
        if (!is_child(m, owner, value->integers[i]))
            return false;
    return true;
}

/* A parameter that names a layer names one that this layer owns. */
static void check_named(struct al_reader *r, const struct al_model *m, const struct al_wire_context *context)
{
    for (uint32_t i = 0; i < m->layer_count && al_reader_good(r); i++) {
        const struct al_row *row = al_row_of(context->policy, m->layers[i].kind);
        for (uint32_t k = 0; k < row->param_count; k++)
            (void)al_reader_require(r, layers_named_by(m, i, &row->params[k], &m->layers[i].params[k]),
                                    "a parameter names a layer that its layer owns");
    }
}

void al_unwire_layers(struct al_reader *r, struct al_model *m, const struct al_wire_context *context)
{
    for (uint32_t i = 0; i < m->layer_count && al_reader_good(r); i++)
        get_layer(r, m, i, context);
    link_children(r, m);
    check_named(r, m, context);
}
