/* Hashing is done by the parent while its cell still works, not after it: seen from another
   thread, while a cell is at work that never ends by itself. */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 8 << 20, SECONDS = 3 };

struct vetting {
    struct al_policy *policy;
    struct al_snapshot *snapshot;
    bool digests;
    struct al_vetted *vetted;
    atomic_bool ended;
};

static void *run(void *argument)
{
    struct vetting *t = argument;
    const struct al_vet_options options = {.digests = t->digests};
    const struct al_vet_input input = {AL_ROLE_MODEL, "test", t->snapshot};
    (void)al_vet(&t->vetted, &input, 1, t->policy, &options);
    atomic_store(&t->ended, true);
    return NULL;
}

/* True where the digests were there before the cell's end. */
static bool hashed_meanwhile(bool digests)
{
    static char bytes[BYTES] = "sleepy";
    struct vetting t = {.policy = al_policy_shipped("default"), .digests = digests};
    struct al_arena *arena = al_arena_new(1 << 20);
    struct al_findings f;
    pthread_t thread;
    assert_non_null(t.policy);
    t.policy->limits.seconds = SECONDS;
    al_findings_init(&f, arena, NULL, 10);
    assert_int_equal(al_snapshot_bytes(&t.snapshot, bytes, sizeof bytes, "test", t.policy, &f, NULL), AL_OK);
    assert_int_equal(pthread_create(&thread, NULL, run, &t), 0);
    bool meanwhile = false;
    while (!atomic_load(&t.ended) && !meanwhile) {
        const struct timespec a_while = {.tv_nsec = 1000000};
        (void)nanosleep(&a_while, NULL);
        meanwhile = __atomic_load_n(&t.snapshot->digested, __ATOMIC_ACQUIRE) && !atomic_load(&t.ended);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(t.vetted->verdict, AL_VERDICT_REFUSE);
    assert_true(has_finding(t.vetted, AL_LIMIT_SECONDS));
    assert_int_equal(t.snapshot->digested, digests);
    al_vetted_free(t.vetted);
    al_snapshot_free(t.snapshot);
    al_policy_free(t.policy);
    al_arena_free(arena);
    return meanwhile;
}

static void digests_are_there_before_the_cell_has_ended(void **state)
{
    (void)state;
    assert_true(hashed_meanwhile(true));
}

static void nothing_is_hashed_that_nobody_asked_for(void **state)
{
    (void)state;
    assert_false(hashed_meanwhile(false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_there_before_the_cell_has_ended),
        cmocka_unit_test(nothing_is_hashed_that_nobody_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
