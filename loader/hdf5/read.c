/* The door of this room: what the loader calls. libhdf5 only ever sees a file whose
   every byte of metadata the strict reader has understood. */
#include "loader/hdf5/tree.h"

bool al_h5_read(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                struct al_arena *arena, struct al_findings *f)
{
    struct al_h5_tree library;
    return al_h5_read_strict(out, image, size, member, arena, f) &&
           al_h5_read_library(&library, image, size, member, arena, f) && al_h5_agree(out, &library, member, f);
}
