/* The weights of tf.image.resize (TensorFlow's core/kernels/image: resize_bilinear_op.cc,
   resize_bicubic_op.cc, resize_area_op.cc, scale_and_translate_op.cc and
   sampling_kernels.h); see resample.h. Positions are in float32 there and so here:
   where they fall on a border, a double would choose another neighbour. */
#include "inference/families/resample.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* One row of the matrix per place of the result. */
struct matrix {
    int64_t in, out;
    double *weights; /* (out, in) */
};

static double *row(const struct matrix *m, int64_t place)
{
    return m->weights + place * m->in;
}

/* Pixels are squares: place i is at i + 0.5 (half_pixel_centers). */
static float position(const struct matrix *m, int64_t place)
{
    const float scale = (float)m->in / (float)m->out;
    return ((float)place + 0.5F) * scale - 0.5F;
}

static int64_t clamp(int64_t i, int64_t count)
{
    return i < 0 ? 0 : i >= count ? count - 1 : i;
}

static void nearest(const struct matrix *m)
{
    const float scale = (float)m->in / (float)m->out;
    for (int64_t i = 0; i < m->out; i++)
        row(m, i)[clamp((int64_t)floorf(((float)i + 0.5F) * scale), m->in)] = 1;
}

static void bilinear(const struct matrix *m)
{
    for (int64_t i = 0; i < m->out; i++) {
        const float at = position(m, i), low = floorf(at);
        row(m, i)[clamp((int64_t)low, m->in)] += 1 - (double)(at - low);
        row(m, i)[clamp((int64_t)ceilf(at), m->in)] += (double)(at - low);
    }
}

/* TensorFlow 1's: place i is at i, so that the last places repeat the last pixel. */
static void bilinear_v1(const struct matrix *m)
{
    const float scale = (float)m->in / (float)m->out;
    for (int64_t i = 0; i < m->out; i++) {
        const float at = (float)i * scale, low = floorf(at);
        row(m, i)[clamp((int64_t)low, m->in)] += 1 - (double)(at - low);
        row(m, i)[clamp((int64_t)low + 1, m->in)] += (double)(at - low);
    }
}

/* Keys's cubic (a = -0.5) at a distance of less than one, and of one to two. */
static double cubic_near(double x)
{
    return ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1;
}

static double cubic_far(double x)
{
    return ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

static void normalize(double *weights, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += weights[i];
    for (int64_t i = 0; i < count && fabs(sum) >= 1000 * (double)FLT_MIN; i++)
        weights[i] /= sum;
}

/* Positions are rounded to 1/1024 of a pixel, and pixels outside count as nothing. */
static void bicubic(const struct matrix *m)
{
    enum { TABLE = 1024 };
    for (int64_t i = 0; i < m->out; i++) {
        const float at = position(m, i), low = floorf(at);
        const double delta = (double)lrintf((at - low) * TABLE) / TABLE;
        const double weights[4] = {cubic_far(1 + delta), cubic_near(delta), cubic_near(1 - delta),
                                   cubic_far(2 - delta)};
        for (int k = 0; k < 4; k++) {
            const int64_t pixel = (int64_t)low - 1 + k;
            if (pixel >= 0 && pixel < m->in)
                row(m, i)[pixel] = weights[k];
        }
        normalize(row(m, i), m->in);
    }
}

/* Each place covers a stretch of the input; pixels count by how much of them it covers. */
static void area(const struct matrix *m)
{
    const float scale = (float)m->in / (float)m->out;
    for (int64_t i = 0; i < m->out; i++) {
        const float from = (float)i * scale, to = (float)(i + 1) * scale;
        for (int64_t k = (int64_t)floorf(from); k < (int64_t)ceilf(to); k++) {
            const float begin = (float)k < from ? from : (float)k, end = (float)(k + 1) > to ? to : (float)(k + 1);
            row(m, i)[clamp(k, m->in)] += (double)((end - begin) / scale);
        }
    }
}

/* ---- kernels of scale_and_translate ---- */

struct kernel {
    const char *method;
    float radius;
    float (*weight)(float x, float radius);
};

static float lanczos(float x, float radius)
{
    const float pi = 3.14159265359F;
    x = fabsf(x);
    if (x > radius)
        return 0;
    return x <= 1e-3F ? 1 : radius * sinf(pi * x) * sinf(pi * x / radius) / (pi * pi * x * x);
}

static float gaussian(float x, float radius)
{
    const float sigma = radius / 3;
    x = fabsf(x);
    return x >= radius ? 0 : expf(-x * x / (2 * sigma * sigma));
}

static float triangle(float x, float radius)
{
    (void)radius;
    x = fabsf(x);
    return x < 1 ? 1 - x : 0;
}

static float keys_cubic(float x, float radius)
{
    (void)radius;
    x = fabsf(x);
    if (x >= 2)
        return 0;
    return x >= 1 ? ((-0.5F * x + 2.5F) * x - 4) * x + 2 : (1.5F * x - 2.5F) * x * x + 1;
}

static float mitchell_cubic(float x, float radius)
{
    (void)radius;
    x = fabsf(x);
    if (x >= 2)
        return 0;
    return x >= 1 ? ((-7.0F / 18 * x + 2) * x - 10.0F / 3) * x + 16.0F / 9 : (7.0F / 6 * x - 2) * x * x + 8.0F / 9;
}

static const struct kernel kernels[] = {
    {"bilinear", 1, triangle},   {"bicubic", 2, keys_cubic},  {"lanczos3", 3, lanczos},
    {"lanczos5", 5, lanczos},    {"gaussian", 1.5F, gaussian}, {"mitchellcubic", 2, mitchell_cubic},
};

static void sample(const struct matrix *m, const struct kernel *k, bool antialias)
{
    const float inverse = 1 / ((float)m->out / (float)m->in);
    const float wide = antialias && inverse > 1 ? inverse : 1;
    for (int64_t i = 0; i < m->out; i++) {
        const float at = ((float)i + 0.5F) * inverse;
        if (at < 0 || at > (float)m->in)
            continue;
        const int64_t from = clamp((int64_t)ceilf(at - k->radius * wide - 0.5F), m->in);
        const int64_t to = clamp((int64_t)floorf(at + k->radius * wide - 0.5F), m->in);
        for (int64_t p = from; p <= to; p++)
            row(m, i)[p] = (double)k->weight(((float)p + 0.5F - at) / wide, k->radius);
        normalize(row(m, i), m->in);
    }
}

static bool fill(const struct matrix *m, const char *method, bool antialias)
{
    if (strcmp(method, "nearest") == 0)
        return nearest(m), true;
    if (strcmp(method, "area") == 0)
        return area(m), true;
    if (!antialias && strcmp(method, "bilinear") == 0)
        return bilinear(m), true;
    if (!antialias && strcmp(method, "bilinear_v1") == 0)
        return bilinear_v1(m), true;
    if (!antialias && strcmp(method, "bicubic") == 0)
        return bicubic(m), true;
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (strcmp(method, kernels[i].method) == 0)
            return sample(m, &kernels[i], antialias), true;
    return false;
}

uint32_t al_resample(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t length, const char *method,
                     bool antialias)
{
    const struct al_shape shape = *al_emit_shape(l, x);
    if (x == AL_NONE_INDEX || shape.dim[axis] == length)
        return x;
    const uint32_t last = shape.rank - 1;
    struct matrix m = {.in = shape.dim[axis], .out = length};
    const struct al_shape table = {.rank = 2, .dim = {m.out, m.in}};
    uint64_t count;
    if (m.in < 1 || !al_shape_count(&table, 0, 2, &count))
        return al_lower_fail(l, AL_REFUSED, "an image without pixels cannot be resized");
    m.weights = al_arena_alloc(l->ops->arena, count, sizeof *m.weights);
    if (m.weights == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    if (!fill(&m, method, antialias))
        return al_lower_fail(l, AL_REFUSED, "the interpolation is not computed");
    const uint32_t matrix = al_emit_move_axis(l, al_emit_numbers(l, al_emit_dtype(l, x), &table, m.weights), 0, 1);
    return al_emit_move_axis(l, al_emit_matmul(l, al_emit_move_axis(l, x, axis, last), matrix), last, axis);
}
