/* Walking a model: each call's inputs are found, cast to what the layer computes in,
   and its lowering function is called. */
#include "inference/lower.h"

#include "inference/emit.h"
#include "inference/families/families.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AL_KIND(SYMBOL, symbol, since) [AL_KIND_##SYMBOL] = al_lower_##symbol,
#define AL_KIND_ROW_ONLY(SYMBOL, symbol, since)
static al_lower_function *const functions[AL_KIND_COUNT] = {
#include "validator/catalogue.def"
};
#undef AL_KIND

bool al_lower_knows(uint32_t kind)
{
    return kind < AL_KIND_COUNT && functions[kind] != NULL;
}

uint32_t al_lower_fail(struct al_lowering *l, enum al_status code, const char *format, ...)
{
    if (l->failed)
        return AL_NONE_INDEX;
    char words[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    l->failed = true;
    al_fail(l->err, code, 0, "%s: %s", l->site.row != NULL ? l->site.row->name : "layer", words);
    return AL_NONE_INDEX;
}

void al_lower_result_masked(struct al_lowering *l, uint32_t operand, uint32_t mask)
{
    if (l->out_count == sizeof l->out / sizeof l->out[0])
        al_lower_fail(l, AL_LIMIT, "too many outputs");
    else
        l->out[l->out_count++] = (struct al_lowered){operand, mask};
}

void al_lower_result(struct al_lowering *l, uint32_t operand)
{
    const bool supported = l->site.row->mask == AL_MASK_PASSES ||
        (l->site.row->mask == AL_MASK_PASSES_IN_KERAS3 && !al_model_is_keras2(l->site.model));
    const bool passes = supported && l->in_count > 0 && l->out_count == 0;
    al_lower_result_masked(l, operand, passes ? l->in[0].mask : AL_NONE_INDEX);
}

uint32_t al_lower_input(const struct al_lowering *l, const char *argument)
{
    const uint32_t i = al_site_input(&l->site, argument);
    return i < l->in_count ? l->in[i].operand : AL_NONE_INDEX;
}

/* The argument that gives masks: one mask, or a list with one for each input. */
static uint32_t mask_argument(const struct al_row *row)
{
    for (uint32_t i = 0; i < row->argument_count; i++) {
        const struct al_argument *a = &row->arguments[i];
        if (a->type == AL_ARGUMENT_MASK || (a->type == AL_ARGUMENT_TENSORS && strcmp(a->name, "mask") == 0))
            return i;
    }
    return AL_NONE_INDEX;
}

uint32_t al_lower_mask_of(const struct al_lowering *l, uint32_t n)
{
    const struct al_call *call = l->site.call;
    const uint32_t argument = mask_argument(l->site.row);
    uint32_t tensor = 0;
    while (tensor < l->in_count && l->site.argument_of[tensor] != argument)
        tensor++;
    if (n == 0 && call == NULL && tensor < l->in_count)
        return l->in[tensor].operand;
    for (uint32_t g = 0; call != NULL && g < call->given_count; g++)
        for (uint32_t i = 0; call->given[g].argument == argument && i < call->given[g].count; i++) {
            const bool is_tensor = call->given[g].items[i].call != AL_NONE_INDEX;
            if (i == n)
                return is_tensor ? l->in[tensor].operand : AL_NONE_INDEX;
            tensor += is_tensor;
        }
    return n < l->in_count ? l->in[n].mask : AL_NONE_INDEX;
}

uint32_t al_lower_mask(const struct al_lowering *l)
{
    return al_lower_mask_of(l, 0);
}

uint32_t al_lower_weight_as(struct al_lowering *l, uint32_t index, enum al_dtype as)
{
    const struct al_layer *layer = l->site.layer;
    if (l->failed)
        return AL_NONE_INDEX;
    if (index >= layer->demand_count || index >= layer->weight_count)
        return al_lower_fail(l, AL_INTERNAL, "weight %u is not there", index);
    if (layer->weights[index] == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    const enum al_dtype round = as == AL_FLOAT32 ? l->round : AL_DTYPE_NONE;
    const void *numbers = al_weights_numbers(l->weights, layer->weights[index], as, round, l->err);
    uint32_t r = AL_NONE_INDEX;
    if (numbers != NULL)
        r = al_ops_constant(l->ops, as, &layer->demands[index].shape, numbers, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

uint32_t al_lower_weight_at(struct al_lowering *l, const char *path, const char *name)
{
    for (uint32_t i = 0; i < l->site.layer->demand_count; i++) {
        const struct al_weight *demand = &l->site.layer->demands[i];
        if (strcmp(demand->name, name) == 0 && (path == NULL || strcmp(demand->path, path) == 0))
            return al_lower_weight_as(l, i, l->real);
    }
    return AL_NONE_INDEX;
}

uint32_t al_lower_weight(struct al_lowering *l, const char *name)
{
    return al_lower_weight_at(l, NULL, name);
}

/* Layers whose inputs are places in a table, whatever weights they have. */
static bool takes_indices(enum al_kind kind)
{
    return kind == AL_KIND_EMBEDDING || kind == AL_KIND_REVERSIBLE_EMBEDDING || kind == AL_KIND_CATEGORY_ENCODING ||
           kind == AL_KIND_INTEGER_LOOKUP || kind == AL_KIND_STRING_LOOKUP || kind == AL_KIND_TEXT_VECTORIZATION;
}

/* Keras's autocast: floating-point inputs of layers, never of raw operations or whole
   models, take the layer's compute type. Integers are left alone, and become numbers of
   that type where they meet weights or where the row says so; truths likewise, but for
   masks, which are given in later arguments. */
static bool cast_inputs(struct al_lowering *l, struct al_lowered *in)
{
    const enum al_dtype compute = l->site.layer->compute_dtype;
    if (l->site.row->operation || l->site.layer->graph != NULL || !al_dtype_is_float(compute))
        return true;
    const bool counted = l->site.row->computes_in_floats || l->site.layer->kind == AL_KIND_RNN ||
                         (l->site.layer->demand_count > 0 && !takes_indices(l->site.layer->kind));
    for (uint32_t i = 0; i < l->in_count; i++) {
        const enum al_dtype given = al_emit_dtype(l, in[i].operand);
        const bool whole = given == AL_INT64 || (given == AL_BOOL && l->site.argument_of[i] == 0);
        if (al_dtype_is_float(given) || (counted && whole))
            in[i].operand = al_emit_cast(l, in[i].operand, compute);
    }
    return !l->failed;
}

static bool set_shapes(struct al_lowering *l)
{
    struct al_shape *shapes = al_arena_alloc(l->ops->arena, l->in_count, sizeof *shapes);
    enum al_dtype *dtypes = al_arena_alloc(l->ops->arena, l->in_count, sizeof *dtypes);
    if (shapes == NULL || dtypes == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return false;
    }
    for (uint32_t i = 0; i < l->in_count; i++) {
        shapes[i] = *al_emit_shape(l, l->in[i].operand);
        dtypes[i] = al_emit_dtype(l, l->in[i].operand);
    }
    l->site.in = shapes;
    l->site.in_dtypes = dtypes;
    l->site.in_count = l->in_count;
    return true;
}

/* Lowers one layer with given inputs; `from` tells what surrounds it. */
static bool lower_layer(struct al_lowering *from, uint32_t layer, const struct al_call *call, uint32_t in_count,
                        const struct al_lowered *in, const uint32_t *argument_of, struct al_lowering *l)
{
    *l = *from;
    l->site.layer = &from->site.model->layers[layer];
    l->site.row = al_row_of(from->site.policy, l->site.layer->kind);
    l->site.call = call;
    l->site.depth = from->site.depth + 1;
    l->in_count = in_count;
    l->out_count = 0;
    /* a raw operation computes in the type of its result */
    const bool raw = l->site.row != NULL && l->site.row->operation && call != NULL && call->output_count > 0;
    const enum al_dtype compute = raw ? call->output_dtypes[0] : l->site.layer->compute_dtype;
    l->real = compute == AL_FLOAT64 ? AL_FLOAT64 : AL_FLOAT32;
    l->round = compute == AL_FLOAT16 || compute == AL_BFLOAT16 ? compute : AL_DTYPE_NONE;
    struct al_lowered *own = al_arena_alloc(l->ops->arena, in_count, sizeof *own);
    uint32_t *arguments = al_arena_alloc(l->ops->arena, in_count, sizeof *arguments);
    if (l->site.row == NULL || l->site.depth > AL_MAX_LAYER_DEPTH)
        al_lower_fail(l, AL_INTERNAL, "a layer that the verified model cannot hold");
    else if (own == NULL || arguments == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (uint32_t i = 0; !l->failed && i < in_count; i++) {
        own[i] = in[i];
        arguments[i] = argument_of != NULL ? argument_of[i] : 0;
    }
    l->in = own;
    l->site.argument_of = arguments;
    if (!l->failed && cast_inputs(l, own) && set_shapes(l)) {
        /* a row that changes nothing at inference needs no function */
        if (l->site.row->decision == AL_IDENTITY)
            al_lower_result(l, own[0].operand);
        else if (l->site.layer->kind < AL_KIND_COUNT && functions[l->site.layer->kind] != NULL)
            functions[l->site.layer->kind](l);
        else if (l->site.row->custom != NULL)
            al_lower_custom(l);
        else
            al_lower_fail(l, AL_INTERNAL, "is not computed");
    }
    from->failed = l->failed;
    from->wanted_count = l->wanted_count;
    from->wanted = l->wanted;
    return !l->failed;
}

uint32_t al_lower_child(struct al_lowering *l, uint32_t child, uint32_t in_count, const struct al_lowered *in,
                        const uint32_t *argument_of, uint32_t room, struct al_lowered *out)
{
    struct al_lowering *inner = l->failed ? NULL : al_arena_alloc(l->ops->arena, 1, sizeof *inner);
    for (uint32_t i = 0; i < room; i++)
        out[i] = (struct al_lowered){AL_NONE_INDEX, AL_NONE_INDEX};
    if (inner == NULL || !lower_layer(l, child, NULL, in_count, in, argument_of, inner))
        return 0;
    for (uint32_t i = 0; i < room && i < inner->out_count; i++)
        out[i] = inner->out[i];
    return inner->out_count;
}

/* The results of one call. */
struct results {
    uint32_t count;
    struct al_lowered *out;
};

/* Finds a call's tensors in the order of its arguments. */
static bool gather_inputs(struct al_lowering *l, const struct al_call *c, const struct results *done,
                          uint32_t done_count, struct al_lowered **in, uint32_t **argument_of, uint32_t *count)
{
    *count = 0;
    for (uint32_t g = 0; g < c->given_count; g++)
        for (uint32_t i = 0; i < c->given[g].count; i++)
            *count += c->given[g].items[i].call != AL_NONE_INDEX;
    *in = al_arena_alloc(l->ops->arena, *count, sizeof **in);
    *argument_of = al_arena_alloc(l->ops->arena, *count, sizeof **argument_of);
    if (*in == NULL || *argument_of == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return false;
    }
    uint32_t at = 0;
    for (uint32_t g = 0; g < c->given_count; g++)
        for (uint32_t i = 0; i < c->given[g].count; i++) {
            const struct al_item *item = &c->given[g].items[i];
            if (item->call == AL_NONE_INDEX)
                continue;
            if (item->call >= done_count || item->output >= done[item->call].count) {
                al_lower_fail(l, AL_INTERNAL, "a call of what was not computed");
                return false;
            }
            (*argument_of)[at] = c->given[g].argument;
            (*in)[at++] = done[item->call].out[item->output];
        }
    return true;
}

static bool keep_results(struct al_lowering *l, const struct al_lowering *inner, struct results *r)
{
    r->count = inner->out_count;
    r->out = al_arena_alloc(l->ops->arena, r->count, sizeof *r->out);
    for (uint32_t i = 0; r->out != NULL && i < r->count; i++)
        r->out[i] = inner->out[i];
    if (r->out == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    return r->out != NULL;
}

/* Which of the model's inputs an InputLayer's call is. */
static uint32_t port_of(const struct al_graph *g, uint32_t call)
{
    for (uint32_t i = 0; i < g->input_count; i++)
        if (g->inputs[i].call == call)
            return i;
    return AL_NONE_INDEX;
}

/* The types that are computed in, of a declared input. */
static enum al_dtype computed_type(enum al_dtype dtype)
{
    if (al_dtype_is_float(dtype))
        return dtype == AL_FLOAT64 ? AL_FLOAT64 : AL_FLOAT32;
    return dtype == AL_BOOL || dtype == AL_STRING ? dtype : AL_INT64;
}

static bool lower_call(struct al_lowering *l, struct al_lowering *inner, uint32_t call, struct results *done)
{
    const struct al_graph *g = l->site.layer->graph;
    const struct al_call *c = &g->calls[call];
    const uint32_t port = port_of(g, call);
    struct al_lowered *in;
    uint32_t *argument_of, count;
    if (port < l->in_count) {
        /* a model within a model takes its inputs in the type that it declares */
        const enum al_dtype declared = c->output_dtypes[g->inputs[port].output];
        const enum al_dtype computed = al_dtype_is_float(declared) ? declared : computed_type(declared);
        const struct al_lowered given = {al_emit_cast(l, l->in[port].operand, computed), al_lower_mask_of(l, port)};
        return lower_layer(l, c->layer, c, 1, &given, NULL, inner) && keep_results(l, inner, &done[call]);
    }
    return gather_inputs(l, c, done, call, &in, &argument_of, &count) &&
           lower_layer(l, c->layer, c, count, in, argument_of, inner) && keep_results(l, inner, &done[call]);
}

void al_lower_graph(struct al_lowering *l)
{
    const struct al_graph *g = l->site.layer->graph;
    struct al_lowering *inner = al_arena_alloc(l->ops->arena, 1, sizeof *inner);
    struct results *done = g == NULL ? NULL : al_arena_alloc(l->ops->arena, g->call_count, sizeof *done);
    if (inner == NULL || done == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    for (uint32_t i = 0; i < g->call_count; i++) {
        if (!lower_call(l, inner, i, done))
            return;
        if (l->site.layer == l->site.model->layers && l->wanted_layer.length > 0 &&
            al_text_equal(l->site.model->layers[g->calls[i].layer].name, l->wanted_layer)) {
            l->wanted = done[i].out;
            l->wanted_count = done[i].count;
        }
    }
    for (uint32_t i = 0; i < g->output_count; i++) {
        const struct al_port *port = &g->outputs[i];
        if (port->call >= g->call_count || port->output >= done[port->call].count)
            al_lower_fail(l, AL_INTERNAL, "an output that was not computed");
        else
            al_lower_result_masked(l, done[port->call].out[port->output].operand,
                                   done[port->call].out[port->output].mask);
    }
}

static bool make_inputs(struct al_lowering *l, const struct al_shape *shapes, struct al_lowered *in)
{
    const struct al_graph *g = l->site.model->layers[0].graph;
    for (uint32_t i = 0; i < g->input_count; i++) {
        const struct al_call *c = &g->calls[g->inputs[i].call];
        const enum al_dtype dtype = c->output_dtypes[g->inputs[i].output];
        in[i].mask = AL_NONE_INDEX;
        in[i].operand = al_ops_input(l->ops, computed_type(dtype), &shapes[i], l->err);
        if (in[i].operand == AL_NONE_INDEX)
            return false;
    }
    return true;
}

struct al_ops *al_lower_model(const struct al_model *model, const struct al_policy *policy,
                              struct al_weights *weights,
                              const struct al_shape *shapes, struct al_lower_data *data, struct al_text layer,
                              bool *found, struct al_error *err)
{
    const struct al_graph *g = model->layers[0].graph;
    struct al_ops *ops = al_ops_new(policy->limits.activation_bytes);
    *found = layer.length == 0;
    if (ops == NULL) {
        al_fail(err, AL_NO_MEMORY, 0, "lowering needs more memory than there is");
        return NULL;
    }
    struct al_lowered *in = al_arena_alloc(ops->arena, g->input_count, sizeof *in);
    struct al_lowering *all = al_arena_alloc(ops->arena, 2, sizeof *all);
    if (in == NULL || all == NULL)
        goto fail;
    struct al_lowering *l = &all[0];
    /* a lowering never changes the model: the site is made for validation, which does */
    l->site.model = (struct al_model *)(uintptr_t)model;
    l->site.policy = policy;
    l->site.layer = (struct al_layer *)(uintptr_t)model->layers;
    l->weights = weights;
    l->ops = ops;
    l->err = err;
    l->wanted_layer = layer;
    l->data = data;
    if (!make_inputs(l, shapes, in) || !lower_layer(l, 0, NULL, g->input_count, in, NULL, &all[1]))
        goto fail;
    const struct al_lowered *out = layer.length > 0 ? all[1].wanted : all[1].out;
    const uint32_t count = layer.length > 0 ? all[1].wanted_count : all[1].out_count;
    *found = count > 0;
    ops->outputs = al_arena_alloc(ops->arena, count, sizeof *ops->outputs);
    if (ops->outputs == NULL)
        goto fail;
    for (uint32_t i = 0; i < count; i++)
        ops->outputs[ops->output_count++] = out[i].operand;
    return ops;

fail:
    if (err->code == AL_OK)
        al_fail(err, AL_NO_MEMORY, 0, "lowering needs more memory than there is");
    al_ops_free(ops);
    return NULL;
}
