/* What libraries ask of the kernel once, asked before the lock. */
#include "sandbox/cell/cell.h"

#include "loader/hdf5/tree.h"

#include <errno.h>
#include <jansson.h>
#include <sys/auxv.h>
#include <time.h>

int al_cell_warm(const struct al_cell *cell)
{
    (void)cell;
    /* jansson would open /dev/urandom at its first object. The kernel gave every process 16 random
       bytes at its start; a seed nobody can guess keeps hash tables from being made to collide */
    size_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL)
        memcpy(&seed, random, sizeof seed);
    json_object_seed(seed != 0 ? seed : 1);
    /* times in zip directories: reads the zone once */
    tzset();
    return al_h5_library_warm() ? 0 : ENOMEM;
}
