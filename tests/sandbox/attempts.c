/* See attempts.h: where a cell looks before it makes its attempt, and the two tables as one. */
#include "tests/sandbox/attempts_inside.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct surroundings here;
char attempt_page[ATTEMPT_PAGE] __attribute__((aligned(ATTEMPT_PAGE)));

void prepare_attempts(const struct bait *given)
{
    here.bait = *given;
    here.parent = getppid();
    here.self = getpid();
    here.parent_pidfd = (int)syscall(SYS_pidfd_open, here.parent, 0);
    here.file = memfd_create("attempts", 0);
    (void)snprintf(here.parent_environ, sizeof here.parent_environ, "/proc/%ld/environ", (long)here.parent);
    (void)snprintf(here.parent_memory, sizeof here.parent_memory, "/proc/%ld/mem", (long)here.parent);
    sigset_t queued;
    (void)sigemptyset(&queued);
    (void)sigaddset(&queued, SIGRTMIN + 1);
    (void)sigprocmask(SIG_BLOCK, &queued, NULL);
    (void)stat("/proc/self/ns/user", &here.user_namespace);
    (void)stat("/proc/self/ns/mnt", &here.mount_namespace);
    (void)stat("/proc/self/ns/uts", &here.uts_namespace);
}

int attempt_after_fork(long pid)
{
    int code = code_of(pid);
    if (pid == 0)
        (void)syscall(SYS_exit_group, 0);
    if (pid > 0)
        (void)syscall(SYS_wait4, pid, NULL, __WALL, NULL);
    return code;
}

unsigned attempt_count(void)
{
    return layer_attempt_count + filter_attempt_count;
}

const struct attempt *attempt_at(unsigned number)
{
    return number < layer_attempt_count ? &layer_attempts[number] : &filter_attempts[number - layer_attempt_count];
}
