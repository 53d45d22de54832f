/* The strict reader's parts. It understands what Keras, h5py and TensorFlow write,
   from the HDF5 File Format Specification 3.0, and refuses the rest. It copies no
   value: texts and numbers point into the image. All work and all memory are
   bounded by the size of the file, because each byte can be claimed only once. */
#ifndef AL_LOADER_HDF5_STRICT_H
#define AL_LOADER_HDF5_STRICT_H

#include "base/cursor.h"
#include "loader/hdf5/reader.h"
#include "loader/hdf5/strict/claims.h"

#define AL_H5_UNDEFINED UINT64_MAX /* "undefined address": all bits set */

/* One message of an object header, not yet understood. */
struct al_h5_message {
    const uint8_t *data; /* NULL: not there */
    uint32_t size;
    uint32_t slack;      /* bytes of alignment that may follow what it says: 7 in a version 1 header, else 0 */
    uint32_t hash;       /* of its name, where a version 2 B-tree led to it */
};

enum al_h5_message_type {
    AL_H5_NIL = 0x00,
    AL_H5_DATASPACE = 0x01,
    AL_H5_LINK_INFO = 0x02,
    AL_H5_DATATYPE = 0x03,
    AL_H5_OLD_FILL = 0x04,
    AL_H5_FILL = 0x05,
    AL_H5_LINK = 0x06,
    AL_H5_EXTERNAL_LIST = 0x07,
    AL_H5_LAYOUT = 0x08,
    AL_H5_GROUP_INFO = 0x0A,
    AL_H5_FILTERS = 0x0B,
    AL_H5_ATTRIBUTE = 0x0C,
    AL_H5_OLD_TIME = 0x0E,
    AL_H5_CONTINUATION = 0x10,
    AL_H5_SYMBOL_TABLE = 0x11,
    AL_H5_TIME = 0x12,
    AL_H5_ATTRIBUTE_INFO = 0x15,
    AL_H5_REFERENCE_COUNT = 0x16,
    AL_H5_MESSAGE_TYPES = 0x18
};

struct al_h5_message_list {
    struct al_h5_message *at;
    size_t count, room;
};

/* An object header taken apart. */
struct al_h5_header {
    uint64_t address;
    struct al_h5_message only[AL_H5_MESSAGE_TYPES]; /* messages that stand at most once */
    struct al_h5_message_list attributes, links;
};

/* Where a symbol table entry says that a group's B-tree and heap lie: a copy of
   what the group's own header says, which it must equal. It goes stale, and nobody
   looks at it, when libhdf5 turns an old-style group into a new one because a name
   is beyond ASCII. */
struct al_h5_cached {
    bool present;
    uint64_t btree, heap;
};

struct al_h5_links {
    struct al_h5_link *at;
    size_t count, room;
};

/* A node of a version 1 B-tree to be read: names in it are greater than the text at
   heap offset `low`, and at most that at `high`. */
struct al_h5_node {
    uint64_t address, low, high;
};
struct al_h5_nodes {
    struct al_h5_node *at;
    size_t count, room;
};

struct al_h5_heap_object {
    uint16_t index;
    bool taken;
    uint64_t offset, size;
};
struct al_h5_collection {
    uint64_t address;
    struct al_h5_heap_object *objects; /* by index */
    size_t count;
};

struct al_h5_strict {
    struct al_h5_growth growth;
    const uint8_t *image;
    uint64_t size;
    uint32_t object;             /* which one is being read: for places */
    uint32_t leaf_k, internal_k; /* superblock: half the width of symbol table nodes and of their B-trees */
    struct al_h5_cached root;    /* superblock 0 and 1: of the root group */
    struct al_h5_claims claims;  /* of bytes of the file */
    struct al_h5_claims inner;   /* of bytes inside the heap being read */
    struct al_h5_header header;  /* of the object being read; its lists are used again and again */
    struct al_h5_links links;    /* of the group being read */
    struct al_h5_nodes level, below; /* of its B-tree */
    struct al_h5_cached *cached; /* by object */
    size_t cached_room;
    struct al_h5_collection *collections;
    size_t collection_count, collection_room;
    struct al_h5_addresses collection_at;
};

/* fault.c: refusals and the checks that every structure begins and ends with. */

/* Refuses: `what` stands at byte `offset` of the file, `found` is its value. Always false. */
bool al_h5_fault(struct al_h5_strict *r, enum al_finding_id id, uint64_t offset, const char *what,
                 const char *expected, uint64_t found);

/* The same with a text as what was found. */
bool al_h5_fault_text(struct al_h5_strict *r, enum al_finding_id id, uint64_t offset, const char *what,
                      const char *expected, struct al_text found);

/* The offset in the file that the cursor has reached. */
uint64_t al_h5_at(const struct al_h5_strict *r, const struct al_cursor *c);

/* Claims a range of the file and lays a cursor over it. */
bool al_h5_region(struct al_h5_strict *r, uint64_t offset, uint64_t length, const char *what, struct al_cursor *out);

bool al_h5_signature(struct al_h5_strict *r, struct al_cursor *c, const char *signature, const char *what);

/* Reads `width` bytes that can have only one value; anything else is `hdf5.unknown`. */
bool al_h5_demand(struct al_h5_strict *r, struct al_cursor *c, uint32_t width, uint64_t value, const char *what);

/* A flag field in which only the bits of `known` may be set. */
bool al_h5_flags(struct al_h5_strict *r, const struct al_cursor *c, uint32_t flags, uint32_t known, const char *what);

/* True where the cursor never ran off its end, and at most `slack` bytes are left. */
bool al_h5_complete(struct al_h5_strict *r, const struct al_cursor *c, size_t slack, const char *what);

/* Reads the checksum that the cursor stands at, over all bytes before it. */
bool al_h5_checksum_fits(struct al_h5_strict *r, struct al_cursor *c, const char *what);

/* A little-endian number of 1 to 8 bytes. */
uint64_t al_h5_number(struct al_cursor *c, uint32_t width);

struct al_cursor al_h5_message_cursor(const struct al_h5_message *m);

static inline bool al_h5_range_holds(const struct al_h5_strict *r, uint64_t offset, uint64_t length)
{
    return offset <= r->size && length <= r->size - offset;
}

/* superblock.c: reads the superblock, and where the root group's header lies. */
bool al_h5_superblock(struct al_h5_strict *r, uint64_t *root);

/* header.c: takes the object header at `address` apart into r->header. */
bool al_h5_object_header(struct al_h5_strict *r, uint64_t address);

/* Reads the number of links to the object, which must be the one we came by. */
bool al_h5_linked_once(struct al_h5_strict *r, struct al_cursor *c);

/* message.c: sorts a message into r->header by its type. */
bool al_h5_keep_message(struct al_h5_strict *r, uint64_t offset, uint32_t type, uint32_t flags,
                        const struct al_h5_message *m);

/* dataspace.c, datatype.c */
bool al_h5_dataspace(struct al_h5_strict *r, struct al_cursor *c, size_t slack, struct al_shape *shape,
                     uint64_t *count,
                     bool *null);
bool al_h5_datatype(struct al_h5_strict *r, struct al_cursor *c, size_t slack, struct al_h5_type *out,
                    enum al_h5_padding *padding);

/* dataset.c, layout.c: what r->header says of a dataset, into tree->objects[r->object]. */
bool al_h5_dataset(struct al_h5_strict *r);
bool al_h5_layout(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_object *o, uint64_t count);

/* Refuses what stores a dataset elsewhere or encoded, before anything else of it is read. */
bool al_h5_stored_plainly(struct al_h5_strict *r);

/* attribute.c: one attribute message; all attributes of r->header. */
bool al_h5_attribute_message(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_attribute *out);
bool al_h5_attributes(struct al_h5_strict *r);

/* global_heap.c: claims the object of a global heap that an element of variable length points to. */
bool al_h5_heap_string(struct al_h5_strict *r, uint64_t collection, uint32_t index, uint32_t length,
                       struct al_text *out);

/* group.c: all links of r->header into r->links. */
bool al_h5_group(struct al_h5_strict *r);
bool al_h5_add_link(struct al_h5_strict *r, const struct al_h5_link *link);

/* link.c: a link message, and its place in the order in which links were made (0 where it does not say). */
bool al_h5_link_message(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_link *out,
                        uint64_t *order);

/* symbol_table.c: links of an old-style group, from its B-tree and local heap. */
bool al_h5_symbol_table(struct al_h5_strict *r, uint64_t btree, uint64_t heap);

/* Cache type, reserved bytes and scratch pad of a symbol table entry, which the cursor stands at. */
bool al_h5_symbol_cache(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_cached *out);

/* local_heap.c */
struct al_h5_local_heap {
    uint64_t offset; /* of its data segment in the file */
    uint64_t size;
};
bool al_h5_local_heap(struct al_h5_strict *r, uint64_t address, struct al_h5_local_heap *out);
/* A text in it, which others may share; a name of its own. */
bool al_h5_local_text(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t offset,
                      struct al_text *out);
bool al_h5_local_name(struct al_h5_strict *r, const struct al_h5_local_heap *heap, uint64_t offset,
                      struct al_text *out);

#endif
