/* Layers that act only while training (keras/src/layers/regularization): the
   identity at inference. */
#include "inference/families/families.h"

#define IDENTITY(symbol)                                                                                              \
    void al_lower_##symbol(struct al_lowering *l)                                                                     \
    {                                                                                                                 \
        al_lower_result(l, l->in[0].operand);                                                                         \
    }
IDENTITY(dropout)
IDENTITY(spatial_dropout1d)
IDENTITY(spatial_dropout2d)
IDENTITY(spatial_dropout3d)
IDENTITY(alpha_dropout)
IDENTITY(gaussian_dropout)
IDENTITY(gaussian_noise)
IDENTITY(activity_regularization)
