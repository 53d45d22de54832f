/* Reading and judging minisign signatures; see minisign.h. */
#include "policy/signature/minisign.h"

#include "policy/signature/lines.h"

#include <stdio.h>

enum { ALGORITHM_BYTES = 2 };

static const char untrusted_comment[] = "untrusted comment: ";
static const char trusted_comment[] = "trusted comment: ";

void al_minisign_id_text(char out[AL_MINISIGN_ID_TEXT], const uint8_t id[AL_MINISIGN_ID_BYTES])
{
    for (int i = 0; i < AL_MINISIGN_ID_BYTES; i++)
        (void)snprintf(out + 2 * i, 3, "%02X", (unsigned)id[AL_MINISIGN_ID_BYTES - 1 - i]);
}

static bool malformed(struct al_findings *f, const char *name, const char *expected, const char *what)
{
    return al_find_at(f, AL_SIGNATURE_MALFORMED, al_text_of(name), expected, AL_NOTHING, "%s", what);
}

bool al_minisign_read_public(struct al_minisign_public *out, struct al_text file, const char *name,
                             struct al_findings *f)
{
    struct al_text rest = file, comment;
    struct al_text line = file.length <= AL_MINISIGN_FILE_MAX ? al_line_next(&rest) : AL_NOTHING;
    if (rest.length > 0) {
        if (!al_line_comment(line, untrusted_comment, AL_MINISIGN_COMMENT_MAX, &comment))
            return malformed(f, name, "a line \"untrusted comment: …\"", "The first line is no comment of minisign's");
        line = al_line_next(&rest);
    }
    uint8_t raw[ALGORITHM_BYTES + AL_MINISIGN_ID_BYTES + crypto_sign_PUBLICKEYBYTES];
    if (rest.length > 0 || !al_line_base64(line, raw, sizeof raw) || memcmp(raw, "Ed", ALGORITHM_BYTES) != 0)
        return malformed(f, name, "56 letters of base64 that begin with RW", "This is not a public key of minisign's");
    memcpy(out->id, raw + ALGORITHM_BYTES, sizeof out->id);
    memcpy(out->key, raw + ALGORITHM_BYTES + AL_MINISIGN_ID_BYTES, sizeof out->key);
    return true;
}

bool al_minisign_read_signature(struct al_minisign_signature *out, struct al_text file, const char *name,
                                struct al_findings *f)
{
    if (file.length > AL_MINISIGN_FILE_MAX)
        return malformed(f, name, "at most 16384 bytes", "The signature file is too large");
    struct al_text rest = file, ignored;
    uint8_t raw[ALGORITHM_BYTES + AL_MINISIGN_ID_BYTES + crypto_sign_BYTES];
    if (!al_line_comment(al_line_next(&rest), untrusted_comment, AL_MINISIGN_COMMENT_MAX, &ignored))
        return malformed(f, name, "a line \"untrusted comment: …\"", "The first line is no comment of minisign's");
    if (!al_line_base64(al_line_next(&rest), raw, sizeof raw))
        return malformed(f, name, "100 letters of canonical base64", "The second line is no signature");
    if (!al_line_comment(al_line_next(&rest), trusted_comment, AL_MINISIGN_TRUSTED_COMMENT_MAX, &out->trusted_comment))
        return malformed(f, name, "a line \"trusted comment: …\"", "The third line is no trusted comment");
    if (!al_line_base64(al_line_next(&rest), out->global, sizeof out->global))
        return malformed(f, name, "88 letters of canonical base64", "The fourth line is no signature of the comment");
    if (rest.length > 0)
        return malformed(f, name, "four lines", "Something follows the signature");
    bool legacy = memcmp(raw, "Ed", ALGORITHM_BYTES) == 0;
    out->prehashed = memcmp(raw, "ED", ALGORITHM_BYTES) == 0;
    if (!legacy && !out->prehashed)
        return malformed(f, name, "Ed or ED", "The signature's algorithm is not one of minisign's");
    memcpy(out->id, raw + ALGORITHM_BYTES, sizeof out->id);
    memcpy(out->signature, raw + ALGORITHM_BYTES + AL_MINISIGN_ID_BYTES, sizeof out->signature);
    return true;
}

bool al_minisign_is_legacy(struct al_text file)
{
    (void)al_line_next(&file);
    struct al_text line = al_line_next(&file);
    /* base64 of "Ed": the second letter's last bits belong to the key id */
    return line.length >= 3 && memcmp(line.at, "RW", 2) == 0;
}

static bool comment_signed(const struct al_minisign_signature *s, const struct al_minisign_public *key)
{
    uint8_t message[crypto_sign_BYTES + AL_MINISIGN_TRUSTED_COMMENT_MAX];
    memcpy(message, s->signature, sizeof s->signature);
    memcpy(message + sizeof s->signature, s->trusted_comment.at, s->trusted_comment.length);
    return crypto_sign_verify_detached(s->global, message, sizeof s->signature + s->trusted_comment.length,
                                       key->key) == 0;
}

bool al_minisign_verify(const struct al_minisign_signature *s, const struct al_minisign_public *key,
                        const struct al_signed_bytes *what, const char *name, struct al_findings *f)
{
    char signer[AL_MINISIGN_ID_TEXT], wanted[AL_MINISIGN_ID_TEXT];
    al_minisign_id_text(signer, s->id);
    al_minisign_id_text(wanted, key->id);
    if (memcmp(s->id, key->id, sizeof s->id) != 0)
        return al_find_at(f, AL_SIGNATURE_UNTRUSTED, al_text_of(name), wanted, al_text_of(signer),
                          "The signature was made by another key");
    /* what was signed does not say which form it is, so these bytes may be another file's digest */
    if (!s->prehashed && what->size == crypto_generichash_BYTES_MAX)
        return al_find_at(f, AL_SIGNATURE_INVALID, al_text_of(name), "a prehashed signature", al_text_of(signer),
                          "A legacy signature of 64 bytes cannot be told from one of another file");
    const uint8_t *message = s->prehashed ? what->blake2b : what->bytes;
    uint64_t size = s->prehashed ? crypto_generichash_BYTES_MAX : what->size;
    if (message == NULL || crypto_sign_verify_detached(s->signature, message, size, key->key) != 0)
        return al_find_at(f, AL_SIGNATURE_INVALID, al_text_of(name), NULL, al_text_of(signer),
                          "The signature does not match these bytes");
    if (!comment_signed(s, key))
        return al_find_at(f, AL_SIGNATURE_COMMENT, al_text_of(name), NULL, s->trusted_comment,
                          "The trusted comment is not the one that was signed");
    return true;
}
