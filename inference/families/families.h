/* The lowering functions, one for each kind of validator/catalogue.def. */
#ifndef AL_INFERENCE_FAMILIES_H
#define AL_INFERENCE_FAMILIES_H

#include "inference/emit.h"

#define AL_KIND(SYMBOL, symbol) __attribute__((weak)) al_lower_function al_lower_##symbol;
#include "validator/catalogue.def"
#undef AL_KIND

/* Functional and Sequential: every call of the graph in its order (lower.c). */
void al_lower_graph(struct al_lowering *l);

#endif
