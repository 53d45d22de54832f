/* Mutates HDF5 files by their structures. A structure is found by its signature or by
   the object that lives there; one of its fields gets a value that means something
   (an address that another structure has, a size, an edge); then the end-of-file
   address and all checksums are made right, because the strict reader itself says
   which one it misses and what it ought to be. */
#include "fuzz/harness.h"

#include "loader/hdf5/tree.h"

#include <stdio.h>
#include <string.h>

enum { BUDGET = 1 << 24, MOST_PLACES = 512, MOST_CHECKSUMS = 64, SUPERBLOCK_0_END = 40, SUPERBLOCK_2_END = 28 };

struct places {
    struct {
        size_t at;
        unsigned kind; /* index into kinds, or OBJECT */
    } list[MOST_PLACES];
    size_t count;
    unsigned random;
};

/* Bytes in which a structure's fields lie; a header of version 1 has no signature. */
static const struct {
    const char *signature;
    size_t length;
} kinds[] = {
    {"\x89HDF", 100}, {"TREE", 64}, {"SNOD", 96}, {"HEAP", 48}, {"GCOL", 64}, {"OHDR", 128}, {"OCHK", 96},
    {"FRHP", 146}, {"FHDB", 96}, {"FHIB", 96}, {"BTHD", 38}, {"BTLF", 64}, {"BTIN", 96}, {"FSHD", 82}, {"FSSE", 48},
};
enum { KINDS = sizeof kinds / sizeof *kinds, OBJECT = KINDS, OBJECT_LENGTH = 320 };

static unsigned next(struct places *p, size_t below)
{
    p->random = p->random * 1103515245U + 12345U;
    return below == 0 ? 0 : (p->random >> 12) % (unsigned)below;
}

static void add(struct places *p, size_t at, unsigned kind)
{
    if (p->count < MOST_PLACES) {
        p->list[p->count].at = at;
        p->list[p->count++].kind = kind;
    }
}

static void find_places(struct places *p, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 4 <= size; at++) {
        /* the signatures but the file's own are capital letters; most bytes are not */
        if ((data[at] < 'B' || data[at] > 'T') && at > 0)
            continue;
        for (unsigned k = 0; k < KINDS; k++)
            if (memcmp(data + at, kinds[k].signature, 4) == 0)
                add(p, at, k);
    }
    struct al_arena *arena = al_arena_new(BUDGET);
    if (arena == NULL)
        return;
    struct al_findings f;
    struct al_h5_tree t;
    al_findings_init(&f, arena, NULL, 4);
    (void)al_h5_read_strict(&t, data, size, "", arena, &f);
    for (uint32_t i = 0; i < t.object_count; i++)
        if (t.objects[i].address < size)
            add(p, (size_t)t.objects[i].address, OBJECT);
    al_arena_free(arena);
}

static void put(uint8_t *data, size_t size, size_t at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width && at + i < size; i++)
        data[at + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *data, size_t size, size_t at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width && at + i < size; i++)
        value |= (uint64_t)data[at + i] << (8 * i);
    return value;
}

static uint64_t meaningful(struct places *p, size_t size, uint64_t old)
{
    static const uint64_t edges[] = {0, 1, 2, 3, 4, 7, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000,
                                     0x7FFFFFFF, 0xFFFFFFFF, UINT64_C(1) << 32, UINT64_MAX, UINT64_MAX - 1};
    switch (next(p, 8)) {
    case 0:
        return old ^ UINT64_C(1) << next(p, 64);
    case 1:
        return old + next(p, 17) - 8;
    case 2:
        return edges[next(p, sizeof edges / sizeof *edges)];
    case 3:
        return size - next(p, 33);
    case 4:
        return p->count > 0 ? p->list[next(p, p->count)].at : 0;
    case 5:
        return p->count > 0 ? p->list[next(p, p->count)].at + 8 * (uint64_t)next(p, 16) : 8;
    case 6:
        return old * 2;
    default:
        return next(p, 256);
    }
}

static void change_field(struct places *p, uint8_t *data, size_t size)
{
    size_t which = next(p, p->count);
    unsigned kind = p->list[which].kind;
    size_t length = kind == OBJECT ? OBJECT_LENGTH : kinds[kind].length;
    unsigned width = 1U << next(p, 4);
    size_t offset = next(p, length);
    /* most fields are aligned to their width from the start of their structure */
    if (next(p, 3) != 0)
        offset -= offset % width;
    size_t at = p->list[which].at + offset;
    put(data, size, at, width, meaningful(p, size, get(data, size, at, width)));
}

/* One structure over another of any kind, or a range of bytes to another place. */
static void copy_structure(struct places *p, uint8_t *data, size_t size)
{
    size_t from = p->list[next(p, p->count)].at, to = p->list[next(p, p->count)].at, length = 1 + next(p, 128);
    size_t most = size - (from > to ? from : to);
    memmove(data + to, data + from, length < most ? length : most);
}

static void mend_end_of_file(uint8_t *data, size_t size)
{
    if (size < 48)
        return;
    put(data, size, data[8] < 2 ? SUPERBLOCK_0_END : SUPERBLOCK_2_END, 8, size);
}

/* The strict reader's own complaint tells the place of a wrong checksum and the right one. */
static bool mend_one_checksum(uint8_t *data, size_t size)
{
    struct al_arena *arena = al_arena_new(BUDGET);
    if (arena == NULL)
        return false;
    struct al_findings f;
    struct al_h5_tree t;
    al_findings_init(&f, arena, NULL, 4);
    bool mended = false;
    unsigned long long at;
    unsigned value;
    if (!al_h5_read_strict(&t, data, size, "", arena, &f) && f.count > 0 && f.list[0].id == AL_HDF5_CHECKSUM &&
        sscanf(f.list[0].message, "At byte %llu", &at) == 1 && sscanf(f.list[0].expected, "%u", &value) == 1) {
        put(data, size, (size_t)at, 4, value);
        mended = true;
    }
    al_arena_free(arena);
    return mended;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    struct places p = {.random = seed};
    find_places(&p, data, size);
    if (p.count == 0 || next(&p, 8) == 0) {
        size = LLVMFuzzerMutate(data, size, most);
    } else {
        for (unsigned changes = 1 + next(&p, 3); changes > 0; changes--) {
            if (next(&p, 10) == 0)
                copy_structure(&p, data, size);
            else
                change_field(&p, data, size);
        }
    }
    if (next(&p, 16) != 0)
        mend_end_of_file(data, size);
    if (next(&p, 16) != 0)
        for (unsigned i = 0; i < MOST_CHECKSUMS && mend_one_checksum(data, size); i++)
            continue;
    return size;
}
