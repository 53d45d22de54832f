/* Local heaps, which hold the names of an old-style group: HDF5 File Format
   Specification, III.D. Names and free blocks are claimed inside the heap, so a
   free list that runs in a circle claims more than there is. */
#include "loader/hdf5/strict/strict.h"

enum { HEADER = 32, FREE_BLOCK = 16, NO_FREE_BLOCK = 1 };

/* Claims bytes of the heap that is being read. */
static bool claim(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t offset, uint64_t length,
                  const char *what)
{
    enum al_h5_claim done = al_h5_claim(&r->inner, r->growth.arena, offset, length);
    if (done == AL_H5_CLAIMED)
        return true;
    if (done == AL_H5_CLAIM_NO_MEMORY)
        return al_h5_out_of_memory(&r->growth);
    return al_h5_fault(r, done == AL_H5_TOO_MUCH ? AL_HDF5_OVERLAP : AL_HDF5_MALFORMED, heap->offset + offset, what,
                       "a range of its own in the heap", length);
}

static bool free_list(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t head)
{
    for (uint64_t at = head; at != NO_FREE_BLOCK;) {
        if (at == 0 || at > heap->size || heap->size - at < FREE_BLOCK)
            return al_h5_fault(r, AL_HDF5_MALFORMED, heap->offset, "a free block of a local heap",
                               "a place in the heap", at);
        struct al_cursor c = al_cursor_over(r->image + heap->offset + at, FREE_BLOCK);
        uint64_t next = al_cursor_u64(&c), size = al_cursor_u64(&c);
        if (size < FREE_BLOCK)
            return al_h5_fault(r, AL_HDF5_MALFORMED, heap->offset + at, "size of a free block", "16 or more", size);
        if (!claim(r, heap, at, size, "a free block"))
            return false;
        at = next;
    }
    return true;
}

bool al_h5_local_heap(struct al_h5_strict *r, uint64_t address, struct al_h5_local_heap *out)
{
    struct al_cursor c, data;
    if (!al_h5_region(r, address, HEADER, "a local heap", &c) ||
        !al_h5_signature(r, &c, "HEAP", "signature of a local heap") ||
        !al_h5_demand(r, &c, 1, 0, "version of a local heap") ||
        !al_h5_demand(r, &c, 3, 0, "reserved bytes of a local heap"))
        return false;
    out->size = al_cursor_u64(&c);
    uint64_t head = al_cursor_u64(&c);
    out->offset = al_cursor_u64(&c);
    if (out->size == 0 || out->size % 8 != 0)
        return al_h5_fault(r, AL_HDF5_MALFORMED, address + 8, "size of a local heap's names",
                           "a multiple of 8 from 8",
                           out->size);
    if (!al_h5_region(r, out->offset, out->size, "a local heap's names", &data))
        return false;
    al_h5_claims_reset(&r->inner, out->size);
    return free_list(r, out, head);
}

bool al_h5_local_text(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t offset,
                      struct al_text *out)
{
    if (offset < heap->size) {
        const char *at = (const char *)r->image + heap->offset + offset;
        size_t left = (size_t)(heap->size - offset), length = strnlen(at, left);
        *out = (struct al_text){at, length};
        if (length < left)
            return true;
    }
    return al_h5_fault(r, AL_HDF5_MALFORMED, heap->offset, "a name in a local heap", "one that ends in the heap",
                       offset);
}

bool al_h5_local_name(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t offset,
                      struct al_text *out)
{
    return al_h5_local_text(r, heap, offset, out) && claim(r, heap, offset, out->length + 1, "a name");
}
