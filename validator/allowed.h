/* The layers that a policy names: which of the catalogue it lets through, and whether every
   name in it is one. */
#ifndef AL_VALIDATOR_ALLOWED_H
#define AL_VALIDATOR_ALLOWED_H

#include "validator/catalogue.h"

/* False where the policy refuses the kind, or has a list of allowed ones without it. What the
   catalogue itself refuses is no matter of policy. */
bool al_policy_allows(const struct al_policy *policy, uint32_t kind);

/* Every name in layers.refuse and layers.allow belongs to a row of the catalogue or to a declared
   layer: a misspelt one would let through what somebody believes to be refused. False after a finding. */
bool al_policy_check_names(const struct al_policy *policy, struct al_findings *f);

#endif
