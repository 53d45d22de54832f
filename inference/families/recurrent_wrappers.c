/* Layers that call another one for each step or in both directions (keras/src/layers/rnn). */
#include "inference/families/families.h"

/* (batch, time, …) as (batch · time, …). */
static uint32_t merged(struct al_lowering *l, uint32_t x)
{
    const struct al_shape *s = al_emit_shape(l, x);
    uint64_t samples;
    if (x == AL_NONE_INDEX || s->rank < 2 || !al_shape_count(s, 0, 2, &samples))
        return AL_NONE_INDEX;
    struct al_shape shape = {s->rank - 1, {(int64_t)samples}};
    for (uint32_t i = 1; i < shape.rank; i++)
        shape.dim[i] = s->dim[i + 1];
    return al_emit_reshape(l, x, &shape);
}

static uint32_t split(struct al_lowering *l, uint32_t x)
{
    const struct al_shape *s = al_emit_shape(l, x);
    if (x == AL_NONE_INDEX || s->rank == 0 || s->rank == AL_MAX_RANK)
        return AL_NONE_INDEX;
    struct al_shape shape = {s->rank + 1, {l->site.in[0].dim[0], l->site.in[0].dim[1]}};
    for (uint32_t i = 2; i < shape.rank; i++)
        shape.dim[i] = s->dim[i - 1];
    return al_emit_reshape(l, x, &shape);
}

/* No layer mixes samples, so that all steps are one large batch. Keras 3 passes its input's mask on;
   Keras 2 passes on what the inner layer makes of it. */
void al_lower_time_distributed(struct al_lowering *l)
{
    const struct al_lowered steps = {merged(l, l->in[0].operand), merged(l, al_lower_mask(l))};
    const uint32_t carried = l->in[0].mask;
    struct al_lowered out;
    al_lower_child(l, (uint32_t)al_param_int(&l->site, "layer"), 1, &steps, NULL, 1, &out);
    uint32_t mask = carried;
    if (al_model_is_keras2(l->site.model) && out.mask != AL_NONE_INDEX)
        mask = split(l, out.mask);
    al_lower_result_masked(l, split(l, out.operand), mask);
}
