/* Products with quantized kernels; see quantized.h. */
#include "inference/quantized.h"

#include <string.h>

/* Sums of int8 products are int32 in Keras. Floats hold them exactly below these. */
static const double float_exact = 16777216.0, int32_most = 2147483647.0, int32_values = 4294967296.0;
enum { INT8_LARGEST = 128, INT4_LARGEST = 8 };

uint32_t al_emit_quantized(struct al_lowering *l, uint32_t x, const uint32_t *axes, uint32_t axis_count,
                           uint32_t *scale)
{
    const struct al_quantization *q = &l->site.layer->quantization;
    const uint32_t largest = al_emit_reduce(l, AL_OP_REDUCE_MAX, al_emit_unary(l, AL_OP_ABS, x), axes, axis_count, true);
    const uint32_t divisor = al_emit_with_number(l, AL_OP_ADD, largest, q->epsilon);
    *scale = al_emit_binary(l, AL_OP_DIV, al_emit_number(l, al_emit_dtype(l, x), q->high), divisor);
    const uint32_t scaled = al_emit_binary(l, AL_OP_MUL, x, *scale);
    return al_emit_unary_with(l, AL_OP_CLIP, al_emit_unary(l, AL_OP_ROUND, scaled), q->low, q->high, 0);
}

static uint32_t product(struct al_lowering *l, const char *equation, uint32_t x, uint32_t kernel)
{
    return equation != NULL ? al_emit_einsum(l, equation, x, kernel) : al_emit_dense(l, x, kernel, AL_NONE_INDEX);
}

/* Beyond int32 the sum wraps around, as the processor's does. */
static uint32_t wrapped(struct al_lowering *l, uint32_t y)
{
    const uint32_t turns = al_emit_unary(
        l, AL_OP_FLOOR,
        al_emit_with_number(l, AL_OP_DIV, al_emit_with_number(l, AL_OP_ADD, y, int32_most + 1), int32_values));
    return al_emit_binary(l, AL_OP_SUB, y, al_emit_with_number(l, AL_OP_MUL, turns, int32_values));
}

uint32_t al_emit_integer_product(struct al_lowering *l, const char *equation, uint32_t q, uint32_t kernel,
                                 int64_t length)
{
    const struct al_quantization *how = &l->site.layer->quantization;
    const double kernel_most = how->mode == AL_QUANTIZED_INT8 ? INT8_LARGEST : INT4_LARGEST;
    const double most = (double)length * kernel_most * (how->high > -how->low ? how->high : -how->low);
    if (most < float_exact)
        return product(l, equation, q, kernel);
    const enum al_dtype before = al_emit_dtype(l, q), round = l->round;
    l->round = AL_DTYPE_NONE;
    uint32_t y = product(l, equation, al_emit_cast(l, q, AL_FLOAT64), al_emit_cast(l, kernel, AL_FLOAT64));
    if (most > int32_most)
        y = wrapped(l, y);
    l->round = round;
    return al_emit_cast(l, y, before);
}

/* (rows, columns) or, for an equation, `whole`: the kernel's integers, and its scales as they are stored. */
static uint32_t integers(struct al_lowering *l, const struct al_stored_names *names, const struct al_kernel *k)
{
    if (l->site.layer->quantization.mode == AL_QUANTIZED_INT8)
        return al_lower_weight_at(l, names->path, names->kernel);
    if (al_int4_is_old(l->site.model))
        return al_lower_unpacked(l, names, &k->whole, k->pack_axis);
    const struct al_shape flat = {.rank = 2, .dim = {k->rows, k->columns}};
    return al_lower_unpacked(l, names, &flat, 1);
}

/* Whether the sum is taken over integers and scaled afterwards, or over numbers dequantized before. */
static bool scaled_afterwards(const struct al_lowering *l, const struct al_kernel *k)
{
    const struct al_quantization *q = &l->site.layer->quantization;
    return q->mode == AL_QUANTIZED_INT8 ||
           (q->mode == AL_QUANTIZED_INT4 && q->group == 0 &&
            (!k->lies_as_output || al_int4_is_old(l->site.model)));
}

static uint32_t plain_kernel(struct al_lowering *l, const struct al_stored_names *names, const struct al_kernel *k)
{
    if (l->site.layer->quantization.mode == AL_QUANTIZED_INT4)
        return al_lower_dequantized(l, names, k->rows, k->columns, false, &k->whole);
    return al_lower_dequantized_turned(l, names, &k->whole);
}

/* The letters of one term of an equation, up to the character that ends it. */
static struct al_text term(const char *from, char end)
{
    const char *to = strchr(from, end);
    return (struct al_text){from, to != NULL ? (size_t)(to - from) : strlen(from)};
}

static bool holds(struct al_text letters, char c, uint32_t *at)
{
    const char *found = memchr(letters.at, c, letters.length);
    *at = found != NULL ? (uint32_t)(found - letters.at) : AL_NONE_INDEX;
    return found != NULL;
}

/* The input's axes that the output lacks; and its scale laid as the output, 1 where the input has no part. */
static uint32_t summed_axes(const char *equation, uint32_t axes[AL_MAX_RANK])
{
    const struct al_text in = term(equation, ','), out = term(strchr(equation, '>') + 1, '\0');
    uint32_t count = 0, at;
    for (uint32_t i = 0; i < in.length; i++)
        if (!holds(out, in.at[i], &at))
            axes[count++] = i;
    return count;
}

static uint32_t lie_as_output(struct al_lowering *l, const char *equation, uint32_t scale)
{
    const struct al_text in = term(equation, ','), out = term(strchr(equation, '>') + 1, '\0');
    struct al_shape shape = {.rank = (uint32_t)out.length};
    uint32_t perm[AL_MAX_RANK], count = 0, at;
    if (scale == AL_NONE_INDEX)
        return scale;
    for (uint32_t i = 0; i < out.length; i++) {
        shape.dim[i] = 1;
        if (!holds(in, out.at[i], &at))
            continue;
        shape.dim[i] = al_emit_shape(l, scale)->dim[at];
        perm[count++] = at;
    }
    for (uint32_t i = 0; i < in.length; i++)
        if (!holds(out, in.at[i], &at))
            perm[count++] = i;
    return al_emit_reshape(l, al_emit_transpose(l, scale, perm), &shape);
}

/* `scale`: of the columns, so that it broadcasts to the result; AL_NONE_INDEX: the kernel is dequantized. */
static uint32_t scaled_product(struct al_lowering *l, const char *equation, uint32_t x, uint32_t kernel,
                               uint32_t scale, int64_t rows)
{
    const struct al_quantization *q = &l->site.layer->quantization;
    uint32_t axes[AL_MAX_RANK] = {al_emit_shape(l, x)->rank - 1}, count = 1, given;
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    if (!q->inputs) {
        const uint32_t y = product(l, equation, x, kernel);
        return scale == AL_NONE_INDEX ? y : al_emit_binary(l, AL_OP_DIV, y, scale);
    }
    if (equation != NULL)
        count = summed_axes(equation, axes);
    const uint32_t quantized = al_emit_quantized(l, x, axes, count, &given);
    if (equation != NULL)
        given = lie_as_output(l, equation, given);
    if (scale == AL_NONE_INDEX)
        return al_emit_binary(l, AL_OP_DIV, product(l, equation, quantized, kernel), given);
    const uint32_t y = al_emit_integer_product(l, equation, quantized, kernel, rows);
    if (l->site.layer->kind == AL_KIND_REVERSIBLE_EMBEDDING && l->site.layer->variable_dtype == AL_FLOAT32)
        l->round = AL_DTYPE_NONE; /* its scale is not cast to the type that is computed in */
    return al_emit_binary(l, AL_OP_DIV, y, al_emit_binary(l, AL_OP_MUL, given, scale));
}

uint32_t al_emit_scaled_product(struct al_lowering *l, uint32_t x, uint32_t kernel, uint32_t scale, int64_t rows)
{
    return scaled_product(l, NULL, x, kernel, scale, rows);
}

uint32_t al_lower_quantized_dense(struct al_lowering *l, uint32_t x)
{
    static const struct al_stored_names names = {"", "kernel", "kernel_scale", "kernel_zero"};
    const struct al_shape in = *al_emit_shape(l, x);
    if (x == AL_NONE_INDEX || in.rank == 0)
        return AL_NONE_INDEX;
    const struct al_kernel k = al_kernel_of_dense(in.dim[in.rank - 1], al_param_int(&l->site, "units"));
    if (!scaled_afterwards(l, &k))
        return scaled_product(l, NULL, x, plain_kernel(l, &names, &k), AL_NONE_INDEX, k.rows);
    return scaled_product(l, NULL, x, integers(l, &names, &k), al_lower_weight(l, names.scale), k.rows);
}

uint32_t al_lower_quantized_einsum(struct al_lowering *l, const char *equation, uint32_t x, const struct al_kernel *k)
{
    static const struct al_stored_names names = {"", "kernel", "kernel_scale", "kernel_zero"};
    static const struct al_stored_names turned = {"", "kernel", "kernel_scale", "zero_point"};
    if (scaled_afterwards(l, k))
        return scaled_product(l, equation, x, integers(l, &names, k), al_lower_weight(l, names.scale), k->rows);
    const bool int4 = l->site.layer->quantization.mode == AL_QUANTIZED_INT4;
    return scaled_product(l, equation, x, plain_kernel(l, int4 ? &names : &turned, k), AL_NONE_INDEX, k->rows);
}

uint32_t al_lower_quantized_projection(struct al_lowering *l, const char *path, uint32_t x, uint32_t summed,
                                       const struct al_shape *whole)
{
    const bool int4 = l->site.layer->quantization.mode == AL_QUANTIZED_INT4;
    const struct al_stored_names names = {path, "kernel", "kernel_scale", int4 ? "kernel_zero" : "zero_point"};
    struct al_kernel k = {.whole = *whole, .rows = 1, .columns = 1, .lies_as_output = true};
    if (l->failed)
        return AL_NONE_INDEX;
    for (uint32_t i = 0; i < whole->rank; i++)
        *(i < summed ? &k.rows : &k.columns) *= whole->dim[i];
    const struct al_shape flat = {.rank = 2, .dim = {k.rows, k.columns}}, row = {.rank = 1, .dim = {k.columns}};
    if (!scaled_afterwards(l, &k))
        return scaled_product(l, NULL, x, al_emit_reshape(l, plain_kernel(l, &names, &k), &flat), AL_NONE_INDEX,
                              k.rows);
    const uint32_t scale = al_emit_reshape(l, al_lower_weight_at(l, path, names.scale), &row);
    return scaled_product(l, NULL, x, al_emit_reshape(l, integers(l, &names, &k), &flat), scale, k.rows);
}
