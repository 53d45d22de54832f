/* .npy and .npz as numpy writes them. Members are stored, not deflated, as numpy.savez
   does: so the few records of a zip are written here, and the command needs no library
   that can also read hostile archives. Little-endian hosts only, as all of Airlock. */
#include "cli/npy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAGIC_BYTES = 10, ALIGNMENT = 64, HEADER_ROOM = 512 };

static const struct {
    const char *dtype, *descr;
} spellings[] = {
    {"float16", "<f2"}, {"float32", "<f4"}, {"float64", "<f8"}, {"int8", "|i1"},   {"int16", "<i2"},
    {"int32", "<i4"},   {"int64", "<i8"},   {"uint8", "|u1"},   {"uint16", "<u2"}, {"uint32", "<u4"},
    {"uint64", "<u8"},  {"bool", "|b1"},
};

/* The whole header, padded so that the data begins at a multiple of 64. 0: cannot be written. */
static size_t header(char out[HEADER_ROOM], const struct al_ndarray *a)
{
    const char *descr = strncmp(a->dtype, "|S", 2) == 0 ? a->dtype : NULL;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcmp(spellings[i].dtype, a->dtype) == 0)
            descr = spellings[i].descr;
    if (descr == NULL)
        return 0;
    size_t at = MAGIC_BYTES;
    at += (size_t)snprintf(out + at, HEADER_ROOM - at, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (uint32_t i = 0; i < a->rank; i++) {
        at += (size_t)snprintf(out + at, HEADER_ROOM - at, "%" PRId64 "%s", a->shape[i],
                               i + 1 < a->rank ? ", " : a->rank == 1 ? "," : "");
        if (at > HEADER_ROOM - 2 * ALIGNMENT)
            return 0;
    }
    at += (size_t)snprintf(out + at, HEADER_ROOM - at, "), }");
    size_t total = (at + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    memset(out + at, ' ', total - at - 1);
    out[total - 1] = '\n';
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (char)((total - MAGIC_BYTES) & 0xFF);
    out[9] = (char)((total - MAGIC_BYTES) >> 8);
    return total;
}

/* Texts as numpy's type S, bytes of equal width. */
struct flat {
    struct al_ndarray array;
    char dtype[16];
    char *bytes; /* owned; NULL where the array holds numbers */
};

static bool flatten(struct flat *f, const struct al_ndarray *a)
{
    *f = (struct flat){.array = *a};
    if (strcmp(a->dtype, "string") != 0)
        return true;
    const struct al_string *texts = a->data;
    const size_t count = a->bytes / sizeof *texts;
    size_t width = 1, bytes;
    for (size_t i = 0; i < count; i++)
        width = texts[i].length > width ? texts[i].length : width;
    if (width > INT32_MAX || __builtin_mul_overflow(width, count, &bytes) ||
        (f->bytes = calloc(bytes + 1, 1)) == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (texts[i].length > 0)
            memcpy(f->bytes + i * width, texts[i].bytes, texts[i].length);
    (void)snprintf(f->dtype, sizeof f->dtype, "|S%zu", width);
    f->array.dtype = f->dtype;
    f->array.data = f->bytes;
    f->array.bytes = bytes;
    return true;
}

bool npy_write(FILE *stream, const struct al_ndarray *given)
{
    struct flat flat;
    if (!flatten(&flat, given))
        return false;
    const struct al_ndarray *array = &flat.array;
    char head[HEADER_ROOM];
    size_t length = header(head, array);
    if (length > 0) {
        (void)fwrite(head, 1, length, stream);
        (void)fwrite(array->data, 1, array->bytes, stream);
    }
    free(flat.bytes);
    return length > 0;
}

struct member {
    char name[1024];
    uint32_t crc, size, offset;
};

static void u16(FILE *stream, unsigned value)
{
    fputc((int)(value & 0xFF), stream);
    fputc((int)(value >> 8 & 0xFF), stream);
}

static void u32(FILE *stream, uint32_t value)
{
    u16(stream, value & 0xFFFF);
    u16(stream, value >> 16);
}

/* What a local header (4.3.7) and a central one (4.3.12) have in common. The date is
   1980-01-01, the first one there is: the same numbers give the same file. */
static void common_fields(FILE *stream, const struct member *m)
{
    u16(stream, 20);       /* version needed: 2.0 */
    u16(stream, 1U << 11); /* names are UTF-8 */
    u16(stream, 0);        /* stored */
    u16(stream, 0);
    u16(stream, 1U << 5 | 1);
    u32(stream, m->crc);
    u32(stream, m->size);
    u32(stream, m->size);
    u16(stream, (unsigned)strlen(m->name));
    u16(stream, 0);        /* no extra field */
}

static bool member_write(FILE *stream, struct member *m, const struct al_ndarray *array, uint64_t *at)
{
    char head[HEADER_ROOM];
    size_t length = header(head, array);
    uint64_t size = length + (uint64_t)array->bytes;
    uint64_t overhead = 30 + strlen(m->name);
    if (length == 0 || *at + overhead + size > UINT32_MAX)
        return false;
    uLong crc = crc32_z(crc32_z(0, (const Bytef *)head, length), array->data, array->bytes);
    m->crc = (uint32_t)crc;
    m->size = (uint32_t)size;
    m->offset = (uint32_t)*at;
    u32(stream, 0x04034B50);
    common_fields(stream, m);
    fputs(m->name, stream);
    (void)fwrite(head, 1, length, stream);
    (void)fwrite(array->data, 1, array->bytes, stream);
    *at += overhead + size;
    return true;
}

static void central_write(FILE *stream, const struct member *m, uint64_t *at)
{
    u32(stream, 0x02014B50);
    u16(stream, 3U << 8 | 20); /* made by: Unix */
    common_fields(stream, m);
    u16(stream, 0);            /* no comment */
    u16(stream, 0);            /* first disk */
    u16(stream, 0);
    u32(stream, 0100644U << 16); /* an ordinary file, as Unix sees it */
    u32(stream, m->offset);
    fputs(m->name, stream);
    *at += 46 + strlen(m->name);
}

bool npz_write(FILE *stream, const struct al_ndarrays *arrays)
{
    size_t count = al_ndarrays_count(arrays);
    struct member *members = calloc(count + 1, sizeof *members);
    uint64_t at = 0;
    bool good = members != NULL && count < UINT16_MAX;
    for (size_t i = 0; good && i < count; i++) {
        struct flat flat;
        const struct al_ndarray *array = &flat.array;
        good = flatten(&flat, al_ndarrays_at(arrays, i));
        int length = array->name != NULL && *array->name != '\0'
                         ? snprintf(members[i].name, sizeof members[i].name, "%s.npy", array->name)
                         : snprintf(members[i].name, sizeof members[i].name, "arr_%zu.npy", i);
        good = good && length > 0 && (size_t)length < sizeof members[i].name &&
               member_write(stream, &members[i], array, &at);
        free(flat.bytes);
    }
    uint64_t directory = at;
    for (size_t i = 0; good && i < count; i++)
        central_write(stream, &members[i], &at);
    good = good && at < UINT32_MAX;
    if (good) { /* 4.3.16 */
        u32(stream, 0x06054B50);
        u16(stream, 0);
        u16(stream, 0);
        u16(stream, (unsigned)count);
        u16(stream, (unsigned)count);
        u32(stream, (uint32_t)(at - directory));
        u32(stream, (uint32_t)directory);
        u16(stream, 0);
    }
    free(members);
    return good;
}
