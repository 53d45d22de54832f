/* What the lowering of custom layers shares between its files. */
#ifndef AL_INFERENCE_CUSTOM_H
#define AL_INFERENCE_CUSTOM_H

#include "inference/emit.h"
#include "policy/custom.h"

/* One call of one custom layer or function. */
struct al_custom_lowering {
    struct al_lowering *l;
    const struct al_custom *custom;
    struct al_scope scope;
    const uint32_t *inputs;         /* operands */
    const struct al_typed *types;   /* of the terms; every shape is known */
    uint32_t *operands;             /* of the terms; none for numbers, which are made where they are used */
};

bool al_custom_is_literal(const struct al_term *t);
/* The value of a term; a number or a list of the declaration is made in the given type. */
uint32_t al_custom_operand(struct al_custom_lowering *c, uint32_t term, enum al_dtype as);
/* The type that numbers among the arguments take: that of the first tensor from `from` on. */
enum al_dtype al_custom_partner(const struct al_custom_lowering *c, const struct al_term *t, uint32_t from);
/* The i-th argument, numbers in the layer's type. */
uint32_t al_custom_argument(struct al_custom_lowering *c, const struct al_term *t, uint32_t i);

/* A call of an operator (custom_calls.c). */
uint32_t al_custom_call(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type);

#endif
