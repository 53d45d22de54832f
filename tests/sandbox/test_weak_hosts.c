/* Hosts that give less, played by a filter set before: calls answered as old kernels,
   container profiles and emulators answer them. What is required and missing is never
   accepted; what is missing and not required is reported. */
#include "tests/sandbox/document.h"
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { ANY = -1, MDWE = 65, RULES = 9, NOBODY = 65534, REPORT_BYTES = 64 << 10 };

/* One call, and the errno that this host answers it with. */
struct rule {
    long call;
    long first; /* only with this first argument, or ANY */
    int code;
};

static const struct host {
    const char *name;
    struct rule rules[RULES];
    uint32_t missing;             /* of what is held on a whole host */
    enum al_verdict verdict;
} hosts[] = {
    {"a whole host", {{0}}, 0, AL_VERDICT_ACCEPT},
    {"no namespaces (a container's profile)", {{SYS_unshare, ANY, EPERM}},
     AL_DEFENCE_USER_NAMESPACE | AL_DEFENCE_NETWORK_NAMESPACE, AL_VERDICT_ACCEPT},
    {"a container's whole profile", {{SYS_unshare, ANY, EPERM}, {SYS_setns, ANY, EPERM}, {SYS_mount, ANY, EPERM},
     {SYS_clone3, ANY, ENOSYS}, {SYS_keyctl, ANY, EPERM}, {SYS_bpf, ANY, EPERM}, {SYS_userfaultfd, ANY, EPERM},
     {SYS_io_uring_setup, ANY, EPERM}, {SYS_ptrace, ANY, EPERM}},
     AL_DEFENCE_USER_NAMESPACE | AL_DEFENCE_NETWORK_NAMESPACE, AL_VERDICT_ACCEPT},
    {"no Landlock", {{SYS_landlock_create_ruleset, ANY, ENOSYS}}, AL_DEFENCE_LANDLOCK, AL_VERDICT_ACCEPT},
    {"Landlock switched off", {{SYS_landlock_create_ruleset, ANY, EOPNOTSUPP}}, AL_DEFENCE_LANDLOCK,
     AL_VERDICT_ACCEPT},
    {"no MDWE (before Linux 6.3)", {{SYS_prctl, MDWE, EINVAL}}, AL_DEFENCE_MDWE, AL_VERDICT_ACCEPT},
    {"no close_range (before Linux 5.9)", {{SYS_close_range, ANY, ENOSYS}}, 0, AL_VERDICT_ACCEPT},
    {"an old kernel", {{SYS_close_range, ANY, ENOSYS}, {SYS_landlock_create_ruleset, ANY, ENOSYS},
     {SYS_prctl, MDWE, EINVAL}, {SYS_unshare, ANY, EPERM}},
     AL_DEFENCE_LANDLOCK | AL_DEFENCE_MDWE | AL_DEFENCE_USER_NAMESPACE | AL_DEFENCE_NETWORK_NAMESPACE,
     AL_VERDICT_ACCEPT},
    {"no seccomp (an emulator)", {{SYS_prctl, PR_SET_SECCOMP, EINVAL}}, AL_DEFENCE_SECCOMP, AL_VERDICT_ERROR},
    {"no no_new_privs", {{SYS_prctl, PR_SET_NO_NEW_PRIVS, EINVAL}}, AL_DEFENCE_NO_NEW_PRIVS, AL_VERDICT_ERROR},
    {"no rlimits", {{SYS_prlimit64, ANY, EPERM}}, AL_DEFENCE_RLIMITS, AL_VERDICT_ERROR},
    {"no capset", {{SYS_capset, ANY, EPERM}}, AL_DEFENCE_CAPABILITIES, AL_VERDICT_ERROR},
    {"no execveat", {{SYS_execveat, ANY, ENOSYS}}, AL_DEFENCE_ALL & ~AL_DEFENCE_SEALED, AL_VERDICT_ERROR},
    {"no death signal", {{SYS_prctl, PR_SET_PDEATHSIG, EINVAL}}, 0, AL_VERDICT_ERROR},
};

static void become(const struct host *host)
{
    struct sock_filter code[2 + 6 * RULES];
    size_t n = 0;
    for (size_t i = 0; i < RULES && host->rules[i].code != 0; i++) {
        const struct rule *r = &host->rules[i];
        bool any = r->first == ANY;
        code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, any ? 1 : 3);
        if (!any) {
            const uint32_t first = offsetof(struct seccomp_data, args[0]);
            code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, first);
            code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->first, 0, 1);
        }
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)r->code);
    }
    if (n == 0)
        return;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(90);
}

static uint32_t required;

static void require_more(struct al_policy *p)
{
    p->require |= required;
}

/* What one vetting on that host gave; in a process of its own, because a filter stays. */
struct result {
    enum al_verdict verdict;
    uint32_t held;
    bool accepted_model, names_requirement;
};

static struct result vet_on(const struct host *host, uint32_t require, uid_t user)
{
    int ends[2];
    struct result r = {.verdict = AL_VERDICT_ERROR};
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        required = require;
        if (user != 0 && (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0))
            _exit(91);
        become(host);
        struct vetting_result v = vet_bytes("accept", 6, 10, require_more);
        r = (struct result){v.vetted->verdict, v.vetted->held, v.vetted->model != NULL,
                            has_finding(v.vetted, AL_CELL_REQUIREMENT)};
        (void)!write(ends[1], &r, sizeof r);
        _exit(0);
    }
    (void)close(ends[1]);
    ssize_t n = read(ends[0], &r, sizeof r);
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(n, sizeof r);
    return r;
}

static void try_all(uid_t user)
{
    struct result whole = vet_on(&hosts[0], 0, user);
    if (user != 0 && whole.held == AL_DEFENCE_SEALED)
        cannot("this build tree is not nobody's to read");
    assert_int_equal(whole.verdict, AL_VERDICT_ACCEPT);
    for (size_t i = 1; i < sizeof hosts / sizeof hosts[0]; i++) {
        const struct host *h = &hosts[i];
        struct result r = vet_on(h, 0, user);
        (void)fprintf(stderr, "# %-40s %-7s held 0x%03x\n", h->name,
                      r.verdict == AL_VERDICT_ACCEPT ? "accept" : "error", r.held);
        if (r.verdict != h->verdict)
            fail_msg("%s: verdict %d", h->name, (int)r.verdict);
        assert_int_equal(r.accepted_model, r.verdict == AL_VERDICT_ACCEPT);
        assert_int_equal(r.held & h->missing, 0);
        if (r.verdict != AL_VERDICT_ACCEPT)
            continue;
        assert_int_equal(r.held | (h->missing & whole.held), whole.held);
        /* the same host under a policy that requires what it lacks */
        if (h->missing == 0)
            continue;
        struct result lacking = vet_on(h, h->missing, user);
        assert_int_equal(lacking.verdict, AL_VERDICT_ERROR);
        assert_true(lacking.names_requirement);
    }
}

/* ---- what `airlock doctor` says of each ---- */

static const char *command;

/* Its report on that host, and its exit status. */
static int doctor_on(const struct host *host, const char *form, char *report)
{
    int ends[2], status = 0;
    size_t size = 0;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)unsetenv("AIRLOCK_CELL");
        /* a host that cannot start programs cannot start this one either: played for the doctor's child */
        become(host);
        (void)execl(command, "airlock", "doctor", form, (char *)NULL);
        _exit(92);
    }
    (void)close(ends[1]);
    for (ssize_t n = 1; n > 0 && size < REPORT_BYTES - 1; size += n > 0 ? (size_t)n : 0)
        n = read(ends[0], report + size, REPORT_BYTES - 1 - size);
    report[size] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The doctor's list, as bits. */
static uint32_t held_in(const json_t *report)
{
    uint32_t held = 0;
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(report, "defences"), i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        bool holds = json_is_true(json_object_get(one, "held"));
        assert_true(strlen(json_string_value(json_object_get(one, "proof"))) > 10);
        for (uint32_t bit = 1; bit <= AL_DEFENCE_ALL; bit <<= 1)
            if (holds && strcmp(name, al_defence_name((enum al_defence)bit)) == 0)
                held |= bit;
    }
    return held;
}

static void the_doctor_says_what_holds_on_each(void **state)
{
    (void)state;
    static char report[REPORT_BYTES];
    uint32_t whole = 0;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        const struct host *h = &hosts[i];
        int status = doctor_on(h, "--json", report);
        json_t *value = json_loads(report, 0, NULL);
        if (value == NULL) {
            /* it could not even be tried, and the doctor said so instead of a report */
            if (status != 2 || h->verdict == AL_VERDICT_ACCEPT)
                fail_msg("%s: status %d, no report", h->name, status);
            continue;
        }
        uint32_t held = held_in(value);
        whole = i == 0 ? held : whole;
        bool fit = json_is_true(json_object_get(value, "fit"));
        /* the filter that plays a host needs no_new_privs itself, and the doctor asks the kernel */
        uint32_t missing = h->missing & ~(uint32_t)AL_DEFENCE_NO_NEW_PRIVS;
        if ((held & missing) != 0 || (h->verdict == AL_VERDICT_ACCEPT && (held | missing) != (whole | missing)))
            fail_msg("%s: the doctor says 0x%03x", h->name, held);
        /* fit for judging: what is always required holds; the death signal is no defence of the list */
        assert_int_equal(fit, (held & AL_DEFENCE_ALWAYS) == AL_DEFENCE_ALWAYS);
        assert_int_equal(status, fit ? 0 : 2);
        json_decref(value);
        /* the same for people */
        assert_int_equal(doctor_on(h, "--", report), status);
        for (uint32_t bit = 1; bit <= AL_DEFENCE_ALL; bit <<= 1) {
            char holds[64];
            (void)snprintf(holds, sizeof holds, "holds    %-18s", al_defence_name((enum al_defence)bit));
            assert_int_equal(strstr(report, holds) != NULL, (held & bit) != 0);
        }
    }
}

static void as_this_user(void **state)
{
    (void)state;
    try_all(0);
}

static void as_nobody(void **state)
{
    (void)state;
    if (geteuid() == 0)
        try_all(NOBODY); /* and else this user was as ordinary */
}

static void few_descriptors_are_enough(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit few = {16, 16};
        (void)setrlimit(RLIMIT_NOFILE, &few);
        struct vetting_result v = vet_bytes("accept", 6, 10, NULL);
        _exit(v.vetted->verdict == AL_VERDICT_ACCEPT ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void without_proc_nothing_is_accepted(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        int alone = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;
        if (unshare(alone) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
            || mount("none", "/proc", "tmpfs", 0, NULL) != 0)
            _exit(77);
        struct vetting_result v = vet_bytes("accept", 6, 10, NULL);
        _exit(v.vetted->verdict == AL_VERDICT_ERROR && has_finding(v.vetted, AL_CELL_NOT_LOCKED) ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        cannot("/proc cannot be hidden");
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_this_user),
        cmocka_unit_test(as_nobody),
        cmocka_unit_test(few_descriptors_are_enough),
        cmocka_unit_test(without_proc_nothing_is_accepted),
        cmocka_unit_test(the_doctor_says_what_holds_on_each),
    };
    if (argc != 2)
        return 2;
    command = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
