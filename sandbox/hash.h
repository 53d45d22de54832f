/* The BLAKE2b-512 of a file that nobody will parse: signing it, or judging its signature
   alone. Read once from front to back, so it may be larger than memory. */
#ifndef AL_SANDBOX_HASH_H
#define AL_SANDBOX_HASH_H

#include "base/status.h"
#include "policy/finding.h"
#include "sandbox/snapshot.h"

/* AL_OK with digest and size; AL_IO with a finding that does not refuse where `path` is no
   regular file, cannot be read to its end, or changed meanwhile. Links are not followed. */
enum al_status al_hash_path(uint8_t blake2b[AL_BLAKE2B_BYTES], uint64_t *size, const char *path,
                            struct al_findings *f, struct al_error *err);

#endif
