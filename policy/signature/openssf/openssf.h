/* OpenSSF model signing, as the Python package model_signing 1.x makes it: who signed which
   files of a model. Runs in the parent: signatures are judged on the sealed bytes that the cell
   parses, never inside the cell. The order is that of trust: the bundle's form, the signature
   under a trusted key, only then the manifest, which a stranger cannot have written. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_OPENSSF_H
#define AL_POLICY_SIGNATURE_OPENSSF_OPENSSF_H

#include "policy/signature/judge.h"
#include "policy/signature/openssf/certificate.h"
#include "policy/signature/openssf/envelope.h"

/* What a key of that kind must hold, for people; NULL where the text holds it, or the kind is none of ours. For
   policies: a key that cannot be read is to be found before a model is. */
const char *al_openssf_key_lacks(enum al_key_kind kind, const char *pem, struct al_arena *arena);

/* Each finds out whether the envelope was signed by somebody trusted, and sets status, scheme, key
   and signer of `out`; true when the payload may be believed. Otherwise there is a finding. */
typedef bool al_openssf_method(struct al_signature *out, const struct al_envelope *envelope, const char *where,
                               const struct al_judging *j);
al_openssf_method al_openssf_by_key, al_openssf_by_chain, al_openssf_by_log;

/* Whether `key` signed the envelope; false after a finding. */
bool al_openssf_signed_by(const struct al_ec_key *key, const struct al_envelope *envelope, const char *where,
                          struct al_findings *f);

/* The policy's entry whose roots vouch for the chain at `time`, and whose identities and rules its signer
   meets; NULL after a finding, `out` then says how it stands. */
const struct al_trusted_key *al_openssf_vouched(struct al_signature *out, const struct al_certificate *chain,
                                                size_t count, int64_t time, const char *where,
                                                const struct al_judging *j);

#endif
