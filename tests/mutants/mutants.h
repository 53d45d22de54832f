/* Mutants of honest model files: what the parts of the tool share. A case is a model as it is
   given to the loader; a mutant is a case with something changed in one of its files. */
#ifndef AL_TESTS_MUTANTS_H
#define AL_TESTS_MUTANTS_H

#include "loader/loader.h"

#include <jansson.h>

enum { MOST_FILES = 4, MOST_TEXTS = 8, ROOM = 1 << 17 };

/* ---- chance (chance.c): the same for the same seed and number, on every host ---- */

struct chance {
    uint64_t state;
};
struct chance chance_of(uint64_t seed, uint64_t number);
uint64_t chance_bits(struct chance *c);
/* Below `bound`; 0 where that is 0. */
size_t chance_below(struct chance *c, size_t bound);
/* Now the mutators of fuzz/ draw from it too. */
void chance_lend(struct chance *c);
/* Up to eight little changes of single bytes and ranges; the new size, at most `most`. */
size_t change_bytes(struct chance *c, uint8_t *data, size_t size, size_t most);

/* ---- cases (case.c) ---- */

struct file {
    enum al_role role;
    const char *name;
    uint8_t *bytes;         /* owned; `room` of them */
    size_t size, room;
};
struct kase {
    const char *label;
    struct al_policy *policy; /* borrowed */
    struct file files[MOST_FILES];
    uint32_t count;
};
/* False after complaining on stderr. */
bool case_read(struct file *file, enum al_role role, const char *path);

/* What was done to a file. */
struct change {
    const char *kind;       /* of mutation, for the count: a constant */
    bool hostile;           /* an object that names code is in it now: never to be accepted */
};

/* Changes one file in place. */
struct change mutate(struct chance *c, struct file *file);

/* ---- by format; false where nothing was changed ---- */

/* A JSON text anew, with one node changed, as compact as can be. Owned, or NULL. */
char *mutate_json(struct chance *c, const char *text, size_t length, bool *hostile);
struct change change_bit(struct chance *c, struct file *file);
/* Fields of the archive's structures, with nothing put right. */
bool mutate_zip_fields(struct chance *c, struct file *file);
/* The archive taken apart and packed anew around one changed member, sums right. */
bool mutate_zip_member(struct chance *c, struct file *file, struct change *done);
/* Where the JSON texts of attributes lie in an HDF5 file; how many there are. */
size_t find_hdf5_json(const struct file *file, size_t starts[MOST_TEXTS], size_t lengths[MOST_TEXTS]);
/* An archive of stored members, as Keras writes it. */
void pack_archive(struct al_buffer *out, const struct al_text *names, const struct file *members, uint32_t count);
/* A JSON text that lies in an HDF5 file as an attribute. */
bool mutate_hdf5_json(struct chance *c, struct file *file, bool *hostile);

/* The mutators of fuzz/mutators, under names of their own. */
size_t mutate_zip(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t mutate_hdf5(uint8_t *data, size_t size, size_t most, unsigned int seed);

/* ---- attack words (words.c) ---- */

const char *attack_word(struct chance *c);
/* A new JSON value that names code. */
json_t *attack_object(struct chance *c);

/* ---- the verdict (judge.c) ---- */

enum outcome {
    REFUSED,
    SAME,               /* accepted, and nothing that the model computes with has changed */
    NUMBERS,            /* accepted; other numbers in weights, and nothing else */
    SHOWN,              /* accepted; another model, and the report names the difference */
    NO_MEMORY,          /* the budget was used up: limit.memory in a cell */
    /* the invariant is broken */
    NO_VERDICT,         /* neither accepted nor refused, or accepted with a refusal */
    PARENT_REFUSES,     /* what the loader accepts does not pass the wire and the second check unchanged */
    HIDDEN,             /* another model, and the report is the same */
    HOSTILE,            /* accepted with an object in it that names code */
    OUTCOMES
};
extern const char *const outcome_words[OUTCOMES];

/* What an accepted case is: all of it that the wire carries but for where numbers lie; the
   numbers; and the report. */
struct verdict {
    bool accepted, no_memory, sound;
    enum al_finding_id finding;  /* the first that refuses */
    struct al_buffer model, numbers, report;
};
void judge_start(void);
void judge(struct verdict *v, const struct kase *k);
void verdict_free(struct verdict *v);
enum outcome compare(const struct verdict *origin, const struct verdict *mutant, const struct change *change);

#endif
