/* Groups, old style and new: HDF5 File Format Specification, IV.A.2.r (symbol
   table), IV.A.2.c (link info), IV.A.2.g (links), IV.A.2.k (group info). */
#include "loader/hdf5/strict/strict.h"

#include "loader/hdf5/strict/dense.h"

bool al_h5_add_link(struct al_h5_strict *r, const struct al_h5_link *link)
{
    struct al_h5_links *links = &r->links;
    if (links->count == links->room) {
        struct al_h5_link *grown = al_arena_grow(r->growth.arena, links->at, links->count, &links->room,
                                                 sizeof *grown);
        if (grown == NULL)
            return al_h5_out_of_memory(&r->growth);
        links->at = grown;
    }
    links->at[links->count++] = *link;
    return true;
}

static bool group_info(struct al_h5_strict *r, const struct al_h5_message *m)
{
    enum { PHASES = 0x01, ESTIMATES = 0x02 };
    struct al_cursor c = al_h5_message_cursor(m);
    if (!al_h5_demand(r, &c, 1, 0, "version of a group info message"))
        return false;
    uint32_t flags = al_cursor_u8(&c);
    if (!al_h5_flags(r, &c, flags, PHASES | ESTIMATES, "flags of a group info message"))
        return false;
    al_cursor_skip(&c, ((flags & PHASES) != 0 ? 4 : 0) + ((flags & ESTIMATES) != 0 ? 4 : 0));
    return al_h5_complete(r, &c, m->slack, "a group info message");
}

static bool compact_links(struct al_h5_strict *r)
{
    const struct al_h5_message_list *list = &r->header.links;
    for (size_t i = 0; i < list->count; i++) {
        struct al_h5_link link;
        uint64_t order;
        if (!al_h5_link_message(r, &list->at[i], &link, &order) || !al_h5_add_link(r, &link))
            return false;
    }
    return true;
}

static bool new_style(struct al_h5_strict *r)
{
    const struct al_h5_header *h = &r->header;
    bool dense = false;
    if (h->only[AL_H5_LINK_INFO].data == NULL)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "a group's messages", "a link info message", 0);
    if (h->only[AL_H5_GROUP_INFO].data != NULL && !group_info(r, &h->only[AL_H5_GROUP_INFO]))
        return false;
    if (!al_h5_dense_links(r, &dense))
        return false;
    if (dense && h->links.count > 0)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "links in the header and in a heap", "one of both",
                           h->links.count);
    return dense || compact_links(r);
}

static bool old_style(struct al_h5_strict *r)
{
    const struct al_h5_header *h = &r->header;
    const struct al_h5_message *m = &h->only[AL_H5_SYMBOL_TABLE];
    const struct al_h5_cached *cached = &r->cached[r->object];
    struct al_cursor c = al_h5_message_cursor(m);
    uint64_t offset = al_h5_at(r, &c), btree = al_cursor_u64(&c), heap = al_cursor_u64(&c);
    if (!al_h5_complete(r, &c, m->slack, "a symbol table message"))
        return false;
    if (h->links.count > 0 || h->only[AL_H5_LINK_INFO].data != NULL || h->only[AL_H5_GROUP_INFO].data != NULL)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "a group of old and new style", "one of both",
                           h->links.count);
    if (cached->present && (cached->btree != btree || cached->heap != heap))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "a group's B-tree and heap",
                           "what the symbol table entry that leads here says", btree);
    return al_h5_symbol_table(r, btree, heap);
}

bool al_h5_group(struct al_h5_strict *r)
{
    static const enum al_h5_message_type foreign[] = {
        AL_H5_DATASPACE, AL_H5_DATATYPE, AL_H5_OLD_FILL, AL_H5_FILL, AL_H5_EXTERNAL_LIST, AL_H5_LAYOUT, AL_H5_FILTERS,
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (r->header.only[foreign[i]].data != NULL)
            return al_h5_fault(r, AL_HDF5_MALFORMED, r->header.address, "an object that is group and dataset",
                               "one of both", foreign[i]);
    r->links.count = 0;
    if (r->header.only[AL_H5_SYMBOL_TABLE].data != NULL)
        return old_style(r);
    return new_style(r);
}
