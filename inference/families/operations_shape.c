/* Raw operations that move numbers without changing them (keras/src/ops/numpy.py, core.py). */
#include "inference/families/operations.h"

void al_lower_op_expand_dims(struct al_lowering *l)
{
    uint32_t axes[AL_MAX_RANK], count = 0, x = l->in[0].operand;
    const uint32_t rank = l->site.in[0].rank + al_param_of(&l->site, "axis")->count;
    if (rank > AL_MAX_RANK || !al_site_axes(&l->site, "axis", rank, axes, &count))
        al_lower_fail(l, AL_INTERNAL, "an axis that the verified model cannot have");
    for (uint32_t i = 0; i < count; i++)
        x = al_emit_insert_axis(l, x, axes[i]);
    al_lower_result(l, x);
}

/* Without an axis those go whose length the model itself says is 1: not one that happens to be. */
void al_lower_op_squeeze(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand, kept = l->site.call->output_shapes[0].rank;
    uint32_t axes[AL_MAX_RANK], count = 0;
    struct al_shape shape = {.rank = 0};
    const bool any = al_param_is_null(&l->site, "axis");
    if (!any)
        count = al_operation_axes(l, axes);
    for (uint32_t i = 0, k = 0; i < l->site.in[0].rank; i++) {
        const bool named = k < count && axes[k] == i;
        k += named;
        if (any ? l->site.in[0].dim[i] != 1 || shape.rank + l->site.in[0].rank - i == kept : !named)
            shape.dim[shape.rank++] = l->site.in[0].dim[i];
    }
    al_lower_result(l, al_emit_reshape(l, x, &shape));
}

static void reshape(struct al_lowering *l, const struct al_value *target)
{
    struct al_shape shape = {.rank = target != NULL ? target->count : 1, .dim = {1}};
    uint64_t given, known;
    uint32_t open = target != NULL ? AL_NONE_INDEX : 0;
    for (uint32_t i = 0; target != NULL && i < target->count; i++) {
        open = target->integers[i] == -1 ? i : open;
        shape.dim[i] = target->integers[i] == -1 ? 1 : target->integers[i];
    }
    if (open != AL_NONE_INDEX && al_shape_count(&l->site.in[0], 0, l->site.in[0].rank, &given) &&
        al_shape_count(&shape, 0, shape.rank, &known) && known > 0)
        shape.dim[open] = (int64_t)(given / known);
    al_lower_result(l, al_emit_reshape(l, l->in[0].operand, &shape));
}

void al_lower_op_reshape(struct al_lowering *l)
{
    reshape(l, al_param_of(&l->site, "newshape"));
}

void al_lower_op_ravel(struct al_lowering *l)
{
    reshape(l, NULL);
}

void al_lower_op_broadcast_to(struct al_lowering *l)
{
    const struct al_value *target = al_param_of(&l->site, "shape");
    struct al_shape shape = {.rank = target->count};
    for (uint32_t i = 0; i < target->count; i++)
        shape.dim[i] = target->integers[i];
    al_lower_result(l, al_emit_expand(l, l->in[0].operand, &shape));
}

void al_lower_op_transpose(struct al_lowering *l)
{
    const struct al_value *axes = al_param_of(&l->site, "axes");
    const uint32_t rank = l->site.in[0].rank;
    uint32_t perm[AL_MAX_RANK];
    for (uint32_t i = 0; i < rank; i++)
        perm[i] = axes->type == AL_VALUE_INTEGERS && i < axes->count ? al_emit_axis(l, axes->integers[i], rank)
                                                                     : rank - 1 - i;
    al_lower_result(l, al_emit_transpose(l, l->in[0].operand, perm));
}

void al_lower_op_swapaxes(struct al_lowering *l)
{
    const uint32_t rank = l->site.in[0].rank;
    const uint32_t a = al_emit_axis(l, al_param_int(&l->site, "axis1"), rank);
    const uint32_t b = al_emit_axis(l, al_param_int(&l->site, "axis2"), rank);
    uint32_t perm[AL_MAX_RANK];
    for (uint32_t i = 0; i < rank; i++)
        perm[i] = i == a ? b : i == b ? a : i;
    al_lower_result(l, al_emit_transpose(l, l->in[0].operand, perm));
}

void al_lower_op_flip(struct al_lowering *l)
{
    uint32_t axes[AL_MAX_RANK], x = l->in[0].operand;
    const uint32_t count = al_operation_axes(l, axes);
    for (uint32_t i = 0; i < count; i++)
        x = al_emit_flip(l, x, axes[i]);
    al_lower_result(l, x);
}

void al_lower_op_repeat(struct al_lowering *l)
{
    uint32_t axes[AL_MAX_RANK] = {0};
    al_operation_axes(l, axes);
    al_lower_result(l, al_emit_repeat(l, l->in[0].operand, axes[0], al_param_int(&l->site, "repeats")));
}

void al_lower_op_tile(struct al_lowering *l)
{
    const struct al_value *repeats = al_param_of(&l->site, "repeats");
    struct al_attributes a = {.shape = {.rank = repeats->count}};
    for (uint32_t i = 0; i < repeats->count; i++)
        a.shape.dim[i] = repeats->integers[i];
    const uint32_t x = l->in[0].operand;
    al_lower_result(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_TILE, &x, 1, &a));
}
