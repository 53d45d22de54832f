/* Text that is gathered first and written at the end, because sums stand before it. */
#ifndef AIRLOCK_CLI_GATHER_H
#define AIRLOCK_CLI_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct gathered {
    FILE *stream;           /* what is printed here is kept */
    char *text;
    size_t size;
    uint64_t microseconds;  /* of all files together */
};

/* NULL where memory is short. */
struct gathered *gather_new(void);

/* True when everything was kept: then `text` is whole. To be called once, before the text is used. */
bool gather_close(struct gathered *g);

void gather_free(struct gathered *g);

#endif
