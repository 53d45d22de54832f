/* Every system call of the parent, and every one of its cell until it is locked, made to
   fail in turn. The verdict may become ERROR; it is never a wrong one, nothing hangs or
   crashes, no descriptor and no process is left, and a report is there whole or not at all.
   test_sandbox_calls AIRLOCK HONEST HOSTILE */
#include "tests/sandbox/calls.h"
#include "tests/sandbox/vetting.h"

#include "sandbox/seal.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const int codes[] = {EINTR, EIO, ENOMEM, EMFILE, ENOSPC, EPERM};
enum { CODES = sizeof codes / sizeof codes[0], LEAK = 64 };

static void describe(const struct calls *c, const char *what)
{
    fail_msg("%s, when call %zu (number %ld) fails with %s: %s %d", what, c->failing, c->failed,
             strerrorname_np(c->code), WIFEXITED(c->status) ? "status" : "signal",
             WIFEXITED(c->status) ? WEXITSTATUS(c->status) : WTERMSIG(c->status));
}

/* ---- the library ---- */

/* A vetting from the snapshot on; the status is the verdict. */
static int vet_memfd(void *argument)
{
    const char *verb = argument;
    struct al_policy *policy = al_policy_shipped("default");
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_findings findings;
    al_findings_init(&findings, arena, NULL, 10);
    policy->limits.memory_bytes = 16 << 20;
    policy->limits.seconds = 10;
    int memfd = al_memfd("test");
    if (!al_write_all(memfd, verb, strlen(verb)))
        return 91;
    struct al_snapshot *s = NULL;
    struct al_vetted *v = NULL;
    enum al_verdict verdict = AL_VERDICT_ERROR;
    size_t descriptors = count_descriptors();
    begin_counting();
    if (al_snapshot_fd_borrow(&s, memfd, "test", policy, &findings, NULL) == AL_OK) {
        const struct al_vet_input input = {AL_ROLE_MODEL, "test", s};
        const struct al_vet_options options = {.digests = true};
        if (al_vet(&v, &input, 1, policy, &options) == AL_OK)
            verdict = v->verdict;
    }
    bool consistent = v == NULL || (v->model != NULL) == (verdict == AL_VERDICT_ACCEPT);
    al_vetted_free(v);
    al_snapshot_free(s);
    end_counting();
    bool leaks = count_descriptors() != descriptors || count_children() != 0;
    return (int)verdict + (leaks ? LEAK : 0) + (consistent ? 0 : 2 * LEAK);
}

static void fail_each_call_of(enum whose whose, size_t ways, const char *verb, enum al_verdict honest)
{
    struct calls c = {.whose = whose, .code = EINTR, .subject = vet_memfd, .argument = (void *)(uintptr_t)verb};
    run_with_failing_call(&c);
    if (!WIFEXITED(c.status) || WEXITSTATUS(c.status) != (int)honest)
        describe(&c, verb);
    size_t total = c.count, errors = 0;
    for (size_t n = 1; n <= total; n++)
        for (size_t i = 0; i < ways; i++) {
            c.failing = n;
            c.code = codes[(n + i) % CODES];
            run_with_failing_call(&c);
            if (c.failed < 0)
                continue; /* this call cannot fail so */
            bool ended = c.status != -1 && WIFEXITED(c.status);
            int verdict = ended ? WEXITSTATUS(c.status) : -1;
            if (verdict != (int)honest && verdict != AL_VERDICT_ERROR)
                describe(&c, verb);
            errors += verdict == AL_VERDICT_ERROR;
        }
    (void)fprintf(stderr, "# %s, %s: %zu calls, %zu ways each to fail, %zu of them end in ERROR\n", verb,
                  whose == PARENTS ? "the parent's" : "the cell's", total, ways, errors);
    assert_true(total > 20 && errors > 0);
}

static void every_call_of_the_parent(void **state)
{
    (void)state;
    fail_each_call_of(PARENTS, CODES, "accept", AL_VERDICT_ACCEPT);
    fail_each_call_of(PARENTS, CODES, "refuse", AL_VERDICT_REFUSE);
}

static void every_call_of_the_cell_until_its_lock(void **state)
{
    (void)state;
    fail_each_call_of(CELLS, 2, "accept", AL_VERDICT_ACCEPT);
}

/* ---- the command ---- */

static const char *command, *honest_file, *hostile_file;
static char directory[] = "/tmp/airlock-calls-XXXXXX", report[64];

static int run_command(void *argument)
{
    int null = open("/dev/null", O_RDWR);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(null, STDERR_FILENO);
    (void)unsetenv("AIRLOCK_CELL");
    (void)execl(command, "airlock", "vet", "--json", "-o", report, (const char *)argument, (char *)NULL);
    return 90;
}

/* -1: there is none; else whether it is whole: a report ends with its last brace. */
static int report_is_whole(void)
{
    char end[3] = "";
    int fd = open(report, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    off_t size = lseek(fd, 0, SEEK_END);
    ssize_t n = size > 2 ? pread(fd, end, 2, size - 2) : 0;
    (void)close(fd);
    return n == 2 && strcmp(end, "}\n") == 0;
}

static size_t files_in_directory(void)
{
    size_t count = 0;
    DIR *d = opendir(directory);
    assert_non_null(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        count += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    (void)closedir(d);
    return count;
}

static void fail_each_call_of_the_command(const char *path, int honest)
{
    struct calls c = {.whose = PARENTS, .code = EINTR, .subject = run_command, .argument = (void *)(uintptr_t)path,
                      .from_sigaction = true};
    run_with_failing_call(&c);
    if (!WIFEXITED(c.status) || WEXITSTATUS(c.status) != honest || report_is_whole() != 1)
        describe(&c, path);
    size_t total = c.count, counts[3] = {0};
    for (size_t n = 1; n <= total; n++)
        for (size_t i = 0; i < 3; i++) {
            (void)unlink(report);
            c.failing = n;
            c.code = codes[(n + i) % CODES];
            run_with_failing_call(&c);
            int status = c.status != -1 && WIFEXITED(c.status) ? WEXITSTATUS(c.status) : -1;
            int whole = report_is_whole();
            if (status != honest && status != 2)
                describe(&c, path);
            if (whole == 0 || (whole == -1 && status == 0))
                describe(&c, "the report");
            if (files_in_directory() != (whole == 1))
                describe(&c, "a file was left behind");
            counts[status]++;
        }
    (void)fprintf(stderr, "# %s: %zu calls, status 0: %zu, 1: %zu, 2: %zu\n", path, total, counts[0], counts[1],
                  counts[2]);
    (void)unlink(report);
}

static void every_call_of_the_command(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(report, sizeof report, "%s/report.json", directory);
    fail_each_call_of_the_command(honest_file, 0);
    fail_each_call_of_the_command(hostile_file, 1);
    assert_int_equal(rmdir(directory), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_of_the_parent),
        cmocka_unit_test(every_call_of_the_cell_until_its_lock),
        cmocka_unit_test(every_call_of_the_command),
    };
    if (argc != 4)
        return 2;
    command = argv[1];
    honest_file = argv[2];
    hostile_file = argv[3];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
