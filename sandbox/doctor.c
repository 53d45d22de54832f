/* Each row is one attempt to get out, and what must come of it; see doctor.h. */
#include "sandbox/doctor.h"

#include "base/cursor.h"
#include "sandbox/job.h"
#include "sandbox/kernel_word.h"
#include "sandbox/probe.h"
#include "sandbox/seal.h"
#include "sandbox/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PROBE_SECONDS = 5,
    PROBE_MEMORY = 16 << 20,
    DIES = -1 /* expected instead of an errno: SIGSYS */
};

/* In the order of enum al_defence: rows of one defence stand together. */
static const struct attempt {
    enum al_defence defence;
    enum al_probe probe;
    int expected;       /* an errno, or DIES */
    const char *what;
} attempts[] = {
    {AL_DEFENCE_SECCOMP, AL_PROBE_OPEN, DIES, "openat"},
    {AL_DEFENCE_SECCOMP, AL_PROBE_SOCKET, DIES, "socket"},
    {AL_DEFENCE_SECCOMP, AL_PROBE_WRITE_ELSEWHERE, DIES, "write to stderr"},
    {AL_DEFENCE_SECCOMP, AL_PROBE_FORK, DIES, "clone"},
    {AL_DEFENCE_SECCOMP, AL_PROBE_SIGNAL_PARENT, DIES, "kill"},
    {AL_DEFENCE_SECCOMP, AL_PROBE_EXECUTABLE_PAGE, DIES, "mprotect to executable"},
#if defined(__x86_64__)
    {AL_DEFENCE_SECCOMP, AL_PROBE_OTHER_ABI, DIES, "int 0x80"},
#endif
    {AL_DEFENCE_NO_NEW_PRIVS, AL_PROBE_ANSWER, 0, "the kernel's word about a dead cell"},
    {AL_DEFENCE_DESCRIPTORS, AL_PROBE_DESCRIPTORS, EBADF, "use of a descriptor that the parent left open"},
    {AL_DEFENCE_RLIMITS, AL_PROBE_RLIMITS, EMFILE, "open /dev/null"},
    {AL_DEFENCE_LANDLOCK, AL_PROBE_LANDLOCK, EACCES, "open /etc/passwd"},
    {AL_DEFENCE_USER_NAMESPACE, AL_PROBE_USER_NAMESPACE, EPERM, "staying in the host's user namespace"},
    {AL_DEFENCE_NETWORK_NAMESPACE, AL_PROBE_NETWORK_NAMESPACE, ENETUNREACH, "reach 127.0.0.1"},
    {AL_DEFENCE_CAPABILITIES, AL_PROBE_CAPABILITIES, EPERM, "chroot"},
    {AL_DEFENCE_MDWE, AL_PROBE_MDWE, EACCES, "make a written page executable"},
    {AL_DEFENCE_NOT_DUMPABLE, AL_PROBE_NOT_DUMPABLE, EPERM, "be dumpable"},
};

/* How one probe ended. */
struct outcome {
    bool said;           /* it lived to tell */
    int answer, attempt; /* then: the step's errno and the attempt's */
    int cause, status;   /* si_code, si_status */
    bool locked;
    char evidence[96];
};

static int job_for(enum al_probe probe)
{
    struct al_buffer b;
    al_buffer_init(&b, 4096);
    const struct al_job job = {.parent = (uint32_t)getpid(),
                               .seconds = PROBE_SECONDS,
                               .memory_bytes = PROBE_MEMORY,
                               .output_bytes = AL_PROBE_WORDS,
                               .probe = (uint32_t)probe,
                               .policy = "",
                               .policy_size = 0};
    al_job_write(&b, &job);
    int fd = b.failed ? -1 : al_memfd("airlock-job");
    if (fd >= 0 && (!al_write_all(fd, b.data, b.size) || !al_seal(fd))) {
        (void)close(fd);
        fd = -1;
    }
    al_buffer_free(&b);
    return fd;
}

static void hear_and_bury(struct outcome *o, struct al_child *child)
{
    uint8_t words[AL_PROBE_WORDS];
    struct pollfd fd = {.fd = child->pidfd, .events = POLLIN};
    /* its words fit the pipe: it ends whether they are read or not */
    if (poll(&fd, 1, PROBE_SECONDS * 1000) <= 0)
        (void)syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
    siginfo_t info = {.si_code = 0};
    (void)waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOWAIT);
    o->cause = info.si_code;
    o->status = info.si_status;
    o->locked = al_kernel_says_locked(child->pid, o->evidence, sizeof o->evidence);
    (void)waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED);
    o->said = read(child->pipe, words, sizeof words) == (ssize_t)sizeof words;
    struct al_cursor c = al_cursor_over(words, sizeof words);
    o->answer = (int)al_cursor_u32(&c);
    o->attempt = (int)al_cursor_u32(&c);
    (void)close(child->pipe);
    (void)close(child->pidfd);
}

static enum al_status run(struct outcome *o, int program, enum al_probe probe, struct al_error *err)
{
    int job = job_for(probe);
    if (job < 0)
        return al_fail(err, AL_HOST, 0, "no memory or descriptor for a probe's job");
    /* something for the probe to find, if its descriptors are not closed */
    int canary = probe == AL_PROBE_DESCRIPTORS ? fcntl(job, F_DUPFD, AL_PROBE_CANARY_FD) : -1;
    struct al_child child;
    *o = (struct outcome){.said = false};
    enum al_status status = al_spawn(&child, program, job, NULL, 0, err);
    if (status == AL_OK)
        hear_and_bury(o, &child);
    if (canary >= 0)
        (void)close(canary);
    (void)close(job);
    return status;
}

static const char *word_of(int code)
{
    const char *name = strerrorname_np(code);
    return name != NULL ? name : "an unknown errno";
}

static const char *outcome_of(int code)
{
    return code == 0 ? "succeeded" : word_of(code);
}

/* Whether the attempt failed as it must; appends a clause to the proof. */
static bool judge(const struct attempt *a, const struct outcome *o, struct al_buffer *proof)
{
    if (a->probe == AL_PROBE_ANSWER) {
        al_buffer_format(proof, "%s: %s", a->what, o->evidence);
        return o->locked && o->said;
    }
    if (!o->said && o->cause != CLD_EXITED) {
        const char *name = sigabbrev_np(o->status);
        al_buffer_format(proof, "%s: killed by SIG%s", a->what, name != NULL ? name : "?");
        return a->expected == DIES && o->status == SIGSYS;
    }
    if (!o->said) {
        al_buffer_format(proof, "%s: the probe ended with status %d", a->what, o->status);
        return false;
    }
    if (o->answer != 0) {
        al_buffer_format(proof, "not given by this host: %s", word_of(o->answer));
        return false;
    }
    al_buffer_format(proof, "%s: %s", a->what, outcome_of(o->attempt));
    return o->attempt == a->expected;
}

/* No probe is needed to see that a sealed memfd keeps its bytes. */
static bool prove_sealed(struct al_buffer *proof)
{
    int fd = al_memfd("airlock-doctor");
    bool sealed = fd >= 0 && al_write_all(fd, "x", 1) && al_seal(fd) && al_is_sealed(fd);
    int written = sealed ? (pwrite(fd, "y", 1, 0) < 0 ? errno : 0) : 0;
    int shortened = sealed ? (ftruncate(fd, 0) < 0 ? errno : 0) : 0;
    if (fd >= 0)
        (void)close(fd);
    al_buffer_format(proof, "write to a sealed memfd: %s; shorten it: %s",
                     outcome_of(written), outcome_of(shortened));
    return written == EPERM && shortened == EPERM;
}

static enum al_status prove(struct al_proof *p, int program, struct al_buffer *text, struct al_error *err)
{
    p->held = true;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        struct outcome o;
        if (attempts[i].defence != p->defence)
            continue;
        enum al_status status = run(&o, program, attempts[i].probe, err);
        if (status != AL_OK)
            return status;
        if (text->size > 0)
            al_buffer_text(text, "; ");
        p->held = judge(&attempts[i], &o, text) && p->held;
    }
    if (p->defence == AL_DEFENCE_SEALED)
        p->held = prove_sealed(text);
    return AL_OK;
}

enum al_status al_doctor(const struct al_proof **proofs, size_t *count, struct al_arena *arena, struct al_error *err)
{
    enum { MOST = 32, PROOF_BYTES = 1024 };
    struct al_proof *list = al_arena_alloc(arena, MOST, sizeof *list);
    if (list == NULL)
        return al_fail(err, AL_NO_MEMORY, 0, "no memory for the proofs");
    int program = al_cell_open("airlock-probe", err);
    if (program < 0)
        return AL_HOST;
    enum al_status status = AL_OK;
    *count = 0;
    for (uint32_t bit = 1; bit <= AL_DEFENCE_ALL && status == AL_OK; bit <<= 1) {
        struct al_proof *p = &list[(*count)++];
        struct al_buffer text;
        al_buffer_init(&text, PROOF_BYTES);
        *p = (struct al_proof){.defence = (enum al_defence)bit,
                               .name = al_defence_name(bit),
                               .always_required = (AL_DEFENCE_ALWAYS & bit) != 0};
        status = prove(p, program, &text, err);
        p->proof = al_arena_copy(arena, text.data, text.size);
        if (status == AL_OK && p->proof == NULL)
            status = al_fail(err, AL_NO_MEMORY, 0, "no memory for the proofs");
        al_buffer_free(&text);
    }
    (void)close(program);
    *proofs = list;
    return status;
}
