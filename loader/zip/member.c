/* A member's bytes: as they lie, or inflated under a cap; either way only with the
   checksum that both headers promise. */
#include "loader/zip/archive.h"

#include <inttypes.h>
#include <zlib.h>

static bool refuse(const struct al_zip *zip, const struct al_zip_member *m, struct al_findings *f,
                   enum al_finding_id id, const char *expected, struct al_text found, const char *message)
{
    struct al_place archive = al_place_root(zip->archive);
    struct al_place place = al_place_key(&archive, m->name);
    (void)al_find(f, id, &place, expected, found, "%s", message);
    return false;
}

static uint32_t crc_of(const uint8_t *bytes, uint64_t size)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), bytes, (size_t)size);
}

/* Exactly `packed` bytes must give exactly `size` bytes (zlib's counters have 32 bits). */
static bool inflate_all(const uint8_t *packed, uint64_t packed_size, uint8_t *out, uint64_t size, bool *no_memory)
{
    const uint64_t step = UINT64_C(1) << 30;
    z_stream z = {0};
    int result = inflateInit2(&z, -MAX_WBITS);
    *no_memory = result == Z_MEM_ERROR;
    if (result != Z_OK)
        return false;
    uint64_t taken = 0, given = 0;
    /* zlib refuses a null pointer, also where there is no room behind it */
    uint8_t nothing;
    while (result == Z_OK) {
        uInt in = (uInt)(packed_size - taken < step ? packed_size - taken : step);
        uInt room = (uInt)(size - given < step ? size - given : step);
        z.next_in = (z_const Bytef *)(packed + taken);
        z.avail_in = in;
        z.next_out = room > 0 ? out + given : &nothing;
        z.avail_out = room;
        result = inflate(&z, Z_NO_FLUSH);
        taken += in - z.avail_in;
        given += room - z.avail_out;
    }
    *no_memory = result == Z_MEM_ERROR;
    (void)inflateEnd(&z);
    return result == Z_STREAM_END && taken == packed_size && given == size;
}

static bool unpack(const uint8_t **out, const struct al_zip *zip, const struct al_zip_member *m,
                   struct al_arena *arena, struct al_findings *f)
{
    uint8_t *room = al_arena_alloc(arena, (size_t)m->size, 1);
    if (room == NULL)
        return refuse(zip, m, f, AL_LIMIT_MEMORY, NULL, al_found(f, "%" PRIu64 " bytes", m->size),
                      "no memory left to unpack the member");
    bool no_memory;
    if (!inflate_all(zip->bytes + m->offset, m->packed, room, m->size, &no_memory)) {
        if (no_memory)
            return refuse(zip, m, f, AL_LIMIT_MEMORY, NULL, AL_NOTHING, "no memory left to unpack the member");
        return refuse(zip, m, f, AL_ZIP_DEFLATE, al_found(f, "exactly %" PRIu64 " bytes", m->size).at, AL_NOTHING,
                      "the member does not unpack to what its headers say");
    }
    *out = room;
    return true;
}

bool al_zip_bytes(const uint8_t **out, const struct al_zip *zip, const struct al_zip_member *m, uint64_t most,
                  struct al_arena *arena, struct al_findings *f)
{
    const uint8_t *bytes = zip->bytes + m->offset;
    if (m->size > most)
        return refuse(zip, m, f, AL_LIMIT_MEMORY, al_found(f, "at most %" PRIu64 " bytes", most).at,
                      al_found(f, "%" PRIu64 " bytes", m->size), "the member is too large");
    if (m->method == AL_ZIP_DEFLATED && !unpack(&bytes, zip, m, arena, f))
        return false;
    uint32_t crc = crc_of(bytes, m->size);
    if (crc != m->crc)
        return refuse(zip, m, f, AL_ZIP_CRC, al_found(f, "%08X", (unsigned)m->crc).at,
                      al_found(f, "%08X", (unsigned)crc), "the member's checksum is wrong");
    *out = bytes;
    return true;
}
