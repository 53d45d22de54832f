/* Where the directory is: the end record, which must be the last 22 bytes of the
   file, and the zip64 one before it. Whoever searches for it can be led to another. */
#include "loader/zip/directory.h"

#include "base/checked.h"
#include "base/limits.h"

#include <inttypes.h>

enum { LOCATOR_BYTES = 20, END64_BYTES = 56, MOST_COMMENT = 0xFFFF };

static bool has_signature(const struct al_zip *z, uint64_t at, const char *signature)
{
    return al_range_inside(at, 4, z->size) && memcmp(z->bytes + at, signature, 4) == 0;
}

/* End records that a tool searching backwards could take: their comment reaches
   exactly to the end of the file. */
static uint32_t count_ends(const struct al_zip *z, bool *signature_anywhere)
{
    uint32_t ends = 0;
    uint64_t last = z->size - AL_ZIP_END_BYTES;
    uint64_t first = last > MOST_COMMENT ? last - MOST_COMMENT : 0;
    for (uint64_t at = first; at <= last; at++) {
        if (!has_signature(z, at, "PK\5\6"))
            continue;
        *signature_anywhere = true;
        uint64_t comment = (uint64_t)z->bytes[at + 20] | (uint64_t)z->bytes[at + 21] << 8;
        ends += at + AL_ZIP_END_BYTES + comment == z->size ? 1 : 0;
    }
    return ends;
}

static bool check_only_end(struct al_zip_directory *d)
{
    const struct al_zip *z = d->zip;
    if (z->size < AL_ZIP_END_BYTES)
        return al_zip_refuse(d, AL_ZIP_TRUNCATED, "an end record", al_found(d->findings, "%" PRIu64 " bytes", z->size),
                             "the file is too short for an archive");
    bool signature = false;
    uint32_t ends = count_ends(z, &signature);
    bool at_end = has_signature(z, z->size - AL_ZIP_END_BYTES, "PK\5\6");
    if (ends > 1 || (ends == 1 && !at_end))
        return al_zip_refuse(d, AL_ZIP_COMMENT, "an end record as the last 22 bytes", AL_NOTHING,
                             ends > 1 ? "a comment that looks like an end record: two archives in one file"
                                      : "the archive has a comment");
    if (ends == 1)
        return true;
    if (signature)
        return al_zip_refuse(d, AL_ZIP_TRAILING_BYTES, "an end record as the last 22 bytes", AL_NOTHING,
                             "bytes follow the archive's end");
    return al_zip_refuse(d, AL_ZIP_TRUNCATED, "an end record as the last 22 bytes", AL_NOTHING,
                         "the archive has no end: it was cut off or damaged");
}

struct end {
    uint32_t disk, directory_disk, disks;
    uint64_t count_here, count, size, at;
};

/* A field of the short record is real or, where the zip64 record speaks for it, saturated. */
static bool agrees(uint64_t narrow, uint64_t wide, uint64_t saturated)
{
    return narrow == wide || narrow == saturated;
}

static bool read_end64(struct al_zip_directory *d, const struct end *narrow, struct end *wide, uint64_t *end_at)
{
    const struct al_zip *z = d->zip;
    uint64_t locator = *end_at - LOCATOR_BYTES;
    if (locator < END64_BYTES || !has_signature(z, locator - END64_BYTES, "PK\6\6"))
        return al_zip_refuse(d, AL_ZIP_DAMAGED, "a zip64 end record before its locator", AL_NOTHING,
                             "the zip64 end record is not where it must be");
    *end_at = locator - END64_BYTES;
    struct al_cursor c = al_cursor_over(z->bytes + *end_at, END64_BYTES + LOCATOR_BYTES);
    al_cursor_skip(&c, 4);
    uint64_t record_size = al_cursor_u64(&c);
    al_cursor_skip(&c, 4); /* versions */
    wide->disk = al_cursor_u32(&c);
    wide->directory_disk = al_cursor_u32(&c);
    wide->count_here = al_cursor_u64(&c);
    wide->count = al_cursor_u64(&c);
    wide->size = al_cursor_u64(&c);
    wide->at = al_cursor_u64(&c);
    al_cursor_skip(&c, 4); /* the locator's signature */
    uint32_t end_disk = al_cursor_u32(&c);
    uint64_t said_at = al_cursor_u64(&c);
    wide->disks = al_cursor_u32(&c);
    /* APPNOTE 4.3.14.1: the size leaves out its own first 12 bytes */
    if (record_size != END64_BYTES - 12 || said_at != *end_at || end_disk != 0 || wide->disks != 1)
        return al_zip_refuse(d, AL_ZIP_DAMAGED, "a zip64 end record of 56 bytes where its locator says", AL_NOTHING,
                             "the zip64 end record and its locator do not fit");
    if (!agrees(narrow->count_here, wide->count_here, 0xFFFF) || !agrees(narrow->count, wide->count, 0xFFFF) ||
        !agrees(narrow->size, wide->size, 0xFFFFFFFF) || !agrees(narrow->at, wide->at, 0xFFFFFFFF) ||
        !agrees(narrow->disk, wide->disk, 0xFFFF) || !agrees(narrow->directory_disk, wide->directory_disk, 0xFFFF))
        return al_zip_refuse(d, AL_ZIP_HEADERS_DISAGREE, "two end records that agree", AL_NOTHING,
                             "the end record and the zip64 end record say different things");
    return true;
}

/* What precedes the directory where it does not end at the end record. */
static bool refuse_place(struct al_zip_directory *d, const struct end *e, uint64_t end_at)
{
    if (e->size <= end_at && e->at < end_at - e->size && has_signature(d->zip, end_at - e->size, "PK\1\2"))
        return al_zip_refuse(d, AL_ZIP_PREFIX, "an archive that begins the file", AL_NOTHING,
                             "bytes before the archive: its offsets count from a later place");
    if (e->size <= end_at && e->at < end_at - e->size && has_signature(d->zip, e->at, "PK\1\2"))
        return al_zip_refuse(d, AL_ZIP_HIDDEN_BYTES, "a directory that reaches to the end record", AL_NOTHING,
                             "bytes between the directory and the end record belong to nobody");
    return al_zip_refuse(d, AL_ZIP_DAMAGED, al_found(d->findings, "a directory that ends at byte %" PRIu64, end_at).at,
                         al_found(d->findings, "offset %" PRIu64 ", size %" PRIu64, e->at, e->size),
                         "the directory does not end where the end record begins");
}

bool al_zip_read_end(struct al_zip_directory *d)
{
    const struct al_zip *z = d->zip;
    if (!check_only_end(d))
        return false;
    uint64_t end_at = z->size - AL_ZIP_END_BYTES;
    struct al_cursor c = al_cursor_over(z->bytes + end_at, AL_ZIP_END_BYTES);
    al_cursor_skip(&c, 4);
    struct end e = {.disk = al_cursor_u16(&c), .directory_disk = al_cursor_u16(&c)};
    e.count_here = al_cursor_u16(&c);
    e.count = al_cursor_u16(&c);
    e.size = al_cursor_u32(&c);
    e.at = al_cursor_u32(&c);
    if (end_at >= LOCATOR_BYTES && has_signature(z, end_at - LOCATOR_BYTES, "PK\6\7")) {
        struct end wide = {0};
        if (!read_end64(d, &e, &wide, &end_at))
            return false;
        e = wide;
    }
    if (e.disk != 0 || e.directory_disk != 0 || e.count_here != e.count)
        return al_zip_refuse(d, AL_ZIP_MULTI_DISK, "one file", AL_NOTHING, "the archive says that it has further parts");
    if (e.count > AL_MAX_ZIP_MEMBERS)
        return al_zip_refuse(d, AL_LIMIT_ARCHIVE_MEMBERS, al_found(d->findings, "at most %u members", AL_MAX_ZIP_MEMBERS).at,
                             al_found(d->findings, "%" PRIu64, e.count), "too many members");
    uint64_t directory_end;
    if (!al_add_u64(e.at, e.size, &directory_end) || directory_end != end_at)
        return refuse_place(d, &e, end_at);
    if (e.count == 0)
        return al_zip_refuse(d, AL_ZIP_EMPTY, "at least one member", AL_NOTHING, "the archive is empty");
    d->at = e.at;
    d->size = e.size;
    d->count = e.count;
    return true;
}
