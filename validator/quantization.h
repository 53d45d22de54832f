/* Kernels that Keras stores quantized (keras/src/quantizers, keras/src/layers/core): which
   tensors stand for one, and in which shapes. The rows demand them by these rules, and the
   lowerings read them back by the same ones. */
#ifndef AL_VALIDATOR_QUANTIZATION_H
#define AL_VALIDATOR_QUANTIZATION_H

#include "validator/einsum.h"

/* A kernel as the layer computes with it, and how it lies when flattened for storage. */
struct al_kernel {
    struct al_shape whole;       /* in plain numbers */
    int64_t rows, columns;       /* what is summed over, and what comes out, each taken together */
    uint32_t pack_axis;          /* of `whole`: along it releases before 3.14 pack int4 */
    struct al_shape scale;       /* of the columns' scales where they lie as the output does */
    bool lies_as_output;         /* EinsumDense: int8 has its scales so; else they are flat */
};

/* (in, units) as Dense has it. */
struct al_kernel al_kernel_of_dense(int64_t in, int64_t units);

/* What the equation of an EinsumDense says of its input: the output as the configuration gives it
   and with what is worked out, and the kernel. False after a finding. */
bool al_einsum_dense_shapes(struct al_site *s, struct al_einsum *e, struct al_shape *said, struct al_shape *out,
                            struct al_kernel *kernel);

/* Keras 3.11 to 3.13 pack int4 along the summed axis and quantize inputs by default. */
bool al_int4_is_old(const struct al_model *m);

/* How many groups of `group` there are in `length`; one where `group` is 0. */
int64_t al_group_count(int64_t length, uint32_t group);

/* `shape` with two numbers of four bits to a byte along `axis`. */
struct al_shape al_packed(struct al_shape shape, uint32_t axis);

/* Scales and zero points of int4 lie beside the kernel; true where zero points do. */
bool al_has_zero_points(const struct al_quantization *q);

/* GPTQ and AWQ: the kernel is stored turned around. */
bool al_is_turned(const struct al_quantization *q);

/* Demands kernel, bias (NULL: none) and what else the layer's quantization stores, in Keras's order. */
bool al_demand_kernel(struct al_site *s, const struct al_kernel *kernel, const struct al_shape *bias);

/* LoRA's two factors of what is added to a kernel of shape `whole`: the file of a whole model in the legacy
   layout holds them, every other one a kernel to which they have been added. 0: none are stored. */
int64_t al_lora_rank(const struct al_site *s);
bool al_demand_lora(struct al_site *s, const char *a, const char *b, const struct al_shape *whole);

/* Whether the layer's quantization is one that its row and Keras know; false after a finding. */
bool al_check_quantization(struct al_site *s);

#endif
