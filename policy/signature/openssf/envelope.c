/* The JSON of bundles; see envelope.h. Fields and their types: sigstore's protobuf-specs,
   sigstore_bundle.proto, as sigstore_models of model_signing 1.1.1 writes them. */
#include "policy/signature/openssf/envelope.h"

#include "policy/signature/openssf/fields.h"
#include "policy/signature/openssf/pem.h"

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])

static bool read_certificate(struct al_envelope *e, const json_t *certificate, const struct al_place *place,
                             struct al_findings *f)
{
    static const struct al_field fields[] = {{"rawBytes", AL_FIELD_TEXT, true}};
    const json_t *bytes;
    const struct al_place here = al_place_key(place, al_text_of("rawBytes"));
    return al_fields_read(certificate, place, fields, COUNT(fields), &bytes, f)
        && al_field_base64(&e->chain[e->chain_count++], bytes, AL_PEM_BLOCK_MAX, &here, f);
}

static bool read_chain(struct al_envelope *e, const json_t *chain, const struct al_place *place,
                       struct al_findings *f)
{
    static const struct al_field fields[] = {{"certificates", AL_FIELD_LIST, true}};
    const json_t *list;
    const struct al_place here = al_place_key(place, al_text_of("certificates"));
    if (!al_fields_read(chain, place, fields, COUNT(fields), &list, f)
        || !al_field_count(list, 1, AL_ENVELOPE_CHAIN_MAX, &here, f))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct al_place item = al_place_index(&here, i);
        if (!read_certificate(e, json_array_get(list, i), &item, f))
            return false;
    }
    return true;
}

/* rawBytes and keyDetails are what versions before 1.1 wrote beside or instead of a hint. A key that
   comes with the signature proves nothing, so they are not looked at. */
static bool read_key(struct al_envelope *e, const json_t *key, const struct al_place *place, struct al_findings *f)
{
    static const struct al_field fields[] = {
        {"hint", AL_FIELD_TEXT, false}, {"rawBytes", AL_FIELD_TEXT, false}, {"keyDetails", AL_FIELD_TEXT, false}};
    const json_t *values[COUNT(fields)];
    if (!al_fields_read(key, place, fields, COUNT(fields), values, f))
        return false;
    if (values[0] == NULL || al_json_text(values[0]).length == 0)
        return true;
    uint8_t digest[32];
    const struct al_place here = al_place_key(place, al_text_of("hint"));
    e->hint = al_json_text(values[0]);
    return al_field_hex(digest, sizeof digest, values[0], &here, f);
}

/* Which of the three kinds of material there is, and whether the log belongs to it. */
static bool read_method(struct al_envelope *e, const json_t *key, const json_t *chain, const json_t *certificate,
                        const struct al_place *place, struct al_findings *f)
{
    if ((key != NULL) + (chain != NULL) + (certificate != NULL) != 1)
        return al_find(f, AL_SIGNATURE_MALFORMED, place, "one of publicKey, x509CertificateChain and certificate",
                       AL_NOTHING, "It is not clear who signed");
    if ((certificate == NULL) != (e->log == NULL))
        return al_find(f, AL_SIGNATURE_UNSUPPORTED, place,
                       e->log == NULL ? "the entry of a transparency log" : "no log entries", AL_NOTHING,
                       e->log == NULL ? "A certificate of minutes says nothing without a log that saw it in time"
                                      : "Entries of logs are judged beside Sigstore's certificates only");
    e->method = key != NULL ? AL_ENVELOPE_KEY : chain != NULL ? AL_ENVELOPE_CHAIN : AL_ENVELOPE_LOGGED;
    const char *name = key != NULL ? "publicKey" : chain != NULL ? "x509CertificateChain" : "certificate";
    const struct al_place here = al_place_key(place, al_text_of(name));
    return key != NULL     ? read_key(e, key, &here, f)
           : chain != NULL ? read_chain(e, chain, &here, f)
                           : read_certificate(e, certificate, &here, f);
}

/* Beside a log's word for the time they are not needed, and not looked at. */
static bool read_timestamps(const struct al_envelope *e, const json_t *data, const struct al_place *place,
                            struct al_findings *f)
{
    static const struct al_field fields[] = {{"rfc3161Timestamps", AL_FIELD_LIST, false}};
    const json_t *list;
    if (data == NULL)
        return true;
    if (!al_fields_read(data, place, fields, COUNT(fields), &list, f))
        return false;
    return json_array_size(list) == 0 || e->log != NULL
        || al_find(f, AL_SIGNATURE_UNSUPPORTED, place, "no time stamps", AL_NOTHING,
                   "RFC 3161 time stamps are not judged");
}

static bool read_material(struct al_envelope *e, const json_t *material, const struct al_place *place,
                          struct al_findings *f)
{
    static const struct al_field fields[] = {{"publicKey", AL_FIELD_OBJECT, false},
                                             {"x509CertificateChain", AL_FIELD_OBJECT, false},
                                             {"certificate", AL_FIELD_OBJECT, false},
                                             {"tlogEntries", AL_FIELD_LIST, false},
                                             {"timestampVerificationData", AL_FIELD_OBJECT, false}};
    const json_t *values[COUNT(fields)];
    if (!al_fields_read(material, place, fields, COUNT(fields), values, f))
        return false;
    const struct al_place log = al_place_key(place, al_text_of("tlogEntries"));
    const struct al_place stamps = al_place_key(place, al_text_of("timestampVerificationData"));
    if (values[3] != NULL && (!al_field_count(values[3], 0, 1, &log, f)))
        return false;
    if (json_array_size(values[3]) == 1 && !al_field_item(&e->log, values[3], 0, AL_FIELD_OBJECT, &log, f))
        return false;
    return read_timestamps(e, values[4], &stamps, f) && read_method(e, values[0], values[1], values[2], place, f);
}

/* Several signatures are legal in DSSE, but which of them counts is a question that two verifiers
   have answered differently; the format's own signer writes one. */
static bool read_signature(struct al_envelope *e, const json_t *list, const struct al_place *place,
                           struct al_findings *f)
{
    static const struct al_field fields[] = {{"sig", AL_FIELD_TEXT, true}, {"keyid", AL_FIELD_TEXT, false}};
    const json_t *values[COUNT(fields)];
    const struct al_place here = al_place_index(place, 0);
    const struct al_place sig = al_place_key(&here, al_text_of("sig")), id = al_place_key(&here, al_text_of("keyid"));
    return al_field_count(list, 1, 1, place, f)
        && al_fields_read(json_array_get(list, 0), &here, fields, COUNT(fields), values, f)
        && (values[1] == NULL || al_field_is(values[1], "", &id, f))
        && al_field_base64(&e->signature, values[0], AL_ENVELOPE_SIGNATURE_MAX, &sig, f);
}

static bool read_dsse(struct al_envelope *e, const json_t *envelope, const struct al_place *place,
                      struct al_findings *f)
{
    static const struct al_field fields[] = {
        {"payload", AL_FIELD_TEXT, true}, {"payloadType", AL_FIELD_TEXT, true}, {"signatures", AL_FIELD_LIST, true}};
    const json_t *values[COUNT(fields)];
    const struct al_place payload = al_place_key(place, al_text_of("payload"));
    const struct al_place type = al_place_key(place, al_text_of("payloadType"));
    const struct al_place signatures = al_place_key(place, al_text_of("signatures"));
    return al_fields_read(envelope, place, fields, COUNT(fields), values, f)
        && al_field_is(values[1], AL_ENVELOPE_PAYLOAD_TYPE, &type, f)
        && al_field_base64(&e->payload, values[0], AL_ENVELOPE_FILE_MAX, &payload, f)
        && read_signature(e, values[2], &signatures, f);
}

bool al_envelope_read(struct al_envelope *out, struct al_text file, const char *where, struct al_findings *f)
{
    static const struct al_field fields[] = {{"mediaType", AL_FIELD_TEXT, true},
                                             {"verificationMaterial", AL_FIELD_OBJECT, true},
                                             {"dsseEnvelope", AL_FIELD_OBJECT, true}};
    const json_t *values[COUNT(fields)];
    *out = (struct al_envelope){0};
    const struct al_place root = al_place_root(where);
    const struct al_place type = al_place_key(&root, al_text_of("mediaType"));
    const struct al_place material = al_place_key(&root, al_text_of("verificationMaterial"));
    const struct al_place envelope = al_place_key(&root, al_text_of("dsseEnvelope"));
    if (file.length > AL_ENVELOPE_FILE_MAX)
        return al_find(f, AL_SIGNATURE_MALFORMED, &root, "at most 2 MiB", al_found(f, "%zu bytes", file.length),
                       "The signature file is too large");
    return al_json_read(&out->json, file.at, file.length, where, f)
        && al_fields_read(out->json, &root, fields, COUNT(fields), values, f)
        && al_field_is(values[0], "application/vnd.dev.sigstore.bundle.v0.3+json", &type, f)
        && read_material(out, values[1], &material, f) && read_dsse(out, values[2], &envelope, f);
}

void al_envelope_free(struct al_envelope *envelope)
{
    json_decref(envelope->json);
}

void al_envelope_frame(struct al_buffer *out, struct al_text payload)
{
    al_buffer_format(out, "DSSEv1 %zu %s %zu ", sizeof AL_ENVELOPE_PAYLOAD_TYPE - 1, AL_ENVELOPE_PAYLOAD_TYPE,
                     payload.length);
    al_buffer_bytes(out, payload.at, payload.length);
}
