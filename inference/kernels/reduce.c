/* Operators that gather numbers along axes into one: sums, extremes, and what is made
   of them along one axis. Sums are taken in double precision. */
#include "inference/kernels/kernels.h"

#include "inference/kernels/fast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE "inference/kernels/reduce.inc"
#include "inference/kernels/reals.inc"

/* Splits a view into the axes that stay, in order, and those that are gathered. */
static void split_axes(const struct al_view *x, const struct al_numbers *axes, struct al_view *stay,
                       struct al_view *gather)
{
    uint32_t gone = axes->count == 0 ? UINT32_MAX : 0;
    for (uint32_t i = 0; i < axes->count; i++)
        gone |= 1U << axes->at[i];
    *stay = (struct al_view){.dtype = x->dtype, .data = x->data};
    *gather = *stay;
    for (uint32_t i = 0; i < x->shape.rank; i++) {
        struct al_view *to = (gone >> i & 1) != 0 ? gather : stay;
        to->stride[to->shape.rank] = x->stride[i];
        to->shape.dim[to->shape.rank++] = x->shape.dim[i];
    }
}

static int64_t reduced_integers(enum al_operator op, const struct al_view *x, int64_t at, const struct al_walk *start)
{
    int64_t r = op == AL_OP_REDUCE_MAX ? INT64_MIN : op == AL_OP_REDUCE_MIN ? INT64_MAX : op == AL_OP_REDUCE_PROD;
    int64_t count = 0;
    struct al_walk w = *start;
    for (; !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++, count++) {
            const int64_t from = at + w.offset[0] + i * w.stride[0][w.rank - 1];
            const int64_t v = x->dtype == AL_BOOL ? ((const uint8_t *)x->data)[from]
                : ((const int64_t *)x->data)[from];
            if (op == AL_OP_REDUCE_MAX)
                r = v > r ? v : r;
            else if (op == AL_OP_REDUCE_MIN)
                r = v < r ? v : r;
            else if (op == AL_OP_REDUCE_PROD)
                r = (int64_t)((uint64_t)r * (uint64_t)v);
            else
                r = (int64_t)((uint64_t)r + (uint64_t)v);
        }
    return op == AL_OP_REDUCE_MEAN && count > 0 ? r / count : r;
}

bool al_kernel_reduce(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const enum al_operator op = s->operation->operator_;
    const struct al_view *x = &s->in[0];
    struct al_view stay, gather, y = s->out[0];
    split_axes(x, &s->operation->attributes->axes, &stay, &gather);
    /* the result is packed, with or without the axes of length 1 */
    y.shape = stay.shape;
    al_view_pack(&y);
    const struct al_view *const along[] = {&gather}, *const over[] = {&y, &stay};
    struct al_walk start, w;
    al_walk_start(&start, along, 1);
    for (al_walk_start(&w, over, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t to = w.offset[0] + i * w.stride[0][w.rank - 1];
            const int64_t from = w.offset[1] + i * w.stride[1][w.rank - 1];
            if (x->dtype == AL_FLOAT32)
                ((float *)y.data)[to] = reduced_float(op, (const float *)x->data + from, &start);
            else if (x->dtype == AL_FLOAT64)
                ((double *)y.data)[to] = reduced_double(op, (const double *)x->data + from, &start);
            else if (x->dtype == AL_INT64)
                ((int64_t *)y.data)[to] = reduced_integers(op, x, from, &start);
            else
                ((uint8_t *)y.data)[to] = reduced_integers(op, x, from, &start) != 0;
        }
    return true;
}

static double number(const struct al_view *v, int64_t at)
{
    switch ((unsigned)v->dtype) {
    case AL_FLOAT32: return (double)((const float *)v->data)[at];
    case AL_FLOAT64: return ((const double *)v->data)[at];
    case AL_INT64: return (double)((const int64_t *)v->data)[at];
    default: return ((const uint8_t *)v->data)[at];
    }
}

bool al_kernel_arg(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *x = &s->in[0];
    const struct al_numbers axis = {1, {s->operation->attributes->axis}};
    const bool most = s->operation->operator_ == AL_OP_ARG_MAX;
    struct al_view stay, gather, y = s->out[0];
    split_axes(x, &axis, &stay, &gather);
    y.shape = stay.shape;
    al_view_pack(&y);
    const struct al_view *const over[] = {&y, &stay};
    struct al_walk w;
    for (al_walk_start(&w, over, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t from = w.offset[1] + i * w.stride[1][w.rank - 1];
            int64_t best = 0;
            for (int64_t k = 1; k < gather.shape.dim[0]; k++) {
                const double v = number(x, from + k * gather.stride[0]),
                    b = number(x, from + best * gather.stride[0]);
                if (most ? v > b : v < b)
                    best = k;
            }
            ((int64_t *)y.data)[w.offset[0] + i * w.stride[0][w.rank - 1]] = best;
        }
    return true;
}

/* Calls `line` for each run of numbers along the operation's axis: offsets in x and y. */
typedef void line_function(const struct al_step *s, int64_t n, int64_t x, int64_t sx, int64_t y, int64_t sy);

static void along_axis(const struct al_step *s, line_function *line)
{
    const struct al_numbers axis = {1, {s->operation->attributes->axis}};
    struct al_view stay_x, gather_x, stay_y, gather_y;
    split_axes(&s->in[0], &axis, &stay_x, &gather_x);
    split_axes(&s->out[0], &axis, &stay_y, &gather_y);
    const struct al_view *const over[] = {&stay_y, &stay_x};
    struct al_walk w;
    for (al_walk_start(&w, over, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++)
            line(s, gather_x.shape.dim[0], w.offset[1] + i * w.stride[1][w.rank - 1], gather_x.stride[0],
                 w.offset[0] + i * w.stride[0][w.rank - 1], gather_y.stride[0]);
}

static void softmax_line(const struct al_step *s, int64_t n, int64_t x, int64_t sx, int64_t y, int64_t sy)
{
    const bool logarithm = s->operation->operator_ == AL_OP_LOG_SOFTMAX;
    if (s->in[0].dtype == AL_FLOAT32)
        softmax_float(logarithm, n, (const float *)s->in[0].data + x, sx, (float *)s->out[0].data + y, sy);
    else
        softmax_double(logarithm, n, (const double *)s->in[0].data + x, sx, (double *)s->out[0].data + y, sy);
}

bool al_kernel_softmax(struct al_run *run, const struct al_step *s)
{
    (void)run;
    along_axis(s, softmax_line);
    return true;
}

static void put_number(const struct al_view *v, int64_t at, double value, int64_t whole)
{
    if (v->dtype == AL_FLOAT32)
        ((float *)v->data)[at] = (float)value;
    else if (v->dtype == AL_FLOAT64)
        ((double *)v->data)[at] = value;
    else if (v->dtype == AL_INT64)
        ((int64_t *)v->data)[at] = whole;
}

static void cumsum_line(const struct al_step *s, int64_t n, int64_t x, int64_t sx, int64_t y, int64_t sy)
{
    const struct al_attributes *a = s->operation->attributes;
    const bool integers = s->in[0].dtype == AL_INT64;
    double sum = 0;
    uint64_t whole = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t k = a->reverse ? n - 1 - i : i, to = y + k * sy;
        if (a->exclusive)
            put_number(&s->out[0], to, sum, (int64_t)whole);
        sum += number(&s->in[0], x + k * sx);
        whole += integers ? (uint64_t)((const int64_t *)s->in[0].data)[x + k * sx] : 0;
        if (!a->exclusive)
            put_number(&s->out[0], to, sum, (int64_t)whole);
    }
}

bool al_kernel_cumsum(struct al_run *run, const struct al_step *s)
{
    (void)run;
    along_axis(s, cumsum_line);
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

bool al_kernel_sort(struct al_run *run, const struct al_step *s)
{
    const struct al_numbers axis = {1, {s->operation->attributes->axis}};
    struct al_view stay_x, gather_x, stay_y, gather_y;
    split_axes(&s->in[0], &axis, &stay_x, &gather_x);
    split_axes(&s->out[0], &axis, &stay_y, &gather_y);
    const int64_t n = gather_x.shape.dim[0];
    double *line = al_run_scratch(run, (uint64_t)n, sizeof *line);
    const struct al_view *const over[] = {&stay_y, &stay_x};
    struct al_walk w;
    for (al_walk_start(&w, over, 2); line != NULL && !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            for (int64_t k = 0; k < n; k++)
                line[k] = number(&s->in[0], w.offset[1] + i * w.stride[1][w.rank - 1] + k * gather_x.stride[0]);
            qsort(line, (size_t)n, sizeof *line, by_value);
            for (int64_t k = 0; k < n; k++)
                put_number(&s->out[0], w.offset[0] + i * w.stride[0][w.rank - 1] + k * gather_y.stride[0], line[k],
                           (int64_t)line[k]);
        }
    return line != NULL;
}
