/* What rows of several families share; see common.h. */
#include "validator/families/common.h"

#include "base/checked.h"
#include "validator/activation.h"
#include "validator/custom.h"

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
const struct al_argument al_arguments_data[2] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "training", .type = AL_ARGUMENT_TRAINING, .flags = AL_ARGUMENT_OVERRIDDEN},
};

const char *const al_choices_data_format[] = {"channels_last", "channels_first", NULL};
const char *const al_choices_padding[] = {"valid", "same", NULL};
const char *const al_choices_padding_causal[] = {"valid", "same", "causal", NULL};

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
    if (v->type == AL_VALUE_CHOICE && v->integer >= AL_ACTIVATION_CUSTOM)
        return al_check_custom_function(s, v->integer, shape);
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

bool al_concatenated(struct al_site *s, int64_t axis, struct al_shape *out)
{
    uint32_t at;
    *out = s->in[0];
    if (!al_site_axis(s, "axis", axis, out->rank, &at))
        return false;
    for (uint32_t i = 1; i < s->in_count; i++) {
        const struct al_shape *in = &s->in[i];
        if (in->rank != out->rank)
            return al_site_bad_shape(s, "inputs of the same rank", in);
        for (uint32_t k = 0; k < in->rank; k++) {
            if (k == at)
                continue;
            if (in->dim[k] != -1 && out->dim[k] != -1 && in->dim[k] != out->dim[k])
                return al_site_bad_shape(s, "inputs that differ along the axis only", in);
            if (out->dim[k] == -1)
                out->dim[k] = in->dim[k];
        }
        if (out->dim[at] != -1)
            out->dim[at] = in->dim[at] == -1 ? -1 : out->dim[at] + in->dim[at];
    }
    return true;
}

bool al_reshaped(struct al_site *s, const struct al_shape *in, const struct al_shape *wanted, struct al_shape *out)
{
    uint64_t have, need = 1;
    uint32_t open = 0, at = 0;
    *out = *wanted;
    for (uint32_t i = 0; i < wanted->rank; i++) {
        if (wanted->dim[i] == -1) {
            open++;
            at = i;
        } else if (!al_mul_u64(need, (uint64_t)wanted->dim[i], &need)) {
            return al_site_bad_shape(s, "a shape of fewer numbers", wanted);
        }
    }
    if (open > 1)
        return al_site_bad_shape(s, "at most one length left open", wanted);
    bool known = true;
    for (uint32_t i = 0; i < in->rank; i++)
        known = known && in->dim[i] != -1;
    if (!known)
        return true; /* compared when the input is there */
    if (!al_shape_count(in, 0, in->rank, &have) || (open == 0 ? have != need : have % need != 0) ||
        have / need > (uint64_t)AL_MAX_DIMENSION)
        return al_site_bad_shape(s, al_shape_show(s->findings, wanted), in);
    if (open == 1)
        out->dim[at] = (int64_t)(have / need);
    return true;
}

bool al_site_real_input(struct al_site *s, bool keras2)
{
    return al_model_is_keras2(s->model) != keras2 || al_site_real_input_always(s);
}

bool al_site_real_input_always(struct al_site *s)
{
    const enum al_dtype dtype = s->in_dtypes[0];
    if (dtype == AL_DTYPE_NONE || al_dtype_is_float(dtype))
        return true;
    return al_site_refuse(s, AL_GRAPH_ARGUMENT, "floating-point numbers", al_text_of(al_dtype_name(dtype)),
                          "%s of integers is not computed: Keras truncates inside", s->row->name);
}
