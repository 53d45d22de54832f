/* The public library with a real cell: the doors besides a path, old callers, threads. */
#include "include/airlock.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 8, TURNS = 50, WORDS = 20, TOPICS = 3 };

static char model[4096];
static char *content;
static size_t content_size;

static int read_model(void **state)
{
    (void)state;
    (void)snprintf(model, sizeof model, "%s/models/text_lstm.h5", getenv("AIRLOCK_TEST_DATA"));
    struct stat st;
    int fd = open(model, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return -1;
    content_size = (size_t)st.st_size;
    content = malloc(content_size);
    bool good = content != NULL && read(fd, content, content_size) == (ssize_t)content_size;
    (void)close(fd);
    return good ? 0 : -1;
}

static int free_model(void **state)
{
    (void)state;
    free(content);
    return 0;
}

static struct al_report *accepted(struct al_report *report)
{
    assert_int_equal(al_report_verdict(report), AL_VERDICT_ACCEPT);
    return report;
}

static void every_door_leads_to_the_same_report(void **state)
{
    (void)state;
    struct al_report *by_path = NULL, *by_fd = NULL, *by_memory = NULL, *by_pipe = NULL;
    assert_int_equal(al_vet_path(&by_path, model, NULL, NULL), AL_OK);
    assert_int_equal(al_vet_memory(&by_memory, content, content_size, "memory", NULL, NULL), AL_OK);
    /* in the middle: the file is meant, not what is left of it */
    int fd = open(model, O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 100, SEEK_SET), 100);
    assert_int_equal(al_vet_fd(&by_fd, fd, "descriptor", NULL, NULL), AL_OK);
    assert_int_equal(close(fd), 0);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) >= (int)content_size);
    assert_int_equal(write(ends[1], content, content_size), (ssize_t)content_size);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(al_vet_fd(&by_pipe, ends[0], "pipe", NULL, NULL), AL_OK);
    assert_int_equal(close(ends[0]), 0);
    struct al_report *const all[] = {by_path, by_fd, by_memory, by_pipe};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        (void)accepted(all[i]);
        assert_true(al_report_file(all[i])->sealed);
        assert_string_equal(al_report_file(all[i])->sha256, al_report_file(by_path)->sha256);
        assert_int_equal(al_report_model(all[i])->parameters, al_report_model(by_path)->parameters);
    }
    assert_string_equal(al_report_file(by_memory)->path, "memory");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        al_report_free(all[i]);
}

static void bytes_may_go_once_they_were_given(void **state)
{
    (void)state;
    char *copy = malloc(content_size);
    assert_non_null(copy);
    memcpy(copy, content, content_size);
    struct al_report *report = NULL;
    assert_int_equal(al_vet_memory(&report, copy, content_size, "memory", NULL, NULL), AL_OK);
    memset(copy, 0xFF, content_size);
    free(copy);
    struct al_runner *runner = NULL;
    assert_int_equal(al_runner_new(&runner, accepted(report), NULL, NULL), AL_OK);
    al_runner_free(runner);
    al_report_free(report);
}

static void options_of_an_older_caller_are_taken(void **state)
{
    (void)state;
    struct al_options old = AL_OPTIONS_INIT;
    old.size = offsetof(struct al_options, no_digests);
    old.no_digests = true; /* beyond what this caller knows */
    struct al_report *report = NULL;
    assert_int_equal(al_vet_path(&report, model, &old, NULL), AL_OK);
    assert_int_equal(strlen(al_report_file(accepted(report))->sha256), 64);
    al_report_free(report);
}

static void facts_alone_cannot_be_computed_with(void **state)
{
    (void)state;
    struct al_options options = AL_OPTIONS_INIT;
    options.facts_only = true;
    struct al_report *report = NULL;
    struct al_runner *runner = NULL;
    struct al_error err = {0};
    size_t layers;
    assert_int_equal(al_vet_path(&report, model, &options, NULL), AL_OK);
    (void)al_report_layers(accepted(report), &layers);
    assert_true(layers >= 5);
    assert_int_equal(al_runner_new(&runner, report, NULL, &err), AL_USAGE);
    al_report_free(report);
}

static const int64_t words_shape[2] = {1, WORDS};
static const int32_t words[WORDS] = {5, 9, 1, 17, 42};

static struct al_ndarray words_array(void)
{
    return (struct al_ndarray){"words", "int32", 2, words_shape, words, sizeof words};
}

static void arrays_are_checked_before_they_are_used(void **state)
{
    (void)state;
    static const int64_t negative[2] = {-1, WORDS}, huge[2] = {INT64_MAX, INT64_MAX};
    struct al_report *report = NULL;
    struct al_runner *runner = NULL;
    struct al_ndarrays *outputs = NULL;
    assert_int_equal(al_vet_path(&report, model, NULL, NULL), AL_OK);
    assert_int_equal(al_runner_new(&runner, accepted(report), NULL, NULL), AL_OK);
    struct al_ndarray wrong[6];
    for (size_t i = 0; i < 6; i++)
        wrong[i] = words_array();
    wrong[0].bytes--;
    wrong[1].shape = negative;
    wrong[2].shape = huge;
    wrong[3].rank = 100;
    wrong[4].dtype = "object";
    wrong[5].name = "wrods";
    for (size_t i = 0; i < 6; i++) {
        struct al_error err = {0};
        assert_int_equal(al_runner_run(runner, &wrong[i], 1, &outputs, &err), AL_USAGE);
        assert_int_equal(err.code, AL_USAGE);
        assert_string_not_equal(err.what, "");
    }
    assert_int_equal(al_runner_run(runner, NULL, 0, &outputs, NULL), AL_USAGE);
    assert_null(outputs);
    al_runner_free(runner);
    al_report_free(report);
}

struct shared {
    struct al_runner *runner;
    float expected[TOPICS];
    bool same;
};

static bool run_once(struct al_runner *runner, float out[TOPICS])
{
    const struct al_ndarray input = words_array();
    struct al_ndarrays *outputs = NULL;
    bool good = al_runner_run(runner, &input, 1, &outputs, NULL) == AL_OK && al_ndarrays_count(outputs) == 1 &&
                al_ndarrays_at(outputs, 0)->bytes == TOPICS * sizeof *out;
    if (good)
        memcpy(out, al_ndarrays_at(outputs, 0)->data, TOPICS * sizeof *out);
    al_ndarrays_free(outputs);
    return good;
}

static void *run_often(void *argument)
{
    struct shared *shared = argument;
    float got[TOPICS];
    for (int i = 0; i < TURNS; i++)
        if (!run_once(shared->runner, got) || memcmp(got, shared->expected, sizeof got) != 0)
            __atomic_store_n(&shared->same, false, __ATOMIC_RELAXED);
    return NULL;
}

static void threads_share_a_runner(void **state)
{
    (void)state;
    struct al_report *report = NULL;
    struct shared shared = {.same = true};
    pthread_t threads[THREADS];
    assert_int_equal(al_vet_path(&report, model, NULL, NULL), AL_OK);
    assert_int_equal(al_runner_new(&shared.runner, accepted(report), NULL, NULL), AL_OK);
    assert_true(run_once(shared.runner, shared.expected));
    assert_true(shared.expected[0] + shared.expected[1] + shared.expected[2] > 0.999F);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_often, &shared), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(shared.same);
    al_runner_free(shared.runner);
    al_report_free(report);
}

/* Texts in, and words out: an inverted look-up answers with texts of its own. */
static void texts_go_in_and_come_out(void **state)
{
    (void)state;
    char path[4096];
    const int64_t shape[2] = {1, 2};
    const int64_t indices[2] = {2, 9};
    (void)snprintf(path, sizeof path, "%s/computed/keras3_lookups_inverted.keras", getenv("AIRLOCK_TEST_DATA"));
    struct al_report *report = NULL;
    struct al_runner *runner = NULL;
    struct al_ndarrays *out = NULL;
    assert_int_equal(al_vet_path(&report, path, NULL, NULL), AL_OK);
    assert_int_equal(al_runner_new(&runner, accepted(report), NULL, NULL), AL_OK);
    const struct al_ndarray in = {NULL, "int64", 2, shape, indices, sizeof indices};
    assert_int_equal(al_runner_run(runner, &in, 1, &out, NULL), AL_OK);
    const struct al_ndarray *first = al_ndarrays_at(out, 0);
    assert_string_equal(first->dtype, "string");
    assert_int_equal(first->bytes, 2 * sizeof(struct al_string));
    const struct al_string *texts = first->data;
    assert_int_equal(texts[0].length, 3);
    assert_memory_equal(texts[0].bytes, "b\xc3\xa9", 3);
    assert_int_equal(texts[1].length, 5);
    assert_memory_equal(texts[1].bytes, "[UNK]", 5);
    al_ndarrays_free(out);
    struct al_error err = {0};
    const struct al_ndarray short_one = {NULL, "string", 2, shape, texts, sizeof(struct al_string)};
    assert_int_equal(al_runner_run(runner, &short_one, 1, &out, &err), AL_USAGE);
    al_runner_free(runner);
    al_report_free(report);

    (void)snprintf(path, sizeof path, "%s/computed/keras3_texts_split_already.keras", getenv("AIRLOCK_TEST_DATA"));
    const struct al_string words_given[3] = {{"A", 1}, {"b", 1}, {NULL, 0}};
    const int64_t row[2] = {1, 3};
    assert_int_equal(al_vet_path(&report, path, NULL, NULL), AL_OK);
    assert_int_equal(al_runner_new(&runner, accepted(report), NULL, NULL), AL_OK);
    const struct al_ndarray given = {"tokens", "string", 2, row, words_given, sizeof words_given};
    assert_int_equal(al_runner_run(runner, &given, 1, &out, NULL), AL_OK);
    /* a, b, empty, then "a b" and "b ": by hand from the vocabulary "", [UNK], a, b, a b */
    const int64_t expected[5] = {2, 3, 0, 4, 1};
    assert_int_equal(al_ndarrays_at(out, 0)->bytes, sizeof expected);
    assert_memory_equal(al_ndarrays_at(out, 0)->data, expected, sizeof expected);
    al_ndarrays_free(out);
    al_runner_free(runner);
    al_report_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_go_in_and_come_out),
        cmocka_unit_test(every_door_leads_to_the_same_report),
        cmocka_unit_test(bytes_may_go_once_they_were_given),
        cmocka_unit_test(options_of_an_older_caller_are_taken),
        cmocka_unit_test(facts_alone_cannot_be_computed_with),
        cmocka_unit_test(arrays_are_checked_before_they_are_used),
        cmocka_unit_test(threads_share_a_runner),
    };
    return cmocka_run_group_tests(tests, read_model, free_model);
}
