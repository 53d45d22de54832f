/* Where a dataset's numbers lie: HDF5 File Format Specification, IV.A.2.i (layout),
   IV.A.2.h (external files) and IV.A.2.l (filters). */
#include "loader/hdf5/strict/strict.h"

#include "base/checked.h"

enum layout_class { COMPACT = 0, CONTIGUOUS = 1, CHUNKED = 2, VIRTUAL = 3 };

static const struct {
    uint32_t id;
    const char *name;
} filters[] = {
    {1, "deflate"}, {2, "shuffle"}, {3, "fletcher32"}, {4, "szip"}, {5, "nbit"}, {6, "scaleoffset"}, {32000, "lzf"},
};

static bool name_filter(struct al_h5_strict *r, const struct al_h5_message *m)
{
    struct al_cursor c = al_h5_message_cursor(m);
    uint64_t offset = al_h5_at(r, &c);
    uint32_t version = al_cursor_u8(&c);
    /* version 1 has 6 reserved bytes between the number of filters and the first one's id */
    al_cursor_skip(&c, version == 1 ? 7 : 1);
    uint32_t id = al_cursor_u16(&c);
    const char *name = "a filter pipeline";
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (filters[i].id == id)
            name = filters[i].name;
    return al_h5_fault(r, AL_HDF5_FILTER, offset, name, "a dataset without filters", id);
}

/* The class stands at the same place in versions 3 and 4, and one byte on in 1 and 2. */
static bool layout_class(struct al_h5_strict *r, struct al_cursor *c, uint32_t *version, uint32_t *rank,
                         uint32_t *class)
{
    uint64_t offset = al_h5_at(r, c);
    *version = al_cursor_u8(c);
    if (*version < 1 || *version > 4)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "version of a layout", "1 to 4", *version);
    *rank = *version < 3 ? al_cursor_u8(c) : 0;
    *class = al_cursor_u8(c);
    if (*class == CHUNKED)
        return al_h5_fault(r, AL_HDF5_CHUNKED, offset, "a dataset in chunks", "contiguous or compact storage",
                           *class);
    if (*class == VIRTUAL && *version == 4)
        return al_h5_fault(r, AL_HDF5_VIRTUAL, offset, "a virtual dataset", "contiguous or compact storage", *class);
    if (*class > CHUNKED)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "class of a layout", "0 or 1", *class);
    return !c->bad || al_h5_complete(r, c, 0, "a layout");
}

bool al_h5_stored_plainly(struct al_h5_strict *r)
{
    const struct al_h5_message *only = r->header.only;
    uint32_t version, rank, class;
    if (only[AL_H5_EXTERNAL_LIST].data != NULL)
        return al_h5_fault(r, AL_HDF5_EXTERNAL_STORAGE,
                           (uint64_t)(only[AL_H5_EXTERNAL_LIST].data - r->image), "an external file list",
                           "numbers in this file", 0);
    if (only[AL_H5_FILTERS].data != NULL)
        return name_filter(r, &only[AL_H5_FILTERS]);
    struct al_cursor c = al_h5_message_cursor(&only[AL_H5_LAYOUT]);
    return layout_class(r, &c, &version, &rank, &class);
}

static bool compact(struct al_h5_strict *r, struct al_cursor *c, uint32_t width, struct al_h5_object *o)
{
    uint64_t offset = al_h5_at(r, c), size = al_h5_number(c, width);
    if (size != o->bytes)
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "size of a compact dataset",
                           al_found(r->growth.findings, "%llu bytes", (unsigned long long)o->bytes).at, size);
    o->storage = AL_H5_COMPACT;
    o->compact = al_cursor_bytes(c, (size_t)size);
    return true;
}

static bool contiguous(struct al_h5_strict *r, uint64_t offset, uint64_t address, struct al_h5_object *o)
{
    struct al_cursor data;
    if (o->bytes == 0) {
        if (address != AL_H5_UNDEFINED)
            return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "address of a dataset without elements", "none",
                               address);
        o->storage = AL_H5_NOT_STORED;
        return true;
    }
    if (address == AL_H5_UNDEFINED)
        return al_h5_fault(r, AL_HDF5_UNALLOCATED, offset, "address of a dataset", "a place in the file", address);
    o->storage = AL_H5_CONTIGUOUS;
    o->offset = address;
    return al_h5_region(r, address, o->bytes, "a dataset's numbers", &data);
}

/* Versions 1 and 2 repeat the dimensions, cut to 32 bits; some writers add the size of an element. */
static bool repeated_dimensions(struct al_h5_strict *r, struct al_cursor *c, uint32_t rank,
                                const struct al_h5_object *o)
{
    uint64_t offset = al_h5_at(r, c);
    bool same = rank == o->shape.rank || rank == o->shape.rank + 1;
    for (uint32_t i = 0; same && i < rank; i++)
        same = al_cursor_u32(c) == (uint32_t)(i < o->shape.rank ? (uint64_t)o->shape.dim[i] : o->type.size);
    return same || al_h5_fault(r, AL_HDF5_DATASPACE, offset, "dimensions in a layout", "those of the dataspace",
                               rank);
}

static bool old_layout(struct al_h5_strict *r, struct al_cursor *c, uint32_t rank, uint32_t class,
                       struct al_h5_object *o)
{
    if (!al_h5_demand(r, c, 5, 0, "reserved bytes of a layout"))
        return false;
    uint64_t offset = al_h5_at(r, c), address = class == CONTIGUOUS ? al_cursor_u64(c) : 0;
    if (!repeated_dimensions(r, c, rank, o))
        return false;
    return class == COMPACT ? compact(r, c, 4, o) : contiguous(r, offset, address, o);
}

bool al_h5_layout(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_object *o, uint64_t count)
{
    struct al_cursor c = al_h5_message_cursor(m);
    uint32_t version, rank, class;
    if (!layout_class(r, &c, &version, &rank, &class))
        return false;
    uint64_t offset = al_h5_at(r, &c);
    if (!al_mul_u64(count, o->type.size, &o->bytes) || o->bytes > r->size)
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "a dataset's shape", "at most the file's bytes", count);
    if (version < 3)
        return old_layout(r, &c, rank, class, o) && al_h5_complete(r, &c, m->slack, "a layout");
    if (class == COMPACT)
        return compact(r, &c, 2, o) && al_h5_complete(r, &c, m->slack, "a layout");
    uint64_t address = al_cursor_u64(&c), size = al_cursor_u64(&c);
    if (!al_h5_complete(r, &c, m->slack, "a layout"))
        return false;
    if (size != o->bytes)
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset + 8, "size of a contiguous dataset",
                           al_found(r->growth.findings, "%llu bytes", (unsigned long long)o->bytes).at, size);
    return contiguous(r, offset, address, o);
}
