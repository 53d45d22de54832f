/* Look-ups in the plain description of an HDF5 file, and places in it for findings. */
#include "loader/hdf5/tree.h"

#include "loader/hdf5/reader.h"

#include <stdlib.h>

int al_h5_compare_names(struct al_text a, struct al_text b)
{
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

uint32_t al_h5_child(const struct al_h5_tree *t, uint32_t group, struct al_text name)
{
    const struct al_h5_object *o = &t->objects[group];
    uint32_t low = 0, high = o->child_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = al_h5_compare_names(name, t->objects[o->children[middle]].name);
        if (order == 0)
            return o->children[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return AL_NONE_INDEX;
}

const struct al_h5_attribute *al_h5_attribute(const struct al_h5_tree *t, uint32_t object, const char *name)
{
    const struct al_h5_object *o = &t->objects[object];
    struct al_text wanted = al_text_of(name);
    uint32_t low = 0, high = o->attribute_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = al_h5_compare_names(wanted, o->attributes[middle].name);
        if (order == 0)
            return &o->attributes[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct al_place *al_h5_place(struct al_h5_place *p, const struct al_h5_tree *t, uint32_t object,
                                   const char *member)
{
    uint32_t chain[AL_MAX_HDF5_DEPTH + 1];
    size_t depth = 0;
    for (uint32_t at = object; at != 0 && depth <= AL_MAX_HDF5_DEPTH; at = t->objects[at].parent)
        chain[depth++] = at;
    p->steps[0] = al_place_root(member);
    size_t step = 0;
    while (depth > 0) {
        p->steps[step + 1] = al_place_key(&p->steps[step], t->objects[chain[--depth]].name);
        step++;
    }
    return &p->steps[step];
}

static int compare_attributes(const void *a, const void *b)
{
    return al_h5_compare_names(((const struct al_h5_attribute *)a)->name, ((const struct al_h5_attribute *)b)->name);
}

void al_h5_sort_attributes(struct al_h5_attribute *attributes, size_t count)
{
    if (count > 1)
        qsort(attributes, count, sizeof *attributes, compare_attributes);
}

static int compare_links(const void *a, const void *b)
{
    return al_h5_compare_names(((const struct al_h5_link *)a)->name, ((const struct al_h5_link *)b)->name);
}

void al_h5_sort_links(struct al_h5_link *links, size_t count)
{
    if (count > 1)
        qsort(links, count, sizeof *links, compare_links);
}
