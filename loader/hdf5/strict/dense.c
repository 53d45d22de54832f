/* Dense links and attributes: HDF5 File Format Specification, IV.A.2.c (link info),
   IV.A.2.v (attribute info) and III.A.2 (record types 5, 6, 8 and 9). Both indices
   must list the same objects, and the names must be filed under their own hashes:
   else a look-up finds something else than a listing shows. */
#include "loader/hdf5/strict/dense.h"

#include "loader/hdf5/strict/checksum.h"
#include "loader/hdf5/strict/fractal_heap.h"

#include <stdlib.h>

/* An object's id and its place in the order of creation, from one index. */
struct place_in_order {
    uint64_t id, order;
};

/* What link info and attribute info messages have in common. */
struct info {
    uint64_t heap, by_name, by_order;
    bool ordered; /* there is an index by creation order */
};

static bool info(struct al_h5_strict *r, const struct al_h5_message *m, uint32_t order_width, const char *what,
                 struct info *out)
{
    enum { TRACKED = 0x01, INDEXED = 0x02 };
    struct al_cursor c = al_h5_message_cursor(m);
    if (!al_h5_demand(r, &c, 1, 0, what))
        return false;
    uint32_t flags = al_cursor_u8(&c);
    if (!al_h5_flags(r, &c, flags, TRACKED | INDEXED, what))
        return false;
    al_cursor_skip(&c, (flags & TRACKED) != 0 ? order_width : 0);
    out->heap = al_cursor_u64(&c);
    out->by_name = al_cursor_u64(&c);
    out->ordered = (flags & INDEXED) != 0;
    out->by_order = out->ordered ? al_cursor_u64(&c) : AL_H5_UNDEFINED;
    uint64_t offset = al_h5_at(r, &c);
    if (!al_h5_complete(r, &c, m->slack, what))
        return false;
    bool dense = out->heap != AL_H5_UNDEFINED;
    if (dense != (out->by_name != AL_H5_UNDEFINED) || (out->by_order != AL_H5_UNDEFINED) != (dense && out->ordered) ||
        (out->ordered && (flags & TRACKED) == 0))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, what, "a heap with its indices, or neither", flags);
    return true;
}

bool al_h5_hash_fits(struct al_h5_strict *r, uint32_t hash, struct al_text name, const uint32_t *hash_before,
                     struct al_text name_before)
{
    if (hash != al_h5_lookup3(name.at, name.length))
        return al_h5_fault_text(r, AL_HDF5_MALFORMED, (uint64_t)((const uint8_t *)name.at - r->image),
                                "hash of a name in a B-tree", "the name's own", name);
    if (hash_before != NULL &&
        (*hash_before > hash || (*hash_before == hash && al_h5_compare_names(name_before, name) >= 0)))
        return al_h5_fault_text(r, AL_HDF5_MALFORMED, (uint64_t)((const uint8_t *)name.at - r->image),
                                "a name in a B-tree", "hashes in ascending order", name);
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct place_in_order *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* The index by creation order: ascending, and the same objects as the index by name. */
static bool orders_agree(struct al_h5_strict *r, const struct al_h5_records *records, uint32_t id_at,
                         uint32_t id_size, uint32_t order_at, uint32_t order_size, struct place_in_order *named,
                         size_t count, uint64_t tree)
{
    if (records->count != count)
        return al_h5_fault(r, AL_HDF5_MALFORMED, tree, "number of records by creation order", "as many as by name",
                           records->count);
    struct place_in_order *ordered = al_arena_alloc(r->growth.arena, count, sizeof *ordered);
    if (ordered == NULL)
        return al_h5_out_of_memory(&r->growth);
    for (size_t i = 0; i < count; i++) {
        struct al_cursor id = al_cursor_over(records->at[i] + id_at, id_size);
        struct al_cursor order = al_cursor_over(records->at[i] + order_at, order_size);
        ordered[i] = (struct place_in_order){al_h5_number(&id, id_size), al_h5_number(&order, order_size)};
        if (i > 0 && ordered[i].order <= ordered[i - 1].order)
            return al_h5_fault(r, AL_HDF5_MALFORMED, tree, "a creation order", "ascending numbers", ordered[i].order);
    }
    qsort(named, count, sizeof *named, by_id);
    qsort(ordered, count, sizeof *ordered, by_id);
    for (size_t i = 0; i < count; i++)
        if (named[i].id != ordered[i].id || named[i].order != ordered[i].order)
            return al_h5_fault(r, AL_HDF5_MALFORMED, tree, "an object in the index by creation order",
                               "the same as in the index by name", ordered[i].order);
    return true;
}

static bool link_record(struct al_h5_strict *r, struct al_h5_fractal_heap *heap, const uint8_t *record,
                        const uint32_t *hash_before, uint32_t *hash, struct place_in_order *place)
{
    struct al_cursor c = al_cursor_over(record, AL_H5_LINKS_BY_NAME_SIZE);
    struct al_h5_message m;
    struct al_h5_link link;
    *hash = al_cursor_u32(&c);
    place->id = al_h5_number(&c, al_h5_heap_of_links.id_size);
    struct al_text before = r->links.count > 0 ? r->links.at[r->links.count - 1].name : AL_NOTHING;
    return al_h5_fractal_object(r, heap, record + 4, &m) && al_h5_link_message(r, &m, &link, &place->order) &&
           al_h5_hash_fits(r, *hash, link.name, hash_before, before) && al_h5_add_link(r, &link);
}

bool al_h5_dense_links(struct al_h5_strict *r, bool *present)
{
    struct info i = {0};
    struct al_h5_fractal_heap heap;
    struct al_h5_records named = {0}, ordered = {0};
    if (!info(r, &r->header.only[AL_H5_LINK_INFO], 8, "a link info message", &i))
        return false;
    *present = i.heap != AL_H5_UNDEFINED;
    if (!*present)
        return true;
    if (!al_h5_fractal_heap(r, i.heap, &al_h5_heap_of_links, &heap) ||
        !al_h5_btree2(r, i.by_name, AL_H5_LINKS_BY_NAME, AL_H5_LINKS_BY_NAME_SIZE, &named))
        return false;
    struct place_in_order *places = al_arena_alloc(r->growth.arena, named.count, sizeof *places);
    if (places == NULL)
        return al_h5_out_of_memory(&r->growth);
    uint32_t hash = 0;
    for (size_t k = 0; k < named.count; k++) {
        uint32_t before = hash;
        if (!link_record(r, &heap, named.at[k], k == 0 ? NULL : &before, &hash, &places[k]))
            return false;
    }
    if (!al_h5_fractal_done(r, &heap))
        return false;
    if (!i.ordered)
        return true;
    return al_h5_btree2(r, i.by_order, AL_H5_LINKS_BY_ORDER, AL_H5_LINKS_BY_ORDER_SIZE, &ordered) &&
           orders_agree(r, &ordered, 8, 7, 0, 8, places, named.count, i.by_order);
}

/* III.A.2, record type 8: id, message flags, creation order, hash. */
static bool attribute_record(struct al_h5_strict *r, struct al_h5_fractal_heap *heap, const uint8_t *record,
                             struct al_h5_message *out, struct place_in_order *place)
{
    enum { FLAG_UNSHAREABLE = 0x04 };
    struct al_cursor c = al_cursor_over(record, AL_H5_ATTRIBUTES_BY_NAME_SIZE);
    uint64_t offset = al_h5_at(r, &c);
    place->id = al_h5_number(&c, al_h5_heap_of_attributes.id_size);
    uint32_t flags = al_cursor_u8(&c);
    place->order = al_cursor_u32(&c);
    uint32_t hash = al_cursor_u32(&c);
    if ((flags & ~(uint32_t)FLAG_UNSHAREABLE) != 0)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "flags of an attribute", "none that change its meaning",
                           flags);
    if (!al_h5_fractal_object(r, heap, record, out))
        return false;
    out->hash = hash;
    return true;
}

bool al_h5_dense_attributes(struct al_h5_strict *r, struct al_h5_message_list *out)
{
    struct info i = {0};
    struct al_h5_fractal_heap heap;
    struct al_h5_records named = {0}, ordered = {0};
    const struct al_h5_message *m = &r->header.only[AL_H5_ATTRIBUTE_INFO];
    if (m->data == NULL)
        return true;
    if (!info(r, m, 2, "an attribute info message", &i))
        return false;
    if (i.heap == AL_H5_UNDEFINED)
        return true;
    if (!al_h5_fractal_heap(r, i.heap, &al_h5_heap_of_attributes, &heap) ||
        !al_h5_btree2(r, i.by_name, AL_H5_ATTRIBUTES_BY_NAME, AL_H5_ATTRIBUTES_BY_NAME_SIZE, &named))
        return false;
    struct place_in_order *places = al_arena_alloc(r->growth.arena, named.count, sizeof *places);
    out->at = al_arena_alloc(r->growth.arena, named.count, sizeof *out->at);
    if (places == NULL || out->at == NULL)
        return al_h5_out_of_memory(&r->growth);
    for (; out->count < named.count; out->count++)
        if (!attribute_record(r, &heap, named.at[out->count], &out->at[out->count], &places[out->count]))
            return false;
    if (!al_h5_fractal_done(r, &heap))
        return false;
    if (!i.ordered)
        return true;
    return al_h5_btree2(r, i.by_order, AL_H5_ATTRIBUTES_BY_ORDER, AL_H5_ATTRIBUTES_BY_ORDER_SIZE, &ordered) &&
           orders_agree(r, &ordered, 0, 8, 9, 4, places, named.count, i.by_order);
}
