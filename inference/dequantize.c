/* Quantized kernels as constants; see dequantize.h. */
#include "inference/dequantize.h"

#include "base/checked.h"
#include "inference/kernels/kernels.h"
#include "inference/view.h"
#include "validator/quantization.h"

#include <string.h>

enum { NIBBLE = 15, SIGN = 8 };

/* What one layer stores, read as float32: integers of eight bits are exact in it. */
struct stored {
    const struct al_shape *shape;
    const float *numbers;
};

static bool find(struct al_lowering *l, const char *path, const char *name, enum al_dtype round, struct stored *out)
{
    const struct al_layer *layer = l->site.layer;
    for (uint32_t i = 0; !l->failed && i < layer->demand_count && i < layer->weight_count; i++) {
        if (strcmp(layer->demands[i].path, path) != 0 || strcmp(layer->demands[i].name, name) != 0)
            continue;
        out->shape = &layer->demands[i].shape;
        out->numbers = al_weights_numbers(l->weights, layer->weights[i], AL_FLOAT32, round, l->err);
        l->failed = out->numbers == NULL;
        return !l->failed;
    }
    al_lower_fail(l, AL_INTERNAL, "%s is not there", name);
    return false;
}

/* A constant to be filled, packed, in the type that the layer computes in. */
struct filled {
    void *data;
    bool wide;
    enum al_dtype round;
};

static bool make_room(struct al_lowering *l, const struct al_shape *shape, struct filled *out)
{
    uint64_t count, bytes;
    *out = (struct filled){.wide = l->real == AL_FLOAT64, .round = l->round};
    if (l->failed || !al_shape_count(shape, 0, shape->rank, &count) ||
        !al_mul_u64(count, al_element_size(l->real), &bytes) || bytes > l->ops->most_bytes ||
        (out->data = al_arena_alloc(l->ops->arena, count, al_element_size(l->real))) == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "a dequantized kernel needs more memory than there is");
    return !l->failed;
}

/* What Keras has after one step: rounded to the type in which it computes. */
static double stepped(const struct filled *f, double v)
{
    if (f->wide)
        return v;
    const float narrow = (float)v;
    return (double)(f->round == AL_FLOAT16 ? al_to_float16(narrow)
                                           : f->round == AL_BFLOAT16 ? al_to_bfloat16(narrow) : narrow);
}

static void put(const struct filled *f, int64_t at, double v)
{
    if (f->wide)
        ((double *)f->data)[at] = v;
    else
        ((float *)f->data)[at] = (float)v;
}

static uint32_t constant(struct al_lowering *l, const struct al_shape *shape, const struct filled *f)
{
    if (l->failed)
        return AL_NONE_INDEX;
    const uint32_t r = al_ops_constant(l->ops, l->real, shape, f->data, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

/* One of the two numbers in a byte, the lower one first. */
static int nibble(float byte, bool upper)
{
    const int bits = (int)byte;
    return (upper ? bits >> 4 : bits) & NIBBLE;
}

static int with_sign(int bits)
{
    return (bits ^ SIGN) - SIGN;
}

uint32_t al_lower_unpacked(struct al_lowering *l, const struct al_stored_names *names, const struct al_shape *whole,
                           uint32_t axis)
{
    struct stored packed;
    struct filled f;
    int64_t outer = 1, inner = 1;
    if (!find(l, names->path, names->kernel, AL_DTYPE_NONE, &packed) || !make_room(l, whole, &f))
        return AL_NONE_INDEX;
    for (uint32_t i = 0; i < whole->rank; i++)
        *(i < axis ? &outer : i > axis ? &inner : &(int64_t){0}) *= whole->dim[i];
    const int64_t length = whole->dim[axis], bytes = packed.shape->dim[axis];
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < length; i++)
            for (int64_t n = 0; n < inner; n++)
                put(&f, (o * length + i) * inner + n,
                    with_sign(nibble(packed.numbers[(o * bytes + i / 2) * inner + n], i % 2 == 1)));
    return constant(l, whole, &f);
}

const uint32_t *al_lower_groups(struct al_lowering *l, const char *path, int64_t length, int64_t group_count)
{
    struct stored given;
    if (!find(l, path, "g_idx", AL_DTYPE_NONE, &given))
        return NULL;
    uint32_t *groups = al_arena_alloc(l->ops->arena, (size_t)length, sizeof *groups);
    if (groups == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (int64_t i = 0; groups != NULL && i < length; i++) {
        if (!(given.numbers[i] >= 0 && given.numbers[i] < (float)group_count)) {
            al_lower_fail(l, AL_REFUSED, "g_idx names a group of scales that is not there");
            return NULL;
        }
        groups[i] = (uint32_t)given.numbers[i];
    }
    return groups;
}

/* The scales are variables, which Keras casts to the type that it computes in. */
static bool scales(struct al_lowering *l, const struct al_stored_names *names, struct stored *out)
{
    return find(l, names->path, names->scale, l->round, out);
}

uint32_t al_lower_dequantized(struct al_lowering *l, const struct al_stored_names *names, int64_t rows,
                              int64_t columns, bool packed_rows, const struct al_shape *whole)
{
    struct stored packed, scale, zero = {0};
    struct filled f;
    const bool grouped = al_has_zero_points(&l->site.layer->quantization);
    const uint32_t *groups = NULL;
    if (!find(l, names->path, names->kernel, AL_DTYPE_NONE, &packed) || !scales(l, names, &scale) ||
        (grouped && !find(l, names->path, names->zero, l->round, &zero)) ||
        (grouped && (groups = al_lower_groups(l, names->path, rows, scale.shape->dim[0])) == NULL) ||
        !make_room(l, whole, &f))
        return AL_NONE_INDEX;
    const int64_t width = packed.shape->dim[1];
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) {
            const int64_t at = packed_rows ? r / 2 * width + c : r * width + c / 2;
            const int q = with_sign(nibble(packed.numbers[at], (packed_rows ? r : c) % 2 == 1));
            if (!grouped) {
                put(&f, r * columns + c, stepped(&f, q / (double)scale.numbers[c]));
                continue;
            }
            const int64_t g = groups[r] * columns + c;
            put(&f, r * columns + c,
                stepped(&f, stepped(&f, q - (double)zero.numbers[g]) * (double)scale.numbers[g]));
        }
    return constant(l, whole, &f);
}

uint32_t al_lower_dequantized_table(struct al_lowering *l, const struct al_stored_names *names,
                                    const struct al_shape *whole)
{
    struct stored packed, scale, zero;
    struct filled f;
    const int64_t rows = whole->dim[0], columns = whole->dim[1];
    if (!find(l, names->path, names->kernel, AL_DTYPE_NONE, &packed) || !scales(l, names, &scale) ||
        !find(l, names->path, names->zero, l->round, &zero))
        return AL_NONE_INDEX;
    const int64_t width = packed.shape->dim[1], count = scale.shape->dim[1];
    const uint32_t *groups = al_lower_groups(l, names->path, columns, count);
    if (groups == NULL || !make_room(l, whole, &f))
        return AL_NONE_INDEX;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) {
            const int q = with_sign(nibble(packed.numbers[r * width + c / 2], c % 2 == 1));
            const int64_t g = r * count + groups[c];
            put(&f, r * columns + c,
                stepped(&f, stepped(&f, q - (double)zero.numbers[g]) * (double)scale.numbers[g]));
        }
    return constant(l, whole, &f);
}

uint32_t al_lower_dequantized_turned(struct al_lowering *l, const struct al_stored_names *names,
                                     const struct al_shape *whole)
{
    struct stored kernel, scale, zero, awq = {0};
    struct filled f;
    const struct al_quantization *q = &l->site.layer->quantization;
    if (!find(l, names->path, names->kernel, AL_DTYPE_NONE, &kernel) || !scales(l, names, &scale) ||
        !find(l, names->path, names->zero, l->round, &zero) ||
        (q->mode == AL_QUANTIZED_AWQ && !find(l, names->path, "awq_scales", l->round, &awq)) ||
        !make_room(l, whole, &f))
        return AL_NONE_INDEX;
    const int64_t rows = kernel.shape->dim[1], columns = scale.shape->dim[0], count = scale.shape->dim[1];
    const uint32_t *groups = al_lower_groups(l, names->path, rows, count);
    if (groups == NULL)
        return AL_NONE_INDEX;
    for (int64_t c = 0; c < columns; c++)
        for (int64_t r = 0; r < rows; r++) {
            const float byte = kernel.numbers[(q->bits == 4 ? c / 2 : c) * rows + r];
            const int number = q->bits == 4 ? nibble(byte, c % 2 == 1) : (int)byte;
            const int64_t g = c * count + groups[r];
            double w = stepped(&f, stepped(&f, number - (double)zero.numbers[g]) * (double)scale.numbers[g]);
            if (awq.numbers != NULL)
                w = stepped(&f, w / (double)awq.numbers[r]);
            put(&f, r * columns + c, w);
        }
    return constant(l, whole, &f);
}
