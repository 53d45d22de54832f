/* Header messages by type: HDF5 File Format Specification, IV.A.2. Which types there
   are, which may stand more than once, and which mean a refusal by themselves. */
#include "loader/hdf5/strict/strict.h"

/* IV.A.1: flags of a message. Bit 0, constant, stands on types and fill values;
   bit 2, not shareable, on what the library decided not to share. */
enum { FLAG_CONSTANT = 0x01, FLAG_SHARED = 0x02, FLAG_UNSHAREABLE = 0x04 };

enum multiplicity { UNKNOWN, ONCE, IGNORED, ATTRIBUTE, LINK };

static const struct {
    enum multiplicity keep;
    const char *name;
} types[AL_H5_MESSAGE_TYPES] = {
    [AL_H5_NIL] = {IGNORED, "an empty message"},
    [AL_H5_DATASPACE] = {ONCE, "a dataspace message"},
    [AL_H5_LINK_INFO] = {ONCE, "a link info message"},
    [AL_H5_DATATYPE] = {ONCE, "a datatype message"},
    [AL_H5_OLD_FILL] = {ONCE, "an old fill value message"},
    [AL_H5_FILL] = {ONCE, "a fill value message"},
    [AL_H5_LINK] = {LINK, "a link message"},
    [AL_H5_EXTERNAL_LIST] = {ONCE, "an external file list"},
    [AL_H5_LAYOUT] = {ONCE, "a layout message"},
    [0x09] = {UNKNOWN, "a bogus message"},
    [AL_H5_GROUP_INFO] = {ONCE, "a group info message"},
    [AL_H5_FILTERS] = {ONCE, "a filter pipeline"},
    [AL_H5_ATTRIBUTE] = {ATTRIBUTE, "an attribute message"},
    [0x0D] = {UNKNOWN, "an object comment"},
    [AL_H5_OLD_TIME] = {ONCE, "an old modification time"},
    [0x0F] = {UNKNOWN, "a shared message table"},
    [AL_H5_CONTINUATION] = {IGNORED, "a continuation message"},
    [AL_H5_SYMBOL_TABLE] = {ONCE, "a symbol table message"},
    [AL_H5_TIME] = {ONCE, "a modification time"},
    [0x13] = {UNKNOWN, "a B-tree K message"},
    [0x14] = {UNKNOWN, "a driver info message"},
    [AL_H5_ATTRIBUTE_INFO] = {ONCE, "an attribute info message"},
    [AL_H5_REFERENCE_COUNT] = {ONCE, "a reference count"},
    [0x17] = {UNKNOWN, "a file space info message"},
};

static bool append(struct al_h5_strict *r, struct al_h5_message_list *list, const struct al_h5_message *m)
{
    if (list->count == list->room) {
        struct al_h5_message *grown = al_arena_grow(r->growth.arena, list->at, list->count, &list->room,
                                                    sizeof *grown);
        if (grown == NULL)
            return al_h5_out_of_memory(&r->growth);
        list->at = grown;
    }
    list->at[list->count++] = *m;
    return true;
}

bool al_h5_keep_message(struct al_h5_strict *r, uint64_t offset, uint32_t type, uint32_t flags,
                        const struct al_h5_message *m)
{
    struct al_h5_header *h = &r->header;
    if (type >= AL_H5_MESSAGE_TYPES)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "type of a header message", "0 to 23", type);
    if ((flags & FLAG_SHARED) != 0)
        return al_h5_fault(r, AL_HDF5_COMMITTED_TYPE, offset, types[type].name, "a message that is not shared",
                           flags);
    if ((flags & ~(uint32_t)(FLAG_CONSTANT | FLAG_UNSHAREABLE)) != 0)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "flags of a header message", "none that change its meaning",
                           flags);
    switch (types[type].keep) {
    case IGNORED:
        return true;
    case ATTRIBUTE:
        return append(r, &h->attributes, m);
    case LINK:
        return append(r, &h->links, m);
    case ONCE:
        if (h->only[type].data != NULL)
            return al_h5_fault(r, AL_HDF5_MALFORMED, offset, types[type].name, "one of it", type);
        h->only[type] = *m;
        return true;
    case UNKNOWN:
    default:
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, types[type].name, "a message that models need", type);
    }
}
