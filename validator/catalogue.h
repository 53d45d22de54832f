/* The layer catalogue: look-up of rows by kind and by the names that files use. */
#ifndef AL_VALIDATOR_CATALOGUE_H
#define AL_VALIDATOR_CATALOGUE_H

#include "validator/row.h"

/* catalogue.def: AL_KIND(SYMBOL, symbol, since) for each kind; the row is al_row_<symbol>
   in validator/families/, its lowering al_lower_<symbol> in inference/families/
   (AL_KIND_ROW_ONLY: without one). */
#define AL_KIND(SYMBOL, symbol, since) AL_KIND_##SYMBOL,
enum al_kind {
#include "validator/catalogue.def"
    AL_KIND_COUNT,
    AL_KIND_CUSTOM = 0x10000 /* + index into policy->custom */
};
#undef AL_KIND

/* NULL where there is no such kind (or no such custom layer in this policy). */
const struct al_row *al_row_of(const struct al_policy *policy, uint32_t kind);

/* The first release of Keras that has a kind of the catalogue: "3.9". */
const char *al_kind_since(uint32_t kind);

/* Exact look-up as a file names a layer. `module` is AL_NOTHING where the file has
   none (legacy). Returns AL_NONE_INDEX for what is not in the table. */
uint32_t al_kind_of_layer(struct al_text module, struct al_text class_name, bool keras2);
/* Likewise for raw operations: Keras 3's `keras.src.ops.*` by module and class, Keras 2's
   TFOpLambda and SlicingOpLambda by the name of the function ("math.add") as `class_name`. */
uint32_t al_kind_of_operation(struct al_text module, struct al_text class_name, bool keras2);

#endif
