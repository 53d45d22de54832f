/* How one operation is done: over its input or into new memory, after a copy or not, and
   with which function following it at once. */
#include "inference/planner.h"

/* Elementwise kernels may write over an input: each number is read before it is written. */
static bool is_elementwise(enum al_operator op)
{
    al_kernel *k = al_kernel_of(op);
    return k == al_kernel_unary || k == al_kernel_binary || k == al_kernel_compare || k == al_kernel_logical ||
           k == al_kernel_not || k == al_kernel_where || k == al_kernel_cast;
}

/* Kernels that write their result in any order of axes: it then lies as the input does,
   so that channels stay where the model has them. */
static bool keeps_layout(enum al_operator op)
{
    al_kernel *k = al_kernel_of(op);
    return is_elementwise(op) || k == al_kernel_conv || k == al_kernel_conv_transpose || k == al_kernel_pool ||
           k == al_kernel_pad || k == al_kernel_concat;
}

static bool is_product(enum al_operator op)
{
    return op == AL_OP_CONV || op == AL_OP_GEMM || op == AL_OP_MATMUL || op == AL_OP_CONV_TRANSPOSE;
}

static bool same_view(const struct al_view *a, const struct al_view *b)
{
    if (!al_shape_equal(&a->shape, &b->shape))
        return false;
    for (uint32_t i = 0; i < a->shape.rank; i++)
        if (a->shape.dim[i] != 1 && a->stride[i] != b->stride[i])
            return false;
    return true;
}

/* True when the result may be written over input `k`: nobody needs that any more, it fills
   its block, and no other input reads the block in another way. */
static bool may_overwrite(const struct al_planner *n, uint32_t operation, const struct al_operation *o, uint32_t k)
{
    const struct al_spot *at = &n->places[o->in[k]];
    const struct al_operand *out = &n->p->ops->operands[o->out[0]];
    uint64_t bytes;
    struct al_view dense = at->view;
    al_view_lay_like(&dense, &at->view);
    if (at->where != AL_SPOT_MEMORY || at->offset != 0 || n->last_use[n->root[o->in[k]]] != operation ||
        !al_shape_equal(&at->view.shape, &out->shape) || !same_view(&dense, &at->view) ||
        al_element_size(at->view.dtype) != al_element_size(out->dtype) || !al_operand_bytes(out, &bytes) ||
        n->blocks[at->block].bytes - bytes >= AL_PLAN_ALIGNMENT)
        return false;
    for (uint32_t i = 0; i < o->in_count; i++) {
        const struct al_spot *other = &n->places[o->in[i]];
        if (other->where == AL_SPOT_MEMORY && other->block == at->block &&
            (other->offset != 0 || !same_view(&other->view, &at->view)))
            return false;
    }
    return true;
}

static bool place_result(struct al_planner *n, uint32_t operation, const struct al_operation *o, uint32_t output)
{
    const struct al_operand *out = &n->p->ops->operands[output];
    const struct al_view *like = NULL;
    for (uint32_t k = 0; is_elementwise(o->operator_) && k < o->in_count; k++)
        if (may_overwrite(n, operation, o, k)) {
            n->places[output] = n->places[o->in[k]];
            n->places[output].view.dtype = out->dtype;
            return true;
        }
    for (uint32_t k = 0; keeps_layout(o->operator_) && like == NULL && k < o->in_count; k++)
        if (o->in[k] != AL_NONE_INDEX && n->places[o->in[k]].where == AL_SPOT_MEMORY &&
            n->places[o->in[k]].view.shape.rank == out->shape.rank)
            like = &n->places[o->in[k]].view;
    return al_place_new(n, out, like, &n->places[output]);
}

/* Images that lie in no dense order, and matrices of which no axis is contiguous, are slow
   to read many times: a copy is read once. */
static bool worth_copying(const struct al_operation *o, uint32_t k, const struct al_spot *at)
{
    const struct al_view *v = &at->view;
    const uint32_t rank = v->shape.rank;
    if (at->where != AL_SPOT_MEMORY)
        return false;
    if (o->operator_ == AL_OP_MATMUL || o->operator_ == AL_OP_GEMM)
        return k < 2 && rank >= 2 && v->stride[rank - 1] != 1 && v->stride[rank - 2] != 1 &&
            v->shape.dim[rank - 1] != 1 && v->shape.dim[rank - 2] != 1;
    if (k != 0 || al_operator_row(o->operator_)->rule < AL_RULE_CONV ||
        al_operator_row(o->operator_)->rule > AL_RULE_POOL)
        return false;
    struct al_view dense = *v;
    al_view_lay_like(&dense, v);
    return !same_view(&dense, v);
}

/* The function that is applied to nothing but this product, directly or through views, and
   so can be done with it; UINT32_MAX where there is none. */
static uint32_t follower(const struct al_planner *n, uint32_t operation)
{
    const struct al_ops *g = n->p->ops;
    const struct al_operation *o = &g->operations[operation];
    uint32_t at = operation;
    if (!is_product(o->operator_) || o->round != AL_DTYPE_NONE)
        return UINT32_MAX;
    do {
        if (n->uses[g->operations[at].out[0]] != 1)
            return UINT32_MAX;
        at = n->user[g->operations[at].out[0]];
    } while (al_is_view(g->operations[at].operator_));
    const struct al_operation *then = &g->operations[at];
    const bool fits = al_kernel_of(then->operator_) == al_kernel_unary && then->operator_ != AL_OP_IDENTITY &&
                      then->round == AL_DTYPE_NONE;
    return fits ? at : UINT32_MAX;
}

bool al_place_operation(struct al_planner *n, uint32_t i)
{
    const struct al_ops *g = n->p->ops;
    const struct al_operation *o = &g->operations[i];
    bool constant = true;
    if (n->followed[i]) { /* its product has done it */
        n->places[o->out[0]] = n->places[o->in[0]];
        return true;
    }
    for (uint32_t k = 0; k < o->in_count; k++)
        constant = constant && (o->in[k] == AL_NONE_INDEX || n->places[o->in[k]].where == AL_SPOT_CONSTANT);
    if (al_is_view(o->operator_))
        return al_place_view(n, o);
    /* tokens live as long as one run */
    if (constant && o->operator_ != AL_OP_SCAN && o->operator_ != AL_OP_TOKENS)
        return al_place_constant(n, o);
    const uint32_t then = follower(n, i);
    const struct al_spot **in = al_arena_alloc(n->p->arena, o->in_count, sizeof *in);
    const struct al_spot **out = al_arena_alloc(n->p->arena, o->out_count, sizeof *out);
    if (in == NULL || out == NULL)
        return al_planner_no_memory(n);
    for (uint32_t k = 0; k < o->in_count; k++) {
        in[k] = o->in[k] == AL_NONE_INDEX ? NULL : &n->places[o->in[k]];
        if (in[k] == NULL || !worth_copying(o, k, in[k]))
            continue;
        struct al_spot *copied = al_arena_alloc(n->p->arena, 1, sizeof *copied);
        if (copied == NULL || !al_place_copy(n, &g->operands[o->in[k]], in[k], true, copied))
            return copied == NULL && al_planner_no_memory(n);
        in[k] = copied;
    }
    for (uint32_t k = 0; k < o->out_count; k++) {
        if (!place_result(n, i, o, o->out[k]))
            return false;
        out[k] = &n->places[o->out[k]];
    }
    if (then != UINT32_MAX)
        n->followed[then] = true;
    return al_place_step(n, o, then != UINT32_MAX ? &g->operations[then] : NULL, in, o->in_count, out, o->out_count);
}
