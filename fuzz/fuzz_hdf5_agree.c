/* The promise behind reading HDF5 twice: on a file that the strict reader has
   accepted, libhdf5 does not crash, does not refuse, and sees the same. */
#include "fuzz/harness.h"

#include "loader/hdf5/tree.h"

#include <stdio.h>

enum { BUDGET = 1 << 26, CAP = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_h5_tree strict, library;
    al_findings_init(&f, arena, NULL, CAP);
    if (al_h5_read_strict(&strict, data, size, "m", arena, &f)) {
        bool agreed = al_h5_read_library(&library, data, size, "m", arena, &f) &&
                      al_h5_agree(&strict, &library, "m", &f);
        if (!agreed && !f.failed) {
            fprintf(stderr, "%s: %s found %s\n", f.list[0].where, f.list[0].message, f.list[0].found);
            AL_MUST(agreed);
        }
    }
    al_arena_free(arena);
    return 0;
}
