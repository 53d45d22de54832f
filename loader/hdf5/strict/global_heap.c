/* Global heaps, which hold strings of variable length: HDF5 File Format
   Specification, III.E. A collection is read whole when it is first pointed to. */
#include "loader/hdf5/strict/strict.h"

#include <stdlib.h>

enum { HEADER = 16, OBJECT_HEADER = 16, SMALLEST = 4096 };
static const uint32_t MOST_COLLECTIONS = UINT32_MAX;

static int by_index(const void *a, const void *b)
{
    const struct al_h5_heap_object *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* libhdf5 counts up, so they are in order unless something was deleted. */
static bool order_objects(struct al_h5_strict *r, struct al_h5_collection *h)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < h->count; i++)
        sorted = h->objects[i - 1].index < h->objects[i].index;
    if (sorted)
        return true;
    qsort(h->objects, h->count, sizeof *h->objects, by_index);
    for (size_t i = 1; i < h->count; i++)
        if (h->objects[i - 1].index == h->objects[i].index)
            return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "objects of a global heap", "each index once",
                               h->objects[i].index);
    return true;
}

/* One object, or the free space that must reach to the end: a size of 0 there is
   what makes libhdf5 run forever. */
static bool heap_object(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_collection *h, size_t *room)
{
    uint64_t offset = al_h5_at(r, c), left = al_cursor_left(c);
    struct al_h5_heap_object o = {.index = al_cursor_u16(c)};
    uint32_t references = al_cursor_u16(c);
    if (!al_h5_demand(r, c, 4, 0, "reserved bytes of a global heap object"))
        return false;
    o.size = al_cursor_u64(c);
    o.offset = al_h5_at(r, c);
    if (o.index == 0) {
        if (o.size != left || references != 0)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "free space of a global heap", "all that is left",
                               o.size);
        al_cursor_skip(c, al_cursor_left(c));
        return true;
    }
    if (o.size > al_cursor_left(c) || (o.size + 7) / 8 * 8 > al_cursor_left(c))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "size of a global heap object", "one that fits", o.size);
    if (references > 1)
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "references to a global heap object", "0 or 1", references);
    al_cursor_skip(c, (size_t)(o.size + 7) / 8 * 8);
    struct al_h5_heap_object *grown = al_arena_grow(r->growth.arena, h->objects, h->count, room, sizeof *grown);
    if (grown == NULL)
        return al_h5_out_of_memory(&r->growth);
    h->objects = grown;
    grown[h->count++] = o;
    return true;
}

static bool read_collection(struct al_h5_strict *r, uint64_t address, struct al_h5_collection *h)
{
    struct al_cursor c;
    size_t room = 0;
    *h = (struct al_h5_collection){.address = address};
    if (!al_h5_range_holds(r, address, HEADER))
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "address of a global heap", "a place inside the file",
                           address);
    struct al_cursor prefix = al_cursor_over(r->image + address, HEADER);
    if (!al_h5_signature(r, &prefix, "GCOL", "signature of a global heap") ||
        !al_h5_demand(r, &prefix, 1, 1, "version of a global heap") ||
        !al_h5_demand(r, &prefix, 3, 0, "reserved bytes of a global heap"))
        return false;
    uint64_t size = al_cursor_u64(&prefix);
    if (size < SMALLEST || size % 8 != 0)
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "size of a global heap", "a multiple of 8 from 4096", size);
    if (!al_h5_region(r, address, size, "a global heap", &c))
        return false;
    al_cursor_skip(&c, HEADER);
    while (al_cursor_left(&c) >= OBJECT_HEADER)
        if (!heap_object(r, &c, h, &room))
            return false;
    return order_objects(r, h);
}

static struct al_h5_collection *collection(struct al_h5_strict *r, uint64_t address)
{
    uint32_t number = 0;
    if (al_h5_address_find(&r->collection_at, address, &number))
        return &r->collections[number];
    struct al_h5_collection read;
    if (r->collection_count >= MOST_COLLECTIONS || !read_collection(r, address, &read))
        return NULL;
    struct al_h5_collection *grown = al_arena_grow(r->growth.arena, r->collections, r->collection_count,
                                                   &r->collection_room, sizeof *grown);
    if (grown == NULL) {
        (void)al_h5_out_of_memory(&r->growth);
        return NULL;
    }
    r->collections = grown;
    grown[r->collection_count] = read;
    number = (uint32_t)r->collection_count++;
    if (al_h5_address_insert(&r->collection_at, r->growth.arena, address, number) == AL_H5_NO_MEMORY) {
        (void)al_h5_out_of_memory(&r->growth);
        return NULL;
    }
    return &grown[number];
}

bool al_h5_heap_string(struct al_h5_strict *r, uint64_t address, uint32_t index, uint32_t length,
                       struct al_text *out)
{
    *out = al_text_of("");
    if (length == 0 && address == 0 && index == 0)
        return true;
    struct al_h5_collection *h = collection(r, address);
    if (h == NULL)
        return false;
    struct al_h5_heap_object wanted = {.index = (uint16_t)index};
    struct al_h5_heap_object *o =
        h->count == 0 || index > UINT16_MAX ? NULL : bsearch(&wanted, h->objects, h->count, sizeof wanted, by_index);
    if (o == NULL)
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "index into a global heap", "an object that is there",
                           index);
    if (o->taken)
        return al_h5_fault(r, AL_HDF5_OVERLAP, o->offset, "a string in a global heap", "one reference to it", index);
    if (o->size != length)
        return al_h5_fault(r, AL_HDF5_MALFORMED, o->offset, "length of a string",
                           al_found(r->growth.findings, "%llu", (unsigned long long)o->size).at, length);
    o->taken = true;
    *out = (struct al_text){(const char *)r->image + o->offset, length};
    if (length > 0 && memchr(out->at, '\0', length) != NULL)
        return al_h5_fault(r, AL_HDF5_STRING, o->offset, "a string of variable length", "no NUL inside", length);
    return true;
}
