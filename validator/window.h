/* Lengths under a moving window: convolutions, pooling, and recurrences of
   convolutions (keras/src/ops/operation_utils.py, compute_conv_output_shape). The
   shape rules and the lowerings count with them alike. */
#ifndef AL_VALIDATOR_WINDOW_H
#define AL_VALIDATOR_WINDOW_H

#include "validator/catalogue.h"

enum { AL_PADDING_VALID, AL_PADDING_SAME, AL_PADDING_CAUSAL };

/* Where the channels of the first input are, and its first spatial axis. */
uint32_t al_channel_axis(const struct al_site *s, uint32_t rank);
uint32_t al_spatial_axis(const struct al_site *s);

/* One length behind a window; -1 stays -1. False where the window does not fit. */
bool al_window_length(int64_t length, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding,
                      int64_t *out);

/* One length behind a transposed convolution; output_padding NULL: the default (keras/src/backend/common/
   backend_utils.py, _get_output_shape_given_tf_padding). False where nothing would be left. */
bool al_window_transposed_length(int64_t length, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding,
                                 const int64_t *output_padding, int64_t *out);

/* All spatial lengths of `shape` behind the window that `kernel_key` and the usual keys
   describe; strides NULL: as `kernel_key`. Channels are left alone. */
bool al_window_shape(struct al_site *s, const char *kernel_key, struct al_shape *shape);

#endif
