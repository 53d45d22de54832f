/* OpenSSF model signing by keys: bundles that the Python package model_signing made
   (tests/make/openssf.py) are verified, and each way to be almost right is refused for its own reason. */
#include "tests/unit/openssf.h"

#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/envelope.h"

#include <sodium.h>

static const struct content more[] = {
    {"assets.txt", "c"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"},
    {"notes.md", "left out"}};
static const struct content changed[] = {
    {"assets.txt", "d"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"}};

static void theirs_are_verified(void **state)
{
    (void)state;
    static const char *const names[] = {"p256.pub", "p384.pub", "p521.pub"};
    static const struct {
        const char *bundle;
        const struct content *files;
        size_t count;
    } good[] = {
        {"p256.sig", FILES(model)},
        {"p384.sig", FILES(model)},
        {"p521.sig", FILES(model)},
        {"blake2b.sig", FILES(model)},
        {"shards.sig", FILES(model)},
        {"directory.sig", FILES(directory)},
        {"directory-shards.sig", FILES(directory)},
        {"directory-ignored.sig", FILES(directory)},
        {"old.sig", FILES(directory)},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        fresh();
        trust_keys(names, 3);
        struct al_signature s = judge_files(get(good[i].bundle), good[i].files, good[i].count, false);
        if (s.status != AL_SIGNATURE_STATUS_VALID)
            fail_msg("%s: %s, %s", good[i].bundle, findings.list[0].where, findings.list[0].message);
        assert_string_equal(s.scheme, "openssf-key");
        assert_int_equal(strlen(s.key_id), 64);
    }
}

static void files_more_fewer_or_others_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bundle;
        const struct content *files;
        size_t count;
        enum al_finding_id id;
    } bad[] = {
        {"directory.sig", FILES(more), AL_SIGNATURE_MANIFEST},
        {"directory-shards.sig", FILES(more), AL_SIGNATURE_MANIFEST},
        {"directory-ignored.sig", FILES(more), AL_SIGNATURE_MANIFEST},
        {"old.sig", FILES(more), AL_SIGNATURE_MANIFEST},
        {"directory.sig", directory + 1, 3, AL_SIGNATURE_MANIFEST},
        {"directory-shards.sig", directory, 3, AL_SIGNATURE_MANIFEST},
        {"directory.sig", FILES(model), AL_SIGNATURE_MANIFEST},
        {"p256.sig", FILES(directory), AL_SIGNATURE_MANIFEST},
        {"directory.sig", FILES(changed), AL_SIGNATURE_INVALID},
        {"directory-shards.sig", FILES(changed), AL_SIGNATURE_INVALID},
        {"old.sig", FILES(changed), AL_SIGNATURE_INVALID},
        {"blake3.sig", FILES(model), AL_SIGNATURE_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        trust_keys(p256, 1);
        expect(judge_files(get(bad[i].bundle), bad[i].files, bad[i].count, false), AL_SIGNATURE_STATUS_INVALID,
               bad[i].id, bad[i].bundle);
    }
}

static void an_ignored_file_may_be_there_only_where_nobody_parses_it(void **state)
{
    (void)state;
    fresh();
    trust_keys(p256, 1);
    struct al_signature s = judge_files(get("directory-ignored.sig"), FILES(more), true);
    assert_int_equal(s.status, AL_SIGNATURE_STATUS_VALID);
    expect(judge_files(get("directory.sig"), FILES(more), true), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MANIFEST,
           "not ignored");
}

static void a_key_counts_by_its_id_and_its_rules(void **state)
{
    (void)state;
    static const char *const both[] = {"other.pub", "p256.pub"}, *const pattern[] = {"other-*"};
    fresh();
    trust_keys(both, 2);
    assert_int_equal(judge(get("p256.sig")).status, AL_SIGNATURE_STATUS_VALID);
    trust_keys(both, 1);
    expect(judge(get("p256.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED, "other key");
    fresh();
    trust_keys(both, 1);
    expect(judge_files(get("old.sig"), FILES(directory), false), AL_SIGNATURE_STATUS_UNTRUSTED,
           AL_SIGNATURE_UNTRUSTED, "other key, no hint");
    fresh();
    trust = (struct al_trust){0};
    expect(judge(get("p256.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED, "no keys");
    fresh();
    trust_keys(p256, 1);
    const char *const id = judge(get("p256.sig")).key_id;
    trust.revoked = &id;
    trust.revoked_count = 1;
    expect(judge(get("p256.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_REVOKED, "revoked");
    fresh();
    trust_keys(p256, 1);
    keys[0].not_after = 1763999999;
    expect(judge(get("p256.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_EXPIRED, "expired");
    fresh();
    trust_keys(p256, 1);
    keys[0].names = pattern;
    keys[0].name_count = 1;
    expect(judge(get("p256.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_NAME, "name");
}

static void changed_bundles_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *old, *new;
        enum al_finding_id id;
    } bad[] = {
        {"another version", "bundle.v0.3+json", "bundle.v0.2+json", AL_SIGNATURE_MALFORMED},
        {"another payload type", "vnd.in-toto+json", "vnd.in-toto+jsom", AL_SIGNATURE_MALFORMED},
        {"no signature", "\"keyid\":\"\"}", "\"keyid\":\"\"", AL_JSON_SYNTAX},
        {"a key id that nobody signed", "\"keyid\":\"\"", "\"keyid\":\"x\"", AL_SIGNATURE_MALFORMED},
        {"an unknown key", "\"keyid\":\"\"", "\"keyid\":\"\",\"x\":1", AL_SIGNATURE_MALFORMED},
        {"a key twice", "\"keyid\":\"\"", "\"keyid\":\"\",\"keyid\":\"\"", AL_JSON_DUPLICATE_KEY},
        {"bytes behind", "\"keyid\":\"\"}]}}", "\"keyid\":\"\"}]}}x", AL_JSON_SYNTAX},
        {"truncated", "\"keyid\":\"\"}]}}", "\"keyid\":\"\"}]}", AL_JSON_SYNTAX},
        {"two kinds of material", "\"tlogEntries\":[]",
         "\"tlogEntries\":[],\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAAA\"}]}",
         AL_SIGNATURE_MALFORMED},
        {"a log's entry beside a key", "\"tlogEntries\":[]", "\"tlogEntries\":[{}]", AL_SIGNATURE_UNSUPPORTED},
        {"a time stamp", "\"tlogEntries\":[]",
         "\"tlogEntries\":[],\"timestampVerificationData\":{\"rfc3161Timestamps\":[{\"signedTimestamp\":\"AAAA\"}]}",
         AL_SIGNATURE_UNSUPPORTED},
        {"a message instead of an envelope", "\"dsseEnvelope\"", "\"messageSignature\"", AL_SIGNATURE_MALFORMED},
        {"base64 for URLs", "/", "_", AL_SIGNATURE_MALFORMED},
        {"base64 without its end", "Cn0=\"", "Cn0\"", AL_SIGNATURE_MALFORMED},
        {"bits that base64 leaves over", "Cn0=\"", "Cn1=\"", AL_SIGNATURE_MALFORMED},
        {"letters behind the end of base64", "Cn0=\"", "Cn0=AAAA\"", AL_SIGNATURE_MALFORMED},
        {"no payload", "\"payload\":", "\"payload\":\"\",\"x\":", AL_SIGNATURE_MALFORMED},
        {"letters beyond ASCII", "Cn0=\"", "Cn\xC3\xBC\"", AL_SIGNATURE_MALFORMED},
        {"a blank in base64", "\"payload\":\"ewog", "\"payload\":\" ewog", AL_SIGNATURE_MALFORMED},
        {"another hint", "\"hint\":\"", "\"hint\":\"0", AL_SIGNATURE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        trust_keys(p256, 1);
        struct al_text bundle = get("p256.sig");
        if (memmem(bundle.at, bundle.length, bad[i].old, strlen(bad[i].old)) == NULL)
            bundle = get("shards.sig");
        expect(judge(replace(bundle, bad[i].old, bad[i].new)), AL_SIGNATURE_STATUS_INVALID, bad[i].id, bad[i].what);
    }
}

static void two_signatures_are_refused(void **state)
{
    (void)state;
    fresh();
    trust_keys(p256, 1);
    struct al_text bundle = get("p256.sig");
    const char *sig = sig_of(bundle), *twice = al_arena_format(arena, "%s,%s", sig, sig);
    expect(judge(replace(bundle, sig, twice)), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED, "two");
    fresh();
    trust_keys(p256, 1);
    bundle = get("p256.sig");
    expect(judge(replace(bundle, sig_of(bundle), "")), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED, "none");
}

/* A signature of another curve, or of another key on the curve, under the hint of the trusted key. */
static void a_signature_of_another_key_is_refused(void **state)
{
    (void)state;
    static const char *const strangers[] = {"p384.sig", "p521.sig", "other.sig", "blake2b.sig"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        fresh();
        trust_keys(p256, 1);
        struct al_text bundle = get("p256.sig");
        expect(judge(replace(bundle, sig_of(bundle), sig_of(get(strangers[i])))), AL_SIGNATURE_STATUS_INVALID,
               AL_SIGNATURE_INVALID, strangers[i]);
    }
}

/* (r, n-s) is as good a signature as (r, s): both are accepted, as by the package, and say the same. */
static void the_mirror_of_a_signature_says_the_same(void **state)
{
    (void)state;
    static const uint8_t order[32] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
    fresh();
    trust_keys(p256, 1);
    struct al_envelope e;
    struct al_text bundle = get("p256.sig"), numbers, r, s;
    assert_true(al_envelope_read(&e, bundle, "p256.sig", &findings));
    al_envelope_free(&e);
    assert_true(al_der_only(e.signature, AL_DER_SEQUENCE, &numbers));
    assert_true(al_der_positive(&numbers, &r) && al_der_positive(&numbers, &s));
    uint8_t mirror[32] = {0}, der[80] = {AL_DER_SEQUENCE, 0, AL_DER_INTEGER};
    memcpy(mirror + 32 - s.length, s.at, s.length);
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        int difference = order[i] - mirror[i] - borrow;
        borrow = difference < 0;
        mirror[i] = (uint8_t)(difference + 256 * borrow);
    }
    const uint8_t *low = mirror;
    while (*low == 0)
        low++;
    size_t at = 3;
    const struct al_text pair[] = {r, {(const char *)low, (size_t)(mirror + 32 - low)}};
    for (size_t i = 0; i < 2; i++) {
        bool sign = (pair[i].at[0] & 0x80) != 0;
        der[at++] = (uint8_t)(pair[i].length + sign);
        at += sign;
        memcpy(der + at, pair[i].at, pair[i].length);
        at += pair[i].length;
        if (i == 0)
            der[at++] = AL_DER_INTEGER;
    }
    der[1] = (uint8_t)(at - 2);
    char letters[128];
    (void)sodium_bin2base64(letters, sizeof letters, der, at, sodium_base64_VARIANT_ORIGINAL);
    const char *mirrored = al_arena_format(arena, "{\"sig\":\"%s\",\"keyid\":\"\"}", letters);
    struct al_signature out = judge(replace(bundle, sig_of(bundle), mirrored));
    assert_int_equal(out.status, AL_SIGNATURE_STATUS_VALID);
    assert_string_equal(out.key_id, judge(bundle).key_id);
}

/* Nothing but blanks between tokens can change without notice: the file is shorter for none here. */
static void no_changed_byte_is_accepted(void **state)
{
    (void)state;
    fresh();
    struct al_text bundle = get("p256.sig");
    char *bad = al_arena_copy(arena, bundle.at, bundle.length);
    static const char *const names[] = {"p256.pub"};
    for (size_t i = 0; i < bundle.length; i++)
        for (int bit = 0; bit < 8; bit += i % 8 == 0 ? 1 : 7) {
            struct al_arena *kept = arena;
            arena = NULL;
            fresh();
            trust_keys(names, 1);
            bad[i] = (char)(bundle.at[i] ^ (1 << bit));
            if (judge((struct al_text){bad, bundle.length}).status == AL_SIGNATURE_STATUS_VALID)
                fail_msg("byte %zu, bit %d", i, bit);
            bad[i] = bundle.at[i];
            al_arena_free(arena);
            arena = kept;
        }
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(theirs_are_verified),
        cmocka_unit_test(files_more_fewer_or_others_are_refused),
        cmocka_unit_test(an_ignored_file_may_be_there_only_where_nobody_parses_it),
        cmocka_unit_test(a_key_counts_by_its_id_and_its_rules),
        cmocka_unit_test(changed_bundles_are_refused),
        cmocka_unit_test(two_signatures_are_refused),
        cmocka_unit_test(a_signature_of_another_key_is_refused),
        cmocka_unit_test(the_mirror_of_a_signature_says_the_same),
        cmocka_unit_test(no_changed_byte_is_accepted),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    al_arena_free(arena);
    return failed;
}
