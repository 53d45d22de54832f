/* Honest models in every container, with a part of their configuration replaced. */
#ifndef AL_TESTS_PLACE_H
#define AL_TESTS_PLACE_H

#include "tests/mutants/mutants.h"

enum container { ARCHIVE, DIRECTORY, HDF5, APART, SHARDED, CONTAINERS };
extern const char *const container_words[CONTAINERS];

/* One model in all its containers, as it lies in a folder. */
struct base {
    const char *name;                /* "places3" */
    json_t *configs[CONTAINERS];     /* owned; what Keras 2 writes differs by container */
    json_t *metadata, *training;     /* owned; what is beside config.json, and beside model_config */
    struct file archive, hdf5, weights, index, shards[2]; /* bytes owned */
    bool sharded;
};

/* Ends the process where a file is missing. */
void base_read(struct base *b, const char *folder, const char *name);

/* The base with these in a container, NULL for its own; false where it does not hold all that is
   given, or the text does not fit. The bytes of the first file are owned, those of the others the base's. */
bool place(struct kase *out, const struct base *b, enum container container, json_t *config, json_t *metadata,
           json_t *training);

/* The value at a JSON pointer, or NULL. */
json_t *value_at_pointer(json_t *root, const char *pointer);
/* Puts a value there (its reference is taken); false where the place's holder is not there. */
bool put_at_pointer(json_t *root, const char *pointer, json_t *value);

#endif
