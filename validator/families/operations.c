/* What rows of raw operations share; see operations.h. */
#include "validator/families/operations.h"

const char *const al_modules_numpy[] = {"keras.src.ops.numpy", NULL};
const char *const al_modules_nn[] = {"keras.src.ops.nn", NULL};
const char *const al_modules_core[] = {"keras.src.ops.core", NULL};
const char *const al_modules_math[] = {"keras.src.ops.math", NULL};

const struct al_argument al_arguments_x[1] = {{.name = "x", .type = AL_ARGUMENT_TENSOR}};
const struct al_argument al_arguments_x1_x2[2] = {
    {.name = "x1", .type = AL_ARGUMENT_OPERAND},
    {.name = "x2", .type = AL_ARGUMENT_OPERAND},
};
const struct al_argument al_arguments_xs[1] = {{.name = "xs", .type = AL_ARGUMENT_TENSORS}};
