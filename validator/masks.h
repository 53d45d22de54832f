/* A note where releases of Keras pass masks on differently. */
#ifndef AL_VALIDATOR_MASKS_H
#define AL_VALIDATOR_MASKS_H

#include "validator/model.h"

/* Adds keras.mask-releases, which is a note, for the first layer of an inferred model whose
   numbers depend on which release of Keras loads the file. */
void al_note_masks(const struct al_model *m, const struct al_policy *policy, struct al_findings *f);

#endif
