/* The public library without a cell: what paths stand for, policies, explanations. */
#include "include/airlock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

static void make(const char *name, const char *content, size_t size)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(content, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void make_directory(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(root, "/tmp/airlock-api-XXXXXX");
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static struct al_collection *collect(void)
{
    const char *path = root;
    struct al_collection *c = NULL;
    assert_int_equal(al_collect(&c, &path, 1, NULL), AL_OK);
    return c;
}

/* The path of the one model found, below the root. */
static void expect_one(struct al_collection *c, const char *name)
{
    assert_int_equal(al_collection_facts(c)->models, 1);
    assert_string_equal(al_collection_path(c, 0) + strlen(root) + 1, name);
    al_collection_free(c);
}

static void a_walk_is_sorted_and_counts_what_it_leaves_out(void **state)
{
    (void)state;
    make("z.h5", "", 0);
    make("a.txt", "words", 5);
    make_directory("m");
    make("m/b.keras", "", 0);
    struct al_collection *c = collect();
    assert_int_equal(al_collection_facts(c)->models, 2);
    assert_int_equal(al_collection_facts(c)->skipped, 1);
    assert_string_equal(al_collection_path(c, 0) + strlen(root), "/m/b.keras");
    assert_string_equal(al_collection_path(c, 1) + strlen(root), "/z.h5");
    al_collection_free(c);
}

static void content_gives_a_model_away(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t before, size, after;
        const char *bytes;
    } cases[] = {
        {"HDF5", 0, 8, 10, "\x89HDF\r\n\x1a\n"},
        {"HDF5 behind a user block", 2048, 8, 10, "\x89HDF\r\n\x1a\n"},
        {"zip", 0, 4, 10, "PK\3\4"},
        {"zip behind other bytes", 300, 22, 0, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
        {"pickle", 0, 2, 10, "\x80\4"},
        {"npy", 0, 6, 10, "\x93NUMPY"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char content[4096] = {0};
        memcpy(content + cases[i].before, cases[i].bytes, cases[i].size);
        make("notes", content, cases[i].before + cases[i].size + cases[i].after);
        expect_one(collect(), "notes");
    }
    /* one byte off the places where HDF5 looks */
    char content[4096] = {0};
    memcpy(content + 2047, "\x89HDF\r\n\x1a\n", 8);
    make("notes", content, sizeof content);
    struct al_collection *c = collect();
    assert_int_equal(al_collection_facts(c)->models, 0);
    assert_int_equal(al_collection_facts(c)->skipped, 1);
    al_collection_free(c);
}

static void shards_belong_to_their_index(void **state)
{
    (void)state;
    make("m.weights.json", "{}", 2);
    make("m_00000.weights.h5", "", 0);
    make("m_00001.weights.h5", "", 0);
    expect_one(collect(), "m.weights.json");
    /* of another model, and not of a shard's form */
    make("n_00000.weights.h5", "", 0);
    make("m_1.weights.h5", "", 0);
    struct al_collection *c = collect();
    assert_int_equal(al_collection_facts(c)->models, 3);
    al_collection_free(c);
}

static void an_unpacked_model_is_one(void **state)
{
    (void)state;
    make_directory("unpacked");
    make("unpacked/config.json", "{}", 2);
    make("unpacked/metadata.json", "{}", 2);
    make("unpacked/model.weights.h5", "", 0);
    expect_one(collect(), "unpacked");
}

static void links_are_left_out(void **state)
{
    (void)state;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/loop", root);
    assert_int_equal(symlink(root, path), 0);
    (void)snprintf(path, sizeof path, "%s/passwd.h5", root);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    struct al_collection *c = collect();
    assert_int_equal(al_collection_facts(c)->models, 0);
    assert_int_equal(al_collection_facts(c)->skipped, 2);
    al_collection_free(c);
}

static void explanations_are_sorted_and_found_by_id(void **state)
{
    (void)state;
    const struct al_explanation *last = NULL, *e;
    for (size_t i = 0; (e = al_explanation_at(i)) != NULL; i++) {
        assert_true(last == NULL || strcmp(last->id, e->id) < 0);
        assert_ptr_equal(al_explain(e->id), e);
        last = e;
    }
    assert_non_null(last);
    assert_null(al_explain("keras.lambd"));
    assert_null(al_explain(""));
}

static void kinds_are_found_by_every_name(void **state)
{
    (void)state;
    struct al_kind_facts facts;
    char id[80], *text = NULL;
    size_t count = 0;
    while (al_kind_at(&facts, count)) {
        (void)snprintf(id, sizeof id, "%s.%s", facts.area, facts.name);
        assert_int_equal(al_kind_find(id), count);
        assert_int_equal(al_kind_text(&text, count, NULL), AL_OK);
        assert_true(strncmp(text, id, strlen(id)) == 0 && text[strlen(id)] == ':');
        al_text_free(text);
        count++;
    }
    assert_true(count > 250);
    assert_int_equal(al_kind_text(&text, count, NULL), AL_USAGE);
    assert_null(text);
    assert_int_equal(al_kind_find("layer.Convolution2D"), al_kind_find("layer.Conv2D"));
    assert_int_equal(al_kind_find("operation.math.add"), al_kind_find("operation.Add"));
    assert_int_not_equal(al_kind_find("operation.Add"), al_kind_find("layer.Add"));
    static const char *const unknown[] = {"", "layer", "layer.", "layer.dense", "Dense", "operation.Dense",
                                          "layerxDense"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_int_equal(al_kind_find(unknown[i]), SIZE_MAX);
}

static void a_policy_is_what_its_text_says(void **state)
{
    (void)state;
    struct al_policy *policy = NULL, *again = NULL;
    char *text = NULL, path[256], one[65], other[65];
    assert_int_equal(al_policy_named(&policy, "default", NULL), AL_OK);
    assert_string_equal(al_policy_name(policy), "default");
    assert_int_equal(al_policy_text(policy, &text, NULL), AL_OK);
    make("policy.json", text, strlen(text));
    (void)snprintf(path, sizeof path, "%s/policy.json", root);
    assert_int_equal(al_policy_load(&again, path, NULL, NULL), AL_OK);
    assert_int_equal(al_policy_digest(policy, one, NULL), AL_OK);
    assert_int_equal(al_policy_digest(again, other, NULL), AL_OK);
    assert_string_equal(one, other);
    al_text_free(text);
    al_policy_free(policy);
    al_policy_free(again);
}

static void a_bad_policy_has_a_report(void **state)
{
    (void)state;
    struct al_policy *policy = NULL;
    struct al_report *report = NULL;
    struct al_error err = {0};
    char path[256];
    make("policy.json", "{\"nmae\":\"x\"}", 12);
    (void)snprintf(path, sizeof path, "%s/policy.json", root);
    assert_int_equal(al_policy_load(&policy, path, &report, &err), AL_REFUSED);
    assert_int_equal(err.code, AL_REFUSED);
    assert_null(policy);
    size_t count;
    const struct al_remark *const *remarks = al_report_remarks(report, &count);
    assert_true(count >= 1);
    assert_int_equal(remarks[0]->severity, AL_REFUSE);
    assert_non_null(strstr(remarks[0]->where, "nmae"));
    al_report_free(report);
    assert_int_equal(al_policy_load(&policy, "/nowhere", &report, &err), AL_IO);
    assert_int_equal(al_policy_named(&policy, "lenient", &err), AL_USAGE);
}

static void what_cannot_be_opened_has_a_report(void **state)
{
    (void)state;
    struct al_report *report = NULL;
    assert_int_equal(al_vet_path(&report, "/nowhere/\x1b[31m.keras", NULL, NULL), AL_OK);
    assert_int_equal(al_report_verdict(report), AL_VERDICT_ERROR);
    assert_null(strchr(al_report_file(report)->path, '\x1b'));
    assert_string_not_equal(al_report_file(report)->error, "");
    assert_null(al_report_model(report));
    size_t count;
    (void)al_report_layers(report, &count);
    assert_int_equal(count, 0);
    al_report_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_walk_is_sorted_and_counts_what_it_leaves_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(content_gives_a_model_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shards_belong_to_their_index, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unpacked_model_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_left_out, set_up, tear_down),
        cmocka_unit_test(explanations_are_sorted_and_found_by_id),
        cmocka_unit_test(kinds_are_found_by_every_name),
        cmocka_unit_test_setup_teardown(a_policy_is_what_its_text_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_policy_has_a_report, set_up, tear_down),
        cmocka_unit_test(what_cannot_be_opened_has_a_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
