/* What libraries ask of the kernel once, asked before the lock. */
#include "sandbox/cell/cell.h"

#include "loader/hdf5/tree.h"
#include "loader/zip/archive.h"

#include <errno.h>
#include <jansson.h>
#include <sys/auxv.h>

/* APPNOTE.TXT 4.3.6: a local header, or the end record of an empty archive. */
static bool looks_like_zip(const struct al_input *input)
{
    return input->bytes != NULL && input->size >= 4 && memcmp(input->bytes, "PK", 2) == 0;
}

int al_cell_warm(const struct al_cell *cell)
{
    for (uint32_t i = 0; i < cell->job.input_count && !al_zip_library_is_open(); i++)
        if (looks_like_zip(&cell->inputs[i]) && al_zip_library_open(NULL) != AL_OK)
            return ENOENT;
    /* jansson would open /dev/urandom at its first object. The kernel gave every process 16 random
       bytes at its start; a seed nobody can guess keeps hash tables from being made to collide */
    size_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL)
        memcpy(&seed, random, sizeof seed);
    json_object_seed(seed != 0 ? seed : 1);
    return al_h5_library_warm() ? 0 : ENOMEM;
}
