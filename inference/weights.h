/* A model's stored tensors as numbers to compute with: converted once, when first
   asked for, and shared by all plans. A float32 tensor that lies aligned in the
   mapped file is used where it lies. */
#ifndef AL_INFERENCE_WEIGHTS_H
#define AL_INFERENCE_WEIGHTS_H

#include "base/status.h"
#include "inference/predict.h"

struct al_weights;

struct al_weights *al_weights_new(const struct al_model *model, const struct al_mapped *inputs, uint32_t input_count);
void al_weights_free(struct al_weights *w);

/* The numbers of a tensor as FLOAT32, FLOAT64, INT64 or BOOL, packed; the caller's as
   long as `w` lives. `round`: FLOAT16 or BFLOAT16 rounds FLOAT32 numbers to it, NONE not.
   NULL after filling `err`. */
const void *al_weights_numbers(struct al_weights *w, uint32_t tensor, enum al_dtype as, enum al_dtype round,
                               struct al_error *err);

/* Writes the numbers from the `first`-th on, as doubles, in the file's order, without keeping
   them. False where the tensor has not as many. */
bool al_weights_read(const struct al_weights *w, uint32_t tensor, uint64_t first, uint64_t count, double *to);

#endif
