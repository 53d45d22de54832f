/* Words of the expressions and formulas that a policy may hold. Internal to policy/. */
#ifndef AL_POLICY_LEXER_H
#define AL_POLICY_LEXER_H

#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum al_word_kind {
    AL_WORD_END,
    AL_WORD_NAME,      /* a letter or _, then letters, digits and _ */
    AL_WORD_INTEGER,   /* digits; at most 2^53 */
    AL_WORD_REAL,      /* with a point or an exponent */
    AL_WORD_TEXT,      /* between ' or " of either kind; no escapes */
    AL_WORD_SIGN,      /* one of ( ) [ ] , = : + - * and the pair // */
    AL_WORD_BAD
};

/* The text is borrowed and outlives the lexer. `kind`, `text` and `number` describe the current word. */
struct al_lexer {
    struct al_text source;
    size_t at;            /* behind the current word */
    enum al_word_kind kind;
    struct al_text text;  /* of a TEXT: without its marks */
    double number;
    uint32_t column;      /* of the current word, in bytes from 1 */
};

void al_lexer_begin(struct al_lexer *l, struct al_text source);
void al_lexer_next(struct al_lexer *l);

/* True when the current word is this sign. */
bool al_lexer_is(const struct al_lexer *l, const char *sign);
/* Likewise, and moves on. */
bool al_lexer_take(struct al_lexer *l, const char *sign);
/* Likewise; where it is another word, fills `err` with what was expected and found. */
bool al_lexer_expect(struct al_lexer *l, const char *sign, struct al_error *err);

/* Fills `err` ("column 7: …") and returns false. The column is in err->offset too. */
bool al_expression_fail(struct al_error *err, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A word of the text as it may stand in a message: names are plain ASCII, all else is said by its kind. */
#define AL_WORD_SHOWN(l) (int)((l)->text.length < 40 ? (l)->text.length : 40), (l)->text.at

#endif
