/* The parts of the reader that stands on libhdf5. */
#ifndef AL_LOADER_HDF5_LIBRARY_H
#define AL_LOADER_HDF5_LIBRARY_H

#include "loader/hdf5/reader.h"

#include <hdf5.h>

/* Refuses with `hdf5.unreadable`, saying what libhdf5's error stack says. */
bool al_h5_library_unreadable(struct al_h5_growth *g, uint32_t object, const char *what);

/* Translates a type. A type that is not plain is refused with its own finding. */
bool al_h5_library_type(struct al_h5_growth *g, uint32_t object, hid_t type, struct al_h5_type *out);

/* Rank, dimensions and element count of a simple or scalar space; `null` where it has no elements at all. */
bool al_h5_library_space(struct al_h5_growth *g, uint32_t object, hid_t space, struct al_shape *shape,
                         uint64_t *count,
                         bool *null);

/* Reads all attributes of an open object into the tree, sorted. */
bool al_h5_library_attributes(struct al_h5_growth *g, uint32_t object, hid_t id);

/* Describes an open dataset: type, shape and where its bytes lie. */
bool al_h5_library_dataset(struct al_h5_growth *g, uint32_t object, hid_t id);

#endif
