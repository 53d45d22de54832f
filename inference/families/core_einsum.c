/* EinsumDense: a product that an equation describes (keras/src/layers/core/einsum_dense.py). */
#include "inference/families/families.h"
#include "inference/quantized.h"

/* A term with letters in place of its ellipsis: capitals from `first` on, which Keras's
   equations may hold too, and so only such as the equation does not have. */
static char *spell(char *to, const struct al_einsum_term *term, const char *elided, uint32_t elided_count)
{
    for (uint32_t i = 0; i <= term->count; i++) {
        for (uint32_t k = 0; term->ellipsis && i == term->ellipsis_at && k < elided_count; k++)
            *to++ = elided[k];
        if (i < term->count)
            *to++ = term->letters[i];
    }
    return to;
}

static bool holds(const struct al_einsum_term *term, char letter)
{
    return al_einsum_axis(term, letter, term->count) != AL_NONE_INDEX ||
        memchr(term->letters, letter, term->count) != NULL;
}

/* "...x,xy->...y" for an input of rank 3 as "ABx,xy->ABy". */
static char *spelled_out(struct al_lowering *l, const struct al_einsum *e, uint32_t rank)
{
    char elided[AL_MAX_RANK];
    uint32_t count = 0;
    const uint32_t wanted = rank - e->inputs[0].count;
    for (char c = 'A'; c <= 'Z' && count < wanted; c++)
        if (!holds(&e->inputs[0], c) && !holds(&e->inputs[1], c) && !holds(&e->output, c))
            elided[count++] = c;
    char *equation = count == wanted ? al_arena_alloc(l->ops->arena, 3 * AL_MAX_RANK + 4, 1) : NULL;
    if (equation == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return NULL;
    }
    char *at = spell(equation, &e->inputs[0], elided, count);
    *at++ = ',';
    at = spell(at, &e->inputs[1], elided, count);
    *at++ = '-';
    *at++ = '>';
    (void)spell(at, &e->output, elided, count);
    return equation;
}

/* The bias has the axes of the output from its first own one on, so that it broadcasts. */
void al_lower_einsum_dense(struct al_lowering *l)
{
    struct al_einsum e;
    struct al_shape said, out;
    struct al_kernel kernel;
    const uint32_t x = l->in[0].operand, bias = al_lower_weight(l, "bias");
    if (!al_einsum_dense_shapes(&l->site, &e, &said, &out, &kernel)) {
        al_lower_fail(l, AL_INTERNAL, "an equation that the verified model cannot have");
        return;
    }
    const char *equation = spelled_out(l, &e, l->site.in[0].rank);
    if (equation == NULL)
        return;
    const uint32_t numbers = al_dtype_is_float(al_emit_dtype(l, x)) ? x : al_emit_cast(l, x, l->real);
    uint32_t y = l->site.layer->quantization.mode == AL_QUANTIZED_NONE
                     ? al_emit_einsum(l, equation, numbers,
                                      al_lower_kernel(l, "kernel", "lora_kernel_a", "lora_kernel_b"))
                     : al_emit_lora(l, equation, numbers,
                                    al_lower_quantized_einsum(l, equation, numbers, &kernel));
    if (bias != AL_NONE_INDEX)
        y = al_emit_binary(l, AL_OP_ADD, y, bias);
    al_lower_result(l, al_lower_activation(l, "activation", y));
}
