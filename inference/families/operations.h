/* What lowerings of raw operations are written with. The shape rule has worked out the
   type of the result; operands are cast to it. */
#ifndef AL_INFERENCE_FAMILIES_OPERATIONS_H
#define AL_INFERENCE_FAMILIES_OPERATIONS_H

#include "inference/families/families.h"

/* The type that the shape rule gave to the first result, as it is computed with; and x cast to it. */
enum al_dtype al_operation_type(const struct al_lowering *l);
uint32_t al_operation_cast(struct al_lowering *l, uint32_t x);

/* The tensor or number given with an argument, as `dtype`; NONE: as it is (a number: as `other`'s type demands). */
uint32_t al_operation_operand(struct al_lowering *l, const char *argument, enum al_dtype dtype);

/* The axes that key `axis` names, ascending; null: all of them. */
uint32_t al_operation_axes(struct al_lowering *l, uint32_t axes[AL_MAX_RANK]);

/* The angle of (x, y). */
uint32_t al_emit_arctan2(struct al_lowering *l, uint32_t y, uint32_t x);

/* The last result, cast to its type. */
void al_operation_result(struct al_lowering *l, uint32_t y);

#endif
