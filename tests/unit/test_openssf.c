/* OpenSSF model signing: bundles that the Python package model_signing made (tests/make/openssf.py)
   are verified, and each way to be almost right is refused for its own reason. Changed manifests
   are signed anew by the test's own key: they must fall to the manifest's rules, not the signature's. */
#include "policy/signature/openssf/certificate.h"
#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/envelope.h"
#include "policy/signature/openssf/manifest.h"
#include "policy/signature/openssf/sign.h"

#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>

static struct al_arena *arena;
static struct al_findings findings;

static void fresh(void)
{
    al_arena_free(arena);
    arena = al_arena_new(16U << 20);
    al_findings_init(&findings, arena, NULL, 10);
}

static struct al_text get(const char *name)
{
    char path[512];
    static char room[1 << 16];
    (void)snprintf(path, sizeof path, "%s/openssf/%s", getenv("AIRLOCK_TEST_FILES"), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t size = fread(room, 1, sizeof room, f);
    (void)fclose(f);
    const char *copy = al_arena_copy(arena, room, size);
    assert_non_null(copy);
    return (struct al_text){copy, size};
}

/* ---- what is signed ---- */

struct content {
    const char *name, *bytes;
};
static const struct content model[] = {{"m.keras", "the very bytes"}};
static const struct content directory[] = {
    {"assets.txt", "c"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"}};
static const struct content more[] = {
    {"assets.txt", "c"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"},
    {"notes.md", "left out"}};
static const struct content changed[] = {
    {"assets.txt", "d"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"}};
#define FILES(list) list, sizeof(list) / sizeof(list)[0]

enum { FILES_MAX = 8 };
static struct al_signed_file files[FILES_MAX];

static void list_files(const struct content *list, size_t count, bool unread_last)
{
    static uint8_t sha256[FILES_MAX][32], blake2b[FILES_MAX][64];
    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes = (const uint8_t *)list[i].bytes;
        size_t size = strlen(list[i].bytes);
        (void)crypto_hash_sha256(sha256[i], bytes, size);
        (void)crypto_generichash(blake2b[i], 64, bytes, size, NULL, 0);
        files[i] = (struct al_signed_file){list[i].name, size, bytes, sha256[i], blake2b[i],
                                           unread_last && i + 1 == count};
    }
}

/* ---- judging ---- */

static struct al_trusted_key keys[4];
static struct al_trust trust;

static void trust_keys(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = (struct al_trusted_key){.kind = AL_KEY_PEM, .text = get(names[i]).at, .not_after = INT64_MAX};
    trust = (struct al_trust){.lists[AL_KEY_PEM] = {keys, count}};
}

static struct al_signature judge_files(struct al_text bundle, const struct content *list, size_t count,
                                       bool unread_last)
{
    list_files(list, count, unread_last);
    struct al_judging j = {.trust = &trust, .name = al_text_of("m.keras"), .files = files, .file_count = count,
                           .directory = list != model, .now = 1764000000, .arena = arena, .findings = &findings};
    struct al_signature out = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    al_openssf_judge(&out, bundle, "model.sig", &j);
    assert_int_equal(out.status == AL_SIGNATURE_STATUS_VALID, findings.count == 0);
    assert_false(findings.failed);
    return out;
}

static struct al_signature judge(struct al_text bundle)
{
    return judge_files(bundle, FILES(model), false);
}

static void expect(struct al_signature s, enum al_signature_status status, enum al_finding_id id, const char *what)
{
    if (s.status != status || findings.count == 0 || findings.list[0].id != id)
        fail_msg("%s: status %d, %s", what, (int)s.status,
                 findings.count > 0 ? al_finding_row(findings.list[0].id)->id : "no finding");
}

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

static const char *const p256[] = {"p256.pub"};

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

/* ---- bundles changed ---- */

static struct al_text replace(struct al_text text, const char *old, const char *new)
{
    const char *at = memmem(text.at, text.length, old, strlen(old));
    if (at == NULL)
        fail_msg("not there: %s", old);
    size_t before = (size_t)(at - text.at), after = text.length - before - strlen(old);
    char *out = al_arena_alloc(arena, before + strlen(new) + after + 1, 1);
    memcpy(out, text.at, before);
    memcpy(out + before, new, strlen(new));
    memcpy(out + before + strlen(new), at + strlen(old), after);
    return (struct al_text){out, before + strlen(new) + after};
}

static const char *sig_of(struct al_text bundle)
{
    const char *at = memmem(bundle.at, bundle.length, "{\"sig\":\"", 8);
    const char *end = memchr(at, '}', (size_t)(bundle.at + bundle.length - at));
    return al_arena_copy(arena, at, (size_t)(end + 1 - at));
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

/* ---- certificates ---- */

static struct al_identity identity;

static void trust_root(const char *name)
{
    keys[0] = (struct al_trusted_key){.kind = AL_KEY_CERTIFICATE, .text = get(name).at, .not_after = INT64_MAX};
    trust = (struct al_trust){.lists[AL_KEY_CERTIFICATE] = {keys, 1}};
}

static void certificates_that_lead_to_a_root_are_accepted(void **state)
{
    (void)state;
    static const char *const good[] = {"certificate-good.sig", "certificate-direct.sig"};
    static const char *const signers[] = {"author@good.org", "Author"};
    for (size_t i = 0; i < 2; i++) {
        fresh();
        trust_root("root.pem");
        struct al_signature s = judge(get(good[i]));
        if (s.status != AL_SIGNATURE_STATUS_VALID)
            fail_msg("%s: %s %s", good[i], findings.list[0].message, findings.list[0].found);
        assert_string_equal(s.scheme, "openssf-certificate");
        assert_string_equal(s.signer, signers[i]);
    }
}

static void certificates_that_do_not_hold_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bundle, *root;
        enum al_signature_status status;
        enum al_finding_id id;
    } bad[] = {
        {"certificate-good.sig", "stranger.pem", AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED},
        {"certificate-old.sig", "root.pem", AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_EXPIRED},
        {"certificate-future.sig", "root.pem", AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_EXPIRED},
        {"certificate-server.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-cipher.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-silent.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-authority.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-no-authority.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-for-servers.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE},
        {"certificate-constrained.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        trust_root(bad[i].root);
        expect(judge(get(bad[i].bundle)), bad[i].status, bad[i].id, bad[i].bundle);
    }
    fresh();
    trust_keys(p256, 1);
    expect(judge(get("certificate-good.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED, "no roots");
    fresh();
    trust_root("root.pem");
    struct al_text bundle = get("certificate-good.sig");
    expect(judge(replace(bundle, sig_of(bundle), sig_of(get("p256.sig")))), AL_SIGNATURE_STATUS_INVALID,
           AL_SIGNATURE_INVALID, "another's signature");
}

static void a_certificate_counts_for_whom_the_policy_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *issuer;
        bool good;
    } identities[] = {{"author@good.org", NULL, true},
                      {"author@good.or", NULL, false},
                      {"uthor@good.org", NULL, false},
                      {"Author", NULL, false},
                      {"author@good.org", "https://issuer.org", false}};
    for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++) {
        fresh();
        trust_root("root.pem");
        identity = (struct al_identity){identities[i].name, identities[i].issuer};
        keys[0].identities = &identity;
        keys[0].identity_count = 1;
        struct al_signature s = judge(get("certificate-good.sig"));
        if (identities[i].good)
            assert_int_equal(s.status, AL_SIGNATURE_STATUS_VALID);
        else
            expect(s, AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED, identities[i].name);
    }
}

static void a_revoked_authority_revokes_its_signers(void **state)
{
    (void)state;
    struct al_envelope e;
    struct al_certificate between;
    char id[AL_EC_ID_TEXT];
    const char *const revoked = id;
    const struct al_place place = al_place_root("test");
    fresh();
    trust_root("root.pem");
    assert_true(al_envelope_read(&e, get("certificate-good.sig"), "model.sig", &findings));
    al_envelope_free(&e);
    assert_true(al_certificate_read(&between, e.chain[1], &place, &findings));
    al_key_name(id, between.spki);
    trust.revoked = &revoked;
    trust.revoked_count = 1;
    expect(judge(get("certificate-good.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_REVOKED, "authority");
}

/* ---- Sigstore's keyless way ---- */

static struct al_trusted_key rekor, stamps;

static void trust_sigstore(void)
{
    trust_root("keyless-roots.pem");
    identity = (struct al_identity){"author@good.org", "https://issuer.good.org"};
    keys[0].identities = &identity;
    keys[0].identity_count = 1;
    rekor = (struct al_trusted_key){.kind = AL_KEY_REKOR, .text = get("keyless-log.pub").at, .not_after = INT64_MAX};
    stamps = (struct al_trusted_key){
        .kind = AL_KEY_CT, .text = get("keyless-certificates.pub").at, .not_after = INT64_MAX};
    trust.lists[AL_KEY_REKOR] = (struct al_key_list){&rekor, 1};
    trust.lists[AL_KEY_CT] = (struct al_key_list){&stamps, 1};
}

static void a_keyless_signature_is_verified_offline(void **state)
{
    (void)state;
    fresh();
    trust_sigstore();
    struct al_signature s = judge(get("keyless.sig"));
    if (s.status != AL_SIGNATURE_STATUS_VALID)
        fail_msg("%s: %s", findings.list[0].where, findings.list[0].message);
    assert_string_equal(s.scheme, "openssf-sigstore");
    assert_string_equal(s.signer, "author@good.org");
}

static void keyless_signatures_that_nobody_vouches_for_are_untrusted(void **state)
{
    (void)state;
    static const char *const missing[] = {"log", "log of certificates", "authority", "identity", "issuer",
                                          "other identity", "other log", "other log of certificates", "other root",
                                          "revoked log"};
    char id[AL_EC_ID_TEXT];
    const char *const revoked = id;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        fresh();
        trust_sigstore();
        struct al_ec_key log;
        assert_true(al_ec_key_read_pem(&log, al_text_of(rekor.text), arena));
        memcpy(id, log.id, sizeof id);
        switch (i) {
        case 0: trust.lists[AL_KEY_REKOR].count = 0; break;
        case 1: trust.lists[AL_KEY_CT].count = 0; break;
        case 2: trust.lists[AL_KEY_CERTIFICATE].count = 0; break;
        case 3: keys[0].identity_count = 0; break;
        case 4: identity.issuer = NULL; break;
        case 5: identity.issuer = "https://issuer.good.or"; break;
        case 6: rekor.text = get("p256.pub").at; break;
        case 7: stamps.text = get("p256.pub").at; break;
        case 8: keys[0].text = get("root.pem").at; break;
        default:
            trust.revoked = &revoked;
            trust.revoked_count = 1;
        }
        expect(judge(get("keyless.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_UNTRUSTED, missing[i]);
    }
}

static void changed_keyless_bundles_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *old, *new;
        enum al_finding_id id;
    } bad[] = {
        {"another time", "\"integratedTime\": \"1748736000\"", "\"integratedTime\": \"1748736001\"",
         AL_SIGNATURE_INVALID},
        {"no time", "\"integratedTime\": \"1748736000\", ", "", AL_SIGNATURE_UNSUPPORTED},
        {"another index", "\"logIndex\": \"1005\"", "\"logIndex\": \"1006\"", AL_SIGNATURE_INVALID},
        {"another leaf", "\"logIndex\": \"5\"", "\"logIndex\": \"4\"", AL_SIGNATURE_INVALID},
        {"beyond the tree", "\"logIndex\": \"5\"", "\"logIndex\": \"7\"", AL_SIGNATURE_INVALID},
        {"another size", "\"treeSize\": \"7\"", "\"treeSize\": \"8\"", AL_SIGNATURE_INVALID},
        {"an empty tree", "\"treeSize\": \"7\"", "\"treeSize\": \"0\"", AL_SIGNATURE_INVALID},
        {"another root", "\\n\\n\\u2014", "\\nmore\\n\\n\\u2014", AL_SIGNATURE_INVALID},
        {"no signed tree", "\\n\\n\\u2014", "\\n\\n-", AL_SIGNATURE_INVALID},
        {"a shorter path", "\"hashes\": [", "\"hashes\": [\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", ",
         AL_SIGNATURE_INVALID},
        {"another kind", "\"kind\": \"dsse\"", "\"kind\": \"hashedrekord\"", AL_SIGNATURE_UNSUPPORTED},
        {"two entries", "\"tlogEntries\": [", "\"tlogEntries\": [{}, ", AL_SIGNATURE_MALFORMED},
        {"no entry", "\"tlogEntries\": [", "\"tlogEntries\": [], \"x\": [", AL_SIGNATURE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        trust_sigstore();
        expect(judge(replace(get("keyless.sig"), bad[i].old, bad[i].new)), AL_SIGNATURE_STATUS_INVALID, bad[i].id,
               bad[i].what);
    }
    fresh();
    trust_sigstore();
    expect(judge(get("keyless-late.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_EXPIRED, "late");
    fresh();
    trust_sigstore();
    expect(judge(get("keyless-unseen.sig")), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_CERTIFICATE, "unseen");
}

/* A log's entry about one signature beside another. */
static void a_log_entry_counts_for_its_own_signature_only(void **state)
{
    (void)state;
    fresh();
    trust_sigstore();
    struct al_text bundle = get("keyless.sig");
    const char *sig = memmem(bundle.at, bundle.length, "{\"sig\": \"", 9);
    const char *own = al_arena_copy(arena, sig, (size_t)((const char *)memchr(sig, '}', 200) + 1 - sig));
    expect(judge(replace(bundle, own, sig_of(get("p256.sig")))), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID,
           "another signature");
    fresh();
    trust_sigstore();
    bundle = get("keyless.sig");
    struct al_text other = get("keyless-unseen.sig");
    const char *certificate = memmem(bundle.at, bundle.length, "\"rawBytes\"", 10);
    const char *theirs = memmem(other.at, other.length, "\"rawBytes\"", 10);
    certificate =
        al_arena_copy(arena, certificate, (size_t)((const char *)memchr(certificate, '}', 4000) - certificate));
    theirs = al_arena_copy(arena, theirs, (size_t)((const char *)memchr(theirs, '}', 4000) - theirs));
    expect(judge(replace(bundle, certificate, theirs)), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID,
           "another certificate");
}

/* ---- signatures of our own ---- */

static struct al_ec_secret *read_secret(const char *name, const char *passphrase)
{
    struct al_ec_secret *secret = NULL;
    assert_int_equal(al_ec_secret_read(&secret, get(name), passphrase, NULL), AL_OK);
    return secret;
}

static struct al_text sign_files(const char *key, const struct content *list, size_t count, bool alone)
{
    struct al_ec_secret *secret = read_secret(key, NULL);
    struct al_buffer out;
    al_buffer_init(&out, 1 << 20);
    list_files(list, count, false);
    const char *const ignored[] = {".git"};
    const struct al_openssf_work work = {al_text_of("m.keras"), files, count, alone, ignored, 1};
    assert_int_equal(al_openssf_sign(&out, secret, &work, NULL), AL_OK);
    al_ec_secret_free(secret);
    struct al_text text = {al_arena_copy(arena, out.data, out.size), out.size};
    al_buffer_free(&out);
    return text;
}

static struct al_text wrap(const char *key, struct al_text payload)
{
    struct al_ec_secret *secret = read_secret(key, NULL);
    struct al_buffer out;
    al_buffer_init(&out, 1 << 20);
    assert_int_equal(al_openssf_wrap(&out, secret, payload, NULL), AL_OK);
    al_ec_secret_free(secret);
    struct al_text text = {al_arena_copy(arena, out.data, out.size), out.size};
    al_buffer_free(&out);
    return text;
}

static void ours_are_verified(void **state)
{
    (void)state;
    static const char *const names[] = {"p256.pub", "p384.pub", "p521.pub"};
    static const char *const secrets[] = {"p256.key", "p384.key", "p521.key"};
    for (size_t i = 0; i < 3; i++) {
        fresh();
        trust_keys(names, 3);
        assert_int_equal(judge(sign_files(secrets[i], FILES(model), true)).status, AL_SIGNATURE_STATUS_VALID);
        struct al_text bundle = sign_files(secrets[i], FILES(directory), false);
        assert_int_equal(judge_files(bundle, FILES(directory), false).status, AL_SIGNATURE_STATUS_VALID);
    }
}

static void an_encrypted_key_opens_with_its_passphrase_only(void **state)
{
    (void)state;
    struct al_ec_secret *secret = NULL;
    fresh();
    assert_true(al_ec_secret_is_encrypted(get("encrypted.key")));
    assert_false(al_ec_secret_is_encrypted(get("p256.key")));
    assert_int_equal(al_ec_secret_read(&secret, get("encrypted.key"), "open barley", NULL), AL_REFUSED);
    assert_int_equal(al_ec_secret_read(&secret, get("encrypted.key"), NULL, NULL), AL_REFUSED);
    assert_int_equal(al_ec_secret_read(&secret, get("p256.pub"), NULL, NULL), AL_REFUSED);
    secret = read_secret("encrypted.key", "open sesame");
    struct al_ec_secret *clear = read_secret("p256.key", NULL);
    assert_string_equal(al_ec_secret_public(secret)->id, al_ec_secret_public(clear)->id);
    al_ec_secret_free(secret);
    al_ec_secret_free(clear);
}

/* The payload of model_signing's bundle, changed and signed again. */
static struct al_text payload_of(const char *name)
{
    struct al_envelope e;
    assert_true(al_envelope_read(&e, get(name), name, &findings));
    al_envelope_free(&e);
    return e.payload;
}

static void changed_manifests_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *bundle, *old, *new;
        enum al_finding_id id;
    } bad[] = {
        {"another statement", "p256.sig", "Statement/v1", "Statement/v0.1", AL_SIGNATURE_MALFORMED},
        {"another predicate", "p256.sig", "signature/v1.0", "signature/v1.1", AL_SIGNATURE_UNSUPPORTED},
        {"an unknown key", "p256.sig", "\"predicateType\"", "\"more\": 1, \"predicateType\"", AL_SIGNATURE_MALFORMED},
        {"another root", "p256.sig", "\"sha256\": \"", "\"sha512\": \"", AL_SIGNATURE_MALFORMED},
        {"an unknown digest", "p256.sig", "\"hash_type\": \"sha256\"", "\"hash_type\": \"md5\"",
         AL_SIGNATURE_UNSUPPORTED},
        {"a digest of another kind", "p256.sig", "\"algorithm\": \"sha256\"", "\"algorithm\": \"sha512\"",
         AL_SIGNATURE_MALFORMED},
        {"two hashes", "p256.sig", "\"hash_type\": \"sha256\"", "\"hash_type\": \"blake2b\"", AL_SIGNATURE_MALFORMED},
        {"a path upwards", "directory.sig", "\"config.json\"", "\"../config.json\"", AL_SIGNATURE_MALFORMED},
        {"a path round a corner", "directory.sig", "\"assets/words.txt\"", "\"assets/../words.txt\"",
         AL_SIGNATURE_MALFORMED},
        {"an absolute path", "directory.sig", "\"config.json\"", "\"/config.json\"", AL_SIGNATURE_MALFORMED},
        {"a path of another system", "directory.sig", "\"assets/words.txt\"", "\"assets\\\\words.txt\"",
         AL_SIGNATURE_MALFORMED},
        {"an empty part", "directory.sig", "\"assets/words.txt\"", "\"assets//words.txt\"", AL_SIGNATURE_MALFORMED},
        {"a path twice", "directory.sig", "\"config.json\"", "\"metadata.json\"", AL_SIGNATURE_MALFORMED},
        {"a piece twice", "shards.sig", ".:4:8", ".:0:4", AL_SIGNATURE_MALFORMED},
        {"a gap", "shards.sig", ".:4:8", ".:5:8", AL_SIGNATURE_INVALID},
        {"a piece too long", "shards.sig", ".:12:14", ".:12:16", AL_SIGNATURE_INVALID},
        {"no piece", "shards.sig", ".:4:8", ".", AL_SIGNATURE_MALFORMED},
        {"a piece backwards", "shards.sig", ".:4:8", ".:8:4", AL_SIGNATURE_MALFORMED},
        {"a number with a zero", "shards.sig", ".:4:8", ".:04:8", AL_SIGNATURE_MALFORMED},
        {"pieces of nothing", "shards.sig", "\"shard_size\": 4.0", "\"shard_size\": 0.5", AL_SIGNATURE_MALFORMED},
        {"pieces of another size", "shards.sig", "\"shard_size\": 4.0", "\"shard_size\": 5.0",
         AL_SIGNATURE_MALFORMED},
        {"pieces and files", "shards.sig", "\"method\": \"shards\"", "\"method\": \"files\"", AL_SIGNATURE_MALFORMED},
        {"an ignored file that is listed", "directory.sig", "\".github\"", "\"config.json\"", AL_SIGNATURE_MALFORMED},
        {"everything ignored", "directory.sig", "\".github\"", "\".\"", AL_SIGNATURE_MALFORMED},
        {"a digest in capitals", "directory.sig", "\"digest\": \"44", "\"digest\": \"4A", AL_SIGNATURE_MALFORMED},
        {"no JSON", "p256.sig", "{", "[", AL_JSON_SYNTAX},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        trust_keys(p256, 1);
        struct al_text bundle = wrap("p256.key", replace(payload_of(bad[i].bundle), bad[i].old, bad[i].new));
        bool one = bad[i].bundle[0] != 'd';
        expect(one ? judge(bundle) : judge_files(bundle, FILES(directory), false), AL_SIGNATURE_STATUS_INVALID,
               bad[i].id, bad[i].what);
    }
}

static void an_empty_manifest_is_refused(void **state)
{
    (void)state;
    fresh();
    trust_keys(p256, 1);
    struct al_text payload = payload_of("p256.sig");
    char *text = al_arena_copy(arena, payload.at, payload.length);
    const char *list = strstr(text, "\"resources\": ["), *end = strstr(list, "]");
    const char *whole = al_arena_copy(arena, list, (size_t)(end - list) + 1);
    struct al_text bundle = wrap("p256.key", replace(payload, whole, "\"resources\": []"));
    expect(judge(bundle), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED, "empty");
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
        cmocka_unit_test(certificates_that_lead_to_a_root_are_accepted),
        cmocka_unit_test(certificates_that_do_not_hold_are_refused),
        cmocka_unit_test(a_certificate_counts_for_whom_the_policy_names),
        cmocka_unit_test(a_revoked_authority_revokes_its_signers),
        cmocka_unit_test(a_keyless_signature_is_verified_offline),
        cmocka_unit_test(keyless_signatures_that_nobody_vouches_for_are_untrusted),
        cmocka_unit_test(changed_keyless_bundles_are_refused),
        cmocka_unit_test(a_log_entry_counts_for_its_own_signature_only),
        cmocka_unit_test(ours_are_verified),
        cmocka_unit_test(an_encrypted_key_opens_with_its_passphrase_only),
        cmocka_unit_test(changed_manifests_are_refused),
        cmocka_unit_test(an_empty_manifest_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    al_arena_free(arena);
    return failed;
}
