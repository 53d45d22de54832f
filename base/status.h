/* The one error style of the whole tree: a status, and where and why in words.
   Nothing below the command line prints, exits or aborts on input. */
#ifndef AL_BASE_STATUS_H
#define AL_BASE_STATUS_H

#include <stdint.h>

enum al_status {
    AL_OK = 0,
    AL_REFUSED,     /* the input is not what policy or format allow; findings say why */
    AL_NO_MEMORY,
    AL_LIMIT,       /* a limit of the policy, or its hard ceiling, was reached */
    AL_IO,          /* a system call failed; `what` names it and its errno */
    AL_TIMED_OUT,
    AL_HOST,        /* this host cannot give what is required */
    AL_USAGE,       /* the caller's arguments make no sense together */
    AL_INTERNAL     /* a promise inside Airlock was broken: a bug */
};

/* Filled by the function that fails, once. `offset` is a byte position in the
   input where one applies, else 0. `what` is plain ASCII of our own making:
   text from a file never goes into it unescaped. */
struct al_error {
    enum al_status code;
    uint64_t offset;
    char what[240];
};

/* Records the failure and returns `code`, so that callers can write
   `return al_fail(err, AL_IO, 0, "open: %s", …)`. `err` may be NULL. */
enum al_status al_fail(struct al_error *err, enum al_status code, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The status as a word ("refused", "no memory" …). */
const char *al_status_word(enum al_status code);

#endif
