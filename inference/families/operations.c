/* What lowerings of raw operations share; see operations.h. */
#include "inference/families/operations.h"

enum al_dtype al_operation_type(const struct al_lowering *l)
{
    const enum al_dtype dtype = l->site.call != NULL && l->site.call->output_count > 0
        ? l->site.call->output_dtypes[0] : AL_FLOAT32;
    if (al_dtype_is_float(dtype))
        return dtype;
    return dtype == AL_BOOL ? AL_BOOL : AL_INT64;
}

uint32_t al_operation_cast(struct al_lowering *l, uint32_t x)
{
    return al_emit_cast(l, x, al_operation_type(l));
}

uint32_t al_operation_operand(struct al_lowering *l, const char *argument, enum al_dtype dtype)
{
    const uint32_t given = al_lower_input(l, argument);
    if (given != AL_NONE_INDEX)
        return dtype == AL_DTYPE_NONE ? given : al_emit_cast(l, given, dtype);
    const struct al_value *v = al_site_constant(&l->site, argument);
    if (v != NULL && v->type == AL_VALUE_REALS)
        return al_emit_numbers(l, dtype == AL_DTYPE_NONE || dtype == AL_FLOAT16 || dtype == AL_BFLOAT16 ? AL_FLOAT32
                                                                                                        : dtype,
                               &v->shape, v->reals);
    if (v == NULL || (v->type != AL_VALUE_INTEGER && v->type != AL_VALUE_BOOL && v->type != AL_VALUE_REAL))
        return al_lower_fail(l, AL_INTERNAL, "argument %s is neither a tensor nor a number", argument);
    const bool real = v->type == AL_VALUE_REAL;
    const double number = real ? v->real : (double)v->integer;
    if (dtype == AL_DTYPE_NONE)
        dtype = real ? AL_FLOAT32 : v->type == AL_VALUE_BOOL ? AL_BOOL : AL_INT64;
    return al_emit_number(l, dtype == AL_FLOAT16 || dtype == AL_BFLOAT16 ? AL_FLOAT32 : dtype, number);
}

uint32_t al_operation_axes(struct al_lowering *l, uint32_t axes[AL_MAX_RANK])
{
    uint32_t count = 0;
    if (al_param_is_null(&l->site, "axis")) {
        for (; count < l->site.in[0].rank; count++)
            axes[count] = count;
        return count;
    }
    if (!al_site_axes(&l->site, "axis", l->site.in[0].rank, axes, &count))
        al_lower_fail(l, AL_INTERNAL, "an axis that the verified model cannot have");
    return count;
}

void al_operation_result(struct al_lowering *l, uint32_t y)
{
    al_lower_result(l, al_operation_cast(l, y));
}
