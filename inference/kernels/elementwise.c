/* Operators that work number by number, over views of any strides. */
#include "inference/kernels/kernels.h"

#include "inference/kernels/fast.h"

#define TEMPLATE "inference/kernels/elementwise.inc"
#include "inference/kernels/reals.inc"

void al_apply(enum al_operator function, double alpha, double beta, enum al_dtype dtype, int64_t n, void *data)
{
    const struct al_attributes a = {.alpha = alpha, .beta = beta};
    if (dtype == AL_FLOAT32)
        unary_float(function, &a, n, data, 1, data, 1);
    else
        unary_double(function, &a, n, data, 1, data, 1);
}

/* Integers wrap around as numpy's do; a division by zero gives 0. */
static int64_t integers(enum al_operator op, int64_t v, int64_t w)
{
    int64_t r = 0;
    switch ((unsigned)op) {
    case AL_OP_ADD: return (int64_t)((uint64_t)v + (uint64_t)w);
    case AL_OP_SUB: return (int64_t)((uint64_t)v - (uint64_t)w);
    case AL_OP_MUL: return (int64_t)((uint64_t)v * (uint64_t)w);
    case AL_OP_DIV: return w == 0 ? 0 : w == -1 ? (int64_t)(0 - (uint64_t)v) : v / w;
    case AL_OP_MOD:
        r = w == 0 || w == -1 ? 0 : v % w;
        return r != 0 && (r < 0) != (w < 0) ? r + w : r;
    case AL_OP_MAX: return v > w ? v : w;
    case AL_OP_MIN: return v < w ? v : w;
    case AL_OP_POW:
        if (w < 0)
            return v == 1 ? 1 : v == -1 ? (w % 2 == 0 ? 1 : -1) : 0;
        for (r = 1; w > 0; w >>= 1) {
            if ((w & 1) != 0)
                r = (int64_t)((uint64_t)r * (uint64_t)v);
            v = (int64_t)((uint64_t)v * (uint64_t)v);
        }
        return r;
    case AL_OP_EQUAL: return v == w;
    case AL_OP_LESS: return v < w;
    case AL_OP_LESS_OR_EQUAL: return v <= w;
    case AL_OP_GREATER: return v > w;
    case AL_OP_GREATER_OR_EQUAL: return v >= w;
    case AL_OP_ABS: return v < 0 ? (int64_t)(0 - (uint64_t)v) : v;
    case AL_OP_NEG: return (int64_t)(0 - (uint64_t)v);
    case AL_OP_SIGN: return v > 0 ? 1 : v < 0 ? -1 : 0;
    case AL_OP_RELU: return v > 0 ? v : 0;
    case AL_OP_AND: return v != 0 && w != 0;
    case AL_OP_OR: return v != 0 || w != 0;
    case AL_OP_XOR: return (v != 0) != (w != 0);
    case AL_OP_NOT: return v == 0;
    default: return 0;
    }
}

static double clip(const struct al_attributes *at, double v)
{
    return v < at->alpha ? at->alpha : v > at->beta ? at->beta : v;
}

bool al_kernel_unary(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const enum al_operator op = s->operation->operator_;
    const struct al_attributes *at = s->operation->attributes;
    const struct al_view *const views[] = {&s->out[0], &s->in[0]};
    if (op == AL_OP_IDENTITY) {
        al_view_copy(&s->in[0], &s->out[0]);
        return true;
    }
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w)) {
        const uint32_t last = w.rank - 1;
        const int64_t n = w.size[last], sy = w.stride[0][last], sx = w.stride[1][last];
        if (s->in[0].dtype == AL_FLOAT32) {
            unary_float(op, at, n, (const float *)s->in[0].data + w.offset[1], sx,
                        (float *)s->out[0].data + w.offset[0], sy);
        } else if (s->in[0].dtype == AL_FLOAT64) {
            unary_double(op, at, n, (const double *)s->in[0].data + w.offset[1], sx,
                         (double *)s->out[0].data + w.offset[0], sy);
        } else if (s->in[0].dtype == AL_INT64) {
            const int64_t *x = (const int64_t *)s->in[0].data + w.offset[1];
            int64_t *y = (int64_t *)s->out[0].data + w.offset[0];
            for (int64_t i = 0; i < n; i++)
                y[i * sy] = op == AL_OP_CLIP ? (int64_t)clip(at, (double)x[i * sx]) : integers(op, x[i * sx], 0);
        } else {
            return al_fail(run->err, AL_INTERNAL, 0, "%s of booleans", al_operator_row(op)->name) == AL_OK;
        }
    }
    return true;
}

/* What one number of a BOOL or INT64 view is. */
static int64_t whole(const struct al_view *v, int64_t at)
{
    return v->dtype == AL_BOOL ? ((const uint8_t *)v->data)[at] : ((const int64_t *)v->data)[at];
}

/* Operators of two numbers whose result may be a boolean. */
static bool two(const struct al_step *s)
{
    const enum al_operator op = s->operation->operator_;
    const struct al_view *a = &s->in[0], *b = &s->in[s->in_count - 1], *y = &s->out[0];
    const struct al_view *const views[] = {y, a, b};
    struct al_walk w;
    for (al_walk_start(&w, views, 3); !w.over; al_walk_next(&w)) {
        const uint32_t last = w.rank - 1;
        const int64_t n = w.size[last], sy = w.stride[0][last], sa = w.stride[1][last], sb = w.stride[2][last];
        const int64_t oy = w.offset[0], oa = w.offset[1], ob = w.offset[2];
        if (a->dtype == AL_FLOAT32 && y->dtype == AL_FLOAT32)
            binary_float(op, n, (const float *)a->data + oa, sa, (const float *)b->data + ob, sb,
                         (float *)y->data + oy, sy);
        else if (a->dtype == AL_FLOAT64 && y->dtype == AL_FLOAT64)
            binary_double(op, n, (const double *)a->data + oa, sa, (const double *)b->data + ob, sb,
                          (double *)y->data + oy, sy);
        else if (a->dtype == AL_FLOAT32)
            compare_float(op, n, (const float *)a->data + oa, sa, (const float *)b->data + ob, sb,
                          (uint8_t *)y->data + oy, sy);
        else if (a->dtype == AL_FLOAT64)
            compare_double(op, n, (const double *)a->data + oa, sa, (const double *)b->data + ob, sb,
                           (uint8_t *)y->data + oy, sy);
        else
            for (int64_t i = 0; i < n; i++) {
                const int64_t r = integers(op, whole(a, oa + i * sa), whole(b, ob + i * sb));
                if (y->dtype == AL_BOOL)
                    ((uint8_t *)y->data)[oy + i * sy] = r != 0;
                else
                    ((int64_t *)y->data)[oy + i * sy] = r;
            }
    }
    return true;
}

bool al_kernel_binary(struct al_run *run, const struct al_step *s)
{
    (void)run;
    return two(s);
}

bool al_kernel_compare(struct al_run *run, const struct al_step *s)
{
    (void)run;
    return two(s);
}

bool al_kernel_logical(struct al_run *run, const struct al_step *s)
{
    (void)run;
    return two(s);
}

bool al_kernel_not(struct al_run *run, const struct al_step *s)
{
    (void)run;
    return two(s);
}

bool al_kernel_where(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *const views[] = {&s->out[0], &s->in[0], &s->in[1], &s->in[2]};
    const int64_t size = al_element_size(s->out[0].dtype);
    struct al_walk w;
    for (al_walk_start(&w, views, 4); !w.over; al_walk_next(&w)) {
        const uint32_t last = w.rank - 1;
        const uint8_t *condition = (const uint8_t *)s->in[0].data + w.offset[1];
        const char *yes = (const char *)s->in[1].data + w.offset[2] * size;
        const char *no = (const char *)s->in[2].data + w.offset[3] * size;
        char *y = (char *)s->out[0].data + w.offset[0] * size;
        for (int64_t i = 0; i < w.size[last]; i++) {
            const char *from = condition[i * w.stride[1][last]] != 0 ? yes + i * w.stride[2][last] * size
                                                                     : no + i * w.stride[3][last] * size;
            for (int64_t k = 0; k < size; k++)
                y[i * w.stride[0][last] * size + k] = from[k];
        }
    }
    return true;
}
