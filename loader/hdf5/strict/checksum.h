/* The checksum of HDF5's metadata. */
#ifndef AL_LOADER_HDF5_CHECKSUM_H
#define AL_LOADER_HDF5_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Bob Jenkins' lookup3 (hashlittle) with initial value 0: HDF5 File Format
   Specification, "checksum" throughout; also the hash of names in version 2 B-trees. */
uint32_t al_h5_lookup3(const void *bytes, size_t length);

/* The same, taking the 4 bytes at `hole` for zero: a checksum inside what it covers,
   which must be longer than 60 bytes and have the hole in its first 60. */
uint32_t al_h5_lookup3_with_hole(const void *bytes, size_t length, size_t hole);

#endif
