/* Products with quantized kernels as Keras computes them (keras/src/layers/core/dense.py and
   einsum_dense.py, _int8_call and its kin). */
#ifndef AL_INFERENCE_QUANTIZED_H
#define AL_INFERENCE_QUANTIZED_H

#include "inference/dequantize.h"
#include "inference/emit.h"
#include "validator/quantization.h"

/* x brought into the range of the layer's quantization, by the largest number over the given axes;
   `*scale` gets what that was multiplied with, those axes being 1. */
uint32_t al_emit_quantized(struct al_lowering *l, uint32_t x, const uint32_t *axes, uint32_t axis_count,
                           uint32_t *scale);

/* x · kernel, without bias: of a Dense; of an EinsumDense, whose equation has letters only; of the projection
   at `path` of an attention layer, whose kernel of shape `whole` takes the last axis of x for its first
   `summed` axes in one: (…, columns in one). */
uint32_t al_lower_quantized_dense(struct al_lowering *l, uint32_t x);
uint32_t al_lower_quantized_einsum(struct al_lowering *l, const char *equation, uint32_t x,
                                   const struct al_kernel *kernel);
uint32_t al_lower_quantized_projection(struct al_lowering *l, const char *path, uint32_t x, uint32_t summed,
                                       const struct al_shape *whole);

/* x · kernel (rows, columns) by the layer's quantization, x quantized first where that says so. The result is
   divided by `scale`, which broadcasts to it; AL_NONE_INDEX: the kernel holds plain numbers already. */
uint32_t al_emit_scaled_product(struct al_lowering *l, uint32_t x, uint32_t kernel, uint32_t scale, int64_t rows);

/* A kernel to which LoRA's factors have been added, where the file holds them apart: kernel + ratio · a · b. */
uint32_t al_lower_kernel(struct al_lowering *l, const char *kernel, const char *a, const char *b);
/* Beside a quantized kernel they are multiplied with the input: y + ratio · (x · a · b). `equation` NULL: over
   the last axis of x. */
uint32_t al_emit_lora(struct al_lowering *l, const char *equation, uint32_t x, uint32_t y);
/* lora_alpha / lora_rank. */
double al_lora_ratio(const struct al_lowering *l);

/* q (integers) · kernel (integers) exactly, where sums of `length` products stay int32; `equation` NULL: a
   matrix product. */
uint32_t al_emit_integer_product(struct al_lowering *l, const char *equation, uint32_t q, uint32_t kernel,
                                 int64_t length);

#endif
