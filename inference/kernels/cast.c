/* Changing types, and rounding to the two half-width ones. */
#include "inference/kernels/kernels.h"

#include <math.h>
#include <string.h>

float al_from_float16(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 31)
        return mantissa != 0 ? NAN : sign * INFINITY;
    return sign * (exponent == 0 ? ldexpf((float)mantissa, -24) : ldexpf((float)(mantissa + 1024), exponent - 25));
}

/* To nearest even by letting the addition of a fitting power of two round away the
   bits that float16 does not have. */
float al_to_float16(float x)
{
    const float magnitude = fabsf(x);
    if (!(magnitude < 65520.0F))
        return isnan(x) ? x : copysignf(INFINITY, x);
    int exponent;
    (void)frexpf(magnitude, &exponent);
    const float unit = ldexpf(1.0F, (exponent < -13 ? -13 : exponent) - 11);
    return rintf(x / unit) * unit;
}

float al_to_bfloat16(float x)
{
    uint32_t bits;
    if (isnan(x))
        return x;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000U;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

void al_round_to(const struct al_view *v, enum al_dtype to)
{
    const struct al_view *const views[] = {v};
    struct al_walk w;
    for (al_walk_start(&w, views, 1); !w.over; al_walk_next(&w)) {
        float *x = (float *)v->data + w.offset[0];
        const int64_t step = w.stride[0][w.rank - 1];
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++)
            x[i * step] = to == AL_FLOAT16 ? al_to_float16(x[i * step]) : al_to_bfloat16(x[i * step]);
    }
}

/* Towards zero; what int64 does not hold becomes its nearest end, NaN zero. */
static int64_t truncated(double v)
{
    if (isnan(v))
        return 0;
    return v >= 9223372036854775808.0 ? INT64_MAX : v < -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}

static double real_at(const struct al_view *v, int64_t at)
{
    switch ((unsigned)v->dtype) {
    case AL_FLOAT32: return (double)((const float *)v->data)[at];
    case AL_FLOAT64: return ((const double *)v->data)[at];
    case AL_INT64: return (double)((const int64_t *)v->data)[at];
    default: return ((const uint8_t *)v->data)[at] != 0;
    }
}

static void put(const struct al_view *to, int64_t at, const struct al_view *from, int64_t from_at)
{
    const double v = real_at(from, from_at);
    switch ((unsigned)to->dtype) {
    case AL_FLOAT32: ((float *)to->data)[at] = (float)v; return;
    case AL_FLOAT64: ((double *)to->data)[at] = v; return;
    case AL_INT64:
        ((int64_t *)to->data)[at] = from->dtype == AL_INT64 ? ((const int64_t *)from->data)[from_at] : truncated(v);
        return;
    default: ((uint8_t *)to->data)[at] = v != 0; return;
    }
}

bool al_kernel_cast(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *const views[] = {&s->out[0], &s->in[0]};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w)) {
        const uint32_t last = w.rank - 1;
        for (int64_t i = 0; i < w.size[last]; i++)
            put(&s->out[0], w.offset[0] + i * w.stride[0][last], &s->in[0], w.offset[1] + i * w.stride[1][last]);
    }
    const enum al_dtype to = s->operation->attributes->to;
    if (to == AL_FLOAT16 || to == AL_BFLOAT16)
        al_round_to(&s->out[0], to);
    return true;
}
