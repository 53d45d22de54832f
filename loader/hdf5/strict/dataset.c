/* A dataset from its header's messages: HDF5 File Format Specification, IV.A.2. The
   fill value and the times are checked for form and dropped: no number is made up. */
#include "loader/hdf5/strict/strict.h"

/* IV.A.2.e: The Data Storage - Fill Value (Old) Message. */
static bool old_fill(struct al_h5_strict *r, const struct al_h5_message *m, uint32_t element)
{
    struct al_cursor c = al_h5_message_cursor(m);
    uint64_t offset = al_h5_at(r, &c);
    uint32_t size = al_cursor_u32(&c);
    if (size != 0 && size != element)
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "size of a fill value", "the size of an element", size);
    al_cursor_skip(&c, size);
    return al_h5_complete(r, &c, m->slack, "an old fill value");
}

/* IV.A.2.f: The Data Storage - Fill Value Message. */
static bool fill(struct al_h5_strict *r, const struct al_h5_message *m, uint32_t element)
{
    enum { UNDEFINED = 0x10, HAVE_VALUE = 0x20, TIMES = 0x0F };
    struct al_cursor c = al_h5_message_cursor(m);
    uint64_t offset = al_h5_at(r, &c);
    uint32_t version = al_cursor_u8(&c), allocation, writing, has_value;
    if (version < 1 || version > 3)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "version of a fill value", "1 to 3", version);
    if (version == 3) {
        uint32_t flags = al_cursor_u8(&c);
        if (!al_h5_flags(r, &c, flags, TIMES | UNDEFINED | HAVE_VALUE, "flags of a fill value"))
            return false;
        allocation = flags & 3;
        writing = flags >> 2 & 3;
        has_value = (flags & HAVE_VALUE) != 0;
        if (has_value != 0 && (flags & UNDEFINED) != 0)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "flags of a fill value", "defined or not", flags);
    } else {
        allocation = al_cursor_u8(&c);
        writing = al_cursor_u8(&c);
        has_value = al_cursor_u8(&c);
    }
    if (allocation > 3 || writing > 2 || has_value > 1)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "times of a fill value", "ones that the format names",
                           allocation);
    /* version 1 gives a size even where there is no value */
    uint32_t size = has_value != 0 || version == 1 ? al_cursor_u32(&c) : 0;
    /* libhdf5 takes an empty value for "the default" in the older versions, and fails on it in version 3 */
    bool may_be_empty = version < 3 || has_value == 0;
    if (size != element && !(size == 0 && may_be_empty))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "size of a fill value", "the size of an element", size);
    al_cursor_skip(&c, size);
    return al_h5_complete(r, &c, m->slack, "a fill value");
}

static bool type_and_shape(struct al_h5_strict *r, struct al_h5_object *o, uint64_t *count)
{
    const struct al_h5_message *only = r->header.only;
    enum al_h5_padding padding;
    bool null;
    struct al_cursor space = al_h5_message_cursor(&only[AL_H5_DATASPACE]);
    struct al_cursor type = al_h5_message_cursor(&only[AL_H5_DATATYPE]);
    if (!al_h5_dataspace(r, &space, only[AL_H5_DATASPACE].slack, &o->shape, count, &null) ||
        !al_h5_datatype(r, &type, only[AL_H5_DATATYPE].slack, &o->type, &padding))
        return false;
    if (o->type.class_ == AL_H5_FIXED_STRING || o->type.class_ == AL_H5_VARIABLE_STRING)
        return al_h5_fault(r, AL_HDF5_TYPE, al_h5_at(r, &type), "a dataset of strings", "numbers", 0);
    if (null)
        return al_h5_fault(r, AL_HDF5_DATASPACE, al_h5_at(r, &space), "a dataset without any space", "a shape", 0);
    return true;
}

bool al_h5_dataset(struct al_h5_strict *r)
{
    static const enum al_h5_message_type foreign[] = {AL_H5_LINK_INFO, AL_H5_GROUP_INFO, AL_H5_SYMBOL_TABLE};
    struct al_h5_object *o = &r->growth.tree->objects[r->object];
    const struct al_h5_header *h = &r->header;
    uint64_t count = 0;
    o->dataset = true;
    bool has_type = h->only[AL_H5_DATATYPE].data != NULL, has_space = h->only[AL_H5_DATASPACE].data != NULL;
    bool has_layout = h->only[AL_H5_LAYOUT].data != NULL;
    if (has_type && !has_space && !has_layout)
        return al_h5_fault(r, AL_HDF5_COMMITTED_TYPE, h->address, "a named datatype", "a dataset or group", 0);
    if (!has_type || !has_space || !has_layout)
        return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "an object's messages",
                           "type, shape and layout of a dataset, or a group's", 0);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (h->only[foreign[i]].data != NULL || h->links.count > 0)
            return al_h5_fault(r, AL_HDF5_MALFORMED, h->address, "an object that is dataset and group", "one of both",
                               foreign[i]);
    if (!al_h5_stored_plainly(r) || !type_and_shape(r, o, &count) ||
        !al_h5_layout(r, &h->only[AL_H5_LAYOUT], o, count))
        return false;
    if (h->only[AL_H5_OLD_FILL].data != NULL && !old_fill(r, &h->only[AL_H5_OLD_FILL], o->type.size))
        return false;
    return h->only[AL_H5_FILL].data == NULL || fill(r, &h->only[AL_H5_FILL], o->type.size);
}
