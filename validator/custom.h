/* Custom layers as the validator sees them: each declaration of the policy becomes a
   row of the catalogue, and each declared function an activation. */
#ifndef AL_VALIDATOR_CUSTOM_H
#define AL_VALIDATOR_CUSTOM_H

#include "policy/custom.h"
#include "validator/row.h"

/* Makes the rows of a policy that was just read; without it its custom layers are
   unknown. Rows live in the policy's arena. False where memory is short. */
bool al_custom_bind(struct al_policy *policy);

/* A declared layer by its registered_name, or by the class_name of a legacy file:
   AL_KIND_CUSTOM + its index, or AL_NONE_INDEX. */
uint32_t al_kind_of_custom(const struct al_policy *policy, struct al_text name);

/* A declared function by its registered name: AL_ACTIVATION_CUSTOM + its index, or AL_NONE_INDEX. */
uint32_t al_activation_of_custom(const struct al_policy *policy, struct al_text name);

/* What an expression may use of one call: configuration and inputs as in `s`. Lives in `arena`; NULL
   sorts and a false result where memory is short or an input is no number. */
bool al_custom_scope(const struct al_custom *c, const struct al_site *s, struct al_arena *arena,
                     struct al_scope *scope, enum al_sort **sorts);

/* A declared function over a tensor of this shape and of the layer's compute type. */
bool al_check_custom_function(struct al_site *s, int64_t activation, const struct al_shape *shape);

#endif
