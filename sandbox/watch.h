/* Watching one cell to its end: bytes, wall clock, death, and what the kernel says
   about the dead. */
#ifndef AL_SANDBOX_WATCH_H
#define AL_SANDBOX_WATCH_H

#include "sandbox/snapshot.h"
#include "sandbox/spawn.h"
#include "sandbox/wire/conversation.h"

#include <stdbool.h>
#include <stdint.h>

struct al_watch {
    /* given */
    uint32_t seconds;            /* wall clock from now */
    int cancel_fd;               /* > 0: readable means give up */
    struct al_snapshot *const *idle; /* hashed while there is nothing to read; may be NULL */
    uint32_t idle_count;
    /* found */
    bool timed_out, cancelled;
    int deaf;                    /* errno of this process's own call that failed while it listened; 0: none */
    bool killed;                 /* by this process, for any reason */
    int cause;                   /* si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: unknown */
    int status;                  /* exit status or signal */
    bool locked;                 /* the kernel says so: filter, no new privileges, no capabilities */
    char evidence[96];           /* what it said, in words */
    uint64_t hello_ns, end_ns;   /* since the start */
};

/* Feeds the conversation until it ends or breaks, ends the cell and reaps it in every
   case, and closes the child's descriptors. */
void al_watch_take(struct al_watch *w, struct al_child *child, struct al_conversation *talk);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t al_now_ns(void);

#endif
