/* Types of the terms of an expression, and the rules of operators that work number by
   number or along axes. See expression.h. */
#include "policy/typing.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

const char *al_sort_word(enum al_sort sort)
{
    static const char *const words[] = {
        [AL_SORT_ANY] = "anything", [AL_SORT_WHOLE] = "a whole number", [AL_SORT_FRACTION] = "a number",
        [AL_SORT_FLOAT] = "floating-point", [AL_SORT_INTEGER] = "integer", [AL_SORT_BOOLEAN] = "boolean"};
    return words[sort];
}

bool al_typing_fail(const struct al_typing *t, const char *format, ...)
{
    char what[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)al_fail(t->err, AL_REFUSED, t->term->column, "line %u, column %u: %s: %s", t->term->line, t->term->column,
                  t->callable->name, what);
    return false;
}

bool al_typing_position(const struct al_typing *t, int64_t axis, uint32_t rank, uint32_t *out)
{
    int64_t position = axis < 0 ? axis + (int64_t)rank : axis;
    if (position < 0 || position >= (int64_t)rank)
        return al_typing_fail(t, "a tensor of rank %u has no axis %" PRId64, rank, axis);
    *out = (uint32_t)position;
    return true;
}

bool al_typing_axes(const struct al_typing *t, const struct al_integers *axes, uint32_t rank, uint32_t *set,
                    bool *known)
{
    *set = 0;
    *known = axes->counted;
    for (uint32_t i = 0; i < axes->count; i++) {
        uint32_t position = 0;
        if (!axes->known[i]) {
            *known = false;
            continue;
        }
        if (!al_typing_position(t, axes->at[i], rank, &position))
            return false;
        if ((*set & (1U << position)) != 0)
            return al_typing_fail(t, "the axis %" PRId64 " is named twice", axes->at[i]);
        *set |= 1U << position;
    }
    return true;
}

bool al_typing_broadcast(const struct al_typing *t, const struct al_shape *a, const struct al_shape *b,
                         struct al_shape *out)
{
    struct al_shape r = {.rank = a->rank > b->rank ? a->rank : b->rank};
    if (r.rank == AL_UNRANKED) {
        *out = r;
        return true;
    }
    for (uint32_t i = 0; i < r.rank; i++) {
        int64_t x = i + a->rank >= r.rank ? a->dim[i + a->rank - r.rank] : 1;
        int64_t y = i + b->rank >= r.rank ? b->dim[i + b->rank - r.rank] : 1;
        if (x >= 0 && y >= 0 && x != y && x != 1 && y != 1)
            return al_typing_fail(t, "sizes %" PRId64 " and %" PRId64 " do not go together", x, y);
        r.dim[i] = x == 1 ? y : y == 1 ? x : x > y ? x : y;
    }
    *out = r;
    return true;
}

static bool literal(enum al_sort sort)
{
    return sort == AL_SORT_WHOLE || sort == AL_SORT_FRACTION;
}

bool al_typing_join(const struct al_typing *t, enum al_sort a, enum al_sort b, enum al_sort *out)
{
    if (a == AL_SORT_BOOLEAN || b == AL_SORT_BOOLEAN)
        return al_typing_fail(t, "takes numbers, found %s", al_sort_word(AL_SORT_BOOLEAN));
    if (literal(a) && literal(b))
        *out = a == b ? a : AL_SORT_FRACTION;
    else if (literal(a) || literal(b)) {
        enum al_sort number = literal(a) ? a : b, tensor = literal(a) ? b : a;
        if (number == AL_SORT_FRACTION && tensor == AL_SORT_INTEGER)
            return al_typing_fail(t, "a number that is not whole meets integers; use Cast(…, to=\"float\")");
        *out = tensor;
    } else if (a != b && a != AL_SORT_ANY && b != AL_SORT_ANY)
        return al_typing_fail(t, "%s and %s do not go together; use Cast", al_sort_word(a), al_sort_word(b));
    else
        *out = a == AL_SORT_ANY ? b : a;
    return true;
}

bool al_typing_float(const struct al_typing *t, const struct al_typed *v)
{
    return (v->sort != AL_SORT_INTEGER && v->sort != AL_SORT_BOOLEAN)
        || al_typing_fail(t, "takes floating-point numbers, found %s", al_sort_word(v->sort));
}

/* What operators make of bare numbers is of the layer's type. */
static enum al_sort computed(enum al_sort sort)
{
    return literal(sort) ? AL_SORT_FLOAT : sort;
}

static bool any(struct al_typing *t)
{
    t->out->sort = computed(t->in[0]->sort);
    return true;
}

static bool same(struct al_typing *t)
{
    t->out->sort = computed(t->in[0]->sort);
    return t->in[0]->sort != AL_SORT_BOOLEAN || al_typing_fail(t, "takes numbers, found boolean");
}

static bool floating(struct al_typing *t)
{
    t->out->sort = AL_SORT_FLOAT;
    return al_typing_float(t, t->in[0]);
}

static bool existing_axis(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    uint32_t position = 0;
    return al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err)
        && (!known || !al_ranked(t->in[0]) || al_typing_position(t, axis, t->in[0]->shape.rank, &position));
}

static bool along(struct al_typing *t)
{
    return same(t) && existing_axis(t);
}

static bool broadcast(struct al_typing *t)
{
    struct al_typed r = *t->in[0];
    if (r.sort == AL_SORT_BOOLEAN)
        return al_typing_fail(t, "takes numbers, found boolean");
    for (uint32_t i = 1; i < t->count; i++)
        if (!al_typing_join(t, r.sort, t->in[i]->sort, &r.sort)
            || !al_typing_broadcast(t, &r.shape, &t->in[i]->shape, &r.shape))
            return false;
    r.sort = computed(r.sort);
    *t->out = r;
    return true;
}

static bool compare(struct al_typing *t)
{
    enum al_sort sort;
    t->out->sort = AL_SORT_BOOLEAN;
    return al_typing_join(t, t->in[0]->sort, t->in[1]->sort, &sort)
        && al_typing_broadcast(t, &t->in[0]->shape, &t->in[1]->shape, &t->out->shape);
}

static bool logic(struct al_typing *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->in[i]->sort != AL_SORT_BOOLEAN && t->in[i]->sort != AL_SORT_ANY)
            return al_typing_fail(t, "takes booleans, found %s", al_sort_word(t->in[i]->sort));
    t->out->sort = AL_SORT_BOOLEAN;
    return t->count == 1 || al_typing_broadcast(t, &t->in[0]->shape, &t->in[1]->shape, &t->out->shape);
}

static bool where(struct al_typing *t)
{
    struct al_typed r;
    if (t->in[0]->sort != AL_SORT_BOOLEAN && t->in[0]->sort != AL_SORT_ANY)
        return al_typing_fail(t, "the condition must be boolean, found %s", al_sort_word(t->in[0]->sort));
    if (!al_typing_join(t, t->in[1]->sort, t->in[2]->sort, &r.sort)
        || !al_typing_broadcast(t, &t->in[1]->shape, &t->in[2]->shape, &r.shape)
        || !al_typing_broadcast(t, &r.shape, &t->in[0]->shape, &r.shape))
        return false;
    r.sort = computed(r.sort);
    *t->out = r;
    return true;
}

static bool cast(struct al_typing *t)
{
    static const enum al_sort sorts[] = {
        [AL_CAST_FLOAT] = AL_SORT_FLOAT, [AL_CAST_INT64] = AL_SORT_INTEGER, [AL_CAST_BOOL] = AL_SORT_BOOLEAN};
    t->out->sort = sorts[al_setting_of(t->term, "to")->choice];
    return true;
}

/* The shape without the axes of the set, or with 1 in their place. */
static void without(struct al_shape *shape, uint32_t set, bool known, uint32_t removed, bool keepdims)
{
    struct al_shape r = {0};
    for (uint32_t i = 0; i < shape->rank; i++) {
        bool gone = (set & (1U << i)) != 0;
        if (!gone || keepdims)
            r.dim[r.rank++] = !known ? -1 : gone ? 1 : shape->dim[i];
    }
    if (!known && !keepdims) {
        r.rank = shape->rank - removed;
        for (uint32_t i = 0; i < r.rank; i++)
            r.dim[i] = -1;
    }
    *shape = r;
}

static bool reduce(struct al_typing *t)
{
    struct al_integers axes;
    uint32_t set = 0;
    bool known = true, keepdims = al_setting_flag(t->term, "keepdims");
    if (!same(t) || !al_setting_integers(t->term, "axes", t->scope, &axes, t->err))
        return false;
    if (!al_ranked(t->in[0]))
        return true;
    uint32_t rank = t->in[0]->shape.rank;
    if (!al_typing_axes(t, &axes, rank, &set, &known))
        return false;
    if (!axes.counted || axes.count > rank) {
        t->out->shape.rank = AL_UNRANKED;
        return true;
    }
    if (axes.count == 0)
        set = (1U << rank) - 1;
    without(&t->out->shape, set, known, axes.count, keepdims);
    return true;
}

static bool arg(struct al_typing *t)
{
    int64_t axis = 0;
    bool known = false;
    uint32_t position = 0;
    if (!along(t) || !al_setting_integer(t->term, "axis", t->scope, &axis, &known, t->err))
        return false;
    t->out->sort = AL_SORT_INTEGER;
    if (!al_ranked(t->in[0]))
        return true;
    if (t->in[0]->shape.rank == 0 || (known && !al_typing_position(t, axis, t->in[0]->shape.rank, &position)))
        return al_typing_fail(t, "needs a tensor with axes");
    without(&t->out->shape, 1U << position, known, 1, al_setting_flag(t->term, "keepdims"));
    return true;
}

static al_typing_rule *const rules[] = {
    [AL_BY_ANY] = any,
    [AL_BY_SAME] = same,
    [AL_BY_FLOAT] = floating,
    [AL_BY_ALONG] = along,
    [AL_BY_BROADCAST] = broadcast,
    [AL_BY_COMPARE] = compare,
    [AL_BY_LOGIC] = logic,
    [AL_BY_WHERE] = where,
    [AL_BY_CAST] = cast,
    [AL_BY_REDUCE] = reduce,
    [AL_BY_ARG] = arg,
    [AL_BY_MATMUL] = al_rule_matmul,
    [AL_BY_EINSUM] = al_rule_einsum,
    [AL_BY_CONV] = al_rule_conv,
    [AL_BY_POOL] = al_rule_pool,
    [AL_BY_NORMALIZE] = al_rule_normalize,
    [AL_BY_RESHAPE] = al_rule_reshape,
    [AL_BY_FLATTEN] = al_rule_flatten,
    [AL_BY_SQUEEZE] = al_rule_squeeze,
    [AL_BY_UNSQUEEZE] = al_rule_unsqueeze,
    [AL_BY_TRANSPOSE] = al_rule_transpose,
    [AL_BY_SLICE] = al_rule_slice,
    [AL_BY_EXPAND] = al_rule_expand,
    [AL_BY_CONCAT] = al_rule_concat,
    [AL_BY_GATHER] = al_rule_gather,
    [AL_BY_PAD] = al_rule_pad,
    [AL_BY_TILE] = al_rule_tile,
    [AL_BY_RANGE] = al_rule_range,
    [AL_BY_GLOBAL] = al_rule_global,
    [AL_BY_SPLIT] = al_rule_split,
    [AL_BY_TOP_K] = al_rule_top_k,
    [AL_BY_ONE_HOT] = al_rule_one_hot,
};

static struct al_typed numbers(const struct al_term *term)
{
    struct al_typed r = {.sort = AL_SORT_WHOLE};
    for (uint32_t i = 0; i < term->number_count; i++)
        if (term->numbers[i] != floor(term->numbers[i]))
            r.sort = AL_SORT_FRACTION;
    if (term->kind == AL_TERM_LIST)
        r.shape = (struct al_shape){1, {term->number_count}};
    return r;
}

static bool call(const struct al_term *term, const struct al_scope *scope, struct al_typed *types, uint32_t i,
                 struct al_error *err)
{
    struct al_typing t = {.term = term, .callable = &al_callables[term->index], .scope = scope,
                          .count = term->argument_count, .out = &types[i], .err = err};
    for (uint32_t k = 0; k < term->argument_count; k++)
        t.in[k] = &types[term->arguments[k]];
    if (term->argument_count > 0)
        types[i] = *t.in[0];
    if (!rules[t.callable->rule](&t))
        return false;
    for (uint32_t k = 0; al_ranked(t.out) && k < t.out->shape.rank; k++)
        if (t.out->shape.dim[k] > AL_MAX_DIMENSION)
            return al_typing_fail(&t, "a dimension is too large");
    return true;
}

bool al_expression_types(const struct al_expression *e, const struct al_scope *scope, const enum al_sort *inputs,
                         const struct al_shape *weights, struct al_typed *types, struct al_error *err)
{
    for (uint32_t i = 0; i < e->term_count; i++) {
        const struct al_term *term = &e->terms[i];
        types[i] = (struct al_typed){.sort = AL_SORT_FLOAT};
        switch (term->kind) {
        case AL_TERM_NUMBER:
        case AL_TERM_LIST:
            types[i] = numbers(term);
            break;
        case AL_TERM_WEIGHT:
            types[i].shape = weights[term->index];
            break;
        case AL_TERM_KEY: {
            double key = scope->keys[term->index];
            types[i].sort = isnan(key) || key == floor(key) ? AL_SORT_WHOLE : AL_SORT_FRACTION;
            break;
        }
        case AL_TERM_INPUT:
            if (term->index >= scope->input_count) {
                (void)al_fail(err, AL_REFUSED, term->column,
                              "the layer was given %u inputs, its declaration names input_%u", scope->input_count,
                              term->index);
                return false;
            }
            types[i] = (struct al_typed){inputs[term->index], scope->inputs[term->index]};
            break;
        case AL_TERM_CALL:
            if (!call(term, scope, types, i, err))
                return false;
            break;
        }
    }
    return true;
}
