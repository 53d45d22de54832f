/* minisign's formats against the real program (Debian package minisign): what it
   signs we verify, what we sign it verifies, keys included; and files that are
   almost right are refused, each for its own reason. */
#include "policy/signature/minisign.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/airlock-minisign-XXXXXX";
static struct al_arena *arena;
static struct al_findings findings;

static void fresh(void)
{
    al_arena_free(arena);
    arena = al_arena_new(1 << 20);
    al_findings_init(&findings, arena, NULL, 10);
}

static void put(const char *name, const void *bytes, size_t size)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static struct al_text get(const char *name)
{
    static char room[1 << 16];
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t size = fread(room, 1, sizeof room, f);
    (void)fclose(f);
    char *copy = al_arena_copy(arena, room, size);
    assert_non_null(copy);
    return (struct al_text){copy, size};
}

static const char message[] = "the very bytes";
static uint8_t digest[crypto_generichash_BYTES_MAX];
static const struct al_signed_bytes signed_bytes = {(const uint8_t *)message, sizeof message - 1, digest};

static int set_up(void **state)
{
    (void)state;
    if (sodium_init() < 0 || mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    (void)crypto_generichash(digest, sizeof digest, (const uint8_t *)message, sizeof message - 1, NULL, 0);
    put("m", message, sizeof message - 1);
    /* -W: no passphrase to type; the encrypted form is tested by itself below */
    return system("minisign -G -W -p their.pub -s their.key >/dev/null 2>&1 && "
                  "minisign -S -s their.key -m m -x their.sig -t 'by minisign' >/dev/null 2>&1 && "
                  "minisign -S -l -s their.key -m m -x legacy.sig -t 'the old way' >/dev/null 2>&1");
}

static int tear_down(void **state)
{
    (void)state;
    al_arena_free(arena);
    char command[64];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    return chdir("/") == 0 ? system(command) : -1;
}

static void their_signature_is_verified(void **state)
{
    (void)state;
    struct al_minisign_public key;
    struct al_minisign_signature s;
    fresh();
    assert_true(al_minisign_read_public(&key, get("their.pub"), "their.pub", &findings));
    assert_true(al_minisign_read_signature(&s, get("their.sig"), "their.sig", &findings));
    assert_true(s.prehashed);
    assert_true(al_text_is(s.trusted_comment, "by minisign"));
    assert_true(al_minisign_verify(&s, &key, &signed_bytes, "m", &findings));
    assert_true(al_minisign_read_signature(&s, get("legacy.sig"), "legacy.sig", &findings));
    assert_false(s.prehashed);
    assert_true(al_minisign_verify(&s, &key, &signed_bytes, "m", &findings));
    assert_int_equal(findings.count, 0);
}

static void our_signature_is_verified_by_minisign(void **state)
{
    (void)state;
    struct al_minisign_public key;
    struct al_minisign_secret secret;
    struct al_buffer out;
    fresh();
    assert_int_equal(al_minisign_generate(&key, &secret, NULL), AL_OK);
    al_buffer_init(&out, 1 << 16);
    assert_int_equal(al_minisign_write_public(&out, &key), AL_OK);
    put("our.pub", out.data, out.size);
    out.size = 0;
    assert_int_equal(al_minisign_sign(&out, &secret, &signed_bytes, "by airlock", NULL), AL_OK);
    put("our.sig", out.data, out.size);
    al_buffer_free(&out);
    char text[AL_MINISIGN_SECRET_TEXT];
    assert_int_equal(al_minisign_write_secret(text, &secret, NULL, NULL), AL_OK);
    put("our.key", text, strlen(text));
    al_minisign_secret_wipe(&secret);
    assert_int_equal(system("minisign -V -p our.pub -m m -x our.sig >/dev/null"), 0);
    assert_int_equal(system("minisign -S -s our.key -m m -x again.sig >/dev/null 2>&1 </dev/null"), 0);
    assert_int_equal(system("minisign -V -p our.pub -m m -x again.sig >/dev/null"), 0);
}

static void an_encrypted_key_opens_with_its_passphrase_only(void **state)
{
    (void)state;
    struct al_minisign_public key;
    struct al_minisign_secret secret, again;
    struct al_buffer out;
    struct al_error err;
    fresh();
    assert_int_equal(al_minisign_generate(&key, &secret, NULL), AL_OK);
    char text[AL_MINISIGN_SECRET_TEXT];
    assert_int_equal(al_minisign_write_secret(text, &secret, "open sesame", NULL), AL_OK);
    struct al_text file = al_text_of(text);
    assert_true(al_minisign_secret_is_encrypted(file));
    assert_int_equal(al_minisign_read_secret(&again, file, "open sesame", &err), AL_OK);
    assert_memory_equal(again.key, secret.key, sizeof again.key);
    assert_int_equal(al_minisign_read_secret(&again, file, "open barley", &err), AL_REFUSED);
    assert_int_equal(al_minisign_read_secret(&again, file, NULL, &err), AL_REFUSED);
    put("enc.key", file.at, file.length);
    assert_int_equal(system("echo 'open sesame' | minisign -S -s enc.key -m m -x enc.sig >/dev/null 2>&1"), 0);
    al_buffer_init(&out, 1 << 16);
    assert_int_equal(al_minisign_write_public(&out, &key), AL_OK);
    put("enc.pub", out.data, out.size);
    al_buffer_free(&out);
    assert_int_equal(system("minisign -V -p enc.pub -m m -x enc.sig >/dev/null"), 0);
}

/* Every single byte of a signature file changed: never accepted with the same comment
   claimed as trusted, always a finding, apart from the untrusted comment's own text. */
static void no_changed_byte_is_accepted(void **state)
{
    (void)state;
    struct al_minisign_public key;
    struct al_minisign_signature s;
    fresh();
    assert_true(al_minisign_read_public(&key, get("their.pub"), "their.pub", &findings));
    struct al_text file = get("their.sig");
    size_t untrusted = (size_t)((const char *)memchr(file.at, '\n', file.length) - file.at);
    for (size_t i = 0; i < file.length; i++) {
        struct al_arena *own = al_arena_new(1 << 16);
        struct al_findings f;
        al_findings_init(&f, own, NULL, 10);
        char *bad = al_arena_copy(own, file.at, file.length);
        bad[i] = (char)(bad[i] ^ 1);
        bool good = al_minisign_read_signature(&s, (struct al_text){bad, file.length}, "bad", &f) &&
                    al_minisign_verify(&s, &key, &signed_bytes, "m", &f);
        bool harmless = i >= sizeof "untrusted comment: " - 1 && i < untrusted;
        if (good != harmless || (!good && f.refusals == 0))
            fail_msg("byte %zu: %s", i, good ? "accepted" : "refused");
        al_arena_free(own);
    }
}

static enum al_finding_id reason(const char *signature, const struct al_minisign_public *key,
                                 const struct al_signed_bytes *what)
{
    struct al_minisign_signature s;
    size_t before = findings.count;
    if (al_minisign_read_signature(&s, al_text_of(signature), "s", &findings) &&
        al_minisign_verify(&s, key, what, "m", &findings))
        return AL_FINDING_COUNT;
    assert_int_equal(findings.count, before + 1);
    return findings.list[before].id;
}

static void each_bad_case_has_its_finding(void **state)
{
    (void)state;
    struct al_minisign_public key, other;
    struct al_minisign_secret secret;
    fresh();
    assert_true(al_minisign_read_public(&key, get("their.pub"), "their.pub", &findings));
    assert_int_equal(al_minisign_generate(&other, &secret, NULL), AL_OK);
    const char *good = get("their.sig").at, *legacy = get("legacy.sig").at;
    assert_int_equal(reason(good, &key, &signed_bytes), AL_FINDING_COUNT);
    assert_int_equal(reason(good, &other, &signed_bytes), AL_SIGNATURE_UNTRUSTED);
    /* a key that claims the signer's id is found out by the arithmetic */
    memcpy(other.id, key.id, sizeof other.id);
    assert_int_equal(reason(good, &other, &signed_bytes), AL_SIGNATURE_INVALID);
    /* other bytes */
    uint8_t wrong[sizeof digest] = {1};
    struct al_signed_bytes changed = {(const uint8_t *)"the vary bytes", sizeof message - 1, wrong};
    assert_int_equal(reason(good, &key, &changed), AL_SIGNATURE_INVALID);
    assert_int_equal(reason(legacy, &key, &changed), AL_SIGNATURE_INVALID);
    char *edit = al_arena_format(arena, "%s", good);
    memcpy(strstr(edit, "by minisign"), "by nobody!!", 11);
    assert_int_equal(reason(edit, &key, &signed_bytes), AL_SIGNATURE_COMMENT);
    /* one signature cannot be passed off as the other kind: "ED" and "Ed" differ in the second letter's bits */
    char *confused = al_arena_format(arena, "%s", legacy);
    memcpy(strstr(confused, "\nRW") + 1, "RU", 2);
    assert_int_equal(reason(confused, &key, &signed_bytes), AL_SIGNATURE_INVALID);
    assert_int_equal(reason(al_arena_format(arena, "%sx", good), &key, &signed_bytes), AL_SIGNATURE_MALFORMED);
    assert_int_equal(reason(al_arena_format(arena, "%.40s", good), &key, &signed_bytes), AL_SIGNATURE_MALFORMED);
    assert_int_equal(reason("", &key, &signed_bytes), AL_SIGNATURE_MALFORMED);
    al_minisign_secret_wipe(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(their_signature_is_verified),
        cmocka_unit_test(our_signature_is_verified_by_minisign),
        cmocka_unit_test(an_encrypted_key_opens_with_its_passphrase_only),
        cmocka_unit_test(no_changed_byte_is_accepted),
        cmocka_unit_test(each_bad_case_has_its_finding),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
