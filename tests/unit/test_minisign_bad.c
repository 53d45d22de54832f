/* Minisign signatures that are almost right, each with its status and finding, judged as
   `vet` judges them. The honest files are the real minisign's (tests/make/signatures.py);
   what no program would write is put together from Ed25519's own arithmetic. */
#include "policy/signature/judge.h"
#include "policy/signature/minisign.h"

#include "tests/unit/unit.h"

#include <stdio.h>

enum { POINT = crypto_core_ed25519_BYTES, RAW = 2 + AL_MINISIGN_ID_BYTES + crypto_sign_BYTES };

static struct al_arena *arena;
static struct al_findings findings;
static struct al_text good, legacy, message;
static struct al_minisign_public their_key;
static uint8_t digest[crypto_generichash_BYTES_MAX];

static struct al_text get(const char *name)
{
    char path[4096], room[4096];
    (void)snprintf(path, sizeof path, "%s/signatures/%s", getenv("AIRLOCK_TEST_DATA"), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t size = fread(room, 1, sizeof room, f);
    (void)fclose(f);
    const char *copy = al_arena_copy(arena, room, size);
    assert_non_null(copy);
    return (struct al_text){copy, size};
}

static int set_up(void **state)
{
    (void)state;
    arena = al_arena_new(64 << 20);
    if (arena == NULL || sodium_init() < 0)
        return -1;
    al_findings_init(&findings, arena, NULL, 10);
    good = get("prehashed.minisig");
    legacy = get("legacy.minisig");
    message = get("message");
    assert_true(al_minisign_read_public(&their_key, get("key.pub"), "key.pub", &findings));
    return crypto_generichash(digest, sizeof digest, (const uint8_t *)message.at, message.length, NULL, 0);
}

static int tear_down(void **state)
{
    (void)state;
    al_arena_free(arena);
    return 0;
}

/* What the judge says of a file, with one trusted key. `*id` is AL_FINDING_COUNT where it says nothing. */
static enum al_signature_status judge(struct al_text file, const struct al_minisign_public *key,
                                      const struct al_signed_file *what, enum al_finding_id *id)
{
    struct al_buffer letters;
    al_buffer_init(&letters, 64);
    al_minisign_write_letters(&letters, key);
    al_buffer_u8(&letters, 0);
    const struct al_trusted_key trusted = {
        .kind = AL_KEY_MINISIGN, .text = (const char *)letters.data, .not_after = INT64_MAX};
    const struct al_trust trust = {.lists[AL_KEY_MINISIGN] = {&trusted, 1}};
    struct al_signature result = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    struct al_arena *own = al_arena_new(1 << 20);
    struct al_findings f;
    al_findings_init(&f, own, NULL, 10);
    const struct al_judging judging = {
        .trust = &trust, .name = al_text_of("m"), .files = what, .file_count = 1, .arena = own, .findings = &f};
    al_minisign_judge(&result, file, "m.minisig", &judging);
    if ((result.status == AL_SIGNATURE_STATUS_VALID) != (f.refusals == 0) || f.count > 1 || f.failed)
        fail_msg("status %d with %zu findings", (int)result.status, f.count);
    *id = f.count == 1 ? f.list[0].id : AL_FINDING_COUNT;
    al_arena_free(own);
    al_buffer_free(&letters);
    return result.status;
}

static const struct al_signed_file *their_file(void)
{
    static struct al_signed_file file;
    file = (struct al_signed_file){"m", message.length, (const uint8_t *)message.at, NULL, digest};
    return &file;
}

static void expect(const char *what, struct al_text file, enum al_signature_status status, enum al_finding_id id)
{
    enum al_finding_id found;
    enum al_signature_status got = judge(file, &their_key, their_file(), &found);
    if (got != status || found != id)
        fail_msg("%s: status %d, finding %s", what, (int)got,
                 found == AL_FINDING_COUNT ? "none" : al_finding_row(found)->id);
}

static void both_forms_are_valid(void **state)
{
    (void)state;
    expect("prehashed", good, AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT);
    expect("legacy", legacy, AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT);
}

/* ---- damage ---- */

/* Which findings a change may bring, by the line that it is in. */
static bool allowed(int line, bool in_text, enum al_finding_id id)
{
    static const enum al_finding_id may[4][3] = {
        {AL_FINDING_COUNT, AL_FINDING_COUNT, AL_FINDING_COUNT}, /* the untrusted comment says nothing */
        {AL_SIGNATURE_INVALID, AL_SIGNATURE_UNTRUSTED, AL_SIGNATURE_COMMENT},
        {AL_SIGNATURE_COMMENT, AL_SIGNATURE_COMMENT, AL_SIGNATURE_COMMENT},
        {AL_SIGNATURE_COMMENT, AL_SIGNATURE_COMMENT, AL_SIGNATURE_COMMENT}};
    if (id == AL_SIGNATURE_MALFORMED)
        return true;
    return in_text && (id == may[line][0] || id == may[line][1] || id == may[line][2]);
}

static void flip_each_bit(struct al_text file)
{
    static const size_t prefixes[4] = {sizeof "untrusted comment: " - 1, 0, sizeof "trusted comment: " - 1, 0};
    int line = 0;
    size_t column = 0;
    for (size_t i = 0; i < file.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            char *bad = al_arena_copy(arena, file.at, file.length);
            assert_non_null(bad);
            bad[i] = (char)(bad[i] ^ (1 << bit));
            enum al_finding_id id;
            (void)judge((struct al_text){bad, file.length}, &their_key, their_file(), &id);
            if (!allowed(line, column >= prefixes[line] && file.at[i] != '\n', id))
                fail_msg("bit %d of byte %zu, line %d: %s", bit, i, line + 1,
                         id == AL_FINDING_COUNT ? "valid" : al_finding_row(id)->id);
        }
        column++;
        if (file.at[i] == '\n') {
            line++;
            column = 0;
        }
    }
    assert_int_equal(line, 4);
}

static void no_flipped_bit_is_passed_over(void **state)
{
    (void)state;
    flip_each_bit(good);
    flip_each_bit(legacy);
}

static void every_cut_and_every_tail_is_malformed(void **state)
{
    (void)state;
    /* without its last line end a file says the same, and minisign takes it too */
    expect("no last line end", (struct al_text){good.at, good.length - 1}, AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT);
    for (size_t n = 0; n + 1 < good.length; n++)
        expect("cut", (struct al_text){good.at, n}, AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED);
    for (size_t n = 1; n < good.length; n++)
        expect("cut in front", (struct al_text){good.at + n, good.length - n}, AL_SIGNATURE_STATUS_INVALID,
               AL_SIGNATURE_MALFORMED);
    static const char *const tails[] = {"\n", " ", "x", "\r\n", "trusted comment: x\n"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
        expect("tail", al_text_of(al_arena_format(arena, "%.*s%s", (int)good.length, good.at, tails[i])),
               AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED);
    expect("twice", al_text_of(al_arena_format(arena, "%.*s%.*s", (int)good.length, good.at, (int)good.length, good.at)),
           AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED);
    char large[AL_MINISIGN_FILE_MAX + 1];
    memset(large, 'x', sizeof large);
    expect("large", (struct al_text){large, sizeof large}, AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED);
}

/* The file with what stands at the first `from` replaced. */
static struct al_text with(struct al_text file, const char *from, const char *to)
{
    const char *text = al_arena_format(arena, "%.*s", (int)file.length, file.at);
    const char *at = strstr(text, from);
    assert_non_null(at);
    return al_text_of(al_arena_format(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)));
}

static void edits_have_their_findings(void **state)
{
    (void)state;
    const struct {
        const char *from, *to;
        enum al_signature_status status;
        enum al_finding_id id;
    } edits[] = {
        {"by minisign", "by nobody", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_COMMENT},
        {"by minisign", "", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_COMMENT},
        {"by minisign", "by minisign ", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_COMMENT},
        {"by minisign", "by\033[31mminisign", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"by minisign", "\xff", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"trusted comment: by", "trusted comment:by", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"trusted comment: by", "Trusted comment: by", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"untrusted comment: ", "", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"signature from minisign secret key", "anything at all", AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT},
        {"\n", "\r\n", AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT}, /* as minisign takes it */
        {"\n", "\r\r\n", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        /* base64 spelt otherwise */
        {"=\n", "\n", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"=\n", "==\n", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"=\n", "= \n", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"\nR", "\n R", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"\nRU", "\n-U", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"\nRU", "\n_U", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        /* other algorithms' names: "ED" as "EE", and minisign's own secret and checksum kinds */
        {"\nRU", "\nRU\x80", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"\nRU", "\nQj", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        {"\nRU", "\nRV", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED},
        /* one form under the other's name */
        {"\nRU", "\nRW", AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
        expect(edits[i].to, with(good, edits[i].from, edits[i].to), edits[i].status, edits[i].id);
    expect("legacy as prehashed", with(legacy, "\nRW", "\nRU"), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID);
}

/* The last letter before one '=' has two bits that say nothing, before "==" four: of all their
   spellings one is canonical. */
static void only_one_spelling_of_each_byte_is_taken(void **state)
{
    (void)state;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = al_arena_format(arena, "%.*s", (int)good.length, good.at);
    const struct {
        char *at;
        size_t spellings;
    } ends[] = {{strstr(text, "=\n") - 1, 4}, {strstr(text, "==\n") - 1, 16}};
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        char usual = *ends[e].at;
        size_t from = (size_t)(strchr(letters, usual) - letters);
        assert_int_equal(from % ends[e].spellings, 0);
        for (size_t i = 1; i < ends[e].spellings; i++) {
            *ends[e].at = letters[from + i];
            expect("another spelling", al_text_of(text), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_MALFORMED);
        }
        *ends[e].at = usual;
    }
    expect("the usual one", al_text_of(text), AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT);
}

/* ---- made by hand ---- */

struct parts {
    uint8_t raw[RAW];
    uint8_t global[crypto_sign_BYTES];
};

static struct parts parts_of(struct al_text file)
{
    struct al_minisign_signature s;
    struct parts p = {.raw = "ED"};
    assert_true(al_minisign_read_signature(&s, file, "s", &findings));
    memcpy(p.raw + 2, s.id, sizeof s.id);
    memcpy(p.raw + 2 + sizeof s.id, s.signature, sizeof s.signature);
    memcpy(p.global, s.global, sizeof s.global);
    return p;
}

static struct al_text file_of(const struct parts *p, const char *comment)
{
    char raw[256], global[256];
    (void)sodium_bin2base64(raw, sizeof raw, p->raw, sizeof p->raw, sodium_base64_VARIANT_ORIGINAL);
    (void)sodium_bin2base64(global, sizeof global, p->global, sizeof p->global, sodium_base64_VARIANT_ORIGINAL);
    return al_text_of(al_arena_format(arena, "untrusted comment: x\n%s\ntrusted comment: %s\n%s\n", raw, comment, global));
}

#define THEIR_COMMENT "by minisign, \xc3\xa9"

/* S + L is another S for the same signature: RFC 8032, 5.1.7, wants S below L. */
static void add_order(uint8_t s[crypto_core_ed25519_SCALARBYTES])
{
    static const uint8_t order[crypto_core_ed25519_SCALARBYTES] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    sodium_add(s, order, sizeof order);
}

static void malleable_signatures_are_invalid(void **state)
{
    (void)state;
    struct parts p = parts_of(good);
    expect("put together again", file_of(&p, THEIR_COMMENT), AL_SIGNATURE_STATUS_VALID, AL_FINDING_COUNT);
    add_order(p.raw + RAW - crypto_core_ed25519_SCALARBYTES);
    expect("S + L", file_of(&p, THEIR_COMMENT), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID);
    p = parts_of(good);
    add_order(p.global + crypto_sign_BYTES - crypto_core_ed25519_SCALARBYTES);
    expect("S + L of the comment", file_of(&p, THEIR_COMMENT), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_COMMENT);
}

static void a_lying_key_id_is_found_out(void **state)
{
    (void)state;
    struct al_minisign_public other;
    enum al_finding_id id;
    assert_true(al_minisign_read_public(&other, get("other.pub"), "other.pub", &findings));
    assert_int_equal(judge(good, &other, their_file(), &id), AL_SIGNATURE_STATUS_UNTRUSTED);
    assert_int_equal(id, AL_SIGNATURE_UNTRUSTED);
    /* the signature claims the trusted key's id */
    struct parts p = parts_of(good);
    memcpy(p.raw + 2, other.id, sizeof other.id);
    assert_int_equal(judge(file_of(&p, THEIR_COMMENT), &other, their_file(), &id), AL_SIGNATURE_STATUS_INVALID);
    assert_int_equal(id, AL_SIGNATURE_INVALID);
    /* another key under the signer's id is trusted */
    memcpy(other.id, their_key.id, sizeof other.id);
    assert_int_equal(judge(good, &other, their_file(), &id), AL_SIGNATURE_STATUS_INVALID);
    assert_int_equal(id, AL_SIGNATURE_INVALID);
}

static void other_bytes_are_invalid(void **state)
{
    (void)state;
    enum al_finding_id id;
    uint8_t other[sizeof digest];
    for (size_t i = 0; i < 8 * sizeof digest; i++) {
        struct al_signed_file file = *their_file();
        memcpy(other, digest, sizeof other);
        other[i / 8] = (uint8_t)(other[i / 8] ^ (1U << (i % 8)));
        file.blake2b = other;
        assert_int_equal(judge(good, &their_key, &file, &id), AL_SIGNATURE_STATUS_INVALID);
        assert_int_equal(id, AL_SIGNATURE_INVALID);
    }
    /* bytes that were never in memory cannot be held against the legacy form, and are not believed */
    struct al_signed_file streamed = *their_file();
    streamed.bytes = NULL;
    assert_int_equal(judge(good, &their_key, &streamed, &id), AL_SIGNATURE_STATUS_VALID);
    assert_int_equal(judge(legacy, &their_key, &streamed, &id), AL_SIGNATURE_STATUS_INVALID);
    /* a prehashed signature, relabelled, is a legacy one of the digest as a file: same bytes signed */
    struct parts p = parts_of(good);
    p.raw[1] = 'd';
    const struct al_signed_file digest_file = {"m", sizeof digest, digest, NULL, digest};
    assert_int_equal(judge(file_of(&p, THEIR_COMMENT), &their_key, &digest_file, &id), AL_SIGNATURE_STATUS_INVALID);
    assert_int_equal(id, AL_SIGNATURE_INVALID);
    /* nor does the signature of a comment stand for one of the file, or the other way round */
    p = parts_of(good);
    memcpy(p.raw + RAW - crypto_sign_BYTES, p.global, sizeof p.global);
    expect("comment's as file's", file_of(&p, THEIR_COMMENT), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_INVALID);
    p = parts_of(good);
    memcpy(p.global, p.raw + RAW - crypto_sign_BYTES, sizeof p.global);
    expect("file's as comment's", file_of(&p, THEIR_COMMENT), AL_SIGNATURE_STATUS_INVALID, AL_SIGNATURE_COMMENT);
}

/* The points of order 1, 2, 4 and 8 in every encoding, those with a coordinate above the
   field's prime included: with one of them as key, or as R, a signature fits many messages. */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};
enum { LOW_ORDER = sizeof low_order / sizeof low_order[0] };

static void point(uint8_t out[POINT], size_t index)
{
    assert_int_equal(sodium_hex2bin(out, POINT, low_order[index], 2 * POINT, NULL, NULL, NULL), 0);
}

static void low_order_keys_sign_nothing(void **state)
{
    (void)state;
    struct al_minisign_public key = their_key;
    for (size_t a = 0; a < LOW_ORDER; a++) {
        point(key.key, a);
        for (size_t r = 0; r < LOW_ORDER; r++) {
            struct parts p = parts_of(good);
            memset(p.raw + RAW - crypto_sign_BYTES, 0, crypto_sign_BYTES);
            memset(p.global, 0, sizeof p.global);
            point(p.raw + RAW - crypto_sign_BYTES, r);
            point(p.global, r);
            enum al_finding_id id;
            assert_int_equal(judge(file_of(&p, "x"), &key, their_file(), &id), AL_SIGNATURE_STATUS_INVALID);
            assert_int_equal(id, AL_SIGNATURE_INVALID);
        }
    }
}

/* An honest key's owner with R the neutral point: S = H(R, A, M) a fulfils the equation, and is refused. */
static void a_low_order_nonce_is_invalid(void **state)
{
    (void)state;
    struct al_minisign_public key = their_key;
    uint8_t secret[crypto_sign_SECRETKEYBYTES], seed_hash[64], wide[64], h[32], a[64] = {0}, scalar[32];
    (void)crypto_sign_keypair(key.key, secret);
    (void)crypto_hash_sha512(seed_hash, secret, crypto_sign_SEEDBYTES);
    seed_hash[0] &= 248;
    seed_hash[31] = (uint8_t)((seed_hash[31] & 127) | 64);
    memcpy(a, seed_hash, 32);
    crypto_core_ed25519_scalar_reduce(scalar, a);
    struct parts p = parts_of(good);
    uint8_t *signature = p.raw + RAW - crypto_sign_BYTES;
    point(signature, 2);
    crypto_hash_sha512_state hash;
    (void)crypto_hash_sha512_init(&hash);
    (void)crypto_hash_sha512_update(&hash, signature, POINT);
    (void)crypto_hash_sha512_update(&hash, key.key, sizeof key.key);
    (void)crypto_hash_sha512_update(&hash, digest, sizeof digest);
    (void)crypto_hash_sha512_final(&hash, wide);
    crypto_core_ed25519_scalar_reduce(h, wide);
    crypto_core_ed25519_scalar_mul(signature + POINT, h, scalar);
    /* S B = h A, so that nothing but the order of R speaks against it */
    uint8_t left[POINT], right[POINT];
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(left, signature + POINT), 0);
    assert_int_equal(crypto_scalarmult_ed25519_noclamp(right, h, key.key), 0);
    assert_memory_equal(left, right, POINT);
    enum al_finding_id id;
    assert_int_equal(judge(file_of(&p, "x"), &key, their_file(), &id), AL_SIGNATURE_STATUS_INVALID);
    assert_int_equal(id, AL_SIGNATURE_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_are_valid),
        cmocka_unit_test(no_flipped_bit_is_passed_over),
        cmocka_unit_test(every_cut_and_every_tail_is_malformed),
        cmocka_unit_test(edits_have_their_findings),
        cmocka_unit_test(only_one_spelling_of_each_byte_is_taken),
        cmocka_unit_test(malleable_signatures_are_invalid),
        cmocka_unit_test(a_lying_key_id_is_found_out),
        cmocka_unit_test(other_bytes_are_invalid),
        cmocka_unit_test(low_order_keys_sign_nothing),
        cmocka_unit_test(a_low_order_nonce_is_invalid),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
