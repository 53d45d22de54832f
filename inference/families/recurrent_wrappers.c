/* Layers that call another one for each step or in both directions (keras/src/layers/rnn). */
#include "inference/families/recurrent.h"

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
    const uint32_t carried = al_recurrences_pass_masks(l) ? l->in[0].mask : AL_NONE_INDEX;
    struct al_lowered out;
    al_lower_child(l, (uint32_t)al_param_int(&l->site, "layer"), 1, &steps, NULL, 1, &out);
    uint32_t mask = carried;
    if (al_model_is_keras2(l->site.model) && out.mask != AL_NONE_INDEX)
        mask = split(l, out.mask);
    al_lower_result_masked(l, split(l, out.operand), mask);
}

/* ---- Bidirectional ---- */

/* One of its two layers on the whole input; `half`: which half of the initial states is its own. */
static uint32_t one_direction(struct al_lowering *l, const char *key, uint32_t half, struct al_lowered *out)
{
    const uint32_t first = al_site_input(&l->site, "initial_state");
    struct al_lowered in[1 + AL_MOST_STATES] = {{l->in[0].operand, al_lower_mask(l)}};
    uint32_t argument_of[1 + AL_MOST_STATES] = {0}, count = 1;
    if (first != AL_NONE_INDEX) {
        uint32_t given = 0;
        while (first + given < l->in_count && l->site.argument_of[first + given] == l->site.argument_of[first])
            given++;
        for (uint32_t i = 0; i < given / 2 && count <= AL_MOST_STATES; i++) {
            argument_of[count] = l->site.argument_of[first]; /* every recurrent layer has the same arguments */
            in[count++] = l->in[first + half * (given / 2) + i];
        }
    }
    l->in_bidirectional = true;
    count = al_lower_child(l, (uint32_t)al_param_int(&l->site, key), count, in, argument_of, 1 + AL_MOST_STATES, out);
    l->in_bidirectional = false;
    return count;
}

static uint32_t merge(struct al_lowering *l, uint32_t y, uint32_t back)
{
    enum { CONCAT, SUM, MUL, AVE }; /* the row's choices */
    switch (al_param_int(&l->site, "merge_mode")) {
    case CONCAT: return al_emit_concat(l, (const uint32_t[]){y, back}, 2, al_emit_shape(l, y)->rank - 1);
    case SUM: return al_emit_binary(l, AL_OP_ADD, y, back);
    case MUL: return al_emit_binary(l, AL_OP_MUL, y, back);
    case AVE: return al_emit_with_number(l, AL_OP_MUL, al_emit_binary(l, AL_OP_ADD, y, back), 0.5);
    default: return al_lower_fail(l, AL_INTERNAL, "a merge_mode that the verified model cannot have");
    }
}

/* What the backward layer gives in its own order is turned round again. */
void al_lower_bidirectional(struct al_lowering *l)
{
    struct al_lowered out[2][1 + AL_MOST_STATES];
    const uint32_t count[2] = {one_direction(l, "layer", 0, out[0]), one_direction(l, "backward_layer", 1, out[1])};
    const struct al_value *sequences = al_layer_param(l, (uint32_t)al_param_int(&l->site, "layer"),
                                                      "return_sequences");
    const bool apart = al_param_is_null(&l->site, "merge_mode");
    const bool all_steps = sequences != NULL && sequences->integer != 0;
    const bool passes = all_steps && al_recurrences_pass_masks(l);
    const uint32_t mask = passes ? al_lower_mask(l) : AL_NONE_INDEX, y = out[0][0].operand;
    uint32_t back = out[1][0].operand;
    if (l->failed)
        return;
    if (all_steps)
        back = al_emit_flip(l, back, 1);
    al_lower_result_masked(l, apart ? y : merge(l, y, back), mask);
    if (apart)
        al_lower_result_masked(l, back, mask);
    for (int side = 0; side < 2; side++)
        for (uint32_t i = 1; i < count[side]; i++)
            al_lower_result_masked(l, out[side][i].operand, AL_NONE_INDEX);
}
