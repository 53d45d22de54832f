/* Datasets as libhdf5 gives them. Whatever could reach outside the file or needs
   decoding is refused by the name of the mechanism before anything else is asked. */
#include "loader/hdf5/library.h"

#include "base/checked.h"

static bool refuse(struct al_h5_growth *g, uint32_t object, enum al_finding_id id, const char *message)
{
    struct al_h5_place place;
    return al_find(g->findings, id, al_h5_place(&place, g->tree, object, g->member),
                   "contiguous or compact, unfiltered, in this file", AL_NOTHING, "%s", message);
}

static bool layout_is_plain(struct al_h5_growth *g, uint32_t object, hid_t creation, enum al_h5_storage *storage)
{
    H5D_layout_t layout = H5Pget_layout(creation);
    if (H5Pget_external_count(creation) != 0)
        return refuse(g, object, AL_HDF5_EXTERNAL_STORAGE, "A dataset keeps its numbers in another file.");
    if (layout == H5D_VIRTUAL)
        return refuse(g, object, AL_HDF5_VIRTUAL, "A dataset is a view of datasets elsewhere.");
    if (H5Pget_nfilters(creation) != 0)
        return refuse(g, object, AL_HDF5_FILTER, "A dataset is compressed or otherwise filtered.");
    if (layout == H5D_CHUNKED)
        return refuse(g, object, AL_HDF5_CHUNKED, "A dataset is stored in chunks.");
    if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT)
        return al_h5_library_unreadable(g, object, "the layout of a dataset");
    *storage = layout == H5D_COMPACT ? AL_H5_COMPACT : AL_H5_CONTIGUOUS;
    return true;
}

static bool read_compact(struct al_h5_growth *g, struct al_h5_object *o, uint32_t object, hid_t id, hid_t type)
{
    uint8_t *bytes = al_arena_alloc(g->arena, o->bytes, 1);
    if (bytes == NULL)
        return al_h5_out_of_memory(g);
    o->compact = bytes;
    if (o->bytes > 0 && H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
        return al_h5_library_unreadable(g, object, "the bytes of a compact dataset");
    return true;
}

static bool find_bytes(struct al_h5_growth *g, uint32_t object, hid_t id, hid_t type, uint64_t count)
{
    struct al_h5_object *o = &g->tree->objects[object];
    if (!al_mul_u64(count, o->type.size, &o->bytes) || o->bytes > g->tree->size)
        return refuse(g, object, AL_HDF5_DATASPACE, "A dataset claims more bytes than the file has.");
    if (o->storage == AL_H5_COMPACT)
        return read_compact(g, o, object, id, type);
    haddr_t offset = H5Dget_offset(id);
    if (offset == HADDR_UNDEF && o->bytes > 0)
        return refuse(g, object, AL_HDF5_UNALLOCATED, "A dataset has a shape but no stored numbers.");
    if (offset == HADDR_UNDEF || o->bytes == 0) {
        o->storage = AL_H5_NOT_STORED;
        return true;
    }
    o->offset = offset;
    if (H5Dget_storage_size(id) != o->bytes || !al_range_inside(offset, o->bytes, g->tree->size))
        return refuse(g, object, AL_HDF5_DATASPACE, "A dataset's shape and its storage do not fit.");
    return true;
}

static bool describe(struct al_h5_growth *g, uint32_t object, hid_t id, hid_t type, hid_t space)
{
    struct al_h5_object *o = &g->tree->objects[object];
    uint64_t count = 0;
    bool null = false;
    if (!al_h5_library_type(g, object, type, &o->type) ||
        !al_h5_library_space(g, object, space, &o->shape, &count, &null))
        return false;
    struct al_h5_place place;
    if (o->type.class_ == AL_H5_FIXED_STRING || o->type.class_ == AL_H5_VARIABLE_STRING)
        return al_find(g->findings, AL_HDF5_TYPE, al_h5_place(&place, g->tree, object, g->member), "numbers",
                       al_text_of("strings"), "A dataset holds strings.");
    if (null)
        return refuse(g, object, AL_HDF5_DATASPACE, "A dataset has no space for numbers at all.");
    return find_bytes(g, object, id, type, count);
}

bool al_h5_library_dataset(struct al_h5_growth *g, uint32_t object, hid_t id)
{
    struct al_h5_object *o = &g->tree->objects[object];
    hid_t creation = H5Dget_create_plist(id);
    if (creation < 0)
        return al_h5_library_unreadable(g, object, "how a dataset is stored");
    bool plain = layout_is_plain(g, object, creation, &o->storage);
    H5Pclose(creation);
    if (!plain)
        return false;
    hid_t type = H5Dget_type(id);
    hid_t space = type < 0 ? -1 : H5Dget_space(id);
    bool sound = space >= 0 ? describe(g, object, id, type, space)
                            : al_h5_library_unreadable(g, object, "a dataset's type and shape");
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return sound;
}
