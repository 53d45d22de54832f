/* The dimensions of a tensor: shared by what declares them, what checks them and
   what computes with them. */
#ifndef AL_BASE_SHAPE_H
#define AL_BASE_SHAPE_H

#include "base/limits.h"

#include <stdint.h>

/* Dimensions from the outermost; -1 is one not known before there is input. */
struct al_shape {
    uint32_t rank;
    int64_t dim[AL_MAX_RANK];
};

#endif
