/* Channels-last data under ONNX's channels-first operators, and Keras's paddings in
   numbers: shared by convolutions, pools and recurrences of convolutions. */
#ifndef AL_INFERENCE_FAMILIES_WINDOW_H
#define AL_INFERENCE_FAMILIES_WINDOW_H

#include "inference/families/families.h"

/* (n, d…, c) as (n, c, d…) and back; nothing where the layer's data_format says that
   channels come first anyway. Views: no number moves. */
uint32_t al_window_enter(struct al_lowering *l, uint32_t x);
uint32_t al_window_leave(struct al_lowering *l, uint32_t x);

/* A kernel (k…, a, b) as ONNX has it: (b, a, k…). */
uint32_t al_window_kernel(struct al_lowering *l, uint32_t kernel);

/* Strides, dilations and pads of the layer for an image whose spatial lengths begin at
   axis 2 of `image`; `kernel`: the window's lengths, one for each spatial axis. */
struct al_attributes al_window_attributes(const struct al_lowering *l, const struct al_shape *image,
                                          const int64_t *kernel);

#endif
