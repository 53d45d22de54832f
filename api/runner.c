/* Predictions: a verified model and the caller's arrays in, arrays out. */
#include "api/ndarrays.h"
#include "api/report.h"
#include "base/checked.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct al_runner {
    const struct al_report *report;  /* borrowed */
    struct al_program *program;      /* owned */
    struct al_mapped *inputs;        /* owned; the bytes are the report's */
    char *layer;                     /* owned; NULL: the model's outputs */
    uint64_t batch;
    pthread_mutex_t lock;            /* a program runs once at a time */
};

enum al_status al_runner_new(struct al_runner **out, const struct al_report *report,
                             const struct al_runner_options *given, struct al_error *err)
{
    struct al_runner_options options = AL_RUNNER_OPTIONS_INIT;
    if (given != NULL)
        memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    if (report->verdict != AL_VERDICT_ACCEPT || report->vetted == NULL)
        return al_fail(err, AL_USAGE, 0, "the model was not accepted, or its report holds facts only");
    if (report->vetted->model->layer_count == 0)
        return al_fail(err, AL_USAGE, 0, "the file holds weights only: its architecture is needed too");
    const struct al_vetted *v = report->vetted;
    struct al_runner *r = calloc(1, sizeof *r);
    if (r == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for a runner");
    (void)pthread_mutex_init(&r->lock, NULL);
    r->report = report;
    r->batch = options.batch;
    enum al_status status = AL_OK;
    if ((options.layer != NULL && (r->layer = strdup(options.layer)) == NULL) ||
        (r->inputs = calloc(v->input_count + 1, sizeof *r->inputs)) == NULL)
        status = al_fail(err, AL_NO_MEMORY, 0, "no memory for a runner");
    for (uint32_t i = 0; status == AL_OK && i < v->input_count; i++)
        r->inputs[i] = (struct al_mapped){v->inputs[i], v->input_sizes[i]};
    if (status == AL_OK)
        status = al_program_new(&r->program, v->model, r->inputs, v->input_count, report->policy, err);
    if (status != AL_OK) {
        al_runner_free(r);
        return status;
    }
    *out = r;
    return AL_OK;
}

const char *al_runner_engine(const struct al_runner *r)
{
    return al_program_engine(r->program);
}

/* One of the caller's arrays, checked as far as it can be without the model. */
static enum al_status borrow(struct al_array *out, const struct al_ndarray *in, struct al_error *err)
{
    struct al_shape shape = {.rank = in->rank};
    if (in->rank > AL_MAX_RANK)
        return al_fail(err, AL_USAGE, 0, "an array of more than %u dimensions", AL_MAX_RANK);
    for (uint32_t i = 0; i < in->rank; i++) {
        if (in->shape[i] < 0)
            return al_fail(err, AL_USAGE, 0, "a negative dimension");
        shape.dim[i] = in->shape[i];
    }
    enum al_dtype dtype = al_dtype_by_name(al_text_of(in->dtype));
    const uint64_t size = dtype == AL_STRING ? sizeof(struct al_string) : al_dtype_size(dtype);
    uint64_t count, bytes;
    if (size == 0)
        return al_fail(err, AL_USAGE, 0, "an array of a type that is neither a number's nor a text's");
    if (!al_shape_count(&shape, 0, shape.rank, &count) || !al_mul_u64(count, size, &bytes) ||
        bytes != in->bytes)
        return al_fail(err, AL_USAGE, 0, "an array whose bytes are not as many as its shape and type say");
    *out = (struct al_array){.name = in->name != NULL ? al_text_of(in->name) : AL_NOTHING,
                             .dtype = dtype, .shape = shape, .data = dtype == AL_STRING ? NULL : in->data,
                             .texts = dtype == AL_STRING ? in->data : NULL};
    return AL_OK;
}

/* numpy has no bfloat16, and float32 holds each of its values. */
static bool widen(struct al_ndarrays *a, const struct al_array *r, uint64_t count)
{
    const uint16_t *narrow = r->data;
    uint32_t *wide = al_arena_alloc(a->arena, count, sizeof *wide);
    for (uint64_t i = 0; wide != NULL && i < count; i++)
        wide[i] = (uint32_t)narrow[i] << 16;
    return wide != NULL &&
           al_ndarrays_add(a, r->name, AL_FLOAT32, &r->shape, wide, count * al_dtype_size(AL_FLOAT32));
}

static bool add_result(struct al_ndarrays *a, const struct al_array *r)
{
    uint64_t count;
    if (!al_shape_count(&r->shape, 0, r->shape.rank, &count))
        return false;
    if (r->dtype == AL_STRING)
        return al_ndarrays_add(a, r->name, r->dtype, &r->shape, r->texts, count * sizeof *r->texts);
    return r->dtype == AL_BFLOAT16
               ? widen(a, r, count)
               : al_ndarrays_add(a, r->name, r->dtype, &r->shape, r->data, count * al_dtype_size(r->dtype));
}

static enum al_status give(struct al_ndarrays **out, struct al_results *results, struct al_error *err)
{
    struct al_ndarrays *a = al_ndarrays_new(results->count);
    if (a == NULL) {
        al_results_free(results);
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for the outputs");
    }
    a->results = *results;
    for (uint32_t i = 0; i < results->count; i++)
        if (!add_result(a, &results->arrays[i])) {
            al_ndarrays_free(a);
            return al_fail(err, AL_NO_MEMORY, 0, "no memory for the outputs");
        }
    *out = a;
    return AL_OK;
}

/* What is wrong with the arrays is a mistake of the caller's, not of the model. */
static enum al_status misused(const struct al_findings *f, struct al_error *err)
{
    const struct al_finding *last = &f->list[f->count - 1];
    bool expected = last->expected[0] != '\0', found = last->found[0] != '\0';
    enum al_status status =
        al_fail(err, AL_USAGE, 0, "%s: %s%s%s%s%s%s%s", al_finding_row(last->id)->id, last->message,
                last->where[0] != '\0' ? "; at " : "", last->where, expected ? "; expected " : "", last->expected,
                found ? "; found " : "", last->found);
    /* cut off anywhere, names could end inside a character */
    for (char *c = err != NULL ? err->what : NULL; c != NULL && *c != '\0'; c++)
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    return status;
}

static enum al_status predict(struct al_runner *r, const struct al_array *in, uint32_t count, struct al_arena *arena,
                              struct al_ndarrays **outputs, struct al_error *err)
{
    const struct al_predict_options options = {.layer = r->layer != NULL ? al_text_of(r->layer) : AL_NOTHING,
                                               .batch = r->batch};
    struct al_findings findings;
    al_findings_init(&findings, arena, NULL, AL_MAX_FINDINGS);
    struct al_results results = {0};
    (void)pthread_mutex_lock(&r->lock);
    enum al_status status = al_predict(r->program, in, count, &options, &results, &findings, err);
    (void)pthread_mutex_unlock(&r->lock);
    if (status == AL_REFUSED && findings.count > 0)
        return misused(&findings, err);
    return status == AL_OK ? give(outputs, &results, err) : status;
}

enum al_status al_runner_run(struct al_runner *r, const struct al_ndarray *inputs, size_t count,
                             struct al_ndarrays **outputs, struct al_error *err)
{
    if (count > AL_MAX_CALL_ITEMS)
        return al_fail(err, AL_USAGE, 0, "more than %u arrays", AL_MAX_CALL_ITEMS);
    struct al_arena *arena = al_arena_new((size_t)64 << 20);
    struct al_array *in = arena != NULL ? al_arena_alloc(arena, count, sizeof *in) : NULL;
    enum al_status status = in != NULL ? AL_OK : al_fail(err, AL_NO_MEMORY, 0, "no memory for the inputs");
    for (size_t i = 0; status == AL_OK && i < count; i++)
        status = borrow(&in[i], &inputs[i], err);
    if (status == AL_OK)
        status = predict(r, in, (uint32_t)count, arena, outputs, err);
    al_arena_free(arena);
    return status;
}

void al_runner_free(struct al_runner *r)
{
    if (r == NULL)
        return;
    al_program_free(r->program);
    free(r->inputs);
    free(r->layer);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}
