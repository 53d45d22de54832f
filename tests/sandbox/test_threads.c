/* One process, eight threads, honest and hostile inputs mixed: every verdict is the one
   that a single thread gets, and nothing is left behind. */
#include "tests/sandbox/vetting.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, ROUNDS = 30 };

static const struct {
    const char *text;
    enum al_verdict verdict;
} inputs[] = {
    {"accept", AL_VERDICT_ACCEPT}, {"refuse", AL_VERDICT_REFUSE},    {"fall SEGV", AL_VERDICT_REFUSE},
    {"exit 0", AL_VERDICT_REFUSE}, {"syscall 2", AL_VERDICT_REFUSE}, {"silent", AL_VERDICT_ERROR},
    {"die 11", AL_VERDICT_ERROR},
};

/* Assertions belong to the main thread: this one only counts. */
static void *work(void *argument)
{
    size_t *wrong = argument;
    size_t first = *wrong;
    *wrong = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        size_t which = (first + i) % (sizeof inputs / sizeof inputs[0]);
        struct vetting_result r = vet_bytes(inputs[which].text, strlen(inputs[which].text), 20, NULL);
        *wrong += r.vetted->verdict != inputs[which].verdict;
        free_vetting(&r);
    }
    return NULL;
}

static void verdicts_do_not_depend_on_company(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    size_t wrong[THREADS], descriptors = count_descriptors();
    for (size_t i = 0; i < THREADS; i++) {
        wrong[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &wrong[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

/* Ten thousand, of every kind; a sanitised parent, which is slower, looks at a tenth of them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { VETS = 1000 };
#else
enum { VETS = 10000 };
#endif

static void many_vets_leave_nothing(void **state)
{
    (void)state;
    size_t descriptors = count_descriptors();
    for (size_t i = 0; i < VETS; i++) {
        size_t which = i % (sizeof inputs / sizeof inputs[0]);
        struct vetting_result r = vet_bytes(inputs[which].text, strlen(inputs[which].text), 20, NULL);
        assert_int_equal(r.vetted->verdict, inputs[which].verdict);
        free_vetting(&r);
    }
    assert_int_equal(count_children(), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_do_not_depend_on_company),
        cmocka_unit_test(many_vets_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
