/* The superblock: HDF5 File Format Specification, II.A. Honest files begin with it
   at byte 0, use 8-byte offsets and lengths, and have no extension and no driver. */
#include "loader/hdf5/strict/strict.h"

#include "loader/hdf5/strict/checksum.h"

static const uint8_t SIGNATURE[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

enum {
    SIZE_0 = 96,      /* version 0, symbol table entry included */
    SIZE_1 = 100,
    SIZE_2 = 48,      /* versions 2 and 3 */
    FURTHEST_BLOCK = 1 << 20
};

/* libhdf5 looks for the signature at 0, 512, 1024, 2048 …: II.A. A file that has it
   only further on has a user block. */
static bool has_user_block(const struct al_h5_strict *r)
{
    for (uint64_t at = 512; at <= FURTHEST_BLOCK && al_h5_range_holds(r, at, sizeof SIGNATURE); at *= 2)
        if (memcmp(r->image + at, SIGNATURE, sizeof SIGNATURE) == 0)
            return true;
    return false;
}

static bool end_of_file(struct al_h5_strict *r, uint64_t offset, uint64_t end)
{
    if (end > r->size)
        return al_h5_fault(r, AL_HDF5_TRUNCATED, offset, "the end-of-file address lies behind the file's end",
                           al_found(r->growth.findings, "%llu bytes", (unsigned long long)r->size).at, end);
    if (end < r->size)
        return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "the file goes on behind its end-of-file address",
                           al_found(r->growth.findings, "%llu bytes", (unsigned long long)r->size).at, end);
    return true;
}

static bool group_k(struct al_h5_strict *r, uint64_t offset, uint32_t k)
{
    if (k > 0 && k < 32768)
        return true;
    return al_h5_fault(r, AL_HDF5_MALFORMED, offset, "a B-tree's K", "a number from 1 to 32767", k);
}

/* II.B, Disk Format: Level 0A, and III.C, Symbol Table Entry, for the root group. */
static bool oldest(struct al_h5_strict *r, struct al_cursor *c, uint32_t version, uint64_t *root)
{
    if (!al_h5_demand(r, c, 1, 0, "version of the free space storage") ||
        !al_h5_demand(r, c, 1, 0, "version of the root group's symbol table entry") ||
        !al_h5_demand(r, c, 1, 0, "a reserved byte of the superblock") ||
        !al_h5_demand(r, c, 1, 0, "version of shared header messages") ||
        !al_h5_demand(r, c, 1, 8, "size of offsets") || !al_h5_demand(r, c, 1, 8, "size of lengths") ||
        !al_h5_demand(r, c, 1, 0, "a reserved byte of the superblock"))
        return false;
    uint64_t k_offset = al_h5_at(r, c);
    r->leaf_k = al_cursor_u16(c);
    r->internal_k = al_cursor_u16(c);
    if (!group_k(r, k_offset, r->leaf_k) || !group_k(r, k_offset + 2, r->internal_k) ||
        !al_h5_demand(r, c, 4, 0, "consistency flags"))
        return false;
    if (version == 1) {
        /* K of chunked storage, of which there is none */
        al_cursor_skip(c, 2);
        if (!al_h5_demand(r, c, 2, 0, "reserved bytes of the superblock"))
            return false;
    }
    if (!al_h5_demand(r, c, 8, 0, "base address") ||
        !al_h5_demand(r, c, 8, AL_H5_UNDEFINED, "address of the file's free space"))
        return false;
    uint64_t end_offset = al_h5_at(r, c);
    if (!end_of_file(r, end_offset, al_cursor_u64(c)) ||
        !al_h5_demand(r, c, 8, AL_H5_UNDEFINED, "address of driver information") ||
        !al_h5_demand(r, c, 8, 0, "name of the root group"))
        return false;
    *root = al_cursor_u64(c);
    return al_h5_symbol_cache(r, c, &r->root) && al_h5_complete(r, c, 0, "the superblock");
}

/* II.C and II.D, Disk Format: Level 0A, superblock versions 2 and 3. */
static bool newer(struct al_h5_strict *r, struct al_cursor *c, uint64_t *root)
{
    if (!al_h5_demand(r, c, 1, 8, "size of offsets") || !al_h5_demand(r, c, 1, 8, "size of lengths"))
        return false;
    uint64_t flags_offset = al_h5_at(r, c);
    uint32_t flags = al_cursor_u8(c);
    if (flags != 0)
        return al_h5_fault(r, AL_HDF5_OPEN_FOR_WRITING, flags_offset, "consistency flags", "0", flags);
    if (!al_h5_demand(r, c, 8, 0, "base address") ||
        !al_h5_demand(r, c, 8, AL_H5_UNDEFINED, "address of a superblock extension"))
        return false;
    uint64_t end_offset = al_h5_at(r, c);
    if (!end_of_file(r, end_offset, al_cursor_u64(c)))
        return false;
    *root = al_cursor_u64(c);
    return al_h5_checksum_fits(r, c, "the superblock's checksum") && al_h5_complete(r, c, 0, "the superblock");
}

bool al_h5_superblock(struct al_h5_strict *r, uint64_t *root)
{
    struct al_cursor c;
    if (!al_h5_range_holds(r, 0, sizeof SIGNATURE + 1))
        return al_h5_fault(r, AL_HDF5_TRUNCATED, 0, "the file ends inside its signature", "a superblock", r->size);
    if (memcmp(r->image, SIGNATURE, sizeof SIGNATURE) != 0) {
        if (has_user_block(r))
            return al_h5_fault(r, AL_HDF5_USER_BLOCK, 0, "foreign bytes stand before the superblock",
                               "the HDF5 signature", r->image[0]);
        return al_h5_fault(r, AL_HDF5_MALFORMED, 0, "the file's signature", "the HDF5 signature", r->image[0]);
    }
    uint32_t version = r->image[sizeof SIGNATURE];
    if (version > 3)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, sizeof SIGNATURE, "version of the superblock", "0 to 3", version);
    uint64_t size = version == 0 ? SIZE_0 : version == 1 ? SIZE_1 : SIZE_2;
    if (!al_h5_range_holds(r, 0, size))
        return al_h5_fault(r, AL_HDF5_TRUNCATED, 0, "the file ends inside its superblock", "a superblock", r->size);
    if (!al_h5_region(r, 0, size, "the superblock", &c))
        return false;
    al_cursor_skip(&c, sizeof SIGNATURE + 1);
    return version < 2 ? oldest(r, &c, version, root) : newer(r, &c, root);
}
