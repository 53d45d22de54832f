/* Checks of one value against what a row says of it. The loader has read the value
   from JSON by the same description; the parent repeats the check on what the cell
   sent, which may be anything. */
#ifndef AL_VALIDATOR_PARAMS_H
#define AL_VALIDATOR_PARAMS_H

#include "base/buffer.h"
#include "validator/row.h"

/* True when the value is of the type, range, length and choice that `param` asks for.
   ABSENT fits where the key may be missing and has no default, and where the type is
   one that is checked and dropped; LAYER values are ranges of `child_count`. */
bool al_param_fits(const struct al_param *param, const struct al_value *value, const struct al_policy *policy);

/* "an integer from 1 to 65536", "one of valid, same": for a finding. Lives in the sink's arena. */
const char *al_param_expects(struct al_findings *f, const struct al_param *param);

/* Likewise with the default, for documents: "true or false; true where it is absent". */
void al_param_describe(struct al_buffer *out, const struct al_param *param);

/* True for the types whose values are checked for form and dropped. */
bool al_param_is_dropped(enum al_param_type type);

/* All parameters of a layer against its row. */
bool al_check_params(struct al_site *s);

#endif
