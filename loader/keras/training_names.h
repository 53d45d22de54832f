/* Which losses, metrics and optimizers are Keras's own. */
#ifndef AL_LOADER_KERAS_TRAINING_NAMES_H
#define AL_LOADER_KERAS_TRAINING_NAMES_H

#include "base/text.h"

/* A class ("MeanSquaredError", "Adam" …), of a module that such classes come from. */
bool al_keras_training_class(struct al_text name);
bool al_keras_training_module(struct al_text module);

/* A class or a function, as a bare word ("mse", "accuracy" …). */
bool al_keras_training_name(struct al_text name);

#endif
