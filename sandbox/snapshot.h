/* The bytes that are judged: a file opened once and copied into a sealed memfd.
   What is hashed, what is signed, what the cell parses and what inference uses
   are the same bytes, and nobody can change or shorten them. */
#ifndef AL_SANDBOX_SNAPSHOT_H
#define AL_SANDBOX_SNAPSHOT_H

#include "base/status.h"
#include "policy/finding.h"
#include "policy/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum { AL_SHA256_BYTES = 32, AL_BLAKE2B_BYTES = 64 };

struct al_snapshot {
    int fd;                 /* owned; read-only use; close-on-exec */
    uint64_t size;
    bool sealed;            /* a memfd with WRITE, GROW, SHRINK and SEAL set */
    const uint8_t *bytes;   /* the parent's read-only mapping; NULL where unsealed: a file that can
                               still shrink would give this process SIGBUS */
    bool digested;          /* both digests below are there */
    uint8_t sha256[AL_SHA256_BYTES];
    uint8_t blake2b[AL_BLAKE2B_BYTES];
    struct al_digest *digest; /* work in progress */
};

/* All makers: AL_OK and *out, to be freed with al_snapshot_free; AL_REFUSED after a
   refusing finding (too large, changed while it was read …); otherwise the failure is
   the host's or the caller's (unreadable, not a regular file …): `f` has a finding
   that does not refuse, and the verdict must be ERROR. `name` is for findings only. */

/* Opens `path` relative to `directory` (AT_FDCWD allowed), never through a symbolic
   link as its last component, and never waits for a FIFO or a device. */
enum al_status al_snapshot_path(struct al_snapshot **out, int directory, const char *path, const char *name,
                                const struct al_policy *policy, struct al_findings *f, struct al_error *err);

/* A descriptor of the caller's, which stays the caller's. A regular file or memfd is
   taken whole, whatever its position; a memfd that is sealed already is used as it is. */
enum al_status al_snapshot_fd_borrow(struct al_snapshot **out, int fd, const char *name,
                                     const struct al_policy *policy, struct al_findings *f, struct al_error *err);

/* Reads a pipe, socket, terminal or file to its end: standard input. */
enum al_status al_snapshot_stream_borrow(struct al_snapshot **out, int fd, const char *name,
                                         const struct al_policy *policy, struct al_findings *f,
                                         struct al_error *err);

/* A copy of bytes in memory. */
enum al_status al_snapshot_bytes(struct al_snapshot **out, const void *bytes, uint64_t size, const char *name,
                                 const struct al_policy *policy, struct al_findings *f, struct al_error *err);

void al_snapshot_free(struct al_snapshot *s);

/* Hashes about `most` further bytes (whole chunks of 64 KiB); true while there is more to do. A caller with
   something else to wait for calls it in between. False with `digested` unset: the file
   could not be read (only an unsealed one) or memory is short. */
bool al_snapshot_digest_step(struct al_snapshot *s, uint64_t most);

/* Hashes what is left. */
bool al_snapshot_digest(struct al_snapshot *s);

#endif
