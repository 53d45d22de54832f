/* What rows of several families share; see common.h. */
#include "validator/families/common.h"

const struct al_argument al_arguments_input[3] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    {.name = "mask", .type = AL_ARGUMENT_MASK},
};
const struct al_argument al_arguments_inputs[3] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSORS},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    {.name = "mask", .type = AL_ARGUMENT_IGNORED},
};

const char *const al_choices_data_format[] = {"channels_last", "channels_first", NULL};

struct al_shape al_shape_1(int64_t a)
{
    return (struct al_shape){.rank = 1, .dim = {a}};
}

struct al_shape al_shape_2(int64_t a, int64_t b)
{
    return (struct al_shape){.rank = 2, .dim = {a, b}};
}

bool al_check_activation(struct al_site *s, const char *key, const struct al_shape *shape)
{
    const struct al_value *v = al_param_of(s, key);
    if (v->type != AL_VALUE_LAYER)
        return true;
    uint32_t count;
    struct al_shape *out;
    enum al_dtype *dtypes;
    if (!al_site_call_child(s, (uint32_t)v->integer, 1, shape, &s->layer->compute_dtype, &count, &out, &dtypes))
        return false;
    if (count != 1 || !al_shape_equal(out, shape))
        return al_site_bad_shape(s, "an activation that keeps the shape", out);
    return true;
}
