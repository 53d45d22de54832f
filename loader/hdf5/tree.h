/* An HDF5 file as a plain description: what both readers produce (our strict one
   and libhdf5), what is compared between them, and all that the Keras loader sees. */
#ifndef AL_LOADER_HDF5_TREE_H
#define AL_LOADER_HDF5_TREE_H

#include "base/arena.h"
#include "base/text.h"
#include "policy/finding.h"
#include "validator/model.h"

enum al_h5_class {
    AL_H5_NUMBER,            /* dtype and big_endian say which; h5py's boolean enum is AL_BOOL */
    AL_H5_FIXED_STRING,
    AL_H5_VARIABLE_STRING,
    AL_H5_OPAQUE             /* `size` bytes each; Keras stores bfloat16 so */
};

struct al_h5_type {
    enum al_h5_class class_;
    enum al_dtype dtype;     /* NUMBER */
    bool big_endian;         /* never where an element is one byte */
    uint32_t size;           /* bytes of one element in the file; 0 for variable strings */
};

struct al_h5_attribute {
    struct al_text name;
    struct al_h5_type type;
    bool null_space;         /* H5S_NULL: no value */
    struct al_shape shape;   /* rank 0: scalar */
    uint64_t count;          /* elements */
    const struct al_text *texts; /* strings, `count` of them; padding removed as h5py does */
    const uint8_t *raw;      /* numbers and opaque: `count * size` bytes as they lie */
};

enum al_h5_storage { AL_H5_NOT_STORED, AL_H5_CONTIGUOUS, AL_H5_COMPACT };

struct al_h5_object {
    struct al_text name;     /* of the one hard link to it; "" for the root */
    uint32_t parent;         /* AL_NONE_INDEX for the root */
    bool dataset;            /* else a group */
    uint64_t address;        /* of its object header */
    uint32_t attribute_count;
    struct al_h5_attribute *attributes; /* sorted by name's bytes */
    uint32_t child_count;
    uint32_t *children;      /* sorted by name's bytes */
    /* datasets */
    struct al_h5_type type;
    struct al_shape shape;
    enum al_h5_storage storage;
    uint64_t offset, bytes;  /* CONTIGUOUS: of the data in the file */
    const uint8_t *compact;  /* COMPACT: its `bytes` of data */
};

struct al_h5_tree {
    const uint8_t *image;    /* borrowed: the whole file */
    uint64_t size;
    uint32_t object_count;
    struct al_h5_object *objects; /* [0] is the root; parents before children */
};

/* Look-ups by exact name; AL_NONE_INDEX or NULL where there is none. */
uint32_t al_h5_child(const struct al_h5_tree *t, uint32_t group, struct al_text name);
const struct al_h5_attribute *al_h5_attribute(const struct al_h5_tree *t, uint32_t object, const char *name);

/* Prepares libhdf5: to be called once before the cell locks itself, because it
   asks the system for memory and registers the driver. False where it fails. */
bool al_h5_library_warm(void);

/* A place inside a tree for findings: the member, then the names down to `object`. */
struct al_h5_place {
    struct al_place steps[AL_MAX_HDF5_DEPTH + 2];
};
const struct al_place *al_h5_place(struct al_h5_place *p, const struct al_h5_tree *t, uint32_t object,
                                   const char *member);

/* Both readers. False after a finding. `member` names the file in findings. */
bool al_h5_read_strict(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                       struct al_arena *arena, struct al_findings *f);
bool al_h5_read_library(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                        struct al_arena *arena, struct al_findings *f);

/* Compares two descriptions of one file; a difference is `hdf5.readers-disagree`. */
bool al_h5_agree(const struct al_h5_tree *strict, const struct al_h5_tree *library, const char *member,
                 struct al_findings *f);

/* Strict reader, then libhdf5, then agreement: what the loader calls. */
bool al_h5_read(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                struct al_arena *arena, struct al_findings *f);

#endif
