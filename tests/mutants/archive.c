/* Archives changed in two ways: a field of their structures with nothing put right; or one
   member changed by its own format and everything packed anew, as Keras stores it. */
#include "tests/mutants/mutants.h"

#include "base/buffer.h"
#include "loader/zip/archive.h"

#include <stdlib.h>
#include <zlib.h>

enum { BUDGET = 1 << 24, MOST_PLACES = 256 };

static void put(uint8_t *at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

/* The fields of the local header, the directory's entry and the end record, behind the
   signature (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16): their widths in order. */
static const struct {
    const char *signature;
    const char *widths;
} structures[] = {
    {"PK\3\4", "22222444 22"},
    {"PK\1\2", "222222444 2222244"},
    {"PK\5\6", "2222442"},
};

bool mutate_zip_fields(struct chance *c, struct file *file)
{
    static size_t places[MOST_PLACES];
    static unsigned kinds[MOST_PLACES];
    size_t count = 0;
    for (size_t at = 0; at + 50 <= file->size && count < MOST_PLACES; at++)
        for (unsigned k = 0; file->bytes[at] == 'P' && k < 3; k++)
            if (memcmp(file->bytes + at, structures[k].signature, 4) == 0) {
                kinds[count] = k;
                places[count++] = at;
            }
    /* the end record is shorter than an entry, and last */
    for (size_t at = file->size > 22 ? file->size - 22 : 0; at + 22 <= file->size && count < MOST_PLACES; at++)
        if (memcmp(file->bytes + at, "PK\5\6", 4) == 0) {
            kinds[count] = 2;
            places[count++] = at;
        }
    if (count == 0)
        return false;
    size_t which = chance_below(c, count);
    const char *widths = structures[kinds[which]].widths;
    size_t field = chance_below(c, strlen(widths)), at = places[which] + 4;
    for (size_t i = 0; i < field; i++)
        at += widths[i] == ' ' ? 0 : (size_t)(widths[i] - '0');
    unsigned width = widths[field] == ' ' ? 2 : (unsigned)(widths[field] - '0');
    uint64_t old = get(file->bytes + at, width);
    const uint64_t values[] = {0,
                               1,
                               old + 1,
                               old - 1,
                               old ^ (UINT64_C(1) << chance_below(c, 8 * width)),
                               UINT64_MAX,
                               0x8000,
                               file->size,
                               places[chance_below(c, count)],
                               chance_bits(c)};
    put(file->bytes + at, width, values[chance_below(c, sizeof values / sizeof values[0])]);
    return true;
}

void pack_archive(struct al_buffer *out, const struct al_text *names, const struct file *members, uint32_t count)
{
    struct al_buffer directory;
    al_buffer_init(&directory, BUDGET);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (uint32_t)out->size, size = (uint32_t)members[i].size;
        uint32_t crc = (uint32_t)crc32_z(0, members[i].bytes, members[i].size);
        struct al_buffer common;
        al_buffer_init(&common, 64);
        al_buffer_u16(&common, 20);
        al_buffer_u32(&common, 0);          /* no flags, stored */
        al_buffer_u32(&common, 0x00210000); /* 1980-01-01, as Keras writes it */
        al_buffer_u32(&common, crc);
        al_buffer_u32(&common, size);
        al_buffer_u32(&common, size);
        al_buffer_u16(&common, (uint16_t)names[i].length);
        al_buffer_u16(&common, 0);
        al_buffer_bytes(out, "PK\3\4", 4);
        al_buffer_bytes(out, common.data, common.size);
        al_buffer_bytes(out, names[i].at, names[i].length);
        al_buffer_bytes(out, members[i].bytes, size);
        al_buffer_bytes(&directory, "PK\1\2\24\3", 6);
        al_buffer_bytes(&directory, common.data, common.size);
        al_buffer_bytes(&directory, "\0\0\0\0\0\0\0\0\x80\1", 10);
        al_buffer_u32(&directory, at);
        al_buffer_bytes(&directory, names[i].at, names[i].length);
        out->failed = out->failed || common.failed;
        al_buffer_free(&common);
    }
    uint32_t at = (uint32_t)out->size;
    al_buffer_bytes(out, directory.data, directory.size);
    al_buffer_bytes(out, "PK\5\6\0\0\0\0", 8);
    al_buffer_u16(out, (uint16_t)count);
    al_buffer_u16(out, (uint16_t)count);
    al_buffer_u32(out, (uint32_t)directory.size);
    al_buffer_u32(out, at);
    al_buffer_u16(out, 0);
    out->failed = out->failed || directory.failed;
    al_buffer_free(&directory);
}

static bool is_json(struct al_text name)
{
    return name.length > 5 && memcmp(name.at + name.length - 5, ".json", 5) == 0;
}

/* A member by what it is; `member` owns its bytes afterwards. */
static bool change_member(struct chance *c, struct al_text name, struct file *member, struct change *done)
{
    if (!is_json(name) && chance_below(c, 4) == 0) {
        *done = change_bit(c, member);
        done->kind = "zip member, one bit of HDF5";
        return true;
    }
    if (!is_json(name)) {
        done->kind = "zip member, HDF5 fields";
        member->size = mutate_hdf5(member->bytes, member->size, member->room, (unsigned)chance_bits(c));
        return true;
    }
    done->kind = "zip member, JSON node";
    char *text = mutate_json(c, (const char *)member->bytes, member->size, &done->hostile);
    if (text == NULL)
        return false;
    free(member->bytes);
    member->bytes = (uint8_t *)text;
    member->size = strlen(text);
    return true;
}

static bool repack(struct chance *c, struct file *file, const struct al_zip *z, struct al_arena *arena,
                   struct al_findings *f, struct change *done)
{
    struct file members[MOST_FILES] = {0};
    struct al_text names[MOST_FILES];
    bool good = z->count > 0 && z->count <= MOST_FILES;
    for (uint32_t i = 0; good && i < z->count; i++) {
        const uint8_t *bytes;
        names[i] = z->members[i].name;
        good = al_zip_bytes(&bytes, z, &z->members[i], BUDGET, arena, f);
        size_t size = good ? (size_t)z->members[i].size : 0;
        members[i] = (struct file){.bytes = malloc(size + ROOM), .size = size, .room = size + ROOM};
        good = good && members[i].bytes != NULL;
        if (good)
            memcpy(members[i].bytes, bytes, size);
    }
    struct al_buffer out;
    al_buffer_init(&out, file->room);
    if (good) {
        size_t which = chance_below(c, z->count);
        /* metadata.json is quickly seen to the end */
        if (members[which].size < 256)
            which = chance_below(c, z->count);
        good = change_member(c, names[which], &members[which], done);
        pack_archive(&out, names, members, z->count);
    }
    good = good && !out.failed;
    if (good) {
        memcpy(file->bytes, out.data, out.size);
        file->size = out.size;
    }
    al_buffer_free(&out);
    for (uint32_t i = 0; i < MOST_FILES; i++)
        free(members[i].bytes);
    return good;
}

bool mutate_zip_member(struct chance *c, struct file *file, struct change *done)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    struct al_findings f;
    struct al_zip z;
    al_findings_init(&f, arena, NULL, 4);
    bool good = arena != NULL && al_zip_read_strict(&z, file->bytes, file->size, "", arena, &f) &&
                repack(c, file, &z, arena, &f, done);
    al_arena_free(arena);
    return good;
}
