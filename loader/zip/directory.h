/* Between the parts of the strict reader: what one entry says, and the steps in which
   an archive is taken apart. Internal to loader/zip/. */
#ifndef AL_LOADER_ZIP_DIRECTORY_H
#define AL_LOADER_ZIP_DIRECTORY_H

#include "base/cursor.h"
#include "loader/zip/archive.h"

/* Flags of an entry (APPNOTE 4.4.4); no others are allowed. */
enum {
    AL_ZIP_ENCRYPTED = 0x0001,
    AL_ZIP_LEVEL = 0x0006,      /* how hard deflate tried */
    AL_ZIP_DESCRIPTOR = 0x0008, /* sizes and checksum follow the data */
    AL_ZIP_STRONG = 0x0040,
    AL_ZIP_UTF8 = 0x0800,
    AL_ZIP_MASKED = 0x2000
};

enum { AL_ZIP_END_BYTES = 22, AL_ZIP_LOCAL_BYTES = 30, AL_ZIP_CENTRAL_BYTES = 46, AL_ZIP64_EXTRA = 0x0001 };

struct al_zip_entry {
    struct al_zip_member *member;
    uint16_t flags;
    uint32_t time;         /* as MS-DOS had it: only compared */
    uint32_t attributes;   /* external; the upper half is a Unix mode */
    uint64_t header;       /* offset of its local header */
};

struct al_zip_directory {
    struct al_zip *zip;
    struct al_arena *arena;
    struct al_findings *findings;
    uint64_t at, size;     /* the central directory's place in the archive */
    uint64_t count;
    struct al_zip_entry *entries;
};

/* Each step is false after a finding. */
bool al_zip_read_end(struct al_zip_directory *d);     /* end record -> at, size, count */
bool al_zip_read_central(struct al_zip_directory *d); /* central headers -> entries */
bool al_zip_read_locals(struct al_zip_directory *d);  /* local headers; members' offsets; nothing between them */
bool al_zip_check_name(struct al_zip_directory *d, const struct al_zip_entry *e);
bool al_zip_check_names(struct al_zip_directory *d);  /* unique, and no member below a file */

/* The extra fields of a header: only known harmless ones. *zip64 is the zip64 field,
   or empty (size 0). */
bool al_zip_read_extra(struct al_zip_directory *d, const struct al_zip_entry *e, const uint8_t *bytes, size_t size,
                       struct al_cursor *zip64);

/* A refusal about the archive, or about one member; both return false. */
bool al_zip_refuse(struct al_zip_directory *d, enum al_finding_id id, const char *expected, struct al_text found,
                   const char *message);
bool al_zip_refuse_member(struct al_zip_directory *d, const struct al_zip_entry *e, enum al_finding_id id,
                          const char *expected, struct al_text found, const char *message);

#endif
