/* A list of arrays as callers hold it, whatever it was made from. */
#ifndef AL_API_NDARRAYS_H
#define AL_API_NDARRAYS_H

#include "inference/predict.h"
#include "sandbox/vet.h"

#include <stddef.h>

/* A caller's texts are used where they lie. */
_Static_assert(sizeof(struct al_string) == sizeof(struct al_text) &&
                   offsetof(struct al_string, bytes) == offsetof(struct al_text, at) &&
                   offsetof(struct al_string, length) == offsetof(struct al_text, length),
               "struct al_string is struct al_text under its public name");

struct al_ndarrays {
    struct al_arena *arena;      /* owned: the list, names and shapes */
    struct al_report *report;    /* owned: the bytes, of arrays that were read from a file */
    struct al_results results;   /* owned: the bytes, of arrays that were computed */
    struct al_ndarray *list;
    size_t count;
};

/* An empty list with room for `count`; NULL where memory is short. */
struct al_ndarrays *al_ndarrays_new(size_t count);

/* Appends; false where memory is short. The data is borrowed. */
bool al_ndarrays_add(struct al_ndarrays *a, struct al_text name, enum al_dtype dtype, const struct al_shape *shape,
                     const void *data, size_t bytes);

#endif
