/* The key of GetItem and of Keras 2's SlicingOpLambda, as it stands in a value of
   type INTEGERS: for each place of the subscript AL_INDEX_NUMBERS numbers, as
   x[3, 1:-1:2, ..., None] is written in Python. */
#ifndef AL_VALIDATOR_SLICING_H
#define AL_VALIDATOR_SLICING_H

#include "validator/row.h"

enum al_index_kind {
    AL_INDEX_INTEGER,  /* start is the index; the axis goes away */
    AL_INDEX_SLICE,
    AL_INDEX_ELLIPSIS, /* at most one */
    AL_INDEX_NEW_AXIS,
    AL_INDEX_KIND_COUNT
};
enum { AL_INDEX_HAS_START = 1, AL_INDEX_HAS_STOP = 2, AL_INDEX_HAS_STEP = 4 };

struct al_index {
    enum al_index_kind kind;
    uint32_t has;               /* SLICE: which of the three are not null */
    int64_t start, stop, step;  /* 0 where not there */
};
enum { AL_INDEX_NUMBERS = 5, AL_MAX_INDEX_PLACES = 2 * AL_MAX_RANK + 1 };

/* True when the value is such a list, in its one valid form. */
bool al_index_sound(const struct al_value *value);

/* The place `at` of a sound value; *count of them in all. */
struct al_index al_index_at(const struct al_value *value, uint32_t at);
uint32_t al_index_count(const struct al_value *value);

/* How many elements a slice takes of an axis of that length, and where it starts
   (Python's slice.indices). A step of 0 is not sound. */
int64_t al_slice_length(const struct al_index *slice, int64_t length, int64_t *first);

/* The shape of x[key]; false after a finding. */
bool al_index_shape(struct al_site *s, const struct al_value *key, const struct al_shape *in, struct al_shape *out);

#endif
