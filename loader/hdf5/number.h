/* Which bit layouts are the number types that models are made of; both readers ask here. */
#ifndef AL_LOADER_HDF5_NUMBER_H
#define AL_LOADER_HDF5_NUMBER_H

#include "validator/model.h"

/* Bits counted from the least significant one, as the HDF5 File Format
   Specification, IV.A.2.d (Datatype message, class 1) gives them; size in bytes. */
struct al_h5_float {
    uint32_t size, sign, exponent_at, exponent_bits, mantissa_at, mantissa_bits, bias;
};

/* AL_DTYPE_NONE where no number type is laid out so. */
enum al_dtype al_h5_floating(const struct al_h5_float *layout);
enum al_dtype al_h5_integer(uint32_t size, bool is_signed);

#endif
