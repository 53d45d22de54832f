/* The local headers, which readers of streams believe: each must repeat what the
   directory says, and headers, data and descriptors must tile the file without a gap. */
#include "loader/zip/directory.h"

#include "base/checked.h"

#include <inttypes.h>
#include <stdlib.h>

enum { DESCRIPTOR_BYTES = 16, DESCRIPTOR64_BYTES = 24 };

static bool disagree(struct al_zip_directory *d, const struct al_zip_entry *e, const char *what)
{
    return al_zip_refuse_member(d, e, AL_ZIP_HEADERS_DISAGREE, "what the directory says", AL_NOTHING, what);
}

/* A size or checksum of a local header: the directory's, or 0 where a descriptor follows. */
static bool repeats(const struct al_zip_entry *e, uint64_t local, uint64_t central)
{
    return local == central || ((e->flags & AL_ZIP_DESCRIPTOR) != 0 && local == 0);
}

/* Both sizes stand in the zip64 field of a local header, if it is there at all
   (APPNOTE 4.5.3); Python writes it also where the plain fields would do. */
static bool check_local_sizes(struct al_zip_directory *d, const struct al_zip_entry *e, uint64_t packed, uint64_t size,
                              struct al_cursor *zip64)
{
    const struct al_zip_member *m = e->member;
    if (zip64->size > 0) {
        bool saturated = packed == 0xFFFFFFFF && size == 0xFFFFFFFF;
        uint64_t wide_size = al_cursor_u64(zip64), wide_packed = al_cursor_u64(zip64);
        if (zip64->bad || al_cursor_left(zip64) > 0)
            return disagree(d, e, "the local zip64 field does not hold two sizes");
        if (!saturated && (!repeats(e, packed, m->packed) || !repeats(e, size, m->size)))
            return disagree(d, e, "the local header has other sizes");
        packed = wide_packed;
        size = wide_size;
    }
    if (!repeats(e, packed, m->packed) || !repeats(e, size, m->size))
        return disagree(d, e, "the local header has other sizes");
    return true;
}

static bool read_local(struct al_zip_directory *d, const struct al_zip_entry *e)
{
    const struct al_zip *z = d->zip;
    struct al_zip_member *m = e->member;
    struct al_cursor c = al_cursor_over(z->bytes, (size_t)d->at);
    al_cursor_seek(&c, (size_t)e->header);
    const uint8_t *signature = al_cursor_bytes(&c, 4);
    al_cursor_skip(&c, 2); /* version needed */
    uint16_t flags = al_cursor_u16(&c), method = al_cursor_u16(&c);
    uint32_t time = al_cursor_u32(&c), crc = al_cursor_u32(&c);
    uint64_t packed = al_cursor_u32(&c), size = al_cursor_u32(&c);
    uint16_t name_length = al_cursor_u16(&c), extra_length = al_cursor_u16(&c);
    struct al_text name = {(const char *)al_cursor_bytes(&c, name_length), name_length};
    const uint8_t *extra = al_cursor_bytes(&c, extra_length);
    m->offset = c.at;
    if (c.bad || memcmp(signature, "PK\3\4", 4) != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_DAMAGED, "a local header",
                                    al_found(d->findings, "offset %" PRIu64, e->header),
                                    "there is no local header where the directory says");
    if (!al_text_equal(name, m->name))
        return al_zip_refuse_member(d, e, AL_ZIP_HEADERS_DISAGREE, "one name", name,
                                    "the local header gives the member another name");
    if (flags != e->flags || method != m->method)
        return disagree(d, e, "the local header has other flags or another method");
    if (time != e->time)
        return disagree(d, e, "the local header has another time");
    if (!repeats(e, crc, m->crc))
        return disagree(d, e, "the local header has another checksum");
    struct al_cursor zip64;
    return al_zip_read_extra(d, e, extra, extra_length, &zip64) && check_local_sizes(d, e, packed, size, &zip64);
}

/* `*at`: where the data end; moved behind the descriptor. `next` is where something else begins. */
static bool read_descriptor(struct al_zip_directory *d, const struct al_zip_entry *e, uint64_t *at, uint64_t next)
{
    const struct al_zip_member *m = e->member;
    bool wide = next > *at && next - *at == DESCRIPTOR64_BYTES;
    struct al_cursor c = al_cursor_over(d->zip->bytes, (size_t)d->at);
    al_cursor_seek(&c, (size_t)*at);
    const uint8_t *signature = al_cursor_bytes(&c, 4);
    uint32_t crc = al_cursor_u32(&c);
    uint64_t packed = wide ? al_cursor_u64(&c) : al_cursor_u32(&c);
    uint64_t size = wide ? al_cursor_u64(&c) : al_cursor_u32(&c);
    if (c.bad || memcmp(signature, "PK\7\10", 4) != 0)
        return al_zip_refuse_member(d, e, AL_ZIP_DAMAGED, "a data descriptor with its signature", AL_NOTHING,
                                    "the sizes that must follow the data are not there");
    if (crc != m->crc || packed != m->packed || size != m->size)
        return disagree(d, e, "the data descriptor says something else");
    *at += wide ? DESCRIPTOR64_BYTES : DESCRIPTOR_BYTES;
    return true;
}

static int by_header(const void *a, const void *b)
{
    const struct al_zip_entry *const *x = a, *const *y = b;
    return (*x)->header < (*y)->header ? -1 : (*x)->header > (*y)->header;
}

/* Nothing may lie before `e` that is not the entry before it. */
static bool check_begin(struct al_zip_directory *d, const struct al_zip_entry *e, uint64_t at)
{
    if (e->header == at)
        return true;
    struct al_text found = al_found(d->findings, "byte %" PRIu64, e->header);
    const char *expected = al_found(d->findings, "byte %" PRIu64, at).at;
    if (e->header < at)
        return al_zip_refuse_member(d, e, AL_ZIP_OVERLAP, expected, found, "the member lies over the one before it");
    if (at == 0)
        return al_zip_refuse(d, AL_ZIP_PREFIX, "an archive that begins the file", found,
                             "bytes before the archive's first member");
    return al_zip_refuse_member(d, e, AL_ZIP_HIDDEN_BYTES, expected, found, "bytes before the member belong to nobody");
}

bool al_zip_read_locals(struct al_zip_directory *d)
{
    struct al_zip_entry **order = al_arena_alloc(d->arena, d->count, sizeof *order);
    if (order == NULL)
        return al_zip_refuse(d, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "no memory left for the archive's directory");
    for (uint64_t i = 0; i < d->count; i++)
        order[i] = &d->entries[i];
    qsort(order, (size_t)d->count, sizeof(struct al_zip_entry *), by_header);
    uint64_t at = 0;
    for (uint64_t i = 0; i < d->count; i++) {
        const struct al_zip_entry *e = order[i];
        uint64_t next = i + 1 < d->count ? order[i + 1]->header : d->at;
        if (!check_begin(d, e, at) || !read_local(d, e))
            return false;
        at = e->member->offset;
        if (!al_range_inside(at, e->member->packed, d->at))
            return al_zip_refuse_member(d, e, AL_ZIP_DAMAGED, "data that end before the directory", AL_NOTHING,
                                        "the member's data reach beyond its place");
        at += e->member->packed;
        if ((e->flags & AL_ZIP_DESCRIPTOR) != 0 && !read_descriptor(d, e, &at, next))
            return false;
    }
    if (at != d->at)
        return al_zip_refuse(d, AL_ZIP_HIDDEN_BYTES, al_found(d->findings, "the directory at byte %" PRIu64, at).at,
                             al_found(d->findings, "at byte %" PRIu64, d->at),
                             "bytes before the directory belong to nobody");
    return true;
}
