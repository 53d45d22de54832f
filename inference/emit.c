/* The words of lowering: shapes and attributes put together, nothing else. */
#include "inference/emit.h"

#include "base/checked.h"

#include <math.h>
#include <string.h>

const struct al_shape *al_emit_shape(const struct al_lowering *l, uint32_t x)
{
    static const struct al_shape scalar;
    return x < l->ops->operand_count ? &l->ops->operands[x].shape : &scalar;
}

enum al_dtype al_emit_dtype(const struct al_lowering *l, uint32_t x)
{
    return x < l->ops->operand_count ? l->ops->operands[x].dtype : AL_FLOAT32;
}

uint32_t al_emit(struct al_lowering *l, enum al_operator op, const uint32_t *in, uint32_t in_count,
                 const struct al_attributes *attributes)
{
    if (l->failed)
        return AL_NONE_INDEX;
    const uint32_t r = al_ops_add(l->ops, op, in, in_count, attributes, l->round, l->site.layer->name, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

static uint32_t one(struct al_lowering *l, enum al_operator op, uint32_t x, const struct al_attributes *a)
{
    return x == AL_NONE_INDEX ? AL_NONE_INDEX : al_emit(l, op, &x, 1, a);
}

uint32_t al_emit_unary(struct al_lowering *l, enum al_operator op, uint32_t x)
{
    return one(l, op, x, NULL);
}

uint32_t al_emit_unary_with(struct al_lowering *l, enum al_operator op, uint32_t x, double alpha, double beta,
                            double gamma)
{
    const struct al_attributes a = {.alpha = alpha, .beta = beta, .gamma = gamma};
    return one(l, op, x, &a);
}

uint32_t al_emit_binary(struct al_lowering *l, enum al_operator op, uint32_t a, uint32_t b)
{
    if (a == AL_NONE_INDEX || b == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    const enum al_dtype left = al_emit_dtype(l, a), right = al_emit_dtype(l, b);
    if (left == AL_INT64 && al_dtype_is_float(right))
        a = al_emit_cast(l, a, right);
    else if (right == AL_INT64 && al_dtype_is_float(left))
        b = al_emit_cast(l, b, left);
    return al_emit(l, op, (const uint32_t[]){a, b}, 2, NULL);
}

uint32_t al_emit_with_number(struct al_lowering *l, enum al_operator op, uint32_t x, double number)
{
    return x == AL_NONE_INDEX ? x : al_emit_binary(l, op, x, al_emit_number(l, al_emit_dtype(l, x), number));
}

uint32_t al_emit_where(struct al_lowering *l, uint32_t condition, uint32_t yes, uint32_t no)
{
    if (condition == AL_NONE_INDEX || yes == AL_NONE_INDEX || no == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    return al_emit(l, AL_OP_WHERE, (const uint32_t[]){condition, yes, no}, 3, NULL);
}

uint32_t al_emit_cast(struct al_lowering *l, uint32_t x, enum al_dtype to)
{
    if (x == AL_NONE_INDEX)
        return x;
    const struct al_operand *o = &l->ops->operands[x];
    const bool half = to == AL_FLOAT16 || to == AL_BFLOAT16;
    if (half ? o->dtype == AL_FLOAT32 && o->rounded == to : o->dtype == to)
        return x;
    const struct al_attributes a = {.to = to};
    return one(l, AL_OP_CAST, x, &a);
}

void al_emit_promote(struct al_lowering *l, uint32_t *a, uint32_t *b)
{
    static const uint8_t width[AL_DTYPE_COUNT] = {[AL_BOOL] = 1, [AL_INT64] = 2, [AL_FLOAT32] = 3, [AL_FLOAT64] = 4};
    const enum al_dtype da = al_emit_dtype(l, *a), db = al_emit_dtype(l, *b);
    if (width[da] < width[db])
        *a = al_emit_cast(l, *a, db);
    else
        *b = al_emit_cast(l, *b, da);
}

uint32_t al_emit_numbers(struct al_lowering *l, enum al_dtype dtype, const struct al_shape *shape,
                         const double *numbers)
{
    uint64_t count;
    if (l->failed || !al_shape_count(shape, 0, shape->rank, &count))
        return AL_NONE_INDEX;
    void *data = count <= l->ops->most_bytes ? al_arena_alloc(l->ops->arena, count, al_element_size(dtype)) : NULL;
    if (data == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "a constant needs more memory than there is");
    for (uint64_t i = 0; i < count; i++) {
        if (dtype == AL_FLOAT32)
            ((float *)data)[i] = (float)numbers[i];
        else if (dtype == AL_FLOAT64)
            ((double *)data)[i] = numbers[i];
        else if (dtype == AL_INT64)
            ((int64_t *)data)[i] = (int64_t)numbers[i];
        else
            ((uint8_t *)data)[i] = numbers[i] != 0;
    }
    const uint32_t r = al_ops_constant(l->ops, dtype, shape, data, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

uint32_t al_emit_number(struct al_lowering *l, enum al_dtype dtype, double value)
{
    const struct al_shape scalar = {.rank = 0};
    return al_emit_numbers(l, dtype, &scalar, &value);
}

uint32_t al_emit_reshape(struct al_lowering *l, uint32_t x, const struct al_shape *shape)
{
    const struct al_attributes a = {.shape = *shape};
    return one(l, AL_OP_RESHAPE, x, &a);
}

uint32_t al_emit_along(struct al_lowering *l, uint32_t x, uint32_t axis, uint32_t rank)
{
    struct al_shape s = {.rank = rank};
    if (x == AL_NONE_INDEX)
        return x;
    for (uint32_t i = 0; i < rank; i++)
        s.dim[i] = i == axis ? al_emit_shape(l, x)->dim[0] : 1;
    return al_emit_reshape(l, x, &s);
}

uint32_t al_emit_insert_axis(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    if (x == AL_NONE_INDEX)
        return x;
    struct al_shape s = *al_emit_shape(l, x);
    if (s.rank == AL_MAX_RANK || axis > s.rank)
        return al_lower_fail(l, AL_LIMIT, "a tensor of more than %u axes", (unsigned)AL_MAX_RANK);
    for (uint32_t i = s.rank++; i > axis; i--)
        s.dim[i] = s.dim[i - 1];
    s.dim[axis] = 1;
    return al_emit_reshape(l, x, &s);
}

uint32_t al_emit_drop_axis(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    if (x == AL_NONE_INDEX)
        return x;
    struct al_shape s = *al_emit_shape(l, x);
    if (axis >= s.rank)
        return al_lower_fail(l, AL_INTERNAL, "no axis %u to drop", axis);
    s.rank--;
    for (uint32_t i = axis; i < s.rank; i++)
        s.dim[i] = s.dim[i + 1];
    return al_emit_reshape(l, x, &s);
}

uint32_t al_emit_transpose(struct al_lowering *l, uint32_t x, const uint32_t *perm)
{
    if (x == AL_NONE_INDEX)
        return x;
    struct al_attributes a = {.axes = {.count = al_emit_shape(l, x)->rank}};
    bool same = true;
    for (uint32_t i = 0; i < a.axes.count; i++) {
        a.axes.at[i] = perm[i];
        same = same && perm[i] == i;
    }
    return same ? x : one(l, AL_OP_TRANSPOSE, x, &a);
}

uint32_t al_emit_move_axis(struct al_lowering *l, uint32_t x, uint32_t from, uint32_t to)
{
    uint32_t perm[AL_MAX_RANK], at = 0;
    const uint32_t rank = al_emit_shape(l, x)->rank;
    if (x == AL_NONE_INDEX || from >= rank || to >= rank)
        return x == AL_NONE_INDEX ? x : al_lower_fail(l, AL_INTERNAL, "no axis %u to move to %u", from, to);
    for (uint32_t i = 0; i < rank; i++) {
        at += at == from;
        perm[i] = i == to ? from : at++;
    }
    return al_emit_transpose(l, x, perm);
}

uint32_t al_emit_expand(struct al_lowering *l, uint32_t x, const struct al_shape *shape)
{
    const struct al_attributes a = {.shape = *shape};
    return x != AL_NONE_INDEX && al_shape_equal(al_emit_shape(l, x), shape) ? x : one(l, AL_OP_EXPAND, x, &a);
}

uint32_t al_emit_slice(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t start, int64_t count, int64_t step)
{
    if (x == AL_NONE_INDEX)
        return x;
    struct al_attributes a = {.shape = *al_emit_shape(l, x)};
    a.starts.count = a.steps.count = a.shape.rank;
    if (axis >= a.shape.rank)
        return al_lower_fail(l, AL_INTERNAL, "no axis %u to slice", axis);
    for (uint32_t i = 0; i < a.shape.rank; i++)
        a.steps.at[i] = 1;
    a.starts.at[axis] = start;
    a.steps.at[axis] = step;
    a.shape.dim[axis] = count;
    return one(l, AL_OP_SLICE, x, &a);
}

uint32_t al_emit_flip(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    const struct al_shape *s = al_emit_shape(l, x);
    const int64_t n = axis < s->rank ? s->dim[axis] : 0;
    return al_emit_slice(l, x, axis, n > 0 ? n - 1 : 0, n, -1);
}

uint32_t al_emit_concat(struct al_lowering *l, const uint32_t *in, uint32_t in_count, uint32_t axis)
{
    const struct al_attributes a = {.axis = axis};
    for (uint32_t i = 0; i < in_count; i++)
        if (in[i] == AL_NONE_INDEX)
            return AL_NONE_INDEX;
    return in_count == 1 ? in[0] : al_emit(l, AL_OP_CONCAT, in, in_count, &a);
}

uint32_t al_emit_gather(struct al_lowering *l, uint32_t data, uint32_t indices, uint32_t axis)
{
    const struct al_attributes a = {.axis = axis};
    if (data == AL_NONE_INDEX || indices == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    return al_emit(l, AL_OP_GATHER, (const uint32_t[]){data, indices}, 2, &a);
}

uint32_t al_emit_pad(struct al_lowering *l, uint32_t x, enum al_mode mode, const int64_t *before,
                     const int64_t *after, double value)
{
    if (x == AL_NONE_INDEX)
        return x;
    struct al_attributes a = {.mode = mode, .alpha = value};
    const uint32_t rank = al_emit_shape(l, x)->rank;
    a.pads.count = 2 * rank;
    for (uint32_t i = 0; i < rank; i++) {
        a.pads.at[i] = before[i];
        a.pads.at[i + rank] = after[i];
    }
    return one(l, AL_OP_PAD, x, &a);
}

uint32_t al_emit_reduce(struct al_lowering *l, enum al_operator op, uint32_t x, const uint32_t *axes,
                        uint32_t axis_count, bool keepdims)
{
    struct al_attributes a = {.axes = {.count = axis_count}, .keepdims = keepdims};
    for (uint32_t i = 0; i < axis_count; i++)
        a.axes.at[i] = axes[i];
    return one(l, op, x, &a);
}

uint32_t al_emit_softmax(struct al_lowering *l, uint32_t x, uint32_t axis)
{
    const struct al_attributes a = {.axis = axis};
    return one(l, AL_OP_SOFTMAX, x, &a);
}

uint32_t al_emit_matmul(struct al_lowering *l, uint32_t a, uint32_t b)
{
    return al_emit_binary(l, AL_OP_MATMUL, a, b);
}

uint32_t al_emit_dense(struct al_lowering *l, uint32_t x, uint32_t kernel, uint32_t bias)
{
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    if (!al_dtype_is_float(al_emit_dtype(l, x)))
        x = al_emit_cast(l, x, al_emit_dtype(l, kernel)); /* a product of integers and reals is one of reals */
    const struct al_shape before = *al_emit_shape(l, x), *k = al_emit_shape(l, kernel);
    struct al_shape after = before, rows = {2, {0, k->dim[0]}};
    uint64_t count;
    if (before.rank == 0 || k->rank != 2 || !al_shape_count(&before, 0, before.rank - 1, &count))
        return al_lower_fail(l, AL_INTERNAL, "a product of a tensor without axes");
    rows.dim[0] = (int64_t)count;
    after.dim[after.rank - 1] = k->dim[1];
    const uint32_t flat = al_emit_reshape(l, x, &rows);
    const uint32_t in[] = {flat, kernel, bias};
    if (flat == AL_NONE_INDEX)
        return flat;
    /* a rounding type rounds the product and the sum apart, as Keras does */
    const bool at_once = bias != AL_NONE_INDEX && l->round == AL_DTYPE_NONE;
    uint32_t y = al_emit(l, AL_OP_GEMM, in, at_once ? 3 : 2, NULL);
    if (bias != AL_NONE_INDEX && !at_once)
        y = al_emit_binary(l, AL_OP_ADD, y, bias);
    return before.rank == 2 ? y : al_emit_reshape(l, y, &after);
}

uint32_t al_emit_axis(struct al_lowering *l, int64_t axis, uint32_t rank)
{
    const int64_t r = axis < 0 ? axis + (int64_t)rank : axis;
    if (r < 0 || r >= (int64_t)rank)
        return al_lower_fail(l, AL_INTERNAL, "axis %lld of a tensor with %u axes", (long long)axis, rank);
    return (uint32_t)r;
}

/* Without copying: a new axis that is read again and again. */
uint32_t al_emit_repeat(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t times)
{
    struct al_shape merged = *al_emit_shape(l, x), wide = merged;
    if (x == AL_NONE_INDEX || times == 1)
        return x;
    if (merged.rank == AL_MAX_RANK)
        return al_lower_fail(l, AL_LIMIT, "a tensor of more than %u axes", (unsigned)AL_MAX_RANK);
    for (uint32_t i = wide.rank++; i > axis + 1; i--)
        wide.dim[i] = wide.dim[i - 1];
    wide.dim[axis + 1] = times;
    merged.dim[axis] *= times;
    return al_emit_reshape(l, al_emit_expand(l, al_emit_insert_axis(l, x, axis + 1), &wide), &merged);
}
