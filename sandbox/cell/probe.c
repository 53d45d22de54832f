/* airlock-probe: locked by the cell's own code, and then it tries to get out.
   `airlock doctor` runs it once for each thing to try. */
#include "sandbox/probe.h"

#include "sandbox/cell/cell.h"
#include "sandbox/contract.h"
#include "sandbox/lockdown/lockdown.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

noreturn static void say(int answer, int attempt)
{
    uint8_t room[AL_PROBE_WORDS];
    struct al_buffer b = {.data = room, .room = sizeof room, .cap = sizeof room};
    al_buffer_u32(&b, (uint32_t)answer);
    al_buffer_u32(&b, (uint32_t)attempt);
    (void)!write(AL_CELL_PIPE, b.data, b.size);
    _exit(AL_EXIT_DONE);
}

static int code_of(long result)
{
    return result < 0 ? errno : 0;
}

/* ---- in a cell locked whole ---- */

static char page[4096] __attribute__((aligned(4096)));

static int by_other_abi(void)
{
#if defined(__x86_64__)
    long result;
    /* i386: 20 is getpid */
    __asm__ volatile("int $0x80" : "=a"(result) : "0"(20L) : "memory", "r8", "r9", "r10", "r11");
    return result > 0 ? 0 : ENOSYS;
#else
    return ENOSYS;
#endif
}

static int try_locked(enum al_probe probe)
{
    switch ((int)probe) {
    case AL_PROBE_OPEN:
        return code_of(syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
    case AL_PROBE_SOCKET:
        return code_of(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
    case AL_PROBE_WRITE_ELSEWHERE:
        return code_of(syscall(SYS_write, STDERR_FILENO, "x", 1));
    case AL_PROBE_FORK:
        return code_of(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    case AL_PROBE_SIGNAL_PARENT:
        return code_of(syscall(SYS_kill, getppid(), 0));
    case AL_PROBE_EXECUTABLE_PAGE:
        return code_of(syscall(SYS_mprotect, page, sizeof page, PROT_READ | PROT_EXEC));
    case AL_PROBE_OTHER_ABI:
        return by_other_abi();
    default:
        return ENOSYS;
    }
}

/* ---- with one layer only ---- */

static int try_descriptors(void)
{
    /* the parent left this one open on purpose */
    return code_of(fcntl(AL_PROBE_CANARY_FD, F_GETFD));
}

static int try_network(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? errno : code_of(connect(fd, (const struct sockaddr *)&here, sizeof here));
}

/* Which user namespace this process is in; 0 where /proc does not say. */
static ino_t user_namespace(void)
{
    struct stat st;
    return stat("/proc/self/ns/user", &st) == 0 ? st.st_ino : 0;
}

static int try_dumpable(void)
{
    return prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) == 0 ? EPERM : 0;
}

noreturn static void try_layer(struct al_cell *cell)
{
    int answers[AL_STEP_COUNT] = {0}, answer = 0;
    ino_t before;
    switch ((int)cell->job.probe) {
    case AL_PROBE_DESCRIPTORS:
        answer = al_lock_descriptors(AL_CELL_INPUTS);
        say(answer, try_descriptors());
    case AL_PROBE_RLIMITS:
        answer = al_lock_rlimits(cell->job.seconds, UINT64_C(1) << 40);
        say(answer, code_of(open("/dev/null", O_RDONLY | O_CLOEXEC)));
    case AL_PROBE_LANDLOCK:
        (void)al_lock_no_new_privs(); /* without it, restricting oneself is for root only */
        answer = al_lock_landlock();
        say(answer, code_of(open("/etc/passwd", O_RDONLY | O_CLOEXEC)));
    case AL_PROBE_USER_NAMESPACE:
        before = user_namespace();
        al_lock_namespaces(answers);
        say(answers[AL_STEP_USER_NAMESPACE], user_namespace() == before ? 0 : EPERM);
    case AL_PROBE_NETWORK_NAMESPACE:
        al_lock_namespaces(answers);
        say(answers[AL_STEP_NETWORK_NAMESPACE], try_network());
    case AL_PROBE_CAPABILITIES:
        answer = al_lock_capabilities();
        say(answer, code_of(chroot("/")));
    case AL_PROBE_MDWE:
        answer = al_lock_mdwe();
        say(answer, code_of(mprotect(page, sizeof page, PROT_READ | PROT_EXEC)));
    case AL_PROBE_NOT_DUMPABLE:
        answer = al_lock_not_dumpable();
        say(answer, try_dumpable());
    default:
        _exit(AL_EXIT_NO_JOB);
    }
}

int main(void)
{
    static struct al_cell cell;
    if (!al_cell_read_job(&cell))
        _exit(AL_EXIT_NO_JOB);
    if (cell.job.probe >= AL_PROBE_LAYERS)
        try_layer(&cell);
    al_cell_lock(&cell);
    bool tries = cell.job.probe != AL_PROBE_ANSWER;
    say(cell.answers[AL_STEP_SECCOMP], tries ? try_locked((enum al_probe)cell.job.probe) : 0);
}
