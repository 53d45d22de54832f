/* exp, tanh and the logistic function for float32 without branches, so that compilers
   turn loops over them into vectors. Within 2, 3 and 4 units in the last place of the exact
   value (tests/unit/test_numbers.c measures it), NaN and infinities as in math.h. */
#ifndef AL_INFERENCE_KERNELS_FAST_H
#define AL_INFERENCE_KERNELS_FAST_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Functions compiled once for each level of the processor and chosen when the program starts.
   Not by clang, whose callers would have to see the attribute too; not under a sanitizer,
   which is not ready yet when the choice is made. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) \
    && !defined(__SANITIZE_THREAD__)
#define AL_FOR_EACH_PROCESSOR __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define AL_FOR_EACH_PROCESSOR
#endif

/* e^x = 2^n e^r with n = ⌊x / ln 2⌉ and |r| ≤ ln 2 / 2: a polynomial for e^r (Cephes' expf),
   2^n by its bits. Cut off where float32 ends. */
static inline float al_fast_exp(float x)
{
    const float round = 12582912.0F; /* 1.5 · 2^23: adding it leaves no bits behind the point */
    /* a NaN becomes a number here, and a NaN again at the end */
    const float within = x > 88.3762627F ? 88.3762627F : x > -87.3365479F ? x : -87.3365479F;
    const float n = (within * 1.44269504F + round) - round;
    const float r = (within - n * 0.693359375F) - n * -2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    const int32_t bits = ((int32_t)n + 127) * (1 << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    const float y = p * power;
    return x != x ? x : x > 88.7228394F ? INFINITY : x < -87.3365479F ? 0.0F : y;
}

static inline float al_fast_sigmoid(float x)
{
    return 1.0F / (1.0F + al_fast_exp(-x));
}

/* Near zero a polynomial of odd powers (Cephes' tanhf), else by e^2|x|. */
static inline float al_fast_tanh(float x)
{
    const float magnitude = fabsf(x), square = x * x;
    float p = -5.70498872745e-3F;
    p = p * square + 2.06390887954e-2F;
    p = p * square - 5.37397155531e-2F;
    p = p * square + 1.33314422036e-1F;
    p = p * square - 3.33332819422e-1F;
    const float near = p * square * x + x;
    const float far = 1.0F - 2.0F / (al_fast_exp(2.0F * magnitude) + 1.0F);
    return magnitude < 0.625F ? near : copysignf(far, x);
}

#endif
