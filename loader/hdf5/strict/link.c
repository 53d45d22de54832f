/* Link messages of new-style groups: HDF5 File Format Specification, IV.A.2.g. */
#include "loader/hdf5/strict/strict.h"

enum { LENGTH_BITS = 0x03, HAS_ORDER = 0x04, HAS_TYPE = 0x08, HAS_CHARSET = 0x10 };
enum link_type { HARD = 0, SOFT = 1, EXTERNAL = 64 };

static bool refuse_type(struct al_h5_strict *r, uint64_t offset, uint32_t type, struct al_text name)
{
    if (type == SOFT)
        return al_h5_fault_text(r, AL_HDF5_SOFT_LINK, offset, "a soft link", "hard links only", name);
    if (type == EXTERNAL)
        return al_h5_fault_text(r, AL_HDF5_EXTERNAL_LINK, offset, "an external link", "hard links only", name);
    if (type > EXTERNAL)
        return al_h5_fault_text(r, AL_HDF5_USER_LINK, offset, "a user-defined link", "hard links only", name);
    return al_h5_fault_text(r, AL_HDF5_UNKNOWN, offset, "a link of a type that is not defined", "hard links only",
                            name);
}

bool al_h5_link_message(struct al_h5_strict *r, const struct al_h5_message *m, struct al_h5_link *out,
                        uint64_t *order)
{
    struct al_cursor c = al_h5_message_cursor(m);
    uint64_t offset = al_h5_at(r, &c);
    if (!al_h5_demand(r, &c, 1, 1, "version of a link message"))
        return false;
    uint32_t flags = al_cursor_u8(&c);
    if (!al_h5_flags(r, &c, flags, LENGTH_BITS | HAS_ORDER | HAS_TYPE | HAS_CHARSET, "flags of a link message"))
        return false;
    uint32_t type = (flags & HAS_TYPE) != 0 ? al_cursor_u8(&c) : HARD;
    *order = (flags & HAS_ORDER) != 0 ? al_cursor_u64(&c) : 0;
    uint32_t charset = (flags & HAS_CHARSET) != 0 ? al_cursor_u8(&c) : 0;
    uint64_t length = al_h5_number(&c, 1U << (flags & LENGTH_BITS));
    if (charset > 1)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, "character set of a link's name", "0 or 1", charset);
    if (length > al_cursor_left(&c))
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "length of a link's name", "one that fits", length);
    *out = (struct al_h5_link){0};
    out->name = (struct al_text){(const char *)al_cursor_bytes(&c, (size_t)length), (size_t)length};
    if (c.bad)
        return al_h5_complete(r, &c, 0, "a link message");
    if (type != HARD)
        return refuse_type(r, offset, type, out->name);
    out->address = al_cursor_u64(&c);
    return al_h5_complete(r, &c, m->slack, "a link message");
}
