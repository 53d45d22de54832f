/* How the strict reader refuses, and what it asks of every structure: that it lies
   inside the file, that its bytes belong to nothing else, that it is complete. */
#include "loader/hdf5/strict/strict.h"

#include "loader/hdf5/strict/checksum.h"

bool al_h5_fault_text(struct al_h5_strict *r, enum al_finding_id id, uint64_t offset, const char *what,
                      const char *expected, struct al_text found)
{
    struct al_h5_growth *g = &r->growth;
    struct al_h5_place place;
    const struct al_place *at = &place.steps[0];
    place.steps[0] = al_place_root(g->member);
    if (g->tree->object_count > 0)
        at = al_h5_place(&place, g->tree, r->object, g->member);
    (void)al_find(g->findings, id, at, expected, found, "At byte %llu: %s.", (unsigned long long)offset, what);
    return false;
}

bool al_h5_fault(struct al_h5_strict *r, enum al_finding_id id, uint64_t offset, const char *what,
                 const char *expected, uint64_t found)
{
    return al_h5_fault_text(r, id, offset, what, expected,
                            al_found(r->growth.findings, "%llu", (unsigned long long)found));
}

uint64_t al_h5_at(const struct al_h5_strict *r, const struct al_cursor *c)
{
    return (uint64_t)(c->base - r->image) + c->at;
}

bool al_h5_region(struct al_h5_strict *r, uint64_t offset, uint64_t length, const char *what, struct al_cursor *out)
{
    switch (al_h5_claim(&r->claims, r->growth.arena, offset, length)) {
    case AL_H5_CLAIMED:
        *out = al_cursor_over(r->image + offset, length);
        return true;
    case AL_H5_OUTSIDE:
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, what, "a place inside the file", length);
    case AL_H5_TOO_MUCH:
        return al_h5_fault(r, AL_HDF5_OVERLAP, offset, what, "bytes that nothing else claims", length);
    case AL_H5_CLAIM_NO_MEMORY:
    default:
        return al_h5_out_of_memory(&r->growth);
    }
}

bool al_h5_signature(struct al_h5_strict *r, struct al_cursor *c, const char *signature, const char *what)
{
    uint64_t offset = al_h5_at(r, c);
    const uint8_t *bytes = al_cursor_bytes(c, 4);
    if (bytes != NULL && memcmp(bytes, signature, 4) == 0)
        return true;
    return al_h5_fault(r, AL_HDF5_MALFORMED, offset, what, signature, 0);
}

uint64_t al_h5_number(struct al_cursor *c, uint32_t width)
{
    const uint8_t *bytes = al_cursor_bytes(c, width);
    uint64_t value = 0;
    for (uint32_t i = 0; bytes != NULL && i < width; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

bool al_h5_demand(struct al_h5_strict *r, struct al_cursor *c, uint32_t width, uint64_t value, const char *what)
{
    uint64_t offset = al_h5_at(r, c);
    uint64_t found = al_h5_number(c, width);
    if (found == value && !c->bad)
        return true;
    struct al_text expected = al_found(r->growth.findings, "%llu", (unsigned long long)value);
    return al_h5_fault(r, AL_HDF5_UNKNOWN, offset, what, expected.at, found);
}

bool al_h5_flags(struct al_h5_strict *r, const struct al_cursor *c, uint32_t flags, uint32_t known, const char *what)
{
    if ((flags & ~known) == 0)
        return true;
    return al_h5_fault(r, AL_HDF5_UNKNOWN, al_h5_at(r, c), what, "only bits whose meaning is known", flags);
}

bool al_h5_complete(struct al_h5_strict *r, const struct al_cursor *c, size_t slack, const char *what)
{
    if (!c->bad && al_cursor_left(c) <= slack)
        return true;
    return al_h5_fault(r, AL_HDF5_MALFORMED, al_h5_at(r, c), what, "a length that fits what is in it",
                       al_cursor_left(c));
}

bool al_h5_checksum_fits(struct al_h5_strict *r, struct al_cursor *c, const char *what)
{
    size_t covered = c->at;
    uint64_t offset = al_h5_at(r, c);
    uint32_t stored = al_cursor_u32(c);
    if (c->bad)
        return al_h5_complete(r, c, 0, what);
    uint32_t computed = al_h5_lookup3(c->base, covered);
    if (stored == computed)
        return true;
    struct al_text expected = al_found(r->growth.findings, "%u", (unsigned)computed);
    return al_h5_fault(r, AL_HDF5_CHECKSUM, offset, what, expected.at, stored);
}

struct al_cursor al_h5_message_cursor(const struct al_h5_message *m)
{
    return al_cursor_over(m->data, m->size);
}
