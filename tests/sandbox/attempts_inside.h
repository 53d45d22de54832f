/* What the attempts of both tables share; see attempts.h. System calls are made by number,
   so that what is tried is the kernel and not the C library. */
#ifndef AL_TESTS_SANDBOX_ATTEMPTS_INSIDE_H
#define AL_TESTS_SANDBOX_ATTEMPTS_INSIDE_H

#include "tests/sandbox/attempts.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { ATTEMPT_PAGE = 4096 };

/* Filled by prepare_attempts. */
struct surroundings {
    struct bait bait;
    pid_t parent, self;
    int parent_pidfd, file;
    char parent_environ[64], parent_memory[64];
    struct stat user_namespace, mount_namespace, uts_namespace;
};
extern struct surroundings here;
extern char attempt_page[ATTEMPT_PAGE];

extern const struct attempt layer_attempts[], filter_attempts[];
extern const unsigned layer_attempt_count, filter_attempt_count;

static inline int code_of(long result)
{
    return result < 0 ? errno : 0;
}

#define CALL(...) code_of(syscall(__VA_ARGS__))

/* The errno of a fork; in the child it goes at once. */
int attempt_after_fork(long pid);

#endif
