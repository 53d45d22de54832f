/* What a kernel is: one operator's arithmetic over views. Kernels believe shapes
   and types (they were inferred), and check values only where a wrong one would
   reach outside memory: indices. */
#ifndef AL_INFERENCE_KERNELS_H
#define AL_INFERENCE_KERNELS_H

#include "inference/graph.h"
#include "inference/view.h"

/* One operation in a plan, with its memory. */
struct al_step {
    const struct al_operation *operation;
    uint32_t in_count, out_count;
    struct al_view *in;              /* .data NULL where an optional one is left out */
    struct al_view *out;
    uint32_t constant;               /* a bit for each of the first 32 inputs that never changes */
    const struct al_operation *then; /* a function of one number applied to the result; or NULL */
    struct al_prepared *prepared;    /* the engine's, NULL where plain C computes */
    bool followed;                   /* prepared does `then` too */
    const struct al_engine *engine;
    struct al_plan *body;            /* Scan */
};

/* What a run gives to its kernels. */
struct al_run {
    struct al_error *err;
    void *scratch;                   /* owned; grows */
    uint64_t scratch_bytes, scratch_most;
    struct al_arena *texts;          /* borrowed: texts that kernels make, until the results are taken */
    bool index_out_of_range;         /* why a kernel failed */
    bool bad_text;                   /* likewise */
    struct al_text at_layer;
};

/* At least `count` * `size` bytes, aligned to 64, of undefined content; the caller's
   until the kernel returns. NULL after filling run->err. */
void *al_run_scratch(struct al_run *run, uint64_t count, uint64_t size);

/* False after filling run->err. */
typedef bool al_kernel(struct al_run *run, const struct al_step *s);
al_kernel *al_kernel_of(enum al_operator op);

al_kernel al_kernel_unary, al_kernel_binary, al_kernel_compare, al_kernel_logical, al_kernel_not, al_kernel_where,
    al_kernel_cast, al_kernel_reduce, al_kernel_arg, al_kernel_softmax, al_kernel_cumsum, al_kernel_sort,
    al_kernel_matmul, al_kernel_gemm, al_kernel_conv, al_kernel_conv_transpose, al_kernel_pool,
    al_kernel_recurrent, al_kernel_scan, al_kernel_concat, al_kernel_gather, al_kernel_gather_elements, al_kernel_pad,
    al_kernel_tile, al_kernel_one_hot, al_kernel_tokens, al_kernel_lookup, al_kernel_words, al_kernel_hash,
    al_kernel_cross, al_kernel_count;

/* Rounds the numbers of a FLOAT32 view to FLOAT16 or BFLOAT16, to nearest even. */
void al_round_to(const struct al_view *v, enum al_dtype to);
float al_to_float16(float x);
float al_to_bfloat16(float x);
float al_from_float16(uint16_t bits);

/* A function of one number over `n` packed ones, in place. FLOAT32 or FLOAT64. */
void al_apply(enum al_operator function, double alpha, double beta, enum al_dtype dtype, int64_t n, void *data);

/* y = a b over the last two axes of views of rank 2. */
void al_multiply(const struct al_view *a, const struct al_view *b, const struct al_view *y);

#endif
