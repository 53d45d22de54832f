/* Rules that raw operations share: types of numbers of mixed operands, shapes that
   are broadcast. As keras/src/backend/common/dtypes.py and keras/src/ops/operation_utils.py. */
#ifndef AL_VALIDATOR_OPERATION_H
#define AL_VALIDATOR_OPERATION_H

#include "validator/row.h"

/* The type in which Keras 3 computes with both; AL_DTYPE_NONE where it is not defined here. */
enum al_dtype al_dtype_promote(enum al_dtype a, enum al_dtype b);

/* Likewise of a tensor with a constant of Python, which gives way: 2 * int8 is int8, 2.0 * int8 float32. */
enum al_dtype al_dtype_with_constant(enum al_dtype dtype, const struct al_value *constant);

/* The type of a mean of numbers of that type: float32 for integers. */
enum al_dtype al_dtype_inexact(enum al_dtype dtype);

/* numpy's broadcasting; an unknown length gives way to a known one other than 1. */
bool al_shape_broadcast(const struct al_shape *a, const struct al_shape *b, struct al_shape *out);

/* Both operands x1 and x2 of the call: their common shape and type. False after a finding. */
bool al_site_operands(struct al_site *s, struct al_shape *shape, enum al_dtype *dtype);

/* One output of that shape and type. */
bool al_site_typed(struct al_site *s, const struct al_shape *shape, enum al_dtype dtype);

#endif
