/* An axis at another length, with the very weights of tf.image.resize: for Resizing,
   CenterCrop, UpSampling2D. Each method is linear and works axis by axis, so that it is
   a product with a matrix that depends on the two lengths alone. */
#ifndef AL_INFERENCE_FAMILIES_RESAMPLE_H
#define AL_INFERENCE_FAMILIES_RESAMPLE_H

#include "inference/families/families.h"

/* By the name that Keras gives the method: "nearest", "bilinear", "bicubic", "area",
   "lanczos3", "lanczos5", "gaussian", "mitchellcubic"; and "bilinear_v1", which is
   tf.compat.v1.image.resize_bilinear. `antialias` widens the kernel when the axis gets
   shorter. Fails where the name is none of these. */
uint32_t al_resample(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t length, const char *method,
                     bool antialias);

#endif
