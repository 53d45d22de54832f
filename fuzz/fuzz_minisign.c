/* Minisign's files from strangers: public keys, secret keys that are not encrypted, and
   signatures held against one trusted key. What is read can be written and read again as the
   same; and nothing is valid but the two signatures that the key ever made, letter for letter. */
#include "fuzz/harness.h"

#include "policy/signature/judge.h"
#include "policy/signature/lines.h"
#include "policy/signature/minisign.h"

#include <string.h>

enum { BUDGET = 1 << 20, CAP = 16, SIGNED_LINES = 3 };

/* tests/data/signatures: the key, the file and what it signed */
static const char key_letters[] = "RWQd8bCx6zBe1f1izWZWipbVaHmLE2a8Yb5uCWL4CzR/uKznGNAQp3q4";
static const char message[] = "the very bytes";
static const char *const made[][SIGNED_LINES] = {
    {"RUQd8bCx6zBe1bQNhitmKn91q4VmcHo2BeMZreI/3E26w6p8lP3cFyCCbyhQVBgUl7Y4HDmpGTyPR0LkgH0sqYepzzhTWB78ZwU=",
     "trusted comment: by minisign, é",
     "m8Z2vj3bkCcU7FRECGiot4XKQvhQC23apuCHVBhpdW5YYD1w/dKO7lteEe1y4RWJJ0/Pkl30sSs1m9zR8mqaAw=="},
    {"RWQd8bCx6zBe1YttBTLHZt+E48TfevwIOiHdlOI7VzKzcsnaUn5hS0O8GVqi8RE+eqnWCrYDB6s26mwvSNbKDfM34ONt4qDFHg4=",
     "trusted comment: the old way",
     "stqQ/S4f0GE/4eW07ksVrILhlwzOVXjL4/ARz+UDi3qtYNLALfz71yK3wRXEJoPrndh9UyLAv6mxeaDjivqcAA=="},
};

static void check_public(struct al_text file, struct al_findings *f)
{
    struct al_minisign_public key, again;
    struct al_buffer text;
    if (!al_minisign_read_public(&key, file, "key", f))
        return;
    al_buffer_init(&text, AL_MINISIGN_FILE_MAX);
    AL_MUST(al_minisign_write_public(&text, &key) == AL_OK);
    AL_MUST(al_minisign_read_public(&again, (struct al_text){(const char *)text.data, text.size}, "key", f));
    AL_MUST(memcmp(&key, &again, sizeof key) == 0);
    al_buffer_free(&text);
}

static void check_secret(struct al_text file)
{
    struct al_minisign_secret secret, again;
    char text[AL_MINISIGN_SECRET_TEXT];
    if (al_minisign_secret_is_encrypted(file)) {
        AL_MUST(al_minisign_read_secret(&secret, file, NULL, NULL) == AL_REFUSED);
        return; /* scrypt would take seconds and find out nothing about parsing */
    }
    if (al_minisign_read_secret(&secret, file, NULL, NULL) != AL_OK)
        return;
    AL_MUST(al_minisign_write_secret(text, &secret, NULL, NULL) == AL_OK);
    AL_MUST(al_minisign_read_secret(&again, al_text_of(text), NULL, NULL) == AL_OK);
    AL_MUST(memcmp(&secret, &again, sizeof secret) == 0);
}

static bool was_made(struct al_text file)
{
    struct al_text lines[SIGNED_LINES];
    (void)al_line_next(&file);
    for (int i = 0; i < SIGNED_LINES; i++)
        lines[i] = al_line_next(&file);
    for (size_t m = 0; m < sizeof made / sizeof made[0]; m++)
        if (al_text_is(lines[0], made[m][0]) && al_text_is(lines[1], made[m][1]) && al_text_is(lines[2], made[m][2]))
            return true;
    return false;
}

static void check_signature(struct al_text file, struct al_arena *arena, struct al_findings *f)
{
    uint8_t digest[crypto_generichash_BYTES_MAX];
    (void)crypto_generichash(digest, sizeof digest, (const uint8_t *)message, sizeof message - 1, NULL, 0);
    const struct al_signed_file signed_file = {
        .name = "m", .size = sizeof message - 1, .bytes = (const uint8_t *)message, .blake2b = digest};
    const struct al_trusted_key key = {.kind = AL_KEY_MINISIGN, .text = key_letters, .not_after = INT64_MAX};
    const struct al_trust trust = {.lists[AL_KEY_MINISIGN] = {&key, 1}};
    const struct al_judging judging = {.trust = &trust,
                                       .name = al_text_of("m"),
                                       .files = &signed_file,
                                       .file_count = 1,
                                       .arena = arena,
                                       .findings = f};
    struct al_signature result = {AL_SIGNATURE_STATUS_NONE, "", "", "", ""};
    al_minisign_judge(&result, file, "m.minisig", &judging);
    bool valid = result.status == AL_SIGNATURE_STATUS_VALID;
    AL_MUST(!valid || was_made(file));
    AL_MUST(result.status != AL_SIGNATURE_STATUS_NONE && valid == (f->refusals == 0));
    AL_MUST(al_utf8_valid(result.comment, strlen(result.comment)));
    for (size_t at = 0, n = strlen(result.comment); at < n;)
        AL_MUST(!al_utf8_unsafe(al_utf8_next(result.comment, n, &at)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AL_MUST(sodium_init() >= 0);
    struct al_arena *arena = al_arena_new(BUDGET);
    AL_MUST(arena != NULL);
    struct al_findings f;
    struct al_text file = {(const char *)data, size};
    al_findings_init(&f, arena, NULL, CAP);
    check_public(file, &f);
    check_secret(file);
    al_findings_init(&f, arena, NULL, CAP);
    check_signature(file, arena, &f);
    al_arena_free(arena);
    return 0;
}
