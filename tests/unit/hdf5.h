/* What the tests of HDF5 reading share: a file in memory that may be changed, and reading it. */
#ifndef AL_TESTS_HDF5_H
#define AL_TESTS_HDF5_H

#include "tests/unit/unit.h"

#include "loader/hdf5/tree.h"

struct h5_file {
    uint8_t *bytes; /* owned; of exactly `size` bytes, so that a sanitizer sees a read past the end */
    size_t size;
};

struct h5_reading {
    struct al_arena *arena;
    struct al_findings findings;
    struct al_h5_tree tree;
    bool accepted;
};

/* A file of tests/files/hdf5, by its name without ".h5". */
struct h5_file h5_load(const char *name);
void h5_free(struct h5_file *file);
struct h5_file h5_copy(const struct h5_file *file);

typedef bool (*h5_reader)(struct al_h5_tree *, const uint8_t *, uint64_t, const char *, struct al_arena *,
                          struct al_findings *);
struct h5_reading h5_read(h5_reader reader, const struct h5_file *file);
void h5_done(struct h5_reading *reading);

/* Dotted id of the first finding, or "" where there is none. */
const char *h5_finding(const struct h5_reading *reading);

/* The object at a path such as "/layers/dense_0"; fails the test where there is none. */
uint32_t h5_object(const struct al_h5_tree *t, const char *path);

void h5_put(struct h5_file *file, size_t at, unsigned width, uint64_t value);
uint64_t h5_get(const struct h5_file *file, size_t at, unsigned width);

/* Where the nth structure with this signature begins; fails the test where there is none. */
size_t h5_signature(const struct h5_file *file, const char *signature, unsigned nth);

/* Where the data of an object's first message of a type begin, in the first block of its header. */
size_t h5_message(const struct h5_file *file, const char *path, unsigned type);

/* Makes the checksums right that a change has broken. */
void h5_mend(struct h5_file *file);

#endif
