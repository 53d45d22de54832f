/* The strict reader's walk: breadth first over objects, each header taken apart,
   understood and left behind; at the end no byte may have been claimed twice. */
#include "loader/hdf5/strict/strict.h"

/* IV.A.2.s, IV.A.2.o and IV.A.2.w: times are checked for form, the number of links must be the one we came by. */
static bool small_messages(struct al_h5_strict *r)
{
    enum { OLD_TIME = 16 };
    const struct al_h5_message *time = &r->header.only[AL_H5_TIME], *old = &r->header.only[AL_H5_OLD_TIME];
    const struct al_h5_message *links = &r->header.only[AL_H5_REFERENCE_COUNT];
    struct al_cursor c = al_h5_message_cursor(time);
    if (time->data != NULL) {
        if (!al_h5_demand(r, &c, 1, 1, "version of a modification time") ||
            !al_h5_demand(r, &c, 3, 0, "reserved bytes of a modification time"))
            return false;
        al_cursor_skip(&c, 4);
        if (!al_h5_complete(r, &c, time->slack, "a modification time"))
            return false;
    }
    c = al_h5_message_cursor(old);
    if (old->data != NULL) {
        al_cursor_skip(&c, OLD_TIME);
        if (!al_h5_complete(r, &c, old->slack, "an old modification time"))
            return false;
    }
    c = al_h5_message_cursor(links);
    return links->data == NULL ||
           (al_h5_demand(r, &c, 1, 0, "version of a reference count") && al_h5_linked_once(r, &c) &&
            al_h5_complete(r, &c, links->slack, "a reference count"));
}

static bool remember_cached(struct al_h5_strict *r, uint32_t object, struct al_h5_cached cached)
{
    while (object >= r->cached_room) {
        struct al_h5_cached *grown =
            al_arena_grow(r->growth.arena, r->cached, r->cached_room, &r->cached_room, sizeof *grown);
        if (grown == NULL)
            return al_h5_out_of_memory(&r->growth);
        r->cached = grown;
    }
    r->cached[object] = cached;
    return true;
}

static bool group(struct al_h5_strict *r)
{
    struct al_h5_tree *t = r->growth.tree;
    if (!al_h5_group(r))
        return false;
    uint32_t first = t->object_count;
    if (!al_h5_grow_children(&r->growth, r->object, r->links.at, r->links.count))
        return false;
    for (uint32_t i = first; i < t->object_count; i++) {
        const struct al_h5_link *link = &r->links.at[i - first];
        struct al_h5_cached cached = {link->cached, link->cached_btree, link->cached_heap};
        if (!remember_cached(r, i, cached))
            return false;
    }
    return true;
}

static bool object(struct al_h5_strict *r)
{
    if (!al_h5_object_header(r, r->growth.tree->objects[r->object].address) || !small_messages(r))
        return false;
    const struct al_h5_message *only = r->header.only;
    bool is_group = only[AL_H5_SYMBOL_TABLE].data != NULL || only[AL_H5_LINK_INFO].data != NULL ||
                    r->header.links.count > 0;
    return (is_group ? group(r) : al_h5_dataset(r)) && al_h5_attributes(r);
}

/* Headers are spread over the file: reading would wait for memory at each. */
static void fetch_ahead(const struct al_h5_strict *r)
{
    enum { AHEAD = 4 };
    const struct al_h5_tree *t = r->growth.tree;
    uint64_t ahead = (uint64_t)r->object + AHEAD;
    if (ahead < t->object_count && t->objects[ahead].address < r->size)
        __builtin_prefetch(r->image + t->objects[ahead].address);
}

static bool no_overlap(struct al_h5_strict *r)
{
    uint64_t twice = 0;
    if (al_h5_claims_disjoint(&r->claims, r->growth.arena, &twice))
        return true;
    if (twice == UINT64_MAX)
        return al_h5_out_of_memory(&r->growth);
    r->object = 0;
    return al_h5_fault(r, AL_HDF5_OVERLAP, twice, "bytes that two parts of the file claim",
                       "each byte with one meaning", twice);
}

bool al_h5_read_strict(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                       struct al_arena *arena, struct al_findings *f)
{
    *out = (struct al_h5_tree){.image = image, .size = size};
    struct al_h5_strict *r = al_arena_alloc(arena, 1, sizeof *r);
    if (r == NULL) {
        f->failed = true;
        return false;
    }
    r->growth = (struct al_h5_growth){.tree = out, .arena = arena, .findings = f, .member = member};
    r->image = image;
    r->size = size;
    al_h5_claims_reset(&r->claims, size);
    uint64_t root = 0;
    if (!al_h5_superblock(r, &root) || !al_h5_grow_root(&r->growth, root) || !remember_cached(r, 0, r->root))
        return false;
    for (r->object = 0; r->object < out->object_count; r->object++) {
        fetch_ahead(r);
        if (!object(r))
            return false;
    }
    return no_overlap(r);
}
