/* Attributes as libhdf5 gives them: numbers as they lie in the file, strings without their padding. */
#include "loader/hdf5/library.h"

#include "base/checked.h"

#include <stdlib.h>

static bool too_large(struct al_h5_growth *g, uint32_t object, uint64_t bytes)
{
    struct al_h5_place place;
    return al_find(g->findings, AL_HDF5_ATTRIBUTE_TOO_LARGE, al_h5_place(&place, g->tree, object, g->member),
                   "at most 128 MiB", al_found(g->findings, "%llu bytes", (unsigned long long)bytes),
                   "An attribute is larger than any model's configuration.");
}

static bool read_plain(struct al_h5_growth *g, uint32_t object, hid_t id, hid_t type, struct al_h5_attribute *a)
{
    uint8_t *raw = al_arena_alloc(g->arena, a->count, a->type.size);
    if (raw == NULL)
        return al_h5_out_of_memory(g);
    if (a->count > 0 && H5Aread(id, type, raw) < 0)
        return al_h5_library_unreadable(g, object, "the value of an attribute");
    if (a->type.class_ != AL_H5_FIXED_STRING) {
        a->raw = raw;
        return true;
    }
    struct al_text *texts = al_arena_alloc(g->arena, a->count, sizeof *texts);
    if (texts == NULL)
        return al_h5_out_of_memory(g);
    H5T_str_t padding = H5Tget_strpad(type);
    if (padding < 0 || padding > H5T_STR_SPACEPAD)
        return al_h5_library_unreadable(g, object, "the padding of a string");
    for (uint64_t i = 0; i < a->count; i++)
        texts[i] = al_h5_trim(raw + i * a->type.size, a->type.size, (enum al_h5_padding)padding);
    a->texts = texts;
    return true;
}

static bool keep_strings(struct al_h5_growth *g, uint32_t object, char *const *strings, struct al_h5_attribute *a)
{
    struct al_text *texts = al_arena_alloc(g->arena, a->count, sizeof *texts);
    if (texts == NULL)
        return al_h5_out_of_memory(g);
    uint64_t total = 0;
    for (uint64_t i = 0; i < a->count; i++) {
        struct al_text text = al_text_of(strings[i] != NULL ? strings[i] : "");
        total += text.length;
        if (total > AL_MAX_HDF5_ATTRIBUTE_BYTES)
            return too_large(g, object, total);
        texts[i] = (struct al_text){al_arena_copy(g->arena, text.at, text.length), text.length};
        if (texts[i].at == NULL)
            return al_h5_out_of_memory(g);
    }
    a->texts = texts;
    return true;
}

static bool read_strings(struct al_h5_growth *g, uint32_t object, hid_t id, hid_t type, hid_t space,
                         struct al_h5_attribute *a)
{
    char **strings = al_arena_alloc(g->arena, a->count, sizeof *strings);
    if (strings == NULL)
        return al_h5_out_of_memory(g);
    if (a->count == 0) {
        a->texts = al_arena_alloc(g->arena, 0, sizeof *a->texts);
        return a->texts != NULL || al_h5_out_of_memory(g);
    }
    if (H5Aread(id, type, strings) < 0)
        return al_h5_library_unreadable(g, object, "the strings of an attribute");
    bool sound = keep_strings(g, object, strings, a);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, strings);
    return sound;
}

static bool read_value(struct al_h5_growth *g, uint32_t object, hid_t id, hid_t type, hid_t space,
                       struct al_h5_attribute *a)
{
    uint64_t bytes = 0;
    if (!al_h5_library_type(g, object, type, &a->type) ||
        !al_h5_library_space(g, object, space, &a->shape, &a->count, &a->null_space))
        return false;
    if (a->null_space)
        return true;
    bool variable = a->type.class_ == AL_H5_VARIABLE_STRING;
    if (!al_mul_u64(a->count, variable ? sizeof(char *) : a->type.size, &bytes) ||
        bytes > AL_MAX_HDF5_ATTRIBUTE_BYTES)
        return too_large(g, object, bytes);
    return variable ? read_strings(g, object, id, type, space, a) : read_plain(g, object, id, type, a);
}

struct attribute_list {
    struct al_h5_growth *growth;
    uint32_t object;
    struct al_h5_attribute *attributes;
    size_t count, room;
    bool refused;
};

static bool read_attribute(struct attribute_list *list, hid_t owner, const char *name)
{
    struct al_h5_growth *g = list->growth;
    struct al_h5_attribute *grown =
        al_arena_grow(g->arena, list->attributes, list->count, &list->room, sizeof *grown);
    size_t length = strlen(name);
    const char *copy = al_arena_copy(g->arena, name, length);
    if (grown == NULL || copy == NULL)
        return al_h5_out_of_memory(g);
    list->attributes = grown;
    struct al_h5_attribute *a = &grown[list->count++];
    *a = (struct al_h5_attribute){.name = {copy, length}};
    hid_t id = H5Aopen(owner, name, H5P_DEFAULT);
    hid_t type = id < 0 ? -1 : H5Aget_type(id);
    hid_t space = id < 0 ? -1 : H5Aget_space(id);
    bool sound = type >= 0 && space >= 0 ? read_value(g, list->object, id, type, space, a)
                                         : al_h5_library_unreadable(g, list->object, "an attribute");
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (id >= 0)
        H5Aclose(id);
    return sound;
}

static herr_t gather_attribute(hid_t owner, const char *name, const H5A_info_t *info, void *list_)
{
    (void)info;
    struct attribute_list *list = list_;
    if (read_attribute(list, owner, name))
        return 0;
    list->refused = true;
    return -1;
}

bool al_h5_library_attributes(struct al_h5_growth *g, uint32_t object, hid_t id)
{
    struct attribute_list list = {.growth = g, .object = object};
    hsize_t at = 0;
    if (H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_INC, &at, gather_attribute, &list) < 0) {
        if (list.refused)
            return false;
        return al_h5_library_unreadable(g, object, "the attributes of an object");
    }
    if (list.count > UINT32_MAX)
        return al_h5_out_of_memory(g);
    al_h5_sort_attributes(list.attributes, list.count);
    g->tree->objects[object].attributes = list.attributes;
    g->tree->objects[object].attribute_count = (uint32_t)list.count;
    return true;
}
