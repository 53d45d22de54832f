/* Which of libhdf5's types are plain numbers or strings. All else is refused by
   name: a type that nothing reads is only a way to reach more of the library. */
#include "loader/hdf5/library.h"

#include "loader/hdf5/number.h"

static bool refuse(struct al_h5_growth *g, uint32_t object, const char *found)
{
    struct al_h5_place place;
    return al_find(g->findings, AL_HDF5_TYPE, al_h5_place(&place, g->tree, object, g->member),
                   "plain numbers, booleans as h5py writes them, or strings", al_text_of(found),
                   "A dataset or attribute has a type that no model needs.");
}

static bool byte_order(hid_t type, bool *big_endian)
{
    H5T_order_t order = H5Tget_order(type);
    *big_endian = order == H5T_ORDER_BE && H5Tget_size(type) > 1;
    return order == H5T_ORDER_LE || order == H5T_ORDER_BE || order == H5T_ORDER_NONE;
}

static bool padding_is_zero(hid_t type)
{
    H5T_pad_t low, high;
    return H5Tget_pad(type, &low, &high) >= 0 && low == H5T_PAD_ZERO && high == H5T_PAD_ZERO;
}

static bool integer(hid_t type, struct al_h5_type *out)
{
    if (!byte_order(type, &out->big_endian) || H5Tget_offset(type) != 0 || !padding_is_zero(type) ||
        H5Tget_precision(type) != 8 * H5Tget_size(type))
        return false;
    out->dtype = al_h5_integer(out->size, H5Tget_sign(type) == H5T_SGN_2);
    return out->dtype != AL_DTYPE_NONE;
}

static bool floating(hid_t type, struct al_h5_type *out)
{
    size_t sign, exponent_at, exponent_bits, mantissa_at, mantissa_bits;
    if (!byte_order(type, &out->big_endian) || H5Tget_offset(type) != 0 || !padding_is_zero(type) ||
        H5Tget_inpad(type) != H5T_PAD_ZERO || H5Tget_norm(type) != H5T_NORM_IMPLIED ||
        H5Tget_precision(type) != 8 * H5Tget_size(type) ||
        H5Tget_fields(type, &sign, &exponent_at, &exponent_bits, &mantissa_at, &mantissa_bits) < 0)
        return false;
    struct al_h5_float layout = {out->size, (uint32_t)sign, (uint32_t)exponent_at, (uint32_t)exponent_bits,
                                 (uint32_t)mantissa_at, (uint32_t)mantissa_bits, (uint32_t)H5Tget_ebias(type)};
    out->dtype = al_h5_floating(&layout);
    return out->dtype != AL_DTYPE_NONE;
}

static bool member_is(hid_t type, unsigned index, const char *name, int8_t value)
{
    int8_t found = 0;
    if (H5Tget_member_value(type, index, &found) < 0 || found != value)
        return false;
    char *text = H5Tget_member_name(type, index);
    bool same = text != NULL && strcmp(text, name) == 0;
    H5free_memory(text);
    return same;
}

/* h5py: an enumeration over int8 of FALSE = 0 and TRUE = 1 */
static bool boolean(hid_t type, struct al_h5_type *out)
{
    hid_t base = H5Tget_super(type);
    bool is_byte = base >= 0 && out->size == 1 && H5Tget_class(base) == H5T_INTEGER && H5Tget_sign(base) == H5T_SGN_2;
    bool same = is_byte && H5Tget_nmembers(type) == 2 && member_is(type, 0, "FALSE", 0) &&
                member_is(type, 1, "TRUE", 1);
    if (base >= 0)
        H5Tclose(base);
    out->dtype = AL_BOOL;
    return same;
}

bool al_h5_library_type(struct al_h5_growth *g, uint32_t object, hid_t type, struct al_h5_type *out)
{
    struct al_h5_place place;
    if (H5Tcommitted(type) != 0)
        return al_find(g->findings, AL_HDF5_COMMITTED_TYPE, al_h5_place(&place, g->tree, object, g->member),
                       "a type written where it is used", AL_NOTHING, "A type is stored as an object of its own.");
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    if (size == 0 || size > UINT32_MAX)
        return refuse(g, object, "a type without a size");
    *out = (struct al_h5_type){.class_ = AL_H5_NUMBER, .size = (uint32_t)size};
    switch ((int)class) {
    case H5T_INTEGER:
        return integer(type, out) || refuse(g, object, "an integer with unused bits or an unusual size");
    case H5T_FLOAT:
        return floating(type, out) || refuse(g, object, "a floating point type of an unusual layout");
    case H5T_ENUM:
        return boolean(type, out) || refuse(g, object, "an enumeration");
    case H5T_OPAQUE:
        out->class_ = AL_H5_OPAQUE;
        return true;
    case H5T_STRING:
        out->class_ = H5Tis_variable_str(type) > 0 ? AL_H5_VARIABLE_STRING : AL_H5_FIXED_STRING;
        out->dtype = AL_STRING;
        out->size = out->class_ == AL_H5_VARIABLE_STRING ? 0 : out->size;
        return true;
    case H5T_COMPOUND:
        return refuse(g, object, "a compound");
    case H5T_REFERENCE:
        return refuse(g, object, "a reference");
    case H5T_VLEN:
        return refuse(g, object, "lists of varying length");
    case H5T_ARRAY:
        return refuse(g, object, "an array type");
    case H5T_TIME:
        return refuse(g, object, "a time");
    case H5T_BITFIELD:
        return refuse(g, object, "a bit field");
    default:
        return refuse(g, object, "a class that HDF5 does not name");
    }
}

bool al_h5_library_space(struct al_h5_growth *g, uint32_t object, hid_t space, struct al_shape *shape,
                         uint64_t *count,
                         bool *null)
{
    hsize_t dims[H5S_MAX_RANK];
    struct al_h5_place place;
    *shape = (struct al_shape){0};
    *null = H5Sget_simple_extent_type(space) == H5S_NULL;
    *count = 0;
    if (*null)
        return true;
    int rank = H5Sget_simple_extent_dims(space, dims, NULL);
    if (rank < 0)
        return al_h5_library_unreadable(g, object, "a dataspace");
    if (rank > (int)AL_MAX_RANK)
        return al_find(g->findings, AL_HDF5_DATASPACE, al_h5_place(&place, g->tree, object, g->member),
                       "at most 8 dimensions", al_found(g->findings, "%d", rank),
                       "An array has too many dimensions.");
    shape->rank = (uint32_t)rank;
    for (int i = 0; i < rank; i++) {
        if (dims[i] > (hsize_t)AL_MAX_DIMENSION)
            return al_find(g->findings, AL_HDF5_DATASPACE, al_h5_place(&place, g->tree, object, g->member),
                           "dimensions of at most 2^40", al_found(g->findings, "%llu", (unsigned long long)dims[i]),
                           "An array has a dimension that no model has.");
        shape->dim[i] = (int64_t)dims[i];
    }
    if (!al_h5_count(shape, count))
        return al_find(g->findings, AL_HDF5_DATASPACE, al_h5_place(&place, g->tree, object, g->member),
                       "a product of dimensions below 2^64", AL_NOTHING, "An array has more elements than can be.");
    return true;
}
