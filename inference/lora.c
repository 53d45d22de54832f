/* LoRA in whole models of the legacy layout, which hold its two factors apart from the kernel
   (keras/src/layers/core/dense.py, enable_lora); all other files hold a kernel with them added. */
#include "inference/quantized.h"

double al_lora_ratio(const struct al_lowering *l)
{
    const double rank = (double)al_lora_rank(&l->site);
    return al_param_is_null(&l->site, "lora_alpha") ? 1 : al_param_real(&l->site, "lora_alpha") / rank;
}

/* (…, rank) · (rank, columns) */
static uint32_t factors(struct al_lowering *l, uint32_t a, const char *b)
{
    return al_emit_dense(l, a, al_lower_weight(l, b), AL_NONE_INDEX);
}

uint32_t al_lower_kernel(struct al_lowering *l, const char *kernel, const char *a, const char *b)
{
    const uint32_t stored = al_lower_weight(l, kernel);
    if (al_lora_rank(&l->site) == 0)
        return stored;
    const uint32_t delta = factors(l, al_lower_weight(l, a), b);
    return al_emit_binary(l, AL_OP_ADD, stored, al_emit_with_number(l, AL_OP_MUL, delta, al_lora_ratio(l)));
}

uint32_t al_emit_lora(struct al_lowering *l, const char *equation, uint32_t x, uint32_t y)
{
    if (al_lora_rank(&l->site) == 0)
        return y;
    const uint32_t a = al_lower_weight(l, "lora_kernel_a");
    const uint32_t inner =
        equation != NULL ? al_emit_einsum(l, equation, x, a) : al_emit_dense(l, x, a, AL_NONE_INDEX);
    return al_emit_binary(
        l, AL_OP_ADD, y,
        al_emit_with_number(l, AL_OP_MUL, factors(l, inner, "lora_kernel_b"), al_lora_ratio(l)));
}
