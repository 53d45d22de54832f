/* How a tree grows, whichever reader reads: breadth first, so that neither
   recursion nor a stack follows the depth of the file, and each object once. */
#include "loader/hdf5/reader.h"

#include "base/checked.h"

bool al_h5_out_of_memory(struct al_h5_growth *g)
{
    g->findings->failed = true;
    return false;
}

static bool add(struct al_h5_growth *g, uint32_t parent, struct al_text name, uint64_t address)
{
    struct al_h5_tree *t = g->tree;
    struct al_h5_place place;
    if (t->object_count >= AL_MAX_HDF5_OBJECTS)
        return al_find(g->findings, AL_HDF5_TOO_MANY_OBJECTS, al_h5_place(&place, t, parent, g->member),
                       "at most 1000000 objects", AL_NOTHING, "The file holds too many groups and datasets.");
    struct al_h5_object *objects = al_arena_grow(g->arena, t->objects, t->object_count, &g->room, sizeof *objects);
    if (objects == NULL)
        return al_h5_out_of_memory(g);
    t->objects = objects;
    objects[t->object_count] = (struct al_h5_object){.name = name, .parent = parent, .address = address};
    if (address == 0)
        return al_find(g->findings, AL_HDF5_MALFORMED,
                       al_h5_place(&place, t, parent != AL_NONE_INDEX ? parent : 0, g->member),
                       "an object header's address", al_text_of("0"), "A link leads to the superblock.");
    enum al_h5_insertion done = al_h5_address_insert(&g->seen, g->arena, address, t->object_count);
    if (done == AL_H5_NO_MEMORY)
        return al_h5_out_of_memory(g);
    t->object_count++;
    if (done == AL_H5_ALREADY_THERE)
        return al_find(g->findings, AL_HDF5_LINK_CYCLE, al_h5_place(&place, t, t->object_count - 1, g->member),
                       "one hard link to each object", al_found(g->findings, "a second link to address %llu",
                                                                (unsigned long long)address),
                       "An object is reached by two links.");
    return true;
}

/* Enough for most files, so that large trees are not copied again and again; untouched memory costs nothing. */
enum { BYTES_PER_OBJECT = 1024, FIRST_ROOM = 8, MOST_FIRST_ROOM = 32768 };

bool al_h5_grow_root(struct al_h5_growth *g, uint64_t address)
{
    uint64_t likely = g->tree->size / BYTES_PER_OBJECT;
    g->room = likely < FIRST_ROOM ? FIRST_ROOM : likely > MOST_FIRST_ROOM ? MOST_FIRST_ROOM : (size_t)likely;
    g->tree->objects = al_arena_alloc(g->arena, g->room, sizeof *g->tree->objects);
    if (g->tree->objects == NULL)
        return al_h5_out_of_memory(g);
    return add(g, AL_NONE_INDEX, al_text_of(""), address);
}

/* HDF5 splits paths at '/', and drops "." steps: a link of such a name could be
   listed but never opened. Keras on Windows writes backslashes: those are plain. */
static bool name_is_sound(struct al_text name)
{
    return name.length > 0 && !al_text_is(name, ".") && memchr(name.at, '/', name.length) == NULL &&
           memchr(name.at, '\0', name.length) == NULL && al_utf8_valid(name.at, name.length);
}

static uint32_t depth_of(const struct al_h5_tree *t, uint32_t object)
{
    uint32_t depth = 0;
    for (; t->objects[object].parent != AL_NONE_INDEX; object = t->objects[object].parent)
        depth++;
    return depth;
}

bool al_h5_grow_children(struct al_h5_growth *g, uint32_t group, struct al_h5_link *links, size_t count)
{
    struct al_h5_tree *t = g->tree;
    struct al_h5_place place;
    if (count == 0)
        return true;
    if (depth_of(t, group) >= AL_MAX_HDF5_DEPTH)
        return al_find(g->findings, AL_HDF5_TOO_DEEP, al_h5_place(&place, t, group, g->member),
                       "at most 64 groups inside each other", AL_NOTHING, "Groups are nested too deeply.");
    al_h5_sort_links(links, count);
    uint32_t *children = al_arena_alloc(g->arena, count, sizeof *children);
    if (children == NULL)
        return al_h5_out_of_memory(g);
    for (size_t i = 0; i < count; i++) {
        if (!name_is_sound(links[i].name))
            return al_find(g->findings, AL_HDF5_NAME, al_h5_place(&place, t, group, g->member),
                           "a name in UTF-8 without '/' and NUL that is not empty or \".\"", links[i].name,
                           "A link has a name that HDF5 cannot address.");
        if (i > 0 && al_text_equal(links[i - 1].name, links[i].name))
            return al_find(g->findings, AL_HDF5_NAME, al_h5_place(&place, t, group, g->member),
                           "each name once in a group", links[i].name, "Two links of a group have the same name.");
        children[i] = t->object_count;
        if (!add(g, group, links[i].name, links[i].address))
            return false;
    }
    t->objects[group].children = children;
    t->objects[group].child_count = (uint32_t)count;
    return true;
}

bool al_h5_count(const struct al_shape *shape, uint64_t *count)
{
    uint64_t product = 1;
    for (uint32_t i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0 || !al_mul_u64(product, (uint64_t)shape->dim[i], &product))
            return false;
    *count = product;
    return true;
}

struct al_text al_h5_trim(const uint8_t *bytes, size_t length, enum al_h5_padding padding)
{
    const char *at = (const char *)bytes;
    if (padding == AL_H5_NUL_TERMINATED)
        return (struct al_text){at, strnlen(at, length)};
    char filling = padding == AL_H5_SPACE_PADDED ? ' ' : '\0';
    while (length > 0 && at[length - 1] == filling)
        length--;
    return (struct al_text){at, length};
}
