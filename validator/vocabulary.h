/* What the keys of a look-up layer say together (keras/src/layers/preprocessing/index_lookup.py):
   the rows of the family judge by it, the lowerings compute with it. */
#ifndef AL_VALIDATOR_VOCABULARY_H
#define AL_VALIDATOR_VOCABULARY_H

#include "validator/row.h"

struct al_vocabulary {
    bool of_texts;                 /* the tokens are words; else integers */
    bool special_given;            /* the file's list begins with the special tokens */
    uint32_t count;                /* tokens, without special ones */
    const struct al_text *texts;
    const int64_t *numbers;
    int64_t unknown_first, unknown_count; /* indices for what is not in it */
    int64_t first;                 /* index of the first token */
    int64_t depth;                 /* of an encoding */
    bool masked, has_unknown_token;
    struct al_text mask_text, unknown_text;
    int64_t mask_number, unknown_number;
};

/* Reads the layer's keys; nothing is judged. False where the layer has no vocabulary. */
bool al_vocabulary_of(const struct al_site *s, struct al_vocabulary *v);

/* False after refusing what set_vocabulary() of Keras refuses. */
bool al_vocabulary_check(struct al_site *s, const struct al_vocabulary *v);

/* The weights of tf_idf that the configuration holds, all `depth` of them: numbers for the special
   tokens where it has none, zeros behind the last. NULL where memory is short. */
double *al_vocabulary_idf(const struct al_site *s, const struct al_vocabulary *v, struct al_arena *arena);

/* "int", "one_hot", "multi_hot", "count" or "tf_idf", older names put right. */
const char *al_vocabulary_mode(const struct al_site *s);

#endif
