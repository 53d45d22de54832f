/* What the makers of primitives share: descriptors of views, packed weights, and a
   primitive with its arguments. */
#ifndef AL_INFERENCE_ONEDNN_PRIMITIVE_H
#define AL_INFERENCE_ONEDNN_PRIMITIVE_H

#include "inference/engine.h"

#include <oneapi/dnnl/dnnl.h>

enum { AL_ARGUMENTS_MOST = 4 };

/* A step made ready: one primitive. */
struct al_prepared {
    dnnl_primitive_t primitive;
    int argument_count;
    dnnl_exec_arg_t arguments[AL_ARGUMENTS_MOST];   /* memories are owned */
    bool alone;              /* too little work for more than one thread */
};

/* The one engine and stream; false where oneDNN gives none. */
bool al_onednn_start(void);
/* The work of the steps that follow, in multiplications: small ones are done by one thread. */
bool al_onednn_alone(uint64_t work);
dnnl_engine_t al_onednn_engine(void);
dnnl_stream_t al_onednn_stream(void);

/* Descriptors of an image and of what becomes of it, both with channels last or both with
   channels first. False where they do not lie so. */
bool al_describe_images(const struct al_view *x, const struct al_view *y, dnnl_memory_desc_t *of_x,
                        dnnl_memory_desc_t *of_y);
/* The descriptor of a FLOAT32 view by a format, or by its strides; false for what oneDNN
   cannot read: repeated or reversed axes. */
bool al_describe_dense(const struct al_view *v, dnnl_format_tag_t tag, dnnl_memory_desc_t *out);
bool al_describe_strided(const struct al_view *v, dnnl_memory_desc_t *out);

/* Adds an argument whose numbers lie at `data`; NULL lets oneDNN allocate them. */
bool al_argument_add(struct al_prepared *p, int name, const dnnl_memory_desc_t *desc, void *data);

/* Adds an argument packed as the primitive wants it, from numbers that never change. */
bool al_argument_pack(struct al_prepared *p, int name, const dnnl_memory_desc_t *given, const void *data,
                      const dnnl_memory_desc_t *wanted);

/* Attributes that apply `then` (NULL: nothing) to the result; *followed says whether they do. */
bool al_follow(const struct al_operation *then, dnnl_primitive_attr_t *attr, bool *followed);

/* True for oneDNN's plain loops, which ours need not stand back behind. */
bool al_is_reference(const_dnnl_primitive_desc_t description);

/* What a step multiplies, as oneDNN is told of it; b only where there is a bias. */
struct al_weighted {
    const struct al_step *step;   /* in: x, weights, bias */
    dnnl_memory_desc_t x, given, b, y;
    bool biased;
    bool packed;                  /* the weights never change: packed as the primitive wants them */
    bool alone;
};
/* The primitive with its arguments; NULL where it cannot be made. */
struct al_prepared *al_prepare_weighted(const struct al_weighted *w, const_dnnl_primitive_desc_t description);

void al_prepared_free(struct al_prepared *p);

/* NULL where oneDNN cannot do the step, or not well. */
struct al_prepared *al_prepare_convolution(const struct al_step *s, bool *followed);
struct al_prepared *al_prepare_pool(const struct al_step *s);
struct al_prepared *al_prepare_product(const struct al_step *s, bool *followed);

#endif
