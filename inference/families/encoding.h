/* Indices as zeros and ones, or counts (keras/src/utils/numerical_utils.py, encode_categorical_inputs). */
#ifndef AL_INFERENCE_FAMILIES_ENCODING_H
#define AL_INFERENCE_FAMILIES_ENCODING_H

#include "inference/families/families.h"

/* `mode`: "one_hot", in place of a last axis of length 1, or "multi_hot" or "count" of each row of a
   matrix. Indices outside [0, depth) count for nothing. The result is INT64. */
uint32_t al_lower_encoding(struct al_lowering *l, uint32_t indices, const char *mode, int64_t depth);

#endif
