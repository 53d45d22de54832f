/* Formulas over dimensions: 3, units, input[-1], input[:-1], heads * 2, units // heads.
   They give the shapes of a custom layer's weights and output, and the attributes of
   the operators in its expression. Division is the one that rounds down, of numbers
   that are not negative. */
#ifndef AL_POLICY_FORMULA_H
#define AL_POLICY_FORMULA_H

#include "base/shape.h"
#include "policy/lexer.h"
#include "policy/reader.h"

enum al_formula_step_kind {
    AL_STEP_NUMBER,     /* pushes `number` */
    AL_STEP_KEY,        /* pushes the config key `index` */
    AL_STEP_DIMENSION,  /* pushes dimension `number` of input `index` */
    AL_STEP_SPAN,       /* the dimensions from `number` up to `to` of input `index`; always alone */
    AL_STEP_ADD, AL_STEP_SUBTRACT, AL_STEP_MULTIPLY, AL_STEP_DIVIDE
};
struct al_formula_step {
    enum al_formula_step_kind kind;
    uint32_t index;
    int64_t number, to;  /* SPAN: to INT64_MAX where the end is left open */
};

/* In postfix order. */
struct al_formula {
    const char *text;    /* as it stands in the policy; NULL inside an expression */
    uint32_t step_count;
    const struct al_formula_step *steps;
};

/* What names a formula may use. */
struct al_names {
    const char *const *keys;
    uint32_t key_count;
    uint32_t *input_count;   /* grows to the highest input that is named, plus one */
};

/* The values behind the names: NaN is a key, AL_UNRANKED a shape, -1 a dimension not known yet. */
enum { AL_UNRANKED = 0xFF };
struct al_scope {
    uint32_t key_count;
    const double *keys;
    uint32_t input_count;
    const struct al_shape *inputs;
};

/* Parses at the lexer's current word, up to the first that belongs to no formula. */
bool al_formula_parse(struct al_formula *out, struct al_lexer *l, const struct al_names *names,
                      struct al_arena *arena, struct al_error *err);

/* "input" and "input_0", "input_1" …; false where the name is another. */
bool al_input_by_name(struct al_text name, uint32_t *index);

/* The value, or -1 with *known false where it depends on something unknown. False
   after filling `err`: no such dimension, a number out of range, a division by zero. */
bool al_formula_value(const struct al_formula *f, const struct al_scope *scope, int64_t *value, bool *known,
                      struct al_error *err);

static inline bool al_formula_is_span(const struct al_formula *f)
{
    return f->step_count == 1 && f->steps[0].kind == AL_STEP_SPAN;
}

/* What a list of formulas comes to; unknown numbers are -1 with `known` false. */
struct al_integers {
    bool counted;        /* false: a span covers an input of unknown rank, so that more may stand between */
    uint32_t count;
    int64_t at[2 * AL_MAX_RANK];
    bool known[2 * AL_MAX_RANK];
};
bool al_formula_list(const struct al_formula *list, uint32_t count, const struct al_scope *scope,
                     struct al_integers *out, struct al_error *err);

/* Likewise as a shape: unknown dimensions are -1, and the rank is AL_UNRANKED where
   the list is not counted. Known dimensions are from 0 to AL_MAX_DIMENSION. */
bool al_formula_shape(const struct al_formula *list, uint32_t count, const struct al_scope *scope,
                      struct al_shape *out, struct al_error *err);

#endif
