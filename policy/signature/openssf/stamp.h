/* Signed certificate time stamps (RFC 6962): a log of certificates saw this one, so that an authority
   cannot give away somebody's identity unseen. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_STAMP_H
#define AL_POLICY_SIGNATURE_OPENSSF_STAMP_H

#include "policy/signature/openssf/certificate.h"

enum al_stamp_answer {
    AL_STAMP_GOOD,      /* at least one by this log, and none of them wrong */
    AL_STAMP_NONE,      /* none by this log */
    AL_STAMP_WRONG      /* not well formed, or not over this certificate */
};

/* `issuer_spki`: the key of the authority that gave the certificate. */
enum al_stamp_answer al_stamp_by(const struct al_certificate *certificate, struct al_text issuer_spki,
                                 const struct al_ec_key *log);

#endif
