/* The JSON of log entries, and of what is in them; see log_entry.h. Fields: sigstore's
   protobuf-specs, sigstore_rekor.proto, and Rekor's type "dsse" 0.0.1. */
#include "policy/signature/openssf/log_entry.h"

#include "policy/signature/openssf/fields.h"
#include "policy/signature/openssf/pem.h"

#include <sodium.h>

enum { BODY_MAX = 65536, CHECKPOINT_MAX = 4096 };

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static bool read_hash(uint8_t out[AL_LOG_HASH], const json_t *text, const struct al_place *place,
                      struct al_findings *f)
{
    struct al_text bytes;
    if (!al_field_base64(&bytes, text, AL_LOG_HASH, place, f))
        return false;
    if (bytes.length != AL_LOG_HASH)
        return al_find(f, AL_SIGNATURE_MALFORMED, place, "32 bytes", al_found(f, "%zu", bytes.length),
                       "This is not a SHA-256");
    memcpy(out, bytes.at, AL_LOG_HASH);
    return true;
}

/* Certificates are judged at this time, so it must be one that a signed number of seconds can tell. */
static bool read_time(struct al_log_entry *e, const json_t *text, const struct al_place *place, struct al_findings *f)
{
    uint64_t seconds;
    if (!al_field_decimal(&seconds, text, place, f))
        return false;
    if (seconds > INT64_MAX)
        return al_find(f, AL_SIGNATURE_MALFORMED, place, "seconds since 1970", al_json_text(text),
                       "The time of the log's entry is out of range");
    e->time = (int64_t)seconds;
    return true;
}

static bool read_path(struct al_log_entry *e, const json_t *list, const struct al_place *place, struct al_findings *f)
{
    if (list != NULL && !al_field_count(list, 0, AL_LOG_PATH_MAX, place, f))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct al_place here = al_place_index(place, i);
        if (!read_hash(e->path[i], json_array_get(list, i), &here, f))
            return false;
    }
    e->path_length = json_array_size(list);
    return true;
}

static bool read_checkpoint(struct al_log_entry *e, const json_t *object, const struct al_place *place,
                            struct al_findings *f)
{
    static const struct al_field fields[] = {{"envelope", AL_FIELD_TEXT, true}};
    const json_t *text;
    if (!al_fields_read(object, place, fields, COUNT(fields), &text, f))
        return false;
    e->checkpoint = al_json_text(text);
    return e->checkpoint.length <= CHECKPOINT_MAX
        || al_find(f, AL_SIGNATURE_MALFORMED, place, NULL, AL_NOTHING, "The checkpoint is too long");
}

static bool read_proof(struct al_log_entry *e, const json_t *object, const struct al_place *place,
                       struct al_findings *f)
{
    static const struct al_field fields[] = {{"logIndex", AL_FIELD_TEXT, true},
                                             {"rootHash", AL_FIELD_TEXT, true},
                                             {"treeSize", AL_FIELD_TEXT, true},
                                             {"hashes", AL_FIELD_LIST, false},
                                             {"checkpoint", AL_FIELD_OBJECT, true}};
    const json_t *values[COUNT(fields)];
    return al_fields_read(object, place, fields, COUNT(fields), values, f)
        && al_field_decimal(&e->leaf, values[0], place, f) && read_hash(e->root, values[1], place, f)
        && al_field_decimal(&e->size, values[2], place, f) && read_path(e, values[3], place, f)
        && read_checkpoint(e, values[4], place, f);
}

/* Objects of one key; the text behind it. */
static bool read_single(const json_t **out, const json_t *object, const char *key, const struct al_place *place,
                        struct al_findings *f)
{
    const struct al_field field = {key, AL_FIELD_TEXT, true};
    return al_fields_read(object, place, &field, 1, out, f);
}

static bool check_kind(const json_t *object, const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {{"kind", AL_FIELD_TEXT, true}, {"version", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)];
    if (!al_fields_read(object, place, fields, COUNT(fields), values, f))
        return false;
    return (al_text_is(al_json_text(values[0]), "dsse") && al_text_is(al_json_text(values[1]), "0.0.1"))
        || al_find(f, AL_SIGNATURE_UNSUPPORTED, place, "dsse 0.0.1", al_json_text(values[0]),
                   "The log's entry is of a kind that is not judged");
}

bool al_log_entry_read(struct al_log_entry *out, const json_t *entry, const struct al_place *place,
                       struct al_findings *f)
{
    static const struct al_field fields[] = {{"logIndex", AL_FIELD_TEXT, true},
                                             {"logId", AL_FIELD_OBJECT, true},
                                             {"kindVersion", AL_FIELD_OBJECT, true},
                                             {"integratedTime", AL_FIELD_TEXT, false},
                                             {"inclusionPromise", AL_FIELD_OBJECT, false},
                                             {"inclusionProof", AL_FIELD_OBJECT, true},
                                             {"canonicalizedBody", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)], *id, *promise;
    *out = (struct al_log_entry){0};
    if (!al_fields_read(entry, place, fields, COUNT(fields), values, f) || !check_kind(values[2], place, f))
        return false;
    if (values[3] == NULL || values[4] == NULL)
        return al_find(f, AL_SIGNATURE_UNSUPPORTED, place, "integratedTime and inclusionPromise", AL_NOTHING,
                       "The log does not say when it saw the signature; time stamps of others are not judged");
    out->body_letters = al_json_text(values[6]);
    return al_field_decimal(&out->index, values[0], place, f) && read_single(&id, values[1], "keyId", place, f)
        && read_hash(out->log, id, place, f) && read_time(out, values[3], place, f)
        && read_single(&promise, values[4], "signedEntryTimestamp", place, f)
        && al_field_base64(&out->promise, promise, AL_ENVELOPE_SIGNATURE_MAX, place, f)
        && read_proof(out, values[5], place, f) && al_field_base64(&out->body, values[6], BODY_MAX, place, f);
}

/* ---- the body ---- */

static bool read_digest(uint8_t out[AL_LOG_HASH], const json_t *object, const struct al_place *place,
                        struct al_findings *f)
{
    static const struct al_field fields[] = {{"algorithm", AL_FIELD_TEXT, true}, {"value", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)];
    return al_fields_read(object, place, fields, COUNT(fields), values, f)
        && al_field_is(values[0], "sha256", place, f) && al_field_hex(out, AL_LOG_HASH, values[1], place, f);
}

static bool about_another(const struct al_place *place, const char *what, struct al_findings *f)
{
    return al_find(f, AL_SIGNATURE_INVALID, place, NULL, AL_NOTHING, "The log's entry is about another %s", what);
}

static bool check_signer(const json_t *list, const struct al_envelope *envelope, struct al_text der,
                         const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {{"signature", AL_FIELD_TEXT, true}, {"verifier", AL_FIELD_TEXT, true}};
    const json_t *values[COUNT(fields)];
    struct al_text signature, pem, certificate;
    if (!al_field_count(list, 1, 1, place, f)
        || !al_fields_read(json_array_get(list, 0), place, fields, COUNT(fields), values, f)
        || !al_field_base64(&signature, values[0], AL_ENVELOPE_SIGNATURE_MAX, place, f)
        || !al_field_base64(&pem, values[1], BODY_MAX, place, f))
        return false;
    if (!al_text_equal(signature, envelope->signature))
        return about_another(place, "signature", f);
    return (al_pem_only(pem, "CERTIFICATE", &certificate, f->arena) && al_text_equal(certificate, der))
        || about_another(place, "certificate", f);
}

static bool check_body(const json_t *body, const struct al_envelope *envelope, struct al_text der,
                       const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {
        {"apiVersion", AL_FIELD_TEXT, true}, {"kind", AL_FIELD_TEXT, true}, {"spec", AL_FIELD_OBJECT, true}};
    static const struct al_field specs[] = {{"payloadHash", AL_FIELD_OBJECT, true},
                                            {"envelopeHash", AL_FIELD_OBJECT, true},
                                            {"signatures", AL_FIELD_LIST, true}};
    const json_t *values[COUNT(fields)], *spec[COUNT(specs)];
    uint8_t told[AL_LOG_HASH], payload[AL_LOG_HASH];
    if (!al_fields_read(body, place, fields, COUNT(fields), values, f) || !al_field_is(values[0], "0.0.1", place, f)
        || !al_field_is(values[1], "dsse", place, f)
        || !al_fields_read(values[2], place, specs, COUNT(specs), spec, f) || !read_digest(told, spec[0], place, f))
        return false;
    (void)crypto_hash_sha256(payload, (const uint8_t *)envelope->payload.at, envelope->payload.length);
    if (memcmp(told, payload, sizeof told) != 0)
        return about_another(place, "payload", f);
    return check_signer(spec[2], envelope, der, place, f);
}

bool al_log_entry_is_of(const struct al_log_entry *entry, const struct al_envelope *envelope, struct al_text der,
                        const struct al_place *place, struct al_findings *f)
{
    json_t *body = NULL;
    bool good = al_json_read(&body, entry->body.at, entry->body.length, "canonicalizedBody", f)
        && check_body(body, envelope, der, place, f);
    json_decref(body);
    return good;
}
