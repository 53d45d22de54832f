/* The rules by which the type and shape of a call follow from its arguments; each
   holds for shapes known in whole, in part or not at all. Internal to policy/. */
#ifndef AL_POLICY_TYPING_H
#define AL_POLICY_TYPING_H

#include "policy/expression.h"

/* One call. `out` starts as a copy of the first argument. */
struct al_typing {
    const struct al_term *term;
    const struct al_callable *callable;
    const struct al_scope *scope;
    uint32_t count;
    const struct al_typed *in[AL_MOST_ARGUMENTS];
    struct al_typed *out;
    struct al_error *err;
};

bool al_typing_fail(const struct al_typing *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool al_ranked(const struct al_typed *v)
{
    return v->shape.rank != AL_UNRANKED;
}

/* A position from -rank to rank - 1 as one from 0. */
bool al_typing_position(const struct al_typing *t, int64_t axis, uint32_t rank, uint32_t *out);

/* The positions of a list, each once, as a set of bits. *known is false where one is unknown. */
bool al_typing_axes(const struct al_typing *t, const struct al_integers *axes, uint32_t rank, uint32_t *set,
                    bool *known);

/* numpy's broadcasting. */
bool al_typing_broadcast(const struct al_typing *t, const struct al_shape *a, const struct al_shape *b,
                         struct al_shape *out);

/* The sort of a result that takes numbers of both; false where they do not go together. */
bool al_typing_join(const struct al_typing *t, enum al_sort a, enum al_sort b, enum al_sort *out);

/* True where numbers of this sort can be the layer's floating-point numbers. */
bool al_typing_float(const struct al_typing *t, const struct al_typed *v);

typedef bool al_typing_rule(struct al_typing *t);
/* typing_product.c */
al_typing_rule al_rule_matmul, al_rule_einsum, al_rule_conv, al_rule_pool, al_rule_normalize;
/* typing_move.c */
al_typing_rule al_rule_reshape, al_rule_flatten, al_rule_squeeze, al_rule_unsqueeze, al_rule_transpose,
    al_rule_slice, al_rule_expand, al_rule_concat, al_rule_gather, al_rule_pad, al_rule_tile, al_rule_range;
/* typing_pick.c */
al_typing_rule al_rule_global, al_rule_split, al_rule_top_k, al_rule_one_hot;

#endif
