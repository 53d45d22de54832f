/* Writing numpy's files: an .npy of one array, an .npz of several. */
#ifndef AIRLOCK_CLI_NPY_H
#define AIRLOCK_CLI_NPY_H

#include "include/airlock.h"

#include <stdio.h>

/* NEP 1, version 1.0. False where the type has no numpy spelling or the header does not fit;
   a failed write shows when the stream is closed. */
bool npy_write(FILE *stream, const struct al_ndarray *array);

/* A zip of stored members NAME.npy, in order (APPNOTE 6.3.9). False likewise, and above 4 GiB. */
bool npz_write(FILE *stream, const struct al_ndarrays *arrays);

#endif
