/* The detached signatures of a vetted model: given by the caller, or found beside it, and
   judged on the sealed bytes that the cell parsed. */
#ifndef AL_API_SIGNATURE_H
#define AL_API_SIGNATURE_H

#include "api/source.h"
#include "policy/signature/judge.h"

enum { AL_SIGNATURES_MOST = 4 };

struct al_signature_file {
    const char *name;           /* its path, in the report's arena; not escaped */
    struct al_text text;        /* in the report's arena */
    al_judge_signature *judge;
};

struct al_signature_files {
    struct al_signature_file list[AL_SIGNATURES_MOST];
    size_t count;
    bool given;                 /* by the caller: then it must be valid, whatever the policy */
};

/* Reads the signatures before a cell is asked. False, with a finding, where nothing can be
   accepted any more: the policy demands a signature, or the caller names one, and there is none,
   or one cannot be read. */
bool al_signature_find(struct al_signature_files *out, struct al_report *r, const struct al_source *source,
                       const char *given);

/* The whole of a small regular file that a stranger may have put there. False where there
   is none; a file that cannot be a signature is found, and is empty; of one that this host
   does not let us read `out->at` is NULL. One that is too large is cut behind the byte that
   makes it so. */
bool al_signature_read(struct al_text *out, struct al_arena *arena, int directory, const char *path);

/* The scheme that a signature file is written in, by its first byte. */
al_judge_signature *al_signature_scheme(struct al_text text);

/* Judges them once the digests are there, and says so in the report: status, signer, and
   findings unless one is valid. */
void al_signature_judge(const struct al_signature_files *files, struct al_report *r, const struct al_source *source);

/* A path without its directories: what the names of keys' rules are held against. */
struct al_text al_signature_last_part(const char *path);

/* The bundle's sealed bytes with their digests; NULL where bytes can still change or memory is short
   (findings.failed). `unread`: nobody parses them. */
struct al_signed_file *al_signature_list(struct al_report *r, bool unread);

/* Puts one result into the report's facts. */
void al_signature_tell(struct al_report *r, const struct al_signature *s, const char *file);

#endif
