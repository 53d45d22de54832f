/* Attempts that only the filter stops, and those that it answers; see attempts.h. */
#include "tests/sandbox/attempts_inside.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>

enum { PIPE = 3, UFFD_USER_MODE_ONLY = 1 };

/* ---- processes ---- */

static int limit_parent(void)
{
    struct rlimit now;
    return CALL(SYS_prlimit64, here.parent, RLIMIT_CORE, NULL, &now);
}

static int start_process_anew(void)
{
    uint64_t arguments[8] = {[4] = SIGCHLD};
    return attempt_after_fork(syscall(SYS_clone3, arguments, sizeof arguments));
}

static int end_thread(void *unused)
{
    (void)unused;
    (void)syscall(SYS_exit, 0L);
    return 0;
}

static int start_thread(void)
{
    static char stack[8 * ATTEMPT_PAGE] __attribute__((aligned(16)));
    enum { FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };
    int code = code_of(clone(end_thread, stack + sizeof stack, FLAGS, NULL));
    (void)usleep(1000);
    return code;
}

/* ---- memory ---- */

static int map_shared(void)
{
    return CALL(SYS_mmap, NULL, ATTEMPT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0L);
}

static int map_over_itself(void)
{
    return CALL(SYS_mmap, attempt_page, ATTEMPT_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0L);
}

static int unmap(void)
{
    return CALL(SYS_munmap, attempt_page, ATTEMPT_PAGE);
}

static int move_break(void)
{
    long now = syscall(SYS_brk, 0L);
    return now != 0 && syscall(SYS_brk, now + ATTEMPT_PAGE) == now + ATTEMPT_PAGE ? 0 : ANSWERED_ONLY;
}

static int nap(void)
{
    const struct timespec time = {.tv_nsec = 20000000};
    struct timespec before, after;
    /* these two are read without a system call */
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    long result = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    long ns = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    return result < 0 ? errno : ns >= time.tv_nsec ? 0 : ANSWERED_ONLY;
}

/* ---- the one call that is allowed, and its relatives ---- */

static int write_from(const void *bytes, unsigned long size)
{
    return CALL(SYS_write, PIPE, bytes, size);
}

static int write_null(void)
{
    return write_from(NULL, 1);
}

static int write_kernels(void)
{
    return write_from((const void *)(UINTPTR_MAX - ATTEMPT_PAGE + 1), 1);
}

static int write_past_the_end(void)
{
    return write_from((const void *)(UINTPTR_MAX >> 1), ~0UL);
}

static int write_stderr(void)
{
    return CALL(SYS_write, 2, "", 0L);
}

static int write_vector(void)
{
    struct iovec nothing = {attempt_page, 0};
    return CALL(SYS_writev, PIPE, &nothing, 1L);
}

static int splice_in(void)
{
    struct iovec nothing = {attempt_page, 0};
    return CALL(SYS_vmsplice, PIPE, &nothing, 1L, 0);
}

static int send_file(void)
{
    return CALL(SYS_sendfile, PIPE, here.file, NULL, 1L);
}

static int read_pipe(void)
{
    return CALL(SYS_read, 0, attempt_page, 1L);
}

static int tell_terminal(void)
{
    return CALL(SYS_ioctl, 0, TIOCSTI, attempt_page);
}

/* ---- the kernel's larger surfaces ---- */

static int set_up_uring(void)
{
    char parameters[120] = {0};
    return CALL(SYS_io_uring_setup, 1, parameters);
}

static int handle_faults(void)
{
    return CALL(SYS_userfaultfd, UFFD_USER_MODE_ONLY);
}

static int make_memfd(void)
{
    return CALL(SYS_memfd_create, "x", 0);
}

static int make_secret(void)
{
    return CALL(SYS_memfd_secret, 0);
}

static int load_bpf(void)
{
    return CALL(SYS_bpf, 5 /* BPF_PROG_LOAD */, attempt_page, 48);
}

static int count_events(void)
{
    return CALL(SYS_perf_event_open, attempt_page, 0, -1, -1, 0);
}

static int use_keys(void)
{
    return CALL(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3, 0);
}

static int forge_frame(void)
{
    return CALL(SYS_rt_sigreturn);
}

static int be_dumpable(void)
{
    return CALL(SYS_prctl, PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
}

static struct sock_filter allow_all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
static const struct sock_fprog second = {.len = 1, .filter = allow_all};

static int filter_by_prctl(void)
{
    return CALL(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &second, 0L, 0L);
}

static int filter_by_seccomp(void)
{
    return CALL(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &second);
}

static int filter_that_listens(void)
{
    return CALL(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &second);
}

static int be_strict(void)
{
    return CALL(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
}

/* ---- identity ---- */

static int leave_namespace(void)
{
    return CALL(SYS_unshare, CLONE_NEWUSER);
}

const struct attempt filter_attempts[] = {
    {AL_STEP_SECCOMP, "start a thread", start_thread, ANYWHERE, false},
    {AL_STEP_SECCOMP, "start a process (clone3)", start_process_anew, ANYWHERE, false},
    {AL_STEP_SECCOMP, "enter a user namespace", leave_namespace, ANYWHERE, false},
    {AL_STEP_SECCOMP, "read the parent's limits", limit_parent, ANYWHERE, false},
    {AL_STEP_SECCOMP, "io_uring", set_up_uring, ANYWHERE, false},
    {AL_STEP_SECCOMP, "userfaultfd", handle_faults, ANYWHERE, false},
    {AL_STEP_SECCOMP, "memfd_create", make_memfd, ANYWHERE, false},
    {AL_STEP_SECCOMP, "memfd_secret", make_secret, ANYWHERE, false},
    {AL_STEP_SECCOMP, "bpf", load_bpf, ANYWHERE, false},
    {AL_STEP_SECCOMP, "perf_event_open", count_events, ANYWHERE, false},
    {AL_STEP_SECCOMP, "keyctl", use_keys, ANYWHERE, false},
    {AL_STEP_SECCOMP, "rt_sigreturn with a forged frame", forge_frame, ANYWHERE, false},
    {AL_STEP_SECCOMP, "prctl: be dumpable again", be_dumpable, ANYWHERE, false},
    {AL_STEP_SECCOMP, "prctl: a second filter", filter_by_prctl, ANYWHERE, false},
    {AL_STEP_SECCOMP, "seccomp: a second filter", filter_by_seccomp, ANYWHERE, false},
    {AL_STEP_SECCOMP, "seccomp: a filter with a listener", filter_that_listens, ANYWHERE, false},
    {AL_STEP_SECCOMP, "seccomp: strict mode", be_strict, ANYWHERE, false},
    {AL_STEP_SECCOMP, "map shared memory", map_shared, ANYWHERE, true},
    {AL_STEP_SECCOMP, "map over its own page", map_over_itself, ANYWHERE, true},
    {AL_STEP_SECCOMP, "unmap its own page", unmap, ANYWHERE, false},
    {AL_STEP_SECCOMP, "move the break", move_break, ANYWHERE, true},
    {AL_STEP_SECCOMP, "sleep", nap, ANYWHERE, true},
    {AL_STEP_SECCOMP, "write to the pipe from address 0", write_null, ANYWHERE, true},
    {AL_STEP_SECCOMP, "write to the pipe from the kernel's addresses", write_kernels, ANYWHERE, true},
    {AL_STEP_SECCOMP, "write 2^64 - 1 bytes to the pipe", write_past_the_end, ANYWHERE, true},
    {AL_STEP_SECCOMP, "write to stderr", write_stderr, ANYWHERE, false},
    {AL_STEP_SECCOMP, "writev to the pipe", write_vector, ANYWHERE, false},
    {AL_STEP_SECCOMP, "vmsplice into the pipe", splice_in, ANYWHERE, false},
    {AL_STEP_SECCOMP, "sendfile into the pipe", send_file, ANYWHERE, false},
    {AL_STEP_SECCOMP, "read", read_pipe, ANYWHERE, false},
    {AL_STEP_SECCOMP, "ioctl: type into a terminal", tell_terminal, ANYWHERE, false},
};
const unsigned filter_attempt_count = sizeof filter_attempts / sizeof filter_attempts[0];
