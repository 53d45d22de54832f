/* What shape and type each operator's result has: ONNX's rules, opset 18. */
#include "inference/graph.h"

#include "base/checked.h"
#include "inference/kernels/texts.h"

static bool wrong(struct al_error *err, enum al_operator op, const char *what)
{
    al_fail(err, AL_INTERNAL, 0, "%s: %s", al_operator_row(op)->name, what);
    return false;
}

static bool broadcast(struct al_shape *out, const struct al_shape *with)
{
    struct al_shape r;
    r.rank = out->rank > with->rank ? out->rank : with->rank;
    for (uint32_t i = 0; i < r.rank; i++) {
        const int64_t a = i < r.rank - out->rank ? 1 : out->dim[i - (r.rank - out->rank)];
        const int64_t b = i < r.rank - with->rank ? 1 : with->dim[i - (r.rank - with->rank)];
        if (a != b && a != 1 && b != 1)
            return false;
        r.dim[i] = a == 1 ? b : a;
    }
    *out = r;
    return true;
}

static bool reduce(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    bool gone[AL_MAX_RANK] = {false};
    for (uint32_t i = 0; i < a->axes.count; i++) {
        if (a->axes.at[i] < 0 || a->axes.at[i] >= (int64_t)in->rank)
            return false;
        gone[a->axes.at[i]] = true;
    }
    out->rank = 0;
    for (uint32_t i = 0; i < in->rank; i++) {
        const bool reduced = gone[i] || a->axes.count == 0;
        if (!reduced || a->keepdims)
            out->dim[out->rank++] = reduced ? 1 : in->dim[i];
    }
    return true;
}

static bool matmul(const struct al_shape *a, const struct al_shape *b, struct al_shape *out)
{
    if (a->rank < 2 || b->rank < 2 || a->dim[a->rank - 1] != b->dim[b->rank - 2])
        return false;
    struct al_shape batch_a = *a, batch_b = *b;
    batch_a.rank -= 2;
    batch_b.rank -= 2;
    if (!broadcast(&batch_a, &batch_b))
        return false;
    *out = batch_a;
    out->dim[out->rank++] = a->dim[a->rank - 2];
    out->dim[out->rank++] = b->dim[b->rank - 1];
    return true;
}

static int64_t numbered(const struct al_numbers *n, uint32_t i, int64_t standard)
{
    return i < n->count ? n->at[i] : standard;
}

/* The places a window of `kernel` steps through; none where it does not fit. */
static int64_t windows(const struct al_attributes *a, uint32_t i, uint32_t spatial, int64_t size, int64_t kernel)
{
    const int64_t reach = (kernel - 1) * numbered(&a->dilations, i, 1) + 1;
    const int64_t padded = size + numbered(&a->pads, i, 0) + numbered(&a->pads, i + spatial, 0);
    return padded < reach ? 0 : (padded - reach) / numbered(&a->strides, i, 1) + 1;
}

static bool convolve(const struct al_attributes *a, const struct al_shape *x, const struct al_shape *w,
                     struct al_shape *out)
{
    const int64_t group = a->group > 0 ? a->group : 1;
    if (x->rank < 3 || w->rank != x->rank || x->dim[1] != w->dim[1] * group || w->dim[0] % group != 0)
        return false;
    *out = *x;
    out->dim[1] = w->dim[0];
    for (uint32_t i = 0; i + 2 < x->rank; i++)
        out->dim[i + 2] = windows(a, i, x->rank - 2, x->dim[i + 2], w->dim[i + 2]);
    return true;
}

static bool convolve_back(const struct al_attributes *a, const struct al_shape *x, const struct al_shape *w,
                          struct al_shape *out)
{
    const int64_t group = a->group > 0 ? a->group : 1;
    if (x->rank < 3 || w->rank != x->rank || x->dim[1] != w->dim[0])
        return false;
    *out = *x;
    out->dim[1] = w->dim[1] * group;
    const uint32_t spatial = x->rank - 2;
    for (uint32_t i = 0; i < spatial; i++) {
        const int64_t reach = (w->dim[i + 2] - 1) * numbered(&a->dilations, i, 1) + 1;
        int64_t stepped;
        if (!al_mul_i64(x->dim[i + 2] - 1, numbered(&a->strides, i, 1), &stepped))
            return false;
        out->dim[i + 2] = stepped + reach + numbered(&a->output_padding, i, 0) - numbered(&a->pads, i, 0) -
                          numbered(&a->pads, i + spatial, 0);
        if (out->dim[i + 2] < 0)
            return false;
    }
    return true;
}

static bool pool(const struct al_attributes *a, const struct al_shape *x, struct al_shape *out)
{
    if (x->rank < 3 || a->kernel.count != x->rank - 2)
        return false;
    *out = *x;
    for (uint32_t i = 0; i + 2 < x->rank; i++)
        out->dim[i + 2] = windows(a, i, x->rank - 2, x->dim[i + 2], a->kernel.at[i]);
    return true;
}

static bool reshape(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    uint64_t before, after;
    *out = a->shape;
    return al_shape_count(in, 0, in->rank, &before) && al_shape_count(out, 0, out->rank, &after) && before == after;
}

static bool transpose(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    uint32_t seen = 0;
    if (a->axes.count != in->rank)
        return false;
    out->rank = in->rank;
    for (uint32_t i = 0; i < in->rank; i++) {
        const int64_t from = a->axes.at[i];
        if (from < 0 || from >= (int64_t)in->rank || (seen & 1U << from) != 0)
            return false;
        seen |= 1U << from;
        out->dim[i] = in->dim[from];
    }
    return true;
}

static bool slice(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    if (a->starts.count != in->rank || a->steps.count != in->rank || a->shape.rank != in->rank)
        return false;
    for (uint32_t i = 0; i < in->rank; i++) {
        const int64_t first = a->starts.at[i], count = a->shape.dim[i];
        int64_t last;
        if (count < 0 || (count > 0 && (!al_mul_i64(count - 1, a->steps.at[i], &last) ||
                                        !al_add_i64(first, last, &last) || first < 0 || first >= in->dim[i] ||
                                        last < 0 || last >= in->dim[i])))
            return false;
    }
    *out = a->shape;
    return true;
}

static bool concat(const struct al_attributes *a, const struct al_operand *const *in, uint32_t in_count,
                   struct al_operand *out)
{
    *out = *in[0];
    if (a->axis < 0 || a->axis >= (int64_t)in[0]->shape.rank)
        return false;
    for (uint32_t k = 1; k < in_count; k++) {
        const struct al_shape *s = &in[k]->shape;
        if (s->rank != out->shape.rank || in[k]->dtype != out->dtype)
            return false;
        for (uint32_t i = 0; i < s->rank; i++)
            if (i != a->axis && s->dim[i] != out->shape.dim[i])
                return false;
        if (!al_add_i64(out->shape.dim[a->axis], s->dim[a->axis], &out->shape.dim[a->axis]))
            return false;
        if (in[k]->rounded != out->rounded)
            out->rounded = AL_DTYPE_NONE;
    }
    return true;
}

static bool gather(const struct al_attributes *a, const struct al_shape *data, const struct al_shape *indices,
                   struct al_shape *out)
{
    if (a->axis < 0 || a->axis >= (int64_t)data->rank || data->rank + indices->rank - 1 > AL_MAX_RANK)
        return false;
    out->rank = 0;
    for (uint32_t i = 0; i < a->axis; i++)
        out->dim[out->rank++] = data->dim[i];
    for (uint32_t i = 0; i < indices->rank; i++)
        out->dim[out->rank++] = indices->dim[i];
    for (uint32_t i = (uint32_t)a->axis + 1; i < data->rank; i++)
        out->dim[out->rank++] = data->dim[i];
    return true;
}

static bool pad(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    if (a->pads.count != 2 * in->rank)
        return false;
    *out = *in;
    for (uint32_t i = 0; i < in->rank; i++) {
        const int64_t before = a->pads.at[i], after = a->pads.at[i + in->rank];
        if (before < 0 || after < 0 || !al_add_i64(in->dim[i], before, &out->dim[i]) ||
            !al_add_i64(out->dim[i], after, &out->dim[i]))
            return false;
        if (a->mode == AL_MODE_REFLECT && (before >= in->dim[i] || after >= in->dim[i]) && before + after > 0)
            return false;
        if (a->mode != AL_MODE_CONSTANT && (before > in->dim[i] || after > in->dim[i]))
            return false;
    }
    return true;
}

static bool tile(const struct al_attributes *a, const struct al_shape *in, struct al_shape *out)
{
    if (a->shape.rank != in->rank)
        return false;
    *out = *in;
    for (uint32_t i = 0; i < in->rank; i++)
        if (a->shape.dim[i] < 0 || !al_mul_i64(in->dim[i], a->shape.dim[i], &out->dim[i]))
            return false;
    return true;
}

/* X (t, b, i), W (1, g * u, i), R (1, g * u, u): outputs Y, Y_h and for LSTM Y_c. */
static bool recurrent(enum al_operator op, const struct al_operand *const *in, struct al_operand *out)
{
    const int64_t gates = op == AL_OP_LSTM ? 4 : op == AL_OP_GRU ? 3 : 1;
    const struct al_shape *x = &in[0]->shape, *w = &in[1]->shape, *r = &in[2]->shape;
    if (x->rank != 3 || w->rank != 3 || r->rank != 3 || w->dim[0] != 1 || r->dim[0] != 1 || x->dim[2] != w->dim[2] ||
        w->dim[1] != r->dim[1] || r->dim[1] != gates * r->dim[2])
        return false;
    out[0].shape = (struct al_shape){4, {x->dim[0], 1, x->dim[1], r->dim[2]}};
    out[1] = out[0];
    out[1].shape = (struct al_shape){3, {1, x->dim[1], r->dim[2]}};
    if (op == AL_OP_LSTM)
        out[2] = out[1];
    return true;
}

static bool scan(const struct al_attributes *a, const struct al_operand *const *in, uint32_t in_count,
                 struct al_operand *out)
{
    const struct al_body *b = a->body;
    if (in_count != b->ops->input_count || in_count < b->state_count + b->scan_count || b->scan_count == 0 ||
        b->ops->output_count != b->state_count + b->output_count)
        return false;
    const int64_t steps = in[b->state_count]->shape.rank > 0 ? in[b->state_count]->shape.dim[0] : -1;
    for (uint32_t i = 0; i < in_count; i++) {
        struct al_shape given = in[i]->shape;
        if (i >= b->state_count && i < b->state_count + b->scan_count) {
            if (given.rank == 0 || given.dim[0] != steps)
                return false;
            given.rank--;
            for (uint32_t k = 0; k < given.rank; k++)
                given.dim[k] = given.dim[k + 1];
        }
        const struct al_operand *inner = &b->ops->operands[b->ops->inputs[i]];
        if (!al_shape_equal(&given, &inner->shape) || in[i]->dtype != inner->dtype)
            return false;
    }
    for (uint32_t i = 0; i < b->ops->output_count; i++) {
        out[i] = b->ops->operands[b->ops->outputs[i]];
        if (i < b->state_count) {
            if (!al_shape_equal(&out[i].shape, &in[i]->shape) || out[i].dtype != in[i]->dtype)
                return false;
            continue;
        }
        if (out[i].shape.rank == AL_MAX_RANK)
            return false;
        for (uint32_t k = out[i].shape.rank++; k > 0; k--)
            out[i].shape.dim[k] = out[i].shape.dim[k - 1];
        out[i].shape.dim[0] = steps;
    }
    return true;
}

static bool all_of_one_type(const struct al_operand *const *in, uint32_t from, uint32_t in_count)
{
    for (uint32_t i = from + 1; i < in_count; i++)
        if (in[i] != NULL && in[i]->dtype != in[from]->dtype)
            return false;
    return true;
}

/* Operators that compute with texts, or only move what they are given. */
static bool takes_texts(enum al_operator op)
{
    static const bool rules[] = {
        [AL_RULE_RESHAPE] = true, [AL_RULE_TRANSPOSE] = true, [AL_RULE_SLICE] = true,  [AL_RULE_CONCAT] = true,
        [AL_RULE_GATHER] = true,  [AL_RULE_EXPAND] = true,    [AL_RULE_TOKENS] = true, [AL_RULE_INDICES] = true,
        [AL_RULE_TALLY] = false,
    };
    return op == AL_OP_IDENTITY || rules[al_operator_row(op)->rule];
}

/* (n) or (n, k) texts -> (n, group) of them. */
static bool tokens(const struct al_attributes *a, const struct al_operand *in, struct al_operand *out)
{
    out->shape = (struct al_shape){2, {in->shape.dim[0], a->group}};
    return in->dtype == AL_STRING && in->shape.rank >= 1 && in->shape.rank <= 2 && a->group >= 0 &&
           a->tokenizer != NULL;
}

static bool indices(enum al_operator op, const struct al_attributes *a, const struct al_operand *const *in,
                    uint32_t in_count, struct al_operand *out)
{
    out->dtype = AL_INT64;
    for (uint32_t i = 0; i < in_count; i++)
        if ((in[i]->dtype != AL_STRING && in[i]->dtype != AL_INT64) || !al_shape_equal(&in[i]->shape, &in[0]->shape))
            return false;
    return op == AL_OP_LOOKUP ? a->table != NULL && a->table->of_texts == (in[0]->dtype == AL_STRING)
                              : a->hashing != NULL;
}

static bool infer(enum al_operator op, const struct al_attributes *a, const struct al_operand *const *in,
                  uint32_t in_count, struct al_operand *out)
{
    const struct al_shape *s = &in[0]->shape;
    out[0] = *in[0];
    out[0].rounded = AL_DTYPE_NONE;
    switch (al_operator_row(op)->rule) {
    case AL_RULE_SAME_REAL:
        if (in[0]->dtype != AL_FLOAT32 && in[0]->dtype != AL_FLOAT64)
            return false;
        /* fallthrough */
    case AL_RULE_SAME:
        return a->axis >= 0 && (a->axis == 0 || a->axis < (int64_t)s->rank);
    case AL_RULE_COMPARE:
    case AL_RULE_BROADCAST:
        out[0].dtype = al_operator_row(op)->rule == AL_RULE_COMPARE ? AL_BOOL : in[in_count - 1]->dtype;
        for (uint32_t i = 1; i < in_count; i++)
            if (!broadcast(&out[0].shape, &in[i]->shape))
                return false;
        return op == AL_OP_WHERE ? in[0]->dtype == AL_BOOL && in[1]->dtype == in[2]->dtype
                                 : all_of_one_type(in, 0, in_count);
    case AL_RULE_REDUCE:
        return reduce(a, s, &out[0].shape);
    case AL_RULE_ARG:
        out[0].dtype = AL_INT64;
        return reduce(&(struct al_attributes){.axes = {1, {a->axis}}, .keepdims = a->keepdims}, s, &out[0].shape) &&
               s->dim[a->axis] > 0;
    case AL_RULE_MATMUL:
        return matmul(s, &in[1]->shape, &out[0].shape) && all_of_one_type(in, 0, 2);
    case AL_RULE_GEMM:
        return s->rank == 2 && in[1]->shape.rank == 2 && matmul(s, &in[1]->shape, &out[0].shape) &&
               all_of_one_type(in, 0, in_count);
    case AL_RULE_CONV:
        return convolve(a, s, &in[1]->shape, &out[0].shape) && all_of_one_type(in, 0, in_count);
    case AL_RULE_CONV_TRANSPOSE:
        return convolve_back(a, s, &in[1]->shape, &out[0].shape) && all_of_one_type(in, 0, in_count);
    case AL_RULE_POOL:
        return pool(a, s, &out[0].shape);
    case AL_RULE_RESHAPE:
        out[0].rounded = in[0]->rounded;
        return reshape(a, s, &out[0].shape);
    case AL_RULE_TRANSPOSE:
        out[0].rounded = in[0]->rounded;
        return transpose(a, s, &out[0].shape);
    case AL_RULE_SLICE:
        out[0].rounded = in[0]->rounded;
        return slice(a, s, &out[0].shape);
    case AL_RULE_CONCAT:
        return concat(a, in, in_count, &out[0]);
    case AL_RULE_GATHER:
        out[0].rounded = in[0]->rounded;
        return in[1]->dtype == AL_INT64 && gather(a, s, &in[1]->shape, &out[0].shape);
    case AL_RULE_GATHER_ELEMENTS:
        out[0].shape = in[1]->shape;
        return in[1]->dtype == AL_INT64 && in[1]->shape.rank == s->rank && a->axis >= 0 && a->axis < (int64_t)s->rank;
    case AL_RULE_EXPAND:
        out[0].rounded = in[0]->rounded;
        out[0].shape = a->shape;
        return broadcast(&out[0].shape, s) && al_shape_equal(&out[0].shape, &a->shape);
    case AL_RULE_PAD:
        return pad(a, s, &out[0].shape);
    case AL_RULE_TILE:
        out[0].rounded = in[0]->rounded;
        return tile(a, s, &out[0].shape);
    case AL_RULE_CAST:
        out[0].dtype = a->to == AL_FLOAT16 || a->to == AL_BFLOAT16 ? AL_FLOAT32 : a->to;
        out[0].rounded = out[0].dtype == a->to ? AL_DTYPE_NONE : a->to;
        return out[0].dtype == AL_FLOAT32 || out[0].dtype == AL_FLOAT64 || out[0].dtype == AL_INT64 ||
               out[0].dtype == AL_BOOL;
    case AL_RULE_RECURRENT:
        return recurrent(op, in, out) && all_of_one_type(in, 0, 3);
    case AL_RULE_ONE_HOT:
        out[0].dtype = a->to;
        if (s->rank == AL_MAX_RANK || a->group <= 0 || in[0]->dtype != AL_INT64)
            return false;
        out[0].shape.dim[out[0].shape.rank++] = a->group;
        return true;
    case AL_RULE_TOKENS:
        return tokens(a, in[0], &out[0]);
    case AL_RULE_INDICES:
        return indices(op, a, in, in_count, &out[0]);
    case AL_RULE_WORDS:
        out[0].dtype = a->words != NULL && a->words->of_texts ? AL_STRING : AL_INT64;
        return a->words != NULL && in[0]->dtype == AL_INT64;
    case AL_RULE_TALLY:
        out[0].shape.dim[1] = a->group;
        return s->rank == 2 && a->group > 0 && in[0]->dtype == AL_INT64;
    case AL_RULE_SCAN:
        return scan(a, in, in_count, out);
    }
    return false;
}

bool al_operator_infer(enum al_operator op, const struct al_attributes *a, const struct al_operand *const *in,
                       uint32_t in_count, struct al_operand *out, struct al_error *err)
{
    for (uint32_t i = 0; i < in_count; i++)
        if (in[i] == NULL && i < al_operator_row(op)->in_min)
            return wrong(err, op, "an input is missing");
    for (uint32_t i = 0; i < in_count; i++)
        if (in[i] != NULL && in[i]->dtype == AL_STRING && !takes_texts(op))
            return wrong(err, op, "it computes with numbers only");
    if (!infer(op, a, in, in_count, out))
        return wrong(err, op, "its inputs do not fit together");
    return true;
}
