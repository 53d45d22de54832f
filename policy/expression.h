/* How a custom layer computes: calls of operators, as a list of terms in which each
   uses only earlier ones. Parsed when the policy is read; no name is looked up
   anywhere but in the declaration itself. */
#ifndef AL_POLICY_EXPRESSION_H
#define AL_POLICY_EXPRESSION_H

#include "policy/formula.h"
#include "policy/operators.h"

enum al_term_kind {
    AL_TERM_NUMBER,   /* .numbers[0] */
    AL_TERM_LIST,     /* a tensor of rank 1 */
    AL_TERM_WEIGHT,   /* .index */
    AL_TERM_KEY,      /* .index: a number of the configuration */
    AL_TERM_INPUT,    /* .index */
    AL_TERM_CALL      /* .index: the operator */
};

enum { AL_NO_KEY = 0x7FFFFFFF };

/* The value of one attribute. Where it was not given the operator's default stands in its place. */
struct al_setting {
    bool given;
    uint32_t formula_count;              /* INTEGER, INTEGERS */
    const struct al_formula *formulas;
    double real;                         /* REAL, FLAG */
    uint32_t key;                        /* REAL: a config key instead of `real`, else AL_NO_KEY */
    uint32_t choice;
    struct al_text text;                 /* TEXT */
};

struct al_term {
    enum al_term_kind kind;
    uint32_t line, column;               /* from 1 */
    uint32_t index;
    uint32_t number_count;
    const double *numbers;
    uint32_t argument_count;
    const uint32_t *arguments;           /* indexes of earlier terms */
    const struct al_setting *settings;   /* one for each attribute of the operator */
};

struct al_expression {
    uint32_t line_count;
    const char *const *lines;            /* as they stand in the policy */
    uint32_t term_count;
    const struct al_term *terms;
    uint32_t result;                     /* a term */
};

/* The names a declaration gives. Keys that are no numbers are "" here. */
struct al_vocabulary {
    struct al_names formulas;            /* whole numbers only */
    const char *const *numbers;          /* as many as formulas.key_count */
    const char *const *weights;
    uint32_t weight_count;
};

/* On failure err->offset is the column, and *line the line (from 0), of the trouble. */
bool al_expression_parse(struct al_expression *out, const char *const *lines, uint32_t line_count,
                         const struct al_vocabulary *names, struct al_arena *arena, uint32_t *line,
                         struct al_error *err);

/* ---- types ---- */

enum al_sort {
    AL_SORT_ANY,      /* not known yet: an input, when only the policy is there */
    AL_SORT_WHOLE,    /* a number, or several, that fit integers and floating-point numbers */
    AL_SORT_FRACTION, /* likewise, not whole */
    AL_SORT_FLOAT,    /* of the layer's compute type */
    AL_SORT_INTEGER,
    AL_SORT_BOOLEAN
};
const char *al_sort_word(enum al_sort sort);

struct al_typed {
    enum al_sort sort;
    struct al_shape shape; /* rank AL_UNRANKED, dimensions -1 where not known */
};

/* The types of all terms. `inputs` has scope->input_count sorts, `weights` the shapes of
   the weights. False after filling `err` ("line 2, column 7: MatMul: …"). */
bool al_expression_types(const struct al_expression *e, const struct al_scope *scope, const enum al_sort *inputs,
                         const struct al_shape *weights, struct al_typed *types, struct al_error *err);

/* Settings with their defaults put in, for the terms of one operator. */
bool al_setting_integer(const struct al_term *t, const char *name, const struct al_scope *scope, int64_t *value,
                        bool *known, struct al_error *err);
bool al_setting_integers(const struct al_term *t, const char *name, const struct al_scope *scope,
                         struct al_integers *values, struct al_error *err);
/* NaN where it is a key not known yet. */
double al_setting_real(const struct al_term *t, const char *name, const struct al_scope *scope);
bool al_setting_flag(const struct al_term *t, const char *name);
const struct al_setting *al_setting_of(const struct al_term *t, const char *name);

#endif
