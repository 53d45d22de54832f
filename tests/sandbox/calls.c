/* See calls.h. */
#include "tests/sandbox/calls.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, PIDS = 64, PIPE = 3 };

/* What subject and supervisor share: no call is needed to tell each other. */
static struct shared {
    volatile int listener;
    volatile bool counting;
} *shared;

void begin_counting(void)
{
    shared->counting = true;
}

void end_counting(void)
{
    shared->counting = false;
}

static void be_asked_about(void)
{
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)};
    const struct sock_fprog program = {.len = 1, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
        _exit(90);
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    shared->listener = (int)fd;
}

/* The process of a thread. */
static pid_t process_of(pid_t thread)
{
    static struct {
        pid_t thread, process;
    } known[PIDS];
    size_t at = (size_t)thread % PIDS;
    if (known[at].thread == thread)
        return known[at].process;
    char path[64], line[128];
    long process = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/status", (long)thread);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL && sscanf(line, "Tgid: %ld", &process) != 1) {
    }
    if (file != NULL)
        (void)fclose(file);
    known[at].thread = thread;
    known[at].process = (pid_t)process;
    return (pid_t)process;
}

/* Calls that the kernel never fails (brk answers with the break, close frees the descriptor
   whatever it answers), so that the C library is not ready for it; and getrandom, without
   which libsodium ends its process. */
static bool cannot_fail(const struct seccomp_data *d, int code)
{
    switch (d->nr) {
    case SYS_waitid:
        return code != EINTR; /* of a child that there is */
    case SYS_brk:
    case SYS_close:
    case SYS_exit:
    case SYS_exit_group:
    case SYS_rt_sigreturn:
    case SYS_futex:
    case SYS_getrandom:
    case SYS_set_robust_list:
    case SYS_rseq:
    case SYS_set_tid_address:
        return true;
    default:
        return false;
    }
}

static bool is_counted(struct calls *c, const struct seccomp_notif *asked, pid_t subject)
{
    bool own = process_of((pid_t)asked->pid) == subject;
    if (c->from_sigaction && own && asked->data.nr == SYS_rt_sigaction)
        shared->counting = true;
    if (!shared->counting || cannot_fail(&asked->data, c->code) || own != (c->whose == PARENTS))
        return false;
    /* a locked cell's words to its parent: the pipe does not fail while the parent listens */
    return own || asked->data.nr != SYS_write || asked->data.args[0] != PIPE;
}

/* False where there is nobody left to ask. */
static bool answer_one(struct calls *c, int listener, pid_t subject)
{
    struct seccomp_notif asked = {0};
    struct pollfd fd = {.fd = listener, .events = POLLIN};
    int n = poll(&fd, 1, PATIENCE_MS);
    if (n == 0) {
        (void)kill(subject, SIGKILL);
        c->status = -1;
        return false;
    }
    if ((fd.revents & POLLIN) == 0)
        return false;
    /* the asker may have been killed meanwhile */
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return true;
    struct seccomp_notif_resp answer = {.id = asked.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (is_counted(c, &asked, subject) && ++c->count == c->failing) {
        answer.flags = 0;
        answer.error = -c->code;
        c->failed = asked.data.nr;
    }
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return true;
}

static int listener_of(pid_t subject)
{
    int status, pidfd = (int)syscall(SYS_pidfd_open, subject, 0);
    assert_true(pidfd >= 0);
    while (shared->listener < 0) {
        if (waitpid(subject, &status, WNOHANG) != 0)
            fail_msg("the subject could not set its filter");
        (void)usleep(100);
    }
    int fd = (int)syscall(SYS_pidfd_getfd, pidfd, shared->listener, 0);
    (void)close(pidfd);
    assert_true(fd >= 0);
    return fd;
}

void run_with_failing_call(struct calls *c)
{
    if (shared == NULL)
        shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    shared->listener = -1;
    shared->counting = false;
    c->count = 0;
    c->failed = -1;
    c->status = 0;
    pid_t subject = fork();
    if (subject == 0) {
        be_asked_about();
        int status = c->subject(c->argument);
        (void)syscall(SYS_exit_group, status);
    }
    int listener = listener_of(subject), status = 0;
    while (answer_one(c, listener, subject)) {
    }
    assert_int_equal(waitpid(subject, &status, 0), subject);
    if (c->status == 0)
        c->status = status;
    (void)close(listener);
}
