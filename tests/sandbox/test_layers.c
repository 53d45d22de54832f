/* Each way out of a cell (attempts.h) five times: with no layer, to see that it works;
   with the layer alone that is there to stop it, so that no other hides a hole in it;
   with Landlock and namespaces only; with all layers but the filter; and in a cell locked
   whole. The table in docs/CELL.md is what came of it. Made by an ordinary user: as root
   these tests become nobody. */
#include "tests/sandbox/attempts.h"
#include "tests/sandbox/document.h"
#include "tests/sandbox/layers.h"

#include "sandbox/job.h"
#include "sandbox/lockdown/lockdown.h"
#include "sandbox/seal.h"
#include "sandbox/spawn.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, UNKNOWN = 5000, KILLED = 6000, OUTCOME_BYTES = 32 };

static struct bait bait;
static const char secret[8] = "secret!";
static int program;
static bool whole_host; /* gives every layer, and a set-user-id program to try */

/* A copy of the cell that belongs to root and has the set-user-id bit, at LEFT_PROGRAM. */
static void leave_privileged_program(const char *path)
{
    char name[] = "/tmp/airlock-layers-XXXXXX";
    struct stat st;
    int from = open(path, O_RDONLY | O_CLOEXEC), to = mkostemp(name, O_CLOEXEC);
    assert_true(from >= 0 && to >= 0 && fstat(from, &st) == 0);
    assert_true(al_copy_file(to, from, (uint64_t)st.st_size) && fchmod(to, 04755) == 0);
    (void)close(to);
    to = open(name, O_RDONLY);
    (void)unlink(name);
    assert_int_equal(dup2(to, LEFT_PROGRAM), LEFT_PROGRAM);
    (void)close(to);
    (void)close(from);
}

static unsigned listen_on_port(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&here, sizeof here) == 0 && listen(fd, 64) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
    return ntohs(here.sin_port);
}

static void listen_on_abstract(void)
{
    struct sockaddr_un here = {.sun_family = AF_UNIX};
    (void)snprintf(bait.abstract, sizeof bait.abstract, "airlock-test-%ld", (long)getpid());
    memcpy(here.sun_path + 1, bait.abstract, strlen(bait.abstract));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(bait.abstract));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&here, size) == 0 && listen(fd, 4096) == 0);
}

static int set_bait(void **state)
{
    (void)state;
    const char *path = getenv("AIRLOCK_CELL");
    program = open(path, O_RDONLY | O_CLOEXEC);
    if (program < 0)
        return -1;
    open_document();
    whole_host = geteuid() == 0;
    if (whole_host) {
        leave_privileged_program(path);
        if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
            return -1;
    }
    /* as any program of one user: to be traced and looked at by the user's others */
    (void)prctl(PR_SET_DUMPABLE, 1L);
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    (void)setenv("AIRLOCK_TEST_SECRET", secret, 1);
    int left = al_memfd("left open");
    bait = (struct bait){.port = listen_on_port(), .address = (unsigned long)secret, .queue = (int)getpid()};
    listen_on_abstract();
    if (dup2(left, LEFT_OPEN) != LEFT_OPEN || msgget(bait.queue, IPC_CREAT | 0600) < 0)
        return -1;
    return close(left);
}

static int take_bait(void **state)
{
    (void)state;
    return msgctl(msgget(bait.queue, 0), IPC_RMID, NULL);
}

static int job_for(uint32_t probe)
{
    struct al_buffer b;
    al_buffer_init(&b, 4096);
    const struct al_job job = {.parent = (uint32_t)getpid(), .seconds = 5, .memory_bytes = 16 << 20,
                               .output_bytes = 4096, .probe = probe, .policy = (const char *)&bait,
                               .policy_size = sizeof bait};
    al_job_write(&b, &job);
    int fd = al_memfd("airlock-job");
    assert_true(!b.failed && fd >= 0 && al_write_all(fd, b.data, b.size) && al_seal(fd));
    al_buffer_free(&b);
    return fd;
}

/* What came of one attempt: an errno, 0, ANSWERED_ONLY, KILLED + signal; `answer` is the
   layer's own. A program that was run instead says it by its status. */
static int run(unsigned attempt, enum layers layers, int *answer)
{
    int job = job_for(attempt * LAYERS_COUNT + layers), words[2] = {0, UNKNOWN}, status = 0;
    struct al_child child;
    assert_int_equal(al_spawn(&child, program, job, NULL, 0, NULL), AL_OK);
    assert_int_equal(waitpid(child.pid, &status, __WALL), child.pid);
    bool said = read(child.pipe, words, sizeof words) == (ssize_t)sizeof words;
    (void)close(child.pipe);
    (void)close(child.pidfd);
    (void)close(job);
    *answer = said ? words[0] : 0;
    if (said)
        return words[1];
    return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

static void put_outcome(char out[OUTCOME_BYTES], int outcome)
{
    const char *name = outcome >= KILLED ? sigabbrev_np(outcome - KILLED) : strerrorname_np(outcome);
    if (outcome == 0)
        name = "**done**";
    else if (outcome == ANSWERED_ONLY)
        name = "not done";
    (void)snprintf(out, OUTCOME_BYTES, "%s%s", outcome >= KILLED ? "SIG" : "", name != NULL ? name : "?");
}

/* Step names, as docs/CELL.md has them. */
static const char *layer_name(enum al_step step)
{
    static const char *const names[AL_STEP_COUNT] = {
        [AL_STEP_DESCRIPTORS] = "descriptors", [AL_STEP_OOM_SCORE] = "oom score",
        [AL_STEP_USER_NAMESPACE] = "user namespace", [AL_STEP_NETWORK_NAMESPACE] = "network namespace",
        [AL_STEP_OTHER_NAMESPACES] = "other namespaces", [AL_STEP_NO_NEW_PRIVS] = "no new privs",
        [AL_STEP_LANDLOCK] = "Landlock", [AL_STEP_CAPABILITIES] = "capabilities", [AL_STEP_MDWE] = "MDWE",
        [AL_STEP_NOT_DUMPABLE] = "not dumpable", [AL_STEP_RLIMITS] = "rlimits", [AL_STEP_SECCOMP] = "seccomp"};
    return names[step];
}

/* One attempt with every set of layers: a line of the table, and what must hold on any host. */
static void try(struct al_buffer *table, unsigned which)
{
    const struct attempt *a = attempt_at(which);
    char cells[LAYERS_COUNT][OUTCOME_BYTES];
    int outcomes[LAYERS_COUNT], answers[LAYERS_COUNT];
    for (enum layers l = NOTHING; l < LAYERS_COUNT; l++) {
        outcomes[l] = run(which, l, &answers[l]);
        put_outcome(cells[l], outcomes[l]);
    }
    al_buffer_format(table, "| %s | %s | %s | %s | %s | %s | %s |\n", layer_name(a->layer), a->what, cells[NOTHING],
                     cells[ALONE], cells[LANDLOCK_AND_NAMESPACES], cells[ALL_BUT_THE_FILTER], cells[WHOLE]);
    bool stopped = a->answered ? outcomes[WHOLE] != 0 && outcomes[WHOLE] < KILLED
                               : outcomes[WHOLE] == KILLED + SIGSYS;
    if (!stopped)
        fail_msg("%s: %s in a cell locked whole", a->what, cells[WHOLE]);
    whole_host = whole_host && answers[ALONE] == 0;
    if (answers[ALONE] != 0)
        (void)fprintf(stderr, "# %s: not given by this host (%s)\n", layer_name(a->layer),
                      strerrorname_np(answers[ALONE]));
    else if (outcomes[ALONE] == 0)
        (void)fprintf(stderr, "# %s: done with %s alone\n", a->what, layer_name(a->layer));
    if (a->layer == AL_STEP_SECCOMP && outcomes[ALONE] != outcomes[WHOLE])
        fail_msg("%s: %s with the filter alone, %s with all", a->what, cells[ALONE], cells[WHOLE]);
}

static void every_way_out_is_shut_by_its_layer_alone(void **state)
{
    (void)state;
    struct al_buffer table;
    al_buffer_init(&table, 1 << 20);
    put_kernel(&table);
    al_buffer_text(&table, "| layer | attempt | no layer | this layer alone | Landlock and namespaces "
                           "| all but the filter | all |\n|---|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < attempt_count(); i++)
        try(&table, i);
    assert_false(table.failed);
    if (whole_host)
        compare_with_document("layers", &table);
    else
        (void)fprintf(stderr, "# not compared with the document: run as root, on a host that gives every layer\n");
    al_buffer_free(&table);
}

/* Whether a host lets a process choose differs by processor, so this is no row of the table:
   where the step says yes, the kernel says that there is no way back. */
static void speculation_cannot_be_allowed_again(void **state)
{
    (void)state;
    static const unsigned long kinds[] = {PR_SPEC_STORE_BYPASS, PR_SPEC_INDIRECT_BRANCH};
    pid_t child = fork();
    if (child == 0) {
        int answer = al_lock_speculation(), wrong = 0;
        for (size_t i = 0; i < 2 && answer == 0; i++) {
            int now = prctl(PR_GET_SPECULATION_CTRL, kinds[i], 0L, 0L, 0L);
            errno = 0;
            bool refused = prctl(PR_SET_SPECULATION_CTRL, kinds[i], PR_SPEC_ENABLE, 0L, 0L) != 0 && errno == EPERM;
            wrong += ((unsigned long)now & PR_SPEC_FORCE_DISABLE) == 0 || !refused;
        }
        _exit(answer != 0 ? 77 : wrong);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        (void)fprintf(stderr, "# this host decides about speculation itself\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_out_is_shut_by_its_layer_alone),
        cmocka_unit_test(speculation_cannot_be_allowed_again),
    };
    return cmocka_run_group_tests(tests, set_bait, take_bait);
}
