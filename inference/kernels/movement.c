/* Operators that move numbers without changing them. Indices come from the user or
   the file: each is checked. */
#include "inference/kernels/kernels.h"

#include <string.h>

/* The part of `v` from `start` on along one axis, `count` long. */
static struct al_view part(const struct al_view *v, uint32_t axis, int64_t start, int64_t count)
{
    struct al_view r = *v;
    r.data = (char *)v->data + start * v->stride[axis] * (int64_t)al_element_size(v->dtype);
    r.shape.dim[axis] = count;
    return r;
}

bool al_kernel_concat(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const uint32_t axis = (uint32_t)s->operation->attributes->axis;
    int64_t at = 0;
    for (uint32_t i = 0; i < s->in_count; i++) {
        const struct al_view to = part(&s->out[0], axis, at, s->in[i].shape.dim[axis]);
        al_view_copy(&s->in[i], &to);
        at += s->in[i].shape.dim[axis];
    }
    return true;
}

static bool out_of_range(struct al_run *run, int64_t index, int64_t size)
{
    run->index_out_of_range = true;
    al_fail(run->err, AL_REFUSED, 0, "index %lld is outside [0, %lld)", (long long)index, (long long)size);
    return false;
}

/* ONNX: a negative index counts from the end. False where it is outside even so. */
static bool resolve(struct al_run *run, int64_t size, int64_t *index)
{
    if (*index < -size || *index >= size)
        return out_of_range(run, *index, size);
    *index += *index < 0 ? size : 0;
    return true;
}

/* Whole rows at once: for each index, everything before and behind the axis. */
bool al_kernel_gather(struct al_run *run, const struct al_step *s)
{
    const struct al_view *data = &s->in[0], *indices = &s->in[1], *y = &s->out[0];
    const uint32_t axis = (uint32_t)s->operation->attributes->axis;
    const uint32_t between = indices->shape.rank;
    /* y without the axes of the indices: a row of data laid down at one index */
    struct al_view row = *y, from = *data;
    row.shape.rank = 0;
    for (uint32_t i = 0; i < y->shape.rank; i++)
        if (i < axis || i >= axis + between) {
            row.stride[row.shape.rank] = y->stride[i];
            row.shape.dim[row.shape.rank++] = y->shape.dim[i];
        }
    from.shape.rank = 0;
    for (uint32_t i = 0; i < data->shape.rank; i++)
        if (i != axis) {
            from.stride[from.shape.rank] = data->stride[i];
            from.shape.dim[from.shape.rank++] = data->shape.dim[i];
        }
    struct al_view to = *indices;
    for (uint32_t i = 0; i < between; i++)
        to.stride[i] = y->stride[axis + i];
    const int64_t size = al_element_size(y->dtype);
    const struct al_view *const views[] = {&to, indices};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            int64_t index = ((const int64_t *)indices->data)[w.offset[1] + i * w.stride[1][w.rank - 1]];
            if (s->operation->attributes->strict && index < 0)
                return out_of_range(run, index, data->shape.dim[axis]);
            if (!resolve(run, data->shape.dim[axis], &index))
                return false;
            from.data = (char *)data->data + index * data->stride[axis] * size;
            row.data = (char *)y->data + (w.offset[0] + i * w.stride[0][w.rank - 1]) * size;
            al_view_copy(&from, &row);
        }
    return true;
}

bool al_kernel_gather_elements(struct al_run *run, const struct al_step *s)
{
    const struct al_view *data = &s->in[0], *indices = &s->in[1], *y = &s->out[0];
    const uint32_t axis = (uint32_t)s->operation->attributes->axis;
    const int64_t size = al_element_size(y->dtype);
    struct al_view base = *data;
    base.shape = indices->shape;
    for (uint32_t i = 0; i < base.shape.rank; i++)
        if (i != axis && base.shape.dim[i] > data->shape.dim[i])
            return out_of_range(run, base.shape.dim[i], data->shape.dim[i]);
    base.stride[axis] = 0;
    /* not through a walk's broadcasting: the axis may be longer than that of data */
    const struct al_view *const views[] = {y, indices, &base};
    struct al_walk w;
    for (al_walk_start(&w, views, 3); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            int64_t index = ((const int64_t *)indices->data)[w.offset[1] + i * w.stride[1][w.rank - 1]];
            if (!resolve(run, data->shape.dim[axis], &index))
                return false;
            memcpy((char *)y->data + (w.offset[0] + i * w.stride[0][w.rank - 1]) * size,
                   (const char *)data->data +
                       (w.offset[2] + i * w.stride[2][w.rank - 1] + index * data->stride[axis]) * size,
                   (size_t)size);
        }
    return true;
}

/* Which number of an axis of length n stands at position i before its begin or behind its end. */
static int64_t mirrored(enum al_mode mode, int64_t i, int64_t n)
{
    switch ((unsigned)mode) {
    case AL_MODE_REFLECT: return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
    case AL_MODE_SYMMETRIC: return i < 0 ? -i - 1 : i >= n ? 2 * n - 1 - i : i;
    case AL_MODE_WRAP: return (i % n + n) % n;
    default: return i < 0 ? 0 : i >= n ? n - 1 : i;
    }
}

static void fill(const struct al_view *v, double value)
{
    const struct al_view *const views[] = {v};
    struct al_walk w;
    for (al_walk_start(&w, views, 1); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t at = w.offset[0] + i * w.stride[0][w.rank - 1];
            if (v->dtype == AL_FLOAT32)
                ((float *)v->data)[at] = (float)value;
            else if (v->dtype == AL_FLOAT64)
                ((double *)v->data)[at] = value;
            else if (v->dtype == AL_INT64)
                ((int64_t *)v->data)[at] = (int64_t)value;
            else
                ((uint8_t *)v->data)[at] = value != 0;
        }
}

/* The middle is copied; then, axis by axis, the borders are filled from what is there. */
bool al_kernel_pad(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_attributes *a = s->operation->attributes;
    const struct al_view *x = &s->in[0], *y = &s->out[0];
    struct al_view middle = *y;
    if (a->mode == AL_MODE_CONSTANT)
        fill(y, a->alpha);
    for (uint32_t i = 0; i < x->shape.rank; i++)
        middle = part(&middle, i, a->pads.at[i], x->shape.dim[i]);
    al_view_copy(x, &middle);
    for (uint32_t i = 0; a->mode != AL_MODE_CONSTANT && i < x->shape.rank; i++) {
        const int64_t n = x->shape.dim[i], before = a->pads.at[i], after = a->pads.at[i + x->shape.rank];
        const struct al_view done = middle;
        for (int64_t k = -before; k < n + after; k++) {
            if (k >= 0 && k < n)
                continue;
            const struct al_view from = part(&done, i, mirrored(a->mode, k, n), 1), to = part(&done, i, k, 1);
            al_view_copy(&from, &to);
        }
        middle = part(&middle, i, -before, before + n + after);
    }
    return true;
}

bool al_kernel_tile(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *x = &s->in[0];
    const struct al_shape *repeats = &s->operation->attributes->shape;
    /* one block for each combination of repeats: a view of y whose blocks lie apart */
    struct al_view blocks = s->out[0];
    blocks.shape = *repeats;
    for (uint32_t i = 0; i < repeats->rank; i++)
        blocks.stride[i] = s->out[0].stride[i] * x->shape.dim[i];
    const struct al_view *const views[] = {&blocks};
    struct al_walk w;
    for (al_walk_start(&w, views, 1); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            struct al_view to = s->out[0];
            to.shape = x->shape;
            to.data = (char *)to.data +
                      (w.offset[0] + i * w.stride[0][w.rank - 1]) * (int64_t)al_element_size(to.dtype);
            al_view_copy(x, &to);
        }
    return true;
}

bool al_kernel_one_hot(struct al_run *run, const struct al_step *s)
{
    (void)run;
    const struct al_view *x = &s->in[0], *y = &s->out[0];
    const int64_t depth = s->operation->attributes->group;
    struct al_view first = part(y, y->shape.rank - 1, 0, 1);
    first.shape.rank--;
    fill(y, 0);
    const struct al_view *const views[] = {&first, x};
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w))
        for (int64_t i = 0; i < w.size[w.rank - 1]; i++) {
            const int64_t index = ((const int64_t *)x->data)[w.offset[1] + i * w.stride[1][w.rank - 1]];
            struct al_view one = first;
            one.shape.rank = 0;
            one.data = (char *)y->data + (w.offset[0] + i * w.stride[0][w.rank - 1] +
                                          index * y->stride[y->shape.rank - 1]) * (int64_t)al_element_size(y->dtype);
            if (index >= 0 && index < depth)
                fill(&one, 1);
        }
    return true;
}
