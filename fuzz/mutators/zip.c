/* Mutates archives by their members. Flipping bytes hardly ever gets past checksums,
   sizes and offsets; here an archive is taken apart, changed in one place and packed
   anew with all of them right, and only then, sometimes, damaged. */
#include "fuzz/harness.h"

#include "base/buffer.h"
#include "loader/zip/archive.h"

#include <zlib.h>

enum { BUDGET = 1 << 22, MOST_MEMBERS = 64, MOST_UNPACKED = 1 << 16, ROOM = 256 };

struct part {
    uint8_t *name, *data;
    size_t name_length, size;
    uint16_t method, flags, mode;
    bool zip64;
};

struct parts {
    struct part list[MOST_MEMBERS];
    size_t count;
    struct al_arena *arena;
    unsigned random;
};

static unsigned next(struct parts *p, unsigned below)
{
    p->random = p->random * 1103515245U + 12345U;
    return (p->random >> 16) % below;
}

/* Room to grow stands behind the copy. */
static uint8_t *copy_with_room(struct al_arena *arena, const void *bytes, size_t size)
{
    uint8_t *copy = al_arena_alloc(arena, size + ROOM, 1);
    if (copy != NULL && size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

static bool take_apart(struct parts *p, const uint8_t *data, size_t size)
{
    struct al_findings f;
    struct al_zip z;
    al_findings_init(&f, p->arena, NULL, 4);
    if (!al_zip_read_strict(&z, data, size, "", p->arena, &f))
        return false;
    for (uint32_t i = 0; i < z.count && i < MOST_MEMBERS; i++) {
        const struct al_zip_member *m = &z.members[i];
        const uint8_t *bytes;
        if (!al_zip_bytes(&bytes, &z, m, MOST_UNPACKED, p->arena, &f))
            return false;
        struct part *part = &p->list[p->count++];
        *part = (struct part){
            .name = copy_with_room(p->arena, m->name.at, m->name.length),
            .name_length = m->name.length,
            .data = copy_with_room(p->arena, bytes, (size_t)m->size),
            .size = (size_t)m->size,
            .method = m->method,
            .mode = 0x81A4,
        };
        if (part->name == NULL || part->data == NULL)
            return false;
    }
    return true;
}

static const char *const names[] = {"config.json", "Config.json", "assets/", "../x", "/x", "a\\b", "a", "a/b", "x.npy"};

static void change(struct parts *p)
{
    struct part *part = &p->list[next(p, (unsigned)p->count)], *other = &p->list[next(p, (unsigned)p->count)], kept;
    switch (next(p, 9)) {
    case 0:
        part->name_length = LLVMFuzzerMutate(part->name, part->name_length, part->name_length + 8);
        break;
    case 1: {
        const char *name = names[next(p, sizeof names / sizeof names[0])];
        part->name_length = strlen(name);
        memcpy(part->name, name, part->name_length);
        break;
    }
    case 2:
        part->method = part->method == AL_ZIP_STORED ? AL_ZIP_DEFLATED : AL_ZIP_STORED;
        break;
    case 3:
        part->flags ^= (uint16_t)(1U << next(p, 16));
        break;
    case 4:
        part->mode = (uint16_t)next(p, 0x10000);
        break;
    case 5:
        part->zip64 = !part->zip64;
        break;
    case 6:
        kept = *part;
        *part = *other;
        *other = kept;
        break;
    case 7:
        if (p->count < MOST_MEMBERS)
            p->list[p->count++] = *part;
        break;
    default:
        part->size = LLVMFuzzerMutate(part->data, part->size, part->size + ROOM);
    }
}

/* Raw deflate; on failure the buffer is marked so. */
static void deflate_into(struct al_buffer *out, const struct part *part)
{
    z_stream z = {0};
    size_t room = compressBound(part->size) + 64;
    uint8_t *packed = malloc(room);
    if (packed == NULL || deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        out->failed = true;
        free(packed);
        return;
    }
    z.next_in = part->data;
    z.avail_in = (uInt)part->size;
    z.next_out = packed;
    z.avail_out = (uInt)room;
    (void)deflate(&z, Z_FINISH);
    al_buffer_bytes(out, packed, z.total_out);
    (void)deflateEnd(&z);
    free(packed);
}

/* The fields from flags to the name's length, which both headers have alike. */
static void write_common(struct al_buffer *b, const struct part *part, uint32_t crc, uint32_t packed, uint32_t size)
{
    al_buffer_u16(b, 20);
    al_buffer_u16(b, part->flags);
    al_buffer_u16(b, part->method);
    al_buffer_u32(b, 0x58210000);
    al_buffer_u32(b, crc);
    al_buffer_u32(b, packed);
    al_buffer_u32(b, size);
    al_buffer_u16(b, (uint16_t)part->name_length);
}

static void write_member(struct al_buffer *b, struct al_buffer *directory, const struct part *part)
{
    struct al_buffer packed;
    al_buffer_init(&packed, BUDGET);
    if (part->method == AL_ZIP_DEFLATED)
        deflate_into(&packed, part);
    else
        al_buffer_bytes(&packed, part->data, part->size);
    uint32_t crc = (uint32_t)crc32_z(0, part->data, part->size), at = (uint32_t)b->size;
    uint32_t packed_size = (uint32_t)packed.size, size = (uint32_t)part->size;
    al_buffer_bytes(b, "PK\3\4", 4);
    write_common(b, part, crc, part->zip64 ? 0xFFFFFFFF : packed_size, part->zip64 ? 0xFFFFFFFF : size);
    al_buffer_u16(b, part->zip64 ? 20 : 0);
    al_buffer_bytes(b, part->name, part->name_length);
    if (part->zip64) {
        al_buffer_u32(b, 0x00100001);
        al_buffer_u64(b, size);
        al_buffer_u64(b, packed_size);
    }
    al_buffer_bytes(b, packed.data, packed.size);
    if ((part->flags & 8) != 0) {
        al_buffer_bytes(b, "PK\7\10", 4);
        al_buffer_u32(b, crc);
        al_buffer_u32(b, packed_size);
        al_buffer_u32(b, size);
    }
    al_buffer_bytes(directory, "PK\1\2\24\3", 6);
    write_common(directory, part, crc, packed_size, size);
    al_buffer_bytes(directory, "\0\0\0\0\0\0\0\0\0\0", 8);
    al_buffer_u16(directory, 0);
    al_buffer_u16(directory, part->mode);
    al_buffer_u32(directory, at);
    al_buffer_bytes(directory, part->name, part->name_length);
    al_buffer_free(&packed);
}

static void put_together(struct al_buffer *b, const struct parts *p)
{
    struct al_buffer directory;
    al_buffer_init(&directory, BUDGET);
    for (size_t i = 0; i < p->count; i++)
        write_member(b, &directory, &p->list[i]);
    uint32_t at = (uint32_t)b->size;
    al_buffer_bytes(b, directory.data, directory.size);
    al_buffer_bytes(b, "PK\5\6\0\0\0\0", 8);
    al_buffer_u16(b, (uint16_t)p->count);
    al_buffer_u16(b, (uint16_t)p->count);
    al_buffer_u32(b, (uint32_t)directory.size);
    al_buffer_u32(b, at);
    al_buffer_u16(b, 0);
    b->failed = b->failed || directory.failed;
    al_buffer_free(&directory);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    struct parts p = {.random = seed, .arena = al_arena_new(BUDGET)};
    struct al_buffer b;
    al_buffer_init(&b, most);
    bool whole = p.arena != NULL && next(&p, 4) > 0 && take_apart(&p, data, size);
    if (whole) {
        change(&p);
        put_together(&b, &p);
        whole = !b.failed;
    }
    if (whole) {
        memcpy(data, b.data, b.size);
        size = b.size;
    }
    if (!whole || next(&p, 4) == 0)
        size = LLVMFuzzerMutate(data, size, most);
    al_buffer_free(&b);
    al_arena_free(p.arena);
    return size;
}
