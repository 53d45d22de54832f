/* A zip archive as a checked list of members. Zip says most things twice, and
   readers differ in which of the two they believe: here both must be said alike, every
   byte of the file must belong to exactly one thing, and libzip must see the same list.
   Format: PKWARE APPNOTE.TXT 6.3.10. */
#ifndef AL_LOADER_ZIP_ARCHIVE_H
#define AL_LOADER_ZIP_ARCHIVE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "policy/finding.h"

#include <stdbool.h>
#include <stdint.h>

enum al_zip_method { AL_ZIP_STORED = 0, AL_ZIP_DEFLATED = 8 };

struct al_zip_member {
    struct al_text name;   /* borrowed from the archive: valid UTF-8, relative, without "..", unique */
    uint16_t method;       /* enum al_zip_method */
    uint32_t crc;          /* CRC-32 of the unpacked bytes, checked only by al_zip_bytes */
    uint64_t packed;       /* bytes in the archive … */
    uint64_t size;         /* … and unpacked: at most AL_MAX_INFLATE_RATIO times as many */
    uint64_t offset;       /* of the data, from the archive's start */
    bool directory;        /* a name ending in "/", without data: as re-zipped files have them */
};

struct al_zip {
    const char *archive;   /* borrowed: its name in findings */
    const uint8_t *bytes;  /* borrowed */
    uint64_t size;
    uint32_t count;        /* at most AL_MAX_ZIP_MEMBERS; never 0 */
    struct al_zip_member *members; /* in the order of the central directory */
};

/* By content: begins as a zip archive does (with a local header, or empty). */
bool al_zip_is(const uint8_t *bytes, uint64_t size);

/* The strict reader, then libzip, then agreement. False after a finding (zip.…,
   limit.archive-members, limit.memory). Needs al_zip_library_open before. */
bool al_zip_read(struct al_zip *out, const uint8_t *bytes, uint64_t size, const char *archive, struct al_arena *arena,
                 struct al_findings *f);

/* The two halves, for tests and for fuzzing. */
bool al_zip_read_strict(struct al_zip *out, const uint8_t *bytes, uint64_t size, const char *archive,
                        struct al_arena *arena, struct al_findings *f);
bool al_zip_agrees_with_library(const struct al_zip *zip, struct al_findings *f);

/* Loads libzip (a library of its own, so that other formats do not pay for it) and
   settles what it would ask the kernel for at first use: to be called before the cell
   locks. Sets TZ for the whole process, so only the cell, tests and harnesses call it.
   AL_HOST where it is not installed. */
enum al_status al_zip_library_open(struct al_error *err);
bool al_zip_library_is_open(void);

/* The member of exactly that name, or NULL. */
const struct al_zip_member *al_zip_find(const struct al_zip *zip, struct al_text name);

/* The member's bytes, its checksum verified: a view into the archive where stored,
   otherwise unpacked into `arena`, never more than member->size and never more than
   `most` (limit.memory). */
bool al_zip_bytes(const uint8_t **out, const struct al_zip *zip, const struct al_zip_member *member, uint64_t most,
                  struct al_arena *arena, struct al_findings *f);

#endif
