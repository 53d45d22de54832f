/* X.509 certificates of signers and of those who vouch for them. A strict reader of our own
   goes first: it knows the fields, algorithms and extensions that such certificates have and
   refuses all others, so that libcrypto's parser, which runs in this process, meets no exotic
   structure (docs/THREATS.md). Chains are libcrypto's to judge. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_CERTIFICATE_H
#define AL_POLICY_SIGNATURE_OPENSSF_CERTIFICATE_H

#include "policy/finding.h"
#include "policy/signature/openssf/ec.h"

enum { AL_CERTIFICATE_NAMES_MAX = 16, AL_CERTIFICATE_ROOTS_MAX = 64 };

enum al_certificate_usage {
    AL_USAGE_SIGN = 1U << 0,         /* digitalSignature */
    AL_USAGE_VOUCH = 1U << 1,        /* keyCertSign */
};

/* Views of the certificate's bytes. */
struct al_certificate {
    struct al_text der;
    struct al_text tbs;              /* what its issuer signed, with tag and length */
    struct al_text extensions;       /* the list's content */
    struct al_text spki;
    struct al_text issuer, subject;  /* names, DER */
    struct al_text common_name;      /* the subject's; AL_NOTHING where there is none */
    int64_t not_before, not_after;   /* seconds since 1970 */
    bool authority;
    bool has_usage, has_purposes;    /* the extensions key usage and extended key usage are there */
    uint32_t usage;                  /* enum al_certificate_usage */
    bool for_code;                   /* codeSigning is among the purposes */
    struct al_text names[AL_CERTIFICATE_NAMES_MAX]; /* subject alternative: e-mail, URI, DNS, user name */
    size_t name_count;
    struct al_text identity_issuer;  /* who vouched for the identity (Fulcio); AL_NOTHING where it does not say */
    struct al_text stamps;           /* signed certificate time stamps (RFC 6962, 3.3), the list; or AL_NOTHING */
};

/* Reads one certificate; false after signature.malformed. */
bool al_certificate_read(struct al_certificate *out, struct al_text der, const struct al_place *place,
                         struct al_findings *f);

/* The certificates of a PEM text, at least one. */
bool al_certificates_read_pem(struct al_certificate *out, size_t *count, size_t most, struct al_text pem,
                              const struct al_place *place, struct al_findings *f);

enum al_chain_answer {
    AL_CHAIN_GOOD,
    AL_CHAIN_STRANGER,      /* does not lead to one of the roots */
    AL_CHAIN_OUT_OF_TIME,   /* one of the chain was not valid at the time */
    AL_CHAIN_BROKEN,        /* a wrong signature, somebody who may not vouch, too long … */
    AL_CHAIN_NO_LIBRARY
};

/* Whether chain[0] leads over chain[1..] to one of the roots, all of them valid at `time`. *why is libcrypto's
   word for what is wrong, a text of its own that stays. */
enum al_chain_answer al_certificate_chain(const struct al_certificate *chain, size_t chain_count,
                                          const struct al_certificate *roots, size_t root_count, int64_t time,
                                          const char **why);

#endif
