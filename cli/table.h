/* Arrays as text. */
#ifndef AIRLOCK_CLI_TABLE_H
#define AIRLOCK_CLI_TABLE_H

#include "include/airlock.h"

#include <stdio.h>

/* Name, type and shape, then a line per row of the last dimension; the middle of what is
   long is left out and said to be. */
void table_write(FILE *stream, const struct al_ndarray *array);

#endif
