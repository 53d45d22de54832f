/* The table of findings keeps the contract's promises, and the sink never loses
   a refusal nor lets hostile text through. */
#include "tests/unit/unit.h"

#include "base/limits.h"
#include "policy/finding.h"
#include "policy/policy.h"

#include <ctype.h>
#include <stdio.h>

enum { BUDGET = 1 << 22 };

static void ids_have_the_form_of_the_contract(void **state)
{
    (void)state;
    static const char *const areas[] = {
        "keras.", "graph.", "weights.", "json.", "zip.", "hdf5.", "pickle.", "npy.", "safetensors.", "gguf.", "onnx.",
        "tflite.", "savedmodel.", "checkpoint.", "protobuf.", "format.", "limit.", "policy.", "signature.", "cell.",
        "input.",
    };
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const char *id = al_finding_row((enum al_finding_id)i)->id;
        bool known = false;
        for (size_t a = 0; a < sizeof areas / sizeof areas[0]; a++)
            known = known || strncmp(id, areas[a], strlen(areas[a])) == 0;
        if (!known)
            fail_msg("%s: no such area", id);
        for (const char *c = id; *c != '\0'; c++)
            if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '.' && *c != '-')
                fail_msg("%s: a character outside a-z, 0-9, dot and hyphen", id);
    }
}

static void rows_are_sorted_unique_and_complete(void **state)
{
    (void)state;
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const struct al_finding_row *row = al_finding_row((enum al_finding_id)i);
        if (i > 0 && strcmp(al_finding_row((enum al_finding_id)(i - 1))->id, row->id) >= 0)
            fail_msg("%s is out of order or there twice", row->id);
        if (strlen(row->title) < 8 || strlen(row->why) < 20 || strlen(row->remedy) < 20)
            fail_msg("%s lacks its texts", row->id);
        if (!al_utf8_valid(row->why, strlen(row->why)) || !al_utf8_valid(row->remedy, strlen(row->remedy)))
            fail_msg("%s: not UTF-8", row->id);
        assert_int_equal(al_finding_by_name(al_text_of(row->id)), i);
    }
    assert_int_equal(al_finding_by_name(al_text_of("keras.lambd")), AL_FINDING_COUNT);
    assert_int_equal(al_finding_by_name(al_text_of("")), AL_FINDING_COUNT);
}

/* "CWE-502 CWE-94", "CVE-2024-3660": what the SARIF rules are made from */
static bool is_list_of(const char *list, const char *prefix)
{
    while (*list != '\0') {
        if (strncmp(list, prefix, strlen(prefix)) != 0)
            return false;
        list += strlen(prefix);
        size_t digits = strspn(list, "0123456789-");
        if (digits == 0)
            return false;
        list += digits;
        if (*list == ' ' && list[1] != '\0')
            list++;
        else if (*list != '\0')
            return false;
    }
    return true;
}

static void references_are_well_formed(void **state)
{
    (void)state;
    for (int i = 0; i < AL_FINDING_COUNT; i++) {
        const struct al_finding_row *row = al_finding_row((enum al_finding_id)i);
        if (!is_list_of(row->cwe, "CWE-") || !is_list_of(row->cve, "CVE-"))
            fail_msg("%s: references", row->id);
    }
}

static void places_are_json_pointers(void **state)
{
    (void)state;
    struct al_place root = al_place_root("config.json");
    struct al_place layers = al_place_key(&root, al_text_of("layers"));
    struct al_place third = al_place_index(&layers, 3);
    struct al_place odd = al_place_key(&third, al_text_of("a/b~c\x1B"));
    struct al_buffer b;
    al_buffer_init(&b, 1000);
    al_place_write(&b, &odd);
    al_buffer_text(&b, " ");
    al_place_write(&b, &root);
    al_buffer_u8(&b, 0);
    assert_string_equal((const char *)b.data, "config.json:/layers/3/a~1b~0c\\u{1B} config.json");
    al_buffer_free(&b);
}

static void a_refusal_is_told_and_escaped(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 10);
    struct al_place root = al_place_root("m\n");
    bool goes_on = al_find(&f, AL_KERAS_LAMBDA, &root, "a layer", al_text_of("\x1B[2J"), "layer %s runs code",
                           al_show(&f, al_text_of("\xFF")));
    assert_false(goes_on);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.refusals, 1);
    assert_int_equal(f.list[0].severity, AL_REFUSE);
    assert_string_equal(f.list[0].where, "m\\u{A}");
    assert_string_equal(f.list[0].expected, "a layer");
    assert_string_equal(f.list[0].found, "\\u{1B}[2J");
    assert_string_equal(f.list[0].message, "layer \\xFF runs code");
    al_arena_free(arena);
}

static void the_sink_keeps_its_cap_and_the_count(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 3);
    for (int i = 0; i < 10; i++)
        assert_false(al_find_at(&f, AL_KERAS_LAMBDA, AL_NOTHING, NULL, AL_NOTHING, "number %d", i));
    assert_int_equal(f.count, 3);
    assert_int_equal(f.dropped, 7);
    assert_int_equal(f.refusals, 10);
    assert_string_equal(f.list[2].message, "number 2");
    al_arena_free(arena);
}

static void a_policy_weighs_and_a_refusal_is_never_dropped(void **state)
{
    (void)state;
    struct al_policy policy = {0};
    for (int i = 0; i < AL_FINDING_COUNT; i++)
        policy.severity[i] = AL_REFUSE;
    policy.severity[AL_KERAS_LAMBDA] = AL_WARN;
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    al_findings_init(&f, arena, &policy, 2);
    for (int i = 0; i < 3; i++)
        assert_true(al_find_at(&f, AL_KERAS_LAMBDA, AL_NOTHING, NULL, AL_NOTHING, "soft"));
    assert_int_equal(f.refusals, 0);
    assert_false(al_find_at(&f, AL_LIMIT_MEMORY, AL_NOTHING, NULL, AL_NOTHING, "hard"));
    assert_int_equal(f.count, 2);
    assert_int_equal(f.refusals, 1);
    assert_int_equal(f.list[1].id, AL_LIMIT_MEMORY);
    al_arena_free(arena);
}

static void short_memory_is_remembered(void **state)
{
    (void)state;
    struct al_arena *arena = al_arena_new(64);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, 10);
    assert_false(al_find_at(&f, AL_KERAS_LAMBDA, AL_NOTHING, NULL, AL_NOTHING, "no room"));
    assert_true(f.failed);
    assert_int_equal(f.refusals, 1);
    al_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_have_the_form_of_the_contract),
        cmocka_unit_test(rows_are_sorted_unique_and_complete),
        cmocka_unit_test(references_are_well_formed),
        cmocka_unit_test(places_are_json_pointers),
        cmocka_unit_test(a_refusal_is_told_and_escaped),
        cmocka_unit_test(the_sink_keeps_its_cap_and_the_count),
        cmocka_unit_test(a_policy_weighs_and_a_refusal_is_never_dropped),
        cmocka_unit_test(short_memory_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
