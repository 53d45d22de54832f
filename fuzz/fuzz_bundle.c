/* Signature files of OpenSSF model signing. What is read has one signer, one signature and one
   payload. A verdict has a reason whenever it is not "valid", and none other is without one; the
   authorities and logs of some seeds are trusted, so that inputs come as far as that. */
#include "fuzz/harness.h"

#include "policy/signature/judge.h"
#include "policy/signature/openssf/log_entry.h"
#include "policy/signature/openssf/pem.h"

#include <sodium.h>

enum { BUDGET = 1 << 24, CAP = 16 };
static const int64_t now = 1764000000; /* 2025-11-24, when the seeds' certificates of years are valid */

enum { ROOT, KEYLESS_ROOTS, LOG, CERTIFICATE_LOG };
static const struct {
    const char *name, *text;
} keys[] = {
#include "fuzz/bundle_keys.h"
};

/* A key whose private half nobody kept. */
static const char stranger[] = "-----BEGIN PUBLIC KEY-----\n"
                               "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY32c1Qu5APmRfKordQ/HXajD0mwI\n"
                               "RvF1YU/EQGQ0dlraWVlHZW5AJvd1EdaQS0iD+oobZBSaJO7gQCbqnVvpFQ==\n"
                               "-----END PUBLIC KEY-----\n";

static void check(const struct al_envelope *e)
{
    AL_MUST(e->payload.length > 0 && e->payload.length <= AL_ENVELOPE_FILE_MAX);
    AL_MUST(e->signature.length > 0 && e->signature.length <= AL_ENVELOPE_SIGNATURE_MAX);
    AL_MUST((e->method == AL_ENVELOPE_KEY) == (e->chain_count == 0));
    AL_MUST(e->hint.length == 0 || (e->method == AL_ENVELOPE_KEY && e->hint.length == 64));
    AL_MUST(e->chain_count <= (e->method == AL_ENVELOPE_CHAIN ? AL_ENVELOPE_CHAIN_MAX : 1));
    AL_MUST((e->method == AL_ENVELOPE_LOGGED) == (e->log != NULL));
    for (size_t i = 0; i < e->chain_count; i++)
        AL_MUST(e->chain[i].length > 0 && e->chain[i].length <= AL_PEM_BLOCK_MAX);
}

/* A stranger's log promises nothing. */
static void check_log(const struct al_envelope *e, struct al_arena *arena, struct al_findings *f)
{
    struct al_ec_key log;
    struct al_log_entry entry;
    const struct al_place place = al_place_root("log");
    AL_MUST(al_ec_key_read_pem(&log, al_text_of(stranger), arena));
    if (!al_log_entry_read(&entry, e->log, &place, f))
        return;
    AL_MUST(entry.path_length <= AL_LOG_PATH_MAX && entry.body.length > 0);
    (void)al_log_entry_is_of(&entry, e, e->chain[0], &place, f);
    AL_MUST(!al_log_entry_holds(&entry, &log, &place, f));
}

/* Judges the one file that all seeds for one file are about. */
static void check_verdict(struct al_text bundle, struct al_arena *arena, struct al_findings *f)
{
    static const char bytes[] = "the very bytes";
    static const struct al_identity author = {"author@good.org", "https://issuer.good.org"};
    const struct al_trusted_key key = {.kind = AL_KEY_PEM, .text = stranger, .not_after = INT64_MAX};
    const struct al_trusted_key roots[] = {
        {.kind = AL_KEY_CERTIFICATE, .text = keys[ROOT].text, .not_after = INT64_MAX},
        {.kind = AL_KEY_CERTIFICATE, .text = keys[KEYLESS_ROOTS].text, .not_after = INT64_MAX, .identities = &author,
         .identity_count = 1}};
    const struct al_trusted_key log = {.kind = AL_KEY_REKOR, .text = keys[LOG].text, .not_after = INT64_MAX};
    const struct al_trusted_key seen = {.kind = AL_KEY_CT, .text = keys[CERTIFICATE_LOG].text, .not_after = INT64_MAX};
    const struct al_trust trust = {.lists = {[AL_KEY_PEM] = {&key, 1},
                                             [AL_KEY_CERTIFICATE] = {roots, 2},
                                             [AL_KEY_REKOR] = {&log, 1},
                                             [AL_KEY_CT] = {&seen, 1}}};
    uint8_t sha256[crypto_hash_sha256_BYTES], blake2b[crypto_generichash_BYTES_MAX];
    (void)crypto_hash_sha256(sha256, (const uint8_t *)bytes, sizeof bytes - 1);
    (void)crypto_generichash(blake2b, sizeof blake2b, (const uint8_t *)bytes, sizeof bytes - 1, NULL, 0);
    const struct al_signed_file file = {"m.keras", sizeof bytes - 1, (const uint8_t *)bytes, sha256, blake2b, false};
    const struct al_judging j = {.trust = &trust, .name = {"m.keras", 7}, .files = &file, .file_count = 1, .now = now,
                                 .arena = arena, .findings = f};
    struct al_signature out = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    al_openssf_judge(&out, bundle, "model.sig", &j);
    AL_MUST(out.status != AL_SIGNATURE_STATUS_NONE);
    AL_MUST((out.status == AL_SIGNATURE_STATUS_VALID) == (f->refusals == 0) || f->failed);
    /* whose private half nobody kept */
    AL_MUST(out.status != AL_SIGNATURE_STATUS_VALID || strcmp(out.scheme, "openssf-key") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm)
        json_object_seed(1); /* the same order of work for the same input */
    warm = true;
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    al_findings_init(&f, arena, NULL, CAP);
    const struct al_text text = {(const char *)data, size};
    struct al_envelope e;
    bool good = al_envelope_read(&e, text, "model.sig", &f);
    AL_MUST(good == (f.refusals == 0) || f.failed);
    if (good)
        check(&e);
    if (good && e.method == AL_ENVELOPE_LOGGED)
        check_log(&e, arena, &f);
    al_envelope_free(&e);

    struct al_findings verdict;
    al_findings_init(&verdict, arena, NULL, CAP);
    check_verdict(text, arena, &verdict);
    al_arena_free(arena);
    return 0;
}
