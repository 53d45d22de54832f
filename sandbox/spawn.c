/* clone with CLONE_VM and CLONE_VFORK, as posix_spawn does it: the cost does not grow
   with the parent's memory. Done here rather than by posix_spawn because the program is
   run from its descriptor, never from a path that may have changed, and because the
   pidfd comes without a race. */
#include "sandbox/spawn.h"

#include "sandbox/contract.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
/* ThreadSanitizer takes clone for a fork and looks away from then on; the C library's other
   name for it is not watched. */
extern int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif
#define IN_THE_CHILD __attribute__((no_sanitize("address", "undefined", "thread")))

enum { STACK_BYTES = 64 << 10, PIPE_BYTES = 1 << 20 };

/* Descriptors in the order of their places in the cell: three times /dev/null, pipe,
   job, inputs. Last, without a place, the program. */
struct launch {
    int *fds;       /* places + 1 */
    uint32_t places;
    int error;      /* the child shares this process's memory until it execs */
};

/* By number: what watches the C library's calls would take these for the parent's, whose
   memory this is. First everything is lifted above the places, so that no descriptor is overwritten
   that is still needed; but only what lies too low, because a host may have few. */
IN_THE_CHILD static int arrange(struct launch *l)
{
    for (uint32_t i = 0; i <= l->places; i++) {
        if (l->fds[i] < (int)l->places)
            l->fds[i] = (int)syscall(SYS_fcntl, l->fds[i], F_DUPFD_CLOEXEC, l->places);
        if (l->fds[i] < 0)
            return errno;
    }
    for (uint32_t i = 0; i < l->places; i++)
        if (syscall(SYS_dup3, l->fds[i], i, 0) < 0)
            return errno;
    return 0;
}

/* Runs on a stack of its own, in the parent's memory: no locks, no allocation, no
   handlers (signals are blocked), and it never returns to the parent's code. */
IN_THE_CHILD static int child(void *argument)
{
    struct launch *l = argument;
    static const char *const arguments[] = {"airlock-cell", NULL};
    static const char *const environment[] = {"LC_ALL=C", "TZ=UTC0", NULL};
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int s = 1; s < NSIG; s++)
        (void)sigaction(s, &standard, NULL);
    sigset_t none;
    (void)sigemptyset(&none);
    l->error = arrange(l);
    if (l->error == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
        (void)syscall(SYS_execveat, l->fds[l->places], "", arguments, environment, AT_EMPTY_PATH);
        l->error = errno;
    }
    _exit(127);
}

/* 0, or the errno of clone or of what the child could not do. */
static int run(struct al_child *out, struct launch *l)
{
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return errno;
    sigset_t all, before;
    (void)sigfillset(&all);
    /* a handler of the host's must not run in the child, which shares its memory */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    out->pid = clone(child, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, l, &out->pidfd);
    int code = out->pid < 0 ? errno : l->error;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)munmap(stack, STACK_BYTES);
    if (out->pid > 0 && code != 0) {
        siginfo_t info;
        (void)waitid(P_PID, (id_t)out->pid, &info, WEXITED);
        (void)close(out->pidfd);
    }
    return code;
}

enum al_status al_spawn(struct al_child *out, int program, int job, const int *inputs, uint32_t input_count,
                        struct al_error *err)
{
    struct launch l = {.places = AL_CELL_INPUTS + input_count};
    l.fds = calloc((size_t)l.places + 1, sizeof *l.fds);
    int ends[2] = {-1, -1}, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    *out = (struct al_child){.pid = -1, .pidfd = -1, .pipe = -1};
    int code = l.fds == NULL ? ENOMEM : null < 0 || pipe2(ends, O_CLOEXEC) != 0 ? errno : 0;
    if (code == 0) {
        l.fds[0] = l.fds[1] = l.fds[2] = null;
        l.fds[AL_CELL_PIPE] = ends[1];
        l.fds[AL_CELL_JOB] = job;
        for (uint32_t i = 0; i < input_count; i++)
            l.fds[AL_CELL_INPUTS + i] = inputs[i];
        l.fds[l.places] = program;
        /* fewer turns for weights that travel; a host with little room for pipes says no */
        (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
        code = run(out, &l);
    }
    if (code == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        out->pipe = ends[0];
    else if (ends[0] >= 0)
        (void)close(ends[0]);
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (null >= 0)
        (void)close(null);
    free(l.fds);
    return code == 0 ? AL_OK : al_fail(err, AL_HOST, 0, "the cell could not be started: %s", strerrordesc_np(code));
}
