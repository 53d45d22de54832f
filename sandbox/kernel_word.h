/* The kernel's own word about a process that is dead but not reaped. */
#ifndef AL_SANDBOX_KERNEL_WORD_H
#define AL_SANDBOX_KERNEL_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* True where /proc says that `pid` has a seccomp filter, no new privileges and no
   effective or permitted capability. `words` gets what it said. A seccomp mode never
   goes back, and a pid that is not reaped is not used again: no race. */
bool al_kernel_says_locked(pid_t pid, char *words, size_t room);

#endif
