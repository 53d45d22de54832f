/* Datatypes: HDF5 File Format Specification, IV.A.2.d. Numbers, strings, opaque
   bytes and h5py's boolean; every other class is refused by name. */
#include "loader/hdf5/strict/strict.h"

#include "loader/hdf5/number.h"

enum class_number { FIXED_POINT = 0, FLOATING_POINT = 1, STRING = 3, OPAQUE = 5, ENUMERATION = 8, VARIABLE = 9 };

static const char *const class_names[] = {
    "an integer", "a floating point number", "a time", "a string", "a bit field", "opaque bytes", "a compound",
    "a reference", "an enumeration", "a list of varying length", "an array",
};

struct start {
    uint64_t offset;
    uint32_t version, class, bits, size;
};

static bool refuse(struct al_h5_strict *r, const struct start *s, const char *expected)
{
    const char *name = s->class < sizeof class_names / sizeof *class_names ? class_names[s->class] : "a type";
    return al_h5_fault(r, AL_HDF5_TYPE, s->offset, name, expected, s->class);
}

static bool start(struct al_h5_strict *r, struct al_cursor *c, struct start *s)
{
    s->offset = al_h5_at(r, c);
    uint32_t first = al_cursor_u8(c);
    s->class = first & 0x0F;
    s->version = first >> 4;
    s->bits = (uint32_t)al_h5_number(c, 3);
    s->size = al_cursor_u32(c);
    if (s->version < 1 || s->version > 3)
        return al_h5_fault(r, AL_HDF5_UNKNOWN, s->offset, "version of a datatype", "1 to 3", s->version);
    if (s->size == 0)
        return al_h5_fault(r, AL_HDF5_TYPE, s->offset, "size of a datatype", "1 or more", 0);
    return true;
}

static bool integer(struct al_h5_strict *r, struct al_cursor *c, const struct start *s, struct al_h5_type *out)
{
    uint32_t at = al_cursor_u16(c), precision = al_cursor_u16(c);
    out->dtype = al_h5_integer(s->size, (s->bits & 0x08) != 0);
    out->big_endian = (s->bits & 0x01) != 0 && s->size > 1;
    if (out->dtype == AL_DTYPE_NONE || at != 0 || precision != 8 * s->size || (s->bits & ~0x09U) != 0)
        return refuse(r, s, "1, 2, 4 or 8 bytes, all of them used");
    return true;
}

static bool floating(struct al_h5_strict *r, struct al_cursor *c, const struct start *s, struct al_h5_type *out)
{
    uint32_t at = al_cursor_u16(c), precision = al_cursor_u16(c);
    struct al_h5_float layout = {.size = s->size, .sign = s->bits >> 8 & 0xFF};
    layout.exponent_at = al_cursor_u8(c);
    layout.exponent_bits = al_cursor_u8(c);
    layout.mantissa_at = al_cursor_u8(c);
    layout.mantissa_bits = al_cursor_u8(c);
    layout.bias = al_cursor_u32(c);
    out->dtype = al_h5_floating(&layout);
    out->big_endian = (s->bits & 0x01) != 0;
    /* bits 4-5: 2 is a leading mantissa bit that is implied; all padding zero, no VAX byte order */
    if (out->dtype == AL_DTYPE_NONE || at != 0 || precision != 8 * s->size || (s->bits & ~0xFF01U) != 0x20)
        return refuse(r, s, "IEEE 754 half, single or double, or bfloat16");
    return true;
}

static bool string(struct al_h5_strict *r, const struct start *s, uint32_t padding, uint32_t charset,
                   enum al_h5_padding *out)
{
    if (padding > AL_H5_SPACE_PADDED || charset > 1)
        return refuse(r, s, "ASCII or UTF-8, padded with NUL or blanks");
    *out = (enum al_h5_padding)padding;
    return true;
}

static bool opaque(struct al_h5_strict *r, struct al_cursor *c, const struct start *s)
{
    if ((s->bits & ~0xFFU) != 0 || s->bits % 8 != 0)
        return refuse(r, s, "a tag whose length is a multiple of 8");
    al_cursor_skip(c, s->bits);
    return true;
}

/* A base type one level down: an integer, with nothing behind it that is ours. */
static bool base_integer(struct al_h5_strict *r, struct al_cursor *c, const struct start *outer, enum al_dtype wanted)
{
    struct start s;
    struct al_h5_type type = {0};
    if (!start(r, c, &s))
        return false;
    if (s.class != FIXED_POINT || !integer(r, c, &s, &type) || type.dtype != wanted)
        return refuse(r, outer, "h5py's boolean, or a string where it varies in length");
    return true;
}

static bool member(struct al_cursor *c, uint32_t version, const char *name)
{
    /* versions 1 and 2 pad each name, with its NUL, to a multiple of 8 */
    size_t length = strlen(name) + 1;
    const uint8_t *bytes = al_cursor_bytes(c, version < 3 ? 8 : length);
    return bytes != NULL && memcmp(bytes, name, length) == 0;
}

/* h5py's boolean: FALSE = 0 and TRUE = 1 over a signed byte. */
static bool enumeration(struct al_h5_strict *r, struct al_cursor *c, const struct start *s, struct al_h5_type *out)
{
    if (s->bits != 2 || s->size != 1)
        return refuse(r, s, "h5py's boolean of two members");
    if (!base_integer(r, c, s, AL_INT8))
        return false;
    if (!member(c, s->version, "FALSE") || !member(c, s->version, "TRUE") || al_cursor_u8(c) != 0 ||
        al_cursor_u8(c) != 1)
        return refuse(r, s, "FALSE = 0 and TRUE = 1");
    out->dtype = AL_BOOL;
    return true;
}

static bool variable(struct al_h5_strict *r, struct al_cursor *c, const struct start *s, enum al_h5_padding *padding)
{
    /* bits 0-3: 1 is a string, 0 a list of anything. A reference to a global heap takes 4 + 8 + 4 bytes. */
    if ((s->bits & 0x0F) != 1 || (s->bits & ~0xFFFU) != 0 || s->size != 16)
        return refuse(r, s, "a string");
    return string(r, s, s->bits >> 4 & 0x0F, s->bits >> 8 & 0x0F, padding) && base_integer(r, c, s, AL_UINT8);
}

static bool by_class(struct al_h5_strict *r, struct al_cursor *c, const struct start *s, struct al_h5_type *out,
                     enum al_h5_padding *padding)
{
    switch (s->class) {
    case FIXED_POINT:
        return integer(r, c, s, out);
    case FLOATING_POINT:
        return floating(r, c, s, out);
    case STRING:
        out->class_ = AL_H5_FIXED_STRING;
        out->dtype = AL_STRING;
        return string(r, s, s->bits & 0x0F, s->bits >> 4, padding);
    case OPAQUE:
        out->class_ = AL_H5_OPAQUE;
        return opaque(r, c, s);
    case ENUMERATION:
        return enumeration(r, c, s, out);
    case VARIABLE:
        out->class_ = AL_H5_VARIABLE_STRING;
        out->dtype = AL_STRING;
        out->size = 0;
        return variable(r, c, s, padding);
    default:
        return refuse(r, s, "plain numbers, booleans as h5py writes them, or strings");
    }
}

bool al_h5_datatype(struct al_h5_strict *r, struct al_cursor *c, size_t slack, struct al_h5_type *out,
                    enum al_h5_padding *padding)
{
    struct start s;
    *padding = AL_H5_NUL_TERMINATED;
    if (!start(r, c, &s))
        return false;
    *out = (struct al_h5_type){.class_ = AL_H5_NUMBER, .size = s.size};
    return by_class(r, c, &s, out, padding) && al_h5_complete(r, c, slack, "a datatype");
}
