/* Lengths under a moving window: convolutions, pooling, and recurrences of
   convolutions (keras/src/ops/operation_utils.py, compute_conv_output_shape). */
#ifndef AL_VALIDATOR_FAMILIES_WINDOW_H
#define AL_VALIDATOR_FAMILIES_WINDOW_H

#include "validator/families/common.h"

extern const char *const al_choices_padding[];        /* valid, same */
extern const char *const al_choices_padding_causal[]; /* valid, same, causal */

enum { AL_PADDING_VALID, AL_PADDING_SAME, AL_PADDING_CAUSAL };

#define AL_DATA_FORMAT_KEY \
    {.key = "data_format", .type = AL_PARAM_CHOICE, .choices = al_choices_data_format, \
     .standard = "\"channels_last\""}
#define AL_PADDING_KEY \
    {.key = "padding", .type = AL_PARAM_CHOICE, .choices = al_choices_padding, .standard = "\"valid\""}
#define AL_SPATIAL_KEY(name, dims, value) \
    {.key = (name), .type = AL_PARAM_INTEGERS_OR_ONE, .minimum = 1, .maximum = 1 << 20, .count_min = (dims), \
     .count_max = (dims), .standard = (value)}
#define AL_SPATIAL_KEY_REQUIRED(name, dims) \
    {.key = (name), .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = 1 << 20, \
     .count_min = (dims), .count_max = (dims)}

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
