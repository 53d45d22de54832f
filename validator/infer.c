/* Shapes, call by call: follows each graph in its order, hands every call to its
   row, and nests where a layer holds a graph or wraps a layer. See validate.h. */
#include "base/checked.h"
#include "validator/catalogue.h"
#include "validator/masks.h"
#include "validator/params.h"
#include "validator/slicing.h"
#include "validator/structure.h"
#include "validator/validate.h"

#include <math.h>

static bool bad_argument(struct al_site *s, const struct al_argument *a)
{
    return al_site_refuse(s, AL_GRAPH_ARGUMENT, NULL, AL_NOTHING,
                          "what is given as the argument %s of %s is not of the sort it takes", a->name,
                          s->row->name);
}

static bool takes_tensor(enum al_argument_type type)
{
    return type == AL_ARGUMENT_TENSOR || type == AL_ARGUMENT_TENSORS || type == AL_ARGUMENT_OPERAND ||
           type == AL_ARGUMENT_MASK;
}

static bool operand_sound(const struct al_value *v)
{
    uint64_t count;
    switch ((int)v->type) {
    case AL_VALUE_BOOL:
    case AL_VALUE_INTEGER:
        return true;
    case AL_VALUE_REAL:
        return isfinite(v->real);
    case AL_VALUE_REALS:
        if (!al_shape_sound(&v->shape) || !al_shape_count(&v->shape, 0, v->shape.rank, &count) || count != v->count)
            return false;
        for (uint32_t i = 0; i < v->count; i++)
            if (!isfinite(v->reals[i]))
                return false;
        return true;
    default:
        return false;
    }
}

static bool constant_fits(const struct al_site *s, const struct al_argument *a, const struct al_value *v)
{
    if (a->type == AL_ARGUMENT_VALUE)
        return v->type != AL_VALUE_LAYER && al_param_fits(&a->param, v, s->policy);
    if (a->type == AL_ARGUMENT_OPERAND)
        return operand_sound(v);
    /* a list of masks may lack some of them */
    if (a->type == AL_ARGUMENT_TENSORS)
        return (a->flags & AL_ARGUMENT_OPTIONAL) && v->type == AL_VALUE_NULL;
    return a->type == AL_ARGUMENT_INDEX && al_index_sound(v);
}

static bool check_given(struct al_site *s, const struct al_graph *g, const struct al_given *given, uint32_t *tensors)
{
    const struct al_argument *a = &s->row->arguments[given->argument];
    if ((given->list && a->type != AL_ARGUMENT_TENSORS) || given->count == 0)
        return bad_argument(s, a);
    for (uint32_t i = 0; i < given->count; i++) {
        const struct al_item *item = &given->items[i];
        if (item->call == AL_NONE_INDEX) {
            if (!constant_fits(s, a, &item->value))
                return bad_argument(s, a);
            continue;
        }
        if (!takes_tensor(a->type))
            return bad_argument(s, a);
        if (item->output >= g->calls[item->call].output_count)
            return al_site_refuse(s, AL_GRAPH_STRUCTURE, NULL, AL_NOTHING,
                                  "a call uses an output that does not exist");
        *tensors += 1;
    }
    return true;
}

static bool required_given(struct al_site *s, const struct al_call *call)
{
    uint32_t at = 0;
    for (uint32_t a = 0; a < s->row->argument_count; a++) {
        bool given = at < call->given_count && call->given[at].argument == a;
        at += given;
        const struct al_argument *argument = &s->row->arguments[a];
        if (!given && !(argument->flags & AL_ARGUMENT_OPTIONAL) && argument->type != AL_ARGUMENT_TRAINING &&
            argument->type != AL_ARGUMENT_IGNORED && argument->type != AL_ARGUMENT_MASK)
            return al_site_refuse(s, AL_GRAPH_ARGUMENT, argument->name, AL_NOTHING,
                                  "%s is called without its argument %s", s->row->name, argument->name);
    }
    return true;
}

/* Flattens what the call gives into s->in. */
static bool gather(struct al_site *s, const struct al_graph *g, const struct al_call *call)
{
    uint32_t tensors = 0, n = 0;
    for (uint32_t i = 0; i < call->given_count; i++)
        if (!check_given(s, g, &call->given[i], &tensors))
            return false;
    struct al_shape *in = al_arena_alloc(s->model->arena, tensors, sizeof *in);
    enum al_dtype *dtypes = al_arena_alloc(s->model->arena, tensors, sizeof *dtypes);
    uint32_t *argument_of = al_arena_alloc(s->model->arena, tensors, sizeof *argument_of);
    if (in == NULL || dtypes == NULL || argument_of == NULL)
        return al_site_no_memory(s);
    for (uint32_t i = 0; i < call->given_count; i++)
        for (uint32_t k = 0; k < call->given[i].count; k++) {
            const struct al_item *item = &call->given[i].items[k];
            if (item->call == AL_NONE_INDEX)
                continue;
            in[n] = g->calls[item->call].output_shapes[item->output];
            dtypes[n] = g->calls[item->call].output_dtypes[item->output];
            argument_of[n++] = call->given[i].argument;
        }
    s->in_count = n;
    s->in = in;
    s->in_dtypes = dtypes;
    s->argument_of = argument_of;
    return required_given(s, call);
}

static bool check_outputs(struct al_site *s)
{
    for (uint32_t i = 0; i < s->out_count; i++) {
        uint64_t bytes;
        if (!al_shape_sound(&s->out[i]) || !al_shape_bytes(&s->out[i], s->out_dtypes[i], &bytes) ||
            bytes > s->policy->limits.activation_bytes)
            return al_site_refuse(s, AL_LIMIT_ACTIVATION, NULL,
                                  al_text_of(al_shape_show(s->findings, &s->out[i])),
                                  "a result of %s is larger than the policy allows", s->row->name);
    }
    return true;
}

/* Everything but s->in is set up here; the row does the rest. */
static bool run_row(struct al_site *s)
{
    const struct al_row *row = s->row;
    uint64_t work = 1 + (uint64_t)s->in_count;
    if (s->depth >= AL_MAX_LAYER_DEPTH)
        return al_site_refuse(s, AL_LIMIT_DEPTH, NULL, AL_NOTHING, "more than %u layers are nested in each other",
                              AL_MAX_LAYER_DEPTH);
    if (*s->work_left < work)
        return al_site_refuse(s, AL_LIMIT_CALLS, NULL, AL_NOTHING,
                              "models nested in each other make more than %u calls", AL_MAX_CALLS);
    *s->work_left -= work;
    if (row->rank_max > 0 && s->in_count > 0 && (s->in[0].rank < row->rank_min || s->in[0].rank > row->rank_max))
        return al_site_refuse(
            s, AL_GRAPH_SHAPE,
            row->rank_min == row->rank_max
                ? al_found(s->findings, "a tensor of rank %u", row->rank_min).at
                : al_found(s->findings, "a tensor of rank %u to %u", row->rank_min, row->rank_max).at,
            al_text_of(al_shape_show(s->findings, &s->in[0])), "the input of %s has the wrong number of axes",
            row->name);
    for (uint32_t i = 0; i < s->in_count && !row->takes_texts; i++)
        if (s->in_dtypes[i] == AL_STRING)
            return al_site_refuse(s, AL_GRAPH_SHAPE, "a tensor of numbers", al_text_of("strings"),
                                  "%s does not compute with strings", row->name);
    s->path = "";
    s->demanded = 0;
    if (!row->infer(s) || !check_outputs(s))
        return false;
    if (s->demanded != s->layer->demand_count)
        return al_site_refuse(s, AL_GRAPH_SHARED_LAYER, "the same weights at every call", AL_NOTHING,
                              "a layer that is called again needs fewer weights");
    s->layer->built = true;
    return true;
}

static struct al_site site_of(const struct al_site *owner, uint32_t layer)
{
    return (struct al_site){.model = owner->model,
                            .policy = owner->policy,
                            .findings = owner->findings,
                            .layer = &owner->model->layers[layer],
                            .row = al_row_of(owner->policy, owner->model->layers[layer].kind),
                            .depth = owner->depth + 1,
                            .work_left = owner->work_left};
}

bool al_site_call_child(struct al_site *s, uint32_t child, uint32_t in_count, const struct al_shape *in,
                        const enum al_dtype *in_dtypes, uint32_t *out_count, struct al_shape **out,
                        enum al_dtype **out_dtypes)
{
    struct al_site inner = site_of(s, child);
    uint32_t *argument_of = al_arena_alloc(s->model->arena, in_count, sizeof *argument_of);
    if (argument_of == NULL)
        return al_site_no_memory(s);
    inner.in_count = in_count;
    inner.in = in;
    inner.in_dtypes = in_dtypes;
    inner.argument_of = argument_of; /* all zero: an owner gives tensors as the first argument */
    if (inner.row->operation || inner.layer->kind == AL_KIND_INPUT_LAYER || inner.row->argument_count == 0)
        return al_site_refuse(s, AL_GRAPH_STRUCTURE, "a layer", al_text_of(inner.row->name),
                              "%s cannot be owned by %s", inner.row->name, s->row->name);
    /* TimeDistributed and its kin go past the call that knows of scales, and Keras's numbers are then nobody's */
    if (inner.layer->quantization.mode != AL_QUANTIZED_NONE)
        return al_site_refuse(s, AL_KERAS_QUANTIZATION, "a layer that is not quantized", al_text_of(inner.row->name),
                              "%s computes with the quantized numbers of the layer in it as they are, without their "
                              "scales: what Keras predicts from this file means nothing", s->row->name);
    if (!run_row(&inner))
        return false;
    *out_count = inner.out_count;
    *out = inner.out;
    *out_dtypes = inner.out_dtypes;
    return true;
}

/* The index of the port that call feeds, or AL_NONE_INDEX. */
static uint32_t port_of(const struct al_graph *g, uint32_t call)
{
    for (uint32_t i = 0; i < g->input_count; i++)
        if (g->inputs[i].call == call)
            return i;
    return AL_NONE_INDEX;
}

static bool run_call(struct al_site *s, struct al_graph *g, uint32_t index)
{
    struct al_call *call = &g->calls[index];
    struct al_site inner = site_of(s, call->layer);
    uint32_t port = inner.layer->kind == AL_KIND_INPUT_LAYER ? port_of(g, index) : AL_NONE_INDEX;
    static const uint32_t first_argument = 0;
    inner.call = call;
    if (port != AL_NONE_INDEX) {
        /* what the model was given, if it stands inside another one */
        inner.in_count = s->in_count > 0;
        inner.in = s->in_count > 0 ? &s->in[port] : NULL;
        inner.in_dtypes = s->in_count > 0 ? &s->in_dtypes[port] : NULL;
        inner.argument_of = &first_argument;
    } else if (!gather(&inner, g, call)) {
        return false;
    }
    if (!run_row(&inner))
        return false;
    call->output_count = inner.out_count;
    call->output_shapes = inner.out;
    call->output_dtypes = inner.out_dtypes;
    return true;
}

/* Inputs come first; a call may give their masks behind them. */
static uint32_t inputs_given(const struct al_site *s)
{
    uint32_t count = 0;
    while (count < s->in_count && (s->argument_of == NULL || s->argument_of[count] == 0))
        count++;
    return count;
}

bool al_site_graph(struct al_site *s)
{
    struct al_graph *g = s->layer->graph;
    const uint32_t given = inputs_given(s);
    if (given != 0 && given != g->input_count)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, al_found(s->findings, "%u inputs", g->input_count).at,
                              al_found(s->findings, "%u", given), "a model inside the model is given other inputs");
    if (given == 0 && s->layer != s->model->layers)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, NULL, AL_NOTHING, "a model inside the model is given nothing");
    for (uint32_t i = 0; i < g->call_count; i++)
        if (!run_call(s, g, i))
            return false;
    if (!al_site_outputs(s, g->output_count))
        return false;
    for (uint32_t i = 0; i < g->output_count; i++) {
        const struct al_call *from = &g->calls[g->outputs[i].call];
        if (g->outputs[i].output >= from->output_count)
            return al_site_refuse(s, AL_GRAPH_PORT, NULL, AL_NOTHING, "an output of the model does not exist");
        s->out[i] = from->output_shapes[g->outputs[i].output];
        s->out_dtypes[i] = from->output_dtypes[g->outputs[i].output];
    }
    return true;
}

bool al_infer(struct al_model *m, const struct al_policy *policy, struct al_findings *f)
{
    if (m->layer_count == 0)
        return true;
    if (!policy->graphs)
        return al_find(f, AL_POLICY_TENSORS, NULL, "tensors without a model graph", AL_NOTHING,
                       "the file holds a model, and the policy allows tensors only");
    if (!al_check_structure(m, policy, f))
        return false;
    uint64_t work_left = AL_MAX_CALLS;
    struct al_site s = {.model = m,
                        .policy = policy,
                        .findings = f,
                        .layer = m->layers,
                        .row = al_row_of(policy, m->layers[0].kind),
                        .work_left = &work_left};
    if (!run_row(&s))
        return false;
    al_note_masks(m, policy, f);
    return true;
}

bool al_check_format(const struct al_model *m, const struct al_policy *policy, const char *name, struct al_findings *f)
{
    if (m->format < AL_FORMAT_COUNT && (policy->formats & (1U << m->format)) != 0)
        return true;
    return al_find_at(f, AL_POLICY_FORMAT, al_text_of(name), NULL, al_text_of(al_format_name(m->format)),
                      "the policy does not allow this format");
}
