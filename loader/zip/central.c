/* The central directory: one header per member, with rules on each field. */
#include "loader/zip/directory.h"

#include "base/checked.h"
#include "base/limits.h"

#include <inttypes.h>

bool al_zip_refuse(struct al_zip_directory *d, enum al_finding_id id, const char *expected, struct al_text found,
                   const char *message)
{
    struct al_place place = al_place_root(d->zip->archive);
    (void)al_find(d->findings, id, &place, expected, found, "%s", message);
    return false;
}

bool al_zip_refuse_member(struct al_zip_directory *d, const struct al_zip_entry *e, enum al_finding_id id,
                          const char *expected, struct al_text found, const char *message)
{
    struct al_place archive = al_place_root(d->zip->archive);
    struct al_place place = al_place_key(&archive, e->member->name);
    (void)al_find(d->findings, id, &place, expected, found, "%s", message);
    return false;
}

/* Time stamps and owners in their spellings, and PyTorch's padding: nothing that
   gives a member a second name, place or content. */
static bool is_harmless(uint16_t id)
{
    static const uint16_t ids[] = {
        0x000A /* NTFS times */, 0x4246 /* "FB": PyTorch's alignment */, 0x5455 /* times */,
        0x5855 /* Unix, old */,  0x7855 /* Unix owner, old */,           0x7875 /* Unix owner */,
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i] == id)
            return true;
    return false;
}

bool al_zip_read_extra(struct al_zip_directory *d, const struct al_zip_entry *e, const uint8_t *bytes, size_t size,
                       struct al_cursor *zip64)
{
    *zip64 = al_cursor_over(NULL, 0);
    struct al_cursor c = al_cursor_over(bytes, size);
    while (al_cursor_left(&c) > 0) {
        uint16_t id = al_cursor_u16(&c);
        uint16_t length = al_cursor_u16(&c);
        const uint8_t *field = al_cursor_bytes(&c, length);
        if (c.bad)
            return al_zip_refuse_member(d, e, AL_ZIP_DAMAGED, "extra fields that end with their list", AL_NOTHING,
                                        "an extra field is longer than its place");
        bool second = id == AL_ZIP64_EXTRA && zip64->size > 0;
        if (second || (id != AL_ZIP64_EXTRA && !is_harmless(id)))
            return al_zip_refuse_member(d, e, AL_ZIP_EXTRA_FIELD, "time stamps, owners, zip64 sizes",
                                        al_found(d->findings, "0x%04X", (unsigned)id),
                                        second ? "zip64 sizes twice" : "an extra field that changes what a reader sees");
        if (id == AL_ZIP64_EXTRA)
            *zip64 = al_cursor_over(field, length);
    }
    return true;
}

static bool check_flags(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    uint32_t flags = e->flags;
    if ((flags & (AL_ZIP_ENCRYPTED | AL_ZIP_STRONG | AL_ZIP_MASKED)) != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_ENCRYPTION, "a member anyone can read",
                                    al_found(d->findings, "flags 0x%04X", (unsigned)flags), "the member is encrypted");
    if (e->member->method != AL_ZIP_STORED && e->member->method != AL_ZIP_DEFLATED)
        return al_zip_refuse_member(d, e, AL_ZIP_METHOD, "stored (0) or deflated (8)",
                                    al_found(d->findings, "%u", (unsigned)e->member->method),
                                    "an unusual compression method");
    uint32_t allowed = AL_ZIP_DESCRIPTOR | AL_ZIP_UTF8 | (e->member->method == AL_ZIP_DEFLATED ? AL_ZIP_LEVEL : 0U);
    if ((flags & ~allowed) != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_FLAGS, al_found(d->findings, "flags among 0x%04X", (unsigned)allowed).at,
                                    al_found(d->findings, "0x%04X", (unsigned)flags), "flags without a known use");
    return true;
}

/* Unix modes stand in the upper half whatever the writer says it runs on: what unpacks
   looks there. Symbolic links among members were CVE-2026-12482's way out. */
static bool check_mode(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    uint32_t mode = e->attributes >> 16;
    uint32_t type = mode >> 12;
    if (type == 0xA)
        return al_zip_refuse_member(d, e, AL_ZIP_SYMLINK, "a regular file", al_found(d->findings, "mode %06o", mode),
                                    "the member is a symbolic link");
    bool fits = type == 0 || (e->member->directory ? type == 0x4 : type == 0x8);
    return fits || al_zip_refuse_member(d, e, AL_ZIP_SPECIAL_FILE, "a regular file",
                                        al_found(d->findings, "mode %06o", mode), "the member is no regular file");
}

static bool check_sizes(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    const struct al_zip_member *m = e->member;
    struct al_text sizes = al_found(d->findings, "%" PRIu64 " bytes packed, %" PRIu64 " unpacked", m->packed, m->size);
    if (m->method == AL_ZIP_STORED && m->packed != m->size)
        return al_zip_refuse_member(d, e, AL_ZIP_DAMAGED, "one size for a stored member", sizes, "the sizes differ");
    if (m->directory && m->size != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_SPECIAL_FILE, "a directory without content", sizes,
                                    "a directory that has content");
    uint64_t most;
    if (m->method == AL_ZIP_DEFLATED && al_mul_u64(m->packed, AL_MAX_INFLATE_RATIO, &most) && m->size > most)
        return al_zip_refuse_member(d, e, AL_ZIP_BOMB, "what deflate can reach: 1032 to 1", sizes,
                                    "the member claims to unpack to more than it can");
    return true;
}

/* APPNOTE 4.5.3: in the central directory only what is saturated, in this order. */
static bool widen(struct al_zip_directory *d, struct al_zip_entry *e, struct al_cursor *zip64, uint32_t *disk)
{
    size_t wanted = 0;
    uint64_t *const fields[] = {&e->member->size, &e->member->packed, &e->header};
    for (size_t i = 0; i < 3; i++)
        wanted += *fields[i] == 0xFFFFFFFF ? 8 : 0;
    wanted += *disk == 0xFFFF ? 4 : 0;
    if (zip64->size != wanted)
        return al_zip_refuse_member(d, e, AL_ZIP_HEADERS_DISAGREE,
                                    al_found(d->findings, "a zip64 field of %zu bytes", wanted).at,
                                    al_found(d->findings, "%zu bytes", zip64->size),
                                    "the zip64 sizes do not stand for the fields they must stand for");
    for (size_t i = 0; i < 3; i++)
        if (*fields[i] == 0xFFFFFFFF)
            *fields[i] = al_cursor_u64(zip64);
    if (*disk == 0xFFFF)
        *disk = al_cursor_u32(zip64);
    return true;
}

static bool read_header(struct al_zip_directory *d, struct al_cursor *c, struct al_zip_entry *e)
{
    struct al_zip_member *m = e->member;
    const uint8_t *signature = al_cursor_bytes(c, 4);
    al_cursor_skip(c, 4); /* made by, needed: torch writes 0, numpy 20 or 45 for the same thing */
    e->flags = al_cursor_u16(c);
    m->method = al_cursor_u16(c);
    e->time = al_cursor_u32(c);
    m->crc = al_cursor_u32(c);
    m->packed = al_cursor_u32(c);
    m->size = al_cursor_u32(c);
    uint16_t name_length = al_cursor_u16(c), extra_length = al_cursor_u16(c), comment_length = al_cursor_u16(c);
    uint32_t disk = al_cursor_u16(c);
    al_cursor_skip(c, 2); /* internal attributes */
    e->attributes = al_cursor_u32(c);
    e->header = al_cursor_u32(c);
    m->name = (struct al_text){(const char *)al_cursor_bytes(c, name_length), name_length};
    const uint8_t *extra = al_cursor_bytes(c, extra_length);
    al_cursor_skip(c, comment_length);
    if (c->bad || memcmp(signature, "PK\1\2", 4) != 0)
        return al_zip_refuse(d, AL_ZIP_DAMAGED, al_found(d->findings, "%" PRIu64 " headers", d->count).at, AL_NOTHING,
                             "the directory has fewer headers than the end record says");
    m->directory = name_length > 0 && m->name.at[name_length - 1] == '/';
    if (comment_length > 0)
        return al_zip_refuse_member(d, e, AL_ZIP_COMMENT, "no comments", AL_NOTHING, "the member has a comment");
    struct al_cursor zip64;
    if (!al_zip_check_name(d, e) || !al_zip_read_extra(d, e, extra, extra_length, &zip64) ||
        !widen(d, e, &zip64, &disk))
        return false;
    if (disk != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_MULTI_DISK, "one file", AL_NOTHING, "the member lies in another part");
    return check_flags(d, e) && check_mode(d, e) && check_sizes(d, e);
}

bool al_zip_read_central(struct al_zip_directory *d)
{
    struct al_zip *z = d->zip;
    z->members = al_arena_alloc(d->arena, d->count, sizeof *z->members);
    d->entries = al_arena_alloc(d->arena, d->count, sizeof *d->entries);
    if (z->members == NULL || d->entries == NULL)
        return al_zip_refuse(d, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "no memory left for the archive's directory");
    struct al_cursor c = al_cursor_over(z->bytes + d->at, (size_t)d->size);
    for (uint64_t i = 0; i < d->count; i++) {
        d->entries[i].member = &z->members[i];
        if (!read_header(d, &c, &d->entries[i]))
            return false;
    }
    z->count = (uint32_t)d->count;
    if (al_cursor_left(&c) > 0)
        return al_zip_refuse(d, AL_ZIP_HIDDEN_BYTES, al_found(d->findings, "%" PRIu64 " headers", d->count).at,
                             al_found(d->findings, "%zu further bytes", al_cursor_left(&c)),
                             "the directory is longer than its headers");
    return true;
}
