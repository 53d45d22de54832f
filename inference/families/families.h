/* The lowering functions, one for each AL_KIND of validator/catalogue.def. */
#ifndef AL_INFERENCE_FAMILIES_H
#define AL_INFERENCE_FAMILIES_H

#include "inference/emit.h"

#define AL_KIND(SYMBOL, symbol, since) al_lower_function al_lower_##symbol;
#define AL_KIND_ROW_ONLY(SYMBOL, symbol, since)
#include "validator/catalogue.def"
#undef AL_KIND

/* A layer that the policy declares (custom.c). */
void al_lower_custom(struct al_lowering *l);
/* A function that it declares. */
uint32_t al_lower_custom_function(struct al_lowering *l, int64_t activation, uint32_t x);

/* Functional and Sequential: every call of the graph in its order (lower.c). */
void al_lower_graph(struct al_lowering *l);

#endif
