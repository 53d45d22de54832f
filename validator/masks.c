/* Where a mask travels through a model, as far as needed to say that releases of Keras
   disagree about the numbers: Keras 2, Keras 3 until 3.3, since 3.4 and since 3.16 pass
   masks on by different rules. Airlock follows the release that wrote the file. */
#include "validator/catalogue.h"
#include "validator/masks.h"
#include "validator/recurrence.h"
#include "validator/row.h"

#include <string.h>

/* What a tensor carries; the greater of two is what a layer of both carries. */
enum carried { NO_MASK, A_MASK, DISPUTED };

static bool flag(const struct al_layer *layer, const struct al_row *row, const char *key)
{
    for (uint32_t i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].key, key) == 0)
            return layer->params[i].integer != 0;
    return false;
}

static bool goes_through_steps(uint32_t kind)
{
    return al_is_recurrent(kind) || kind == AL_KIND_BIDIRECTIONAL || kind == AL_KIND_TIME_DISTRIBUTED;
}

/* Layers whose numbers depend on the mask of what they are given. */
static bool uses_mask(uint32_t kind)
{
    static const uint32_t others[] = {AL_KIND_ATTENTION, AL_KIND_ADDITIVE_ATTENTION, AL_KIND_MULTI_HEAD_ATTENTION,
                                      AL_KIND_GROUP_QUERY_ATTENTION, AL_KIND_GLOBAL_AVERAGE_POOLING1D, AL_KIND_SOFTMAX};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i] == kind)
            return true;
    return goes_through_steps(kind);
}

/* Maximum, Minimum and Multiply pass over masked steps since 3.4, and did not before. */
static bool skips_masked(uint32_t kind)
{
    return kind == AL_KIND_MAXIMUM || kind == AL_KIND_MINIMUM || kind == AL_KIND_MULTIPLY;
}

static bool merges(uint32_t kind)
{
    return skips_masked(kind) || kind == AL_KIND_ADD || kind == AL_KIND_SUBTRACT || kind == AL_KIND_AVERAGE ||
           kind == AL_KIND_CONCATENATE;
}

struct walk {
    const struct al_model *model;
    const struct al_policy *policy;
    const struct al_layer *where;    /* the first layer that releases disagree about; NULL: none */
};

static enum carried through_graph(struct walk *w, const struct al_layer *owner, enum carried given, uint32_t depth);

/* What the layers of a wrapper or a recurrence give on: all steps, or the last alone. */
static enum carried through_steps(const struct walk *w, const struct al_layer *layer, const struct al_row *row,
                                  enum carried in)
{
    if (layer->kind == AL_KIND_TIME_DISTRIBUTED)
        return in == NO_MASK ? NO_MASK : DISPUTED;
    if (layer->kind == AL_KIND_BIDIRECTIONAL && layer->child_count > 0) {
        layer = &w->model->layers[layer->children[0]];
        row = al_row_of(w->policy, layer->kind);
    }
    return in != NO_MASK && row != NULL && flag(layer, row, "return_sequences") ? DISPUTED : NO_MASK;
}

/* What leaves a layer that is given `in`; `some_without`: not every input carries a mask. */
static enum carried through(struct walk *w, const struct al_layer *layer, enum carried in, bool some_without,
                            uint32_t depth)
{
    const struct al_row *row = al_row_of(w->policy, layer->kind);
    if (row == NULL)
        return NO_MASK;
    if (layer->graph != NULL)
        return depth < AL_MAX_LAYER_DEPTH ? through_graph(w, layer, in, depth + 1) : NO_MASK;
    const bool depends = (in == DISPUTED && uses_mask(layer->kind)) || (in != NO_MASK && skips_masked(layer->kind));
    if (depends && w->where == NULL)
        w->where = layer;
    if (layer->kind == AL_KIND_EMBEDDING || layer->kind == AL_KIND_REVERSIBLE_EMBEDDING)
        return flag(layer, row, "mask_zero") ? A_MASK : NO_MASK;
    if (layer->kind == AL_KIND_MASKING)
        return in > A_MASK ? in : A_MASK;
    if (merges(layer->kind))
        return in != NO_MASK && some_without ? DISPUTED : in;
    if (row->mask == AL_MASK_PASSES_IN_KERAS3)
        return in == NO_MASK ? NO_MASK : DISPUTED;
    if (row->mask != AL_MASK_OWN)
        return row->mask == AL_MASK_PASSES ? in : NO_MASK;
    if (layer->kind == AL_KIND_GLOBAL_AVERAGE_POOLING1D)
        return NO_MASK;
    return goes_through_steps(layer->kind) ? through_steps(w, layer, row, in) : in;
}

static enum carried through_graph(struct walk *w, const struct al_layer *owner, enum carried given, uint32_t depth)
{
    const struct al_graph *g = owner->graph;
    enum carried *done = al_arena_alloc(w->model->arena, g->call_count, sizeof *done), last = NO_MASK;
    for (uint32_t i = 0; done != NULL && i < g->call_count; i++) {
        const struct al_call *c = &g->calls[i];
        const struct al_layer *layer = &w->model->layers[c->layer];
        enum carried in = layer->kind == AL_KIND_INPUT_LAYER ? given : NO_MASK;
        bool some_without = false;
        for (uint32_t k = 0; k < c->given_count; k++)
            for (uint32_t n = 0; n < c->given[k].count; n++) {
                const struct al_item *item = &c->given[k].items[n];
                const enum carried each = item->call < i ? done[item->call] : NO_MASK;
                some_without = some_without || each == NO_MASK;
                in = each > in ? each : in;
            }
        done[i] = through(w, layer, in, some_without, depth);
    }
    for (uint32_t i = 0; done != NULL && i < g->output_count; i++) {
        const uint32_t from = g->outputs[i].call;
        last = from < g->call_count && done[from] > last ? done[from] : last;
    }
    return last;
}

void al_note_masks(const struct al_model *m, const struct al_policy *policy, struct al_findings *f)
{
    struct walk w = {.model = m, .policy = policy};
    if (m->layer_count == 0 || m->layers[0].graph == NULL)
        return;
    (void)through_graph(&w, m->layers, NO_MASK, 0);
    if (w.where != NULL)
        (void)al_find_at(f, AL_KERAS_MASK_RELEASES,
                         al_found(f, "layer %.*s", (int)w.where->name.length, w.where->name.at), NULL, AL_NOTHING,
                         "releases of Keras disagree about the mask that reaches this layer; the one that wrote the "
                         "file is followed");
}
