/* From a MODEL frame to a typed model whose every pointer, count and index is
   sound, and of whose content nothing is assumed: al_infer and al_check_weights
   judge that. */
#ifndef AL_SANDBOX_WIRE_DECODE_H
#define AL_SANDBOX_WIRE_DECODE_H

#include "sandbox/wire/get.h"
#include "validator/catalogue.h"

/* What the parent knows without the cell. */
struct al_wire_context {
    const struct al_policy *policy;
    const uint64_t *input_sizes;
    uint32_t input_count;
    uint32_t findings;          /* the most that a cell may say */
    bool extents;               /* false: every tensor must come by value */
};

/* Reads the whole frame into a model in the reader's arena; NULL where a rule is
   broken (r->broken) or memory short (r->no_memory). Tensors that travel as DATA
   have no bytes yet. */
struct al_model *al_unwire_model(struct al_reader *r, const struct al_wire_context *context);

/* Its parts, in this order. */
void al_unwire_layers(struct al_reader *r, struct al_model *m, const struct al_wire_context *context);
void al_unwire_graphs(struct al_reader *r, struct al_model *m, const struct al_wire_context *context);
void al_unwire_tensors(struct al_reader *r, struct al_model *m, const struct al_wire_context *context);

#endif
