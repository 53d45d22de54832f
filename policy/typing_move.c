/* Rules of operators that move numbers without changing them; see typing.h. */
#include "policy/typing.h"

#include "base/checked.h"

#include <inttypes.h>

static bool product(const struct al_shape *s, int64_t *out)
{
    *out = 1;
    for (uint32_t i = 0; i < s->rank; i++)
        if (s->dim[i] < 0 || !al_mul_i64(*out, s->dim[i], out))
            return false;
    return true;
}

static void keep_sort(struct al_typing *t)
{
    enum al_sort sort = t->in[0]->sort;
    t->out->sort = sort == AL_SORT_WHOLE || sort == AL_SORT_FRACTION ? AL_SORT_FLOAT : sort;
}

static bool too_many(const struct al_typing *t)
{
    return al_typing_fail(t, "more than %u dimensions", AL_MAX_RANK);
}

static void unknown(struct al_shape *shape, uint32_t rank)
{
    shape->rank = rank;
    for (uint32_t i = 0; i < rank; i++)
        shape->dim[i] = -1;
}

/* ONNX: 0 takes the dimension over, one -1 is what is left. */
bool al_rule_reshape(struct al_typing *t)
{
    struct al_integers dims;
    const struct al_shape *from = &t->in[0]->shape;
    keep_sort(t);
    if (!al_setting_integers(t->term, "shape", t->scope, &dims, t->err))
        return false;
    if (!dims.counted) {
        t->out->shape.rank = AL_UNRANKED;
        return true;
    }
    if (dims.count > AL_MAX_RANK)
        return too_many(t);
    struct al_shape to = {.rank = dims.count};
    uint32_t rest = AL_UNRANKED;
    for (uint32_t i = 0; i < dims.count; i++) {
        bool copy = dims.known[i] && dims.at[i] == 0;
        if (dims.known[i] && dims.at[i] < -1)
            return al_typing_fail(t, "a dimension is negative");
        if (copy && from->rank != AL_UNRANKED && i >= from->rank)
            return al_typing_fail(t, "there is no dimension %u to take over", i);
        to.dim[i] = copy ? (from->rank == AL_UNRANKED ? -1 : from->dim[i]) : dims.at[i];
        if (!dims.known[i] || dims.at[i] != -1)
            continue;
        if (rest != AL_UNRANKED)
            return al_typing_fail(t, "only one dimension can be -1");
        rest = i;
    }
    int64_t all = 0, others = 0;
    struct al_shape fixed = to;
    if (rest != AL_UNRANKED)
        fixed.dim[rest] = 1;
    if (from->rank != AL_UNRANKED && product(from, &all) && product(&fixed, &others)) {
        if (rest == AL_UNRANKED ? all != others : others == 0 || all % others != 0)
            return al_typing_fail(t, "%" PRId64 " numbers do not fit the shape", all);
        if (rest != AL_UNRANKED)
            to.dim[rest] = all / others;
    }
    t->out->shape = to;
    return true;
}

bool al_rule_flatten(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    const struct al_shape in = t->in[0]->shape;
    keep_sort(t);
    unknown(&t->out->shape, 2);
    if (!al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err))
        return false;
    if (in.rank == AL_UNRANKED || !known)
        return true;
    if (axis < -(int64_t)in.rank || axis > (int64_t)in.rank)
        return al_typing_fail(t, "a tensor of rank %u has no axis %" PRId64, in.rank, axis);
    uint32_t split = (uint32_t)(axis < 0 ? axis + in.rank : axis);
    struct al_shape front = in, back = {.rank = in.rank - split};
    front.rank = split;
    memcpy(back.dim, in.dim + split, back.rank * sizeof back.dim[0]);
    if (!product(&front, &t->out->shape.dim[0]))
        t->out->shape.dim[0] = -1;
    if (!product(&back, &t->out->shape.dim[1]))
        t->out->shape.dim[1] = -1;
    return true;
}

bool al_rule_squeeze(struct al_typing *t)
{
    struct al_integers axes;
    struct al_shape in = t->in[0]->shape, out = {0};
    uint32_t set = 0;
    bool known = false;
    keep_sort(t);
    if (!al_setting_integers(t->term, "axes", t->scope, &axes, t->err))
        return false;
    if (in.rank == AL_UNRANKED)
        return true;
    if (!al_typing_axes(t, &axes, in.rank, &set, &known))
        return false;
    for (uint32_t i = 0; i < in.rank; i++) {
        bool gone = (set & (1U << i)) != 0;
        if (gone && in.dim[i] >= 0 && in.dim[i] != 1)
            return al_typing_fail(t, "the axis %u has the size %" PRId64 ", not 1", i, in.dim[i]);
        if (!gone)
            out.dim[out.rank++] = in.dim[i];
    }
    if (!known)
        out.rank = AL_UNRANKED;
    t->out->shape = out;
    return true;
}

bool al_rule_unsqueeze(struct al_typing *t)
{
    struct al_integers axes;
    struct al_shape in = t->in[0]->shape, out = {0};
    uint32_t set = 0, from = 0;
    bool known = false;
    keep_sort(t);
    if (!al_setting_integers(t->term, "axes", t->scope, &axes, t->err))
        return false;
    t->out->shape.rank = AL_UNRANKED;
    if (in.rank == AL_UNRANKED || !axes.counted)
        return true;
    out.rank = in.rank + axes.count;
    if (out.rank > AL_MAX_RANK)
        return too_many(t);
    if (!al_typing_axes(t, &axes, out.rank, &set, &known))
        return false;
    for (uint32_t i = 0; i < out.rank; i++)
        out.dim[i] = !known ? -1 : (set & (1U << i)) != 0 ? 1 : in.dim[from++];
    t->out->shape = out;
    return true;
}

bool al_rule_transpose(struct al_typing *t)
{
    struct al_integers perm;
    struct al_shape in = t->in[0]->shape;
    uint32_t set = 0;
    bool known = false;
    keep_sort(t);
    if (!al_setting_integers(t->term, "perm", t->scope, &perm, t->err))
        return false;
    if (perm.counted && perm.count > AL_MAX_RANK)
        return too_many(t);
    if (in.rank == AL_UNRANKED) {
        if (perm.counted && perm.count > 0)
            unknown(&t->out->shape, perm.count);
        return true;
    }
    if (perm.counted && perm.count == 0) {
        for (uint32_t i = 0; i < in.rank; i++)
            t->out->shape.dim[i] = in.dim[in.rank - 1 - i];
        return true;
    }
    if (perm.counted && perm.count != in.rank)
        return al_typing_fail(t, "perm has %u numbers for a tensor of rank %u", perm.count, in.rank);
    if (!al_typing_axes(t, &perm, in.rank, &set, &known))
        return false;
    for (uint32_t i = 0; i < in.rank; i++) {
        if (known && perm.at[i] < 0)
            return al_typing_fail(t, "perm counts from the front only");
        t->out->shape.dim[i] = known ? in.dim[perm.at[i]] : -1;
    }
    return true;
}

/* How many numbers a slice takes; ONNX clamps starts and ends to the tensor. */
static bool slice_size(const struct al_typing *t, int64_t size, int64_t start, int64_t end, int64_t step,
                       int64_t *out)
{
    if (step == 0 || step < -INT32_MAX || step > INT32_MAX)
        return al_typing_fail(t, "a step is zero or too large");
    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    start = start < 0 ? 0 : start > high ? high : start;
    end = end < low ? low : end > high ? high : end;
    int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
    *out = span <= 0 ? 0 : (span + stride - 1) / stride;
    return true;
}

bool al_rule_slice(struct al_typing *t)
{
    struct al_integers starts, ends, axes, steps;
    struct al_shape *shape = &t->out->shape;
    uint32_t set = 0;
    bool known = false;
    keep_sort(t);
    if (!al_setting_integers(t->term, "starts", t->scope, &starts, t->err)
        || !al_setting_integers(t->term, "ends", t->scope, &ends, t->err)
        || !al_setting_integers(t->term, "axes", t->scope, &axes, t->err)
        || !al_setting_integers(t->term, "steps", t->scope, &steps, t->err))
        return false;
    if (!starts.counted || !ends.counted || !axes.counted || !steps.counted) {
        if (al_ranked(t->in[0]))
            unknown(shape, shape->rank);
        return true;
    }
    if (starts.count != ends.count || (axes.count > 0 && axes.count != starts.count)
        || (steps.count > 0 && steps.count != starts.count))
        return al_typing_fail(t, "starts, ends, axes and steps are not equally long");
    if (!al_ranked(t->in[0]))
        return true;
    if (starts.count > shape->rank || !al_typing_axes(t, &axes, shape->rank, &set, &known))
        return starts.count > shape->rank ? al_typing_fail(t, "more starts than axes") : false;
    for (uint32_t i = 0; i < starts.count; i++) {
        uint32_t axis = i;
        if (!known || (axes.count > 0 && !al_typing_position(t, axes.at[i], shape->rank, &axis))) {
            unknown(shape, shape->rank);
            return true;
        }
        int64_t size = shape->dim[axis], step = steps.count > 0 ? steps.at[i] : 1;
        bool counted = size >= 0 && starts.known[i] && ends.known[i] && (steps.count == 0 || steps.known[i]);
        shape->dim[axis] = -1;
        if (counted && !slice_size(t, size, starts.at[i], ends.at[i], step, &shape->dim[axis]))
            return false;
    }
    return true;
}

bool al_rule_expand(struct al_typing *t)
{
    struct al_shape to;
    keep_sort(t);
    const struct al_setting *s = al_setting_of(t->term, "shape");
    return al_formula_shape(s->formulas, s->formula_count, t->scope, &to, t->err)
        && al_typing_broadcast(t, &t->in[0]->shape, &to, &t->out->shape);
}

bool al_rule_concat(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    if (!al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err))
        return false;
    struct al_typed r = *t->in[0];
    uint32_t position = 0;
    for (uint32_t i = 1; i < t->count; i++) {
        const struct al_shape *s = &t->in[i]->shape;
        if ((r.sort == AL_SORT_BOOLEAN) != (t->in[i]->sort == AL_SORT_BOOLEAN) && r.sort != AL_SORT_ANY
            && t->in[i]->sort != AL_SORT_ANY)
            return al_typing_fail(t, "booleans and numbers do not go together");
        if (r.sort != AL_SORT_BOOLEAN && t->in[i]->sort != AL_SORT_BOOLEAN
            && !al_typing_join(t, r.sort, t->in[i]->sort, &r.sort))
            return false;
        if (r.shape.rank == AL_UNRANKED || s->rank == AL_UNRANKED) {
            r.shape.rank = r.shape.rank == AL_UNRANKED ? s->rank : r.shape.rank;
            if (r.shape.rank != AL_UNRANKED)
                unknown(&r.shape, r.shape.rank);
            continue;
        }
        if (s->rank != r.shape.rank)
            return al_typing_fail(t, "tensors of rank %u and %u do not go together", r.shape.rank, s->rank);
        if (!known) {
            unknown(&r.shape, r.shape.rank);
            continue;
        }
        if (!al_typing_position(t, axis, s->rank, &position))
            return false;
        for (uint32_t k = 0; k < s->rank; k++) {
            int64_t a = r.shape.dim[k], b = s->dim[k];
            if (k == position)
                r.shape.dim[k] = a < 0 || b < 0 ? -1 : a + b;
            else if (a >= 0 && b >= 0 && a != b)
                return al_typing_fail(t, "sizes %" PRId64 " and %" PRId64 " do not go together", a, b);
            else
                r.shape.dim[k] = a < 0 ? b : a;
        }
    }
    if (known && r.shape.rank != AL_UNRANKED && !al_typing_position(t, axis, r.shape.rank, &position))
        return false;
    *t->out = r;
    if (r.sort == AL_SORT_WHOLE || r.sort == AL_SORT_FRACTION)
        t->out->sort = AL_SORT_FLOAT;
    return true;
}

bool al_rule_gather(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    uint32_t position = 0;
    struct al_shape data = t->in[0]->shape, indices = t->in[1]->shape, out = {0};
    keep_sort(t);
    if (!al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err))
        return false;
    if (t->in[1]->sort != AL_SORT_INTEGER && t->in[1]->sort != AL_SORT_WHOLE && t->in[1]->sort != AL_SORT_ANY)
        return al_typing_fail(t, "the indices must be integers, found %s", al_sort_word(t->in[1]->sort));
    t->out->shape.rank = AL_UNRANKED;
    if (data.rank == AL_UNRANKED || indices.rank == AL_UNRANKED)
        return true;
    if (data.rank == 0 || data.rank + indices.rank - 1 > AL_MAX_RANK)
        return data.rank == 0 ? al_typing_fail(t, "there is nothing to pick from") : too_many(t);
    if (!known) {
        unknown(&t->out->shape, data.rank + indices.rank - 1);
        return true;
    }
    if (!al_typing_position(t, axis, data.rank, &position))
        return false;
    for (uint32_t i = 0; i < data.rank; i++) {
        if (i != position) {
            out.dim[out.rank++] = data.dim[i];
            continue;
        }
        for (uint32_t k = 0; k < indices.rank; k++)
            out.dim[out.rank++] = indices.dim[k];
    }
    t->out->shape = out;
    return true;
}

bool al_rule_pad(struct al_typing *t)
{
    struct al_integers pads;
    struct al_shape *shape = &t->out->shape;
    uint32_t mode = al_setting_of(t->term, "mode")->choice;
    keep_sort(t);
    if (!al_setting_integers(t->term, "pads", t->scope, &pads, t->err))
        return false;
    if (!al_ranked(t->in[0]) || !pads.counted)
        return true;
    if (pads.count != 2 * shape->rank)
        return al_typing_fail(t, "pads has %u numbers for a tensor of rank %u", pads.count, shape->rank);
    for (uint32_t i = 0; i < shape->rank; i++) {
        int64_t front = pads.at[i], back = pads.at[shape->rank + i], size = shape->dim[i];
        if (!pads.known[i] || !pads.known[shape->rank + i]) {
            shape->dim[i] = -1;
            continue;
        }
        if (front < 0 || back < 0 || front > AL_MAX_DIMENSION || back > AL_MAX_DIMENSION)
            return al_typing_fail(t, "a pad is negative or too large");
        if (mode == AL_PAD_REFLECT && size >= 0 && (front >= size || back >= size))
            return al_typing_fail(t, "reflection needs more numbers than there are");
        shape->dim[i] = size < 0 ? (front + back == 0 ? size : -1) : size + front + back;
    }
    return true;
}

bool al_rule_tile(struct al_typing *t)
{
    struct al_integers repeats;
    struct al_shape *shape = &t->out->shape;
    keep_sort(t);
    if (!al_setting_integers(t->term, "repeats", t->scope, &repeats, t->err))
        return false;
    if (!al_ranked(t->in[0]) || !repeats.counted)
        return true;
    if (repeats.count != shape->rank)
        return al_typing_fail(t, "repeats has %u numbers for a tensor of rank %u", repeats.count, shape->rank);
    for (uint32_t i = 0; i < shape->rank; i++) {
        if (repeats.known[i] && (repeats.at[i] < 1 || repeats.at[i] > AL_MAX_DIMENSION))
            return al_typing_fail(t, "a number of repeats is less than 1 or too large");
        if (!repeats.known[i] || shape->dim[i] < 0)
            shape->dim[i] = repeats.known[i] && repeats.at[i] == 1 ? shape->dim[i] : -1;
        else if (!al_mul_i64(shape->dim[i], repeats.at[i], &shape->dim[i]))
            return al_typing_fail(t, "a dimension is too large");
    }
    return true;
}

bool al_rule_range(struct al_typing *t)
{
    int64_t start = 0, limit = 0, delta = 0;
    bool known[3] = {false};
    *t->out = (struct al_typed){AL_SORT_INTEGER, {1, {-1}}};
    if (!al_setting_integer(t->term, "start", t->scope, &start, &known[0], t->err)
        || !al_setting_integer(t->term, "limit", t->scope, &limit, &known[1], t->err)
        || !al_setting_integer(t->term, "delta", t->scope, &delta, &known[2], t->err))
        return false;
    if (!known[0] || !known[1] || !known[2])
        return true;
    if (start < 0 || limit < start || limit > AL_MAX_LIST || delta < 1 || delta > AL_MAX_LIST)
        return al_typing_fail(t, "counts up from 0 or more to at most %u", AL_MAX_LIST);
    t->out->shape.dim[0] = (limit - start + delta - 1) / delta;
    return true;
}
