/* The skeleton of a model that may come from a hostile cell: who owns whom, which
   calls use which. After these checks every index in the model is safe to follow,
   apart from outputs of calls, which only inference of shapes can count. */
#ifndef AL_VALIDATOR_STRUCTURE_H
#define AL_VALIDATOR_STRUCTURE_H

#include "validator/model.h"

/* Owners, children, depth, kinds, number of parameters, policy, graphs. Clears what
   al_infer fills. False after refusing findings. */
bool al_check_structure(struct al_model *m, const struct al_policy *policy, struct al_findings *f);

/* True when the layer's row holds a graph of its own. */
bool al_kind_is_model(uint32_t kind);

#endif
