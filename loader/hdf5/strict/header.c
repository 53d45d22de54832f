/* Object headers and their continuation blocks: HDF5 File Format Specification,
   IV.A.1. Blocks are read one after another from a list, never by recursion. */
#include "loader/hdf5/strict/strict.h"

enum {
    HEADER_1_PREFIX = 16, /* IV.A.1.a, with the 4 bytes that align the messages */
    MESSAGE_1_PREFIX = 8,
    CHECKSUM = 4
};

/* IV.A.1.b: flags of a version 2 header */
enum { SIZE_BITS = 0x03, ORDER_TRACKED = 0x04, ORDER_INDEXED = 0x08, PHASES_STORED = 0x10, TIMES_STORED = 0x20 };

bool al_h5_linked_once(struct al_h5_strict *r, struct al_cursor *c)
{
    uint64_t offset = al_h5_at(r, c);
    uint32_t links = al_cursor_u32(c);
    if (links == 1)
        return true;
    return al_h5_fault(r, AL_HDF5_LINK_CYCLE, offset, "number of hard links to an object", "1", links);
}

/* A continuation message names a block: where it is, and whether it has been read is its place in the list. */
struct block {
    uint64_t offset, length;
};
struct blocks {
    struct block *at;
    size_t count, room;
};

/* IV.A.2.q: The Object Header Continuation Message. */
static bool continuation(struct al_h5_strict *r, const struct al_h5_message *m, struct blocks *blocks)
{
    struct al_cursor c = al_h5_message_cursor(m);
    struct block next = {.offset = al_cursor_u64(&c)};
    next.length = al_cursor_u64(&c);
    if (!al_h5_complete(r, &c, m->slack, "a continuation message"))
        return false;
    if (next.length < MESSAGE_1_PREFIX)
        return al_h5_fault(r, AL_HDF5_MALFORMED, al_h5_at(r, &c), "length of a continuation", "8 or more",
                           next.length);
    struct block *grown = al_arena_grow(r->growth.arena, blocks->at, blocks->count, &blocks->room, sizeof *grown);
    if (grown == NULL)
        return al_h5_out_of_memory(&r->growth);
    blocks->at = grown;
    grown[blocks->count++] = next;
    return true;
}

static bool take(struct al_h5_strict *r, uint64_t offset, uint32_t type, uint32_t flags,
                 const struct al_h5_message *m, struct blocks *blocks)
{
    if (!al_h5_keep_message(r, offset, type, flags, m))
        return false;
    return type != AL_H5_CONTINUATION || continuation(r, m, blocks);
}

/* IV.A.1.a: messages of a version 1 header; all sizes are multiples of 8. */
static bool messages_1(struct al_h5_strict *r, struct al_cursor *c, struct blocks *blocks, uint32_t *count)
{
    while (al_cursor_left(c) >= MESSAGE_1_PREFIX) {
        uint64_t offset = al_h5_at(r, c);
        uint32_t type = al_cursor_u16(c);
        struct al_h5_message m = {.size = al_cursor_u16(c), .slack = 7};
        uint32_t flags = al_cursor_u8(c);
        if (!al_h5_demand(r, c, 3, 0, "reserved bytes of a message"))
            return false;
        m.data = al_cursor_bytes(c, m.size);
        if (c->bad || m.size % 8 != 0)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "size of a message",
                               "a multiple of 8 that fits in its block", m.size);
        ++*count;
        if (!take(r, offset, type, flags, &m, blocks))
            return false;
    }
    return al_h5_complete(r, c, 0, "an object header's block");
}

/* IV.A.1.b: messages of a version 2 header. What is left before the checksum and
   is too short for a message is a gap. */
static bool messages_2(struct al_h5_strict *r, struct al_cursor *c, uint32_t header_flags, struct blocks *blocks)
{
    size_t prefix = (header_flags & ORDER_TRACKED) != 0 ? 6 : 4;
    size_t end = c->size - CHECKSUM;
    while (end - c->at >= prefix) {
        uint64_t offset = al_h5_at(r, c);
        uint32_t type = al_cursor_u8(c);
        struct al_h5_message m = {.size = al_cursor_u16(c)};
        uint32_t flags = al_cursor_u8(c);
        al_cursor_skip(c, prefix - 4);
        if (m.size > end - c->at)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "size of a message", "one that fits in its block",
                               m.size);
        m.data = al_cursor_bytes(c, m.size);
        if (!take(r, offset, type, flags, &m, blocks))
            return false;
    }
    al_cursor_skip(c, end - c->at);
    return al_h5_checksum_fits(r, c, "an object header's checksum");
}

static bool header_1(struct al_h5_strict *r, struct al_h5_header *h)
{
    struct blocks blocks = {0};
    struct al_cursor prefix = al_cursor_over(r->image + h->address, HEADER_1_PREFIX), c;
    uint32_t version = al_cursor_u8(&prefix);
    if (version != 1)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, h->address, "version of an object header", "1, or OHDR and 2",
                           version);
    if (!al_h5_demand(r, &prefix, 1, 0, "a reserved byte of an object header"))
        return false;
    uint32_t declared = al_cursor_u16(&prefix), count = 0;
    if (!al_h5_linked_once(r, &prefix))
        return false;
    uint64_t size = al_cursor_u32(&prefix);
    if (!al_h5_region(r, h->address, HEADER_1_PREFIX + size, "an object header", &c))
        return false;
    al_cursor_skip(&c, HEADER_1_PREFIX);
    if (!messages_1(r, &c, &blocks, &count))
        return false;
    for (size_t i = 0; i < blocks.count; i++)
        if (!al_h5_region(r, blocks.at[i].offset, blocks.at[i].length, "an object header's continuation", &c) ||
            !messages_1(r, &c, &blocks, &count))
            return false;
    if (count != declared)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address + 2, "number of messages in an object header",
                           al_found(r->growth.findings, "%u", (unsigned)count).at, declared);
    return true;
}

/* IV.A.1.b: what stands before the messages; leaves the length of what follows it in *size. */
static bool prefix_2(struct al_h5_strict *r, struct al_cursor *c, uint32_t *flags, uint64_t *size)
{
    if (!al_h5_signature(r, c, "OHDR", "an object header's signature") ||
        !al_h5_demand(r, c, 1, 2, "version of an object header"))
        return false;
    *flags = al_cursor_u8(c);
    if (!al_h5_flags(r, c, *flags, SIZE_BITS | ORDER_TRACKED | ORDER_INDEXED | PHASES_STORED | TIMES_STORED,
                     "flags of an object header"))
        return false;
    if ((*flags & (ORDER_TRACKED | ORDER_INDEXED)) == ORDER_INDEXED)
        return al_h5_fault(r, AL_HDF5_MALFORMED, al_h5_at(r, c), "flags of an object header",
                           "creation order tracked where it is indexed", *flags);
    if ((*flags & TIMES_STORED) != 0)
        al_cursor_skip(c, 16);
    if ((*flags & PHASES_STORED) != 0)
        al_cursor_skip(c, 4);
    *size = al_h5_number(c, 1U << (*flags & SIZE_BITS));
    return !c->bad || al_h5_complete(r, c, 0, "an object header");
}

static bool continuation_2(struct al_h5_strict *r, const struct block *b, uint32_t flags, struct blocks *blocks)
{
    struct al_cursor c;
    return al_h5_region(r, b->offset, b->length, "an object header's continuation", &c) &&
           al_h5_signature(r, &c, "OCHK", "a continuation block's signature") && messages_2(r, &c, flags, blocks) &&
           al_h5_complete(r, &c, 0, "a continuation block");
}

static bool header_2(struct al_h5_strict *r, struct al_h5_header *h)
{
    struct blocks blocks = {0};
    struct al_cursor prefix = al_cursor_over(r->image + h->address, r->size - h->address), c;
    uint32_t flags = 0;
    uint64_t size = 0;
    if (!prefix_2(r, &prefix, &flags, &size))
        return false;
    if (!al_h5_range_holds(r, h->address, prefix.at + CHECKSUM) ||
        size > r->size - h->address - prefix.at - CHECKSUM)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "size of an object header", "one that fits in the file",
                           size);
    if (!al_h5_region(r, h->address, prefix.at + size + CHECKSUM, "an object header", &c))
        return false;
    al_cursor_skip(&c, prefix.at);
    if (!messages_2(r, &c, flags, &blocks) || !al_h5_complete(r, &c, 0, "an object header"))
        return false;
    for (size_t i = 0; i < blocks.count; i++)
        if (!continuation_2(r, &blocks.at[i], flags, &blocks))
            return false;
    return true;
}

bool al_h5_object_header(struct al_h5_strict *r, uint64_t address)
{
    struct al_h5_header *h = &r->header;
    h->address = address;
    memset(h->only, 0, sizeof h->only);
    h->attributes.count = h->links.count = 0;
    if (!al_h5_range_holds(r, address, HEADER_1_PREFIX))
        return al_h5_fault(r, AL_HDF5_MALFORMED, address, "an object header's address", "a place inside the file",
                           address);
    return r->image[address] == 'O' ? header_2(r, h) : header_1(r, h);
}
