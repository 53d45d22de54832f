/* Convolutions and pools in plain C: simple sums, for float64, for odd cases, and as
   what the engine is checked against. */
#include "inference/kernels/kernels.h"

#include <math.h>

/* A sliding window over an image with three spatial axes. */
struct window {
    int64_t batch, in_channels, out_channels, group;
    int64_t in[3], out[3], kernel[3], stride[3], dilation[3], pad[3];
    int64_t xs[5], ws[5], ys[5], bs; /* strides in numbers */
};

#define EACH_PLACE(p, sizes)                                                                                         \
    for ((p)[0] = 0; (p)[0] < (sizes)[0]; (p)[0]++)                                                                  \
        for ((p)[1] = 0; (p)[1] < (sizes)[1]; (p)[1]++)                                                              \
            for ((p)[2] = 0; (p)[2] < (sizes)[2]; (p)[2]++)

/* Where place `k` of the window at `o` lies in the image; false in the padding. */
static bool window_inside(const struct window *g, const int64_t o[3], const int64_t k[3], int64_t *at)
{
    *at = 0;
    for (int i = 0; i < 3; i++) {
        const int64_t p = o[i] * g->stride[i] + k[i] * g->dilation[i] - g->pad[i];
        if (p < 0 || p >= g->in[i])
            return false;
        *at += p * g->xs[i + 2];
    }
    return true;
}

#define TEMPLATE "inference/kernels/conv.inc"
#include "inference/kernels/reals.inc"

static int64_t numbered(const struct al_numbers *n, uint32_t i, int64_t standard)
{
    return i < n->count ? n->at[i] : standard;
}

/* `large` is the image that windows lie in, `small` has one number for each window. */
static struct window window_of(const struct al_step *s, const struct al_view *large, const struct al_view *small,
                               const struct al_view *weights)
{
    const struct al_attributes *a = s->operation->attributes;
    const uint32_t spatial = large->shape.rank - 2;
    struct window g = {.batch = large->shape.dim[0], .in_channels = large->shape.dim[1],
                       .out_channels = small->shape.dim[1], .group = a->group > 0 ? a->group : 1};
    for (uint32_t i = 0; i < 2; i++) {
        g.xs[i] = large->stride[i];
        g.ys[i] = small->stride[i];
        g.ws[i] = weights != NULL ? weights->stride[i] : 0;
    }
    for (uint32_t i = 0; i < 3; i++) {
        const bool there = i < spatial;
        g.in[i] = there ? large->shape.dim[i + 2] : 1;
        g.out[i] = there ? small->shape.dim[i + 2] : 1;
        g.kernel[i] = !there ? 1 : weights != NULL ? weights->shape.dim[i + 2] : a->kernel.at[i];
        g.stride[i] = there ? numbered(&a->strides, i, 1) : 1;
        g.dilation[i] = there ? numbered(&a->dilations, i, 1) : 1;
        g.pad[i] = there ? numbered(&a->pads, i, 0) : 0;
        g.xs[i + 2] = there ? large->stride[i + 2] : 0;
        g.ys[i + 2] = there ? small->stride[i + 2] : 0;
        g.ws[i + 2] = there && weights != NULL ? weights->stride[i + 2] : 0;
    }
    return g;
}

bool al_kernel_conv(struct al_run *run, const struct al_step *s)
{
    struct window g = window_of(s, &s->in[0], &s->out[0], &s->in[1]);
    const void *bias = s->in_count > 2 ? s->in[2].data : NULL;
    g.bs = bias != NULL ? s->in[2].stride[0] : 0;
    if (s->out[0].dtype == AL_FLOAT32)
        conv_float(&g, s->in[0].data, s->in[1].data, bias, s->out[0].data);
    else if (s->out[0].dtype == AL_FLOAT64)
        conv_double(&g, s->in[0].data, s->in[1].data, bias, s->out[0].data);
    else
        return al_fail(run->err, AL_INTERNAL, 0, "Conv of integers") == AL_OK;
    return true;
}

/* Its weights are (c, m / group, k …): read as a convolution's from the result to X. */
bool al_kernel_conv_transpose(struct al_run *run, const struct al_step *s)
{
    struct window g = window_of(s, &s->out[0], &s->in[0], &s->in[1]);
    const void *bias = s->in_count > 2 ? s->in[2].data : NULL;
    g.bs = bias != NULL ? s->in[2].stride[0] : 0;
    if (s->out[0].dtype == AL_FLOAT32)
        spread_float(&g, s->out[0].data, s->in[1].data, bias, s->in[0].data);
    else if (s->out[0].dtype == AL_FLOAT64)
        spread_double(&g, s->out[0].data, s->in[1].data, bias, s->in[0].data);
    else
        return al_fail(run->err, AL_INTERNAL, 0, "ConvTranspose of integers") == AL_OK;
    return true;
}

bool al_kernel_pool(struct al_run *run, const struct al_step *s)
{
    const struct window g = window_of(s, &s->in[0], &s->out[0], NULL);
    const bool most = s->operation->operator_ == AL_OP_MAX_POOL, count = s->operation->attributes->count_include_pad;
    if (s->out[0].dtype == AL_FLOAT32)
        pool_float(&g, most, count, s->in[0].data, s->out[0].data);
    else if (s->out[0].dtype == AL_FLOAT64)
        pool_double(&g, most, count, s->in[0].data, s->out[0].data);
    else
        return al_fail(run->err, AL_INTERNAL, 0, "pooling of integers") == AL_OK;
    return true;
}
