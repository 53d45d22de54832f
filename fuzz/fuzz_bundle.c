/* Signature files of OpenSSF model signing. What is read has one signer, one signature and one
   payload, and nothing unsigned is ever valid: no key here has signed the input. */
#include "fuzz/harness.h"

#include "policy/signature/judge.h"
#include "policy/signature/openssf/log_entry.h"
#include "policy/signature/openssf/pem.h"

enum { BUDGET = 1 << 24, CAP = 16 };

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

    const struct al_trusted_key key = {.kind = AL_KEY_PEM, .text = stranger, .not_after = INT64_MAX};
    const struct al_trust trust = {.lists[AL_KEY_PEM] = {&key, 1}};
    const struct al_judging j = {.trust = &trust, .name = {"m", 1}, .now = 0, .arena = arena, .findings = &f};
    struct al_signature out = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    al_openssf_judge(&out, text, "model.sig", &j);
    AL_MUST(out.status == AL_SIGNATURE_STATUS_INVALID || out.status == AL_SIGNATURE_STATUS_UNTRUSTED);
    AL_MUST(f.refusals > 0 || f.failed);
    al_arena_free(arena);
    return 0;
}
