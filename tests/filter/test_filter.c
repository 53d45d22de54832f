/* The filters as they were built, run by an interpreter of our own for both
   architectures, against a table of expectations written down here from the kernel's
   system call tables and not from cell_policy.def; and the listings against those
   that were reviewed.
   test_filter BUILT.pfc REVIEWED.pfc … */
#include "tests/unit/unit.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>

static const struct sock_filter x86_64[] = {
#include "sandbox/filter_x86_64.inc"
};
static const struct sock_filter aarch64[] = {
#include "sandbox/filter_aarch64.inc"
};

enum { WRITE, EXIT_GROUP, BRK, MMAP, CLOCK_NANOSLEEP, LISTED };

static const struct architecture {
    const char *name;
    uint32_t audit;
    const struct sock_filter *code;
    size_t length, most;
    int numbers[LISTED];
} architectures[] = {
    /* Linux: arch/x86/entry/syscalls/syscall_64.tbl */
    {"x86_64", AUDIT_ARCH_X86_64, x86_64, sizeof x86_64 / sizeof x86_64[0], 18, {1, 231, 12, 9, 230}},
    /* Linux: include/uapi/asm-generic/unistd.h */
    {"aarch64", AUDIT_ARCH_AARCH64, aarch64, sizeof aarch64 / sizeof aarch64[0], 16, {64, 94, 214, 222, 115}},
};

/* Linux: Documentation/networking/filter.rst; the part of it that seccomp allows and
   libseccomp uses. Any other instruction fails the test. */
static uint32_t run(const struct architecture *a, const struct seccomp_data *data)
{
    uint32_t accumulator = 0;
    for (size_t at = 0; at < a->length; at++) {
        const struct sock_filter *i = &a->code[at];
        bool holds;
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(i->k <= sizeof *data - 4 && i->k % 4 == 0);
            memcpy(&accumulator, (const char *)data + i->k, 4);
            continue;
        case BPF_JMP | BPF_JA:
            at += i->k;
            continue;
        case BPF_JMP | BPF_JEQ | BPF_K:
            holds = accumulator == i->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            holds = accumulator >= i->k;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            holds = accumulator > i->k;
            break;
        case BPF_RET | BPF_K:
            return i->k;
        default:
            fail_msg("%s: instruction 0x%x at %zu", a->name, i->code, at);
            return 0;
        }
        at += holds ? i->jt : i->jf;
    }
    fail_msg("%s: the filter ends without an answer", a->name);
    return 0;
}

static uint32_t expected(const struct architecture *a, int number, uint64_t first)
{
    if (number == a->numbers[WRITE] && first == 3)
        return SECCOMP_RET_ALLOW;
    if (number == a->numbers[EXIT_GROUP])
        return SECCOMP_RET_ALLOW;
    if (number == a->numbers[BRK] || number == a->numbers[CLOCK_NANOSLEEP])
        return SECCOMP_RET_ERRNO | 0;
    if (number == a->numbers[MMAP])
        return SECCOMP_RET_ERRNO | ENOMEM;
    return SECCOMP_RET_KILL_PROCESS;
}

static void compare(const struct architecture *a, int number, uint64_t first)
{
    struct seccomp_data data = {.nr = number, .arch = a->audit, .args = {first, 1, 2, 3, 4, 5}};
    uint32_t answer = run(a, &data), wanted = expected(a, number, first);
    if (answer != wanted)
        fail_msg("%s: call %d with %llx: 0x%x, not 0x%x", a->name, number, (unsigned long long)first, answer, wanted);
}

static void every_number_gets_its_answer(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {3, 0, 1, 2, 4, 5, 0x100000003, 0xffffffff00000003, UINT64_MAX, 0x80000003};
    for (size_t i = 0; i < 2; i++)
        for (size_t f = 0; f < sizeof firsts / sizeof firsts[0]; f++) {
            for (int number = -2; number < 4096; number++)
                compare(&architectures[i], number, firsts[f]);
            /* x32 uses the same numbers with bit 30 set; other high bits mean nothing */
            for (int number = 0; number < 1024; number++) {
                compare(&architectures[i], number | 0x40000000, firsts[f]);
                compare(&architectures[i], number | 0x20000000, firsts[f]);
                compare(&architectures[i], (int)((unsigned)number | 0x80000000U), firsts[f]);
            }
        }
}

static void other_architectures_die(void **state)
{
    (void)state;
    static const uint32_t others[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64,
                                      AUDIT_ARCH_RISCV64, 0, UINT32_MAX};
    for (size_t i = 0; i < 2; i++)
        for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
            for (int number = 0; number < 512 && others[o] != architectures[i].audit; number++) {
                struct seccomp_data data = {.nr = number, .arch = others[o], .args = {3}};
                assert_int_equal(run(&architectures[i], &data), SECCOMP_RET_KILL_PROCESS);
            }
}

static void the_filters_are_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_in_range(architectures[i].length, 1, architectures[i].most);
}

static size_t read_file(const char *path, char *room, size_t size)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail_msg("%s cannot be opened", path);
    size_t n = fread(room, 1, size, file);
    (void)fclose(file);
    return n;
}

static char **listings;

static void the_listings_are_those_that_were_reviewed(void **state)
{
    (void)state;
    for (char **pair = listings; pair[0] != NULL && pair[1] != NULL; pair += 2) {
        char built[8192], reviewed[8192];
        size_t size = read_file(pair[0], built, sizeof built);
        if (size != read_file(pair[1], reviewed, sizeof reviewed) || memcmp(built, reviewed, size) != 0)
            fail_msg("%s differs from %s: read it, and commit it if it is what was meant", pair[0], pair[1]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_gets_its_answer),
        cmocka_unit_test(other_architectures_die),
        cmocka_unit_test(the_filters_are_short),
        cmocka_unit_test(the_listings_are_those_that_were_reviewed),
    };
    if (argc != 5)
        return 2;
    listings = argv + 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
