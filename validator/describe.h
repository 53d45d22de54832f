/* What the catalogue says of a kind, in words for people: `airlock explain` and
   docs/LAYERS.md. */
#ifndef AL_VALIDATOR_DESCRIBE_H
#define AL_VALIDATOR_DESCRIBE_H

#include "base/buffer.h"
#include "validator/catalogue.h"

/* "layer" or "operation": kinds are named layer.Dense, operation.Add. */
const char *al_kind_area(const struct al_row *row);
/* "computed", "identity", "refused". */
const char *al_decision_word(enum al_decision decision);
/* "passes", "drops", "own". */
const char *al_mask_word(enum al_mask_rule rule);

/* A kind by its name as `explain` takes it: the row's own name, another one that files use, or a
   function of Keras 2 ("operation.math.add"). AL_NONE_INDEX where there is none. */
uint32_t al_kind_of_name(struct al_text name);

/* A whole page about a kind, as lines of at most 100 columns where no word is longer. */
void al_describe_kind(struct al_buffer *out, uint32_t kind);

#endif
