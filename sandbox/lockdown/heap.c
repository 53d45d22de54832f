/* A heap of fixed size: glibc's malloc keeps what it once had, and the filter gives
   it no more. Pages are the kernel's until they are touched, so a large budget
   costs nothing. */
#include "sandbox/lockdown/lockdown.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

enum { LEAST = 16 << 20 };

static int grow(size_t size)
{
    const char *before = sbrk(0);
    /* volatile: a compiler may remove an allocation that is only freed */
    void *volatile block = malloc(size);
    if (block == NULL)
        return ENOMEM;
    free(block);
    const char *after = sbrk(0);
    /* malloc can have answered from somewhere that the filter would not keep */
    return after >= before && (size_t)(after - before) >= size / 2 ? 0 : ENOMEM;
}

int al_lock_heap(size_t *size)
{
    if (mallopt(M_MMAP_MAX, 0) == 0 || mallopt(M_TRIM_THRESHOLD, -1) == 0 || mallopt(M_TOP_PAD, 0) == 0
        || mallopt(M_ARENA_MAX, 1) == 0)
        return EINVAL;
    int code = grow(*size);
    while (code == ENOMEM && *size / 2 >= LEAST) {
        *size /= 2;
        code = grow(*size);
    }
    return code;
}
