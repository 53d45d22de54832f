/* Giving out offsets: blocks in the order of their first use go into the lowest gap
   between those still needed. */
#include "inference/plan.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector */

bool al_blocks_place(struct al_block *blocks, uint32_t count, uint64_t *total)
{
    /* those in use now, by offset */
    struct al_block **live = calloc((size_t)count + 1, sizeof *live);
    uint32_t live_count = 0;
    bool fits = live != NULL;
    *total = 0;
    for (uint32_t i = 0; fits && i < count; i++) {
        struct al_block *b = &blocks[i];
        uint32_t kept = 0;
        for (uint32_t k = 0; k < live_count; k++)
            if (live[k]->last >= b->first)
                live[kept++] = live[k];
        live_count = kept;
        uint64_t offset = 0, end;
        uint32_t at = 0;
        for (; at < live_count && live[at]->offset - offset < b->bytes; at++)
            offset = live[at]->offset + live[at]->bytes;
        b->offset = offset;
        fits = al_add_u64(offset, b->bytes, &end) && end < UINT64_MAX - ALIGNMENT;
        memmove(live + at + 1, live + at, (live_count - at) * sizeof *live);
        live[at] = b;
        live_count++;
        if (fits && end > *total)
            *total = end;
    }
    free(live);
    return fits;
}
