/* MatMul and Gemm as oneDNN's matmul. */
#include "inference/onednn/primitive.h"

/* The view with axes of length 1 in front, so that both sides have the same rank. */
static struct al_view widened(const struct al_view *v, uint32_t rank)
{
    struct al_view r = {.dtype = v->dtype, .shape = {.rank = rank}, .data = v->data};
    const uint32_t missing = rank - v->shape.rank;
    for (uint32_t i = 0; i < rank; i++) {
        r.shape.dim[i] = i < missing ? 1 : v->shape.dim[i - missing];
        r.stride[i] = i < missing ? al_view_count(v) : v->stride[i - missing];
    }
    return r;
}

/* oneDNN is fast where one of the last two axes is contiguous; else it is not worth asking. */
static bool readable(const struct al_view *v)
{
    const uint32_t rank = v->shape.rank;
    return v->stride[rank - 1] == 1 || v->stride[rank - 2] == 1 || v->shape.dim[rank - 1] == 1 ||
           v->shape.dim[rank - 2] == 1;
}

/* A bias that is added to every row: (n) or (1, n). */
static bool describe_bias(const struct al_view *v, uint32_t rank, int64_t n, dnnl_memory_desc_t *out)
{
    const struct al_view wide = widened(v, rank);
    return v->shape.rank > 0 && v->shape.rank <= 2 && al_view_packed(v) && al_view_count(v) == n &&
        al_describe_strided(&wide, out);
}

struct al_prepared *al_prepare_product(const struct al_step *s, bool *followed)
{
    const uint32_t rank = s->out[0].shape.rank;
    const struct al_view a = widened(&s->in[0], rank), b = widened(&s->in[1], rank);
    dnnl_memory_desc_t weights;
    dnnl_matmul_desc_t product;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_primitive_desc_t description = NULL;
    struct al_prepared *p = NULL;
    const uint64_t work = (uint64_t)al_view_count(&s->out[0]) * (uint64_t)a.shape.dim[rank - 1];
    struct al_weighted w = {.step = s, .biased = s->in_count > 2 && s->in[2].data != NULL,
                            .packed = (s->constant & 2) != 0 && rank == 2, .alone = al_onednn_alone(work)};
    if (rank > 6 || a.dtype != AL_FLOAT32 || !readable(&a) || !readable(&b) || !al_describe_strided(&a, &w.x) ||
        !al_describe_strided(&b, &w.given) || !al_describe_strided(&s->out[0], &w.y) ||
        (w.biased && !describe_bias(&s->in[2], rank, b.shape.dim[rank - 1], &w.b)))
        return NULL;
    weights = w.given;
    if (w.packed && !al_describe_dense(&b, dnnl_format_tag_any, &weights))
        return NULL;
    if (al_follow(s->then, &attr, followed) &&
        dnnl_matmul_desc_init(&product, &w.x, &weights, w.biased ? &w.b : NULL, &w.y) == dnnl_success &&
        dnnl_primitive_desc_create(&description, &product, attr, al_onednn_engine(), NULL) == dnnl_success &&
        !al_is_reference(description))
        p = al_prepare_weighted(&w, description);
    dnnl_primitive_desc_destroy(description);
    dnnl_primitive_attr_destroy(attr);
    return p;
}
