/* Types convert only where no value changes: a number goes through the type in which
   the model declares its input, and must come out the same. */
#include "inference/convert.h"

#include "inference/kernels/kernels.h"

#include <math.h>
#include <string.h>

/* A number as it was given: integers beyond 2^53 are not exact as doubles. */
struct exact {
    bool integer;
    bool negative;
    uint64_t bits;           /* integer: its magnitude */
    double real;             /* otherwise */
};

static struct exact of_signed(int64_t v)
{
    return (struct exact){.integer = true, .negative = v < 0, .bits = v < 0 ? 0 - (uint64_t)v : (uint64_t)v};
}

static struct exact read_number(enum al_dtype dtype, const uint8_t *at)
{
    uint64_t bits = 0;
    float narrow;
    struct exact r = {.integer = false};
    memcpy(&bits, at, al_dtype_size(dtype));
    switch ((unsigned)dtype) {
    case AL_INT8: return of_signed((int8_t)bits);
    case AL_INT16: return of_signed((int16_t)bits);
    case AL_INT32: return of_signed((int32_t)bits);
    case AL_INT64: return of_signed((int64_t)bits);
    case AL_BOOL: return of_signed(bits != 0);
    case AL_FLOAT16: r.real = (double)al_from_float16((uint16_t)bits); return r;
    case AL_BFLOAT16:
        bits <<= 16;
        memcpy(&narrow, &bits, sizeof narrow);
        r.real = (double)narrow;
        return r;
    case AL_FLOAT32:
        memcpy(&narrow, &bits, sizeof narrow);
        r.real = (double)narrow;
        return r;
    case AL_FLOAT64: memcpy(&r.real, &bits, sizeof r.real); return r;
    default: return (struct exact){.integer = true, .bits = bits};
    }
}

static bool as_real(const struct exact *x, double *v)
{
    if (!x->integer) {
        *v = x->real;
        return true;
    }
    const double magnitude = (double)x->bits;
    *v = x->negative ? -magnitude : magnitude;
    return x->bits <= UINT64_C(1) << 53 || (magnitude < 18446744073709551616.0 && (uint64_t)magnitude == x->bits);
}

static bool as_integer(const struct exact *x, int64_t *v)
{
    if (x->integer) {
        *v = x->negative ? (int64_t)(0 - x->bits) : (int64_t)x->bits;
        return x->negative ? x->bits <= UINT64_C(1) << 63 : x->bits <= (uint64_t)INT64_MAX;
    }
    if (!(x->real >= -9223372036854775808.0 && x->real < 9223372036854775808.0))
        return false;
    *v = (int64_t)x->real;
    return (double)*v == x->real;
}

static bool integer_fits(enum al_dtype dtype, int64_t v)
{
    switch ((unsigned)dtype) {
    case AL_INT8: return v >= INT8_MIN && v <= INT8_MAX;
    case AL_INT16: return v >= INT16_MIN && v <= INT16_MAX;
    case AL_INT32: return v >= INT32_MIN && v <= INT32_MAX;
    case AL_UINT8: return v >= 0 && v <= UINT8_MAX;
    case AL_UINT16: return v >= 0 && v <= UINT16_MAX;
    case AL_UINT32: return v >= 0 && v <= UINT32_MAX;
    case AL_UINT64: return v >= 0;
    case AL_BOOL: return v == 0 || v == 1;
    default: return true;
    }
}

static double rounded(enum al_dtype dtype, double v)
{
    switch ((unsigned)dtype) {
    case AL_FLOAT16: return (double)al_to_float16((float)v);
    case AL_BFLOAT16: return (double)al_to_bfloat16((float)v);
    case AL_FLOAT32: return (double)(float)v;
    default: return v;
    }
}

static bool put_number(const struct exact *x, enum al_dtype declared, enum al_dtype computed, void *to, uint64_t i)
{
    double real;
    int64_t integer;
    if (computed == AL_FLOAT32 || computed == AL_FLOAT64) {
        if (!as_real(x, &real) || (!isnan(real) && rounded(declared, real) != real))
            return false;
        if (computed == AL_FLOAT32)
            ((float *)to)[i] = (float)real;
        else
            ((double *)to)[i] = real;
        return true;
    }
    if (!as_integer(x, &integer) || !integer_fits(declared, integer))
        return false;
    if (computed == AL_INT64)
        ((int64_t *)to)[i] = integer;
    else
        ((uint8_t *)to)[i] = integer != 0;
    return true;
}

bool al_convert_in(enum al_dtype given, const void *from, uint64_t count, enum al_dtype declared,
                   enum al_dtype computed, void *to, uint64_t *at)
{
    const uint32_t size = al_dtype_size(given);
    if (given == declared && given == computed && given != AL_BOOL) {
        memcpy(to, from, count * size);
        return true;
    }
    for (uint64_t i = 0; i < count; i++) {
        const struct exact x = read_number(given, (const uint8_t *)from + i * size);
        if (!put_number(&x, declared, computed, to, i)) {
            *at = i;
            return false;
        }
    }
    return true;
}

/* The bits of a number that float16 or bfloat16 holds exactly. */
static uint16_t half_bits(enum al_dtype dtype, float v)
{
    uint32_t bits;
    if (dtype == AL_BFLOAT16) {
        v = al_to_bfloat16(v);
        memcpy(&bits, &v, sizeof bits);
        return (uint16_t)(bits >> 16);
    }
    const uint16_t sign = signbit(v) ? 0x8000 : 0;
    v = fabsf(al_to_float16(v));
    if (isnan(v))
        return sign | 0x7E00;
    if (isinf(v))
        return sign | 0x7C00;
    int exponent;
    const float mantissa = frexpf(v, &exponent); /* in [0.5, 1) */
    if (v == 0 || exponent < -13)
        return sign | (uint16_t)ldexpf(v, 24);
    return (uint16_t)(sign | (exponent + 14) << 10 | ((int)(mantissa * 2048) & 1023));
}

static void write_number(const struct al_view *from, int64_t at, enum al_dtype declared, uint8_t *to)
{
    double real = 0;
    int64_t integer = 0;
    if (from->dtype == AL_FLOAT32)
        real = (double)((const float *)from->data)[at];
    else if (from->dtype == AL_FLOAT64)
        real = ((const double *)from->data)[at];
    else
        integer = from->dtype == AL_INT64 ? ((const int64_t *)from->data)[at] : ((const uint8_t *)from->data)[at];
    const bool is_real = from->dtype == AL_FLOAT32 || from->dtype == AL_FLOAT64;
    if (al_dtype_is_float(declared)) {
        const double v = is_real ? real : (double)integer;
        const float narrow = (float)v;
        const uint16_t half = declared == AL_FLOAT64 || declared == AL_FLOAT32 ? 0 : half_bits(declared, narrow);
        memcpy(to, declared == AL_FLOAT64 ? (const void *)&v : declared == AL_FLOAT32 ? (const void *)&narrow : &half,
               al_dtype_size(declared));
        return;
    }
    if (is_real)
        integer = isnan(real) || fabs(real) >= 9223372036854775808.0 ? 0 : (int64_t)real;
    memcpy(to, &integer, al_dtype_size(declared));
}

void al_convert_out(const struct al_view *from, enum al_dtype declared, void *to)
{
    const uint32_t size = al_dtype_size(declared);
    struct al_view packed = *from;
    al_view_pack(&packed);
    const struct al_view *const views[] = {&packed, from};
    struct al_walk w;
    if (declared == from->dtype) {
        packed.data = to;
        al_view_copy(from, &packed);
        return;
    }
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++)
            write_number(from, w.offset[1] + i * w.stride[1][w.rank - 1], declared,
                         (uint8_t *)to + (w.offset[0] + i * w.stride[0][w.rank - 1]) * size);
}
