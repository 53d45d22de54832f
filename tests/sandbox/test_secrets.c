/* A cell in an attacker's hands looks through all of its memory for a secret that the
   parent has in its own memory, its environment and an open descriptor. */
#include "tests/sandbox/vetting.h"

#include "sandbox/seal.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

enum { MASK = 0x5a, SECRET_BYTES = 32, FOUND = 66, NOT_FOUND = 65 };

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parents_secrets_are_not_in_the_cell),
        cmocka_unit_test(the_search_finds_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
