/* Fractal heaps as libhdf5 makes them for dense links and attributes. */
#ifndef AL_LOADER_HDF5_FRACTAL_HEAP_H
#define AL_LOADER_HDF5_FRACTAL_HEAP_H

#include "loader/hdf5/strict/btree2.h"

/* What libhdf5 sets for each use, and has never changed. */
struct al_h5_heap_kind {
    uint32_t id_size;        /* bytes of an object's id */
    uint32_t smallest_block; /* bytes */
    uint32_t bits;           /* of an address inside the heap */
};
extern const struct al_h5_heap_kind al_h5_heap_of_links, al_h5_heap_of_attributes;

struct al_h5_block {
    uint64_t at;     /* where it begins in the heap's address space */
    uint64_t offset; /* in the file */
    uint64_t size;
};

struct al_h5_fractal_heap {
    const struct al_h5_heap_kind *kind;
    uint64_t address;
    uint64_t managed_bytes, managed_count; /* as the header says */
    uint64_t huge_count;
    struct al_h5_block *blocks; /* by `at` */
    size_t block_count, block_room;
    struct al_h5_records huge;
    uint64_t managed_seen, huge_seen; /* objects taken so far */
    bool *huge_taken;
};

/* Reads the heap's header and all its blocks. */
bool al_h5_fractal_heap(struct al_h5_strict *r, uint64_t address, const struct al_h5_heap_kind *kind,
                        struct al_h5_fractal_heap *out);

/* The object that an id names; each may be taken once. */
bool al_h5_fractal_object(struct al_h5_strict *r, struct al_h5_fractal_heap *h, const uint8_t *id,
                          struct al_h5_message *out);

/* To be called once all objects are taken: that none overlap and none are left. */
bool al_h5_fractal_done(struct al_h5_strict *r, const struct al_h5_fractal_heap *h);

#endif
