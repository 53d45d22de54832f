/* See openssf.h. */
#include "tests/unit/openssf.h"

#include "policy/signature/openssf/envelope.h"

#include <sodium.h>
#include <stdio.h>

struct al_arena *arena;
struct al_findings findings;
struct al_trusted_key keys[4];
struct al_trust trust;
const char *const p256[1] = {"p256.pub"};

const struct content model[1] = {{"m.keras", "the very bytes"}};
const struct content directory[4] = {
    {"assets.txt", "c"}, {"assets/words.txt", "a\nb\n"}, {"config.json", "{}"}, {"metadata.json", "[]"}};

enum { FILES_MAX = 8 };
static struct al_signed_file files[FILES_MAX];

void fresh(void)
{
    al_arena_free(arena);
    arena = al_arena_new(16U << 20);
    al_findings_init(&findings, arena, NULL, 10);
}

struct al_text get(const char *name)
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

void trust_keys(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = (struct al_trusted_key){.kind = AL_KEY_PEM, .text = get(names[i]).at, .not_after = INT64_MAX};
    trust = (struct al_trust){.lists[AL_KEY_PEM] = {keys, count}};
}

void trust_root(const char *name)
{
    keys[0] = (struct al_trusted_key){.kind = AL_KEY_CERTIFICATE, .text = get(name).at, .not_after = INT64_MAX};
    trust = (struct al_trust){.lists[AL_KEY_CERTIFICATE] = {keys, 1}};
}

struct al_signature judge_files(struct al_text bundle, const struct content *list, size_t count, bool unread_last)
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

struct al_signature judge(struct al_text bundle)
{
    return judge_files(bundle, FILES(model), false);
}

void expect(struct al_signature s, enum al_signature_status status, enum al_finding_id id, const char *what)
{
    if (s.status != status || findings.count == 0 || findings.list[0].id != id)
        fail_msg("%s: status %d, %s", what, (int)s.status,
                 findings.count > 0 ? al_finding_row(findings.list[0].id)->id : "no finding");
}

struct al_text replace(struct al_text text, const char *old, const char *new)
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

const char *sig_of(struct al_text bundle)
{
    const char *at = memmem(bundle.at, bundle.length, "{\"sig\":\"", 8);
    const char *end = memchr(at, '}', (size_t)(bundle.at + bundle.length - at));
    return al_arena_copy(arena, at, (size_t)(end + 1 - at));
}

struct al_text payload_of(const char *name)
{
    struct al_envelope e;
    assert_true(al_envelope_read(&e, get(name), name, &findings));
    al_envelope_free(&e);
    return e.payload;
}

struct al_ec_secret *read_secret(const char *name, const char *passphrase)
{
    struct al_ec_secret *secret = NULL;
    assert_int_equal(al_ec_secret_read(&secret, get(name), passphrase, NULL), AL_OK);
    return secret;
}

struct al_text wrap(const char *key, struct al_text payload)
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

struct al_text sign_files(const char *key, const struct content *list, size_t count, bool alone)
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
