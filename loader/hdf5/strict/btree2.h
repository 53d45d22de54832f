/* Version 2 B-trees as lists of records. */
#ifndef AL_LOADER_HDF5_BTREE2_H
#define AL_LOADER_HDF5_BTREE2_H

#include "loader/hdf5/strict/strict.h"

/* III.A.2: record types, and the bytes of one record with 8-byte offsets and lengths. */
enum al_h5_record_type {
    AL_H5_HUGE_OBJECTS = 1,
    AL_H5_LINKS_BY_NAME = 5,
    AL_H5_LINKS_BY_ORDER = 6,
    AL_H5_ATTRIBUTES_BY_NAME = 8,
    AL_H5_ATTRIBUTES_BY_ORDER = 9
};
enum {
    AL_H5_HUGE_OBJECTS_SIZE = 24,
    AL_H5_LINKS_BY_NAME_SIZE = 11,
    AL_H5_LINKS_BY_ORDER_SIZE = 15,
    AL_H5_ATTRIBUTES_BY_NAME_SIZE = 17,
    AL_H5_ATTRIBUTES_BY_ORDER_SIZE = 13
};

struct al_h5_records {
    const uint8_t **at; /* into the image, in the tree's order */
    size_t count, room;
};

/* Reads all records of the tree whose header is at `address`. */
bool al_h5_btree2(struct al_h5_strict *r, uint64_t address, enum al_h5_record_type type, uint32_t record_size,
                  struct al_h5_records *out);

#endif
