/* Equations of Einstein's summation, "abc,cd->abd" or "...x,xy->...y", as EinsumDense and
   the raw operation Einsum take them: explicit, lower-case or capital letters, at most
   one ellipsis per term, no letter twice in a term. */
#ifndef AL_VALIDATOR_EINSUM_H
#define AL_VALIDATOR_EINSUM_H

#include "validator/row.h"

enum { AL_EINSUM_TERMS = 4 };

struct al_einsum_term {
    uint32_t count;                  /* letters, the ellipsis not counted */
    char letters[AL_MAX_RANK];
    bool ellipsis;
    uint32_t ellipsis_at;            /* how many letters stand before it */
};
struct al_einsum {
    uint32_t input_count;
    struct al_einsum_term inputs[AL_EINSUM_TERMS];
    struct al_einsum_term output;
};

/* False where the text is no such equation. */
bool al_einsum_parse(struct al_text text, struct al_einsum *out);

/* Where the letter stands in the term, counted with `rank` axes in all; AL_NONE_INDEX where not. */
uint32_t al_einsum_axis(const struct al_einsum_term *term, char letter, uint32_t rank);

/* The shape of the sum over all of s->in; false after a finding. */
bool al_einsum_shape(struct al_site *s, struct al_text equation, struct al_shape *out);

#endif
