/* From a bundle to a verdict; see openssf.h. */
#include "policy/signature/openssf/openssf.h"

#include "policy/signature/openssf/manifest.h"

const char *al_openssf_key_lacks(enum al_key_kind kind, const char *pem, struct al_arena *arena)
{
    struct al_ec_key key;
    if (kind == AL_KEY_MINISIGN)
        return NULL;
    if (kind != AL_KEY_CERTIFICATE)
        return al_ec_key_read_pem(&key, al_text_of(pem), arena) ? NULL
                                                                 : "a PUBLIC KEY on P-256, P-384 or P-521 in PEM";
    struct al_findings unsaid;
    size_t count;
    const struct al_place place = al_place_root("policy");
    struct al_certificate *roots = al_arena_alloc(arena, AL_CERTIFICATE_ROOTS_MAX, sizeof *roots);
    al_findings_init(&unsaid, arena, NULL, 4);
    return roots != NULL && al_certificates_read_pem(roots, &count, AL_CERTIFICATE_ROOTS_MAX, al_text_of(pem), &place,
                                                     &unsaid)
               ? NULL
               : "certificates in PEM, of version 3, with ECDSA or RSA and SHA-2, and known extensions";
}

static al_openssf_method *const methods[] = {
    [AL_ENVELOPE_KEY] = al_openssf_by_key,
    [AL_ENVELOPE_CHAIN] = al_openssf_by_chain,
    [AL_ENVELOPE_LOGGED] = al_openssf_by_log,
};

void al_openssf_judge(struct al_signature *out, struct al_text signature, const char *where,
                      const struct al_judging *j)
{
    struct al_envelope envelope;
    struct al_manifest manifest;
    out->status = AL_SIGNATURE_STATUS_INVALID;
    out->scheme = "openssf";
    if (al_envelope_read(&envelope, signature, where, j->findings)
        && methods[envelope.method](out, &envelope, where, j)
        && al_manifest_read(&manifest, envelope.payload, where, j->findings)
        && al_manifest_fits(&manifest, j, where))
        out->status = AL_SIGNATURE_STATUS_VALID;
    al_envelope_free(&envelope);
}
