/* What rows of raw operations are written with. Their symbols start with op_ where a
   layer has the same name. */
#ifndef AL_VALIDATOR_FAMILIES_OPERATIONS_H
#define AL_VALIDATOR_FAMILIES_OPERATIONS_H

#include "validator/families/common.h"
#include "validator/operation.h"

extern const char *const al_modules_numpy[]; /* "keras.src.ops.numpy" */
extern const char *const al_modules_nn[];
extern const char *const al_modules_core[];
extern const char *const al_modules_math[];

extern const struct al_argument al_arguments_x[1];
extern const struct al_argument al_arguments_x1_x2[2];
extern const struct al_argument al_arguments_xs[1];

#define AL_AXES_OR_NULL_KEY \
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 0, .count_max = AL_MAX_RANK, \
     .standard = "null"}
#define AL_AXIS_KEY(value) \
    {.key = "axis", .type = AL_PARAM_INTEGER, .minimum = -(double)(AL_MAX_RANK + 1), .maximum = AL_MAX_RANK, \
     .standard = (value)}
/* TensorFlow's names of the same keys, up to its version 1 */
#define AL_OLD_AXIS_KEYS \
    {.key = "reduction_indices", .type = AL_PARAM_FIXED, .fixed = "null", .refusal = "an old name of axis"}, \
        {.key = "keep_dims", .type = AL_PARAM_FIXED, .fixed = "null", .refusal = "an old name of keepdims"}

/* A factor, a threshold: any number that is one. */
#define AL_NUMBER_KEY(name, value) \
    {.key = (name), .type = AL_PARAM_REAL, .minimum = -1e30, .maximum = 1e30, .standard = (value)}

/* The shape of x, and floating point: integers become numbers. */
bool al_infer_inexact(struct al_site *s);

/* A row of an operation: the macro writes what all have in common. */
#define AL_OPERATION(class_name, module_list, function_list) \
    .name = (class_name), .modules = (module_list), .operation = true, .functions = (function_list), \
    .mask = AL_MASK_DROPS

/* A function of each element, without keys; at the end TensorFlow's names of it, or NULL. */
#define AL_UNARY_ROW(symbol, class_name, module_list, function, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, module_list, functions_##symbol), \
        AL_ARGUMENTS(al_arguments_x), \
        .computes = (text), \
        .infer = (function), \
    }

#endif
