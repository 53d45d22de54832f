/* Dense and Embedding and their kin, and what only passes or marks (keras/src/layers/core). */
#include "inference/families/families.h"

void al_lower_dense(struct al_lowering *l)
{
    const uint32_t y = al_emit_dense(l, l->in[0].operand, al_lower_weight(l, "kernel"), al_lower_weight(l, "bias"));
    al_lower_result(l, al_lower_activation(l, "activation", y));
}

/* Where the numbers differ from `value`. */
static uint32_t differs(struct al_lowering *l, uint32_t x, double value)
{
    return al_emit_unary(l, AL_OP_NOT, al_emit_with_number(l, AL_OP_EQUAL, x, value));
}

void al_lower_embedding(struct al_lowering *l)
{
    const struct al_attributes rows = {.axis = 0, .strict = true};
    const uint32_t indices = al_emit_cast(l, l->in[0].operand, AL_INT64);
    const uint32_t in[] = {al_lower_weight(l, "embeddings"), indices};
    const uint32_t mask = al_param_bool(&l->site, "mask_zero") ? differs(l, indices, 0) : AL_NONE_INDEX;
    al_lower_result_masked(l, l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_GATHER, in, 2, &rows), mask);
}

/* Called with reverse=True it goes back from vectors to a number for each row, capped softly. */
void al_lower_reversible_embedding(struct al_lowering *l)
{
    const struct al_value *reverse = al_site_constant(&l->site, "reverse");
    if (reverse == NULL || reverse->integer == 0) {
        al_lower_embedding(l);
        return;
    }
    uint32_t kernel = al_lower_weight(l, "reverse_embeddings");
    if (kernel == AL_NONE_INDEX)
        kernel = al_emit_move_axis(l, al_lower_weight(l, "embeddings"), 1, 0);
    uint32_t y = al_emit_matmul(l, l->in[0].operand, kernel);
    if (!al_param_is_null(&l->site, "logit_soft_cap")) {
        const double cap = al_param_real(&l->site, "logit_soft_cap");
        y = al_emit_with_number(l, AL_OP_MUL, al_emit_unary(l, AL_OP_TANH, al_emit_with_number(l, AL_OP_DIV, y, cap)),
                                cap);
    }
    al_lower_result_masked(l, y, AL_NONE_INDEX);
}

void al_lower_masking(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand, last = l->site.in[0].rank - 1;
    const uint32_t differing = differs(l, x, al_param_real(&l->site, "mask_value"));
    const uint32_t live = al_emit_reduce(l, AL_OP_REDUCE_MAX, differing, &last, 1, true);
    const uint32_t y = al_emit_where(l, live, x, al_emit_number(l, al_emit_dtype(l, x), 0));
    al_lower_result_masked(l, y, al_emit_drop_axis(l, live, last));
}
