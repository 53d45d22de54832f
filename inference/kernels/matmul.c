/* Matrix products in plain C: what computes in float64, in integers, and wherever the
   engine is missing. */
#include "inference/kernels/kernels.h"

enum { COLUMNS = 256 };

#define TEMPLATE "inference/kernels/matmul.inc"
#include "inference/kernels/reals.inc"

/* Integers wrap around. */
static void product_integers(int64_t m, int64_t k, int64_t n, const int64_t *a, int64_t am, int64_t ak,
                             const int64_t *b, int64_t bk, int64_t bn, int64_t *y, int64_t ym, int64_t yn)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            uint64_t sum = 0;
            for (int64_t l = 0; l < k; l++)
                sum += (uint64_t)a[i * am + l * ak] * (uint64_t)b[l * bk + j * bn];
            y[i * ym + j * yn] = (int64_t)sum;
        }
}

/* One matrix product; the last two axes of each view, from the given offsets. */
static void multiply(const struct al_view *a, int64_t oa, const struct al_view *b, int64_t ob,
                     const struct al_view *y, int64_t oy)
{
    const uint32_t ra = a->shape.rank, rb = b->shape.rank, ry = y->shape.rank;
    const int64_t m = a->shape.dim[ra - 2], k = a->shape.dim[ra - 1], n = b->shape.dim[rb - 1];
    const int64_t am = a->stride[ra - 2], ak = a->stride[ra - 1], bk = b->stride[rb - 2], bn = b->stride[rb - 1];
    const int64_t ym = y->stride[ry - 2], yn = y->stride[ry - 1];
    if (a->dtype == AL_FLOAT32)
        product_float(m, k, n, (const float *)a->data + oa, am, ak, (const float *)b->data + ob, bk, bn,
                      (float *)y->data + oy, ym, yn);
    else if (a->dtype == AL_FLOAT64)
        product_double(m, k, n, (const double *)a->data + oa, am, ak, (const double *)b->data + ob, bk, bn,
                       (double *)y->data + oy, ym, yn);
    else
        product_integers(m, k, n, (const int64_t *)a->data + oa, am, ak, (const int64_t *)b->data + ob, bk, bn,
                         (int64_t *)y->data + oy, ym, yn);
}

void al_multiply(const struct al_view *a, const struct al_view *b, const struct al_view *y)
{
    multiply(a, 0, b, 0, y, 0);
}

/* The batch part of a view: its last two axes left out. */
static struct al_view batch_of(const struct al_view *v)
{
    struct al_view r = *v;
    r.shape.rank -= 2;
    return r;
}

bool al_kernel_matmul(struct al_run *run, const struct al_step *s)
{
    const struct al_view *a = &s->in[0], *b = &s->in[1], *y = &s->out[0];
    const struct al_view over[] = {batch_of(y), batch_of(a), batch_of(b)};
    const struct al_view *const views[] = {&over[0], &over[1], &over[2]};
    (void)run;
    struct al_walk w;
    for (al_walk_start(&w, views, 3); !w.over; al_walk_next(&w)) {
        const uint32_t last = w.rank - 1;
        for (int64_t i = 0; i < w.size[last]; i++)
            multiply(a, w.offset[1] + i * w.stride[1][last], b, w.offset[2] + i * w.stride[2][last], y,
                     w.offset[0] + i * w.stride[0][last]);
    }
    return true;
}

bool al_kernel_gemm(struct al_run *run, const struct al_step *s)
{
    multiply(&s->in[0], 0, &s->in[1], 0, &s->out[0], 0);
    if (s->in_count < 3 || s->in[2].data == NULL)
        return true;
    const struct al_operation add = {.operator_ = AL_OP_ADD, .attributes = s->operation->attributes};
    struct al_view in[] = {s->out[0], s->in[2]};
    return al_kernel_binary(run, &(struct al_step){.operation = &add, .in_count = 2, .out_count = 1, .in = in,
                                                    .out = s->out});
}
