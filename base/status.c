/* Filling struct al_error: kept apart so that every room can report failures
   without knowing who will read them. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

enum al_status al_fail(struct al_error *err, enum al_status code, uint64_t offset, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        err->offset = offset;
        (void)vsnprintf(err->what, sizeof err->what, format, args);
        va_end(args);
    }
    return code;
}

const char *al_status_word(enum al_status code)
{
    switch (code) {
    case AL_OK: return "ok";
    case AL_REFUSED: return "refused";
    case AL_NO_MEMORY: return "no memory";
    case AL_LIMIT: return "limit reached";
    case AL_IO: return "input or output failed";
    case AL_TIMED_OUT: return "timed out";
    case AL_HOST: return "host too weak";
    case AL_USAGE: return "wrong usage";
    case AL_INTERNAL: return "internal error";
    }
    return "unknown status";
}
