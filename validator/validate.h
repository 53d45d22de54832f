/* The checks that run in the cell and again in the parent. */
#ifndef AL_VALIDATOR_VALIDATE_H
#define AL_VALIDATOR_VALIDATE_H

#include "validator/model.h"

/* The policy allows the format that the model says it came in; `name` is its file's. */
bool al_check_format(const struct al_model *m, const struct al_policy *policy, const char *name, struct al_findings *f);

/* First pass, without weights: every layer's kind is known and allowed by the
   policy, every parameter of its row's type and in range, the graphs acyclic and
   complete, every shape inferred; fills demands and output shapes. False after
   refusing findings. `m` may come from a hostile cell: nothing in it is assumed,
   besides that its pointers and counts are sound (which the wire decoder ensures). */
bool al_infer(struct al_model *m, const struct al_policy *policy, struct al_findings *f);

/* Second pass: every demand is met by exactly one tensor of equal shape and an
   allowed dtype, no tensor is used twice, none is left over; extents lie inside
   their input and do not overlap; totals are within limits. */
bool al_check_weights(struct al_model *m, const struct al_policy *policy, const uint64_t *input_sizes,
                      uint32_t input_count, struct al_findings *f);

#endif
