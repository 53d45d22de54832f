/* Types and shapes of mixed operands; see operation.h. */
#include "validator/operation.h"

/* Bits of an integer type, negative where it has a sign. */
static int integer_bits(enum al_dtype dtype)
{
    static const int bits[AL_DTYPE_COUNT] = {
        [AL_INT8] = -8,  [AL_INT16] = -16,  [AL_INT32] = -32,  [AL_INT64] = -64,
        [AL_UINT8] = 8,  [AL_UINT16] = 16,  [AL_UINT32] = 32,  [AL_UINT64] = 64,
    };
    return bits[dtype];
}

static enum al_dtype signed_of(int bits)
{
    return bits <= 8 ? AL_INT8 : bits <= 16 ? AL_INT16 : bits <= 32 ? AL_INT32 : bits <= 64 ? AL_INT64 : AL_FLOAT32;
}

static enum al_dtype promote_integers(enum al_dtype a, enum al_dtype b)
{
    int x = integer_bits(a), y = integer_bits(b);
    if ((x < 0) == (y < 0))
        return (x < 0 ? x < y : x > y) ? a : b;
    int with_sign = x < 0 ? -x : -y, without = x < 0 ? y : x;
    return signed_of(with_sign > without ? with_sign : 2 * without);
}

static enum al_dtype promote_floats(enum al_dtype a, enum al_dtype b)
{
    if (a == AL_FLOAT64 || b == AL_FLOAT64)
        return AL_FLOAT64;
    return AL_FLOAT32; /* float16 with bfloat16 too */
}

enum al_dtype al_dtype_promote(enum al_dtype a, enum al_dtype b)
{
    if (a == b)
        return a;
    if (a == AL_DTYPE_NONE || b == AL_DTYPE_NONE || a == AL_STRING || b == AL_STRING)
        return AL_DTYPE_NONE;
    if (a == AL_BOOL)
        return b;
    if (b == AL_BOOL)
        return a;
    if (al_dtype_is_float(a) && al_dtype_is_float(b))
        return promote_floats(a, b);
    if (al_dtype_is_float(a) || al_dtype_is_float(b))
        return al_dtype_is_float(a) ? a : b;
    return promote_integers(a, b);
}

enum al_dtype al_dtype_with_constant(enum al_dtype dtype, const struct al_value *constant)
{
    if (dtype == AL_STRING || dtype == AL_DTYPE_NONE)
        return AL_DTYPE_NONE;
    if (constant->type == AL_VALUE_BOOL)
        return dtype;
    if (constant->type == AL_VALUE_INTEGER)
        return dtype == AL_BOOL ? AL_INT32 : dtype;
    return al_dtype_is_float(dtype) ? dtype : AL_FLOAT32;
}

enum al_dtype al_dtype_inexact(enum al_dtype dtype)
{
    if (dtype == AL_STRING || dtype == AL_DTYPE_NONE)
        return AL_DTYPE_NONE;
    return al_dtype_is_float(dtype) ? dtype : AL_FLOAT32;
}

bool al_shape_broadcast(const struct al_shape *a, const struct al_shape *b, struct al_shape *out)
{
    const struct al_shape *longer = a->rank >= b->rank ? a : b, *shorter = longer == a ? b : a;
    struct al_shape joined = *longer;
    for (uint32_t i = 0; i < shorter->rank; i++) {
        int64_t x = shorter->dim[i], *y = &joined.dim[i + longer->rank - shorter->rank];
        if (x == *y || x == 1)
            continue;
        if (*y == 1 || *y == -1)
            *y = x;
        else if (x != -1)
            return false;
    }
    *out = joined;
    return true;
}

bool al_site_typed(struct al_site *s, const struct al_shape *shape, enum al_dtype dtype)
{
    if (dtype == AL_DTYPE_NONE)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "numbers", AL_NOTHING, "%s is not defined for that type",
                              s->row->name);
    if (!al_site_output(s, shape))
        return false;
    s->out_dtypes[0] = dtype;
    return true;
}

bool al_site_operands(struct al_site *s, struct al_shape *shape, enum al_dtype *dtype)
{
    static const char *const names[] = {"x1", "x2"};
    if (s->in_count == 2) {
        *dtype = al_dtype_promote(s->in_dtypes[0], s->in_dtypes[1]);
        return al_shape_broadcast(&s->in[0], &s->in[1], shape) ||
               al_site_bad_shape(s, al_shape_show(s->findings, &s->in[0]), &s->in[1]);
    }
    for (int i = 0; s->in_count == 1 && i < 2; i++) {
        const struct al_value *constant = al_site_constant(s, names[i]);
        if (constant == NULL)
            continue;
        const struct al_shape its = constant->type == AL_VALUE_REALS ? constant->shape : (struct al_shape){0};
        *dtype = al_dtype_with_constant(s->in_dtypes[0], constant);
        return al_shape_broadcast(&s->in[0], &its, shape) || al_site_bad_shape(s, "a shape that fits", &its);
    }
    return al_site_refuse(s, AL_GRAPH_ARGUMENT, "a tensor", AL_NOTHING, "%s is given no tensor", s->row->name);
}
