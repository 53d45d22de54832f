/* Raw operations that join tensors, take them apart or choose from them (keras/src/ops/numpy.py, nn.py). */
#include "inference/families/operations.h"

static void join(struct al_lowering *l, bool stacked)
{
    uint32_t *in = al_arena_alloc(l->ops->arena, l->in_count, sizeof *in);
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank + stacked);
    if (in == NULL)
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    if (l->failed)
        return;
    for (uint32_t i = 0; i < l->in_count; i++) {
        in[i] = al_operation_cast(l, l->in[i].operand);
        if (stacked)
            in[i] = al_emit_insert_axis(l, in[i], axis);
    }
    al_operation_result(l, al_emit_concat(l, in, l->in_count, axis));
}

void al_lower_op_concatenate(struct al_lowering *l)
{
    join(l, false);
}

void al_lower_op_stack(struct al_lowering *l)
{
    join(l, true);
}

/* As many and as long parts as the shape rule has found. */
void al_lower_op_split(struct al_lowering *l)
{
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank);
    int64_t at = 0;
    for (uint32_t i = 0; i < l->site.call->output_count && !l->failed; i++) {
        const int64_t length = l->site.call->output_shapes[i].dim[axis];
        al_lower_result(l, al_emit_slice(l, l->in[0].operand, axis, at, length, 1));
        at += length;
    }
}

void al_lower_op_unstack(struct al_lowering *l)
{
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), l->site.in[0].rank);
    for (uint32_t i = 0; i < l->site.call->output_count && !l->failed; i++)
        al_lower_result(l, al_emit_drop_axis(l, al_emit_slice(l, l->in[0].operand, axis, i, 1, 1), axis));
}

void al_lower_op_where(struct al_lowering *l)
{
    const enum al_dtype dtype = al_operation_type(l);
    const uint32_t condition = al_operation_operand(l, "condition", AL_BOOL);
    const uint32_t yes = al_operation_operand(l, "x1", dtype), no = al_operation_operand(l, "x2", dtype);
    al_operation_result(l, al_emit_where(l, condition, yes, no));
}

void al_lower_op_one_hot(struct al_lowering *l)
{
    const uint32_t x = al_emit_cast(l, l->in[0].operand, AL_INT64), rank = l->site.in[0].rank;
    const struct al_attributes a = {.group = al_param_int(&l->site, "num_classes"), .to = l->real};
    const uint32_t axis = al_emit_axis(l, al_param_int(&l->site, "axis"), rank + 1);
    if (l->failed)
        return;
    al_operation_result(l, al_emit_move_axis(l, al_emit(l, AL_OP_ONE_HOT, &x, 1, &a), rank, axis));
}
