/* Near misses: honest files with one field changed, everything else right, checksums
   mended. Offsets are those of the HDF5 File Format Specification 3.0. */
#include "tests/unit/hdf5.h"

#include <stdio.h>

#define NEVER UINT64_MAX
#define FAR (UINT64_C(1) << 50)

struct row {
    const char *file;
    const char *where;  /* a signature, or a path that begins with '/' */
    unsigned which;     /* the nth such structure, or the type of the message whose data begin there */
    size_t offset; /* may lie before the place: it wraps around */
    unsigned width;
    uint64_t value;
    const char *id;
};

enum { SPACE = 1, LINK_INFO = 2, TYPE = 3, FILL = 5, LINK = 6, LAYOUT = 8, GROUP_INFO = 10, ATTRIBUTE = 12,
       CONTINUED = 16, TABLE = 17, TIME = 18, ATTRIBUTE_INFO = 21 };

static const struct row superblocks[] = {
    {"layers", "\x89HDF", 0, 0, 1, 0x88, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 8, 1, 4, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 9, 1, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 10, 1, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 11, 1, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 12, 1, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 13, 1, 4, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 14, 1, 4, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 15, 1, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 16, 2, 0, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 18, 2, 0x8000, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 20, 4, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 24, 8, 8, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 32, 8, 0, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 40, 8, FAR, "hdf5.truncated"},
    {"layers", "\x89HDF", 0, 40, 8, 4096, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 48, 8, 0, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 56, 8, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 64, 8, FAR, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 64, 8, 0, "hdf5.malformed"},
    {"layers", "\x89HDF", 0, 72, 4, 0, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 72, 4, 2, "hdf5.soft-link"},
    {"layers", "\x89HDF", 0, 72, 4, 3, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 76, 4, 1, "hdf5.unknown"},
    {"layers", "\x89HDF", 0, 80, 8, 840, "hdf5.malformed"},
    {"layers-v110", "\x89HDF", 0, 9, 1, 4, "hdf5.unknown"},
    {"layers-v110", "\x89HDF", 0, 10, 1, 4, "hdf5.unknown"},
    {"layers-v110", "\x89HDF", 0, 11, 1, 1, "hdf5.open-for-writing"},
    {"layers-v110", "\x89HDF", 0, 12, 8, 8, "hdf5.unknown"},
    {"layers-v110", "\x89HDF", 0, 20, 8, 195, "hdf5.unknown"},
    {"layers-v110", "\x89HDF", 0, 28, 8, FAR, "hdf5.truncated"},
    {"layers-v110", "\x89HDF", 0, 36, 8, FAR, "hdf5.malformed"},
};

static const struct row headers[] = {
    /* version 1: the 16 bytes before the first message, which of a dataset is its dataspace */
    {"types", "/f4", SPACE, 0 - (size_t)24, 1, 2, "hdf5.unknown"},
    {"types", "/f4", SPACE, 0 - (size_t)23, 1, 1, "hdf5.unknown"},
    {"types", "/f4", SPACE, 0 - (size_t)22, 2, 1, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)20, 4, 2, "hdf5.link-cycle"},
    {"types", "/f4", SPACE, 0 - (size_t)16, 4, 0x7FFFFFFF, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)16, 4, 20, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, 24, "hdf5.unknown"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, 0xD, "hdf5.unknown"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, TYPE, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, 0, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, TABLE, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)8, 2, LINK_INFO, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)6, 2, 12, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)6, 2, 0xFFF8, "hdf5.malformed"},
    {"types", "/f4", SPACE, 0 - (size_t)4, 1, 2, "hdf5.committed-type"},
    {"types", "/f4", SPACE, 0 - (size_t)4, 1, 8, "hdf5.unknown"},
    {"types", "/f4", SPACE, 0 - (size_t)3, 1, 1, "hdf5.unknown"},
    {"types", "/timed", TIME, 0, 1, 2, "hdf5.unknown"},
    {"types", "/timed", TIME, 1, 1, 1, "hdf5.unknown"},
    {"types", "/timed", TIME, 0 - (size_t)8, 2, 14, "hdf5.malformed"},
    {"continued", "/g", CONTINUED, 0, 8, FAR, "hdf5.malformed"},
    {"continued", "/g", CONTINUED, 0, 8, 0, "hdf5.unknown"},
    {"continued", "/g", CONTINUED, 8, 8, 0, "hdf5.malformed"},
    {"layers", "/layers", TABLE, 0, 8, 136, "hdf5.malformed"},
    {"layers", "/layers", TABLE, 0 - (size_t)8, 2, GROUP_INFO, "hdf5.malformed"},
    {"layers", "/layers", TABLE, 0 - (size_t)8, 2, LINK_INFO, "hdf5.unknown"},
    {"layers", "/layers", TABLE, 0 - (size_t)8, 2, LAYOUT, "hdf5.malformed"},
    {"layers", "/layers", TABLE, 0 - (size_t)8, 2, 22, "hdf5.unknown"},
    /* version 2 */
    {"continued-v110", "OHDR", 1, 0, 1, 'P', "hdf5.unknown"},
    {"continued-v110", "OHDR", 1, 1, 1, 'P', "hdf5.malformed"},
    {"continued-v110", "OHDR", 1, 4, 1, 3, "hdf5.unknown"},
    {"continued-v110", "OHDR", 1, 5, 1, 0x60, "hdf5.unknown"},
    {"continued-v110", "OHDR", 1, 5, 1, 0x28, "hdf5.malformed"},
    {"continued-v110", "OHDR", 1, 5, 1, 0x23, "hdf5.malformed"},
    {"continued-v110", "OHDR", 1, 22, 1, 255, "hdf5.malformed"},
    {"continued-v110", "/g", CONTINUED, 8, 8, 7, "hdf5.malformed"},
    {"continued-v110", "/g", CONTINUED, 8, 8, FAR, "hdf5.malformed"},
    {"continued-v110", "OCHK", 0, 0, 1, 'P', "hdf5.malformed"},
    {"continued-v110", "/g", GROUP_INFO, 0, 1, 1, "hdf5.unknown"},
    {"continued-v110", "/g", GROUP_INFO, 1, 1, 4, "hdf5.unknown"},
    {"continued-v110", "/g", GROUP_INFO, 1, 1, 1, "hdf5.malformed"},
    {"continued-v110", "/g", LINK_INFO, 0, 1, 1, "hdf5.unknown"},
    {"continued-v110", "/g", LINK_INFO, 1, 1, 4, "hdf5.unknown"},
    {"continued-v110", "/g", LINK_INFO, 2, 8, 48, "hdf5.malformed"},
    {"continued-v110", "/g", LINK_INFO, 0 - (size_t)3, 2, 0xFFFF, "hdf5.malformed"},
    {"continued-v110", "/", LINK, 0, 1, 2, "hdf5.unknown"},
    {"continued-v110", "/", LINK, 1, 1, 0x20, "hdf5.unknown"},
    {"continued-v110", "/", LINK, 2, 1, 200, "hdf5.malformed"},
    /* flags that say that there is a type, the type, a length of 1, the name */
    {"continued-v110", "/", LINK, 1, 4, 0x67010508, "hdf5.unknown"},
    {"continued-v110", "/", LINK, 1, 4, 0x67010108, "hdf5.soft-link"},
    {"continued-v110", "/", LINK, 1, 4, 0x67014008, "hdf5.external-link"},
    {"continued-v110", "/", LINK, 1, 4, 0x67014108, "hdf5.user-link"},
    {"continued-v110", "/", LINK, 1, 4, 0x67010210, "hdf5.unknown"},
    {"continued-v110", "/", LINK, 1, 1, 0x10, "hdf5.malformed"},
    {"continued-v110", "/", LINK, 1, 1, 0x01, "hdf5.malformed"},
    {"continued-v110", "/", LINK, 3, 1, '/', "hdf5.name"},
    {"continued-v110", "/", LINK, 3, 1, '.', "hdf5.name"},
    {"continued-v110", "/", LINK, 3, 1, 0, "hdf5.name"},
    {"continued-v110", "/", LINK, 4, 8, 48, "hdf5.link-cycle"},
    {"continued-v110", "/", LINK, 4, 8, 0, "hdf5.malformed"},
    {"layers-v110", "/layers/dense_0/vars", LINK_INFO, 0 - (size_t)4, 1, 0, "hdf5.malformed"},
};

static const struct row datasets[] = {
    {"types", "/f4", SPACE, 0, 1, 3, "hdf5.unknown"},
    {"types", "/f4", SPACE, 1, 1, 9, "hdf5.dataspace"},
    {"types", "/f4", SPACE, 1, 1, 8, "hdf5.malformed"},
    {"types", "/f4", SPACE, 2, 1, 3, "hdf5.unknown"},
    {"types", "/f4", SPACE, 3, 1, 1, "hdf5.unknown"},
    {"types", "/f4", SPACE, 8, 8, FAR, "hdf5.dataspace"},
    {"types", "/f4", SPACE, 8, 8, 3, "hdf5.dataspace"},
    {"types", "/f4", SPACE, 24, 8, NEVER, "hdf5.dataspace"},
    {"compact-v110", "/c", SPACE, 3, 1, 2, "hdf5.malformed"},
    {"types", "/f4", TYPE, 0, 1, 0x41, "hdf5.unknown"},
    {"types", "/f4", TYPE, 0, 1, 0x01, "hdf5.unknown"},
    {"types", "/f4", TYPE, 0, 1, 0x1F, "hdf5.type"},
    {"types", "/f4", TYPE, 0, 1, 0x12, "hdf5.type"},
    {"types", "/f4", TYPE, 1, 1, 0x22, "hdf5.type"},
    {"types", "/f4", TYPE, 1, 1, 0x60, "hdf5.type"},
    {"types", "/f4", TYPE, 1, 1, 0x10, "hdf5.type"},
    {"types", "/f4", TYPE, 2, 1, 30, "hdf5.type"},
    {"types", "/f4", TYPE, 4, 4, 0, "hdf5.type"},
    {"types", "/f4", TYPE, 4, 4, 8, "hdf5.type"},
    {"types", "/f4", TYPE, 8, 2, 1, "hdf5.type"},
    {"types", "/f4", TYPE, 10, 2, 31, "hdf5.type"},
    {"types", "/f4", TYPE, 12, 1, 22, "hdf5.type"},
    {"types", "/f4", TYPE, 13, 1, 7, "hdf5.type"},
    {"types", "/f4", TYPE, 14, 1, 1, "hdf5.type"},
    {"types", "/f4", TYPE, 15, 1, 22, "hdf5.type"},
    {"types", "/f4", TYPE, 16, 4, 126, "hdf5.type"},
    {"types", "/i4", TYPE, 1, 1, 0x0A, "hdf5.type"},
    {"types", "/i4", TYPE, 4, 4, 3, "hdf5.type"},
    {"types", "/i4", TYPE, 8, 2, 8, "hdf5.type"},
    {"types", "/i4", TYPE, 10, 2, 31, "hdf5.type"},
    {"types", "/opaque", TYPE, 1, 1, 7, "hdf5.type"},
    {"types", "/opaque", TYPE, 2, 1, 1, "hdf5.type"},
    {"types", "/opaque", TYPE, 1, 1, 248, "hdf5.malformed"},
    {"types", "/bool", TYPE, 1, 1, 3, "hdf5.type"},
    {"types", "/bool", TYPE, 8, 1, 0x40, "hdf5.unknown"},
    {"types", "/bool", TYPE, 9, 1, 0, "hdf5.type"},
    {"types", "/bool", TYPE, 20, 1, 'f', "hdf5.type"},
    {"types", "/bool", TYPE, 36, 1, 1, "hdf5.type"},
    {"types", "/f4", FILL, 0, 1, 4, "hdf5.unknown"},
    {"types", "/f4", FILL, 1, 1, 4, "hdf5.unknown"},
    {"types", "/f4", FILL, 2, 1, 3, "hdf5.unknown"},
    {"types", "/f4", FILL, 3, 1, 2, "hdf5.unknown"},
    {"types", "/filled", FILL, 4, 4, 3, "hdf5.malformed"},
    {"types", "/filled", FILL, 0 - (size_t)8, 2, 4, "hdf5.malformed"},
    {"compact-v110", "/c", FILL, 1, 1, 0x40, "hdf5.unknown"},
    {"compact-v110", "/c", FILL, 1, 1, 0x30, "hdf5.malformed"},
    /* version 3, a value, and that of no bytes: libhdf5 fails on it */
    {"types", "/filled", FILL, 0, 8, 0x2203, "hdf5.malformed"},
    /* the order of a single byte means nothing: accepted, and both readers agree */
    {"types", "/i1", TYPE, 1, 1, 9, ""},
    {"types", "/f4", LAYOUT, 0, 1, 5, "hdf5.unknown"},
    {"types", "/f4", LAYOUT, 0, 1, 2, "hdf5.unknown"},
    {"types", "/f4", LAYOUT, 1, 1, 2, "hdf5.chunked"},
    {"types", "/f4", LAYOUT, 1, 1, 3, "hdf5.unknown"},
    {"types", "/f4", LAYOUT, 0, 2, 0x0304, "hdf5.virtual"},
    {"types", "/f4", LAYOUT, 2, 8, 0, "hdf5.overlap"},
    {"types", "/f4", LAYOUT, 2, 8, FAR, "hdf5.malformed"},
    {"types", "/f4", LAYOUT, 2, 8, NEVER, "hdf5.unallocated"},
    {"types", "/f4", SPACE, 2, 1, 0, "hdf5.malformed"},
    {"types", "/f4", LAYOUT, 10, 8, 4, "hdf5.dataspace"},
    {"types", "/f4", LAYOUT, 0 - (size_t)8, 2, 0, "hdf5.malformed"},
    {"types", "/empty", LAYOUT, 2, 8, 800, "hdf5.dataspace"},
    {"compact", "/c", LAYOUT, 2, 2, 8, "hdf5.dataspace"},
};

static const struct row attributes[] = {
    {"layers", "name", 0, 0 - (size_t)8, 1, 4, "hdf5.unknown"},
    {"layers", "name", 0, 0 - (size_t)7, 1, 1, "hdf5.unknown"},
    {"layers", "name", 0, 0 - (size_t)8, 2, 0x0102, "hdf5.committed-type"},
    {"layers", "name", 0, 0 - (size_t)6, 2, 4, "hdf5.name"},
    {"layers", "name", 0, 0 - (size_t)6, 2, 1, "hdf5.name"},
    {"layers", "name", 0, 0 - (size_t)6, 2, 999, "hdf5.malformed"},
    {"layers", "name", 0, 0 - (size_t)4, 2, 999, "hdf5.malformed"},
    {"layers", "name", 0, 0 - (size_t)2, 2, 999, "hdf5.malformed"},
    {"layers", "name", 0, 0, 1, 0, "hdf5.name"},
    {"layers", "name", 0, 9, 1, 0, "hdf5.type"},
    {"layers", "name", 0, 9, 1, 0x31, "hdf5.type"},
    {"layers", "name", 0, 10, 1, 2, "hdf5.type"},
    {"layers", "name", 0, 12, 4, 8, "hdf5.type"},
    {"layers", "name", 0, 16, 1, 0x11, "hdf5.type"},
    {"layers", "name", 0, 33, 1, 9, "hdf5.dataspace"},
    {"layers", "name", 0, 40, 4, 200, "hdf5.malformed"},
    {"layers", "name", 0, 40, 4, 0x7FFFFFFF, "hdf5.attribute-too-large"},
    {"layers", "name", 0, 44, 8, FAR, "hdf5.malformed"},
    {"layers", "name", 0, 44, 8, 136, "hdf5.malformed"},
    {"layers", "name", 0, 52, 4, 999, "hdf5.malformed"},
    {"layers", "name", 0, 52, 4, 0x10001, "hdf5.malformed"},
    {"layers", "name", 1, 52, 4, 1, "hdf5.overlap"},
    {"continued", "attr", 1, 10, 1, '0', "hdf5.name"},
    {"continued", "attr", 1, 0 - (size_t)6, 2, 0xFFF8, "hdf5.malformed"},
    {"strings", "term", 0, 33, 1, 0, "hdf5.string"},
    {"strings", "blan", 0, 25, 1, 0, "hdf5.string"},
    {"strings", "blan", 0, 9, 1, 0x03, "hdf5.type"},
    {"strings", "blan", 0, 9, 1, 0x22, "hdf5.type"},
    {"few-attributes", "/", ATTRIBUTE_INFO, 0, 1, 1, "hdf5.unknown"},
    {"few-attributes", "/", ATTRIBUTE_INFO, 1, 1, 8, "hdf5.unknown"},
    {"layers", "GCOL", 0, 0, 1, 'X', "hdf5.malformed"},
    {"layers", "GCOL", 0, 4, 1, 2, "hdf5.unknown"},
    {"layers", "GCOL", 0, 5, 1, 1, "hdf5.unknown"},
    {"layers", "GCOL", 0, 8, 8, 4088, "hdf5.malformed"},
    {"layers", "GCOL", 0, 8, 8, FAR, "hdf5.malformed"},
    {"layers", "GCOL", 0, 16, 2, 0, "hdf5.malformed"},
    {"layers", "GCOL", 0, 16, 2, 9, "hdf5.malformed"},
    {"layers", "GCOL", 0, 16, 2, 2, "hdf5.malformed"},
    {"layers", "GCOL", 0, 18, 2, 2, "hdf5.malformed"},
    {"layers", "GCOL", 0, 20, 4, 1, "hdf5.unknown"},
    {"layers", "GCOL", 0, 24, 8, FAR, "hdf5.malformed"},
    {"layers", "GCOL", 0, 32, 1, 0, "hdf5.string"},
};

static const struct row old_groups[] = {
    {"layers", "TREE", 0, 0, 1, 'X', "hdf5.malformed"},
    {"layers", "TREE", 0, 4, 1, 1, "hdf5.unknown"},
    {"layers", "TREE", 0, 5, 1, 1, "hdf5.malformed"},
    {"layers", "TREE", 0, 5, 1, 16, "hdf5.malformed"},
    {"layers", "TREE", 0, 6, 2, 33, "hdf5.malformed"},
    {"layers", "TREE", 0, 8, 8, 0, "hdf5.unknown"},
    {"layers", "TREE", 0, 16, 8, 0, "hdf5.unknown"},
    {"layers", "TREE", 0, 24, 8, 16, "hdf5.malformed"},
    {"layers", "TREE", 0, 24, 8, FAR, "hdf5.malformed"},
    {"layers", "TREE", 0, 32, 8, FAR, "hdf5.malformed"},
    {"layers", "TREE", 0, 32, 8, 136, "hdf5.malformed"},
    {"layers", "TREE", 0, 40, 8, 0, "hdf5.malformed"},
    {"layers", "TREE", 0, 40, 8, 8, "hdf5.malformed"},
    {"layers", "SNOD", 0, 4, 1, 2, "hdf5.unknown"},
    {"layers", "SNOD", 0, 5, 1, 1, "hdf5.unknown"},
    {"layers", "SNOD", 0, 6, 2, 0, "hdf5.malformed"},
    {"layers", "SNOD", 0, 6, 2, 9, "hdf5.malformed"},
    {"layers", "SNOD", 0, 8, 8, FAR, "hdf5.malformed"},
    {"layers", "SNOD", 0, 16, 8, FAR, "hdf5.malformed"},
    {"layers", "SNOD", 0, 16, 8, 96, "hdf5.link-cycle"},
    {"layers", "SNOD", 0, 24, 4, 2, "hdf5.soft-link"},
    {"layers", "SNOD", 0, 28, 4, 1, "hdf5.unknown"},
    {"layers", "SNOD", 0, 32, 8, 136, "hdf5.malformed"},
    {"layers", "HEAP", 0, 0, 1, 'X', "hdf5.malformed"},
    {"layers", "HEAP", 0, 4, 1, 1, "hdf5.unknown"},
    {"layers", "HEAP", 0, 5, 1, 1, "hdf5.unknown"},
    {"layers", "HEAP", 0, 8, 8, FAR, "hdf5.malformed"},
    {"layers", "HEAP", 0, 8, 8, 10, "hdf5.malformed"},
    {"empty", "HEAP", 0, 8, 8, 0, "hdf5.malformed"},
    {"layers", "HEAP", 0, 16, 8, 0, "hdf5.malformed"},
    {"layers", "HEAP", 0, 16, 8, 80, "hdf5.malformed"},
    {"layers", "HEAP", 0, 24, 8, FAR, "hdf5.malformed"},
    {"layers", "HEAP", 0, 24, 8, 0, "hdf5.malformed"},
};

static const struct row dense[] = {
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 4, 8, NEVER, "hdf5.malformed"},
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 4, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 12, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 20, 8, NEVER, "hdf5.malformed"},
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 20, 8, 939, "hdf5.unknown"},
    {"attributes-v110", "/g", ATTRIBUTE_INFO, 1, 1, 2, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 0, 1, 'X', "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 5, 2, 7, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 7, 2, 8, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 9, 1, 0, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 10, 4, 8192, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 22, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 22, 8, NEVER, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 38, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 46, 8, 100, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 70, 8, 39, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 78, 8, 1, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 86, 8, 2, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 94, 8, 1, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 102, 8, 1, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 110, 2, 8, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 112, 8, 512, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 120, 8, 32768, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 128, 2, 32, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 130, 2, 2, "hdf5.unknown"},
    {"attributes-v110", "FRHP", 0, 132, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 140, 2, 30, "hdf5.malformed"},
    {"attributes-v110", "FRHP", 0, 140, 2, 0, "hdf5.malformed"},
    {"attributes-v110", "FHIB", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FHIB", 0, 5, 8, 48, "hdf5.unknown"},
    {"attributes-v110", "FHIB", 0, 13, 5, 1, "hdf5.unknown"},
    {"attributes-v110", "FHIB", 0, 18, 8, NEVER, "hdf5.malformed"},
    {"attributes-v110", "FHIB", 0, 18, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FHDB", 0, 0, 1, 'X', "hdf5.malformed"},
    {"attributes-v110", "FHDB", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FHDB", 0, 5, 8, 48, "hdf5.unknown"},
    {"attributes-v110", "FHDB", 0, 13, 5, 1, "hdf5.unknown"},
    {"attributes-v110", "FSHD", 0, 0, 1, 'X', "hdf5.malformed"},
    {"attributes-v110", "FSHD", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FSHD", 0, 5, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FSHD", 0, 54, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FSHD", 0, 54, 8, 48, "hdf5.malformed"},
    {"attributes-v110", "FSHD", 0, 62, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "FSHD", 0, 62, 8, 4, "hdf5.malformed"},
    {"attributes-v110", "FSSE", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "FSSE", 0, 5, 8, 48, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 0, 1, 'X', "hdf5.malformed"},
    {"attributes-v110", "BTHD", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 5, 1, 5, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 6, 4, 1024, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 10, 2, 11, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 12, 2, 9, "hdf5.malformed"},
    {"attributes-v110", "BTHD", 0, 12, 2, 0, "hdf5.malformed"},
    {"attributes-v110", "BTHD", 0, 14, 1, 99, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 15, 1, 41, "hdf5.unknown"},
    {"attributes-v110", "BTHD", 0, 16, 8, FAR, "hdf5.malformed"},
    {"attributes-v110", "BTHD", 0, 24, 2, 999, "hdf5.malformed"},
    {"attributes-v110", "BTHD", 0, 26, 8, 40, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 0, 1, 'X', "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 4, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "BTLF", 0, 5, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "BTLF", 0, 6, 1, 0x20, "hdf5.unknown"},
    {"attributes-v110", "BTLF", 0, 6, 1, 0x40, "hdf5.unknown"},
    {"attributes-v110", "BTLF", 0, 7, 5, 1, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 12, 2, 0, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 12, 2, 0xFFFF, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 14, 1, 1, "hdf5.unknown"},
    {"attributes-v110", "BTLF", 0, 15, 4, 999, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 0, 19, 4, 1, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 1, 15, 4, 999, "hdf5.malformed"},
    {"attributes-v110", "BTLF", 4, 6, 8, FAR, "hdf5.malformed"},
    {"links-v110", "BTLF", 1, 6, 8, 1, "hdf5.malformed"},
    {"links-v110", "BTLF", 0, 6, 4, NEVER, "hdf5.malformed"},
    {"links-v110", "/g", LINK_INFO, 10, 8, NEVER, "hdf5.malformed"},
    {"links-v110", "/g", LINK_INFO, 10, 8, FAR, "hdf5.malformed"},
    {"links-v110", "/g", LINK_INFO, 1, 1, 2, "hdf5.malformed"},
    {"links-v110", "FRHP", 0, 70, 8, 59, "hdf5.malformed"},
    {"links-v110", "BTLF", 0, 10, 1, 0x10, "hdf5.malformed"},
    {"links-v110", "BTLF", 0, 6, 4, 1, "hdf5.malformed"},
};

/* Checksums themselves, where each structure has its own; these are not mended. */
static const struct row checksums[] = {
    {"attributes-v110", "\x89HDF", 0, 44, 4, 0, "hdf5.checksum"},
    {"attributes-v110", "OHDR", 0, 6, 4, 0, "hdf5.checksum"},
    {"continued-v110", "OCHK", 0, 20, 1, 0, "hdf5.checksum"},
    {"attributes-v110", "FRHP", 0, 142, 4, 0, "hdf5.checksum"},
    {"attributes-v110", "FHDB", 0, 18, 4, 0, "hdf5.checksum"},
    {"attributes-v110", "FHDB", 0, 40, 1, 0xFF, "hdf5.checksum"},
    {"attributes-v110", "FHIB", 0, 18, 8, 48, "hdf5.checksum"},
    {"attributes-v110", "FSHD", 0, 78, 4, 0, "hdf5.checksum"},
    {"attributes-v110", "FSSE", 0, 13, 1, 0xFF, "hdf5.checksum"},
    {"attributes-v110", "BTHD", 0, 34, 4, 0, "hdf5.checksum"},
    {"attributes-v110", "BTLF", 0, 6, 1, 0xFF, "hdf5.checksum"},
    {"attributes-v110", "BTIN", 0, 6, 1, 0xFF, "hdf5.checksum"},
};

static size_t place(const struct h5_file *file, const struct row *row)
{
    if (row->where[0] != '/')
        return h5_signature(file, row->where, row->which) + row->offset;
    return h5_message(file, row->where, row->which) + row->offset;
}

static void check_row(const struct row *row, bool mend)
{
    struct h5_file file = h5_load(row->file);
    h5_put(&file, place(&file, row), row->width, row->value);
    if (mend)
        h5_mend(&file);
    struct h5_reading r = h5_read(al_h5_read, &file);
    if (strcmp(h5_finding(&r), row->id) != 0)
        fail_msg("%s, %s %u + %d = %llu: '%s' (%s) instead of '%s'", row->file, row->where, row->which,
                 (int)row->offset, (unsigned long long)row->value, h5_finding(&r),
                 r.findings.count > 0 ? r.findings.list[0].message : "", row->id);
    h5_done(&r);
    h5_free(&file);
}

#define CHECK(rows, mend) \
    do { \
        (void)state; \
        for (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++) \
            check_row(&(rows)[i], mend); \
    } while (0)

/* Layout messages of version 1 and 2, which only very old libraries write: the same
   message, rewritten. IV.A.2.i: version, rank, class, 5 reserved bytes, address, dimensions. */
static void old_layouts(void **state)
{
    (void)state;
    static const struct {
        unsigned version, rank, class;
        uint64_t first_dimension;
        const char *id;
    } layouts[] = {
        {1, 2, 1, 2, ""}, {2, 2, 1, 2, ""}, {1, 2, 1, 3, "hdf5.dataspace"}, {1, 4, 1, 2, "hdf5.dataspace"},
        {1, 2, 2, 2, "hdf5.chunked"}, {1, 2, 3, 2, "hdf5.unknown"}, {1, 2, 0, 2, "hdf5.dataspace"},
    };
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        struct h5_file file = h5_load("types");
        size_t at = h5_message(&file, "/f4", LAYOUT);
        uint64_t address = h5_get(&file, at + 2, 8);
        h5_put(&file, at, 1, layouts[i].version);
        h5_put(&file, at + 1, 1, layouts[i].rank);
        h5_put(&file, at + 2, 1, layouts[i].class);
        h5_put(&file, at + 3, 5, 0);
        h5_put(&file, at + 8, 8, address);
        h5_put(&file, at + 16, 4, layouts[i].first_dimension);
        h5_put(&file, at + 20, 4, 1);
        struct h5_reading r = h5_read(al_h5_read, &file);
        if (strcmp(h5_finding(&r), layouts[i].id) != 0)
            fail_msg("layout %zu: '%s' instead of '%s'", i, h5_finding(&r), layouts[i].id);
        h5_done(&r);
        h5_free(&file);
    }
}

static void fields_of_superblocks(void **state)
{
    CHECK(superblocks, true);
}

static void fields_of_object_headers(void **state)
{
    CHECK(headers, true);
}

static void fields_of_datasets(void **state)
{
    CHECK(datasets, true);
}

static void fields_of_attributes(void **state)
{
    CHECK(attributes, true);
}

static void fields_of_old_groups(void **state)
{
    CHECK(old_groups, true);
}

static void fields_of_dense_storage(void **state)
{
    CHECK(dense, true);
}

static void checksums_that_do_not_fit(void **state)
{
    CHECK(checksums, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_layouts),
        cmocka_unit_test(fields_of_superblocks),
        cmocka_unit_test(fields_of_object_headers),
        cmocka_unit_test(fields_of_datasets),
        cmocka_unit_test(fields_of_attributes),
        cmocka_unit_test(fields_of_old_groups),
        cmocka_unit_test(fields_of_dense_storage),
        cmocka_unit_test(checksums_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
