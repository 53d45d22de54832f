/* What the two HDF5 readers share: the growing tree, the rules about names, and
   the map of addresses that makes sure that each object is reached once. */
#ifndef AL_LOADER_HDF5_READER_H
#define AL_LOADER_HDF5_READER_H

#include "loader/hdf5/tree.h"

/* A hard link as a group lists it, before the object behind it is read. */
struct al_h5_link {
    struct al_text name;
    uint64_t address;
    /* strict reader: what a symbol table entry repeats of the group it leads to */
    bool cached;
    uint64_t cached_btree, cached_heap;
};

/* A map from addresses to numbers, by open addressing. Address 0, the superblock's, marks a free slot. */
struct al_h5_addresses {
    struct al_h5_address_slot {
        uint64_t address;
        uint32_t number;
    } *slots;
    size_t room, count;
};
enum al_h5_insertion { AL_H5_INSERTED, AL_H5_ALREADY_THERE, AL_H5_NO_MEMORY };
enum al_h5_insertion al_h5_address_insert(struct al_h5_addresses *map, struct al_arena *arena, uint64_t address,
                                          uint32_t number);
bool al_h5_address_find(const struct al_h5_addresses *map, uint64_t address, uint32_t *number);

struct al_h5_growth {
    struct al_h5_tree *tree;
    size_t room;
    struct al_arena *arena;
    struct al_findings *findings;
    const char *member;
    struct al_h5_addresses seen;
};

/* memcmp's order over bytes; a prefix comes first. */
int al_h5_compare_names(struct al_text a, struct al_text b);
void al_h5_sort_attributes(struct al_h5_attribute *attributes, size_t count);
void al_h5_sort_links(struct al_h5_link *links, size_t count);

/* Starts a tree with its root group at `address`. */
bool al_h5_grow_root(struct al_h5_growth *g, uint64_t address);

/* Adds the targets of a group's links as its children, sorted by name. Refuses
   names no honest writer gives, two links of one name, an object already
   reached, too many objects and too deep a tree. Sorts `links`; their targets are
   then the last `count` objects, in the same order. */
bool al_h5_grow_children(struct al_h5_growth *g, uint32_t group, struct al_h5_link *links, size_t count);

/* Elements in an array of known shape; false where the product overflows. */
bool al_h5_count(const struct al_shape *shape, uint64_t *count);

/* Records that memory ran out; always false. */
bool al_h5_out_of_memory(struct al_h5_growth *g);

/* The bytes of a fixed string without what `padding` (H5T_str_t's numbers) says is filling. */
enum al_h5_padding { AL_H5_NUL_TERMINATED = 0, AL_H5_NUL_PADDED = 1, AL_H5_SPACE_PADDED = 2 };
struct al_text al_h5_trim(const uint8_t *bytes, size_t length, enum al_h5_padding padding);

#endif
