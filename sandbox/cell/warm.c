/* What libraries ask of the kernel once, asked before the lock. */
#include "sandbox/cell/cell.h"

#include "loader/hdf5/tree.h"
#include "loader/zip/archive.h"
#include "policy/json.h"

#include <errno.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* glibc's qsort calls sysinfo before its first sort of more than 1024 bytes; ours, the
   validator's and libhdf5's sorts would be killed for it. */
static void warm_sort(void)
{
    int numbers[512] = {1};
    qsort(numbers, sizeof numbers / sizeof numbers[0], sizeof numbers[0], by_value);
}

int al_cell_warm(const struct al_cell *cell)
{
    al_json_warm_up();
    warm_sort();
    for (uint32_t i = 0; i < cell->job.input_count; i++)
        if (al_zip_is(cell->inputs[i].bytes, cell->inputs[i].size) && al_zip_library_open(NULL) != AL_OK)
            return ENOENT;
    return al_h5_library_warm() ? 0 : ENOMEM;
}
