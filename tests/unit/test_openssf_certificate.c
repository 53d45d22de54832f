/* OpenSSF model signing by certificates, and Sigstore's keyless way (tests/make/openssf.py,
   openssf_keyless.py): who vouches for whom, when, and what for. */
#include "tests/unit/openssf.h"

#include "policy/signature/openssf/certificate.h"
#include "policy/signature/openssf/envelope.h"

#include <sodium.h>

static struct al_identity identity;
static struct al_trusted_key rekor, stamps;

static void certificates_that_lead_to_a_root_are_accepted(void **state)
{
    (void)state;
    static const char *const good[] = {"certificate-good.sig", "certificate-direct.sig", "certificate-rich.sig"};
    static const char *const signers[] = {"author@good.org", "Author", "Author"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
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
        {"certificate-directory.sig", "root.pem", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
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

static void the_rules_of_keys_hold_for_roots(void **state)
{
    (void)state;
    static const char *const pattern[] = {"other-*"};
    fresh();
    trust_root("root.pem");
    keys[0].names = pattern;
    keys[0].name_count = 1;
    expect(judge(get("certificate-good.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_NAME, "name");
    fresh();
    trust_root("root.pem");
    keys[0].not_after = 1763999999;
    expect(judge(get("certificate-good.sig")), AL_SIGNATURE_STATUS_UNTRUSTED, AL_SIGNATURE_EXPIRED, "expired");
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
                                          "revoked log", "expired log"};
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
        case 9:
            trust.revoked = &revoked;
            trust.revoked_count = 1;
            break;
        default: rekor.not_after = 1763999999;
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
        {"a time beyond all", "\"integratedTime\": \"1748736000\"",
         "\"integratedTime\": \"18446744073709551615\"", AL_SIGNATURE_MALFORMED},
        {"the first time that is none", "\"integratedTime\": \"1748736000\"",
         "\"integratedTime\": \"9223372036854775808\"", AL_SIGNATURE_MALFORMED},
        {"the last time", "\"integratedTime\": \"1748736000\"", "\"integratedTime\": \"9223372036854775807\"",
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

static const char *payload_letters(struct al_text bundle)
{
    const char *at = memmem(bundle.at, bundle.length, "\"payload\": \"", 12);
    return al_arena_copy(arena, at, (size_t)((const char *)memchr(at, ',', 8000) - at));
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
    assert_string_equal(findings.list[0].message, "The log's entry is about another signature");
    fresh();
    trust_sigstore();
    bundle = get("keyless.sig");
    expect(judge(replace(bundle, payload_letters(bundle), payload_letters(get("keyless-forged.sig")))),
           AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID, "another payload");
    assert_string_equal(findings.list[0].message, "The log's entry is about another payload");
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
    assert_string_equal(findings.list[0].message, "The log's entry is about another certificate");
    fresh();
    trust_sigstore();
    expect(judge(get("keyless-forged.sig")), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID,
           "the log was lied to");
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_that_lead_to_a_root_are_accepted),
        cmocka_unit_test(certificates_that_do_not_hold_are_refused),
        cmocka_unit_test(a_certificate_counts_for_whom_the_policy_names),
        cmocka_unit_test(the_rules_of_keys_hold_for_roots),
        cmocka_unit_test(a_revoked_authority_revokes_its_signers),
        cmocka_unit_test(a_keyless_signature_is_verified_offline),
        cmocka_unit_test(keyless_signatures_that_nobody_vouches_for_are_untrusted),
        cmocka_unit_test(changed_keyless_bundles_are_refused),
        cmocka_unit_test(a_log_entry_counts_for_its_own_signature_only),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    al_arena_free(arena);
    return failed;
}
