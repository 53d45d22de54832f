/* The detached signature of a vetted file: found beside it, judged on the sealed bytes
   that the cell parsed. */
#ifndef AL_API_SIGNATURE_H
#define AL_API_SIGNATURE_H

#include "api/source.h"

/* What lies beside the file under its name and ".minisig"; `text` is in the report's arena. */
struct al_signature_file {
    const char *name;      /* NULL: there is none */
    struct al_text text;
};

/* Reads the signature before a cell is asked. False, with a finding, where nothing can be
   accepted any more: the policy demands a signature and there is none. */
bool al_signature_find(struct al_signature_file *out, struct al_report *r, const struct al_source *source);

/* The whole of a small regular file that a stranger may have put there. False where there
   is none; a file that cannot be a signature is found, and is empty. */
bool al_signature_read(struct al_text *out, struct al_arena *arena, int directory, const char *path);

/* Judges it once the digests are there, and says so in the report: its status, and a
   finding unless it is valid. */
void al_signature_judge(const struct al_signature_file *file, struct al_report *r);

#endif
