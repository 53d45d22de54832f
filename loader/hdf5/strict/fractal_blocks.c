/* The blocks of a fractal heap: HDF5 File Format Specification, III.G (direct and
   indirect blocks, the doubling table) and III.H (free space manager). */
#include "loader/hdf5/strict/fractal_blocks.h"

#include "loader/hdf5/strict/checksum.h"

enum {
    PREFIX = 13, /* signature, version, address of the heap's header */
    CHECKSUM = 4,
    FREE_SPACE_HEADER = 82,
    DEEPEST = 10 /* indirect blocks inside each other: at most one per doubling beyond the largest direct block */
};

struct indirect {
    uint64_t at;      /* in the heap's address space */
    uint32_t rows;
    uint32_t next;    /* entry to look at next */
    struct al_cursor entries;
};

uint32_t al_h5_block_overhead(const struct al_h5_heap_kind *kind)
{
    return PREFIX + kind->bits / 8 + CHECKSUM;
}

static uint32_t log2_of(uint64_t power)
{
    return (uint32_t)__builtin_ctzll(power);
}

/* The doubling table: the first two rows have the smallest blocks, each further row blocks of twice the size. */
static uint64_t row_block_size(const struct al_h5_heap_kind *kind, uint32_t row)
{
    return (uint64_t)kind->smallest_block << (row > 0 ? row - 1 : 0);
}

static uint32_t most_rows(const struct al_h5_heap_kind *kind)
{
    return kind->bits - log2_of((uint64_t)kind->smallest_block * AL_H5_HEAP_WIDTH) + 1;
}

static bool direct(struct al_h5_strict *r, struct al_h5_fractal_heap *h, uint64_t address, uint64_t at, uint64_t size)
{
    struct al_cursor c;
    if (!al_h5_region(r, address, size, "a direct block", &c) ||
        !al_h5_signature(r, &c, "FHDB", "signature of a direct block") ||
        !al_h5_demand(r, &c, 1, 0, "version of a direct block") ||
        !al_h5_demand(r, &c, 8, h->address, "heap of a direct block") ||
        !al_h5_demand(r, &c, h->kind->bits / 8, at, "offset of a direct block"))
        return false;
    uint64_t offset = al_h5_at(r, &c);
    uint32_t stored = al_cursor_u32(&c);
    /* the checksum is over the whole block, with zero in its own place */
    uint32_t computed = al_h5_lookup3_with_hole(c.base, c.size, c.at - CHECKSUM);
    if (stored != computed)
        return al_h5_fault(r, AL_HDF5_CHECKSUM, offset, "checksum of a direct block",
                           al_found(r->growth.findings, "%u", (unsigned)computed).at, stored);
    struct al_h5_block *grown = al_arena_grow(r->growth.arena, h->blocks, h->block_count, &h->block_room,
                                              sizeof *grown);
    if (grown == NULL)
        return al_h5_out_of_memory(&r->growth);
    h->blocks = grown;
    grown[h->block_count++] = (struct al_h5_block){.at = at, .offset = address, .size = size};
    return true;
}

static bool indirect(struct al_h5_strict *r, struct al_h5_fractal_heap *h, uint64_t address, struct indirect *out)
{
    struct al_cursor c;
    uint32_t offset_size = h->kind->bits / 8;
    uint64_t entries = (uint64_t)out->rows * AL_H5_HEAP_WIDTH * 8;
    if (!al_h5_region(r, address, PREFIX + offset_size + entries + CHECKSUM, "an indirect block", &c) ||
        !al_h5_signature(r, &c, "FHIB", "signature of an indirect block") ||
        !al_h5_demand(r, &c, 1, 0, "version of an indirect block") ||
        !al_h5_demand(r, &c, 8, h->address, "heap of an indirect block") ||
        !al_h5_demand(r, &c, offset_size, out->at, "offset of an indirect block"))
        return false;
    out->entries = al_cursor_over(r->image + al_h5_at(r, &c), (size_t)entries);
    al_cursor_skip(&c, (size_t)entries);
    return al_h5_checksum_fits(r, &c, "checksum of an indirect block");
}

/* Goes through the entries of the innermost indirect block until one leads into another, or all are done. */
static bool entries(struct al_h5_strict *r, struct al_h5_fractal_heap *h, struct indirect *stack, uint32_t *depth)
{
    struct indirect *b = &stack[*depth - 1];
    while (b->next < b->rows * AL_H5_HEAP_WIDTH) {
        uint32_t row = b->next++ / AL_H5_HEAP_WIDTH;
        uint64_t address = al_cursor_u64(&b->entries), size = row_block_size(h->kind, row), at = b->at;
        b->at += size;
        if (address == AL_H5_UNDEFINED)
            continue;
        if (size <= AL_H5_LARGEST_DIRECT) {
            if (!direct(r, h, address, at, size))
                return false;
            continue;
        }
        if (*depth == DEEPEST)
            return al_h5_fault(r, AL_HDF5_MALFORMED, address, "an indirect block", "fewer levels", *depth);
        stack[*depth] = (struct indirect){
            .at = at, .rows = log2_of(size) - log2_of((uint64_t)h->kind->smallest_block * AL_H5_HEAP_WIDTH) + 1};
        return indirect(r, h, address, &stack[(*depth)++]);
    }
    --*depth;
    return true;
}

bool al_h5_fractal_blocks(struct al_h5_strict *r, struct al_h5_fractal_heap *h, uint64_t root, uint32_t rows)
{
    struct indirect stack[DEEPEST] = {{.rows = rows}};
    if (rows > most_rows(h->kind))
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "rows of a fractal heap", "what its addresses allow",
                           rows);
    uint32_t depth = rows > 0 ? 1 : 0;
    if (rows > 0 && !indirect(r, h, root, &stack[0]))
        return false;
    if (rows == 0 && root != AL_H5_UNDEFINED && !direct(r, h, root, 0, h->kind->smallest_block))
        return false;
    while (depth > 0)
        if (!entries(r, h, stack, &depth))
            return false;
    return true;
}

bool al_h5_free_space(struct al_h5_strict *r, uint64_t address)
{
    enum { CLIENT_FRACTAL_HEAP = 0 };
    struct al_cursor c, sections;
    if (!al_h5_region(r, address, FREE_SPACE_HEADER, "a free space manager", &c) ||
        !al_h5_signature(r, &c, "FSHD", "signature of a free space manager") ||
        !al_h5_demand(r, &c, 1, 0, "version of a free space manager") ||
        !al_h5_demand(r, &c, 1, CLIENT_FRACTAL_HEAP, "client of a free space manager"))
        return false;
    /* amounts and percentages that matter to a writer only */
    al_cursor_skip(&c, 4 * 8 + 4 * 2 + 8);
    uint64_t list = al_cursor_u64(&c), used = al_cursor_u64(&c), size = al_cursor_u64(&c);
    if (!al_h5_checksum_fits(r, &c, "checksum of a free space manager") ||
        !al_h5_complete(r, &c, 0, "a free space manager"))
        return false;
    if (list == AL_H5_UNDEFINED)
        return true;
    if (used > size || used < PREFIX + CHECKSUM)
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "size of a free space list", "at most what is allocated",
                           used);
    if (!al_h5_region(r, list, size, "a free space list", &sections) ||
        !al_h5_signature(r, &sections, "FSSE", "signature of a free space list") ||
        !al_h5_demand(r, &sections, 1, 0, "version of a free space list") ||
        !al_h5_demand(r, &sections, 8, address, "manager of a free space list"))
        return false;
    al_cursor_skip(&sections, (size_t)used - PREFIX - CHECKSUM);
    return al_h5_checksum_fits(r, &sections, "checksum of a free space list");
}
