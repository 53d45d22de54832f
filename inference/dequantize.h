/* Stored quantized kernels as constants of the operation graph: unpacked, and where Keras brings them
   back to plain numbers before it multiplies, dequantized (keras/src/quantizers/quantizers.py). */
#ifndef AL_INFERENCE_DEQUANTIZE_H
#define AL_INFERENCE_DEQUANTIZE_H

#include "inference/lower.h"

/* The names under which a row demands what belongs to one kernel. */
struct al_stored_names {
    const char *path, *kernel, *scale, *zero;
};

/* Four-bit numbers, two to a byte along `axis`, as a tensor of shape `whole` with a sign. */
uint32_t al_lower_unpacked(struct al_lowering *l, const struct al_stored_names *names, const struct al_shape *whole,
                           uint32_t axis);

/* int4 of (rows, columns), packed along its columns or (`packed_rows`) its rows: q / scale, or
   (q - zero) · scale by groups of rows; as a tensor of shape `whole`. */
uint32_t al_lower_dequantized(struct al_lowering *l, const struct al_stored_names *names, int64_t rows,
                              int64_t columns, bool packed_rows, const struct al_shape *whole);

/* int4 of a table whose rows are quantized each by itself, their columns in groups: (q - zero) · scale. */
uint32_t al_lower_dequantized_table(struct al_lowering *l, const struct al_stored_names *names,
                                    const struct al_shape *whole);

/* GPTQ and AWQ: a row of the stored kernel for each column. */
uint32_t al_lower_dequantized_turned(struct al_lowering *l, const struct al_stored_names *names,
                                     const struct al_shape *whole);

/* The groups that g_idx names, each below `group_count`; NULL after a failure. */
const uint32_t *al_lower_groups(struct al_lowering *l, const char *path, int64_t length, int64_t group_count);

#endif
