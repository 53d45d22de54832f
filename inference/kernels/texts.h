/* What the operators over texts know besides their inputs: vocabularies, ways to cut
   texts up, ways to hash them. Made while lowering, in the graph's arena; ONNX has no
   such operators, and custom layers cannot name them. */
#ifndef AL_INFERENCE_KERNELS_TEXTS_H
#define AL_INFERENCE_KERNELS_TEXTS_H

#include "base/arena.h"
#include "base/text.h"

/* TensorFlow's to_hash_bucket_fast, or with `salted` to_hash_bucket_strong. Numbers are
   hashed as their decimal digits. */
struct al_hashing {
    uint64_t buckets;            /* at least 1 */
    bool salted;
    uint64_t salt[2];
    int64_t first;               /* added to the bucket */
    bool masked;                 /* what equals the mask gives 0 */
    struct al_text mask_text;
    int64_t mask_number;
};

enum al_unknown { AL_UNKNOWN_FAILS, AL_UNKNOWN_ONE, AL_UNKNOWN_MODULO, AL_UNKNOWN_HASHED };

/* From words or numbers to their indices. */
struct al_table {
    bool of_texts;
    uint32_t count;
    const struct al_text *texts;     /* of_texts */
    const int64_t *numbers;          /* otherwise */
    int64_t first;                   /* index of the first one */
    uint32_t slot_mask;              /* slots: open addressing, a power of two of them; 0: empty, else number + 1 */
    uint32_t *slots;
    bool masked;
    struct al_text mask_text;
    int64_t mask_number, mask_value; /* what equals the mask gives this value */
    enum al_unknown unknown;
    int64_t unknown_index;           /* ONE; added to the remainder of MODULO */
    struct al_hashing hashing;       /* MODULO: .buckets; HASHED */
};

/* Fills count, slots. False where memory is short. `texts` or `numbers` stay the caller's. */
bool al_table_fill(struct al_table *t, uint32_t count, struct al_arena *arena);

/* From indices to words or numbers. */
struct al_words {
    bool of_texts;
    uint32_t count;
    const struct al_text *texts;
    const int64_t *numbers;
    int64_t first;
    struct al_text other_text;       /* for an index of none */
    int64_t other_number;
    bool masked;                     /* index 0 gives the mask */
    struct al_text mask_text;
    int64_t mask_number;
};

enum { AL_MAX_NGRAM_WIDTHS = 64 };
enum al_split { AL_SPLIT_NOT, AL_SPLIT_WHITESPACE, AL_SPLIT_CHARACTER };

/* TextVectorization's way from a text to tokens (keras/src/layers/preprocessing/text_vectorization.py). */
struct al_tokenizer {
    bool lower, strip;               /* ASCII letters made small; ASCII punctuation taken out */
    enum al_split split;
    uint32_t width_count;            /* of n-grams, joined by a blank; 0: the tokens themselves */
    uint32_t widths[AL_MAX_NGRAM_WIDTHS];
};

/* How many tokens the longest of `count` rows of `row` texts has. False after filling `err`. */
struct al_error;
bool al_tokens_longest(const struct al_tokenizer *t, const struct al_text *texts, uint64_t count, uint64_t row,
                       uint64_t most_bytes, uint64_t *longest, struct al_error *err);

#endif
