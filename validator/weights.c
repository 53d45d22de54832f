/* Stored tensors against what the layers demand, and against the file they lie in;
   see validate.h. */
#include "base/checked.h"
#include "validator/catalogue.h"
#include "validator/validate.h"

#include <stdlib.h>

static bool refuse_tensor(struct al_findings *f, enum al_finding_id id, const struct al_tensor *t,
                          const char *expected, struct al_text found, const char *message)
{
    return al_find_at(f, id, t->name, expected, found, "%s", message);
}

static bool check_extent(const struct al_tensor *t, const uint64_t *input_sizes, uint32_t input_count,
                         struct al_findings *f)
{
    if (t->input >= input_count || !al_range_inside(t->offset, t->bytes, input_sizes[t->input]))
        return refuse_tensor(f, AL_WEIGHTS_EXTENT, t, NULL, AL_NOTHING, "the numbers lie outside the file");
    return true;
}

/* Texts are inputs of a run, never weights. */
static uint32_t size_of(const struct al_model *m, enum al_dtype dtype)
{
    const bool arrays = m->format == AL_FORMAT_NPY || m->format == AL_FORMAT_NPZ;
    return dtype <= AL_DTYPE_NONE || dtype >= AL_DTYPE_COUNT || (dtype == AL_STRING && !arrays) ? 0
                                                                                                 : al_stored_size(dtype);
}

static bool check_tensor(const struct al_model *m, const struct al_tensor *t, const uint64_t *input_sizes, uint32_t input_count,
                         struct al_findings *f, uint64_t *total)
{
    uint64_t count, bytes;
    const uint32_t size = size_of(m, t->dtype);
    if (size == 0 || t->shape.rank > AL_MAX_RANK || !al_shape_count(&t->shape, 0, t->shape.rank, &count) ||
        !al_mul_u64(count, size, &bytes) || bytes != t->bytes || (t->dtype == AL_STRING && t->shape.rank == 0))
        return refuse_tensor(f, AL_WEIGHTS_SIZE, t, NULL, AL_NOTHING,
                             "the type, the shape and the number of bytes do not belong together");
    if (!al_add_u64(*total, count, total))
        return refuse_tensor(f, AL_LIMIT_PARAMETERS, t, NULL, AL_NOTHING, "the weights are more than can be counted");
    if (t->stored == AL_STORED_DATA)
        return t->data != NULL || bytes == 0 ||
               refuse_tensor(f, AL_WEIGHTS_EXTENT, t, NULL, AL_NOTHING, "the numbers are missing");
    if (t->stored != AL_STORED_EXTENT)
        return refuse_tensor(f, AL_WEIGHTS_EXTENT, t, NULL, AL_NOTHING, "the numbers lie nowhere");
    return check_extent(t, input_sizes, input_count, f);
}

static int by_place(const void *a, const void *b)
{
    const struct al_tensor *x = *(const struct al_tensor *const *)a, *y = *(const struct al_tensor *const *)b;
    if (x->input != y->input)
        return x->input < y->input ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool check_overlap(const struct al_model *m, struct al_findings *f)
{
    const struct al_tensor **sorted = al_arena_alloc(m->arena, m->tensor_count, sizeof *sorted);
    if (sorted == NULL)
        return al_find_at(f, AL_LIMIT_MEMORY, al_text_of("weights"), NULL, AL_NOTHING,
                          "the model needs more memory than allowed");
    size_t n = 0;
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (m->tensors[i].stored == AL_STORED_EXTENT && m->tensors[i].bytes > 0)
            sorted[n++] = &m->tensors[i];
    qsort(sorted, n, sizeof *sorted, by_place);
    for (size_t i = 1; i < n; i++)
        if (sorted[i]->input == sorted[i - 1]->input &&
            sorted[i]->offset < sorted[i - 1]->offset + sorted[i - 1]->bytes)
            return refuse_tensor(f, AL_WEIGHTS_OVERLAP, sorted[i], NULL, al_text_of(al_show(f, sorted[i - 1]->name)),
                                 "two tensors share bytes of the file");
    return true;
}

static bool check_stored(const struct al_model *m, const struct al_policy *policy, const uint64_t *input_sizes,
                         uint32_t input_count, struct al_findings *f)
{
    uint64_t total = 0;
    if (m->tensor_count > AL_MAX_TENSORS)
        return al_find_at(f, AL_LIMIT_PARAMETERS, al_text_of("weights"), NULL, al_found(f, "%u", m->tensor_count),
                          "more than %u tensors", AL_MAX_TENSORS);
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (!check_tensor(m, &m->tensors[i], input_sizes, input_count, f, &total))
            return false;
    if (total > policy->limits.parameters || total > AL_MAX_PARAMETERS)
        return al_find_at(f, AL_LIMIT_PARAMETERS, al_text_of("weights"),
                          al_found(f, "at most %llu", (unsigned long long)policy->limits.parameters).at,
                          al_found(f, "%llu", (unsigned long long)total),
                          "the weights hold more numbers than allowed");
    return check_overlap(m, f);
}

/* Counters have been int32 and int64 at the whim of versions and backends; nothing computes with them. */
static bool type_fits(enum al_dtype demanded, enum al_dtype stored)
{
    return demanded == stored || (demanded == AL_INT64 && stored == AL_INT32);
}

static bool meets(struct al_site *s, const struct al_weight *demand, uint32_t index, bool *used)
{
    const struct al_model *m = s->model;
    if (index == AL_NONE_INDEX) {
        if (demand->optional)
            return true;
        return al_site_refuse(s, AL_WEIGHTS_MISSING, al_shape_show(s->findings, &demand->shape), AL_NOTHING,
                              "the weight %s is missing", demand->name);
    }
    if (index >= m->tensor_count || used[index])
        return al_site_refuse(s, AL_WEIGHTS_SHARED, NULL, AL_NOTHING,
                              "the weight %s is given a tensor that is not its own", demand->name);
    const struct al_tensor *t = &m->tensors[index];
    used[index] = true;
    if (!al_shape_equal(&t->shape, &demand->shape))
        return al_site_refuse(s, AL_WEIGHTS_SHAPE, al_shape_show(s->findings, &demand->shape),
                              al_text_of(al_shape_show(s->findings, &t->shape)), "the weight %s has another shape",
                              demand->name);
    if (!type_fits(demand->dtype, t->dtype))
        return al_site_refuse(s, AL_WEIGHTS_DTYPE, al_dtype_name(demand->dtype), al_text_of(al_dtype_name(t->dtype)),
                              "the weight %s has another type", demand->name);
    return true;
}

static bool check_layer(struct al_site *s, bool *used)
{
    const struct al_layer *layer = s->layer;
    if (layer->weight_count != layer->demand_count)
        return al_site_refuse(s, layer->weight_count < layer->demand_count ? AL_WEIGHTS_MISSING : AL_WEIGHTS_SURPLUS,
                              al_found(s->findings, "%u weights", layer->demand_count).at,
                              al_found(s->findings, "%u", layer->weight_count),
                              "the layer has another number of weights");
    for (uint32_t i = 0; i < layer->demand_count; i++)
        if (!meets(s, &layer->demands[i], layer->weights[i], used))
            return false;
    return true;
}

bool al_check_weights(struct al_model *m, const struct al_policy *policy, const uint64_t *input_sizes,
                      uint32_t input_count, struct al_findings *f)
{
    if (!check_stored(m, policy, input_sizes, input_count, f))
        return false;
    if (m->layer_count == 0)
        return true;
    bool *used = al_arena_alloc(m->arena, m->tensor_count, sizeof *used);
    struct al_site s = {.model = m, .policy = policy, .findings = f, .layer = m->layers};
    if (used == NULL)
        return al_site_no_memory(&s);
    for (uint32_t i = 0; i < m->layer_count; i++) {
        s.layer = &m->layers[i];
        s.row = al_row_of(policy, s.layer->kind);
        if (!check_layer(&s, used))
            return false;
    }
    for (uint32_t i = 0; i < m->tensor_count; i++)
        if (!used[i])
            return refuse_tensor(f, AL_WEIGHTS_SURPLUS, &m->tensors[i], NULL,
                                 al_text_of(al_shape_show(f, &m->tensors[i].shape)), "no layer needs this tensor");
    return true;
}
