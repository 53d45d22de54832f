/* Converting stored tensors, each at most once for each type that is asked for. */
#include "inference/weights.h"

#include "base/checked.h"
#include "inference/graph.h"
#include "inference/kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

struct converted {
    struct converted *next;
    enum al_dtype as, round;
    void *data;
};

struct al_weights {
    const struct al_model *model;
    const struct al_mapped *inputs;
    uint32_t input_count;
    struct converted **of;   /* a list for each tensor */
};

struct al_weights *al_weights_new(const struct al_model *model, const struct al_mapped *inputs, uint32_t input_count)
{
    struct al_weights *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    *w = (struct al_weights){model, inputs, input_count, calloc((size_t)model->tensor_count + 1, sizeof *w->of)};
    if (w->of == NULL) {
        free(w);
        return NULL;
    }
    return w;
}

void al_weights_free(struct al_weights *w)
{
    if (w == NULL)
        return;
    for (uint32_t i = 0; i < w->model->tensor_count; i++)
        while (w->of[i] != NULL) {
            struct converted *c = w->of[i];
            w->of[i] = c->next;
            free(c->data);
            free(c);
        }
    free(w->of);
    free(w);
}

/* Where the tensor's bytes lie; NULL where its extent is not inside its input. */
static const uint8_t *stored_bytes(const struct al_weights *w, const struct al_tensor *t)
{
    if (t->stored == AL_STORED_DATA)
        return t->data;
    if (t->input >= w->input_count || !al_range_inside(t->offset, t->bytes, w->inputs[t->input].size))
        return NULL;
    return w->inputs[t->input].bytes + t->offset;
}

static uint64_t bits(const uint8_t *at, uint32_t size)
{
    uint64_t r = 0;
    for (uint32_t i = size; i-- > 0;)
        r = r << 8 | at[i];
    return r;
}

static int64_t stored_integer(enum al_dtype dtype, const uint8_t *at)
{
    const uint64_t v = bits(at, al_dtype_size(dtype));
    switch ((unsigned)dtype) {
    case AL_INT8: return (int8_t)v;
    case AL_INT16: return (int16_t)v;
    case AL_INT32: return (int32_t)v;
    case AL_BOOL: return v != 0;
    default: return (int64_t)v;
    }
}

static double stored_real(enum al_dtype dtype, const uint8_t *at)
{
    float narrow;
    double wide;
    uint32_t half;
    switch ((unsigned)dtype) {
    case AL_FLOAT64: memcpy(&wide, at, sizeof wide); return wide;
    case AL_FLOAT32: memcpy(&narrow, at, sizeof narrow); return (double)narrow;
    case AL_FLOAT16: return (double)al_from_float16((uint16_t)bits(at, 2));
    case AL_BFLOAT16:
        half = (uint32_t)bits(at, 2) << 16;
        memcpy(&narrow, &half, sizeof narrow);
        return (double)narrow;
    default: return (double)stored_integer(dtype, at);
    }
}

static void convert(const struct al_tensor *t, const uint8_t *from, uint64_t count, enum al_dtype as,
                    enum al_dtype round, void *to)
{
    const uint32_t size = al_dtype_size(t->dtype);
    for (uint64_t i = 0; i < count; i++, from += size) {
        if (as == AL_INT64) {
            ((int64_t *)to)[i] = al_dtype_is_float(t->dtype) ? (int64_t)stored_real(t->dtype, from)
                                                            : stored_integer(t->dtype, from);
        } else if (as == AL_BOOL) {
            ((uint8_t *)to)[i] = stored_real(t->dtype, from) != 0;
        } else if (as == AL_FLOAT64) {
            ((double *)to)[i] = stored_real(t->dtype, from);
        } else {
            const float v = (float)stored_real(t->dtype, from);
            ((float *)to)[i] = round == AL_FLOAT16 ? al_to_float16(v) : round == AL_BFLOAT16 ? al_to_bfloat16(v) : v;
        }
    }
}

const void *al_weights_numbers(struct al_weights *w, uint32_t tensor, enum al_dtype as, enum al_dtype round,
                               struct al_error *err)
{
    const struct al_tensor *t = tensor < w->model->tensor_count ? &w->model->tensors[tensor] : NULL;
    const uint8_t *from = t != NULL ? stored_bytes(w, t) : NULL;
    uint64_t count, bytes;
    if (from == NULL || !al_shape_count(&t->shape, 0, t->shape.rank, &count) ||
        !al_mul_u64(count, al_dtype_size(t->dtype), &bytes) || bytes != t->bytes) {
        al_fail(err, AL_INTERNAL, 0, "a weight does not lie where the verified model says");
        return NULL;
    }
    if (t->dtype == as && as == AL_FLOAT32 && round == AL_DTYPE_NONE && (uintptr_t)from % sizeof(float) == 0)
        return from;
    for (const struct converted *c = w->of[tensor]; c != NULL; c = c->next)
        if (c->as == as && c->round == round)
            return c->data;
    struct converted *c = calloc(1, sizeof *c);
    if (c == NULL || !al_mul_u64(count, al_element_size(as), &bytes) ||
        (c->data = aligned_alloc(64, (bytes / 64 + 1) * 64)) == NULL) {
        free(c);
        al_fail(err, AL_NO_MEMORY, 0, "converting a weight needs more memory than there is");
        return NULL;
    }
    c->as = as;
    c->round = round;
    if (t->dtype == as && round == AL_DTYPE_NONE && as != AL_BOOL)
        memcpy(c->data, from, (size_t)t->bytes);
    else
        convert(t, from, count, as, round, c->data);
    c->next = w->of[tensor];
    w->of[tensor] = c;
    return c->data;
}

bool al_weights_read(const struct al_weights *w, uint32_t tensor, uint64_t first, uint64_t count, double *to)
{
    const struct al_tensor *t = tensor < w->model->tensor_count ? &w->model->tensors[tensor] : NULL;
    const uint8_t *from = t != NULL ? stored_bytes(w, t) : NULL;
    const uint32_t size = t != NULL ? al_dtype_size(t->dtype) : 0;
    if (from == NULL || size == 0 || !al_range_inside(first, count, t->bytes / size))
        return false;
    convert(t, from + first * size, count, AL_FLOAT64, AL_DTYPE_NONE, to);
    return true;
}
