/* The program: plans by input shapes, the user's arrays in, the model's outputs out. */
#include "inference/predict.h"

#include "base/checked.h"
#include "inference/convert.h"
#include "inference/lower.h"
#include "inference/plan.h"

#include <stdlib.h>
#include <string.h>

enum { PLANS_KEPT = 4 };

/* A plan, and what it was made for. */
struct planned {
    struct al_plan *plan;
    struct al_shape *shapes;         /* of the inputs */
    char *layer;                     /* "" for the model's outputs */
    size_t layer_length;
    uint32_t output_count;
    bool once;                       /* made for the very inputs, not only for their shapes */
    uint64_t used;                   /* when last */
};

struct al_program {
    const struct al_model *model;
    const struct al_policy *policy;
    const struct al_graph *graph;
    struct al_weights *weights;
    const struct al_engine *engine;
    struct planned kept[PLANS_KEPT];
    uint64_t clock;
};

enum al_status al_program_new(struct al_program **out, const struct al_model *model, const struct al_mapped *inputs,
                              uint32_t input_count, const struct al_policy *policy, struct al_error *err)
{
    *out = NULL;
    if (model->layer_count == 0 || model->layers[0].graph == NULL)
        return al_fail(err, AL_USAGE, 0, "the file holds weights without an architecture: nothing to compute");
    struct al_program *p = calloc(1, sizeof *p);
    if (p == NULL || (p->weights = al_weights_new(model, inputs, input_count)) == NULL) {
        free(p);
        return al_fail(err, AL_NO_MEMORY, 0, "a program needs more memory than there is");
    }
    p->model = model;
    p->policy = policy;
    p->graph = model->layers[0].graph;
    p->engine = al_engine_load();
    if (p->engine == NULL)
        p->engine = &al_engine_builtin;
    *out = p;
    return AL_OK;
}

static void forget(struct planned *k)
{
    al_plan_free(k->plan);
    free(k->shapes);
    free(k->layer);
    *k = (struct planned){.plan = NULL};
}

void al_program_free(struct al_program *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; i < PLANS_KEPT; i++)
        forget(&p->kept[i]);
    al_weights_free(p->weights);
    free(p);
}

static struct al_port_kind port_kind(const struct al_program *p, const struct al_port *port)
{
    const struct al_call *c = &p->graph->calls[port->call];
    return (struct al_port_kind){port->name, c->output_dtypes[port->output], c->output_shapes[port->output]};
}

uint32_t al_program_input_count(const struct al_program *p)
{
    return p->graph->input_count;
}

struct al_port_kind al_program_input(const struct al_program *p, uint32_t index)
{
    return port_kind(p, &p->graph->inputs[index]);
}

uint32_t al_program_output_count(const struct al_program *p)
{
    return p->graph->output_count;
}

struct al_port_kind al_program_output(const struct al_program *p, uint32_t index)
{
    return port_kind(p, &p->graph->outputs[index]);
}

const char *al_program_engine(const struct al_program *p)
{
    return p->engine->name;
}

/* ---- the user's arrays ---- */

static uint32_t input_named(const struct al_program *p, struct al_text name)
{
    for (uint32_t i = 0; i < p->graph->input_count; i++)
        if (al_text_equal(name, p->graph->inputs[i].name))
            return i;
    return AL_NONE_INDEX;
}

/* Sorts the given arrays into the model's order. */
static bool match(const struct al_program *p, const struct al_array *in, uint32_t in_count,
                  const struct al_array **sorted, struct al_findings *f)
{
    const uint32_t count = p->graph->input_count;
    for (uint32_t i = 0; i < in_count; i++) {
        const uint32_t at = in[i].name.length > 0 ? input_named(p, in[i].name) : i;
        if (at == AL_NONE_INDEX)
            return al_find_at(f, AL_INPUT_NAME, in[i].name, "one of the model's input names", in[i].name,
                              "the model has no such input");
        if (at >= count)
            return al_find_at(f, AL_INPUT_NAME, AL_NOTHING, "as many arrays as the model has inputs",
                              al_found(f, "%u arrays for %u inputs", in_count, count), "there are too many arrays");
        if (sorted[at] != NULL)
            return al_find_at(f, AL_INPUT_NAME, p->graph->inputs[at].name, "each input once", AL_NOTHING,
                              "the input was given twice");
        sorted[at] = &in[i];
    }
    for (uint32_t k = 0; k < count; k++)
        if (sorted[k] == NULL)
            return al_find_at(f, AL_INPUT_MISSING, p->graph->inputs[k].name, "an array for each input",
                              al_found(f, "%u arrays for %u inputs", in_count, count), "the input was not given");
    return true;
}

static bool check_shapes(const struct al_program *p, const struct al_array *const *in, struct al_findings *f)
{
    const struct al_shape *first = &in[0]->shape;
    for (uint32_t k = 0; k < p->graph->input_count; k++) {
        const struct al_port_kind port = al_program_input(p, k);
        const struct al_shape *given = &in[k]->shape;
        bool fits = given->rank == port.shape.rank;
        for (uint32_t i = 0; fits && i < given->rank; i++)
            fits = given->dim[i] > 0 && (port.shape.dim[i] == -1 || port.shape.dim[i] == given->dim[i]);
        if (fits && given->rank > 0 && port.shape.dim[0] == -1 && first->rank > 0)
            fits = given->dim[0] == first->dim[0];
        if (!fits)
            return al_find_at(f, AL_INPUT_SHAPE, port.name, al_shape_show(f, &port.shape),
                              al_found(f, "%s", al_shape_show(f, given)), "the array's shape does not fit");
    }
    return true;
}

/* One portion of the samples: `first` to `first + count`, or everything where `whole`. */
struct portion {
    int64_t first, count;
    bool whole;
};

/* The user's arrays on their way into a plan. */
struct feed {
    const struct al_program *p;
    const struct al_array *const *in;
    const struct portion *part;
    struct al_findings *f;
};

static bool fill_input(void *context, uint32_t i, const struct al_view *to)
{
    const struct feed *feed = context;
    const struct al_array *in = feed->in[i];
    const struct al_port_kind port = al_program_input(feed->p, i);
    const uint64_t count = (uint64_t)al_view_count(to), size = al_dtype_size(in->dtype);
    const uint64_t skipped =
        feed->part->whole ? 0 : count / (uint64_t)feed->part->count * (uint64_t)feed->part->first;
    uint64_t at;
    if ((in->dtype == AL_STRING) != (to->dtype == AL_STRING))
        return al_find_at(feed->f, AL_INPUT_DTYPE, port.name, al_dtype_name(port.dtype),
                          al_text_of(al_dtype_name(in->dtype)), "texts are no numbers, and numbers no texts");
    if (to->dtype == AL_STRING) {
        memcpy(to->data, in->texts + skipped, count * sizeof *in->texts);
        return true;
    }
    if (!al_convert_in(in->dtype, (const uint8_t *)in->data + skipped * size, count, port.dtype, to->dtype, to->data,
                       &at))
        return al_find_at(feed->f, AL_INPUT_DTYPE, port.name, al_dtype_name(port.dtype),
                          al_text_of(al_dtype_name(in->dtype)),
                          "number %llu of the array would change in being converted",
                          (unsigned long long)(at + skipped));
    return true;
}

/* ---- plans ---- */

static bool made_for(const struct planned *k, const struct al_shape *shapes, uint32_t count, struct al_text layer)
{
    if (k->plan == NULL || k->once || !al_text_equal((struct al_text){k->layer, k->layer_length}, layer))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!al_shape_equal(&k->shapes[i], &shapes[i]))
            return false;
    return true;
}

static bool user_chose_lengths(const struct al_program *p)
{
    for (uint32_t k = 0; k < p->graph->input_count; k++) {
        const struct al_shape s = al_program_input(p, k).shape;
        for (uint32_t i = 1; i < s.rank; i++)
            if (s.dim[i] == -1)
                return true;
    }
    return false;
}

static enum al_status make_plan(struct al_program *p, const struct al_shape *shapes, struct al_text layer,
                                const struct feed *feed, struct planned *k, struct al_run *run)
{
    bool found;
    const uint32_t count = p->graph->input_count;
    struct feed copy = *feed;
    struct al_findings *f = feed->f;
    struct al_lower_data data = {.fill = fill_input, .context = &copy};
    struct al_ops *ops = al_lower_model(p->model, p->policy, p->weights, shapes, &data, layer, &found, run->err);
    if (ops == NULL && run->err->code == AL_REFUSED) {
        if (f->count == 0)
            al_find_at(f, AL_INPUT_TEXT, AL_NOTHING, "UTF-8", AL_NOTHING, "%s", run->err->what);
        return AL_REFUSED;
    }
    if (ops == NULL && run->err->code == AL_INTERNAL && user_chose_lengths(p)) {
        al_find_at(f, AL_INPUT_SHAPE, AL_NOTHING, "lengths that every layer can take", AL_NOTHING, "%s",
                   run->err->what);
        return AL_REFUSED;
    }
    if (ops == NULL)
        return run->err->code;
    if (!found) {
        al_ops_free(ops);
        al_find_at(f, AL_INPUT_NAME, layer, "the name of a layer of the model", layer, "the model has no such layer");
        return AL_REFUSED;
    }
    k->output_count = ops->output_count;
    k->once = data.used;
    const enum al_status status = al_plan_new_take(&k->plan, ops, p->engine, p->policy->limits.activation_bytes, run);
    if (status != AL_OK)
        return status;
    k->shapes = calloc(count + 1, sizeof *k->shapes);
    k->layer = calloc(layer.length + 1, 1);
    if (k->shapes == NULL || k->layer == NULL)
        return al_fail(run->err, AL_NO_MEMORY, 0, "a plan needs more memory than there is");
    memcpy(k->shapes, shapes, count * sizeof *shapes);
    if (layer.length > 0)
        memcpy(k->layer, layer.at, layer.length);
    k->layer_length = layer.length;
    return AL_OK;
}

static enum al_status find_plan(struct al_program *p, const struct al_shape *shapes, struct al_text layer,
                                const struct feed *feed, struct al_run *run, struct planned **out)
{
    struct planned *oldest = &p->kept[0];
    for (uint32_t i = 0; i < PLANS_KEPT; i++) {
        struct planned *k = &p->kept[i];
        if (made_for(k, shapes, p->graph->input_count, layer)) {
            k->used = ++p->clock;
            *out = k;
            return AL_OK;
        }
        oldest = k->used < oldest->used ? k : oldest;
    }
    forget(oldest);
    const enum al_status status = make_plan(p, shapes, layer, feed, oldest, run);
    if (status != AL_OK) {
        forget(oldest);
        return status;
    }
    oldest->used = ++p->clock;
    *out = oldest;
    return AL_OK;
}

/* ---- running ---- */

static const struct al_call *call_of_layer(const struct al_program *p, struct al_text layer)
{
    const struct al_call *found = NULL;
    for (uint32_t i = 0; i < p->graph->call_count; i++)
        if (al_text_equal(p->model->layers[p->graph->calls[i].layer].name, layer))
            found = &p->graph->calls[i];
    return found;
}

static struct al_port_kind result_kind(const struct al_program *p, struct al_text layer, uint32_t i)
{
    if (layer.length == 0)
        return al_program_output(p, i);
    const struct al_call *c = call_of_layer(p, layer);
    return (struct al_port_kind){layer, c->output_dtypes[i], c->output_shapes[i]};
}

static enum al_status make_results(const struct al_program *p, struct al_text layer, const struct planned *k,
                                   int64_t samples, const struct portion *part, struct al_results *out,
                                   struct al_error *err)
{
    out->arrays = al_arena_alloc(out->arena, k->output_count, sizeof *out->arrays);
    if (out->arrays == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "the results need more memory than there is");
    out->count = k->output_count;
    for (uint32_t i = 0; i < k->output_count; i++) {
        const struct al_port_kind kind = result_kind(p, layer, i);
        struct al_array *a = &out->arrays[i];
        uint64_t count;
        a->shape = al_plan_output(k->plan, i)->shape;
        a->dtype = kind.dtype;
        if (!part->whole && (a->shape.rank == 0 || a->shape.dim[0] != part->count))
            return al_fail(err, AL_USAGE, 0, "output %u has no axis of samples: run it without splitting", i);
        if (!part->whole)
            a->shape.dim[0] = samples;
        a->name.at = al_arena_copy(out->arena, kind.name.at, kind.name.length);
        a->name.length = kind.name.length;
        const bool countable = al_shape_count(&a->shape, 0, a->shape.rank, &count);
        if (countable && a->dtype == AL_STRING)
            a->texts = al_arena_alloc(out->arena, count, sizeof *a->texts);
        else if (countable)
            a->data = al_arena_alloc(out->arena, count, al_dtype_size(a->dtype));
        if (a->name.at == NULL || (a->data == NULL && a->texts == NULL))
            return al_fail(err, AL_LIMIT, 0, "the results exceed the policy's limit activation_bytes");
    }
    return AL_OK;
}

/* The texts of a result die with the run: copies. */
static bool keep_texts(const struct al_view *from, struct al_text *to, struct al_arena *arena)
{
    const int64_t count = al_view_count(from);
    struct al_view packed = *from;
    al_view_pack(&packed);
    packed.data = to;
    al_view_copy(from, &packed);
    for (int64_t i = 0; i < count; i++)
        if ((to[i].at = al_arena_copy(arena, to[i].at, to[i].length)) == NULL)
            return false;
    return true;
}

static enum al_status keep(const struct planned *k, const struct portion *part, struct al_results *out,
                           struct al_error *err)
{
    for (uint32_t i = 0; i < out->count; i++) {
        const struct al_view *from = al_plan_output(k->plan, i);
        const struct al_array *a = &out->arrays[i];
        const uint64_t each = part->whole ? 0 : (uint64_t)(al_view_count(from) / part->count);
        const uint64_t skipped = each * (uint64_t)part->first;
        if (a->dtype != AL_STRING)
            al_convert_out(from, a->dtype, (uint8_t *)(uintptr_t)a->data + skipped * al_dtype_size(a->dtype));
        else if (!keep_texts(from, (struct al_text *)(uintptr_t)a->texts + skipped, out->arena))
            return al_fail(err, AL_LIMIT, 0, "the results exceed the policy's limit activation_bytes");
    }
    return AL_OK;
}

static enum al_status run_portion(struct al_program *p, const struct al_array *const *in, int64_t samples,
                                  const struct portion *part, struct al_text layer, struct al_results *out,
                                  struct al_run *run, struct al_findings *f)
{
    struct planned *k;
    struct al_shape *shapes = al_arena_alloc(out->arena, p->graph->input_count, sizeof *shapes);
    if (shapes == NULL)
        return al_fail(run->err, AL_NO_MEMORY, 0, "the results need more memory than there is");
    for (uint32_t i = 0; i < p->graph->input_count; i++) {
        shapes[i] = in[i]->shape;
        if (!part->whole)
            shapes[i].dim[0] = part->count;
    }
    struct feed feed = {p, in, part, f};
    enum al_status status = find_plan(p, shapes, layer, &feed, run, &k);
    if (status != AL_OK)
        return status;
    if (out->arrays == NULL && (status = make_results(p, layer, k, samples, part, out, run->err)) != AL_OK)
        return status;
    for (uint32_t i = 0; i < p->graph->input_count; i++)
        if (!fill_input(&feed, i, al_plan_input(k->plan, i)))
            return AL_REFUSED;
    if (!al_plan_run(k->plan, run)) {
        if (run->bad_text)
            al_find_at(f, AL_INPUT_TEXT, run->at_layer, "UTF-8", AL_NOTHING, "%s", run->err->what);
        if (!run->index_out_of_range)
            return run->err->code;
        al_find_at(f, AL_INPUT_INDEX, run->at_layer, "an index inside the table", AL_NOTHING, "%s", run->err->what);
        return AL_REFUSED;
    }
    return keep(k, part, out, run->err);
}

enum al_status al_predict(struct al_program *p, const struct al_array *in, uint32_t in_count,
                          const struct al_predict_options *options, struct al_results *out, struct al_findings *f,
                          struct al_error *err)
{
    const uint64_t most = p->policy->limits.activation_bytes;
    const struct al_text layer = options != NULL ? options->layer : AL_NOTHING;
    struct al_error own;
    struct al_run run = {.err = err != NULL ? err : &own, .scratch_most = most};
    *out = (struct al_results){.arena = al_arena_new(most)};
    run.texts = al_arena_new(most);
    *run.err = (struct al_error){.code = AL_OK};
    const struct al_array **sorted = calloc((size_t)p->graph->input_count + 1, sizeof(const struct al_array *));
    enum al_status status = AL_OK;
    if (out->arena == NULL || run.texts == NULL || sorted == NULL) {
        status = al_fail(run.err, AL_NO_MEMORY, 0, "a prediction needs more memory than there is");
        goto end;
    }
    status = AL_REFUSED;
    if (!match(p, in, in_count, sorted, f) || (p->graph->input_count > 0 && !check_shapes(p, sorted, f)))
        goto end;
    const int64_t samples = p->graph->input_count > 0 && sorted[0]->shape.rank > 0 ? sorted[0]->shape.dim[0] : 1;
    const bool split = options != NULL && options->batch > 0 && options->batch < (uint64_t)samples;
    const int64_t each = split ? (int64_t)options->batch : samples;
    for (int64_t first = 0; first < samples; first += each) {
        const struct portion part = {first, samples - first < each ? samples - first : each, !split};
        status = run_portion(p, sorted, samples, &part, layer, out, &run, f);
        if (status != AL_OK)
            goto end;
    }

end:
    free(run.scratch);
    al_arena_free(run.texts);
    free(sorted);
    if (status != AL_OK)
        al_results_free(out);
    return status;
}

void al_results_free(struct al_results *r)
{
    al_arena_free(r->arena);
    *r = (struct al_results){.count = 0};
}
