/* The ground floor: arithmetic, cursor, buffer, arena, text. Everything above
   relies on these not to move past an end. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/checked.h"
#include "base/cursor.h"
#include "base/fingerprint.h"
#include "base/status.h"
#include "base/text.h"

#include <stdalign.h>

static void arithmetic_refuses_what_does_not_fit(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    size_t z = 7;
    assert_true(al_add_u64(UINT64_MAX - 1, 1, &u));
    assert_true(u == UINT64_MAX);
    assert_false(al_add_u64(UINT64_MAX, 1, &u));
    assert_true(u == UINT64_MAX);
    assert_false(al_mul_u64(UINT64_C(1) << 32, UINT64_C(1) << 32, &u));
    assert_true(al_mul_u64(UINT64_C(1) << 32, (UINT64_C(1) << 32) - 1, &u));
    assert_true(u == UINT64_C(0xFFFFFFFF00000000));
    assert_false(al_add_i64(INT64_MAX, 1, &i));
    assert_false(al_add_i64(INT64_MIN, -1, &i));
    assert_false(al_mul_i64(INT64_MIN, -1, &i));
    assert_int_equal(i, 7);
    assert_false(al_add_size(SIZE_MAX, 1, &z));
    assert_false(al_mul_size(SIZE_MAX / 2 + 1, 2, &z));
    assert_int_equal(z, 7);
}

static void ranges_end_inside(void **state)
{
    (void)state;
    assert_true(al_range_inside(0, 0, 0));
    assert_true(al_range_inside(10, 0, 10));
    assert_true(al_range_inside(4, 6, 10));
    assert_false(al_range_inside(4, 7, 10));
    assert_false(al_range_inside(11, 0, 10));
    assert_false(al_range_inside(1, UINT64_MAX, 10));
    assert_false(al_range_inside(UINT64_MAX, 1, UINT64_MAX));
}

static void cursor_reads_little_endian(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct al_cursor c = al_cursor_over(bytes, sizeof bytes);
    assert_int_equal(al_cursor_u8(&c), 1);
    assert_int_equal(al_cursor_u16(&c), 0x0302);
    assert_int_equal(al_cursor_u32(&c), 0x07060504);
    assert_true(al_cursor_u64(&c) == UINT64_C(0x0F0E0D0C0B0A0908));
    assert_int_equal(al_cursor_left(&c), 0);
    assert_false(c.bad);
}

static void cursor_stays_bad(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    struct al_cursor c = al_cursor_over(bytes, sizeof bytes);
    assert_int_equal(al_cursor_u32(&c), 0);
    assert_true(c.bad);
    assert_int_equal(al_cursor_u8(&c), 0);
    al_cursor_seek(&c, 0);
    assert_true(c.bad);
    assert_null(al_cursor_bytes(&c, 0));

    c = al_cursor_over(bytes, sizeof bytes);
    al_cursor_seek(&c, 3);
    assert_false(c.bad);
    assert_non_null(al_cursor_bytes(&c, 0));
    assert_null(al_cursor_bytes(&c, SIZE_MAX));
    assert_true(c.bad);

    c = al_cursor_over(bytes, sizeof bytes);
    al_cursor_seek(&c, 4);
    assert_true(c.bad);
    c = al_cursor_over(NULL, 0);
    assert_int_equal(al_cursor_u8(&c), 0);
    assert_true(c.bad);
}

static void buffer_writes_what_the_cursor_reads(void **state)
{
    (void)state;
    struct al_buffer b;
    al_buffer_init(&b, 1000);
    al_buffer_u8(&b, 0xAB);
    al_buffer_u16(&b, 0x1234);
    al_buffer_u32(&b, 0xDEADBEEF);
    al_buffer_u64(&b, UINT64_C(0x0123456789ABCDEF));
    al_buffer_text(&b, "ab");
    al_buffer_format(&b, "%d", -5);
    al_buffer_bytes(&b, NULL, 0);
    assert_false(b.failed);
    assert_int_equal(b.size, 19);
    struct al_cursor c = al_cursor_over(b.data, b.size);
    assert_int_equal(al_cursor_u8(&c), 0xAB);
    assert_int_equal(al_cursor_u16(&c), 0x1234);
    assert_int_equal(al_cursor_u32(&c), 0xDEADBEEF);
    assert_true(al_cursor_u64(&c) == UINT64_C(0x0123456789ABCDEF));
    assert_memory_equal(al_cursor_bytes(&c, 4), "ab-5", 4);
    al_buffer_free(&b);
}

static void buffer_never_grows_past_its_cap(void **state)
{
    (void)state;
    struct al_buffer b;
    al_buffer_init(&b, 300);
    for (int i = 0; i < 300; i++)
        al_buffer_u8(&b, (uint8_t)i);
    assert_false(b.failed);
    assert_int_equal(b.size, 300);
    al_buffer_u8(&b, 0);
    assert_true(b.failed);
    assert_int_equal(b.size, 300);
    assert_true(b.room <= 300);
    al_buffer_free(&b);

    al_buffer_init(&b, 4);
    al_buffer_u32(&b, 1);
    assert_false(b.failed);
    al_buffer_bytes(&b, "x", SIZE_MAX);
    assert_true(b.failed);
    al_buffer_free(&b);
}

static void arena_keeps_to_its_budget(void **state)
{
    (void)state;
    struct al_arena *a = al_arena_new(100000);
    assert_non_null(a);
    assert_null(al_arena_alloc(a, 100001, 1));
    assert_null(al_arena_alloc(a, SIZE_MAX / 2, 3));
    assert_null(al_arena_alloc(a, SIZE_MAX, 1));
    unsigned char *big = al_arena_alloc(a, 50000, 1);
    assert_non_null(big);
    size_t small = 0;
    while (al_arena_alloc(a, 1, 1) != NULL)
        small++;
    assert_true(small > 0 && small <= 50000);
    assert_true(al_arena_used(a) <= 100000);
    al_arena_free(a);
    al_arena_free(NULL);
}

static void arena_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct al_arena *a = al_arena_new((size_t)1 << 20);
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = al_arena_alloc(a, n, 1);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, n);
    }
    assert_string_equal(al_arena_copy(a, "abcdef", 3), "abc");
    assert_string_equal(al_arena_format(a, "%s-%d", "x", 12), "x-12");
    al_arena_free(a);
}

static void arena_grows_arrays(void **state)
{
    (void)state;
    struct al_arena *a = al_arena_new((size_t)1 << 20);
    uint32_t *list = NULL;
    size_t room = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        list = al_arena_grow(a, list, i, &room, sizeof *list);
        assert_non_null(list);
        assert_true(i < room);
        list[i] = i * 3;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(list[i], i * 3);
    assert_null(al_arena_grow(a, list, SIZE_MAX / 2, &room, sizeof *list));
    al_arena_free(a);
}

/* Rows of the Unicode standard's table 3-7 and of RFC 3629 section 4, at their edges. */
static void utf8_is_checked_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        bool valid;
    } rows[] = {
        {"", 0, true},
        {"a\0b", 3, true},
        {"\x7F", 1, true},
        {"\x80", 1, false},
        {"\xC1\xBF", 2, false},
        {"\xC2\x80", 2, true},
        {"\xDF\xBF", 2, true},
        {"\xC2", 1, false},
        {"\xC2\x41", 2, false},
        {"\xE0\x9F\xBF", 3, false},
        {"\xE0\xA0\x80", 3, true},
        {"\xED\x9F\xBF", 3, true},
        {"\xED\xA0\x80", 3, false},
        {"\xED\xBF\xBF", 3, false},
        {"\xEE\x80\x80", 3, true},
        {"\xEF\xBF\xBF", 3, true},
        {"\xEF\xBF", 2, false},
        {"\xF0\x8F\xBF\xBF", 4, false},
        {"\xF0\x90\x80\x80", 4, true},
        {"\xF4\x8F\xBF\xBF", 4, true},
        {"\xF4\x90\x80\x80", 4, false},
        {"\xF5\x80\x80\x80", 4, false},
        {"\xFF", 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (al_utf8_valid(rows[i].bytes, rows[i].length) != rows[i].valid)
            fail_msg("row %zu", i);
}

static void scalars_are_read_one_by_one(void **state)
{
    (void)state;
    const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFFz";
    const uint32_t expected[] = {'a', 0xE9, 0x20AC, 0x1F600, 0xFFFD, 'z'};
    size_t at = 0;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_int_equal(al_utf8_next(text, sizeof text - 1, &at), expected[i]);
    assert_int_equal(at, sizeof text - 1);
}

static void escape(const char *bytes, size_t length, size_t most, const char *expected)
{
    struct al_buffer b;
    al_buffer_init(&b, 4096);
    al_text_escape(&b, (struct al_text){bytes, length}, most);
    al_buffer_u8(&b, 0);
    assert_false(b.failed);
    assert_string_equal((const char *)b.data, expected);
    al_buffer_free(&b);
}

static void hostile_text_is_escaped(void **state)
{
    (void)state;
    escape("caf\xC3\xA9", 5, 100, "caf\xC3\xA9");
    escape("\x1B[31m", 5, 100, "\\u{1B}[31m");
    escape("a\\b", 3, 100, "a\\\\b");
    escape("a\0b\n", 4, 100, "a\\u{0}b\\u{A}");
    escape("\xFF\xFE", 2, 100, "\\xFF\\xFE");
    escape("\xE2\x80\xAE" "exe", 6, 100, "\\u{202E}exe");
    escape("\xC2\x9B", 2, 100, "\\u{9B}");
    escape("\xEF\xBB\xBF", 3, 100, "\\u{FEFF}");
    escape("abcdef", 6, 3, "abc… (6 bytes)");
    escape("", 0, 3, "");
}

static void failures_carry_code_place_and_words(void **state)
{
    (void)state;
    struct al_error err = {0};
    assert_int_equal(al_fail(&err, AL_IO, 12, "open: %s", "no"), AL_IO);
    assert_int_equal(err.code, AL_IO);
    assert_int_equal(err.offset, 12);
    assert_string_equal(err.what, "open: no");
    assert_int_equal(al_fail(NULL, AL_LIMIT, 0, "x"), AL_LIMIT);
    assert_string_equal(al_status_word(AL_HOST), "host too weak");
}

/* Expected by TensorFlow 2.21: tf.strings.to_hash_bucket_fast with 2^62 buckets, of the first n bytes. */
static void fingerprints_are_those_of_tensorflow(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        uint64_t expected;
    } rows[] = {
        {0, UINT64_C(1936946117179621455)},
        {1, UINT64_C(176124231402506090)},
        {3, UINT64_C(3979540680440595841)},
        {4, UINT64_C(873266774625119593)},
        {7, UINT64_C(1587581522672208245)},
        {8, UINT64_C(4418154542647930109)},
        {16, UINT64_C(1744661084023387350)},
        {17, UINT64_C(2080336246966180550)},
        {32, UINT64_C(2320199202392403367)},
        {33, UINT64_C(257079882033485462)},
        {64, UINT64_C(4226431515964725)},
        {65, UINT64_C(4266611235320368566)},
        {127, UINT64_C(1661323104753175812)},
        {128, UINT64_C(3742283891066476345)},
        {129, UINT64_C(219130151501489373)},
        {200, UINT64_C(1239063952756620654)},
        {300, UINT64_C(3463707813542824117)},
    };
    char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 37 + 11);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(al_fingerprint64(bytes, rows[i].length) % (UINT64_C(1) << 62), rows[i].expected);
    /* tf.sparse.cross_hashed(["a"], [1]) over 1000003 buckets */
    const uint64_t a = al_fingerprint_join(0xDECAFCAFFE, al_fingerprint64("a", 1));
    assert_int_equal(al_fingerprint_join(a, 1) % 1000003, 245631);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_refuses_what_does_not_fit),
        cmocka_unit_test(fingerprints_are_those_of_tensorflow),
        cmocka_unit_test(ranges_end_inside),
        cmocka_unit_test(cursor_reads_little_endian),
        cmocka_unit_test(cursor_stays_bad),
        cmocka_unit_test(buffer_writes_what_the_cursor_reads),
        cmocka_unit_test(buffer_never_grows_past_its_cap),
        cmocka_unit_test(arena_keeps_to_its_budget),
        cmocka_unit_test(arena_memory_is_zeroed_and_aligned),
        cmocka_unit_test(arena_grows_arrays),
        cmocka_unit_test(utf8_is_checked_exactly),
        cmocka_unit_test(scalars_are_read_one_by_one),
        cmocka_unit_test(hostile_text_is_escaped),
        cmocka_unit_test(failures_carry_code_place_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
