/* The policy language: what is read, what is refused and where, and that a policy
   survives being printed and read again. */
#include "tests/unit/policies.h"
#include "tests/unit/unit.h"

#include "base/limits.h"
#include "policy/suggest.h"

static void accept(struct fixture *f, const char *json)
{
    const enum al_status status = policies_read(f, json);
    if (f->findings.count > 0)
        print_error("%s: %s\n", f->findings.list[0].where, f->findings.list[0].message);
    assert_int_equal(status, AL_OK);
    assert_int_equal(f->findings.count, 0);
}

static void refuse(struct fixture *f, const char *json, enum al_finding_id id, const char *where)
{
    const enum al_status status = policies_read(f, json);
    assert_int_equal(status, AL_REFUSED);
    assert_null(f->policy);
    assert_true(f->findings.count > 0);
    assert_string_equal(al_finding_row(f->findings.list[0].id)->id, al_finding_row(id)->id);
    assert_string_equal(f->findings.list[0].where, where);
}

static void an_empty_policy_is_the_default(void **state)
{
    struct fixture *f = *state;
    accept(f, "{}");
    const struct al_policy *p = f->policy;
    assert_true(p->graphs);
    assert_false(p->allow_unsealed);
    assert_false(p->trust.required);
    assert_int_equal(p->require, AL_DEFENCE_ALWAYS);
    assert_true((p->formats & (1U << AL_FORMAT_KERAS)) != 0);
    assert_null(p->allow_layers);
    assert_string_equal(p->name, "unnamed");
    assert_int_equal(p->limits.seconds, 30);
    assert_int_equal(al_policy_severity(p, AL_KERAS_LAMBDA), AL_REFUSE);
}

static void every_key_reaches_its_field(void **state)
{
    struct fixture *f = *state;
    accept(f, "{\"$schema\": \"x\", \"name\": \"mine\", \"note\": \"n\", \"formats\": [\"keras\", \"npy\"],"
              " \"graphs\": false, \"unsealed\": true,"
              " \"layers\": {\"refuse\": [\"TimeDistributed\"], \"allow\": [\"Dense\", \"LSTM\"], \"note\": \"\"},"
              " \"limits\": {\"file_bytes\": 1099511627776, \"seconds\": 7, \"layers\": 3},"
              " \"require\": [\"landlock\", \"sealed\"],"
              " \"signatures\": {\"required\": true,"
              "   \"minisign\": [\"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3\"],"
              "   \"model_signing\": [\"key.pem\"]}}");
    const struct al_policy *p = f->policy;
    assert_string_equal(p->name, "mine");
    assert_int_equal(p->formats, (1U << AL_FORMAT_KERAS) | (1U << AL_FORMAT_NPY));
    assert_false(p->graphs);
    assert_true(p->allow_unsealed);
    assert_int_equal(p->refuse_layer_count, 1);
    assert_string_equal(p->refuse_layers[0], "TimeDistributed");
    assert_int_equal(p->allow_layer_count, 2);
    assert_string_equal(p->allow_layers[1], "LSTM");
    assert_int_equal(p->limits.file_bytes, UINT64_C(1) << 40);
    assert_int_equal(p->limits.seconds, 7);
    assert_int_equal(p->limits.layers, 3);
    assert_int_equal(p->require, AL_DEFENCE_ALWAYS | AL_DEFENCE_LANDLOCK | AL_DEFENCE_SEALED);
    assert_true(p->trust.required);
    assert_int_equal(p->trust.lists[AL_KEY_MINISIGN].count, 1);
    assert_string_equal(p->trust.lists[AL_KEY_PEM].keys[0].file, "key.pem");
}

static void refusals_name_the_place(void **state)
{
    struct fixture *f = *state;
    refuse(f, "", AL_JSON_SYNTAX, "policy");
    refuse(f, "[]", AL_POLICY_TYPE, "policy");
    refuse(f, "{\"name\": \"a\", \"name\": \"b\"}", AL_JSON_DUPLICATE_KEY, "policy");
    refuse(f, "{\"limts\": {}}", AL_POLICY_UNKNOWN, "policy:/limts");
    refuse(f, "{\"name\": 3}", AL_POLICY_TYPE, "policy:/name");
    refuse(f, "{\"note\": 3}", AL_POLICY_TYPE, "policy:/note");
    refuse(f, "{\"formats\": [\"keras\", \"pickle\"]}", AL_POLICY_VALUE, "policy:/formats/1");
    refuse(f, "{\"layers\": {\"refuse\": [\"A\", \"B\", \"A\"]}}", AL_POLICY_DUPLICATE, "policy:/layers/refuse/2");
    refuse(f, "{\"layers\": {\"refuse\": \"A\"}}", AL_POLICY_TYPE, "policy:/layers/refuse");
    refuse(f, "{\"limits\": {\"seconds\": 0}}", AL_POLICY_VALUE, "policy:/limits/seconds");
    refuse(f, "{\"limits\": {\"seconds\": 3601}}", AL_POLICY_CEILING, "policy:/limits/seconds");
    refuse(f, "{\"limits\": {\"seconds\": 1.0}}", AL_POLICY_TYPE, "policy:/limits/seconds");
    refuse(f, "{\"limits\": {\"second\": 1}}", AL_POLICY_UNKNOWN, "policy:/limits/second");
    refuse(f, "{\"require\": [\"selinux\"]}", AL_POLICY_VALUE, "policy:/require/0");
    refuse(f, "{\"extends\": \"/etc/policy.json\"}", AL_POLICY_VALUE, "policy:/extends");
    refuse(f, "{\"extends\": [\"default\"]}", AL_POLICY_TYPE, "policy:/extends");
    refuse(f, "{\"signatures\": {\"minisign\": [\"RWshort\"]}}", AL_POLICY_VALUE, "policy:/signatures/minisign/0");
    refuse(f, "{\"signatures\": {\"model_signing\": [\"../k\"]}}", AL_POLICY_VALUE,
           "policy:/signatures/model_signing/0");
    refuse(f, "{\"findings\": {\"keras.lambda\": \"warn\"}}", AL_POLICY_VALUE, "policy:/findings/keras.lambda");
    refuse(f, "{\"findings\": {\"keras.lamda\": \"warn\"}}", AL_POLICY_UNKNOWN, "policy:/findings/keras.lamda");
}

static void every_error_is_told_at_once(void **state)
{
    struct fixture *f = *state;
    refuse(f, "{\"nme\": 1, \"graphs\": 1, \"limits\": {\"x\": 1, \"layers\": \"3\"}}", AL_POLICY_UNKNOWN,
           "policy:/nme");
    assert_int_equal(f->findings.count, 4);
    assert_string_equal(f->findings.list[0].message, "unknown key \"nme\"; did you mean \"name\"?");
}

static void shipped_policies_are_what_they_say(void **state)
{
    struct fixture *f = *state;
    (void)f;
    struct al_policy *p = al_policy_shipped("default");
    assert_non_null(p);
    assert_string_equal(p->name, "default");
    assert_true(p->graphs);
    al_policy_free(p);
    p = al_policy_shipped("strict");
    assert_non_null(p);
    assert_string_equal(p->name, "strict");
    assert_true(p->trust.required);
    assert_int_equal(p->require, AL_DEFENCE_ALL);
    al_policy_free(p);
    p = al_policy_shipped("tensors");
    assert_non_null(p);
    assert_false(p->graphs);
    al_policy_free(p);
    assert_null(al_policy_shipped("lenient"));
}

static void a_policy_keeps_what_it_extends(void **state)
{
    struct fixture *f = *state;
    accept(f, "{\"limits\": {\"layers\": 9}, \"extends\": \"strict\", \"name\": \"mine\"}");
    assert_true(f->policy->trust.required);
    assert_int_equal(f->policy->require, AL_DEFENCE_ALL);
    assert_int_equal(f->policy->limits.layers, 9);
    accept(f, "{\"extends\": \"strict\", \"signatures\": {\"minisign\": []}}");
    assert_true(f->policy->trust.required);
    assert_string_equal(f->policy->name, "unnamed");
}

static void printed_and_read_again_it_is_the_same(void **state)
{
    static const char *const policies[] = {
        "{}",
        "{\"extends\": \"strict\", \"name\": \"a \\\"b\\\" \\\\ \xC3\xA9\"}",
        "{\"extends\": \"tensors\", \"formats\": [], \"layers\": {\"allow\": [], \"refuse\": [\"a\", \"b\"]}}",
        "{\"limits\": {\"file_bytes\": 1, \"findings\": 1000, \"output_bytes\": 4294967297}, \"unsealed\": true}",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        struct al_buffer first, second;
        al_buffer_init(&first, AL_MAX_POLICY_BYTES);
        al_buffer_init(&second, AL_MAX_POLICY_BYTES);
        accept(f, policies[i]);
        al_policy_write(&first, f->policy);
        al_buffer_u8(&first, 0);
        assert_false(first.failed);
        accept(f, (const char *)first.data);
        al_policy_write(&second, f->policy);
        al_buffer_u8(&second, 0);
        assert_string_equal((const char *)first.data, (const char *)second.data);
        al_buffer_free(&first);
        al_buffer_free(&second);
    }
}

static void suggestions_are_near(void **state)
{
    (void)state;
    static const char *const names[] = {"limits", "layers", "formats"};
    assert_int_equal(al_edit_distance(al_text_of("kitten"), al_text_of("sitting")), 3);
    assert_int_equal(al_edit_distance(al_text_of("ab"), al_text_of("ba")), 1);
    assert_int_equal(al_edit_distance(al_text_of(""), al_text_of("abc")), 3);
    assert_string_equal(al_suggest(al_text_of("limts"), names, 3, sizeof names[0]), "limits");
    assert_string_equal(al_suggest(al_text_of("format"), names, 3, sizeof names[0]), "formats");
    assert_null(al_suggest(al_text_of("require"), names, 3, sizeof names[0]));
}

static void limits_stand_in_order_below_their_ceilings(void **state)
{
    (void)state;
    struct al_limits limits = {0};
    for (size_t i = 0; i < al_limit_row_count; i++) {
        const struct al_limit_row *row = &al_limit_rows[i];
        assert_true(row->standard >= 1 && row->standard <= row->ceiling);
        al_limit_set(&limits, row, row->ceiling);
        assert_int_equal(al_limit_get(&limits, row), row->ceiling);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_policy_is_the_default, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(every_key_reaches_its_field, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(refusals_name_the_place, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(every_error_is_told_at_once, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(shipped_policies_are_what_they_say, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(a_policy_keeps_what_it_extends, policies_begin, policies_end),
        cmocka_unit_test_setup_teardown(printed_and_read_again_it_is_the_same, policies_begin, policies_end),
        cmocka_unit_test(suggestions_are_near),
        cmocka_unit_test(limits_stand_in_order_below_their_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
