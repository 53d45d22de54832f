/* OpenSSF model signing: what is signed. Changed manifests are signed anew by the test's own key: they
   must fall to the manifest's rules, not the signature's. And what we sign is verified. */
#include "tests/unit/openssf.h"

#include <sodium.h>

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

static void a_manifest_that_contradicts_itself_is_refused(void **state)
{
    (void)state;
    fresh();
    trust_keys(p256, 1);
    struct al_text payload = payload_of("p256.sig");
    char *text = al_arena_copy(arena, payload.at, payload.length), *root = strstr(text, "\"sha256\": \"") + 11;
    *root = *root == '0' ? '1' : '0';
    expect(judge(wrap("p256.key", (struct al_text){text, payload.length})), AL_SIGNATURE_STATUS_INVALID,
           AL_SIGNATURE_MALFORMED, "another root");
}

/* A statement over one piece, its root computed here. */
static struct al_text one_piece(const char *name, const char *bytes, size_t size, unsigned shard)
{
    uint8_t digest[32], root[32];
    char digest_text[65], root_text[65];
    (void)crypto_hash_sha256(digest, (const uint8_t *)bytes, size);
    (void)crypto_hash_sha256(root, digest, sizeof digest);
    (void)sodium_bin2hex(digest_text, sizeof digest_text, digest, sizeof digest);
    (void)sodium_bin2hex(root_text, sizeof root_text, root, sizeof root);
    return al_text_of(al_arena_format(
        arena,
        "{\"_type\":\"https://in-toto.io/Statement/v1\","
        "\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\"%s\"}}],"
        "\"predicateType\":\"https://model_signing/signature/v1.0\",\"predicate\":{\"serialization\":{"
        "\"method\":\"shards\",\"hash_type\":\"sha256\",\"allow_symlinks\":false,\"shard_size\":%u},"
        "\"resources\":[{\"name\":\"%s\",\"algorithm\":\"sha256-sharded-%u\",\"digest\":\"%s\"}]}}",
        root_text, shard, name, shard, digest_text));
}

static void pieces_make_up_the_whole_file(void **state)
{
    (void)state;
    fresh();
    trust_keys(p256, 1);
    struct al_text whole = one_piece(".:0:14", "the very bytes", 14, 100);
    assert_int_equal(judge(wrap("p256.key", whole)).status, AL_SIGNATURE_STATUS_VALID);
    expect(judge(wrap("p256.key", one_piece(".:0:4", "the very bytes", 4, 4))), AL_SIGNATURE_STATUS_INVALID,
           AL_SIGNATURE_INVALID, "the first piece alone");
    fresh();
    trust_keys(p256, 1);
    expect(judge(wrap("p256.key", one_piece(".:4:8", "very bytes", 4, 4))), AL_SIGNATURE_STATUS_INVALID,
           AL_SIGNATURE_INVALID, "a piece of the middle");
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_are_verified),
        cmocka_unit_test(an_encrypted_key_opens_with_its_passphrase_only),
        cmocka_unit_test(changed_manifests_are_refused),
        cmocka_unit_test(an_empty_manifest_is_refused),
        cmocka_unit_test(a_manifest_that_contradicts_itself_is_refused),
        cmocka_unit_test(pieces_make_up_the_whole_file),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    al_arena_free(arena);
    return failed;
}
