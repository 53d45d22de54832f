/* Rules of operators that take a part of a tensor, or put it into another form; see typing.h. */
#include "policy/typing.h"

#include <inttypes.h>

static void keep_sort(struct al_typing *t)
{
    enum al_sort sort = t->in[0]->sort;
    t->out->sort = sort == AL_SORT_WHOLE || sort == AL_SORT_FRACTION ? AL_SORT_FLOAT : sort;
}

static bool setting(const struct al_typing *t, const char *name, int64_t *value, bool *known)
{
    *value = 0;
    *known = false;
    return al_setting_integer(t->term, name, t->scope, value, known, t->err);
}

/* Batch and channels stay. */
bool al_rule_global(struct al_typing *t)
{
    struct al_shape *shape = &t->out->shape;
    t->out->sort = AL_SORT_FLOAT;
    if (!al_typing_float(t, t->in[0]) || !al_ranked(t->in[0]))
        return al_typing_float(t, t->in[0]);
    if (shape->rank < 3)
        return al_typing_fail(t, "needs axes behind batch and channels");
    for (uint32_t i = 2; i < shape->rank; i++)
        shape->dim[i] = 1;
    return true;
}

/* The axis' size becomes `size`; where the axis is not known, nothing is. */
static bool resize(struct al_typing *t, int64_t size, bool size_known)
{
    int64_t axis;
    bool known;
    uint32_t position = 0;
    struct al_shape *shape = &t->out->shape;
    if (!setting(t, "axis", &axis, &known) || !al_ranked(t->in[0]))
        return al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err);
    if (known && !al_typing_position(t, axis, shape->rank, &position))
        return false;
    for (uint32_t i = 0; !known && i < shape->rank; i++)
        shape->dim[i] = -1;
    if (!known)
        return true;
    if (size_known && shape->dim[position] >= 0 && size > shape->dim[position])
        return al_typing_fail(t, "takes %" PRId64 " of %" PRId64, size, shape->dim[position]);
    shape->dim[position] = size_known ? size : -1;
    return true;
}

/* The sizes of all parts, as in ONNX, and which of them is taken. */
bool al_rule_split(struct al_typing *t)
{
    struct al_integers sizes;
    int64_t output, axis, sum = 0;
    bool known, axis_known, counted;
    uint32_t position = 0;
    keep_sort(t);
    if (!al_setting_integers(t->term, "split", t->scope, &sizes, t->err) || !setting(t, "output", &output, &known) ||
        !setting(t, "axis", &axis, &axis_known))
        return false;
    if (known && sizes.counted && (output < 0 || output >= (int64_t)sizes.count))
        return al_typing_fail(t, "%u parts, and no output %" PRId64, sizes.count, output);
    counted = sizes.counted;
    for (uint32_t i = 0; i < sizes.count && counted; i++) {
        if (sizes.known[i] && (sizes.at[i] < 0 || sizes.at[i] > AL_MAX_DIMENSION))
            return al_typing_fail(t, "a part of the size %" PRId64, sizes.at[i]);
        counted = sizes.known[i];
        sum += counted ? sizes.at[i] : 0;
    }
    if (counted && axis_known && al_ranked(t->in[0])) {
        if (!al_typing_position(t, axis, t->in[0]->shape.rank, &position))
            return false;
        int64_t whole = t->in[0]->shape.dim[position];
        if (whole >= 0 && whole != sum)
            return al_typing_fail(t, "parts of %" PRId64 " together, from an axis of %" PRId64, sum, whole);
    }
    bool size_known = known && sizes.counted && sizes.known[output];
    return resize(t, size_known ? sizes.at[output] : 0, size_known);
}

bool al_rule_top_k(struct al_typing *t)
{
    int64_t k;
    bool known;
    keep_sort(t);
    if (!al_typing_float(t, t->in[0]) || !setting(t, "k", &k, &known))
        return false;
    if (known && k < 1)
        return al_typing_fail(t, "takes one number or more");
    return resize(t, k, known);
}

/* Behind the axes of the indices stands one of `depth`. */
bool al_rule_one_hot(struct al_typing *t)
{
    int64_t depth;
    bool known;
    struct al_shape *shape = &t->out->shape;
    enum al_sort sort = t->in[0]->sort;
    t->out->sort = AL_SORT_FLOAT;
    if (!setting(t, "depth", &depth, &known))
        return false;
    if (sort != AL_SORT_INTEGER && sort != AL_SORT_WHOLE && sort != AL_SORT_ANY)
        return al_typing_fail(t, "the indices must be integers, found %s", al_sort_word(sort));
    if (known && depth < 1)
        return al_typing_fail(t, "a depth below one");
    if (!al_ranked(t->in[0]))
        return true;
    if (shape->rank == AL_MAX_RANK)
        return al_typing_fail(t, "more than %u dimensions", AL_MAX_RANK);
    shape->dim[shape->rank++] = known ? depth : -1;
    return true;
}
