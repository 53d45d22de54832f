/* Fractal heaps: HDF5 File Format Specification, III.G. The header, the objects by
   their ids; the blocks are read in fractal_blocks.c. */
#include "loader/hdf5/strict/fractal_heap.h"

#include "loader/hdf5/strict/fractal_blocks.h"

/* H5Gpkg.h and H5Opkg.h of libhdf5 since 1.8.0 */
const struct al_h5_heap_kind al_h5_heap_of_links = {.id_size = 7, .smallest_block = 512, .bits = 32};
const struct al_h5_heap_kind al_h5_heap_of_attributes = {.id_size = 8, .smallest_block = 1024, .bits = 40};

enum { HEADER = 146, CHECKSUMMED_BLOCKS = 0x02, LARGEST_MANAGED = 4096 };
enum id_type { MANAGED = 0x00, HUGE_OBJECT = 0x10 };

struct totals {
    uint64_t free_space_manager, root, huge_tree, huge_bytes;
    uint32_t rows;
};

/* III.G: the header's fields, in their order. */
static bool header(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_fractal_heap *h, struct totals *t)
{
    if (!al_h5_signature(r, c, "FRHP", "signature of a fractal heap") ||
        !al_h5_demand(r, c, 1, 0, "version of a fractal heap") ||
        !al_h5_demand(r, c, 2, h->kind->id_size, "length of a fractal heap's ids") ||
        !al_h5_demand(r, c, 2, 0, "filters of a fractal heap") ||
        !al_h5_demand(r, c, 1, CHECKSUMMED_BLOCKS, "flags of a fractal heap") ||
        !al_h5_demand(r, c, 4, LARGEST_MANAGED, "largest managed object of a fractal heap"))
        return false;
    al_cursor_skip(c, 8); /* the next id of a huge object */
    t->huge_tree = al_cursor_u64(c);
    al_cursor_skip(c, 8); /* how much space is free */
    t->free_space_manager = al_cursor_u64(c);
    h->managed_bytes = al_cursor_u64(c);
    /* How much is allocated, for writers: libhdf5 up to 1.12.0 miscounts it when a block is given back, as after
       the renaming by which h5py up to 3.1 sets an attribute. And where the next block would be. */
    al_cursor_skip(c, 2 * 8);
    h->managed_count = al_cursor_u64(c);
    t->huge_bytes = al_cursor_u64(c);
    h->huge_count = al_cursor_u64(c);
    if (!al_h5_demand(r, c, 8, 0, "size of tiny objects") || !al_h5_demand(r, c, 8, 0, "number of tiny objects") ||
        !al_h5_demand(r, c, 2, AL_H5_HEAP_WIDTH, "width of a fractal heap") ||
        !al_h5_demand(r, c, 8, h->kind->smallest_block, "smallest block of a fractal heap") ||
        !al_h5_demand(r, c, 8, AL_H5_LARGEST_DIRECT, "largest direct block of a fractal heap") ||
        !al_h5_demand(r, c, 2, h->kind->bits, "address bits of a fractal heap") ||
        !al_h5_demand(r, c, 2, 1, "first rows of a fractal heap"))
        return false;
    t->root = al_cursor_u64(c);
    t->rows = al_cursor_u16(c);
    return al_h5_checksum_fits(r, c, "checksum of a fractal heap") && al_h5_complete(r, c, 0, "a fractal heap");
}

/* III.A.2, record type 1: address, length and id of a huge object. */
static bool huge_objects(struct al_h5_strict *r, struct al_h5_fractal_heap *h, const struct totals *t)
{
    uint64_t bytes = 0, last = 0;
    if (t->huge_tree != AL_H5_UNDEFINED &&
        !al_h5_btree2(r, t->huge_tree, AL_H5_HUGE_OBJECTS, AL_H5_HUGE_OBJECTS_SIZE, &h->huge))
        return false;
    for (size_t i = 0; i < h->huge.count; i++) {
        struct al_cursor c = al_cursor_over(h->huge.at[i], AL_H5_HUGE_OBJECTS_SIZE), object;
        uint64_t offset = al_h5_at(r, &c), address = al_cursor_u64(&c), length = al_cursor_u64(&c);
        uint64_t id = al_cursor_u64(&c);
        if (i > 0 && id <= last)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "id of a huge object", "ids in ascending order", id);
        if (length > UINT32_MAX || !al_h5_region(r, address, length, "a huge object", &object))
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "a huge object", "one that fits in the file", length);
        last = id;
        bytes += length;
    }
    if (h->huge.count != h->huge_count || bytes != t->huge_bytes)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "number and size of huge objects",
                           "what their B-tree holds", h->huge_count);
    h->huge_taken = al_arena_alloc(r->growth.arena, h->huge.count, sizeof *h->huge_taken);
    return h->huge_taken != NULL || al_h5_out_of_memory(&r->growth);
}

bool al_h5_fractal_heap(struct al_h5_strict *r, uint64_t address, const struct al_h5_heap_kind *kind,
                        struct al_h5_fractal_heap *out)
{
    struct al_cursor c;
    struct totals totals;
    *out = (struct al_h5_fractal_heap){.kind = kind, .address = address};
    if (!al_h5_region(r, address, HEADER, "a fractal heap", &c) || !header(r, &c, out, &totals))
        return false;
    if (totals.free_space_manager != AL_H5_UNDEFINED && !al_h5_free_space(r, totals.free_space_manager))
        return false;
    al_h5_claims_reset(&r->inner, UINT64_C(1) << kind->bits);
    return al_h5_fractal_blocks(r, out, totals.root, totals.rows) &&
           huge_objects(r, out, &totals);
}

static const struct al_h5_block *block_of(const struct al_h5_fractal_heap *h, uint64_t at)
{
    size_t low = 0, high = h->block_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->blocks[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &h->blocks[low - 1];
}

/* III.G, fractal heap id for managed objects: where in the heap, and how long. */
static bool managed(struct al_h5_strict *r, struct al_h5_fractal_heap *h, struct al_cursor *c,
                    struct al_h5_message *out)
{
    uint64_t offset = al_h5_at(r, c);
    uint64_t at = al_h5_number(c, h->kind->bits / 8), length = al_h5_number(c, 2);
    const struct al_h5_block *b = block_of(h, at);
    uint32_t overhead = al_h5_block_overhead(h->kind);
    if (b == NULL || at - b->at < overhead || at - b->at > b->size || length > b->size - (at - b->at) ||
        length == 0 || length > LARGEST_MANAGED || at + length > h->managed_bytes)
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "id of an object in a fractal heap",
                           "one inside a block of the heap", at);
    if (al_h5_claim(&r->inner, r->growth.arena, at, length) == AL_H5_CLAIM_NO_MEMORY)
        return al_h5_out_of_memory(&r->growth);
    *out = (struct al_h5_message){.data = r->image + b->offset + (at - b->at), .size = (uint32_t)length};
    h->managed_seen++;
    return true;
}

/* III.G, fractal heap id for huge objects, indirectly accessed: a key of the B-tree. */
static bool huge(struct al_h5_strict *r, struct al_h5_fractal_heap *h, struct al_cursor *c, struct al_h5_message *out)
{
    uint64_t offset = al_h5_at(r, c), id = al_h5_number(c, h->kind->id_size - 1);
    size_t low = 0, high = h->huge.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct al_cursor record = al_cursor_over(h->huge.at[middle], AL_H5_HUGE_OBJECTS_SIZE);
        uint64_t address = al_cursor_u64(&record), length = al_cursor_u64(&record);
        uint64_t key = al_cursor_u64(&record);
        if (key == id && !h->huge_taken[middle]) {
            h->huge_taken[middle] = true;
            h->huge_seen++;
            *out = (struct al_h5_message){.data = r->image + address, .size = (uint32_t)length};
            return true;
        }
        if (key < id)
            low = middle + 1;
        else
            high = middle;
    }
    return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "id of a huge object", "one that is there and not yet taken",
                       id);
}

bool al_h5_fractal_object(struct al_h5_strict *r, struct al_h5_fractal_heap *h, const uint8_t *id,
                          struct al_h5_message *out)
{
    struct al_cursor c = al_cursor_over(id, h->kind->id_size);
    uint64_t offset = al_h5_at(r, &c);
    uint32_t type = al_cursor_u8(&c);
    if (type == MANAGED)
        return managed(r, h, &c, out);
    if (type == HUGE_OBJECT)
        return huge(r, h, &c, out);
    return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "type of a fractal heap id", "a managed or huge object", type);
}

bool al_h5_fractal_done(struct al_h5_strict *r, const struct al_h5_fractal_heap *h)
{
    uint64_t twice = 0;
    if (h->managed_seen != h->managed_count || h->huge_seen != h->huge_count)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "number of objects in a fractal heap",
                           "those that the B-tree lists", h->managed_count);
    if (al_h5_claims_disjoint(&r->inner, r->growth.arena, &twice))
        return true;
    if (twice == UINT64_MAX)
        return al_h5_out_of_memory(&r->growth);
    return al_h5_fault(r, AL_HDF5_OVERLAP, h->address, "an object in a fractal heap", "bytes that no other has",
                       twice);
}
