/* The readers that OpenSSF model signing is made of, each by itself: DER, PEM, keys, certificates. */
#include "tests/unit/openssf.h"

#include "policy/signature/openssf/certificate.h"
#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/envelope.h"
#include "policy/signature/openssf/pem.h"

#include <sodium.h>

#define BYTES(literal) {literal, sizeof(literal) - 1}

static void der_has_one_spelling(void **state)
{
    (void)state;
    static const struct {
        struct al_text bytes;
        bool good;
    } octets[] = {
        {BYTES("\x04\x01x"), true},      {BYTES("\x04\x00"), true},       {BYTES("\x04\x01"), false},
        {BYTES("\x04\x01xy"), false},    {BYTES("\x04\x81\x01x"), false}, {BYTES("\x04\x80x\0\0"), false},
        {BYTES("\x04\x82\0\x01x"), false}, {BYTES("\x05\x01x"), false},   {BYTES("\x04"), false},
        {BYTES("\x04\x84\0\0\0\x01x"), false},
    };
    struct al_text content;
    for (size_t i = 0; i < sizeof octets / sizeof octets[0]; i++)
        if (al_der_only(octets[i].bytes, AL_DER_OCTET_STRING, &content) != octets[i].good)
            fail_msg("octets %zu", i);
    char room[131] = {0x04, (char)0x81, (char)0x80};
    assert_true(al_der_only((struct al_text){room, sizeof room}, AL_DER_OCTET_STRING, &content));
    assert_int_equal(content.length, 128);
}

static void numbers_are_positive_and_short(void **state)
{
    (void)state;
    static const struct {
        struct al_text bytes;
        bool good;
    } numbers[] = {
        {BYTES("\x02\x01\x01"), true},      {BYTES("\x02\x02\0\x80"), true},    {BYTES("\x02\x01\0"), false},
        {BYTES("\x02\x02\0\x01"), false},   {BYTES("\x02\x01\x80"), false},     {BYTES("\x02\0"), false},
        {BYTES("\x02\x03\0\0\x80"), false},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct al_text rest = numbers[i].bytes, number;
        if (al_der_positive(&rest, &number) != numbers[i].good)
            fail_msg("number %zu", i);
    }
}

static void pem_has_one_spelling(void **state)
{
    (void)state;
    static const char full[] = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n";
    static const struct {
        const char *begin, *body, *end;
        bool good;
    } texts[] = {
        {"-----BEGIN X-----\n", "QUE=\n", "-----END X-----\n", true},
        {"-----BEGIN X-----\n", full, "-----END X-----\n", true},
        {"-----BEGIN X-----\r\n", "QUE=\r\n", "-----END X-----\r\n", true},
        {"-----BEGIN X-----\n", "QUE=\n", "-----END X-----", true},
        {"-----BEGIN X-----\n", "QUE=\n", "-----END X-----\n\n", false},
        {"-----BEGIN X-----\n", "QUE=\n", "-----END X-----\nx", false},
        {"x\n-----BEGIN X-----\n", "QUE=\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "QUE=\nQUE=\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "QUFB\nQUFB\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "QUF=\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "Q UE=\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "QUE=QQ==\n", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "", "-----END X-----\n", false},
        {"-----BEGIN X-----\n", "QUE=\n", "-----END Y-----\n", false},
        {"-----BEGIN Y-----\n", "QUE=\n", "-----END Y-----\n", false},
        {"-----BEGIN X-----\n", "Proc-Type: 4,ENCRYPTED\n\nQUE=\n", "-----END X-----\n", false},
    };
    fresh();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct al_text der;
        const char *text = al_arena_format(arena, "%s%s%s", texts[i].begin, texts[i].body, texts[i].end);
        if (al_pem_only(al_text_of(text), "X", &der, arena) != texts[i].good)
            fail_msg("text %zu", i);
    }
}

static struct al_text spki_of(const char *name)
{
    struct al_ec_key key;
    assert_true(al_ec_key_read_pem(&key, get(name), arena));
    return key.spki;
}

static void keys_are_points_written_out_on_named_curves(void **state)
{
    (void)state;
    static const char *const names[] = {"p256.pub", "p384.pub", "p521.pub"};
    static const size_t sizes[] = {32, 48, 66};
    fresh();
    for (size_t i = 0; i < 3; i++) {
        struct al_ec_key key;
        struct al_text spki = spki_of(names[i]);
        char *other = al_arena_copy(arena, spki.at, spki.length);
        assert_true(al_ec_key_read(&key, spki));
        assert_int_equal(key.curve->number_size, sizes[i]);
        assert_false(al_ec_key_read(&key, (struct al_text){spki.at, spki.length - 1}));
        size_t mark = spki.length - 2 * sizes[i] - 1;
        for (int form = 0; form < 256; form++) {
            other[mark] = (char)form; /* compressed, hybrid, infinity, nonsense */
            assert_int_equal(al_ec_key_read(&key, (struct al_text){other, spki.length}), form == 4);
        }
    }
}

static void signatures_are_two_numbers_of_the_curve(void **state)
{
    (void)state;
    static const struct {
        struct al_text bytes;
        enum al_ec_answer answer;
    } signatures[] = {
        {BYTES("\x30\x06\x02\x01\x01\x02\x01\x01"), AL_EC_BAD},
        {BYTES("\x30\x06\x02\x01\x01\x02\x01\x01x"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x06\x02\x01\x01\x02\x01\x00"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x06\x02\x01\x01\x02\x01\xFF"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x03\x02\x01\x01"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x26\x02\x01\x01\x02\x21\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
               "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"), AL_EC_MISSHAPEN},
        {BYTES("\x30\x26\x02\x21\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
               "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x02\x01\x01"), AL_EC_MISSHAPEN},
    };
    struct al_ec_key key;
    fresh();
    assert_true(al_ec_key_read_pem(&key, get("p256.pub"), arena));
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
        assert_int_equal(al_ec_verify(&key, al_text_of("x"), signatures[i].bytes), signatures[i].answer);
}

/* ---- certificates ---- */

static struct al_text certificate_of(const char *bundle)
{
    struct al_envelope e;
    assert_true(al_envelope_read(&e, get(bundle), bundle, &findings));
    al_envelope_free(&e);
    return e.chain[0];
}

static void a_certificate_is_read(void **state)
{
    (void)state;
    struct al_certificate c;
    const struct al_place place = al_place_root("test");
    fresh();
    assert_true(al_certificate_read(&c, certificate_of("certificate-good.sig"), &place, &findings));
    assert_true(al_text_is(c.common_name, "Author"));
    assert_true(c.name_count == 1 && al_text_is(c.names[0], "author@good.org"));
    assert_true(c.has_usage && c.usage == AL_USAGE_SIGN && c.has_purposes && c.for_code && !c.authority);
    assert_int_equal(c.not_before, 1735689600); /* 2025-01-01 */
    assert_int_equal(c.not_after, 4891363200);  /* 2125-01-01, a GeneralizedTime */
    assert_true(al_certificate_read(&c, certificate_of("keyless.sig"), &place, &findings));
    assert_true(c.subject.length == 2 && c.stamps.length > 0);
    assert_true(al_text_is(c.identity_issuer, "https://issuer.good.org"));
}

/* Bytes in place of as many others, at each place where those stand, or at the last one only. */
static struct al_text patch(struct al_text der, const char *old, const char *new, size_t size, bool last_only)
{
    char *copy = al_arena_copy(arena, der.at, der.length), *at = NULL, *last = NULL;
    size_t from = 0;
    while ((at = memmem(copy + from, der.length - from, old, size)) != NULL) {
        if (!last_only)
            memcpy(at, new, size);
        last = at;
        from = (size_t)(at - copy) + 1;
    }
    assert_non_null(last);
    memcpy(last, new, size);
    return (struct al_text){copy, der.length};
}

static void certificates_of_other_kinds_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *old, *new;
        size_t size;
        bool last_only;
    } bad[] = {
        {"another algorithm", "\xCE\x3D\x04\x03\x02", "\xCE\x3D\x04\x03\x01", 5, false},
        {"two algorithms", "\xCE\x3D\x04\x03\x02", "\xCE\x3D\x04\x03\x03", 5, true},
        {"version 2", "\xA0\x03\x02\x01\x02", "\xA0\x03\x02\x01\x01", 5, false},
        {"another curve", "\xCE\x3D\x03\x01\x07", "\xCE\x3D\x03\x01\x06", 5, false},
        {"an extension twice", "\x55\x1D\x25", "\x55\x1D\x23", 3, false},
        {"an unknown extension", "\x55\x1D\x25", "\x55\x1D\x26", 3, false},
        {"name constraints", "\x55\x1D\x25", "\x55\x1D\x1E", 3, false},
        {"a NUL in a name", "author@good", "author\0good", 11, false},
        {"a name of another kind", "\x81\x0F" "author@good", "\x83\x0F" "author@good", 13, false},
        {"a flag that is no DER", "\x01\x01\xFF", "\x01\x01\x01", 3, false},
        {"a date that is none", "250101", "251301", 6, false},
        {"a time without zone", "000000Z", "000000+", 7, false},
        {"a subject of another kind", "\x0C\x06" "Author", "\x14\x06" "Author", 8, false},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct al_certificate c;
        const struct al_place place = al_place_root("test");
        fresh();
        struct al_text der = certificate_of("certificate-good.sig");
        struct al_text patched = patch(der, bad[i].old, bad[i].new, bad[i].size, bad[i].last_only);
        if (al_certificate_read(&c, patched, &place, &findings))
            fail_msg("%s", bad[i].what);
        assert_int_equal(findings.list[0].id, AL_SIGNATURE_MALFORMED);
    }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(der_has_one_spelling),
        cmocka_unit_test(numbers_are_positive_and_short),
        cmocka_unit_test(pem_has_one_spelling),
        cmocka_unit_test(keys_are_points_written_out_on_named_curves),
        cmocka_unit_test(signatures_are_two_numbers_of_the_curve),
        cmocka_unit_test(a_certificate_is_read),
        cmocka_unit_test(certificates_of_other_kinds_are_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    al_arena_free(arena);
    return failed;
}
