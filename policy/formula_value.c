/* Formulas with values behind their names; see formula.h. */
#include "policy/formula.h"

#include "base/checked.h"

#include <inttypes.h>
#include <math.h>

enum { MOST_STACK = 64 };

struct value {
    int64_t number;
    bool known;
};

static bool fail(struct al_error *err, const char *what)
{
    (void)al_fail(err, AL_REFUSED, 0, "%s", what);
    return false;
}

static bool dimension(const struct al_formula_step *step, const struct al_scope *scope, struct value *out,
                      struct al_error *err)
{
    if (step->index >= scope->input_count)
        return fail(err, "the layer was not given as many inputs as its declaration names");
    const struct al_shape *shape = &scope->inputs[step->index];
    *out = (struct value){-1, false};
    if (shape->rank == AL_UNRANKED)
        return true;
    int64_t axis = step->number < 0 ? step->number + (int64_t)shape->rank : step->number;
    if (axis < 0 || axis >= (int64_t)shape->rank) {
        (void)al_fail(err, AL_REFUSED, 0, "an input of rank %u has no dimension %" PRId64, shape->rank, step->number);
        return false;
    }
    *out = (struct value){shape->dim[axis], shape->dim[axis] >= 0};
    return true;
}

static bool combine(enum al_formula_step_kind kind, struct value a, struct value b, struct value *out,
                    struct al_error *err)
{
    *out = (struct value){-1, false};
    if (!a.known || !b.known)
        return true;
    int64_t r = 0;
    bool good = true;
    if (kind == AL_STEP_ADD) {
        good = al_add_i64(a.number, b.number, &r);
    } else if (kind == AL_STEP_SUBTRACT) {
        good = b.number != INT64_MIN && al_add_i64(a.number, -b.number, &r);
    } else if (kind == AL_STEP_MULTIPLY) {
        good = al_mul_i64(a.number, b.number, &r);
    } else {
        if (a.number < 0 || b.number <= 0)
            return fail(err, "a division by zero or of a negative number");
        r = a.number / b.number;
    }
    if (!good)
        return fail(err, "a number of the formula is out of range");
    *out = (struct value){r, true};
    return true;
}

bool al_formula_value(const struct al_formula *f, const struct al_scope *scope, int64_t *value, bool *known,
                      struct al_error *err)
{
    struct value stack[MOST_STACK];
    uint32_t top = 0;
    for (uint32_t i = 0; i < f->step_count; i++) {
        const struct al_formula_step *step = &f->steps[i];
        struct value v = {0, true};
        switch (step->kind) {
        case AL_STEP_NUMBER:
            v.number = step->number;
            break;
        case AL_STEP_KEY: {
            double key = step->index < scope->key_count ? scope->keys[step->index] : NAN;
            v = isnan(key) ? (struct value){-1, false} : (struct value){(int64_t)key, true};
            break;
        }
        case AL_STEP_DIMENSION:
            if (!dimension(step, scope, &v, err))
                return false;
            break;
        case AL_STEP_SPAN:
            return fail(err, "several dimensions stand where one number is wanted");
        case AL_STEP_ADD:
        case AL_STEP_SUBTRACT:
        case AL_STEP_MULTIPLY:
        case AL_STEP_DIVIDE:
            /* postfix by construction: two values lie on the stack */
            top -= 2;
            if (!combine(step->kind, stack[top], stack[top + 1], &v, err))
                return false;
            break;
        }
        stack[top++] = v;
    }
    *known = stack[0].known;
    *value = stack[0].known ? stack[0].number : -1;
    return true;
}

static bool append(struct al_integers *out, int64_t value, bool known, struct al_error *err)
{
    if (out->count == sizeof out->at / sizeof out->at[0])
        return fail(err, "the list is too long");
    out->known[out->count] = known;
    out->at[out->count++] = known ? value : -1;
    return true;
}

static bool append_span(struct al_integers *out, const struct al_formula_step *step, const struct al_shape *in,
                        struct al_error *err)
{
    int64_t rank = in->rank, from = step->number, to = step->to;
    from = from < 0 ? from + rank : from;
    to = to == INT64_MAX ? rank : to < 0 ? to + rank : to;
    if (from < 0 || to > rank || from > to) {
        (void)al_fail(err, AL_REFUSED, 0, "an input of rank %u does not have these dimensions", in->rank);
        return false;
    }
    for (int64_t i = from; i < to; i++)
        if (!append(out, in->dim[i], in->dim[i] >= 0, err))
            return false;
    return true;
}

bool al_formula_list(const struct al_formula *list, uint32_t count, const struct al_scope *scope,
                     struct al_integers *out, struct al_error *err)
{
    *out = (struct al_integers){.counted = true};
    for (uint32_t i = 0; i < count; i++) {
        const struct al_formula_step *step = &list[i].steps[0];
        int64_t value = 0;
        bool known = false;
        if (al_formula_is_span(&list[i])) {
            if (step->index >= scope->input_count)
                return fail(err, "the layer was not given as many inputs as its declaration names");
            if (scope->inputs[step->index].rank == AL_UNRANKED)
                out->counted = false;
            else if (!append_span(out, step, &scope->inputs[step->index], err))
                return false;
        } else if (!al_formula_value(&list[i], scope, &value, &known, err) || !append(out, value, known, err)) {
            return false;
        }
    }
    return true;
}

bool al_formula_shape(const struct al_formula *list, uint32_t count, const struct al_scope *scope,
                      struct al_shape *out, struct al_error *err)
{
    struct al_integers dims;
    if (!al_formula_list(list, count, scope, &dims, err))
        return false;
    if (dims.counted && dims.count > AL_MAX_RANK)
        return fail(err, "more than 8 dimensions");
    *out = (struct al_shape){.rank = dims.counted ? dims.count : AL_UNRANKED};
    for (uint32_t i = 0; i < dims.count; i++) {
        if (dims.known[i] && (dims.at[i] < 0 || dims.at[i] > AL_MAX_DIMENSION))
            return fail(err, "a dimension is negative or too large");
        if (dims.counted)
            out->dim[i] = dims.at[i];
    }
    return true;
}
