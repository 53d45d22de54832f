/* Small models that Keras has written, one for every layer and operation
   (tests/make/near_misses.py), and what becomes of them once they are changed. */
#ifndef AL_TESTS_HONEST_H
#define AL_TESTS_HONEST_H

#include "loader/keras/reading.h"

/* The table of models that Keras 3, or Keras 2, wrote. */
json_t *honest_models(bool keras2);

struct honest {
    json_t *json;            /* names are borrowed from it */
    struct al_arena *arena;
    struct al_findings findings;
    struct al_model model;
    struct al_keras keras;
};

/* Reads a configuration as the cell does, up to the shapes of all weights; `json` stays as it is.
   True where nothing was refused. To be closed in both cases. */
bool honest_read(struct honest *h, json_t *json, const struct al_policy *policy);
void honest_close(struct honest *h);
/* The finding that refuses; AL_FINDING_COUNT where nothing does. */
enum al_finding_id honest_refusal(const struct honest *h);
const char *honest_word(enum al_finding_id id);

/* The n-th layer or operation within a configuration, the model itself the 0-th, and its kind;
   NULL behind the last one. A copy of `json` has the same order. */
json_t *honest_object(json_t *json, uint32_t n, bool keras2, uint32_t *kind);

#endif
