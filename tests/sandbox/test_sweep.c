/* Every door into the kernel, tried by a cell locked by the real code, one cell for
   each: it must die by SIGSYS, or be answered as cell_policy.def says. */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/syscall.h>

enum {
    MARGIN = 64,
    /* the kernel's own numbers end far below; the ABI's private ones of other architectures begin above */
    LAST = 470 + MARGIN,
    X32 = 0x40000000
};

enum fate { KILLED, CRASHED, ENDED, ANSWERED, OTHER };

static enum fate fate_of(const char *text)
{
    struct vetting_result r = vet_bytes(text, strlen(text), 10, NULL);
    enum fate fate = r.vetted->verdict == AL_VERDICT_ACCEPT ? ANSWERED
                   : has_finding(r.vetted, AL_CELL_KILLED)  ? KILLED
                   : has_finding(r.vetted, AL_CELL_CRASHED) ? CRASHED
                   : has_finding(r.vetted, AL_CELL_EXITED)  ? ENDED
                                                            : OTHER;
    free_vetting(&r);
    return fate;
}

static enum fate expected(long number)
{
    switch (number) {
    case SYS_brk:
    case SYS_mmap:
    case SYS_clock_nanosleep:
        return ANSWERED;
    case SYS_exit_group:
        return ENDED;
    default:
        return KILLED; /* write too: its first argument is not the pipe */
    }
}

/* Linux lets these two past every filter (kernel/seccomp.c, since 6.14): only its own
   trampolines may make them, and whoever else does gets SIGILL or ENXIO. */
static bool passes_every_filter(long number)
{
#if defined(__x86_64__)
    return number == 335 || number == 336;
#else
    (void)number;
    return false;
#endif
}

static void every_number_is_killed_or_answered(void **state)
{
    (void)state;
    size_t counts[OTHER + 1] = {0};
    for (long number = 0; number <= LAST; number++) {
        char text[32];
        (void)snprintf(text, sizeof text, "syscall %ld", number);
        enum fate fate = fate_of(text);
        counts[fate]++;
        if (passes_every_filter(number)) {
            (void)fprintf(stderr, "# call %ld passes every filter; fate %d\n", number, (int)fate);
            assert_true(fate == KILLED || fate == CRASHED || fate == ANSWERED);
            continue;
        }
        if (fate != expected(number))
            fail_msg("call %ld: %d, not %d", number, (int)fate, (int)expected(number));
    }
    (void)fprintf(stderr, "# of %d numbers %zu were killed, %zu answered, %zu ended the process\n", LAST + 1,
                  counts[KILLED], counts[ANSWERED], counts[ENDED]);
}

static void foreign_numbers_are_killed(void **state)
{
    (void)state;
    static const long odd[] = {-1, -2, 0x7fffffff, 0x80000000, 0xf0005, 0x20000001};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "syscall %ld", odd[i]);
        assert_int_equal(fate_of(text), KILLED);
    }
}

#if defined(__x86_64__)
static void every_x32_number_is_killed(void **state)
{
    (void)state;
    for (long number = 0; number <= 548; number++) {
        char text[32];
        (void)snprintf(text, sizeof text, "syscall %ld", number | X32);
        if (fate_of(text) != KILLED)
            fail_msg("x32 call %ld", number);
    }
}

static void every_i386_number_is_killed(void **state)
{
    (void)state;
    for (long number = 1; number <= LAST; number++) {
        char text[32];
        (void)snprintf(text, sizeof text, "int80 %ld", number);
        enum fate fate = fate_of(text);
        /* a kernel without the i386 calls answers with SIGSEGV */
        if (fate != KILLED && fate != CRASHED)
            fail_msg("int 0x80 with %ld: %d", number, (int)fate);
    }
}

static void old_doors_are_shut(void **state)
{
    (void)state;
    enum fate sysenter = fate_of("sysenter"), vsyscall = fate_of("vsyscall");
    assert_true(sysenter == KILLED || sysenter == CRASHED);
    assert_true(vsyscall == KILLED || vsyscall == CRASHED);
}
#endif

static void write_reaches_the_pipe_only(void **state)
{
    (void)state;
    static const char *const descriptors[] = {"0", "1", "2", "4", "5", "6", "100", "1023", "0x100000003",
                                              "0xffffffff00000003", "0xffffffff", "0xffffffffffffffff", "0x80000003"};
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
        char text[48];
        (void)snprintf(text, sizeof text, "write %s", descriptors[i]);
        if (fate_of(text) != KILLED)
            fail_msg("%s", text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_killed_or_answered),
        cmocka_unit_test(foreign_numbers_are_killed),
        cmocka_unit_test(write_reaches_the_pipe_only),
#if defined(__x86_64__)
        cmocka_unit_test(every_x32_number_is_killed),
        cmocka_unit_test(every_i386_number_is_killed),
        cmocka_unit_test(old_doors_are_shut),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
