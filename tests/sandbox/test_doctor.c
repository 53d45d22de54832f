/* The doctor on this host: every defence that is always required holds, each with a
   proof, and a defence that the host withholds is reported as missing. */
#include "sandbox/doctor.h"

#include "tests/sandbox/vetting.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static void every_required_defence_is_proven(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(1 << 20);
    const struct al_proof *proofs;
    size_t count, descriptors = count_descriptors();
    struct al_error err;
    if (al_doctor(&proofs, &count, arena, &err) != AL_OK)
        fail_msg("%s", err.what);
    assert_int_equal(count, 11);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(stderr, "# %-18s %-5s %s\n", proofs[i].name, proofs[i].held ? "holds" : "NOT", proofs[i].proof);
        assert_true(strlen(proofs[i].proof) > 10);
        if (proofs[i].always_required || proofs[i].defence == AL_DEFENCE_SEALED)
            assert_true(proofs[i].held);
    }
    al_arena_free(arena);
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_required_defence_is_proven)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
