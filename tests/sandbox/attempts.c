/* See attempts.h. System calls are made by number, so that what is tried is the kernel
   and not the C library. */
#include "tests/sandbox/attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { PIPE = 3, PAGE = 4096, UFFD_USER_MODE_ONLY = 1 };

static struct bait bait;
static pid_t parent, self;
static int parent_pidfd, file;
static char parent_environ[64], parent_memory[64];
static char page[PAGE] __attribute__((aligned(PAGE)));
static struct stat user_namespace, mount_namespace, uts_namespace;

void prepare_attempts(const struct bait *given)
{
    bait = *given;
    parent = getppid();
    self = getpid();
    parent_pidfd = (int)syscall(SYS_pidfd_open, parent, 0);
    file = memfd_create("attempts", 0);
    (void)snprintf(parent_environ, sizeof parent_environ, "/proc/%ld/environ", (long)parent);
    (void)snprintf(parent_memory, sizeof parent_memory, "/proc/%ld/mem", (long)parent);
    sigset_t queued;
    (void)sigemptyset(&queued);
    (void)sigaddset(&queued, SIGRTMIN + 1);
    (void)sigprocmask(SIG_BLOCK, &queued, NULL);
    (void)stat("/proc/self/ns/user", &user_namespace);
    (void)stat("/proc/self/ns/mnt", &mount_namespace);
    (void)stat("/proc/self/ns/uts", &uts_namespace);
}

static int code_of(long result)
{
    return result < 0 ? errno : 0;
}

#define CALL(...) code_of(syscall(__VA_ARGS__))

/* ---- files ---- */

static int open_path(const char *path, int flags)
{
    return CALL(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static int use_left_open(void)
{
    return CALL(SYS_fcntl, LEFT_OPEN, F_GETFD);
}

static int open_passwd(void)
{
    return open_path("/etc/passwd", O_RDONLY);
}

static int open_parent_environ(void)
{
    return open_path(parent_environ, O_RDONLY);
}

static int open_parent_memory(void)
{
    return open_path(parent_memory, O_RDONLY);
}

static int open_own_maps(void)
{
    return open_path("/proc/self/maps", O_RDONLY);
}

static int make_file(void)
{
    return open_path("/tmp", O_TMPFILE | O_RDWR);
}

static int make_directory(void)
{
    int code = CALL(SYS_mkdirat, AT_FDCWD, "/tmp/airlock-attempt", 0700);
    (void)rmdir("/tmp/airlock-attempt");
    return code;
}

static int run_true(void)
{
    static const char *const arguments[] = {"true", NULL};
    return CALL(SYS_execve, "/bin/true", arguments, NULL);
}

static int run_again(void)
{
    static const char *const arguments[] = {"done", NULL};
    return CALL(SYS_execve, "/proc/self/exe", arguments, NULL);
}

static int run_privileged(void)
{
    static const char *const arguments[] = {"privileged", NULL};
    return CALL(SYS_execveat, LEFT_PROGRAM, "", arguments, NULL, AT_EMPTY_PATH);
}

static int grow_file(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    return CALL(SYS_pwrite64, file, "x", 1L, 0L);
}

/* ---- network ---- */

static int connect_to(int family, int type, const void *address, socklen_t size)
{
    long fd = syscall(SYS_socket, family, type, 0);
    return fd < 0 ? errno : CALL(SYS_connect, fd, address, size);
}

static int reach_tcp(void)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)bait.port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return connect_to(AF_INET, SOCK_STREAM, &there, sizeof there);
}

static int reach_udp(void)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return connect_to(AF_INET, SOCK_DGRAM, &there, sizeof there);
}

static int reach_abstract(void)
{
    struct sockaddr_un there = {.sun_family = AF_UNIX};
    memcpy(there.sun_path + 1, bait.abstract, strlen(bait.abstract));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(bait.abstract));
    return connect_to(AF_UNIX, SOCK_STREAM, &there, size);
}

static int reach_queue(void)
{
    return CALL(SYS_msgget, bait.queue, 0);
}

/* ---- processes ---- */

static int signal_parent(void)
{
    return CALL(SYS_kill, parent, 0);
}

static int signal_thread(void)
{
    return CALL(SYS_tgkill, parent, parent, 0);
}

static int signal_pidfd(void)
{
    return CALL(SYS_pidfd_send_signal, parent_pidfd, 0, NULL, 0);
}

static int queue_signal(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return CALL(SYS_rt_sigqueueinfo, self, SIGRTMIN + 1, &info);
}

static int trace_parent(void)
{
    int code = CALL(SYS_ptrace, PTRACE_SEIZE, parent, NULL, NULL);
    (void)syscall(SYS_ptrace, PTRACE_DETACH, parent, NULL, NULL);
    return code;
}

static int read_parent(void)
{
    struct iovec here = {page, 8}, there = {(void *)bait.address, 8};
    return CALL(SYS_process_vm_readv, parent, &here, 1, &there, 1, 0);
}

static int take_descriptor(void)
{
    return CALL(SYS_pidfd_getfd, parent_pidfd, 0, 0);
}

static int limit_parent(void)
{
    struct rlimit now;
    return CALL(SYS_prlimit64, parent, RLIMIT_CORE, NULL, &now);
}

/* In the child too: it goes at once. */
static int after_fork(long pid)
{
    int code = code_of(pid);
    if (pid == 0)
        (void)syscall(SYS_exit_group, 0);
    if (pid > 0)
        (void)syscall(SYS_wait4, pid, NULL, __WALL, NULL);
    return code;
}

static int start_process(void)
{
    return after_fork(syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L));
}

static int start_process_anew(void)
{
    uint64_t arguments[8] = {[4] = SIGCHLD};
    return after_fork(syscall(SYS_clone3, arguments, sizeof arguments));
}

static int end_thread(void *unused)
{
    (void)unused;
    (void)syscall(SYS_exit, 0L);
    return 0;
}

static int start_thread(void)
{
    static char stack[8 * PAGE] __attribute__((aligned(16)));
    enum { FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD };
    int code = code_of(clone(end_thread, stack + sizeof stack, FLAGS, NULL));
    (void)usleep(1000);
    return code;
}

/* ---- memory ---- */

static int execute_page(void)
{
    page[0] = 'x';
    return CALL(SYS_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
}

static int map_executable(void)
{
    return CALL(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
}

static int map_shared(void)
{
    return CALL(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0L);
}

static int map_over_itself(void)
{
    return CALL(SYS_mmap, page, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0L);
}

static int map_much(void)
{
    return CALL(SYS_mmap, NULL, 1L << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
}

static int unmap(void)
{
    return CALL(SYS_munmap, page, PAGE);
}

static int move_break(void)
{
    long now = syscall(SYS_brk, 0L);
    return now != 0 && syscall(SYS_brk, now + PAGE) == now + PAGE ? 0 : ANSWERED_ONLY;
}

static int lock_memory(void)
{
    return CALL(SYS_mlock, page, PAGE);
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
    return write_from((const void *)(UINTPTR_MAX - PAGE + 1), 1);
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
    struct iovec nothing = {page, 0};
    return CALL(SYS_writev, PIPE, &nothing, 1L);
}

static int splice_in(void)
{
    struct iovec nothing = {page, 0};
    return CALL(SYS_vmsplice, PIPE, &nothing, 1L, 0);
}

static int send_file(void)
{
    return CALL(SYS_sendfile, PIPE, file, NULL, 1L);
}

static int read_pipe(void)
{
    return CALL(SYS_read, 0, page, 1L);
}

static int tell_terminal(void)
{
    return CALL(SYS_ioctl, 0, TIOCSTI, page);
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
    return CALL(SYS_bpf, 5 /* BPF_PROG_LOAD */, page, 48);
}

static int count_events(void)
{
    return CALL(SYS_perf_event_open, page, 0, -1, -1, 0);
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

static int is_same(const char *path, const struct stat *before)
{
    struct stat now;
    if (stat(path, &now) != 0)
        return errno;
    return now.st_ino == before->st_ino ? 0 : EXDEV;
}

static int stay_user(void)
{
    return is_same("/proc/self/ns/user", &user_namespace);
}

static int stay_mount(void)
{
    return is_same("/proc/self/ns/mnt", &mount_namespace);
}

static int stay_uts(void)
{
    return is_same("/proc/self/ns/uts", &uts_namespace);
}

static int leave_namespace(void)
{
    return CALL(SYS_unshare, CLONE_NEWUSER);
}

static int be_spared(void)
{
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    (void)!read(fd, text, sizeof text - 1);
    (void)close(fd);
    return atoi(text) == 1000 ? EPERM : 0;
}

static int change_root(void)
{
    return CALL(SYS_chroot, "/");
}

static int rename_host(void)
{
    return CALL(SYS_sethostname, "x", 1L);
}

static int forget_no_new_privs(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 0 ? 0 : CALL(SYS_prctl, PR_SET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L);
}

static int dump_core(void)
{
    struct rlimit core;
    if (prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) == 0)
        return EPERM;
    return getrlimit(RLIMIT_CORE, &core) != 0 ? errno : 0;
}

static int raise_limit(void)
{
    const struct rlimit some = {16, 16};
    return CALL(SYS_prlimit64, 0, RLIMIT_NOFILE, &some, NULL);
}

static int open_null(void)
{
    return open_path("/dev/null", O_RDONLY);
}

const struct attempt attempts[] = {
    {AL_STEP_DESCRIPTORS, "use a descriptor that the parent left open", use_left_open, ANYWHERE, false},
    {AL_STEP_OOM_SCORE, "be spared when memory runs out", be_spared, ANYWHERE, false},
    {AL_STEP_USER_NAMESPACE, "stay in the host's user namespace", stay_user, ANYWHERE, false},
    {AL_STEP_NETWORK_NAMESPACE, "reach the parent's TCP port", reach_tcp, ANYWHERE, false},
    {AL_STEP_NETWORK_NAMESPACE, "send to 127.0.0.1", reach_udp, ANYWHERE, false},
    {AL_STEP_NETWORK_NAMESPACE, "reach the parent's abstract socket", reach_abstract, ANYWHERE, false},
    {AL_STEP_OTHER_NAMESPACES, "open the parent's message queue", reach_queue, ANYWHERE, false},
    {AL_STEP_OTHER_NAMESPACES, "stay in the host's mount namespace", stay_mount, ANYWHERE, false},
    {AL_STEP_OTHER_NAMESPACES, "stay in the host's UTS namespace", stay_uts, ANYWHERE, false},
    {AL_STEP_NO_NEW_PRIVS, "become root by a set-user-id program", run_privileged, ANYWHERE, false},
    {AL_STEP_NO_NEW_PRIVS, "allow new privileges again", forget_no_new_privs, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "open /etc/passwd", open_passwd, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "open the parent's environment in /proc", open_parent_environ, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "open the parent's memory in /proc", open_parent_memory, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "open its own map in /proc", open_own_maps, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "make a file in /tmp", make_file, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "make a directory in /tmp", make_directory, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "run /bin/true", run_true, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "run itself again", run_again, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "connect to the parent's TCP port", reach_tcp, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "connect to the parent's abstract socket", reach_abstract, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "signal the parent (kill)", signal_parent, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "signal the parent (tgkill)", signal_thread, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "signal the parent (pidfd)", signal_pidfd, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "trace the parent (ptrace)", trace_parent, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "read the parent's memory (process_vm_readv)", read_parent, ANYWHERE, false},
    {AL_STEP_LANDLOCK, "take a descriptor of the parent's (pidfd_getfd)", take_descriptor, ANYWHERE, false},
    {AL_STEP_CAPABILITIES, "chroot, as root of its namespace", change_root, IN_NAMESPACE, false},
    {AL_STEP_CAPABILITIES, "rename the host, as root of its namespace", rename_host, IN_NAMESPACE, false},
    {AL_STEP_MDWE, "make a written page executable", execute_page, ANYWHERE, false},
    {AL_STEP_MDWE, "map a page to write and execute", map_executable, ANYWHERE, true},
    {AL_STEP_NOT_DUMPABLE, "leave a core", dump_core, ANYWHERE, false},
    {AL_STEP_RLIMITS, "open /dev/null", open_null, ANYWHERE, false},
    {AL_STEP_RLIMITS, "start a process", start_process, ANYWHERE, false},
    {AL_STEP_RLIMITS, "let a file grow", grow_file, ANYWHERE, false},
    {AL_STEP_RLIMITS, "lock memory", lock_memory, ANYWHERE, false},
    {AL_STEP_RLIMITS, "queue a real-time signal", queue_signal, ANYWHERE, false},
    {AL_STEP_RLIMITS, "map 1 TiB", map_much, ANYWHERE, true},
    {AL_STEP_RLIMITS, "raise a limit again", raise_limit, ANYWHERE, false},
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
const unsigned attempt_count = sizeof attempts / sizeof attempts[0];
