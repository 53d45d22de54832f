/* IEEE 754 binary16, 32 and 64 and bfloat16, as HDF5 describes bit layouts. */
#include "loader/hdf5/number.h"

static const struct {
    struct al_h5_float layout;
    enum al_dtype dtype;
} floats[] = {
    {{2, 15, 10, 5, 0, 10, 15}, AL_FLOAT16},
    {{2, 15, 7, 8, 0, 7, 127}, AL_BFLOAT16},
    {{4, 31, 23, 8, 0, 23, 127}, AL_FLOAT32},
    {{8, 63, 52, 11, 0, 52, 1023}, AL_FLOAT64},
};

enum al_dtype al_h5_floating(const struct al_h5_float *f)
{
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        const struct al_h5_float *known = &floats[i].layout;
        if (f->size == known->size && f->sign == known->sign && f->exponent_at == known->exponent_at &&
            f->exponent_bits == known->exponent_bits && f->mantissa_at == known->mantissa_at &&
            f->mantissa_bits == known->mantissa_bits && f->bias == known->bias)
            return floats[i].dtype;
    }
    return AL_DTYPE_NONE;
}

enum al_dtype al_h5_integer(uint32_t size, bool is_signed)
{
    switch (size) {
    case 1:
        return is_signed ? AL_INT8 : AL_UINT8;
    case 2:
        return is_signed ? AL_INT16 : AL_UINT16;
    case 4:
        return is_signed ? AL_INT32 : AL_UINT32;
    case 8:
        return is_signed ? AL_INT64 : AL_UINT64;
    default:
        return AL_DTYPE_NONE;
    }
}
