/* Makes one system call of a process fail: the kernel asks this process about each
   (seccomp user notification, Linux 5.5), it counts them, and answers one with an errno. */
#ifndef AL_TESTS_SANDBOX_CALLS_H
#define AL_TESTS_SANDBOX_CALLS_H

#include <stdbool.h>
#include <stddef.h>

enum whose { PARENTS, CELLS };

struct calls {
    /* given */
    enum whose whose;   /* which process's calls count: the subject's own, or its children's */
    size_t failing;     /* the number of the one that fails, from 1; 0: none */
    int code;           /* the errno */
    int (*subject)(void *); /* runs in a process of its own; its result is the exit status */
    void *argument;
    bool from_sigaction; /* counts from the first rt_sigaction on: a program's own, not its loader's */
    /* found */
    size_t count;       /* how many there were to fail */
    long failed;        /* the number of the call that failed; -1: none */
    int status;         /* as waitpid gives it; of a subject that hung and was killed: -1 */
};

/* Runs the subject to its end and waits until no process of it is left. */
void run_with_failing_call(struct calls *c);

/* For a subject: its calls count between these two; without them all of them do. */
void begin_counting(void);
void end_counting(void);

#endif
