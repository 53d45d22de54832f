/* Version 2 B-trees: HDF5 File Format Specification, III.A.2. Walked in order with a
   stack of as many frames as the tree is deep, which is bounded. libhdf5 has built
   them with the same node size and percentages since it has them. */
#include "loader/hdf5/strict/btree2.h"

enum {
    HEADER = 38,
    NODE = 512,
    NODE_OVERHEAD = 10, /* signature, version, type, checksum */
    SPLIT = 100,
    MERGE = 40,
    DEEPEST = 8
};

struct frame {
    struct al_cursor pointers; /* of an internal node: the next child's */
    const uint8_t *records;
    uint32_t count, next;      /* records in this node, and the one to be given out next */
    uint64_t before;           /* records given out when this node was entered */
    uint64_t total;            /* records at and below it, as its parent says */
};

struct walk {
    struct al_h5_strict *r;
    enum al_h5_record_type type;
    uint32_t record_size, depth;
    uint32_t most[DEEPEST + 1];       /* records in a node at this height */
    uint32_t total_width[DEEPEST + 1]; /* bytes of the number of records at and below it */
    uint32_t count_width;             /* bytes of the number of records in a node */
    struct frame frames[DEEPEST + 1];
    struct al_h5_records *out;
};

/* Bytes that hold the numbers from 0 to `most`. */
static uint32_t width_of(uint64_t most)
{
    uint32_t width = 1;
    while (width < 8 && most >> (8 * width) != 0)
        width++;
    return width;
}

/* III.A.2: how many records and pointers fit in a node follows from its height. */
static void plan(struct walk *w)
{
    uint64_t most_below = w->most[0] = (NODE - NODE_OVERHEAD) / w->record_size;
    w->count_width = width_of(w->most[0]);
    w->total_width[0] = 0;
    for (uint32_t height = 1; height <= w->depth; height++) {
        uint32_t pointer = 8 + w->count_width + w->total_width[height - 1];
        w->most[height] = (NODE - NODE_OVERHEAD - pointer) / (w->record_size + pointer);
        most_below = (w->most[height] + UINT64_C(1)) * most_below + w->most[height];
        w->total_width[height] = width_of(most_below);
    }
}

static bool enter(struct walk *w, uint32_t height, uint64_t address, uint64_t count, uint64_t total)
{
    struct al_h5_strict *r = w->r;
    struct al_cursor c;
    struct frame *f = &w->frames[height];
    bool leaf = height == 0;
    if (count == 0 || count > w->most[height] || (leaf && total != count))
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "number of records in a B-tree node", "1 to what fits",
                           count);
    if (!al_h5_region(r, address, NODE, "a B-tree node", &c) ||
        !al_h5_signature(r, &c, leaf ? "BTLF" : "BTIN", "signature of a B-tree node") ||
        !al_h5_demand(r, &c, 1, 0, "version of a B-tree node") ||
        !al_h5_demand(r, &c, 1, (uint64_t)w->type, "type of a B-tree node"))
        return false;
    *f = (struct frame){.count = (uint32_t)count, .before = w->out->count, .total = total};
    f->records = al_cursor_bytes(&c, (size_t)count * w->record_size);
    size_t pointers = leaf ? 0 : ((size_t)count + 1) * (8 + w->count_width + w->total_width[height - 1]);
    f->pointers = al_cursor_over(r->image + al_h5_at(r, &c), pointers);
    al_cursor_skip(&c, pointers);
    /* what is left of the node behind the checksum is not used */
    return al_h5_checksum_fits(r, &c, "checksum of a B-tree node");
}

static bool give(struct walk *w, struct frame *f)
{
    struct al_h5_records *out = w->out;
    if (out->count == out->room) {
        const uint8_t **grown = al_arena_grow(w->r->growth.arena, out->at, out->count, &out->room, sizeof *grown);
        if (grown == NULL)
            return al_h5_out_of_memory(&w->r->growth);
        out->at = grown;
    }
    out->at[out->count++] = f->records + (size_t)f->next++ * w->record_size;
    return true;
}

/* Gives out a leaf's records, or the one record of an internal node that follows the child just left. */
static bool leave(struct walk *w, uint32_t *height)
{
    struct frame *f = &w->frames[*height];
    while (*height == 0 && f->next < f->count)
        if (!give(w, f))
            return false;
    while (*height <= w->depth && f->next == f->count && al_cursor_left(&f->pointers) == 0) {
        if (w->out->count - f->before != f->total)
            return al_h5_fault(w->r, AL_HDF5_MALFORMED, (uint64_t)(f->records - w->r->image),
                               "number of records below a B-tree node",
                               al_found(w->r->growth.findings, "%llu", (unsigned long long)f->total).at,
                               w->out->count - f->before);
        ++*height;
        f = *height <= w->depth ? &w->frames[*height] : f;
    }
    return *height > w->depth || give(w, f);
}

static bool records(struct walk *w, uint64_t root, uint64_t count, uint64_t total)
{
    uint32_t height = w->depth;
    bool going_down = true;
    if (!enter(w, height, root, count, total))
        return false;
    while (height <= w->depth) {
        struct frame *f = &w->frames[height];
        if (height > 0 && going_down) {
            uint64_t child = al_cursor_u64(&f->pointers);
            uint64_t in_child = al_h5_number(&f->pointers, w->count_width);
            uint64_t below =
                height > 1 ? al_h5_number(&f->pointers, w->total_width[height - 1]) : in_child;
            if (!enter(w, --height, child, in_child, below))
                return false;
            continue;
        }
        if (!leave(w, &height))
            return false;
        going_down = height <= w->depth;
    }
    return true;
}

bool al_h5_btree2(struct al_h5_strict *r, uint64_t address, enum al_h5_record_type type, uint32_t record_size,
                  struct al_h5_records *out)
{
    struct walk w = {.r = r, .type = type, .record_size = record_size, .out = out};
    struct al_cursor c;
    if (!al_h5_region(r, address, HEADER, "a B-tree's header", &c) ||
        !al_h5_signature(r, &c, "BTHD", "signature of a B-tree's header") ||
        !al_h5_demand(r, &c, 1, 0, "version of a B-tree") ||
        !al_h5_demand(r, &c, 1, (uint64_t)type, "type of a B-tree") ||
        !al_h5_demand(r, &c, 4, NODE, "node size of a B-tree") ||
        !al_h5_demand(r, &c, 2, record_size, "record size of a B-tree"))
        return false;
    w.depth = al_cursor_u16(&c);
    if (w.depth > DEEPEST)
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "depth of a B-tree", "at most 8", w.depth);
    if (!al_h5_demand(r, &c, 1, SPLIT, "split percentage of a B-tree") ||
        !al_h5_demand(r, &c, 1, MERGE, "merge percentage of a B-tree"))
        return false;
    uint64_t root = al_cursor_u64(&c), count = al_cursor_u16(&c), total = al_cursor_u64(&c);
    if (!al_h5_checksum_fits(r, &c, "checksum of a B-tree's header"))
        return false;
    if (total == 0 && count == 0 && root == AL_H5_UNDEFINED && w.depth == 0)
        return true;
    plan(&w);
    return records(&w, root, count, total);
}
