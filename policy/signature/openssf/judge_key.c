/* Signatures by a key that the policy names; see openssf.h. */
#include "policy/signature/openssf/openssf.h"

bool al_openssf_signed_by(const struct al_ec_key *key, const struct al_envelope *envelope, const char *where,
                          struct al_findings *f)
{
    const struct al_place root = al_place_root(where);
    const struct al_place place = al_place_key(&root, al_text_of("dsseEnvelope"));
    struct al_buffer frame;
    al_buffer_init(&frame, envelope->payload.length + 128);
    al_envelope_frame(&frame, envelope->payload);
    f->failed = f->failed || frame.failed;
    const struct al_text message = {(const char *)frame.data, frame.size};
    enum al_ec_answer answer = frame.failed ? AL_EC_BAD : al_ec_verify(key, message, envelope->signature);
    al_buffer_free(&frame);
    switch (answer) {
    case AL_EC_GOOD:
        return true;
    case AL_EC_BAD:
        break;
    case AL_EC_MISSHAPEN:
        return al_find(f, AL_SIGNATURE_INVALID, &place, al_show(f, al_text_of(key->curve->name)),
                       al_found(f, "%zu bytes", envelope->signature.length),
                       "This cannot be a signature by a key on the curve %s", key->curve->name);
    case AL_EC_NO_LIBRARY:
        return al_find(f, AL_SIGNATURE_UNSUPPORTED, &root, "libcrypto.so.3 (Debian package libssl3)", AL_NOTHING,
                       "OpenSSL is not there to judge the signature");
    }
    return al_find(f, AL_SIGNATURE_INVALID, &place, key->id, AL_NOTHING,
                   "The key did not sign this: the list of files was changed, or the signature");
}

/* The policy's key of that id, or NULL; a key that cannot be read is found, and counts for nobody. */
static const struct al_trusted_key *find_key(struct al_ec_key *key, struct al_text id, const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_PEM];
    for (size_t i = 0; i < list->count; i++) {
        const char *pem = list->keys[i].text;
        if (pem == NULL || !al_ec_key_read_pem(key, al_text_of(pem), j->arena)) {
            const struct al_place policy = al_place_root("policy");
            (void)al_find(j->findings, AL_SIGNATURE_MALFORMED, &policy,
                          "a PUBLIC KEY on P-256, P-384 or P-521 in PEM", AL_NOTHING,
                          "A key of signatures.model_signing cannot be read");
            return NULL;
        }
        if (al_text_is(id, key->id))
            return &list->keys[i];
    }
    return NULL;
}

/* Bundles before 1.1 do not say which key signed: the first that did is the one. */
static const struct al_trusted_key *try_keys(struct al_ec_key *key, const struct al_envelope *envelope,
                                             const struct al_judging *j)
{
    const struct al_key_list *list = &j->trust->lists[AL_KEY_PEM];
    for (size_t i = 0; i < list->count; i++) {
        struct al_findings unsaid;
        al_findings_init(&unsaid, j->arena, NULL, 4);
        if (list->keys[i].text != NULL && al_ec_key_read_pem(key, al_text_of(list->keys[i].text), j->arena)
            && al_openssf_signed_by(key, envelope, "", &unsaid))
            return &list->keys[i];
    }
    return NULL;
}

bool al_openssf_by_key(struct al_signature *out, const struct al_envelope *envelope, const char *where,
                       const struct al_judging *j)
{
    struct al_ec_key key;
    bool named = envelope->hint.length > 0;
    const struct al_trusted_key *trusted = named ? find_key(&key, envelope->hint, j) : try_keys(&key, envelope, j);
    out->scheme = "openssf-key";
    if (trusted != NULL)
        out->key_id = al_signature_text(j, al_text_of(key.id));
    else if (named)
        out->key_id = al_signature_text(j, envelope->hint);
    if (trusted == NULL) {
        out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
        return al_find_at(j->findings, AL_SIGNATURE_UNTRUSTED, al_text_of(where), "a key that the policy names",
                          envelope->hint, "The signature was made by another key");
    }
    if (named && !al_openssf_signed_by(&key, envelope, where, j->findings))
        return false;
    if (al_key_counts(trusted, key.id, where, j))
        return true;
    out->status = AL_SIGNATURE_STATUS_UNTRUSTED;
    return false;
}
