/* Attempts that a layer below the filter must stop by itself; see attempts.h. */
#include "tests/sandbox/attempts_inside.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

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
    return open_path(here.parent_environ, O_RDONLY);
}

static int open_parent_memory(void)
{
    return open_path(here.parent_memory, O_RDONLY);
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
    return CALL(SYS_pwrite64, here.file, "x", 1L, 0L);
}

/* ---- network ---- */

static int connect_to(int family, int type, const void *address, socklen_t size)
{
    long fd = syscall(SYS_socket, family, type, 0);
    return fd < 0 ? errno : CALL(SYS_connect, fd, address, size);
}

static int reach_tcp(void)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)here.bait.port),
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
    memcpy(there.sun_path + 1, here.bait.abstract, strlen(here.bait.abstract));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(here.bait.abstract));
    return connect_to(AF_UNIX, SOCK_STREAM, &there, size);
}

static int reach_queue(void)
{
    return CALL(SYS_msgget, here.bait.queue, 0);
}

/* ---- processes ---- */

static int signal_parent(void)
{
    return CALL(SYS_kill, here.parent, 0);
}

static int signal_thread(void)
{
    return CALL(SYS_tgkill, here.parent, here.parent, 0);
}

static int signal_pidfd(void)
{
    return CALL(SYS_pidfd_send_signal, here.parent_pidfd, 0, NULL, 0);
}

static int queue_signal(void)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return CALL(SYS_rt_sigqueueinfo, here.self, SIGRTMIN + 1, &info);
}

static int trace_parent(void)
{
    int code = CALL(SYS_ptrace, PTRACE_SEIZE, here.parent, NULL, NULL);
    (void)syscall(SYS_ptrace, PTRACE_DETACH, here.parent, NULL, NULL);
    return code;
}

static int read_parent(void)
{
    struct iovec mine = {attempt_page, 8}, there = {(void *)here.bait.address, 8};
    return CALL(SYS_process_vm_readv, here.parent, &mine, 1, &there, 1, 0);
}

static int take_descriptor(void)
{
    return CALL(SYS_pidfd_getfd, here.parent_pidfd, 0, 0);
}

static int start_process(void)
{
    return attempt_after_fork(syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L));
}

/* ---- memory ---- */

static int execute_page(void)
{
    attempt_page[0] = 'x';
    return CALL(SYS_mprotect, attempt_page, ATTEMPT_PAGE, PROT_READ | PROT_EXEC);
}

static int map_executable(void)
{
    enum { ALL = PROT_READ | PROT_WRITE | PROT_EXEC };
    return CALL(SYS_mmap, NULL, ATTEMPT_PAGE, ALL, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
}

static int map_much(void)
{
    return CALL(SYS_mmap, NULL, 1L << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
}

static int lock_memory(void)
{
    return CALL(SYS_mlock, attempt_page, ATTEMPT_PAGE);
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
    return is_same("/proc/self/ns/user", &here.user_namespace);
}

static int stay_mount(void)
{
    return is_same("/proc/self/ns/mnt", &here.mount_namespace);
}

static int stay_uts(void)
{
    return is_same("/proc/self/ns/uts", &here.uts_namespace);
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

const struct attempt layer_attempts[] = {
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
};
const unsigned layer_attempt_count = sizeof layer_attempts / sizeof layer_attempts[0];
