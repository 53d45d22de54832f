/* Whose signatures count, as a policy says it: keys by kind, the rules that each is
   under, and the keys that count no more. Read by policy/signatures.c, judged by
   policy/signature/. */
#ifndef AL_POLICY_TRUST_H
#define AL_POLICY_TRUST_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum al_key_kind {
    AL_KEY_MINISIGN,
    AL_KEY_PEM,          /* a public key of OpenSSF model signing */
    AL_KEY_CERTIFICATE,  /* a root that signers' certificates must chain to */
    AL_KEY_REKOR,        /* a transparency log, where a root demands its word */
    AL_KEY_CT,           /* a log of certificates, likewise */
    AL_KEY_KINDS
};

/* Who a certificate must have been given to. */
struct al_identity {
    const char *name;    /* its subject alternative name, exactly */
    const char *issuer;  /* who vouched for it (Fulcio's extension), exactly; NULL: not asked for */
};

struct al_trusted_key {
    enum al_key_kind kind;
    const char *text;              /* minisign's 56 letters, or PEM; NULL while it still lies in `file` */
    const char *file;              /* a file name beside the policy; NULL once it was read */
    const char *const *names;      /* patterns of what it may sign, see al_pattern_fits; none: anything */
    size_t name_count;
    const char *not_after_text;    /* as the policy has it; NULL: for ever */
    int64_t not_after;             /* the last second it counts in, since 1970; INT64_MAX: for ever */
    const struct al_identity *identities; /* of certificates; none: whoever the root vouches for */
    size_t identity_count;
};

struct al_key_list {
    const struct al_trusted_key *keys;
    size_t count;
};

struct al_trust {
    bool required;                 /* what is not signed by one of these is refused */
    struct al_key_list lists[AL_KEY_KINDS];
    const char *const *revoked;    /* ids as reports give them: 16 upper-case or 64 lower-case hex digits */
    size_t revoked_count;
};

/* The key of a kind's list in a policy's "signatures" ("minisign", "model_signing" …). */
const char *al_key_kind_name(enum al_key_kind kind);

/* True when some key of any kind is named. */
bool al_trust_names_any(const struct al_trust *trust);
bool al_trust_revokes(const struct al_trust *trust, const char *id);

/* True when every byte may stand in PEM (RFC 7468) and it begins as PEM does; whether it
   holds a key is for libcrypto to say. */
bool al_pem_form(struct al_text text);

/* A pattern is a name in which '*' stands for any bytes and '?' for one; compared whole. */
bool al_pattern_fits(const char *pattern, struct al_text name);

/* "2027-06-30" (to the end of that day) or "2027-06-30T12:00:00Z": seconds since 1970, in UTC. */
bool al_date_read(const char *text, int64_t *seconds);

#endif
