/* From a bundle to a verdict; see openssf.h. */
#include "policy/signature/openssf/openssf.h"

#include "policy/signature/openssf/manifest.h"

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
