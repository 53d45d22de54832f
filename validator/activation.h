/* The functions that a layer may name as its activation. A value of type CHOICE of
   an AL_PARAM_ACTIVATION is one of these, or AL_ACTIVATION_CUSTOM + an index into the
   policy's declarations. Left out are those that need an argument Keras does not
   write (threshold) or change the shape (glu): no layer can hold them honestly. */
#ifndef AL_VALIDATOR_ACTIVATION_H
#define AL_VALIDATOR_ACTIVATION_H

#include "base/text.h"

#include <stdint.h>

enum al_activation {
    AL_ACTIVATION_LINEAR,
    AL_ACTIVATION_RELU,
    AL_ACTIVATION_RELU6,
    AL_ACTIVATION_LEAKY_RELU,     /* slope 0.2 */
    AL_ACTIVATION_ELU,
    AL_ACTIVATION_CELU,
    AL_ACTIVATION_SELU,
    AL_ACTIVATION_SILU,
    AL_ACTIVATION_HARD_SILU,
    AL_ACTIVATION_GELU,           /* by erf */
    AL_ACTIVATION_SIGMOID,
    AL_ACTIVATION_HARD_SIGMOID,   /* Keras 3: clip(x/6 + 0.5, 0, 1) */
    AL_ACTIVATION_HARD_SIGMOID_2, /* Keras 2: clip(0.2x + 0.5, 0, 1) */
    AL_ACTIVATION_LOG_SIGMOID,
    AL_ACTIVATION_SPARSE_SIGMOID,
    AL_ACTIVATION_TANH,
    AL_ACTIVATION_TANH_SHRINK,
    AL_ACTIVATION_HARD_TANH,
    AL_ACTIVATION_SOFTMAX,        /* over the last axis */
    AL_ACTIVATION_LOG_SOFTMAX,
    AL_ACTIVATION_SPARSEMAX,
    AL_ACTIVATION_SOFTPLUS,
    AL_ACTIVATION_SOFTSIGN,
    AL_ACTIVATION_SQUAREPLUS,     /* b = 4 */
    AL_ACTIVATION_SOFT_SHRINK,    /* threshold 0.5 */
    AL_ACTIVATION_HARD_SHRINK,    /* threshold 0.5 */
    AL_ACTIVATION_SPARSE_PLUS,
    AL_ACTIVATION_EXPONENTIAL,
    AL_ACTIVATION_MISH,
    AL_ACTIVATION_COUNT,
    AL_ACTIVATION_CUSTOM = 0x10000 /* + index into policy->custom */
};

/* Its name in reports: Keras 3's, or "hard_sigmoid (Keras 2)". "custom" for a declared one. */
const char *al_activation_name(int64_t activation);

/* Exact look-up of a name as a file writes it; AL_ACTIVATION_COUNT where it is none of ours. */
enum al_activation al_activation_by_name(struct al_text name, bool keras2);

#endif
