/* The one error style of the whole tree: a status, and where and why in words.
   Nothing below the command line prints, exits or aborts on input. */
#ifndef AL_BASE_STATUS_H
#define AL_BASE_STATUS_H

#include "include/airlock.h" /* enum al_status, struct al_error: callers of the library see them too */

#include <stdint.h>

/* Records the failure and returns `code`, so that callers can write
   `return al_fail(err, AL_IO, 0, "open: %s", …)`. `err` may be NULL. */
enum al_status al_fail(struct al_error *err, enum al_status code, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
