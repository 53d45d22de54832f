/* A cell's life and death, one test for each way: what the verdict is, which finding
   says why, how long it takes, and that nothing is left behind. */
#include "tests/sandbox/vetting.h"

#include "sandbox/lockdown/step.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct vetting_result vet_text(const char *text, uint32_t seconds)
{
    return vet_bytes(text, strlen(text), seconds, NULL);
}

/* One vetting that must end so, and leave neither child nor descriptor. */
static void expect(const char *text, uint32_t seconds, void (*bend)(struct al_policy *), enum al_verdict verdict,
                   enum al_finding_id finding)
{
    size_t descriptors = count_descriptors();
    struct vetting_result r = vet_bytes(text, strlen(text), seconds, bend);
    if (r.vetted->verdict != verdict)
        fail_msg("%s: verdict %d, not %d: %s", text, (int)r.vetted->verdict, (int)verdict, r.vetted->error.what);
    if (!has_finding(r.vetted, finding))
        fail_msg("%s: no %s", text, al_finding_row(finding)->id);
    assert_null(r.vetted->model);
    free_vetting(&r);
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

static void an_honest_cell_is_accepted_with_extent_and_data(void **state)
{
    (void)state;
    struct vetting_result r = vet_text("accept me", 10);
    if (r.vetted->verdict != AL_VERDICT_ACCEPT)
        fail_msg("%s", r.vetted->findings.count > 0 ? r.vetted->findings.list[0].message : r.vetted->error.what);
    const struct al_model *m = r.vetted->model;
    assert_non_null(m);
    assert_int_equal(m->tensor_count, 2);
    assert_int_equal(m->tensors[0].stored, AL_STORED_EXTENT);
    assert_memory_equal(al_vetted_bytes(r.vetted, &m->tensors[0]), "accept me", 9);
    assert_int_equal(m->tensors[1].stored, AL_STORED_DATA);
    assert_memory_equal(al_vetted_bytes(r.vetted, &m->tensors[1]), "\x01\x02\x03\x04", 4);
    assert_int_equal(r.vetted->held & AL_DEFENCE_ALWAYS, AL_DEFENCE_ALWAYS);
    free_vetting(&r);
    assert_int_equal(count_children(), 0);
}

static void a_refusal_brings_its_finding_escaped(void **state)
{
    (void)state;
    struct vetting_result r = vet_text("refuse", 10);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_REFUSE);
    assert_int_equal(r.vetted->findings.count, 1);
    assert_string_equal(r.vetted->findings.list[0].found, "code\\u{1B}[31m");
    free_vetting(&r);
}

static void small_heap(struct al_policy *p)
{
    p->limits.memory_bytes = 16 << 20;
}

static void small_output(struct al_policy *p)
{
    p->limits.output_bytes = 100000;
}

static void each_death_has_its_finding(void **state)
{
    (void)state;
    expect("loop", 1, NULL, AL_VERDICT_REFUSE, AL_LIMIT_SECONDS);
    expect("sleepy", 1, NULL, AL_VERDICT_REFUSE, AL_LIMIT_SECONDS);
    expect("memory", 10, small_heap, AL_VERDICT_REFUSE, AL_LIMIT_MEMORY);
    expect("output", 10, small_output, AL_VERDICT_REFUSE, AL_LIMIT_OUTPUT);
    expect("fall SEGV", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_CRASHED);
    expect("fall BUS", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_CRASHED);
    expect("fall ILL", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_CRASHED);
#if defined(__x86_64__)
    expect("fall FPE", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_CRASHED);
    expect("fall TRAP", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_CRASHED);
#endif
    expect("exit 0", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_EXITED);
    expect("exit 7", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_EXITED);
    expect("closed", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_KILLED);
    expect("beyond", 10, NULL, AL_VERDICT_REFUSE, AL_CELL_PROTOCOL);
    expect("silent", 10, NULL, AL_VERDICT_ERROR, AL_CELL_NOT_STARTED);
}

static void two_findings(struct al_policy *p)
{
    p->limits.findings = 2;
}

static void more_findings_than_allowed_are_counted(void **state)
{
    (void)state;
    struct vetting_result r = vet_bytes("many", 4, 10, two_findings);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_REFUSE);
    assert_int_equal(r.vetted->findings.count, 3);
    assert_int_equal(r.vetted->findings.list[2].id, AL_LIMIT_FINDINGS);
    assert_string_equal(r.vetted->findings.list[2].found, "7 more");
    free_vetting(&r);
}

static void a_forbidden_call_kills(void **state)
{
    (void)state;
    char text[32];
    (void)snprintf(text, sizeof text, "syscall %d", (int)SYS_openat);
    expect(text, 10, NULL, AL_VERDICT_REFUSE, AL_CELL_KILLED);
    (void)snprintf(text, sizeof text, "syscall %d", (int)SYS_kill);
    expect(text, 10, NULL, AL_VERDICT_REFUSE, AL_CELL_KILLED);
}

static void expect_accepted(const char *text)
{
    struct vetting_result r = vet_text(text, 10);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_ACCEPT);
    free_vetting(&r);
}

/* With the filter in force a cell cannot even signal itself. */
static void a_locked_cell_cannot_raise_a_signal(void **state)
{
    (void)state;
    for (int s = 0; s <= SIGRTMAX; s++) {
        char text[32];
        (void)snprintf(text, sizeof text, "raise %d", s);
        expect(text, 10, NULL, AL_VERDICT_REFUSE, AL_CELL_KILLED);
    }
}

static void death_before_the_lock_is_the_hosts(void **state)
{
    (void)state;
    /* the C library keeps 32 and 33 for itself: no program can raise them by name */
    for (int s = 1; s <= SIGRTMAX; s++) {
        char text[32];
        (void)snprintf(text, sizeof text, "die %d", s);
        if (s == SIGTSTP || s == SIGTTIN || s == SIGTTOU)
            continue; /* a stop or nothing at all, as the session has a terminal or not; SIGSTOP is the sure one */
        if (s == SIGCHLD || s == SIGCONT || s == SIGURG || s == SIGWINCH || (s > 31 && s < SIGRTMIN))
            expect_accepted(text); /* ignored, and the cell goes on */
        else
            expect(text, s == SIGSTOP ? 1 : 10, NULL, AL_VERDICT_ERROR, AL_CELL_NOT_STARTED);
    }
}

static void a_stopped_cell_is_killed_by_the_wall_clock(void **state)
{
    (void)state;
    struct timespec before, after;
    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    expect("stop", 1, NULL, AL_VERDICT_ERROR, AL_CELL_NOT_STARTED);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    assert_in_range(after.tv_sec - before.tv_sec, 1, 2);
}

static void a_caller_can_give_up(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct vetting_result r = vet_bytes_until("sleepy", 6, 10, ends[0]);
    assert_int_equal(r.vetted->verdict, AL_VERDICT_ERROR);
    assert_true(has_finding(r.vetted, AL_CELL_INTERRUPTED));
    free_vetting(&r);
    assert_int_equal(count_children(), 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_cell_is_accepted_with_extent_and_data),
        cmocka_unit_test(a_refusal_brings_its_finding_escaped),
        cmocka_unit_test(each_death_has_its_finding),
        cmocka_unit_test(more_findings_than_allowed_are_counted),
        cmocka_unit_test(a_forbidden_call_kills),
        cmocka_unit_test(a_locked_cell_cannot_raise_a_signal),
        cmocka_unit_test(death_before_the_lock_is_the_hosts),
        cmocka_unit_test(a_caller_can_give_up),
        cmocka_unit_test(a_stopped_cell_is_killed_by_the_wall_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
