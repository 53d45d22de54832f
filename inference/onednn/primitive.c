/* Descriptors, packing and functions that follow; see primitive.h. */
#include "inference/onednn/primitive.h"

#include <stdlib.h>
#include <string.h>

/* True when the axes lie dense in the given order; axes of length 1 lie anywhere. */
static bool dense_in_order(const struct al_view *v, const uint32_t *order)
{
    int64_t stride = 1;
    for (uint32_t k = v->shape.rank; k-- > 0;) {
        const uint32_t axis = order[k];
        if (v->shape.dim[axis] != 1 && v->stride[axis] != stride)
            return false;
        stride *= v->shape.dim[axis];
    }
    return true;
}

bool al_describe_dense(const struct al_view *v, dnnl_format_tag_t tag, dnnl_memory_desc_t *out)
{
    dnnl_dims_t dims = {0};
    memcpy(dims, v->shape.dim, v->shape.rank * sizeof *dims);
    return dnnl_memory_desc_init_by_tag(out, (int)v->shape.rank, dims, dnnl_f32, tag) == dnnl_success;
}

bool al_describe_strided(const struct al_view *v, dnnl_memory_desc_t *out)
{
    dnnl_dims_t dims = {0}, strides = {0};
    int64_t dense = 1;
    for (uint32_t i = v->shape.rank; i-- > 0;) {
        if (v->shape.dim[i] <= 0 || (v->shape.dim[i] > 1 && v->stride[i] <= 0))
            return false;
        dims[i] = v->shape.dim[i];
        strides[i] = dims[i] == 1 ? dense : v->stride[i];
        dense = strides[i] * dims[i];
    }
    return dnnl_memory_desc_init_by_strides(out, (int)v->shape.rank, dims, dnnl_f32, strides) == dnnl_success;
}

bool al_describe_images(const struct al_view *x, const struct al_view *y, dnnl_memory_desc_t *of_x,
                        dnnl_memory_desc_t *of_y)
{
    static const uint32_t first[] = {0, 1, 2, 3, 4}, last[][5] = {{0, 2, 1}, {0, 2, 3, 1}, {0, 2, 3, 4, 1}};
    static const dnnl_format_tag_t channels_first[] = {dnnl_abc, dnnl_abcd, dnnl_abcde};
    static const dnnl_format_tag_t channels_last[] = {dnnl_acb, dnnl_acdb, dnnl_acdeb};
    const uint32_t spatial = x->shape.rank - 2;
    if (spatial < 1 || spatial > 3 || x->dtype != AL_FLOAT32)
        return false;
    dnnl_format_tag_t tag;
    if (dense_in_order(x, last[spatial - 1]) && dense_in_order(y, last[spatial - 1]))
        tag = channels_last[spatial - 1];
    else if (dense_in_order(x, first) && dense_in_order(y, first))
        tag = channels_first[spatial - 1];
    else
        return false;
    return al_describe_dense(x, tag, of_x) && al_describe_dense(y, tag, of_y);
}

bool al_is_reference(const_dnnl_primitive_desc_t description)
{
    const char *name;
    return dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name) == dnnl_success &&
           strncmp(name, "ref", 3) == 0;
}

bool al_argument_add(struct al_prepared *p, int name, const dnnl_memory_desc_t *desc, void *data)
{
    dnnl_exec_arg_t *a = &p->arguments[p->argument_count];
    if (p->argument_count == AL_ARGUMENTS_MOST ||
        dnnl_memory_create(&a->memory, desc, al_onednn_engine(), data != NULL ? data : DNNL_MEMORY_ALLOCATE) !=
            dnnl_success)
        return false;
    a->arg = name;
    p->argument_count++;
    return true;
}

bool al_argument_pack(struct al_prepared *p, int name, const dnnl_memory_desc_t *given, const void *data,
                      const dnnl_memory_desc_t *wanted)
{
    void *numbers; /* oneDNN takes no pointers to const; a source is only read */
    memcpy(&numbers, &data, sizeof numbers);
    if (dnnl_memory_desc_equal(given, wanted) == 1)
        return al_argument_add(p, name, given, numbers);
    dnnl_memory_t from = NULL;
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t reorder = NULL;
    bool done = false;
    if (dnnl_memory_create(&from, given, al_onednn_engine(), numbers) == dnnl_success &&
        al_argument_add(p, name, wanted, NULL) &&
        dnnl_reorder_primitive_desc_create(&description, given, al_onednn_engine(), wanted, al_onednn_engine(),
                                           NULL) == dnnl_success &&
        dnnl_primitive_create(&reorder, description) == dnnl_success) {
        const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from},
                                             {DNNL_ARG_TO, p->arguments[p->argument_count - 1].memory}};
        done = dnnl_primitive_execute(reorder, al_onednn_stream(), 2, arguments) == dnnl_success &&
               dnnl_stream_wait(al_onednn_stream()) == dnnl_success;
    }
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(description);
    dnnl_memory_destroy(from);
    return done;
}

bool al_follow(const struct al_operation *then, dnnl_primitive_attr_t *attr, bool *followed)
{
    static const struct {
        enum al_operator operator_;
        dnnl_alg_kind_t kind;
    } functions[] = {
        {AL_OP_RELU, dnnl_eltwise_relu},      {AL_OP_LEAKY_RELU, dnnl_eltwise_relu}, {AL_OP_ELU, dnnl_eltwise_elu},
        {AL_OP_TANH, dnnl_eltwise_tanh},      {AL_OP_SIGMOID, dnnl_eltwise_logistic}, {AL_OP_CLIP, dnnl_eltwise_clip},
        {AL_OP_EXP, dnnl_eltwise_exp},        {AL_OP_ABS, dnnl_eltwise_abs},
    };
    *followed = false;
    if (dnnl_primitive_attr_create(attr) != dnnl_success)
        return false;
    for (size_t i = 0; then != NULL && i < sizeof functions / sizeof *functions; i++) {
        if (functions[i].operator_ != then->operator_)
            continue;
        dnnl_post_ops_t ops;
        if (dnnl_post_ops_create(&ops) != dnnl_success)
            return false;
        const float alpha = then->operator_ == AL_OP_RELU ? 0 : (float)then->attributes->alpha;
        *followed = dnnl_post_ops_append_eltwise(ops, 1.0F, functions[i].kind, alpha, (float)then->attributes->beta) ==
                        dnnl_success &&
                    dnnl_primitive_attr_set_post_ops(*attr, ops) == dnnl_success;
        dnnl_post_ops_destroy(ops);
    }
    return true;
}

struct al_prepared *al_prepare_weighted(const struct al_weighted *w, const_dnnl_primitive_desc_t description)
{
    const struct al_view *in = w->step->in;
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    struct al_prepared *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->alone = w->alone;
    if (dnnl_primitive_create(&p->primitive, description) == dnnl_success &&
        al_argument_add(p, DNNL_ARG_SRC, &w->x, in[0].data) &&
        (w->packed ? al_argument_pack(p, DNNL_ARG_WEIGHTS, &w->given, in[1].data, wanted)
                   : al_argument_add(p, DNNL_ARG_WEIGHTS, &w->given, in[1].data)) &&
        (!w->biased || al_argument_add(p, DNNL_ARG_BIAS, &w->b, in[2].data)) &&
        al_argument_add(p, DNNL_ARG_DST, &w->y, w->step->out[0].data))
        return p;
    al_prepared_free(p);
    return NULL;
}

void al_prepared_free(struct al_prepared *p)
{
    if (p == NULL)
        return;
    dnnl_primitive_destroy(p->primitive);
    for (int i = 0; i < p->argument_count; i++)
        dnnl_memory_destroy(p->arguments[i].memory);
    free(p);
}
