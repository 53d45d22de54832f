/* Reading how a layer is quantized; see quantization.c. Each says false after a finding. */
#ifndef AL_LOADER_KERAS_QUANTIZATION_H
#define AL_LOADER_KERAS_QUANTIZATION_H

#include "loader/keras/reading.h"

/* "int8", "int4/128", "gptq/4/-1" …; false, without a finding, for anything else. */
bool al_keras_quantization_mode(struct al_text mode, struct al_quantization *q);

/* The value of a layer's key `quantization_config`: kept with the layer until all keys are read. */
bool al_keras_quantization_config(struct al_keras *k, uint32_t layer, json_t *json, const struct al_place *place);

/* After all keys of a layer: its policy and its config as one. */
bool al_keras_settle_quantization(struct al_keras *k, uint32_t layer, const struct al_place *place);

/* What Keras does with inputs where nothing is said: AbsMaxQuantizer(axis=-1). */
void al_keras_default_inputs(struct al_quantization *q);

/* projections.c: an attention layer that does not say so has a kernel of int8 in `dataset`, as long as it would
   be in plain numbers (`unpacked`) or not. */
bool al_keras_projections_quantized(struct al_keras *k, uint32_t layer, struct al_text dataset, bool unpacked);

#endif
