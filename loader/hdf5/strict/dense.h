/* Attributes and links kept outside the object header: in a fractal heap, found
   through version 2 B-trees. */
#ifndef AL_LOADER_HDF5_DENSE_H
#define AL_LOADER_HDF5_DENSE_H

#include "loader/hdf5/strict/strict.h"

/* The messages that r->header's attribute info message leads to, by the hash of
   their names; none where there is no such message or nothing is stored so. */
bool al_h5_dense_attributes(struct al_h5_strict *r, struct al_h5_message_list *out);

/* Adds the links that r->header's link info message leads to; *present where there is such a heap. */
bool al_h5_dense_links(struct al_h5_strict *r, bool *present);

/* Whether a name has the hash under which it is filed, and stands behind the one before it. */
bool al_h5_hash_fits(struct al_h5_strict *r, uint32_t hash, struct al_text name, const uint32_t *hash_before,
                     struct al_text name_before);

#endif
