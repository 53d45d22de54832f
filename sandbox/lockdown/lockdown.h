/* The lock-down, step by step. Each function is one step of step.h and answers 0
   or an errno; none of them reads a byte that an attacker wrote. The cell calls
   them in order; docs/CELL.md says what each gives and which test shows it. */
#ifndef AL_SANDBOX_LOCKDOWN_LOCKDOWN_H
#define AL_SANDBOX_LOCKDOWN_LOCKDOWN_H

#include "sandbox/lockdown/step.h"

#include <stddef.h>
#include <stdint.h>

/* Closes every descriptor from `first` on. */
int al_lock_descriptors(unsigned first);

/* SIGKILL when the parent dies; ESRCH where it is dead already. */
int al_lock_parent_death(uint32_t parent);

/* Puts the process first in the kernel's line when memory runs out. */
int al_lock_oom_score(void);

/* New user, network, ipc, uts and mount namespaces: an empty network, no names of
   the host's. Fills the three answers. */
void al_lock_namespaces(int answers[AL_STEP_COUNT]);

/* No program that is run can give privileges; also what lets an ordinary user
   set a filter. */
int al_lock_no_new_privs(void);

/* No right to any path, port, signal or abstract socket that Landlock knows of. */
int al_lock_landlock(void);

/* No capability, now or after any exec. */
int al_lock_capabilities(void);

/* No memory becomes executable that was not so from the start (memory-deny-write-execute). */
int al_lock_mdwe(void);

/* No core dump, no ptrace, /proc/PID belongs to root. */
int al_lock_not_dumpable(void);

/* No files, processes, descriptors, locked memory, queues; CPU and address space bounded. */
int al_lock_rlimits(uint32_t seconds, uint64_t address_space);

/* Grows malloc's one heap to `*size` bytes, or to half, a quarter … where the host has
   less, and fixes it: later requests beyond it fail. `*size` becomes what was had. */
int al_lock_heap(size_t *size);

/* Asks for mitigations against speculation. Best effort: many hosts decide by themselves. */
int al_lock_speculation(void);

/* The filter of cell_policy.def. After it nothing else can be set up. */
int al_lock_seccomp(void);

#endif
