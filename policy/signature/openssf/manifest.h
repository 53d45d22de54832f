/* The list of files and their digests that was signed: an in-toto statement with OpenSSF
   model signing's predicate. Read only once its signature was found good. */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_MANIFEST_H
#define AL_POLICY_SIGNATURE_OPENSSF_MANIFEST_H

#include "policy/signature/judge.h"

enum { AL_MANIFEST_DIGEST_MAX = 64 };

enum al_manifest_hash { AL_MANIFEST_SHA256, AL_MANIFEST_BLAKE2B, AL_MANIFEST_HASHES };

/* A file, or the piece of it from `start` up to `end`. */
struct al_resource {
    struct al_text name;      /* "." is the whole of a model in one file; else a path below its directory */
    uint64_t start, end;      /* 0 and 0 where the digest is of the whole file */
    uint8_t digest[AL_MANIFEST_DIGEST_MAX];
};

struct al_manifest {
    enum al_manifest_hash hash;
    uint64_t shard_size;                /* 0: digests are of whole files */
    const struct al_text *ignored;      /* paths the signer left out, with all below them */
    size_t ignored_count;
    const struct al_resource *resources; /* sorted by name, then by start; no two alike */
    size_t resource_count;
};

size_t al_manifest_digest_size(enum al_manifest_hash hash);

/* Whether a path may stand in a manifest: relative, its parts not empty and neither "." nor "..", nothing that
   another system would take for a separator or a terminal for a command. It must be UTF-8. */
bool al_manifest_path(struct al_text name);

/* Reads the payload of a bundle; everything lives in the sink's arena. `where` names the bundle. */
bool al_manifest_read(struct al_manifest *out, struct al_text payload, const char *where, struct al_findings *f);

/* True when the manifest lists exactly the files that are judged, with exactly their bytes. A
   file that the signer ignored may be there where nobody parses it, and nowhere else. */
bool al_manifest_fits(const struct al_manifest *manifest, const struct al_judging *j, const char *where);

#endif
