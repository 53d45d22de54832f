/* Which lines of defence this host gives, each proven by trying to break it: a
   probe linked and locked as the cell is does the forbidden thing, and how it dies
   is the proof. */
#ifndef AL_SANDBOX_DOCTOR_H
#define AL_SANDBOX_DOCTOR_H

#include "base/arena.h"
#include "base/status.h"
#include "policy/policy.h"

#include <stddef.h>

struct al_proof {
    enum al_defence defence;
    const char *name;      /* "seccomp", "no-new-privs" …: the word a policy's `require` uses */
    bool held;
    bool always_required;
    const char *proof;     /* what was tried and what the kernel answered, one line */
};

/* Runs the probes (some tens of milliseconds). `*proofs` lives in `arena`. A defence
   that does not hold is not an error; AL_HOST where the probe itself cannot be run. */
enum al_status al_doctor(const struct al_proof **proofs, size_t *count, struct al_arena *arena, struct al_error *err);

#endif
