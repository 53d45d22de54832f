/* JSON from strangers: what RFC 8259 allows is read, and every text that two
   readers could understand differently is refused by the name of its trick. */
#include "tests/unit/unit.h"

#include "base/limits.h"
#include "policy/json.h"

#include <stdio.h>

struct reading {
    struct al_arena *arena;
    struct al_findings findings;
    json_t *root;
};

static struct reading read_bytes(const void *bytes, size_t size)
{
    struct reading r = {.arena = al_arena_new((size_t)1 << 20)};
    al_findings_init(&r.findings, r.arena, NULL, 10);
    bool good = al_json_read(&r.root, bytes, size, "config.json", &r.findings);
    assert_int_equal(good, r.findings.count == 0);
    assert_int_equal(good, r.root != NULL);
    return r;
}

static void give_back(struct reading *r)
{
    json_decref(r->root);
    al_arena_free(r->arena);
}

static void refuse_bytes(const void *bytes, size_t size, enum al_finding_id id, const char *place)
{
    struct reading r = read_bytes(bytes, size);
    if (r.findings.count == 0)
        fail_msg("%.*s: read", (int)(size < 40 ? size : 40), (const char *)bytes);
    const struct al_finding *f = &r.findings.list[0];
    if (f->id != id)
        fail_msg("%.*s: %s: %s", (int)(size < 40 ? size : 40), (const char *)bytes, al_finding_row(f->id)->id, f->message);
    assert_string_equal(f->where, "config.json");
    if (place != NULL && strstr(f->message, place) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", f->message, place);
    give_back(&r);
}

static void refuse(const char *text, enum al_finding_id id, const char *place)
{
    refuse_bytes(text, strlen(text), id, place);
}

static void honest_texts_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}", "[]", " [1, -0, 0.5, 1e-3, 1.000E-3, 9223372036854775807, -9223372036854775808]\n",
        "{\"a\": {\"a\": {\"a\": null}}, \"b\": [true, false]}", "{\"a\": 1, \"A\": 2, \"\": 3}",
        "\"a string alone\"", "\"\\u00e9 \\ud83d\\ude00 \\/ \\\\ \\\" \\b\\f\\n\\r\\t NaN // # \xEF\xBB\xBF \x7F\"",
        "{\r\n\t\"indented\": [\r\n\t\t1\r\n\t]\r\n}", "[\"\xEF\xBF\xBD\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct reading r = read_bytes(texts[i], strlen(texts[i]));
        if (r.root == NULL)
            fail_msg("%s: %s", texts[i], r.findings.list[0].message);
        give_back(&r);
    }
}

static void escapes_mean_their_characters(void **state)
{
    (void)state;
    const char *text = "{\"\\u004Cambda\": \"\\ud83d\\ude00\"}";
    struct reading r = read_bytes(text, strlen(text));
    assert_true(al_text_is(al_json_text(json_object_get(r.root, "Lambda")), "\xF0\x9F\x98\x80"));
    give_back(&r);
}

static void a_key_twice_is_refused_however_it_is_spelt(void **state)
{
    (void)state;
    refuse("{\"a\": 1, \"a\": 2}", AL_JSON_DUPLICATE_KEY, "line 1, column 12");
    refuse("{\"layers\": 1,\n \"\\u006Cayers\": 2}", AL_JSON_DUPLICATE_KEY, "line 2");
    refuse("{\"a\": {\"b\": [{\"x\": 1, \"y\": 2, \"x\": 1}]}}", AL_JSON_DUPLICATE_KEY, "line 1");
}

static void numbers_that_json_does_not_have(void **state)
{
    (void)state;
    refuse("[NaN]", AL_JSON_NAN, "line 1, column 2 (byte 1)");
    refuse("[\n Infinity]", AL_JSON_NAN, "line 2, column 2 (byte 3)");
    refuse("{\"\xC3\xA9\": -Infinity}", AL_JSON_NAN, "line 1, column 7 (byte 7)");
    refuse("[9223372036854775808]", AL_JSON_NUMBER_RANGE, "line 1");
    refuse("[-9223372036854775809]", AL_JSON_NUMBER_RANGE, NULL);
    refuse("[1e999]", AL_JSON_NUMBER_RANGE, NULL);
    refuse("[01]", AL_JSON_SYNTAX, NULL);
    refuse("[+1]", AL_JSON_SYNTAX, NULL);
    refuse("[.5]", AL_JSON_SYNTAX, NULL);
    refuse("[1.]", AL_JSON_SYNTAX, NULL);
    refuse("[0x10]", AL_JSON_SYNTAX, NULL);
    refuse("[1_000]", AL_JSON_SYNTAX, NULL);
    refuse("[True]", AL_JSON_SYNTAX, NULL);
}

static void other_encodings(void **state)
{
    (void)state;
    refuse("\xEF\xBB\xBF{}", AL_JSON_BYTE_ORDER_MARK, "byte 0");
    refuse_bytes("\xFF\xFE{\0}\0", 6, AL_JSON_NOT_UTF8, NULL);
    refuse_bytes("\xFE\xFF\0{\0}", 6, AL_JSON_NOT_UTF8, NULL);
    refuse_bytes("{\0}\0", 4, AL_JSON_NOT_UTF8, NULL);
    refuse_bytes("{\0\0\0}\0\0\0", 8, AL_JSON_NOT_UTF8, NULL);
    refuse("[\"\xC0\xAF\"]", AL_JSON_NOT_UTF8, "byte 2");
    refuse("[\"ab\xED\xA0\x80\"]", AL_JSON_NOT_UTF8, "byte 4");
    refuse("[\"\xFF\"]", AL_JSON_NOT_UTF8, NULL);
    refuse("[\"\\ud800\"]", AL_JSON_LONE_SURROGATE, "byte 2");
    refuse("[\"\\udc00\"]", AL_JSON_LONE_SURROGATE, NULL);
    refuse("[\"\\ud800\\ud800\"]", AL_JSON_LONE_SURROGATE, NULL);
    refuse("[\"\\ud800\\n\"]", AL_JSON_LONE_SURROGATE, NULL);
    refuse("[\"a\\u0000b\"]", AL_JSON_NUL, "byte 3");
    refuse("{\"a\\u0000b\": 1}", AL_JSON_NUL, NULL);
}

static void what_only_lenient_readers_take(void **state)
{
    (void)state;
    refuse("{} // the end", AL_JSON_COMMENT, "byte 3");
    refuse("/* x */ {}", AL_JSON_COMMENT, "byte 0");
    refuse("# x\n{}", AL_JSON_COMMENT, NULL);
    refuse("{'a': 1}", AL_JSON_SYNTAX, NULL);
    refuse("{a: 1}", AL_JSON_SYNTAX, NULL);
    refuse("[1,]", AL_JSON_SYNTAX, NULL);
    refuse("{\"a\": 1,}", AL_JSON_SYNTAX, NULL);
    refuse("[1 2]", AL_JSON_SYNTAX, NULL);
    refuse("{} {}", AL_JSON_SYNTAX, NULL);
    refuse("", AL_JSON_SYNTAX, NULL);
    refuse("[", AL_JSON_SYNTAX, NULL);
    refuse("[}", AL_JSON_SYNTAX, NULL);
    refuse("]", AL_JSON_SYNTAX, NULL);
    refuse("\"abc", AL_JSON_SYNTAX, NULL);
    refuse("\"abc\\", AL_JSON_SYNTAX, NULL);
    refuse("\"\\u12", AL_JSON_SYNTAX, NULL);
    refuse("\"\\x41\"", AL_JSON_SYNTAX, NULL);
    refuse("\"a\nb\"", AL_JSON_SYNTAX, "line 1, column 3");
    refuse("[\f]", AL_JSON_SYNTAX, NULL);
    refuse("\xC2\xA0{}", AL_JSON_SYNTAX, NULL);
}

static void nesting_ends_at_the_limit(void **state)
{
    (void)state;
    char text[2 * AL_MAX_JSON_DEPTH + 3];
    memset(text, '[', AL_MAX_JSON_DEPTH);
    memset(text + AL_MAX_JSON_DEPTH, ']', AL_MAX_JSON_DEPTH);
    struct reading r = read_bytes(text, 2UL * AL_MAX_JSON_DEPTH);
    assert_non_null(r.root);
    give_back(&r);
    memset(text, '[', AL_MAX_JSON_DEPTH + 1);
    memset(text + AL_MAX_JSON_DEPTH + 1, ']', AL_MAX_JSON_DEPTH + 1);
    refuse_bytes(text, 2UL * AL_MAX_JSON_DEPTH + 2, AL_JSON_TOO_DEEP, "byte 64");
}

static void amounts_end_at_their_limits(void **state)
{
    (void)state;
    size_t room = AL_MAX_JSON_NODES * 2UL + 16;
    char *text = malloc(room);
    assert_non_null(text);

    memset(text, 'a', AL_MAX_JSON_STRING + 2UL);
    text[0] = text[AL_MAX_JSON_STRING - 1] = '"';
    struct reading r = read_bytes(text, AL_MAX_JSON_STRING);
    assert_non_null(r.root);
    give_back(&r);
    text[AL_MAX_JSON_STRING - 1] = 'a';
    text[AL_MAX_JSON_STRING + 1] = '"';
    refuse_bytes(text, AL_MAX_JSON_STRING + 2UL, AL_LIMIT_JSON, "too long");

    for (size_t i = 0; i < room; i += 2)
        memcpy(text + i, "1,", 2);
    text[0] = '[';
    refuse_bytes(text, room, AL_LIMIT_JSON, "too many");

    memset(text, ' ', 5000);
    memcpy(text, "[1", 2);
    text[4097] = ']';
    r = read_bytes(text, 4098);
    assert_non_null(r.root);
    give_back(&r);
    text[4097] = ' ';
    text[4999] = ']';
    refuse_bytes(text, 5000, AL_JSON_PADDING, "byte 2");
    free(text);
}

static void values_are_shown_to_people(void **state)
{
    (void)state;
    const char *text = "[null, true, 3, 0.5, \"x\", [1, 2], {\"a\": 1}]";
    static const char *const shown[] = {"null", "true", "3", "0.5", "x", "a list of 2", "an object of 1 keys"};
    static const char *const kinds[] = {"null", "a boolean", "an integer", "a real number", "a string", "a list",
                                        "an object"};
    struct reading r = read_bytes(text, strlen(text));
    for (size_t i = 0; i < 7; i++) {
        const json_t *value = json_array_get(r.root, i);
        assert_true(al_text_is(al_json_show(&r.findings, value), shown[i]));
        assert_string_equal(al_json_kind(value), kinds[i]);
    }
    assert_string_equal(al_json_kind(NULL), "nothing");
    assert_null(al_json_text(json_array_get(r.root, 0)).at);
    give_back(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_texts_are_read),
        cmocka_unit_test(escapes_mean_their_characters),
        cmocka_unit_test(a_key_twice_is_refused_however_it_is_spelt),
        cmocka_unit_test(numbers_that_json_does_not_have),
        cmocka_unit_test(other_encodings),
        cmocka_unit_test(what_only_lenient_readers_take),
        cmocka_unit_test(nesting_ends_at_the_limit),
        cmocka_unit_test(amounts_end_at_their_limits),
        cmocka_unit_test(values_are_shown_to_people),
    };
    al_json_warm_up();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
