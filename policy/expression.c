/* The parser of expressions; see expression.h. By recursive descent with a limit on
   its depth; every error has a column. */
#include "policy/expression.h"

#include "policy/suggest.h"

#include <math.h>

struct parser {
    struct al_lexer l;
    const struct al_vocabulary *names;
    struct al_arena *arena;
    struct al_error *err;
    uint32_t line;
    struct al_term *terms;
    size_t count, room;
    struct {
        struct al_text name;
        uint32_t term;
    } *locals;
    size_t local_count, local_room;
};

static bool no_memory(struct parser *p)
{
    (void)al_fail(p->err, AL_NO_MEMORY, p->l.column, "out of memory");
    return false;
}

static bool add_term(struct parser *p, const struct al_term *term, uint32_t *index)
{
    if (p->count == AL_MAX_EXPRESSION_NODES)
        return al_expression_fail(p->err, p->l.column, "the expression is too long");
    struct al_term *grown = al_arena_grow(p->arena, p->terms, p->count, &p->room, sizeof *grown);
    if (grown == NULL)
        return no_memory(p);
    p->terms = grown;
    *index = (uint32_t)p->count;
    p->terms[p->count] = *term;
    p->terms[p->count++].line = p->line + 1;
    return true;
}

static bool parse_number(struct parser *p, double *out)
{
    bool negative = al_lexer_take(&p->l, "-");
    if (p->l.kind != AL_WORD_INTEGER && p->l.kind != AL_WORD_REAL)
        return al_expression_fail(p->err, p->l.column, "expected a number");
    *out = negative ? -p->l.number : p->l.number;
    al_lexer_next(&p->l);
    return true;
}

static bool add_numbers(struct parser *p, struct al_term *term, const double *numbers, uint32_t count,
                        uint32_t *index)
{
    double *copy = al_arena_alloc(p->arena, count, sizeof *copy);
    if (copy == NULL)
        return no_memory(p);
    memcpy(copy, numbers, count * sizeof *copy);
    term->numbers = copy;
    term->number_count = count;
    return add_term(p, term, index);
}

static bool parse_list(struct parser *p, struct al_term *term, uint32_t *index)
{
    double numbers[AL_MAX_CUSTOM_ITEMS];
    uint32_t count = 0;
    term->kind = AL_TERM_LIST;
    do {
        if (count == AL_MAX_CUSTOM_ITEMS)
            return al_expression_fail(p->err, p->l.column, "the list is too long");
        if (!parse_number(p, &numbers[count++]))
            return false;
    } while (al_lexer_take(&p->l, ","));
    return al_lexer_expect(&p->l, "]", p->err) && add_numbers(p, term, numbers, count, index);
}

static bool parse_formulas(struct parser *p, struct al_setting *s, bool list)
{
    struct al_formula formulas[2 * AL_MAX_RANK];
    bool brackets = list && al_lexer_take(&p->l, "[");
    uint32_t count = 0;
    if (!brackets || !al_lexer_is(&p->l, "]")) {
        do {
            if (count == 2 * AL_MAX_RANK)
                return al_expression_fail(p->err, p->l.column, "the list is too long");
            if (!al_formula_parse(&formulas[count++], &p->l, &p->names->formulas, p->arena, p->err))
                return false;
        } while (brackets && al_lexer_take(&p->l, ","));
    }
    if (brackets && !al_lexer_expect(&p->l, "]", p->err))
        return false;
    if (!list && al_formula_is_span(&formulas[0]))
        return al_expression_fail(p->err, p->l.column, "expected one number, found several dimensions");
    struct al_formula *copy = al_arena_alloc(p->arena, count, sizeof *copy);
    if (copy == NULL)
        return no_memory(p);
    memcpy(copy, formulas, count * sizeof *copy);
    s->formulas = copy;
    s->formula_count = count;
    return true;
}

static uint32_t find_name(struct al_text name, const char *const *list, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && !al_text_is(name, list[i]))
        i++;
    return i;
}

static bool parse_real(struct parser *p, struct al_setting *s)
{
    if (p->l.kind != AL_WORD_NAME)
        return parse_number(p, &s->real);
    s->key = find_name(p->l.text, p->names->numbers, p->names->formulas.key_count);
    if (s->key == p->names->formulas.key_count)
        return al_expression_fail(p->err, p->l.column, "\"%.*s\" is no number among the config keys",
                                  AL_WORD_SHOWN(&p->l));
    al_lexer_next(&p->l);
    return true;
}

static bool parse_flag(struct parser *p, struct al_setting *s)
{
    if (p->l.kind != AL_WORD_INTEGER || p->l.number > 1)
        return al_expression_fail(p->err, p->l.column, "expected 0 or 1");
    s->real = p->l.number;
    al_lexer_next(&p->l);
    return true;
}

static bool parse_quoted(struct parser *p, const struct al_attribute *a, struct al_setting *s)
{
    if (p->l.kind != AL_WORD_TEXT)
        return al_expression_fail(p->err, p->l.column, "expected text between quotation marks");
    s->text = p->l.text;
    if (a->type == AL_ATTRIBUTE_CHOICE) {
        s->choice = 0;
        while (a->choices[s->choice] != NULL && !al_text_is(s->text, a->choices[s->choice]))
            s->choice++;
        if (a->choices[s->choice] == NULL)
            return al_expression_fail(p->err, p->l.column, "%s cannot be \"%.*s\"", a->name, AL_WORD_SHOWN(&p->l));
    }
    al_lexer_next(&p->l);
    return true;
}

static bool parse_setting(struct parser *p, const struct al_callable *c, struct al_setting *settings)
{
    uint32_t count = al_attribute_count(c), i = 0;
    while (i < count && !al_text_is(p->l.text, c->attributes[i].name))
        i++;
    if (i == count) {
        const char *near = al_suggest(p->l.text, &c->attributes[0].name, count, sizeof *c->attributes);
        return al_expression_fail(p->err, p->l.column, "%s has no attribute \"%.*s\"%s%s%s", c->name,
                                  AL_WORD_SHOWN(&p->l), near != NULL ? "; did you mean \"" : "",
                                  near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    struct al_setting *s = &settings[i];
    if (s->given)
        return al_expression_fail(p->err, p->l.column, "%s is given twice", c->attributes[i].name);
    s->given = true;
    al_lexer_next(&p->l);
    if (!al_lexer_expect(&p->l, "=", p->err))
        return false;
    switch (c->attributes[i].type) {
    case AL_ATTRIBUTE_INTEGER:
        return parse_formulas(p, s, false);
    case AL_ATTRIBUTE_INTEGERS:
        return parse_formulas(p, s, true);
    case AL_ATTRIBUTE_REAL:
        return parse_real(p, s);
    case AL_ATTRIBUTE_FLAG:
        return parse_flag(p, s);
    case AL_ATTRIBUTE_CHOICE:
    case AL_ATTRIBUTE_TEXT:
        return parse_quoted(p, &c->attributes[i], s);
    }
    return false;
}

static struct al_setting *new_settings(struct parser *p, const struct al_callable *c)
{
    uint32_t count = al_attribute_count(c);
    struct al_setting *settings = al_arena_alloc(p->arena, count, sizeof *settings);
    for (uint32_t i = 0; settings != NULL && i < count; i++) {
        const struct al_attribute *a = &c->attributes[i];
        settings[i] = (struct al_setting){.real = a->standard, .key = AL_NO_KEY};
        if (a->type == AL_ATTRIBUTE_CHOICE)
            settings[i].choice = (uint32_t)a->standard;
    }
    return settings;
}

static bool check_call(struct parser *p, const struct al_callable *c, const struct al_term *term)
{
    bool wrong = term->argument_count < c->least || term->argument_count > c->most;
    if (wrong && c->least == c->most)
        return al_expression_fail(p->err, term->column, "%s takes %u tensors, found %u", c->name, c->least,
                                  term->argument_count);
    if (wrong)
        return al_expression_fail(p->err, term->column, "%s takes %u to %u tensors, found %u", c->name, c->least,
                                  c->most, term->argument_count);
    for (uint32_t i = 0; c->attributes[i].name != NULL; i++)
        if (c->attributes[i].required && !term->settings[i].given)
            return al_expression_fail(p->err, term->column, "%s needs the attribute \"%s\"", c->name,
                                      c->attributes[i].name);
    return true;
}

static bool parse_term(struct parser *p, unsigned depth, uint32_t *index);

/* True where the current word is a name and the next one "=". */
static bool at_setting(const struct parser *p)
{
    struct al_lexer ahead = p->l;
    if (ahead.kind != AL_WORD_NAME)
        return false;
    al_lexer_next(&ahead);
    return al_lexer_is(&ahead, "=");
}

static bool parse_call(struct parser *p, struct al_term *term, struct al_text name, unsigned depth, uint32_t *index)
{
    term->kind = AL_TERM_CALL;
    term->index = al_callable_by_name(name);
    if (term->index == al_callable_count) {
        const char *near = al_suggest(name, &al_callables[0].name, al_callable_count, sizeof al_callables[0]);
        return al_expression_fail(p->err, term->column, "there is no operator of this name%s%s%s",
                                  near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                                  near != NULL ? "\"?" : "");
    }
    const struct al_callable *c = &al_callables[term->index];
    struct al_setting *settings = new_settings(p, c);
    uint32_t *arguments = al_arena_alloc(p->arena, AL_MOST_ARGUMENTS, sizeof *arguments);
    if (settings == NULL || arguments == NULL)
        return no_memory(p);
    term->settings = settings;
    term->arguments = arguments;
    bool behind = false;
    while (!al_lexer_is(&p->l, ")")) {
        if (at_setting(p)) {
            behind = true;
            if (!parse_setting(p, c, settings))
                return false;
        } else if (behind || term->argument_count == AL_MOST_ARGUMENTS) {
            return al_expression_fail(p->err, p->l.column, behind ? "tensors stand before the attributes"
                                                                  : "too many tensors");
        } else if (!parse_term(p, depth - 1, &arguments[term->argument_count++])) {
            return false;
        }
        if (!al_lexer_is(&p->l, ")") && !al_lexer_expect(&p->l, ",", p->err))
            return false;
    }
    return al_lexer_expect(&p->l, ")", p->err) && check_call(p, c, term) && add_term(p, term, index);
}

static bool name_term(struct parser *p, struct al_term *term, struct al_text name, uint32_t *index)
{
    for (size_t i = 0; i < p->local_count; i++) {
        if (al_text_equal(name, p->locals[i].name)) {
            *index = p->locals[i].term;
            return true;
        }
    }
    term->kind = AL_TERM_WEIGHT;
    term->index = find_name(name, p->names->weights, p->names->weight_count);
    if (term->index < p->names->weight_count)
        return add_term(p, term, index);
    term->kind = AL_TERM_KEY;
    term->index = find_name(name, p->names->numbers, p->names->formulas.key_count);
    if (term->index < p->names->formulas.key_count)
        return add_term(p, term, index);
    term->kind = AL_TERM_INPUT;
    if (!al_input_by_name(name, &term->index))
        return al_expression_fail(p->err, term->column,
                                  "\"%.*s\" is no weight, no number of the configuration, no input and no earlier line",
                                  (int)(name.length < 40 ? name.length : 40), name.at);
    if (term->index >= *p->names->formulas.input_count)
        *p->names->formulas.input_count = term->index + 1;
    return add_term(p, term, index);
}

static bool parse_term(struct parser *p, unsigned depth, uint32_t *index)
{
    struct al_term term = {.column = p->l.column};
    if (depth == 0)
        return al_expression_fail(p->err, p->l.column, "too deeply nested");
    if (al_lexer_take(&p->l, "["))
        return parse_list(p, &term, index);
    if (p->l.kind == AL_WORD_NAME) {
        struct al_text name = p->l.text;
        al_lexer_next(&p->l);
        return al_lexer_take(&p->l, "(") ? parse_call(p, &term, name, depth, index)
                                         : name_term(p, &term, name, index);
    }
    double number = 0;
    term.kind = AL_TERM_NUMBER;
    if (p->l.kind != AL_WORD_INTEGER && p->l.kind != AL_WORD_REAL && !al_lexer_is(&p->l, "-"))
        return al_expression_fail(p->err, p->l.column, "expected an operator, a name, a number or a list of numbers");
    return parse_number(p, &number) && add_numbers(p, &term, &number, 1, index);
}

static bool taken(const struct parser *p, struct al_text name)
{
    uint32_t input;
    for (size_t i = 0; i < p->local_count; i++)
        if (al_text_equal(name, p->locals[i].name))
            return true;
    return al_input_by_name(name, &input)
        || find_name(name, p->names->weights, p->names->weight_count) < p->names->weight_count
        || find_name(name, p->names->numbers, p->names->formulas.key_count) < p->names->formulas.key_count;
}

static bool parse_line(struct parser *p, const char *line, bool last, uint32_t *result)
{
    al_lexer_begin(&p->l, al_text_of(line));
    struct al_text name = AL_NOTHING;
    uint32_t column = p->l.column;
    if (at_setting(p)) {
        name = p->l.text;
        if (taken(p, name))
            return al_expression_fail(p->err, column, "\"%.*s\" has a meaning already", AL_WORD_SHOWN(&p->l));
        al_lexer_next(&p->l);
        al_lexer_next(&p->l);
    }
    if (last && name.at != NULL)
        return al_expression_fail(p->err, column, "the last line is an expression alone: the layer's output");
    if (!last && name.at == NULL)
        return al_expression_fail(p->err, column, "every line but the last begins with a name and \"=\"");
    if (!parse_term(p, AL_MAX_EXPRESSION_DEPTH, result))
        return false;
    if (p->l.kind != AL_WORD_END)
        return al_expression_fail(p->err, p->l.column, "expected the end of the line");
    if (last)
        return true;
    void *grown = al_arena_grow(p->arena, p->locals, p->local_count, &p->local_room, sizeof *p->locals);
    if (grown == NULL)
        return no_memory(p);
    p->locals = grown;
    p->locals[p->local_count].name = name;
    p->locals[p->local_count++].term = *result;
    return true;
}

bool al_expression_parse(struct al_expression *out, const char *const *lines, uint32_t line_count,
                         const struct al_vocabulary *names, struct al_arena *arena, uint32_t *line,
                         struct al_error *err)
{
    struct parser p = {.names = names, .arena = arena, .err = err};
    uint32_t result = 0;
    for (p.line = 0; p.line < line_count; p.line++) {
        *line = p.line;
        if (!parse_line(&p, lines[p.line], p.line + 1 == line_count, &result))
            return false;
    }
    *out = (struct al_expression){line_count, lines, (uint32_t)p.count, p.terms, result};
    return line_count > 0 || al_expression_fail(err, 1, "an expression is wanted");
}
