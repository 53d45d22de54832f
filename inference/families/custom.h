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

/* Settings of a term that were checked with all shapes known. */
int64_t al_custom_integer(struct al_custom_lowering *c, const struct al_term *t, const char *name);
struct al_integers al_custom_integers(struct al_custom_lowering *c, const struct al_term *t, const char *name);
/* The setting `axis`, counted from 0. */
uint32_t al_custom_axis(struct al_custom_lowering *c, const struct al_term *t, uint32_t x);
/* Several operands of one type, joined two by two. */
uint32_t al_custom_fold(struct al_custom_lowering *c, const struct al_term *t, enum al_operator op);

/* Calls of operators that are put together from others (custom_composed.c); *out is the result.
   False where the operator is none of them. */
bool al_custom_composed(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type, uint32_t *out);

/* A call of an operator (custom_calls.c). */
uint32_t al_custom_call(struct al_custom_lowering *c, const struct al_term *t, const struct al_typed *type);

#endif
