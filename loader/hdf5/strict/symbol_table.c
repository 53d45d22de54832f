/* Old-style groups: HDF5 File Format Specification, III.A.1 (version 1 B-trees),
   III.B (symbol table nodes) and III.C (their entries). The tree is read level by
   level; keys must bound the names below them, or a look-up by name would find
   something else than a listing does. */
#include "loader/hdf5/strict/strict.h"

enum { NODE_PREFIX = 24, ENTRY = 40, LEAF_PREFIX = 8, NODE_TYPE_GROUP = 0, MOST_LEVELS = 16 };
enum cache_type { NOTHING_CACHED = 0, GROUP_CACHED = 1, SOFT_LINK_CACHED = 2 };

struct table {
    struct al_h5_strict *r;
    struct al_h5_local_heap heap;
    struct al_text last; /* the greatest name so far */
    bool any;
};

bool al_h5_symbol_cache(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_cached *out)
{
    uint64_t offset = al_h5_at(r, c);
    uint32_t type = al_cursor_u32(c);
    *out = (struct al_h5_cached){.present = type == GROUP_CACHED};
    if (!al_h5_demand(r, c, 4, 0, "reserved bytes of a symbol table entry"))
        return false;
    switch (type) {
    case NOTHING_CACHED:
        return al_h5_demand(r, c, 8, 0, "scratch pad of a symbol table entry") &&
               al_h5_demand(r, c, 8, 0, "scratch pad of a symbol table entry");
    case GROUP_CACHED:
        out->btree = al_cursor_u64(c);
        out->heap = al_cursor_u64(c);
        return true;
    case SOFT_LINK_CACHED:
        return al_h5_fault(r, AL_HDF5_SOFT_LINK, offset, "a soft link", "hard links only", type);
    default:
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "cache type of a symbol table entry", "0 or 1", type);
    }
}

static bool entry(struct table *t, struct al_cursor *c)
{
    struct al_h5_strict *r = t->r;
    struct al_h5_link link = {0};
    struct al_h5_cached cached;
    uint64_t offset = al_h5_at(r, c);
    uint64_t name = al_cursor_u64(c);
    link.address = al_cursor_u64(c);
    if (!al_h5_local_name(r, &t->heap, name, &link.name))
        return false;
    if (!al_h5_symbol_cache(r, c, &cached))
        return false;
    link.cached = cached.present;
    link.cached_btree = cached.btree;
    link.cached_heap = cached.heap;
    if (t->any && al_h5_compare_names(t->last, link.name) >= 0)
        return al_h5_fault_text(r, AL_HDF5_MALFORMED, offset, "a name in a symbol table", "names in ascending order",
                                link.name);
    t->last = link.name;
    t->any = true;
    return al_h5_add_link(r, &link);
}

/* III.B: a symbol table node, as wide as the superblock's K says. */
static bool leaf(struct table *t, const struct al_h5_node *node)
{
    struct al_h5_strict *r = t->r;
    struct al_cursor c;
    struct al_text low, high;
    if (!al_h5_region(r, node->address, LEAF_PREFIX + 2 * (uint64_t)r->leaf_k * ENTRY, "a symbol table node", &c) ||
        !al_h5_signature(r, &c, "SNOD", "signature of a symbol table node") ||
        !al_h5_demand(r, &c, 1, 1, "version of a symbol table node") ||
        !al_h5_demand(r, &c, 1, 0, "a reserved byte of a symbol table node"))
        return false;
    uint32_t count = al_cursor_u16(&c);
    if (count == 0 || count > 2 * r->leaf_k)
        return al_h5_fault(r, AL_HDF5_MALFORMED, node->address, "number of symbols in a node", "1 to 2K", count);
    if (!al_h5_local_text(r, &t->heap, node->low, &low) || !al_h5_local_text(r, &t->heap, node->high, &high))
        return false;
    size_t first = r->links.count;
    for (uint32_t i = 0; i < count; i++)
        if (!entry(t, &c))
            return false;
    if (al_h5_compare_names(low, r->links.at[first].name) >= 0 || al_h5_compare_names(t->last, high) > 0)
        return al_h5_fault_text(r, AL_HDF5_MALFORMED, node->address, "names in a symbol table node",
                                "names between the keys above it", t->last);
    return true;
}

static bool push(struct al_h5_strict *r, struct al_h5_nodes *list, struct al_h5_node node)
{
    if (list->count == list->room) {
        struct al_h5_node *grown = al_arena_grow(r->growth.arena, list->at, list->count, &list->room, sizeof *grown);
        if (grown == NULL)
            return al_h5_out_of_memory(&r->growth);
        list->at = grown;
    }
    list->at[list->count++] = node;
    return true;
}

static bool children(struct al_h5_strict *r, struct al_cursor *c, uint32_t count, struct al_h5_node *node, bool root,
                     struct al_h5_nodes *below)
{
    uint64_t offset = al_h5_at(r, c), first = al_cursor_u64(c), key = first;
    for (uint32_t i = 0; i < count; i++) {
        struct al_h5_node child = {.low = key, .address = al_cursor_u64(c)};
        child.high = key = al_cursor_u64(c);
        if (!push(r, below, child))
            return false;
    }
    if (!root && (first != node->low || key != node->high))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "keys of a B-tree node", "those of its parent", key);
    return true;
}

/* III.A.1: one node of the tree at index `i` of its level, with its siblings. */
static bool branch(struct al_h5_strict *r, struct al_h5_nodes *level, size_t i, uint32_t height, bool root,
                   struct al_h5_nodes *below)
{
    struct al_cursor c;
    struct al_h5_node *node = &level->at[i];
    uint64_t left = i > 0 ? level->at[i - 1].address : AL_H5_UNDEFINED;
    uint64_t right = i + 1 < level->count ? level->at[i + 1].address : AL_H5_UNDEFINED;
    uint64_t size = NODE_PREFIX + 8 * (2 * (uint64_t)r->internal_k + 1) + 8 * 2 * (uint64_t)r->internal_k;
    if (!al_h5_region(r, node->address, size, "a B-tree node", &c) ||
        !al_h5_signature(r, &c, "TREE", "signature of a B-tree node") ||
        !al_h5_demand(r, &c, 1, NODE_TYPE_GROUP, "type of a B-tree node") ||
        !al_h5_demand(r, &c, 1, height, "level of a B-tree node"))
        return false;
    uint32_t count = al_cursor_u16(&c);
    if (count > 2 * r->internal_k || (count == 0 && (!root || height > 0)))
        return al_h5_fault(r, AL_HDF5_MALFORMED, node->address, "number of children of a B-tree node", "1 to 2K",
                           count);
    return al_h5_demand(r, &c, 8, left, "left sibling of a B-tree node") &&
           al_h5_demand(r, &c, 8, right, "right sibling of a B-tree node") &&
           children(r, &c, count, node, root, below);
}

static bool levels(struct table *t, uint64_t btree)
{
    struct al_h5_strict *r = t->r;
    struct al_h5_nodes *level = &r->level, *below = &r->below;
    /* the level stands at byte 5, behind signature and type */
    if (!al_h5_range_holds(r, btree, NODE_PREFIX))
        return al_h5_fault(r, AL_HDF5_MALFORMED, btree, "address of a B-tree", "a place inside the file", btree);
    uint32_t height = r->image[btree + 5];
    if (height >= MOST_LEVELS)
        return al_h5_fault(r, AL_HDF5_MALFORMED, btree + 5, "level of a B-tree node", "below 16", height);
    level->count = 0;
    if (!push(r, level, (struct al_h5_node){.address = btree}))
        return false;
    for (bool root = true;; root = false, height--) {
        below->count = 0;
        for (size_t i = 0; i < level->count; i++)
            if (!branch(r, level, i, height, root, below))
                return false;
        struct al_h5_nodes *swap = level;
        level = below;
        below = swap;
        if (height == 0)
            break;
    }
    for (size_t i = 0; i < level->count; i++)
        if (!leaf(t, &level->at[i]))
            return false;
    return true;
}

bool al_h5_symbol_table(struct al_h5_strict *r, uint64_t btree, uint64_t heap)
{
    struct table t = {.r = r};
    uint64_t twice = 0;
    if (!al_h5_local_heap(r, heap, &t.heap) || !levels(&t, btree))
        return false;
    if (al_h5_claims_disjoint(&r->inner, r->growth.arena, &twice))
        return true;
    if (twice == UINT64_MAX)
        return al_h5_out_of_memory(&r->growth);
    return al_h5_fault(r, AL_HDF5_OVERLAP, t.heap.offset + twice, "a name or free block in a local heap",
                       "bytes that nothing else claims", twice);
}
