/* Strides: laying out, reshaping, copying, and walking several views at once. */
#include "inference/view.h"

#include "inference/graph.h"

#include <string.h>

uint32_t al_element_size(enum al_dtype dtype)
{
    return dtype == AL_BOOL ? 1 : dtype == AL_FLOAT32 ? 4 : dtype == AL_STRING ? sizeof(struct al_text) : 8;
}

void al_view_pack(struct al_view *v)
{
    int64_t stride = 1;
    for (uint32_t i = v->shape.rank; i-- > 0;) {
        v->stride[i] = stride;
        stride *= v->shape.dim[i] > 0 ? v->shape.dim[i] : 1;
    }
}

bool al_view_packed(const struct al_view *v)
{
    int64_t stride = 1;
    for (uint32_t i = v->shape.rank; i-- > 0;) {
        if (v->shape.dim[i] != 1 && v->stride[i] != stride)
            return false;
        stride *= v->shape.dim[i] > 0 ? v->shape.dim[i] : 1;
    }
    return true;
}

int64_t al_view_count(const struct al_view *v)
{
    int64_t count = 1;
    for (uint32_t i = 0; i < v->shape.rank; i++)
        count *= v->shape.dim[i];
    return count;
}

/* numpy's rule (_attempt_nocopy_reshape): runs of old and new axes of equal product
   are matched; the old axes of a run must lie behind each other. */
bool al_view_reshape(const struct al_view *v, const struct al_shape *shape, struct al_view *out)
{
    struct al_view r = {.dtype = v->dtype, .shape = *shape, .data = v->data};
    int64_t size[AL_MAX_RANK], stride[AL_MAX_RANK];
    uint32_t rank = 0, old = 0, new = 0;
    for (uint32_t i = 0; i < v->shape.rank; i++)
        if (v->shape.dim[i] != 1) {
            size[rank] = v->shape.dim[i];
            stride[rank++] = v->stride[i];
        }
    if (al_view_count(v) == 0 || rank == 0) {
        al_view_pack(&r);
        *out = r;
        return true;
    }
    while (old < rank && new < shape->rank) {
        uint32_t old_end = old + 1, new_end = new + 1;
        int64_t of_old = size[old], of_new = shape->dim[new];
        while (of_old != of_new) {
            if (of_new < of_old)
                of_new *= shape->dim[new_end++];
            else
                of_old *= size[old_end++];
        }
        for (uint32_t k = old; k + 1 < old_end; k++)
            if (stride[k] != size[k + 1] * stride[k + 1])
                return false;
        int64_t step = stride[old_end - 1];
        for (uint32_t k = new_end; k-- > new;) {
            r.stride[k] = step;
            step *= shape->dim[k];
        }
        old = old_end;
        new = new_end;
    }
    for (; new < shape->rank; new++)
        r.stride[new] = 1;
    *out = r;
    return true;
}

void al_view_lay_like(struct al_view *out, const struct al_view *like)
{
    uint32_t order[AL_MAX_RANK];
    const uint32_t rank = out->shape.rank;
    for (uint32_t i = 0; i < rank; i++) {
        if (like->shape.rank != rank || like->stride[i] < 0 || (like->stride[i] == 0 && like->shape.dim[i] > 1)) {
            al_view_pack(out);
            return;
        }
        uint32_t k = i;
        for (; k > 0; k--) {
            const uint32_t before = order[k - 1];
            const bool wider = like->stride[i] > like->stride[before] ||
                               (like->stride[i] == like->stride[before] && like->shape.dim[i] > 1 &&
                                like->shape.dim[before] == 1);
            if (!wider)
                break;
            order[k] = before;
        }
        order[k] = i;
    }
    int64_t stride = 1;
    for (uint32_t k = rank; k-- > 0;) {
        out->stride[order[k]] = stride;
        stride *= out->shape.dim[order[k]] > 0 ? out->shape.dim[order[k]] : 1;
    }
}

static bool joins(const struct al_walk *w, uint32_t outer, uint32_t inner)
{
    for (uint32_t k = 0; k < w->count; k++)
        if (w->stride[k][outer] != w->size[inner] * w->stride[k][inner])
            return false;
    return true;
}

static void move_axis(struct al_walk *w, uint32_t to, uint32_t from)
{
    w->size[to] = w->size[from];
    for (uint32_t k = 0; k < w->count; k++)
        w->stride[k][to] = w->stride[k][from];
}

void al_walk_start(struct al_walk *w, const struct al_view *const *views, uint32_t count)
{
    const struct al_shape *full = &views[0]->shape;
    memset(w, 0, sizeof *w);
    w->count = count;
    for (uint32_t i = 0; i < full->rank; i++) {
        w->over = w->over || full->dim[i] == 0;
        if (full->dim[i] == 1)
            continue;
        /* insertion by the first view's strides, widest first */
        uint32_t at = w->rank++;
        for (; at > 0 && w->stride[0][at - 1] < views[0]->stride[i]; at--)
            move_axis(w, at, at - 1);
        w->size[at] = full->dim[i];
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t missing = full->rank - views[k]->shape.rank;
            w->stride[k][at] = i < missing || views[k]->shape.dim[i - missing] == 1 ? 0
                : views[k]->stride[i - missing];
        }
    }
    uint32_t last = 0;
    for (uint32_t i = 1; i < w->rank; i++) {
        if (joins(w, last, i)) {
            const int64_t size = w->size[last] * w->size[i];
            move_axis(w, last, i);
            w->size[last] = size;
        } else {
            move_axis(w, ++last, i);
        }
    }
    if (w->rank == 0)
        w->size[0] = 1;
    w->rank = w->rank == 0 ? 1 : last + 1;
}

void al_walk_next(struct al_walk *w)
{
    for (uint32_t i = w->rank - 1; i-- > 0;) {
        w->at[i]++;
        for (uint32_t k = 0; k < w->count; k++)
            w->offset[k] += w->stride[k][i];
        if (w->at[i] < w->size[i])
            return;
        for (uint32_t k = 0; k < w->count; k++)
            w->offset[k] -= w->size[i] * w->stride[k][i];
        w->at[i] = 0;
    }
    w->over = true;
}

void al_view_copy(const struct al_view *from, const struct al_view *to)
{
    const struct al_view *const views[] = {to, from};
    const size_t size = al_element_size(to->dtype);
    struct al_walk w;
    for (al_walk_start(&w, views, 2); !w.over; al_walk_next(&w)) {
        const int64_t count = w.size[w.rank - 1], to_step = w.stride[0][w.rank - 1],
            from_step = w.stride[1][w.rank - 1];
        char *out = (char *)to->data + w.offset[0] * (int64_t)size;
        const char *in = (const char *)from->data + w.offset[1] * (int64_t)size;
        if (to_step == 1 && from_step == 1) {
            memcpy(out, in, (size_t)count * size);
        } else if (size == 4) {
            for (int64_t i = 0; i < count; i++)
                memcpy(out + 4 * i * to_step, in + 4 * i * from_step, 4);
        } else if (size == 8) {
            for (int64_t i = 0; i < count; i++)
                memcpy(out + 8 * i * to_step, in + 8 * i * from_step, 8);
        } else if (size == sizeof(struct al_text)) {
            for (int64_t i = 0; i < count; i++)
                memcpy(out + (int64_t)size * i * to_step, in + (int64_t)size * i * from_step, size);
        } else {
            for (int64_t i = 0; i < count; i++)
                out[i * to_step] = in[i * from_step];
        }
    }
}
