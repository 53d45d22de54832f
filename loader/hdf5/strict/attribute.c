/* Attributes: HDF5 File Format Specification, IV.A.2.m, versions 1 to 3. Values
   stay where they lie; strings become views without their padding. */
#include "loader/hdf5/strict/strict.h"

#include "base/checked.h"
#include "loader/hdf5/strict/dense.h"

enum { REFERENCE = 16 }; /* III.E: length, address and index of an object in a global heap */

static bool attribute_name(struct al_h5_strict *r, struct al_cursor *c, uint32_t size, uint32_t padded,
                           struct al_text *out)
{
    uint64_t offset = al_h5_at(r, c);
    const char *bytes = (const char *)al_cursor_bytes(c, padded);
    if (bytes == NULL)
        return al_h5_complete(r, c, 0, "name of an attribute");
    if (size < 2 || strnlen(bytes, size) != size - 1)
        return al_h5_fault(r, AL_HDF5_NAME, offset, "name of an attribute", "one that ends at its NUL", size);
    *out = (struct al_text){bytes, size - 1};
    return true;
}

static bool strings_of_variable_length(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_attribute *a,
                                       struct al_text *texts)
{
    uint64_t total = 0;
    for (uint64_t i = 0; i < a->count; i++) {
        uint32_t length = al_cursor_u32(c);
        uint64_t heap = al_cursor_u64(c);
        uint32_t index = al_cursor_u32(c);
        total += length;
        if (total > AL_MAX_HDF5_ATTRIBUTE_BYTES)
            return al_h5_fault(r, AL_HDF5_ATTRIBUTE_TOO_LARGE, al_h5_at(r, c), "an attribute", "at most 128 MiB",
                               total);
        if (!al_h5_heap_string(r, heap, index, length, &texts[i]))
            return false;
    }
    return true;
}

static bool strings_of_fixed_length(struct al_h5_strict *r, struct al_cursor *c, struct al_h5_attribute *a,
                                    enum al_h5_padding padding, struct al_text *texts)
{
    for (uint64_t i = 0; i < a->count; i++) {
        uint64_t offset = al_h5_at(r, c);
        const uint8_t *bytes = al_cursor_bytes(c, a->type.size);
        if (bytes == NULL)
            return al_h5_complete(r, c, 0, "an attribute");
        texts[i] = al_h5_trim(bytes, a->type.size, padding);
        /* what one reader takes for the end and another for a character */
        const char *rest = texts[i].at + texts[i].length;
        size_t left = a->type.size - texts[i].length;
        bool sound = memchr(texts[i].at, '\0', texts[i].length) == NULL;
        for (size_t k = 0; padding == AL_H5_NUL_TERMINATED && k < left; k++)
            sound = sound && rest[k] == '\0';
        if (!sound)
            return al_h5_fault(r, AL_HDF5_STRING, offset, "a string of fixed length", "NUL at its end only",
                               a->type.size);
    }
    return true;
}

static bool value(struct al_h5_strict *r, struct al_cursor *c, enum al_h5_padding padding, struct al_h5_attribute *a)
{
    bool variable = a->type.class_ == AL_H5_VARIABLE_STRING;
    uint64_t offset = al_h5_at(r, c), bytes = 0;
    if (a->null_space)
        return true;
    if (!al_mul_u64(a->count, variable ? REFERENCE : a->type.size, &bytes) || bytes > al_cursor_left(c))
        return al_h5_fault(r, AL_HDF5_DATASPACE, offset, "size of an attribute", "bytes that are there", bytes);
    if (bytes > AL_MAX_HDF5_ATTRIBUTE_BYTES)
        return al_h5_fault(r, AL_HDF5_ATTRIBUTE_TOO_LARGE, offset, "an attribute", "at most 128 MiB", bytes);
    if (!variable && a->type.class_ != AL_H5_FIXED_STRING) {
        a->raw = al_cursor_bytes(c, (size_t)bytes);
        return true;
    }
    struct al_text *texts = al_arena_alloc(r->growth.arena, a->count, sizeof *texts);
    if (texts == NULL)
        return al_h5_out_of_memory(&r->growth);
    a->texts = texts;
    return variable ? strings_of_variable_length(r, c, a, texts) : strings_of_fixed_length(r, c, a, padding, texts);
}

static uint32_t padded(uint32_t version, uint32_t size)
{
    return version == 1 ? (size + 7) / 8 * 8 : size;
}

static bool part(struct al_cursor *c, uint32_t version, uint32_t size, struct al_cursor *out)
{
    const uint8_t *bytes = al_cursor_bytes(c, padded(version, size));
    *out = al_cursor_over(bytes, size);
    return bytes != NULL;
}

bool al_h5_attribute_message(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_attribute *out)
{
    struct al_cursor c = al_h5_message_cursor(m), type, space;
    uint64_t offset = al_h5_at(r, &c);
    enum al_h5_padding padding;
    uint32_t version = al_cursor_u8(&c), flags = al_cursor_u8(&c);
    if (version < 1 || version > 3)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "version of an attribute", "1 to 3", version);
    if (version > 1 && (flags & 3) != 0)
        return al_h5_fault(r, AL_HDF5_COMMITTED_TYPE, offset, "an attribute's type or shape",
                           "one written where it is used", flags);
    if (flags != 0)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "flags of an attribute", "0", flags);
    uint32_t name_size = al_cursor_u16(&c), type_size = al_cursor_u16(&c), space_size = al_cursor_u16(&c);
    uint32_t charset = version == 3 ? al_cursor_u8(&c) : 0;
    if (charset > 1)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "character set of an attribute's name", "0 or 1", charset);
    *out = (struct al_h5_attribute){0};
    if (!attribute_name(r, &c, name_size, padded(version, name_size), &out->name))
        return false;
    if (!part(&c, version, type_size, &type) || !part(&c, version, space_size, &space))
        return al_h5_complete(r, &c, 0, "an attribute");
    return al_h5_datatype(r, &type, 0, &out->type, &padding) &&
           al_h5_dataspace(r, &space, 0, &out->shape, &out->count, &out->null_space) &&
           value(r, &c, padding, out) && al_h5_complete(r, &c, m->slack, "an attribute");
}

static bool unique(struct al_h5_strict *r, const struct al_h5_attribute *attributes, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (al_text_equal(attributes[i - 1].name, attributes[i].name))
            return al_h5_fault_text(r, AL_HDF5_NAME, r->header.address, "two attributes of one name",
                                    "each name once", attributes[i].name);
    return true;
}

/* III.A.2, record type 8: attributes are found by the hash of their name, equal hashes by the name. */
static bool found_by_name(struct al_h5_strict *r, const struct al_h5_message *messages,
                          const struct al_h5_attribute *attributes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!al_h5_hash_fits(r, messages[i].hash, attributes[i].name, i == 0 ? NULL : &messages[i - 1].hash,
                             i == 0 ? AL_NOTHING : attributes[i - 1].name))
            return false;
    return true;
}

bool al_h5_attributes(struct al_h5_strict *r)
{
    struct al_h5_object *o = &r->growth.tree->objects[r->object];
    const struct al_h5_message_list *list = &r->header.attributes;
    struct al_h5_message_list dense = {0};
    if (!al_h5_dense_attributes(r, &dense))
        return false;
    if (dense.count > 0 && list->count > 0)
        return al_h5_fault(r, AL_HDF5_MALFORMED, r->header.address, "attributes in the header and in a heap",
                           "one of both", list->count);
    if (dense.count > 0)
        list = &dense;
    if (list->count == 0)
        return true;
    struct al_h5_attribute *attributes = al_arena_alloc(r->growth.arena, list->count, sizeof *attributes);
    if (attributes == NULL || list->count > UINT32_MAX)
        return al_h5_out_of_memory(&r->growth);
    for (size_t i = 0; i < list->count; i++)
        if (!al_h5_attribute_message(r, &list->at[i], &attributes[i]))
            return false;
    if (dense.count > 0 && !found_by_name(r, dense.at, attributes, dense.count))
        return false;
    al_h5_sort_attributes(attributes, list->count);
    o->attributes = attributes;
    o->attribute_count = (uint32_t)list->count;
    return unique(r, attributes, list->count);
}
