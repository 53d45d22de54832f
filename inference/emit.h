/* Words to write lowerings with: each adds one or a few operations and returns the
   result. An operand of AL_NONE_INDEX, or an earlier failure, gives AL_NONE_INDEX. */
#ifndef AL_INFERENCE_EMIT_H
#define AL_INFERENCE_EMIT_H

#include "inference/lower.h"

/* Shape and type of a result; rank 0 and FLOAT32 for AL_NONE_INDEX. */
const struct al_shape *al_emit_shape(const struct al_lowering *l, uint32_t x);
enum al_dtype al_emit_dtype(const struct al_lowering *l, uint32_t x);

/* Any operator; `attributes` may be NULL. Where there are several outputs they follow
   the one returned. Inputs that are optional may be AL_NONE_INDEX here only. */
uint32_t al_emit(struct al_lowering *l, enum al_operator op, const uint32_t *in, uint32_t in_count,
                 const struct al_attributes *attributes);

uint32_t al_emit_unary(struct al_lowering *l, enum al_operator op, uint32_t x);
/* With attributes alpha, beta, gamma (LeakyRelu, Elu, Selu, HardSigmoid, Clip …). */
uint32_t al_emit_unary_with(struct al_lowering *l, enum al_operator op, uint32_t x, double alpha, double beta,
                            double gamma);
/* Both of one type: see al_emit_promote. */
uint32_t al_emit_binary(struct al_lowering *l, enum al_operator op, uint32_t a, uint32_t b);
/* With a number on the right, of x's type. */
uint32_t al_emit_with_number(struct al_lowering *l, enum al_operator op, uint32_t x, double number);
uint32_t al_emit_where(struct al_lowering *l, uint32_t condition, uint32_t yes, uint32_t no);
/* `to`: FLOAT32, FLOAT64, INT64, BOOL, FLOAT16, BFLOAT16. Nothing where x has that type. */
uint32_t al_emit_cast(struct al_lowering *l, uint32_t x, enum al_dtype to);
/* Casts the narrower of two to the other's type: BOOL < INT64 < FLOAT32 < FLOAT64. */
void al_emit_promote(struct al_lowering *l, uint32_t *a, uint32_t *b);

/* Constants. A number has rank 0. */
uint32_t al_emit_number(struct al_lowering *l, enum al_dtype dtype, double value);
uint32_t al_emit_numbers(struct al_lowering *l, enum al_dtype dtype, const struct al_shape *shape,
                         const double *numbers);

uint32_t al_emit_reshape(struct al_lowering *l, uint32_t x, const struct al_shape *shape);
/* Inserts axes of length 1 so that x broadcasts along `axis` of a tensor of `rank`: (c) -> (1, c, 1, 1). */
uint32_t al_emit_along(struct al_lowering *l, uint32_t x, uint32_t axis, uint32_t rank);
uint32_t al_emit_insert_axis(struct al_lowering *l, uint32_t x, uint32_t axis);
uint32_t al_emit_drop_axis(struct al_lowering *l, uint32_t x, uint32_t axis);
/* perm[i]: which axis of x becomes axis i. */
uint32_t al_emit_transpose(struct al_lowering *l, uint32_t x, const uint32_t *perm);
uint32_t al_emit_move_axis(struct al_lowering *l, uint32_t x, uint32_t from, uint32_t to);
uint32_t al_emit_expand(struct al_lowering *l, uint32_t x, const struct al_shape *shape);
uint32_t al_emit_slice(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t start, int64_t count, int64_t step);
/* Each part along the axis, `times` in a row. */
uint32_t al_emit_repeat(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t times);
uint32_t al_emit_flip(struct al_lowering *l, uint32_t x, uint32_t axis);
uint32_t al_emit_concat(struct al_lowering *l, const uint32_t *in, uint32_t in_count, uint32_t axis);
uint32_t al_emit_gather(struct al_lowering *l, uint32_t data, uint32_t indices, uint32_t axis);
/* before[i], after[i] for each axis. */
uint32_t al_emit_pad(struct al_lowering *l, uint32_t x, enum al_mode mode, const int64_t *before,
                     const int64_t *after, double value);

/* `axis_count` 0: over all axes. */
uint32_t al_emit_reduce(struct al_lowering *l, enum al_operator op, uint32_t x, const uint32_t *axes,
                        uint32_t axis_count, bool keepdims);
uint32_t al_emit_softmax(struct al_lowering *l, uint32_t x, uint32_t axis);

uint32_t al_emit_matmul(struct al_lowering *l, uint32_t a, uint32_t b);
/* x · kernel + bias over the last axis of x, any rank; `bias` may be AL_NONE_INDEX. */
uint32_t al_emit_dense(struct al_lowering *l, uint32_t x, uint32_t kernel, uint32_t bias);
/* "abc,cd->abd", small or capital letters only, `b` AL_NONE_INDEX for one operand. Becomes
   Transpose, Reshape and MatMul. A letter twice in one operand fails. */
uint32_t al_emit_einsum(struct al_lowering *l, const char *equation, uint32_t a, uint32_t b);

/* An axis as Keras writes it, negative from the end; fails where it is outside. */
uint32_t al_emit_axis(struct al_lowering *l, int64_t axis, uint32_t rank);

#endif
