/* Ways out of a cell: what a program in an attacker's hands would try. Each belongs to
   the layer that is there to stop it; test_layers runs each with no layer at all, with
   that layer alone, with all layers but the filter, and in a cell locked whole. */
#ifndef AL_TESTS_SANDBOX_ATTEMPTS_H
#define AL_TESTS_SANDBOX_ATTEMPTS_H

#include "sandbox/lockdown/step.h"

#include <stdbool.h>
#include <stdint.h>

/* What the parent left in a cell's reach on purpose. */
enum {
    LEFT_OPEN = 100,   /* a descriptor that exec does not close */
    LEFT_PROGRAM = 101 /* a set-user-id program, where the tests run as root */
};
struct bait {
    unsigned port;            /* a TCP listener on 127.0.0.1 */
    unsigned long address;    /* of 8 bytes in the parent's memory */
    int queue;                /* key of a System V message queue */
    char abstract[32];        /* name of a listening unix socket */
};

/* Beyond what errno knows: the call was answered as if done, and was not. */
enum { ANSWERED_ONLY = 4000 };

enum attempt_place { ANYWHERE, IN_NAMESPACE /* with all capabilities of a user namespace of its own */ };

struct attempt {
    enum al_step layer;       /* which alone must stop it; AL_STEP_SECCOMP for what only the filter stops */
    const char *what;
    int (*go)(void);          /* 0: it succeeded; an errno, or ANSWERED_ONLY */
    enum attempt_place place;
    bool answered;            /* the filter answers this call instead of killing */
};
const struct attempt *attempt_at(unsigned number);
unsigned attempt_count(void);

/* Before any layer: what attempts compare with, or need. */
void prepare_attempts(const struct bait *bait);

#endif
