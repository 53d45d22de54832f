/* See lexer.h. Only ASCII has a meaning in expressions; anything else ends them. */
#include "policy/lexer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 40 };

static const double MOST = 9007199254740992.0; /* 2^53: integers are exact up to there */

bool al_expression_fail(struct al_error *err, uint32_t column, const char *format, ...)
{
    char what[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)al_fail(err, AL_REFUSED, column, "column %u: %s", column, what);
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char peek(const struct al_lexer *l, size_t ahead)
{
    return ahead < l->source.length - l->at ? l->source.at[l->at + ahead] : '\0';
}

static void read_number(struct al_lexer *l)
{
    char digits[LONGEST_NUMBER + 1];
    size_t n = 0;
    bool real = false;
    while (n < LONGEST_NUMBER) {
        char c = peek(l, n);
        bool exponent = (c == '+' || c == '-') && n > 0 && (peek(l, n - 1) == 'e' || peek(l, n - 1) == 'E');
        if (!is_digit(c) && c != '.' && c != 'e' && c != 'E' && !exponent)
            break;
        real |= !is_digit(c);
        digits[n++] = c;
    }
    digits[n] = '\0';
    char *end = digits;
    /* the C locale, which a library never leaves: a point is a point */
    l->number = strtod(digits, &end);
    bool good = n < LONGEST_NUMBER && *end == '\0' && isfinite(l->number) && (real || l->number <= MOST);
    l->kind = !good ? AL_WORD_BAD : real ? AL_WORD_REAL : AL_WORD_INTEGER;
    l->text = (struct al_text){l->source.at + l->at, n};
    l->at += n;
}

static void read_quoted(struct al_lexer *l, char mark)
{
    size_t n = 1;
    while (peek(l, n) != mark && peek(l, n) >= 0x20 && peek(l, n) < 0x7F)
        n++;
    l->kind = peek(l, n) == mark ? AL_WORD_TEXT : AL_WORD_BAD;
    l->text = (struct al_text){l->source.at + l->at + 1, n - 1};
    l->at += l->kind == AL_WORD_TEXT ? n + 1 : n;
}

void al_lexer_begin(struct al_lexer *l, struct al_text source)
{
    *l = (struct al_lexer){.source = source};
    al_lexer_next(l);
}

void al_lexer_next(struct al_lexer *l)
{
    while (peek(l, 0) == ' ')
        l->at++;
    l->column = (uint32_t)l->at + 1;
    l->number = 0;
    l->text = (struct al_text){l->source.at + l->at, 0};
    char c = peek(l, 0);
    if (l->at == l->source.length) {
        l->kind = AL_WORD_END;
    } else if (is_digit(c)) {
        read_number(l);
    } else if (is_letter(c)) {
        size_t n = 1;
        while (is_letter(peek(l, n)) || is_digit(peek(l, n)))
            n++;
        l->kind = AL_WORD_NAME;
        l->text.length = n;
        l->at += n;
    } else if (c == '\'' || c == '"') {
        read_quoted(l, c);
    } else if (c != '\0' && (strchr("()[],=:+-*", c) != NULL || (c == '/' && peek(l, 1) == '/'))) {
        l->kind = AL_WORD_SIGN;
        l->text.length = c == '/' ? 2 : 1;
        l->at += l->text.length;
    } else {
        l->kind = AL_WORD_BAD;
    }
}

bool al_lexer_is(const struct al_lexer *l, const char *sign)
{
    return l->kind == AL_WORD_SIGN && al_text_is(l->text, sign);
}

bool al_lexer_take(struct al_lexer *l, const char *sign)
{
    if (!al_lexer_is(l, sign))
        return false;
    al_lexer_next(l);
    return true;
}

bool al_lexer_expect(struct al_lexer *l, const char *sign, struct al_error *err)
{
    if (al_lexer_take(l, sign))
        return true;
    if (l->kind == AL_WORD_END)
        return al_expression_fail(err, l->column, "expected \"%s\", found the end", sign);
    if (l->kind == AL_WORD_BAD)
        return al_expression_fail(err, l->column, "expected \"%s\", found something that has no meaning here", sign);
    return al_expression_fail(err, l->column, "expected \"%s\", found \"%.*s\"", sign, AL_WORD_SHOWN(l));
}
