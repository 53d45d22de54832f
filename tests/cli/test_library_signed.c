/* Signatures through the public library: made, demanded, and held on to while the file that
   they spoke of becomes another on disk. */
#include "include/airlock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS = 20 };

static char folder[] = "/tmp/airlock-signed-XXXXXX";
static char *content;
static size_t content_size;

static void put(const char *name, const void *bytes, size_t size, int flags)
{
    int fd = open(name, O_WRONLY | O_CLOEXEC | flags, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
    (void)state;
    char path[4096];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/models/text_lstm.h5", getenv("AIRLOCK_TEST_DATA"));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    content_size = (size_t)st.st_size;
    content = malloc(content_size);
    bool good = content != NULL && read(fd, content, content_size) == (ssize_t)content_size;
    (void)close(fd);
    return good ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"m.h5", "m.h5.minisig", "key", "key.pub", "policy.json"};
    free(content);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(names[i]);
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

/* A fresh m.h5 signed by a fresh key, and the policy that trusts it alone; to be freed. */
static struct al_policy *sign_and_trust(void)
{
    char text[256];
    struct al_signing_key *key = NULL;
    struct al_policy *policy = NULL;
    put("m.h5", content, content_size, O_CREAT | O_TRUNC);
    assert_int_equal(al_signing_key_new(&key, NULL), AL_OK);
    assert_int_equal(strlen(al_signing_key_id(key)), 16);
    assert_int_equal(al_signing_key_save(key, "key", "key.pub", NULL, true, NULL), AL_OK);
    assert_int_equal(al_signing_key_save(key, "key", "key.pub", NULL, false, NULL), AL_USAGE);
    assert_int_equal(access("key.pub", F_OK), 0);
    assert_int_equal(al_sign_path(key, "m.h5", NULL, "by the library", NULL), AL_OK);
    (void)snprintf(text, sizeof text, "{\"signatures\": {\"required\": true, \"minisign\": [\"%s\"]}}",
                   al_signing_key_public(key));
    put("policy.json", text, strlen(text), O_CREAT | O_TRUNC);
    assert_int_equal(al_policy_load(&policy, "policy.json", NULL, NULL), AL_OK);
    al_signing_key_free(key);
    return policy;
}

static struct al_report *vet(const struct al_policy *policy)
{
    struct al_options options = AL_OPTIONS_INIT;
    struct al_report *report = NULL;
    options.policy = policy;
    assert_int_equal(al_vet_path(&report, "m.h5", &options, NULL), AL_OK);
    return report;
}

static struct al_ndarrays *predict(const struct al_report *report)
{
    static const int64_t shape[] = {1, WORDS};
    static int32_t words[WORDS] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    const struct al_ndarray input = {"", "int32", 2, shape, words, sizeof words};
    struct al_runner *runner = NULL;
    struct al_ndarrays *outputs = NULL;
    assert_int_equal(al_runner_new(&runner, report, NULL, NULL), AL_OK);
    assert_int_equal(al_runner_run(runner, &input, 1, &outputs, NULL), AL_OK);
    al_runner_free(runner);
    return outputs;
}

static void rename_over(const char *evil)
{
    put("m.h5.new", evil, content_size, O_CREAT | O_TRUNC);
    assert_int_equal(rename("m.h5.new", "m.h5"), 0);
}

static void write_in_place(const char *evil)
{
    put("m.h5", evil, content_size, 0);
}

static void truncate_it(const char *evil)
{
    (void)evil;
    assert_int_equal(truncate("m.h5", 0), 0);
}

static void what_was_judged_is_what_computes(void **state)
{
    (void)state;
    static void (*const swaps[])(const char *evil) = {rename_over, write_in_place, truncate_it};
    char *evil = malloc(content_size);
    assert_non_null(evil);
    for (size_t i = 0; i < content_size; i++)
        evil[i] = (char)(content[i] ^ 1);
    for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        struct al_policy *policy = sign_and_trust();
        struct al_report *before = vet(policy);
        assert_int_equal(al_report_verdict(before), AL_VERDICT_ACCEPT);
        assert_string_equal(al_report_file(before)->signature, "valid");
        assert_string_equal(al_report_file(before)->signature_comment, "by the library");
        struct al_ndarrays *wanted = predict(before);
        swaps[i](evil);
        struct al_ndarrays *got = predict(before);
        const struct al_ndarray *a = al_ndarrays_at(wanted, 0), *b = al_ndarrays_at(got, 0);
        assert_int_equal(a->bytes, b->bytes);
        assert_memory_equal(a->data, b->data, a->bytes);
        struct al_report *after = vet(policy);
        assert_int_equal(al_report_verdict(after), AL_VERDICT_REFUSE);
        assert_string_equal(al_report_file(after)->signature, "invalid");
        al_ndarrays_free(wanted);
        al_ndarrays_free(got);
        al_report_free(before);
        al_report_free(after);
        al_policy_free(policy);
    }
    free(evil);
}

/* A descriptor is read once; its signature has to be named. */
static void a_descriptor_is_signed_too(void **state)
{
    (void)state;
    struct al_policy *policy = sign_and_trust();
    struct al_options options = AL_OPTIONS_INIT;
    struct al_report *report = NULL;
    options.policy = policy;
    int fd = open("m.h5", O_RDONLY | O_CLOEXEC);
    assert_int_equal(al_vet_fd(&report, fd, "m.h5", &options, NULL), AL_OK);
    assert_int_equal(al_report_verdict(report), AL_VERDICT_REFUSE);
    al_report_free(report);
    options.signature = "m.h5.minisig";
    assert_int_equal(al_vet_fd(&report, fd, "m.h5", &options, NULL), AL_OK);
    assert_int_equal(al_report_verdict(report), AL_VERDICT_ACCEPT);
    al_report_free(report);
    assert_int_equal(close(fd), 0);
    assert_int_equal(al_vet_memory(&report, content, content_size, "m.h5", &options, NULL), AL_OK);
    assert_int_equal(al_report_verdict(report), AL_VERDICT_ACCEPT);
    al_report_free(report);
    al_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_judged_is_what_computes),
        cmocka_unit_test(a_descriptor_is_signed_too),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
