/* What a log signed: its promise to take an entry in, and the tree that has it (RFC 9162); see
   log_entry.h. */
#include "policy/signature/openssf/log_entry.h"

#include "policy/signature/lines.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

enum { HINT = 4, NOTE_SIGNATURE_MAX = HINT + AL_ENVELOPE_SIGNATURE_MAX };

/* The promise is over this JSON, its keys sorted and no blank in it (RFC 8785). */
static bool promised(const struct al_log_entry *e, const struct al_ec_key *log)
{
    char id[2 * AL_LOG_HASH + 1];
    struct al_buffer text;
    al_buffer_init(&text, e->body_letters.length + 256);
    (void)sodium_bin2hex(id, sizeof id, e->log, sizeof e->log);
    al_buffer_text(&text, "{\"body\":\"");
    al_buffer_bytes(&text, e->body_letters.at, e->body_letters.length);
    al_buffer_format(&text, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"%s\",\"logIndex\":%" PRIu64 "}", e->time,
                     id, e->index);
    bool good = !text.failed
        && al_ec_verify(log, (struct al_text){(const char *)text.data, text.size}, e->promise) == AL_EC_GOOD;
    al_buffer_free(&text);
    return good;
}

static void join(uint8_t out[AL_LOG_HASH], const uint8_t left[AL_LOG_HASH], const uint8_t right[AL_LOG_HASH])
{
    uint8_t node[1 + 2 * AL_LOG_HASH] = {1};
    memcpy(node + 1, left, AL_LOG_HASH);
    memcpy(node + 1 + AL_LOG_HASH, right, AL_LOG_HASH);
    (void)crypto_hash_sha256(out, node, sizeof node);
}

/* RFC 9162, 2.1.3.2. */
static bool included(const struct al_log_entry *e)
{
    crypto_hash_sha256_state state;
    uint8_t hash[AL_LOG_HASH];
    static const uint8_t leaf_mark = 0;
    if (e->leaf >= e->size)
        return false;
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, &leaf_mark, 1);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)e->body.at, e->body.length);
    (void)crypto_hash_sha256_final(&state, hash);
    uint64_t at = e->leaf, last = e->size - 1;
    for (size_t i = 0; i < e->path_length; i++) {
        if (last == 0)
            return false;
        if ((at & 1) == 1 || at == last) {
            join(hash, e->path[i], hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else
            join(hash, hash, e->path[i]);
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && memcmp(hash, e->root, sizeof hash) == 0;
}

/* One signature line of a note: "— name base64", where base64 is four bytes of the key's id and a signature. */
static bool line_is_by(struct al_text line, struct al_text signed_text, const struct al_log_entry *e,
                       const struct al_ec_key *log)
{
    static const char dash[] = "\xE2\x80\x94 ";
    uint8_t bytes[NOTE_SIGNATURE_MAX];
    size_t size = 0;
    const char *end = NULL;
    if (line.length < sizeof dash || memcmp(line.at, dash, sizeof dash - 1) != 0)
        return false;
    const char *blank = memrchr(line.at, ' ', line.length), *letters = blank + 1;
    const struct al_text text = {letters, (size_t)(line.at + line.length - letters)};
    if (!al_text_is_ascii(text)
        || sodium_base642bin(bytes, sizeof bytes, text.at, text.length, NULL, &size, &end,
                             sodium_base64_VARIANT_ORIGINAL) != 0
        || end != text.at + text.length || size <= HINT || memcmp(bytes, e->log, HINT) != 0)
        return false;
    return al_ec_verify(log, signed_text, (struct al_text){(const char *)bytes + HINT, size - HINT}) == AL_EC_GOOD;
}

/* A note: origin, size and root, a line each; perhaps more lines; an empty one; signatures. */
static bool checkpoint_holds(const struct al_log_entry *e, const struct al_ec_key *log)
{
    const char *blank = memmem(e->checkpoint.at, e->checkpoint.length, "\n\n", 2);
    char size[24], root[64];
    if (blank == NULL)
        return false;
    const struct al_text text = {e->checkpoint.at, (size_t)(blank + 1 - e->checkpoint.at)};
    struct al_text rest = text;
    (void)snprintf(size, sizeof size, "%" PRIu64, e->size);
    (void)sodium_bin2base64(root, sizeof root, e->root, sizeof e->root, sodium_base64_VARIANT_ORIGINAL);
    if (al_line_next(&rest).length == 0 || !al_text_is(al_line_next(&rest), size)
        || !al_text_is(al_line_next(&rest), root))
        return false;
    rest = (struct al_text){blank + 2, e->checkpoint.length - text.length - 1};
    while (rest.length > 0)
        if (line_is_by(al_line_next(&rest), text, e, log))
            return true;
    return false;
}

bool al_log_entry_holds(const struct al_log_entry *entry, const struct al_ec_key *log, const struct al_place *place,
                        struct al_findings *f)
{
    const char *fault = !promised(entry, log)           ? "The log did not promise this entry"
                        : !included(entry)              ? "The entry is not in the log's tree"
                        : !checkpoint_holds(entry, log) ? "The log did not sign this tree"
                                                        : NULL;
    return fault == NULL || al_find(f, AL_SIGNATURE_INVALID, place, NULL, AL_NOTHING, "%s", fault);
}
