/* Rules of products, convolutions, pooling and normalization; see typing.h. */
#include "policy/typing.h"

#include <inttypes.h>

static bool agree(const struct al_typing *t, int64_t a, int64_t b)
{
    return a < 0 || b < 0 || a == b
        || al_typing_fail(t, "sizes %" PRId64 " and %" PRId64 " do not go together", a, b);
}

static bool all_float(const struct al_typing *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (!al_typing_float(t, t->in[i]))
            return false;
    return true;
}

/* numpy.matmul: a vector counts as a row on the left and as a column on the right */
bool al_rule_matmul(struct al_typing *t)
{
    struct al_shape a = t->in[0]->shape, b = t->in[1]->shape, batch;
    t->out->sort = AL_SORT_FLOAT;
    t->out->shape.rank = AL_UNRANKED;
    if (!all_float(t))
        return false;
    if (a.rank == 0 || b.rank == 0)
        return al_typing_fail(t, "takes no single numbers");
    if (a.rank == AL_UNRANKED || b.rank == AL_UNRANKED)
        return true;
    int64_t inner = b.rank == 1 ? b.dim[0] : b.dim[b.rank - 2];
    if (!agree(t, a.dim[a.rank - 1], inner))
        return false;
    struct al_shape outer_a = a, outer_b = b;
    outer_a.rank = a.rank < 2 ? 0 : a.rank - 2;
    outer_b.rank = b.rank < 2 ? 0 : b.rank - 2;
    if (!al_typing_broadcast(t, &outer_a, &outer_b, &batch))
        return false;
    if (a.rank > 1)
        batch.dim[batch.rank++] = a.dim[a.rank - 2];
    if (b.rank > 1)
        batch.dim[batch.rank++] = b.dim[b.rank - 1];
    t->out->shape = batch;
    return true;
}

struct letters {
    int64_t size[128];
    bool seen[128];
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One operand of the equation, up to the comma or the arrow. */
static bool einsum_operand(struct al_typing *t, struct al_text equation, size_t *at, uint32_t index,
                           struct letters *all)
{
    const struct al_shape *shape = &t->in[index]->shape;
    bool here[128] = {false};
    uint32_t rank = 0;
    for (; *at < equation.length && is_letter(equation.at[*at]); (*at)++, rank++) {
        unsigned char c = (unsigned char)equation.at[*at];
        if (here[c])
            return al_typing_fail(t, "a letter stands twice in one operand");
        here[c] = true;
        int64_t size = shape->rank != AL_UNRANKED && rank < shape->rank ? shape->dim[rank] : -1;
        if (all->seen[c] && !agree(t, all->size[c], size))
            return false;
        all->size[c] = all->seen[c] && size < 0 ? all->size[c] : size;
        all->seen[c] = true;
    }
    if (rank == 0 || rank > AL_MAX_RANK)
        return al_typing_fail(t, "the equation is not of the form \"ab,bc->ac\"");
    return shape->rank == AL_UNRANKED || shape->rank == rank
        || al_typing_fail(t, "the equation has %u letters for a tensor of rank %u", rank, shape->rank);
}

bool al_rule_einsum(struct al_typing *t)
{
    struct al_text equation = al_setting_of(t->term, "equation")->text;
    struct letters all = {0};
    struct al_shape out = {0};
    size_t at = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (i > 0 && (at >= equation.length || equation.at[at++] != ','))
            return al_typing_fail(t, "the equation has not as many operands as there are tensors");
        if (!einsum_operand(t, equation, &at, i, &all))
            return false;
    }
    if (equation.length - at < 2 || memcmp(equation.at + at, "->", 2) != 0)
        return al_typing_fail(t, "the equation has no \"->\" where it is expected");
    bool placed[128] = {false};
    for (at += 2; at < equation.length; at++) {
        unsigned char c = (unsigned char)equation.at[at];
        if (c >= 128 || !all.seen[c] || placed[c] || out.rank == AL_MAX_RANK)
            return al_typing_fail(t, "the result has a letter that no operand has, or one twice");
        placed[c] = true;
        out.dim[out.rank++] = all.size[c];
    }
    *t->out = (struct al_typed){AL_SORT_FLOAT, out};
    return all_float(t);
}

/* strides, dilations and pads of as many axes as there are behind batch and channels */
struct window {
    int64_t stride[AL_MAX_RANK], dilation[AL_MAX_RANK], padding[AL_MAX_RANK];
    bool known;
};

static bool window_list(struct al_typing *t, const char *name, uint32_t wanted, int64_t least,
                        struct al_integers *out, bool *known)
{
    if (!al_setting_integers(t->term, name, t->scope, out, t->err))
        return false;
    if (out->count == 0 && out->counted) {
        for (uint32_t i = 0; i < wanted; i++)
            out->at[i] = least;
        return true;
    }
    *known &= out->counted;
    if (!out->counted || out->count != wanted)
        return al_typing_fail(t, "%s takes %u numbers", name, wanted);
    for (uint32_t i = 0; i < wanted; i++) {
        *known &= out->known[i];
        if (out->known[i] && (out->at[i] < least || out->at[i] > INT32_MAX))
            return al_typing_fail(t, "%s: %" PRId64 " is out of range", name, out->at[i]);
    }
    return true;
}

static bool read_window(struct al_typing *t, uint32_t axes, bool dilated, struct window *w)
{
    struct al_integers strides, dilations = {0}, pads;
    w->known = true;
    if (!window_list(t, "strides", axes, 1, &strides, &w->known)
        || !window_list(t, "pads", 2 * axes, 0, &pads, &w->known)
        || (dilated && !window_list(t, "dilations", axes, 1, &dilations, &w->known)))
        return false;
    for (uint32_t i = 0; i < axes; i++) {
        w->stride[i] = strides.at[i];
        w->dilation[i] = dilated ? dilations.at[i] : 1;
        w->padding[i] = pads.at[i] + pads.at[axes + i];
    }
    return true;
}

static bool slide(struct al_typing *t, const struct window *w, uint32_t i, int64_t size, int64_t kernel, int64_t *out)
{
    *out = -1;
    if (!w->known || size < 0 || kernel < 0)
        return true;
    if (kernel < 1 || kernel > INT32_MAX)
        return al_typing_fail(t, "the window is empty or too large");
    int64_t reach = (kernel - 1) * w->dilation[i] + 1, room = size + w->padding[i] - reach;
    if (room < 0)
        return al_typing_fail(t, "the window is larger than the tensor it slides over");
    *out = room / w->stride[i] + 1;
    return true;
}

bool al_rule_conv(struct al_typing *t)
{
    struct al_shape x = t->in[0]->shape, w = t->in[1]->shape;
    struct window window;
    int64_t group = 1;
    bool known = true;
    t->out->sort = AL_SORT_FLOAT;
    t->out->shape.rank = AL_UNRANKED;
    if (!all_float(t) || !al_setting_integer(t->term, "group", t->scope, &group, &known, t->err))
        return false;
    if (x.rank == AL_UNRANKED || w.rank == AL_UNRANKED)
        return true;
    if (x.rank < 3 || x.rank > 5 || w.rank != x.rank)
        return al_typing_fail(t, "takes tensors of equal rank from 3 to 5");
    if (!read_window(t, x.rank - 2, true, &window))
        return false;
    if (known && (group < 1 || (w.dim[0] >= 0 && w.dim[0] % group != 0)))
        return al_typing_fail(t, "the filters do not divide into %" PRId64 " groups", group);
    if (known && x.dim[1] >= 0 && w.dim[1] >= 0
        && (w.dim[1] > INT32_MAX || group > INT32_MAX || x.dim[1] != w.dim[1] * group))
        return al_typing_fail(t, "%" PRId64 " channels do not fit filters of %" PRId64, x.dim[1], w.dim[1]);
    if (t->count == 3 && t->in[2]->shape.rank != AL_UNRANKED
        && (t->in[2]->shape.rank != 1 || !agree(t, t->in[2]->shape.dim[0], w.dim[0])))
        return al_typing_fail(t, "the bias has not one number for each filter");
    struct al_shape out = {.rank = x.rank, .dim = {x.dim[0], w.dim[0]}};
    for (uint32_t i = 2; i < x.rank; i++)
        if (!slide(t, &window, i - 2, x.dim[i], w.dim[i], &out.dim[i]))
            return false;
    t->out->shape = out;
    return true;
}

bool al_rule_pool(struct al_typing *t)
{
    struct al_shape x = t->in[0]->shape;
    struct al_integers kernel;
    struct window window;
    bool known = true;
    t->out->sort = AL_SORT_FLOAT;
    if (!all_float(t) || x.rank == AL_UNRANKED)
        return all_float(t);
    if (x.rank < 3 || x.rank > 5)
        return al_typing_fail(t, "takes a tensor of rank 3 to 5");
    if (!window_list(t, "kernel_shape", x.rank - 2, 1, &kernel, &known)
        || !read_window(t, x.rank - 2, false, &window))
        return false;
    for (uint32_t i = 2; i < x.rank; i++)
        if (!slide(t, &window, i - 2, x.dim[i], known ? kernel.at[i - 2] : -1, &t->out->shape.dim[i]))
            return false;
    return true;
}

/* Scale and B are broadcast to the axes that are normalized, from `axis` to the last. */
bool al_rule_normalize(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    uint32_t position = 0;
    t->out->sort = AL_SORT_FLOAT;
    if (!all_float(t) || !al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err))
        return false;
    if (!al_ranked(t->in[0]) || !known)
        return true;
    const struct al_shape *x = &t->in[0]->shape;
    if (!al_typing_position(t, axis, x->rank, &position))
        return false;
    struct al_shape inner = {.rank = x->rank - position}, joined;
    memcpy(inner.dim, x->dim + position, inner.rank * sizeof inner.dim[0]);
    for (uint32_t i = 1; i < t->count; i++) {
        const struct al_shape *scale = &t->in[i]->shape;
        if (scale->rank != AL_UNRANKED
            && (scale->rank > inner.rank || !al_typing_broadcast(t, &inner, scale, &joined)))
            return al_typing_fail(t, "scale and bias do not fit the axes that are normalized");
    }
    return true;
}
