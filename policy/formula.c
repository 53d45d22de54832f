/* See formula.h. */
#include "policy/formula.h"

#include "base/checked.h"
#include "policy/suggest.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_STEPS = 64, MOST_INPUTS = 16 };

struct parser {
    struct al_lexer *l;
    const struct al_names *names;
    struct al_error *err;
    uint32_t count;
    struct al_formula_step steps[MOST_STEPS];
};

static bool push(struct parser *p, struct al_formula_step step)
{
    if (p->count == MOST_STEPS)
        return al_expression_fail(p->err, p->l->column, "the formula is too long");
    p->steps[p->count++] = step;
    return true;
}

bool al_input_by_name(struct al_text name, uint32_t *index)
{
    static const char stem[] = "input_";
    *index = 0;
    if (al_text_is(name, "input"))
        return true;
    if (name.length < sizeof stem || name.length > sizeof stem + 1 || memcmp(name.at, stem, sizeof stem - 1) != 0)
        return false;
    for (size_t i = sizeof stem - 1; i < name.length; i++) {
        if (name.at[i] < '0' || name.at[i] > '9')
            return false;
        *index = *index * 10 + (uint32_t)(name.at[i] - '0');
    }
    /* one spelling for each number */
    return *index < MOST_INPUTS && (name.at[sizeof stem - 1] != '0' || name.length == sizeof stem);
}

static bool parse_position(struct parser *p, int64_t *out)
{
    bool negative = al_lexer_take(p->l, "-");
    if (p->l->kind != AL_WORD_INTEGER || p->l->number > AL_MAX_RANK)
        return al_expression_fail(p->err, p->l->column, "expected the position of a dimension, %d to %d",
                                  -(int)AL_MAX_RANK, (int)AL_MAX_RANK);
    *out = negative ? -(int64_t)p->l->number : (int64_t)p->l->number;
    al_lexer_next(p->l);
    return true;
}

/* behind the name of an input: [i] or [i:j] */
static bool parse_dimension(struct parser *p, uint32_t input)
{
    if (p->names->input_count != NULL && input >= *p->names->input_count)
        *p->names->input_count = input + 1;
    struct al_formula_step step = {AL_STEP_DIMENSION, input, 0, INT64_MAX};
    uint32_t column = p->l->column;
    if (!al_lexer_expect(p->l, "[", p->err))
        return false;
    if (!al_lexer_is(p->l, ":") && !parse_position(p, &step.number))
        return false;
    if (al_lexer_take(p->l, ":")) {
        step.kind = AL_STEP_SPAN;
        if (!al_lexer_is(p->l, "]") && !parse_position(p, &step.to))
            return false;
        if (p->count > 0)
            return al_expression_fail(p->err, column, "several dimensions cannot be a part of a sum or product");
    }
    return al_lexer_expect(p->l, "]", p->err) && push(p, step);
}

static bool parse_name(struct parser *p)
{
    struct al_text name = p->l->text;
    uint32_t column = p->l->column, input;
    for (uint32_t i = 0; i < p->names->key_count; i++) {
        if (al_text_is(name, p->names->keys[i])) {
            al_lexer_next(p->l);
            return push(p, (struct al_formula_step){AL_STEP_KEY, i, 0, 0});
        }
    }
    if (al_input_by_name(name, &input)) {
        al_lexer_next(p->l);
        return parse_dimension(p, input);
    }
    const char *near = p->names->key_count > 0
                           ? al_suggest(name, p->names->keys, p->names->key_count, sizeof *p->names->keys)
                           : NULL;
    return al_expression_fail(p->err, column, "\"%.*s\" is no number among the config keys, and no input%s%s%s",
                              AL_WORD_SHOWN(p->l), near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                              near != NULL ? "\"?" : "");
}

static bool parse_sum(struct parser *p, unsigned depth);

static bool parse_atom(struct parser *p, unsigned depth)
{
    if (p->l->kind == AL_WORD_INTEGER) {
        int64_t number = (int64_t)p->l->number;
        al_lexer_next(p->l);
        return push(p, (struct al_formula_step){AL_STEP_NUMBER, 0, number, 0});
    }
    if (p->l->kind == AL_WORD_NAME)
        return parse_name(p);
    if (al_lexer_take(p->l, "-"))
        return push(p, (struct al_formula_step){AL_STEP_NUMBER, 0, 0, 0}) && depth > 0 && parse_atom(p, depth - 1)
            && push(p, (struct al_formula_step){AL_STEP_SUBTRACT, 0, 0, 0});
    if (al_lexer_is(p->l, "(") && depth > 0) {
        al_lexer_next(p->l);
        return parse_sum(p, depth - 1) && al_lexer_expect(p->l, ")", p->err);
    }
    return al_expression_fail(p->err, p->l->column,
                              "expected an integer, a config key or a dimension such as input[-1]");
}

/* Behind a span nothing may be added: the result would have no meaning. */
static bool alone(struct parser *p)
{
    return p->count != 1 || p->steps[0].kind != AL_STEP_SPAN
        || al_expression_fail(p->err, p->l->column, "several dimensions cannot be a part of a sum or product");
}

static bool parse_product(struct parser *p, unsigned depth)
{
    if (!parse_atom(p, depth))
        return false;
    while (al_lexer_is(p->l, "*") || al_lexer_is(p->l, "//")) {
        enum al_formula_step_kind kind = al_lexer_is(p->l, "*") ? AL_STEP_MULTIPLY : AL_STEP_DIVIDE;
        al_lexer_next(p->l);
        if (!alone(p) || !parse_atom(p, depth) || !push(p, (struct al_formula_step){kind, 0, 0, 0}))
            return false;
    }
    return true;
}

static bool parse_sum(struct parser *p, unsigned depth)
{
    if (!parse_product(p, depth))
        return false;
    while (al_lexer_is(p->l, "+") || al_lexer_is(p->l, "-")) {
        enum al_formula_step_kind kind = al_lexer_is(p->l, "+") ? AL_STEP_ADD : AL_STEP_SUBTRACT;
        al_lexer_next(p->l);
        if (!alone(p) || !parse_product(p, depth) || !push(p, (struct al_formula_step){kind, 0, 0, 0}))
            return false;
    }
    return true;
}

bool al_formula_parse(struct al_formula *out, struct al_lexer *l, const struct al_names *names,
                      struct al_arena *arena, struct al_error *err)
{
    struct parser p = {.l = l, .names = names, .err = err};
    if (!parse_sum(&p, AL_MAX_EXPRESSION_DEPTH / 4))
        return err->code != AL_OK ? false : al_expression_fail(err, l->column, "too deeply nested");
    struct al_formula_step *steps = al_arena_alloc(arena, p.count, sizeof *steps);
    if (steps == NULL)
        return al_expression_fail(err, l->column, "out of memory");
    memcpy(steps, p.steps, p.count * sizeof *steps);
    *out = (struct al_formula){NULL, p.count, steps};
    return true;
}
