/* The skeleton of a model; see structure.h. */
#include "validator/structure.h"

#include "validator/allowed.h"

#include "validator/catalogue.h"
#include "validator/params.h"
#include "validator/quantization.h"

#include <string.h>

bool al_kind_is_model(uint32_t kind)
{
    return kind == AL_KIND_FUNCTIONAL || kind == AL_KIND_SEQUENTIAL;
}

static bool broken(struct al_site *s, const char *what)
{
    return al_site_refuse(s, AL_GRAPH_STRUCTURE, NULL, AL_NOTHING, "%s", what);
}

static bool check_owner(struct al_site *s, uint32_t index)
{
    const struct al_model *m = s->model;
    const struct al_layer *layer = &m->layers[index];
    if (index == 0)
        return layer->owner == AL_NONE_INDEX || broken(s, "the model itself has an owner");
    if (layer->owner >= index)
        return broken(s, "a layer stands before the one that owns it");
    return true;
}

/* In preorder each layer's children are exactly those later ones that name it as their
   owner, in ascending order: one pass over `next` (per owner, how many were seen) tells. */
static bool check_children(struct al_site *s, uint32_t *seen)
{
    struct al_model *m = s->model;
    for (uint32_t i = 1; i < m->layer_count; i++) {
        const struct al_layer *owner = &m->layers[m->layers[i].owner];
        uint32_t at = seen[m->layers[i].owner]++;
        s->layer = &m->layers[i];
        if (at >= owner->child_count || owner->children[at] != i)
            return broken(s, "the layer is not among what its owner owns");
    }
    for (uint32_t i = 0; i < m->layer_count; i++) {
        s->layer = &m->layers[i];
        if (seen[i] != m->layers[i].child_count)
            return broken(s, "the layer owns more than there is");
    }
    return true;
}

static bool check_depth(struct al_site *s, uint32_t *depth)
{
    struct al_model *m = s->model;
    depth[0] = 0;
    for (uint32_t i = 1; i < m->layer_count; i++) {
        depth[i] = depth[m->layers[i].owner] + 1;
        s->layer = &m->layers[i];
        if (depth[i] >= AL_MAX_LAYER_DEPTH)
            return al_site_refuse(s, AL_LIMIT_DEPTH, NULL, AL_NOTHING, "more than %u layers are nested in each other",
                                  AL_MAX_LAYER_DEPTH);
    }
    return true;
}

static bool check_kind(struct al_site *s)
{
    const struct al_row *row = s->row;
    if (row == NULL)
        return broken(s, "there is no such kind of layer");
    if (row->decision == AL_NOT_ALLOWED)
        return al_site_refuse(s, row->finding, NULL, al_text_of(row->name), "%s", row->reason);
    if (!al_policy_allows(s->policy, s->layer->kind))
        return al_site_refuse(s, AL_POLICY_LAYER, NULL, al_text_of(row->name),
                              "the policy does not allow %s", row->name);
    if (al_kind_is_model(s->layer->kind) != (s->layer->graph != NULL))
        return broken(s, "a graph stands where none belongs, or is missing");
    if (s->layer->params == NULL && row->param_count > 0)
        return broken(s, "the layer has no parameters");
    if (s->layer->compute_dtype >= AL_DTYPE_COUNT || s->layer->variable_dtype >= AL_DTYPE_COUNT)
        return broken(s, "the layer has no type");
    return al_check_quantization(s);
}

static bool owns(const struct al_site *s, int64_t index)
{
    return index > 0 && index < (int64_t)s->model->layer_count &&
           &s->model->layers[s->model->layers[index].owner] == s->layer;
}

static bool check_owned_values(struct al_site *s)
{
    for (uint32_t i = 0; i < s->row->param_count; i++) {
        const struct al_value *v = &s->layer->params[i];
        if (v->type == AL_VALUE_LAYER && !owns(s, v->integer))
            return broken(s, "a parameter names a layer of another owner");
        if (s->row->params[i].type != AL_PARAM_LAYERS || v->type != AL_VALUE_INTEGERS)
            continue;
        for (uint32_t k = 0; k < v->count; k++)
            if (!owns(s, v->integers[k]))
                return broken(s, "a parameter names a layer of another owner");
    }
    return true;
}

static bool check_items(struct al_site *s, const struct al_given *given, uint32_t call_index)
{
    for (uint32_t i = 0; i < given->count; i++)
        if (given->items[i].call != AL_NONE_INDEX && given->items[i].call >= call_index)
            return broken(s, "a call uses a later one");
    return true;
}

static bool check_call(struct al_site *s, const struct al_layer *owner, struct al_call *call, uint32_t call_index)
{
    struct al_model *m = s->model;
    if (call->layer == 0 || call->layer >= m->layer_count || &m->layers[m->layers[call->layer].owner] != owner)
        return broken(s, "a call of a layer of another owner");
    const struct al_row *row = al_row_of(s->policy, m->layers[call->layer].kind);
    uint64_t items = 0;
    for (uint32_t i = 0; i < call->given_count; i++) {
        const struct al_given *given = &call->given[i];
        if (given->argument >= row->argument_count || (i > 0 && given->argument <= call->given[i - 1].argument))
            return broken(s, "the arguments of a call are unknown or out of order");
        items += given->count;
        if (items > AL_MAX_CALL_ITEMS)
            return al_site_refuse(s, AL_LIMIT_CALLS, NULL, AL_NOTHING, "more than %u things are given to one call",
                                  AL_MAX_CALL_ITEMS);
        if (!given->list && given->count != 1)
            return broken(s, "an argument that is no list holds several things");
        if (!check_items(s, given, call_index))
            return false;
    }
    call->output_count = 0;
    call->output_shapes = NULL;
    call->output_dtypes = NULL;
    return true;
}

static bool check_ports(struct al_site *s, const struct al_graph *g)
{
    const struct al_model *m = s->model;
    if (g->input_count == 0 || g->output_count == 0)
        return al_site_refuse(s, AL_GRAPH_PORT, "an input and an output", AL_NOTHING,
                              "the model has no input or no output");
    if (g->input_count > AL_MAX_CALL_ITEMS || g->output_count > AL_MAX_CALL_ITEMS)
        return al_site_refuse(s, AL_LIMIT_CALLS, NULL, AL_NOTHING, "more than %u inputs or outputs",
                              AL_MAX_CALL_ITEMS);
    bool *taken = al_arena_alloc(m->arena, g->call_count, sizeof *taken);
    if (taken == NULL)
        return al_site_no_memory(s);
    for (uint32_t i = 0; i < g->input_count; i++) {
        uint32_t call = g->inputs[i].call;
        if (call >= g->call_count || g->inputs[i].output != 0 || taken[call] ||
            m->layers[g->calls[call].layer].kind != AL_KIND_INPUT_LAYER)
            return al_site_refuse(s, AL_GRAPH_PORT, "each input layer once", AL_NOTHING,
                                  "an input of the model is not an input layer, or is named twice");
        taken[call] = true;
    }
    for (uint32_t i = 0; i < g->call_count; i++)
        if (m->layers[g->calls[i].layer].kind == AL_KIND_INPUT_LAYER && !taken[i])
            return al_site_refuse(s, AL_GRAPH_PORT, NULL, AL_NOTHING,
                                  "an input layer is not among the inputs of its model");
    for (uint32_t i = 0; i < g->output_count; i++)
        if (g->outputs[i].call >= g->call_count)
            return al_site_refuse(s, AL_GRAPH_PORT, NULL, AL_NOTHING, "an output of the model does not exist");
    return true;
}

static bool check_graph(struct al_site *s, uint64_t *calls)
{
    struct al_graph *g = s->layer->graph;
    *calls += g->call_count;
    if (*calls > AL_MAX_CALLS)
        return al_site_refuse(s, AL_LIMIT_CALLS, NULL, AL_NOTHING, "the model makes more than %u calls",
                              AL_MAX_CALLS);
    for (uint32_t i = 0; i < g->call_count; i++)
        if (!check_call(s, s->layer, &g->calls[i], i))
            return false;
    return check_ports(s, g);
}

static bool each_layer(struct al_site *s)
{
    struct al_model *m = s->model;
    bool good = true;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        struct al_layer *layer = &m->layers[i];
        s->layer = layer;
        s->row = al_row_of(s->policy, layer->kind);
        layer->demands = NULL;
        layer->demand_count = 0;
        layer->built = false;
        /* every layer that is not allowed is named, not just the first */
        good = check_kind(s) && check_owned_values(s) && al_check_params(s) && good;
    }
    for (uint32_t i = 0; good && i < m->layer_count; i++) {
        s->layer = &m->layers[i];
        s->row = al_row_of(s->policy, s->layer->kind);
        good = s->row->check == NULL || s->row->check(s);
    }
    return good;
}

bool al_check_structure(struct al_model *m, const struct al_policy *policy, struct al_findings *f)
{
    struct al_site s = {.model = m, .policy = policy, .findings = f, .layer = m->layers};
    if (m->layer_count > policy->limits.layers || m->layer_count > AL_MAX_LAYERS)
        return al_site_refuse(&s, AL_LIMIT_LAYERS, al_found(f, "at most %u", policy->limits.layers).at,
                              al_found(f, "%u", m->layer_count), "the model has more layers than the policy allows");
    if (m->version.major != 2 && m->version.major != 3 && (m->version.major | m->version.minor | m->version.patch) != 0)
        return al_site_refuse(&s, AL_KERAS_VERSION, "a version of Keras 2 or 3", al_found(f, "%u", m->version.major),
                              "an unknown version of Keras");
    uint32_t *scratch = al_arena_alloc(m->arena, m->layer_count, sizeof *scratch);
    if (scratch == NULL)
        return al_site_no_memory(&s);
    for (uint32_t i = 0; i < m->layer_count; i++) {
        s.layer = &m->layers[i];
        if (!check_owner(&s, i))
            return false;
    }
    if (!check_children(&s, scratch) || !check_depth(&s, scratch) || !each_layer(&s))
        return false;
    uint64_t calls = 0;
    for (uint32_t i = 0; i < m->layer_count; i++) {
        s.layer = &m->layers[i];
        if (s.layer->graph != NULL && !check_graph(&s, &calls))
            return false;
    }
    if (!al_kind_is_model(m->layers[0].kind)) {
        s.layer = m->layers;
        return broken(&s, "the model is not a Functional or Sequential one");
    }
    return true;
}
