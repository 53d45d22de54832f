/* Dense and Embedding and their kin, and what only passes or marks (keras/src/layers/core). */
#include "inference/families/families.h"

void al_lower_dense(struct al_lowering *l)
{
    const uint32_t y = al_emit_dense(l, l->in[0].operand, al_lower_weight(l, "kernel"), al_lower_weight(l, "bias"));
    al_lower_result(l, al_lower_activation(l, "activation", y));
}
