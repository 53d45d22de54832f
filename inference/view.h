/* A tensor as a kernel sees it: numbers in memory and how far apart they lie. A
   transposed, sliced, flipped or broadcast tensor is only another view of the same
   numbers. */
#ifndef AL_INFERENCE_VIEW_H
#define AL_INFERENCE_VIEW_H

#include "validator/model.h"

struct al_view {
    enum al_dtype dtype;             /* FLOAT32, FLOAT64, INT64 or BOOL */
    struct al_shape shape;
    int64_t stride[AL_MAX_RANK];     /* in numbers; 0 repeats, negative runs backwards */
    void *data;                      /* of the first number */
};

/* Row-major strides. */
void al_view_pack(struct al_view *v);
bool al_view_packed(const struct al_view *v);
int64_t al_view_count(const struct al_view *v);

/* The same numbers under another shape of equal count; false where only a copy can do that. */
bool al_view_reshape(const struct al_view *v, const struct al_shape *shape, struct al_view *out);

/* Dense strides for `out`'s shape, its axes lying in memory in the order of `like`'s. */
void al_view_lay_like(struct al_view *out, const struct al_view *like);

/* Copies number by number; shapes and types are equal. */
void al_view_copy(const struct al_view *from, const struct al_view *to);

/* One walk over several views at once: axes of length 1 gone, axes that lie behind
   each other in every view joined, the fastest of the first view innermost. */
enum { AL_WALK_MOST = 4 };
struct al_walk {
    uint32_t count;                          /* views */
    uint32_t rank;                           /* at least 1; the last axis is the caller's inner loop */
    int64_t size[AL_MAX_RANK];
    int64_t stride[AL_WALK_MOST][AL_MAX_RANK];
    int64_t at[AL_MAX_RANK];
    int64_t offset[AL_WALK_MOST];            /* in numbers, from each view's data */
    bool over;
};
/* views[0] has the full shape; the others broadcast to it, aligned at the last axis. */
void al_walk_start(struct al_walk *w, const struct al_view *const *views, uint32_t count);
void al_walk_next(struct al_walk *w);

#endif
