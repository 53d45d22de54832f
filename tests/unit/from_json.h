/* Layers from configurations as Keras writes them, read by nothing but the catalogue's
   rows: enough to hold a row against a table, not a loader (it trusts its input). */
#ifndef AL_TESTS_UNIT_FROM_JSON_H
#define AL_TESTS_UNIT_FROM_JSON_H

#include "policy/policy.h"
#include "validator/catalogue.h"

#include <jansson.h>

struct al_built {
    struct al_model model;
    const struct al_policy *policy;
    struct al_arena *arena;
    size_t room;
    bool keras2;
    const char *trouble;   /* why the row cannot take the configuration: a key it lacks, a value it does not know */
    char text[200];
};

/* Appends the layer and all that it owns; AL_NONE_INDEX with `trouble` set where it cannot.
   A Functional may hold its graph in a short form: see build_graph in from_json.c. */
uint32_t al_build_layer(struct al_built *b, json_t *object, uint32_t owner);

/* Fills the children of every layer; after the last al_build_layer. */
void al_build_owners(struct al_built *b);

/* A whole model under the default policy; ' stands for " in the text. */
struct al_test_model {
    struct al_arena *arena;
    struct al_policy *policy;
    struct al_findings findings;
    struct al_built built;
};
void al_test_model_load(struct al_test_model *x, const char *text);
void al_test_model_unload(struct al_test_model *x);

#endif
