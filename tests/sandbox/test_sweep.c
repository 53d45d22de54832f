/* Every door into the kernel, tried by a cell locked by the real code, one cell for
   each: it must die by SIGSYS, or be answered as cell_policy.def says. The table in
   docs/CELL.md is what came of it; test_layers tries the calls with arguments that would
   do something. */
#include "tests/sandbox/document.h"
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/syscall.h>

enum {
    MARGIN = 64,
    /* the kernel's own numbers end far below; the ABI's private ones of other architectures begin above */
    LAST = 470 + MARGIN,
    LAST_X32 = 547 + MARGIN,
    X32 = 0x40000000
};

enum fate { KILLED, CRASHED, ENDED, ANSWERED, OTHER };
static const char *const words[] = {"killed by SIGSYS", "crashed", "ended the process", "answered", "something else"};

static struct al_buffer table;

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

static bool is_native(long number, enum fate fate)
{
    switch (number) {
    case SYS_brk:
    case SYS_mmap:
    case SYS_clock_nanosleep:
        return fate == ANSWERED;
    case SYS_exit_group:
        return fate == ENDED;
    default:
        /* write too: its first argument is not the pipe */
        return fate == KILLED || (passes_every_filter(number) && (fate == CRASHED || fate == ANSWERED));
    }
}

static bool is_killed(long number, enum fate fate)
{
    (void)number;
    return fate == KILLED;
}

/* One kind of door: which numbers, how a cell is told, and what may come of it. */
struct door {
    const char *name, *verb;
    long first, last, bits;
    bool (*as_expected)(long number, enum fate fate);
    bool may_be_missing; /* from this kernel: then the processor's fault kills, and the table says no more */
};

static void try_all(const struct door *d)
{
    size_t counts[OTHER + 1] = {0};
    struct al_buffer exceptions[OTHER + 1];
    for (int f = 0; f <= OTHER; f++)
        al_buffer_init(&exceptions[f], 1 << 16);
    for (long n = d->first; n <= d->last; n++) {
        char text[48];
        (void)snprintf(text, sizeof text, "%s %ld", d->verb, n | d->bits);
        enum fate fate = fate_of(text);
        if (!d->as_expected(n, fate))
            fail_msg("%s: %ld %s", d->name, n, words[fate]);
        fate = d->may_be_missing ? KILLED : fate;
        al_buffer_format(&exceptions[fate], "%s%ld", counts[fate] > 0 ? ", " : "", n);
        counts[fate]++;
    }
    al_buffer_format(&table, "| %s %ld to %ld |", d->name, d->first, d->last);
    for (int f = 0, said = 0; f <= OTHER; f++) {
        if (counts[f] > 0) {
            al_buffer_format(&table, "%s %zu %s%s", said++ > 0 ? ";" : "", counts[f], words[f],
                             d->may_be_missing ? ", or SIGSEGV where the kernel has no such door" : "");
            if (counts[f] < 8 && counts[f] < (size_t)(d->last - d->first + 1))
                al_buffer_format(&table, " (%.*s)", (int)exceptions[f].size, (const char *)exceptions[f].data);
        }
        al_buffer_free(&exceptions[f]);
    }
    al_buffer_text(&table, " |\n");
}

static void every_number_is_killed_or_answered(void **state)
{
    (void)state;
    try_all(&(const struct door){"system calls", "syscall", 0, LAST, 0, is_native});
}

/* Each of these must be killed, and is a row of its own. */
static void try_each(const char *name, const char *verb, const char *const *arguments, size_t count)
{
    al_buffer_format(&table, "| %s", name);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s %s", verb, arguments[i]);
        enum fate fate = fate_of(text);
        if (fate != KILLED)
            fail_msg("%s: %s", text, words[fate]);
        al_buffer_format(&table, "%s %s", i > 0 ? "," : "", arguments[i]);
    }
    al_buffer_format(&table, " | %zu %s |\n", count, words[KILLED]);
}

static void foreign_numbers_are_killed(void **state)
{
    (void)state;
    static const char *const odd[] = {"-1", "-2", "2147483647", "2147483648", "983045", "536870913"};
    try_each("system calls", "syscall", odd, sizeof odd / sizeof odd[0]);
}

static void write_reaches_the_pipe_only(void **state)
{
    (void)state;
    static const char *const descriptors[] = {"0", "1", "2", "4", "5", "6", "100", "1023", "0x100000003",
                                              "0xffffffff00000003", "0xffffffff", "0xffffffffffffffff", "0x80000003"};
    try_each("write to descriptor", "write", descriptors, sizeof descriptors / sizeof descriptors[0]);
}

#if defined(__x86_64__)
/* A kernel without the i386 calls, or without sysenter, answers with a fault of the processor's. */
static bool is_dead(long number, enum fate fate)
{
    (void)number;
    return fate == KILLED || fate == CRASHED;
}

static void every_x32_number_is_killed(void **state)
{
    (void)state;
    try_all(&(const struct door){"x32", "syscall", 0, LAST_X32, X32, is_killed});
}

static void every_i386_number_is_killed(void **state)
{
    (void)state;
    try_all(&(const struct door){"`int 0x80`", "int80", 1, LAST, 0, is_dead, true});
}

static void old_doors_are_shut(void **state)
{
    (void)state;
    try_all(&(const struct door){"`sysenter`,", "sysenter", 20, 20, 0, is_dead, true});
    try_all(&(const struct door){"the vsyscall page, entries", "vsyscall", 0, 2, 0, is_dead, true});
}
#endif

static void the_document_says_so(void **state)
{
    (void)state;
    assert_false(table.failed);
    compare_with_document("sweep", &table);
}

static int begin_table(void **state)
{
    (void)state;
    al_buffer_init(&table, 1 << 16);
    put_kernel(&table);
    al_buffer_text(&table, "| door | came of it |\n|---|---|\n");
    return 0;
}

static int end_table(void **state)
{
    (void)state;
    al_buffer_free(&table);
    return 0;
}

/* test_sandbox_sweep [PATTERN]: only tests whose names match, for a look at them under strace. */
int main(int argc, char **argv)
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
        cmocka_unit_test(the_document_says_so),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, begin_table, end_table);
}
