/* Between a user's arrays and the four types that are computed in. */
#ifndef AL_INFERENCE_CONVERT_H
#define AL_INFERENCE_CONVERT_H

#include "inference/predict.h"
#include "inference/view.h"

/* Writes `count` numbers from `from`, of type `given`, to the packed view memory `to` of
   type `computed`, for an input declared as `declared`. False at the first number that
   `declared` cannot hold exactly; *at is then its index. */
bool al_convert_in(enum al_dtype given, const void *from, uint64_t count, enum al_dtype declared,
                   enum al_dtype computed, void *to, uint64_t *at);

/* Writes a view, in row-major order, as packed numbers of type `declared`. */
void al_convert_out(const struct al_view *from, enum al_dtype declared, void *to);

#endif
