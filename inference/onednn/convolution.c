/* Convolutions, their transposes, and pools as oneDNN primitives. */
#include "inference/onednn/primitive.h"

#include <stdlib.h>
#include <string.h>

/* Attributes in oneDNN's words: a dilation of 0 is none. */
struct spatial {
    dnnl_dims_t strides, dilations, before, after;
};

static int64_t numbered(const struct al_numbers *n, uint32_t i, int64_t standard)
{
    return i < n->count ? n->at[i] : standard;
}

static struct spatial spatial_of(const struct al_attributes *a, uint32_t count)
{
    struct spatial r = {{0}};
    for (uint32_t i = 0; i < count; i++) {
        r.strides[i] = numbered(&a->strides, i, 1);
        r.dilations[i] = numbered(&a->dilations, i, 1) - 1;
        r.before[i] = numbered(&a->pads, i, 0);
        r.after[i] = numbered(&a->pads, i + count, 0) - numbered(&a->output_padding, i, 0);
    }
    return r;
}

/* Weights as oneDNN counts them: (group,) out, in, kernel … . ONNX's ConvTranspose has
   in before out. */
static bool describe_weights(const struct al_view *w, int64_t group, bool transposed, dnnl_memory_desc_t *given,
                             dnnl_memory_desc_t *any)
{
    dnnl_dims_t dims = {0}, strides = {0};
    int rank = 0;
    const uint32_t out = transposed ? 1 : 0, in = transposed ? 0 : 1;
    if (group > 1) {
        dims[rank] = group;
        strides[rank++] = w->shape.dim[0] / group * w->stride[0];
    }
    dims[rank] = w->shape.dim[out] / (transposed ? 1 : group);
    strides[rank++] = w->stride[out];
    dims[rank] = w->shape.dim[in] / (transposed ? group : 1);
    strides[rank++] = w->stride[in];
    for (uint32_t i = 2; i < w->shape.rank; i++) {
        dims[rank] = w->shape.dim[i];
        strides[rank++] = w->stride[i];
    }
    for (int i = 0; i < rank; i++)
        if (dims[i] > 1 && strides[i] <= 0)
            return false;
    return dnnl_memory_desc_init_by_strides(given, rank, dims, dnnl_f32, strides) == dnnl_success &&
           dnnl_memory_desc_init_by_tag(any, rank, dims, dnnl_f32, dnnl_format_tag_any) == dnnl_success;
}

static dnnl_status_t describe_operation(const struct al_step *s, const dnnl_memory_desc_t *x,
                                        const dnnl_memory_desc_t *w,
                                        const dnnl_memory_desc_t *b, const dnnl_memory_desc_t *y,
                                        const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *out)
{
    const struct spatial at = spatial_of(s->operation->attributes, s->in[0].shape.rank - 2);
    dnnl_convolution_desc_t convolution;
    dnnl_deconvolution_desc_t deconvolution;
    dnnl_status_t status;
    if (s->operation->operator_ == AL_OP_CONV) {
        status = dnnl_dilated_convolution_forward_desc_init(&convolution, dnnl_forward_inference,
                                                            dnnl_convolution_direct, x, w, b, y, at.strides,
                                                            at.dilations, at.before, at.after);
        return status == dnnl_success ? dnnl_primitive_desc_create(out, &convolution, attr, al_onednn_engine(), NULL)
                                      : status;
    }
    status = dnnl_dilated_deconvolution_forward_desc_init(&deconvolution, dnnl_forward_inference,
                                                          dnnl_deconvolution_direct, x, w, b, y, at.strides,
                                                          at.dilations, at.before, at.after);
    return status == dnnl_success ? dnnl_primitive_desc_create(out, &deconvolution, attr, al_onednn_engine(), NULL)
                                  : status;
}

struct al_prepared *al_prepare_convolution(const struct al_step *s, bool *followed)
{
    const struct al_attributes *a = s->operation->attributes;
    dnnl_memory_desc_t any;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t description = NULL;
    struct al_prepared *p = NULL;
    const uint64_t work = (uint64_t)al_view_count(&s->out[0]) * (uint64_t)al_view_count(&s->in[1]) /
                          (uint64_t)s->in[1].shape.dim[0];
    struct al_weighted w = {.step = s, .biased = s->in_count > 2 && s->in[2].data != NULL, .packed = true,
                            .alone = al_onednn_alone(work)};
    if ((s->constant & 2) == 0 || (w.biased && !al_view_packed(&s->in[2])) ||
        !al_describe_images(&s->in[0], &s->out[0], &w.x, &w.y) ||
        (w.biased && !al_describe_strided(&s->in[2], &w.b)) ||
        !describe_weights(&s->in[1], a->group > 0 ? a->group : 1, s->operation->operator_ == AL_OP_CONV_TRANSPOSE,
                          &w.given, &any))
        return NULL;
    if (al_follow(s->then, &attr, followed) &&
        describe_operation(s, &w.x, &any, w.biased ? &w.b : NULL, &w.y, attr, &description) == dnnl_success &&
        !al_is_reference(description))
        p = al_prepare_weighted(&w, description);
    dnnl_primitive_desc_destroy(description);
    dnnl_primitive_attr_destroy(attr);
    return p;
}

struct al_prepared *al_prepare_pool(const struct al_step *s)
{
    const struct al_attributes *a = s->operation->attributes;
    const struct spatial at = spatial_of(a, s->in[0].shape.rank - 2);
    const dnnl_alg_kind_t kind = s->operation->operator_ == AL_OP_MAX_POOL ? dnnl_pooling_max
                                 : a->count_include_pad                    ? dnnl_pooling_avg_include_padding
                                                                           : dnnl_pooling_avg_exclude_padding;
    dnnl_memory_desc_t x, y;
    dnnl_pooling_v2_desc_t pool;
    dnnl_primitive_desc_t description = NULL;
    struct al_prepared *p = NULL;
    bool done = false;
    const bool alone = al_onednn_alone((uint64_t)al_view_count(&s->in[0]));
    if (!al_describe_images(&s->in[0], &s->out[0], &x, &y))
        return NULL;
    if (dnnl_pooling_v2_forward_desc_init(&pool, dnnl_forward_inference, kind, &x, &y, at.strides, a->kernel.at,
                                          at.dilations, at.before, at.after) == dnnl_success &&
        dnnl_primitive_desc_create(&description, &pool, NULL, al_onednn_engine(), NULL) == dnnl_success &&
        (p = calloc(1, sizeof *p)) != NULL) {
        p->alone = alone;
        done = dnnl_primitive_create(&p->primitive, description) == dnnl_success &&
               al_argument_add(p, DNNL_ARG_SRC, &x, s->in[0].data) &&
               al_argument_add(p, DNNL_ARG_DST, &y, s->out[0].data);
    }
    dnnl_primitive_desc_destroy(description);
    if (done)
        return p;
    al_prepared_free(p);
    return NULL;
}
