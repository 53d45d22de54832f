/* What every scheme of signatures is judged by, and what each has to say: a status, who
   signed, and findings. A scheme is one function of the type below; which files it is
   asked about is decided in api/signature.c. Runs in the parent, over bytes that the
   cell parses. */
#ifndef AL_POLICY_SIGNATURE_JUDGE_H
#define AL_POLICY_SIGNATURE_JUDGE_H

#include "policy/finding.h"
#include "policy/trust.h"

enum al_signature_status {
    AL_SIGNATURE_STATUS_NONE,
    AL_SIGNATURE_STATUS_VALID,
    AL_SIGNATURE_STATUS_UNTRUSTED, /* by a key that does not count, or does not count for this */
    AL_SIGNATURE_STATUS_INVALID    /* not a signature of these bytes at all */
};

/* One signed file of a model. Digests are those of exactly the bytes that are used. */
struct al_signed_file {
    const char *name;        /* path inside the model, '/' between its parts; of a model in one file, its name */
    uint64_t size;
    const uint8_t *bytes;    /* NULL where they were hashed as a stream: legacy minisign cannot be judged then */
    const uint8_t *sha256;   /* 32 bytes; NULL where not computed */
    const uint8_t *blake2b;  /* 64 bytes; NULL likewise */
    bool unread;             /* nobody parses it: a signer may have left it out */
};

struct al_judging {
    const struct al_trust *trust;
    struct al_text name;                 /* what names of keys' rules are held against: the model's, without directories */
    const struct al_signed_file *files;  /* the fixed list of snapshot files */
    size_t file_count;
    bool directory;                      /* the model is a directory, and `files` all that is in it */
    int64_t now;                         /* seconds since 1970 */
    struct al_arena *arena;
    struct al_findings *findings;        /* what is wrong, most specific first; empty where VALID */
};

/* Texts are escaped, "" where nothing applies, and live in the arena. */
struct al_signature {
    enum al_signature_status status;
    const char *scheme;      /* "minisign", "minisign-legacy" … */
    const char *key_id;      /* of the key that signed, or claims to: as a policy revokes it */
    const char *signer;      /* who the certificate says it is; "" for bare keys */
    const char *comment;     /* the signed comment; "" unless VALID */
};

/* `signature`: the whole file, untrusted. `where` names it in findings. `out` comes in with
   status NONE and empty texts. */
typedef void al_judge_signature(struct al_signature *out, struct al_text signature, const char *where,
                                const struct al_judging *j);

al_judge_signature al_minisign_judge, al_openssf_judge;

/* An escaped copy for the result; "" where memory is short (then findings->failed). */
const char *al_signature_text(const struct al_judging *j, struct al_text text);

/* Whether a key whose signature was found good counts for this model: not revoked, not
   expired, name allowed. Otherwise a finding, and the status is UNTRUSTED. */
bool al_key_counts(const struct al_trusted_key *key, const char *id, const char *where, const struct al_judging *j);

#endif
