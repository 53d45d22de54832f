/* The door of this room: what the loader calls. */
#include "loader/hdf5/tree.h"

bool al_h5_read(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                struct al_arena *arena, struct al_findings *f)
{
    return al_h5_read_library(out, image, size, member, arena, f);
}
