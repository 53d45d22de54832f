/* The parent's own misfortunes: every allocation fails in turn, every kind of system
   call fails. The verdict may become ERROR; it never becomes a wrong ACCEPT, nothing
   crashes or hangs, and no process, descriptor or byte is left behind. */
#include "tests/sandbox/vetting.h"

#include "sandbox/seal.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- allocations ---- */

/* glibc's own names, which stay when a program brings its own malloc */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static bool counting;
static size_t calls, failing; /* the number of the one that fails; 0: none */

static bool fails(void)
{
    return counting && ++calls == failing;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

struct fixture {
    struct al_policy *policy;
    struct al_arena *arena;
    struct al_findings findings;
    int memfd;
};

/* Snapshot and vetting; what is between is counted. */
static enum al_verdict vet_once(struct fixture *x, bool *judged)
{
    struct al_snapshot *s = NULL;
    struct al_vetted *v = NULL;
    enum al_verdict verdict = AL_VERDICT_ERROR;
    calls = 0;
    counting = true;
    if (al_snapshot_fd_borrow(&s, x->memfd, "test", x->policy, &x->findings, NULL) == AL_OK) {
        const struct al_vet_input input = {AL_ROLE_MODEL, "test", s};
        const struct al_vet_options options = {.digests = true};
        if (al_vet(&v, &input, 1, x->policy, &options) == AL_OK)
            verdict = v->verdict;
    }
    counting = false;
    *judged = v != NULL;
    if (v != NULL)
        assert_int_equal(v->model != NULL, verdict == AL_VERDICT_ACCEPT);
    al_vetted_free(v);
    al_snapshot_free(s);
    return verdict;
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    static const char *const verbs[] = {"accept", "refuse"};
    for (size_t i = 0; i < 2; i++) {
        struct fixture x = {.policy = al_policy_shipped("default"), .arena = al_arena_new(1 << 20)};
        al_findings_init(&x.findings, x.arena, NULL, 10);
        x.policy->limits.memory_bytes = 64 << 20;
        x.memfd = al_memfd("test");
        assert_true(al_write_all(x.memfd, verbs[i], strlen(verbs[i])));
        bool judged;
        failing = 0;
        enum al_verdict honest = vet_once(&x, &judged);
        assert_int_equal(honest, i == 0 ? AL_VERDICT_ACCEPT : AL_VERDICT_REFUSE);
        size_t total = calls, descriptors = count_descriptors(), errors = 0;
        for (size_t n = 1; n <= total; n++) {
            failing = n;
            enum al_verdict verdict = vet_once(&x, &judged);
            assert_true(verdict == AL_VERDICT_ERROR || verdict == honest);
            errors += verdict == AL_VERDICT_ERROR;
            assert_int_equal(count_children(), 0);
            assert_int_equal(count_descriptors(), descriptors);
        }
        (void)fprintf(stderr, "# %s: %zu allocations, %zu of their failures end in ERROR\n", verbs[i], total, errors);
        assert_true(errors > 0);
        (void)close(x.memfd);
        al_arena_free(x.arena);
        al_policy_free(x.policy);
    }
}

/* ---- system calls ---- */

static const struct {
    const char *name;
    long number;
} kinds[] = {
    {"openat", SYS_openat},       {"memfd_create", SYS_memfd_create}, {"write", SYS_write},
    {"sendfile", SYS_sendfile},   {"fcntl", SYS_fcntl},               {"fstat", SYS_newfstatat},
    {"mmap", SYS_mmap},           {"munmap", SYS_munmap},             {"pipe2", SYS_pipe2},
    {"clone", SYS_clone},         {"execveat", SYS_execveat},         {"poll", SYS_poll},
    {"read", SYS_read},           {"waitid", SYS_waitid},             {"close", SYS_close},
    {"dup3", SYS_dup3},           {"rt_sigaction", SYS_rt_sigaction}, {"rt_sigprocmask", SYS_rt_sigprocmask},
    {"pread64", SYS_pread64},     {"getppid", SYS_getppid},           {"readlink", SYS_readlink},
    {"ftruncate", SYS_ftruncate}, {"lseek", SYS_lseek},               {"getpid", SYS_getpid},
};

static void all_calls_fail(long number, int code)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        _exit(90);
}

/* In a process of its own: 0 accept, 1 refuse, 2 error, by the exit status. */
static int vet_without(long number, int code, const char *verb)
{
    pid_t child = fork();
    if (child == 0) {
        struct fixture x = {.policy = al_policy_shipped("default"), .arena = al_arena_new(1 << 20)};
        bool judged;
        al_findings_init(&x.findings, x.arena, NULL, 10);
        x.policy->limits.memory_bytes = 64 << 20;
        x.policy->limits.seconds = 2;
        x.memfd = al_memfd("test");
        if (!al_write_all(x.memfd, verb, strlen(verb)))
            _exit(91);
        failing = 0;
        (void)alarm(10);
        all_calls_fail(number, code);
        enum al_verdict verdict = vet_once(&x, &judged);
        (void)syscall(SYS_exit_group, verdict == AL_VERDICT_ACCEPT ? 0 : verdict == AL_VERDICT_REFUSE ? 1 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status))
        return 100 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

static void every_kind_of_call_fails(void **state)
{
    (void)state;
    static const int codes[] = {ENOMEM, EPERM, ENOSYS, EMFILE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (size_t c = 0; c < sizeof codes / sizeof codes[0]; c++) {
            int good = vet_without(kinds[i].number, codes[c], "accept");
            int bad = vet_without(kinds[i].number, codes[c], "refuse");
            if (c == 0)
                (void)fprintf(stderr, "# without %-14s %d %d\n", kinds[i].name, good, bad);
            if ((good != 0 && good != 2) || (bad != 1 && bad != 2))
                fail_msg("without %s (%s): %d %d", kinds[i].name, strerrorname_np(codes[c]), good, bad);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_in_turn),
        cmocka_unit_test(every_kind_of_call_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
