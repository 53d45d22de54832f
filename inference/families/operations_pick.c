/* Raw operations that pick, pad and move parts of tensors. */
#include "inference/families/operations.h"

static uint32_t axis_of(struct al_lowering *l)
{
    const struct al_value *axis = al_param_of(&l->site, "axis");
    return axis->type == AL_VALUE_INTEGERS ? al_emit_axis(l, axis->integers[0], l->site.in[0].rank) : 0;
}

/* A negative index counts from the end in Keras 3, and is an error in TensorFlow's own gather. */
void al_lower_op_take(struct al_lowering *l)
{
    const struct al_attributes a = {.axis = axis_of(l), .strict = al_model_is_keras2(l->site.model)};
    const uint32_t in[] = {l->in[0].operand, al_operation_operand(l, "indices", AL_INT64)};
    al_lower_result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_GATHER, in, 2, &a));
}

void al_lower_op_take_along_axis(struct al_lowering *l)
{
    const struct al_attributes a = {.axis = axis_of(l)};
    const uint32_t in[] = {l->in[0].operand, al_emit_cast(l, l->in[1].operand, AL_INT64)};
    al_lower_result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_GATHER_ELEMENTS, in, 2, &a));
}

void al_lower_op_pad(struct al_lowering *l)
{
    static const enum al_mode modes[] = {AL_MODE_CONSTANT, AL_MODE_REFLECT, AL_MODE_SYMMETRIC};
    const struct al_value *widths = al_param_of(&l->site, "pad_width"),
                          *value = al_site_constant(&l->site, "constant_values");
    int64_t before[AL_MAX_RANK] = {0}, after[AL_MAX_RANK] = {0};
    for (uint32_t i = 0; i < l->site.in[0].rank && 2 * i + 1 < widths->count; i++) {
        before[i] = (int64_t)widths->reals[2 * i];
        after[i] = (int64_t)widths->reals[2 * i + 1];
    }
    al_lower_result(l, al_emit_pad(l, l->in[0].operand, modes[al_param_int(&l->site, "mode") % 3], before, after,
                                   value != NULL && value->type == AL_VALUE_REAL ? value->real : 0));
}

void al_lower_op_roll(struct al_lowering *l)
{
    const uint32_t axis = axis_of(l), x = l->in[0].operand;
    if (l->failed)
        return;
    const int64_t length = l->site.in[0].dim[axis];
    const int64_t shift = length > 0 ? (al_param_int(&l->site, "shift") % length + length) % length : 0;
    const uint32_t parts[] = {al_emit_slice(l, x, axis, length - shift, shift, 1),
                              al_emit_slice(l, x, axis, 0, length - shift, 1)};
    al_lower_result(l, shift == 0 ? x : al_emit_concat(l, parts, 2, axis));
}

void al_lower_op_moveaxis(struct al_lowering *l)
{
    const uint32_t rank = l->site.in[0].rank;
    const uint32_t from = al_emit_axis(l, al_param_int(&l->site, "source"), rank);
    const uint32_t to = al_emit_axis(l, al_param_int(&l->site, "destination"), rank);
    al_lower_result(l, l->failed ? AL_NONE_INDEX : al_emit_move_axis(l, l->in[0].operand, from, to));
}

void al_lower_op_sort(struct al_lowering *l)
{
    const struct al_attributes a = {.axis = axis_of(l)};
    const uint32_t x = l->in[0].operand;
    al_lower_result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_SORT, &x, 1, &a));
}

/* Which cells of the last two axes stay. */
static void triangle(struct al_lowering *l, bool lower)
{
    const uint32_t x = l->in[0].operand, rank = l->site.in[0].rank;
    const int64_t rows = l->site.in[0].dim[rank - 2], columns = l->site.in[0].dim[rank - 1],
                  k = al_param_int(&l->site, "k");
    const struct al_shape shape = {2, {rows, columns}};
    uint64_t count;
    double *keeps = al_shape_count(&shape, 0, 2, &count) ? al_arena_alloc(l->ops->arena, count, sizeof *keeps) : NULL;
    if (keeps == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            keeps[i * columns + j] = lower ? j <= i + k : j >= i + k;
    al_lower_result(l, al_emit_where(l, al_emit_numbers(l, AL_BOOL, &shape, keeps), x,
                                     al_emit_number(l, al_emit_dtype(l, x), 0)));
}

void al_lower_op_tril(struct al_lowering *l)
{
    triangle(l, true);
}

void al_lower_op_triu(struct al_lowering *l)
{
    triangle(l, false);
}
