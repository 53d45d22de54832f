/* Dataspaces: HDF5 File Format Specification, IV.A.2.b. */
#include "loader/hdf5/strict/strict.h"

enum { MAXIMA_GIVEN = 0x01, TYPE_SCALAR = 0, TYPE_SIMPLE = 1, TYPE_NULL = 2 };

static bool dimensions(struct al_h5_strict *r, struct al_cursor *c, uint32_t flags, struct al_shape *shape)
{
    for (uint32_t i = 0; i < shape->rank; i++) {
        uint64_t offset = al_h5_at(r, c), dimension = al_cursor_u64(c);
        if (dimension > (uint64_t)AL_MAX_DIMENSION)
            return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "a dimension", "at most 2^40", dimension);
        shape->dim[i] = (int64_t)dimension;
    }
    if ((flags & MAXIMA_GIVEN) == 0)
        return true;
    for (uint32_t i = 0; i < shape->rank; i++) {
        uint64_t offset = al_h5_at(r, c), most = al_cursor_u64(c);
        if (most != (uint64_t)shape->dim[i] && !c->bad)
            return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "a greatest dimension", "the dimension itself", most);
    }
    return true;
}

bool al_h5_dataspace(struct al_h5_strict *r, struct al_cursor *c, size_t slack, struct al_shape *shape,
                     uint64_t *count,
                     bool *null)
{
    uint64_t offset = al_h5_at(r, c);
    uint32_t version = al_cursor_u8(c);
    *shape = (struct al_shape){.rank = al_cursor_u8(c)};
    uint32_t flags = al_cursor_u8(c);
    if (version != 1 && version != 2)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "version of a dataspace", "1 or 2", version);
    if (shape->rank > AL_MAX_RANK)
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset + 1, "number of dimensions", "at most 8", shape->rank);
    if (!al_h5_flags(r, c, flags, MAXIMA_GIVEN, "flags of a dataspace"))
        return false;
    uint32_t type = shape->rank == 0 ? TYPE_SCALAR : TYPE_SIMPLE;
    if (version == 2) {
        uint64_t type_offset = al_h5_at(r, c);
        uint32_t stated = al_cursor_u8(c);
        if (stated != type && !(stated == TYPE_NULL && shape->rank == 0))
            return al_h5_fault(r, AL_HDF5_MALFORMED, type_offset, "type of a dataspace", "one that fits its rank",
                               stated);
        type = stated;
    } else if (!al_h5_demand(r, c, 5, 0, "reserved bytes of a dataspace")) {
        return false;
    }
    *null = type == TYPE_NULL;
    *count = 0;
    if (!dimensions(r, c, flags, shape) || !al_h5_complete(r, c, slack, "a dataspace"))
        return false;
    if (!*null && !al_h5_count(shape, count))
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "a shape", "fewer than 2^64 elements", shape->rank);
    return true;
}
