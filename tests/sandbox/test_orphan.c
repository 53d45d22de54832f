/* A parent that dies takes its cell with it, however it dies; and a parent that lets
   others reap its cell accepts nothing. */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* The one child of a process; 0 where there is none. */
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

static void a_dead_parent_leaves_no_orphan(int signal, const char *verb)
{
    pid_t parent = fork();
    if (parent == 0) {
        struct vetting_result r = vet_bytes(verb, strlen(verb), 30, NULL);
        free_vetting(&r);
        _exit(0);
    }
    pid_t cell = 0;
    for (int i = 0; i < 200 && cell == 0; i++) {
        pause_ms(5);
        cell = child_of(parent);
    }
    assert_true(cell > 0);
    pause_ms(50); /* until it loops under its filter */
    assert_int_equal(kill(parent, signal), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* this process is the subreaper: the orphan, if any, comes here */
    siginfo_t info = {.si_code = 0};
    for (int i = 0; i < 200 && info.si_pid == 0; i++) {
        assert_int_equal(waitid(P_PID, (id_t)cell, &info, WEXITED | WNOHANG), 0);
        pause_ms(5);
    }
    assert_int_equal(info.si_pid, cell);
    assert_int_equal(info.si_code, CLD_KILLED);
    assert_int_equal(info.si_status, SIGKILL);
}

static void no_orphan_after_any_signal(void **state)
{
    (void)state;
    static const int signals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        a_dead_parent_leaves_no_orphan(signals[i], "loop");
}

/* With this layer alone: no CPU limit ends a cell that sleeps. */
static void no_orphan_by_the_death_signal_alone(void **state)
{
    (void)state;
    a_dead_parent_leaves_no_orphan(SIGKILL, "tied");
}

static void without_the_kernels_word_nothing_is_accepted(void **state)
{
    (void)state;
    /* the kernel reaps the children of such a program, and forgets what it knew of them */
    struct sigaction action = {.sa_handler = SIG_IGN}, before;
    assert_int_equal(sigaction(SIGCHLD, &action, &before), 0);
    struct vetting_result r = vet_bytes("accept", 6, 10, NULL);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_ERROR);
    assert_true(has_finding(r.vetted, AL_CELL_NOT_LOCKED));
    free_vetting(&r);
    assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_orphan_after_any_signal),
        cmocka_unit_test(no_orphan_by_the_death_signal_alone),
        cmocka_unit_test(without_the_kernels_word_nothing_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
