/* The blocks of a fractal heap, and its free space. */
#ifndef AL_LOADER_HDF5_FRACTAL_BLOCKS_H
#define AL_LOADER_HDF5_FRACTAL_BLOCKS_H

#include "loader/hdf5/strict/fractal_heap.h"

enum { AL_H5_HEAP_WIDTH = 4, AL_H5_LARGEST_DIRECT = 65536 };

/* Bytes at the start of a direct block that belong to no object. */
uint32_t al_h5_block_overhead(const struct al_h5_heap_kind *kind);

/* Lists the direct blocks below the root, which is one itself where `rows` is 0. */
bool al_h5_fractal_blocks(struct al_h5_strict *r, struct al_h5_fractal_heap *h, uint64_t root, uint32_t rows);

/* Claims a free space manager and its sections. */
bool al_h5_free_space(struct al_h5_strict *r, uint64_t address);

#endif
