/* A cell in an attacker's hands looks through all of its memory for a secret that the
   parent has in its own memory, its environment and an open descriptor; and at what else it
   was born with. The secrets behind /proc, sockets and signals are in test_layers: none of
   them can be reached even without the filter. Nobody else can look into a cell either. */
#include "tests/sandbox/vetting.h"

#include "sandbox/seal.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MASK = 0x5a, SECRET_BYTES = 32, FOUND = 66, NOT_FOUND = 65, NOBODY = 65534 };

static void make_secret(char secret[SECRET_BYTES + 1])
{
    for (int i = 0; i < SECRET_BYTES; i++)
        secret[i] = (char)('A' + (i * 7 + (int)getpid()) % 26);
    secret[SECRET_BYTES] = '\0';
}

/* The exit status of a cell that looks for the text. */
static int look_for(const char *text)
{
    char input[5 + SECRET_BYTES];
    memcpy(input, "loot ", 5);
    for (int i = 0; i < SECRET_BYTES; i++)
        input[5 + i] = (char)(text[i] ^ MASK);
    struct vetting_result r = vet_bytes(input, sizeof input, 20, NULL);
    int status = -1;
    for (size_t i = 0; i < r.vetted->findings.count; i++)
        if (r.vetted->findings.list[i].id == AL_CELL_EXITED)
            (void)sscanf(r.vetted->findings.list[i].found, "exit status %d", &status);
    assert_int_not_equal(r.vetted->verdict, AL_VERDICT_ACCEPT);
    free_vetting(&r);
    return status;
}

static void the_parents_secrets_are_not_in_the_cell(void **state)
{
    (void)state;
    char secret[SECRET_BYTES + 1];
    make_secret(secret);
    char *heap = strdup(secret);
    assert_int_equal(setenv("AIRLOCK_TEST_SECRET", secret, 1), 0);
    int memfd = al_memfd("secret");
    assert_true(memfd >= 0 && al_write_all(memfd, secret, SECRET_BYTES));
    /* one that exec does not close */
    int inherited = dup(memfd);
    assert_int_equal(look_for(secret), NOT_FOUND);
    assert_string_equal(heap, secret);
    (void)close(inherited);
    (void)close(memfd);
    free(heap);
}

static void the_search_finds_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(look_for("a line that the cell itself has."), FOUND);
}

/* No argument, no variable, no descriptor but its own, whatever the parent has. */
static void a_cell_is_born_with_nothing(void **state)
{
    (void)state;
    int left_open = dup(STDERR_FILENO);
    assert_int_equal(setenv("AIRLOCK_TEST_SECRET", "x", 1), 0);
    struct vetting_result r = vet_bytes("inventory", 9, 10, NULL);
    assert_string_equal(r.vetted->error.what, "the cell ended with status 70 before it was locked");
    free_vetting(&r);
    (void)close(left_open);
}

static size_t files_here(void)
{
    size_t count = 0;
    DIR *d = opendir(".");
    assert_non_null(d);
    while (readdir(d) != NULL)
        count++;
    (void)closedir(d);
    return count;
}

static void a_crash_leaves_no_core(void **state)
{
    (void)state;
    char name[] = "/tmp/airlock-core-XXXXXX";
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    assert_true(before >= 0 && mkdtemp(name) != NULL && chdir(name) == 0);
    (void)setrlimit(RLIMIT_CORE, &most); /* as far as this user may */
    struct vetting_result r = vet_bytes("fall SEGV", 9, 10, NULL);
    assert_true(has_finding(r.vetted, AL_CELL_CRASHED));
    free_vetting(&r);
    assert_int_equal(files_here(), 2);
    assert_true(fchdir(before) == 0 && rmdir(name) == 0);
    (void)close(before);
}

static void become_ordinary(void)
{
    if (geteuid() == 0 && (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0))
        _exit(91);
    (void)prctl(PR_SET_DUMPABLE, 1L);
}

static pid_t child_of(pid_t pid)
{
    char path[64];
    long child = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    FILE *file = fopen(path, "re");
    if (file != NULL && fscanf(file, "%ld", &child) != 1)
        child = 0;
    if (file != NULL)
        (void)fclose(file);
    return (pid_t)child;
}

/* As another process of the same user's: how many of the ways into a process are open. */
static int ways_into(pid_t pid)
{
    static const char *const names[] = {"mem", "environ", "maps", "fd/3", "cwd/."};
    pid_t child = fork();
    if (child == 0) {
        int open_ways = 0;
        become_ordinary();
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            char path[64];
            (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, names[i]);
            open_ways += open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) >= 0;
        }
        open_ways += ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;
        _exit(open_ways);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void nobody_looks_into_a_cell(void **state)
{
    (void)state;
    pid_t parent = fork(), cell = 0;
    if (parent == 0) {
        become_ordinary();
        (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        struct vetting_result r = vet_bytes("loop", 4, 3, NULL);
        _exit(has_finding(r.vetted, AL_LIMIT_SECONDS) ? 0 : 1);
    }
    for (int i = 0; i < 400 && cell == 0; i++) {
        (void)usleep(5000);
        cell = child_of(parent);
    }
    assert_true(cell > 0);
    (void)usleep(300000); /* until it loops under its filter */
    assert_int_equal(ways_into(cell), 0);
    assert_true(ways_into(parent) >= 5); /* the same ways are open into an ordinary process */
    int status = 0;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parents_secrets_are_not_in_the_cell),
        cmocka_unit_test(the_search_finds_what_is_there),
        cmocka_unit_test(a_cell_is_born_with_nothing),
        cmocka_unit_test(a_crash_leaves_no_core),
        cmocka_unit_test(nobody_looks_into_a_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
