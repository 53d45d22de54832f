/* Activation functions as layers (keras/src/layers/activations). */
#include "validator/families/common.h"

static const struct al_param activation_params[] = {
    {.key = "activation", .type = AL_PARAM_ACTIVATION, .flags = AL_PARAM_REQUIRED},
};

static bool infer_activation(struct al_site *s)
{
    return al_check_activation(s, "activation", &s->in[0]) && al_site_same(s);
}

const struct al_row al_row_activation_layer = {
    .name = "Activation",
    AL_PARAMS(activation_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "activation(x)",
    .infer = infer_activation,
};

static const struct al_param relu_params[] = {
    {.key = "max_value", .type = AL_PARAM_REAL, .flags = AL_PARAM_NULLABLE, .minimum = 0, .maximum = 1e30,
     .standard = "null"},
    {.key = "negative_slope", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1e30, .standard = "0.0"},
    {.key = "threshold", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1e30, .standard = "0.0"},
};

/* Keras takes max_value, negative_slope and threshold for integers where x is of them. */
static bool infer_relu(struct al_site *s)
{
    const bool plain = al_param_is_null(s, "max_value") && !(al_param_real(s, "negative_slope") > 0) &&
                       !(al_param_real(s, "threshold") > 0);
    return (plain || al_site_real_input_always(s)) && al_site_same(s);
}

const struct al_row al_row_re_lu = {
    .name = "ReLU",
    AL_PARAMS(relu_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "min(x, max_value) from threshold on, negative_slope · (x - threshold) below it",
    .infer = infer_relu,
};

static const struct al_param leaky_relu_params[] = {
    {.key = "negative_slope", .type = AL_PARAM_REAL, .minimum = -1e30, .maximum = 1e30, .standard = "0.3"},
    {.key = "alpha", .type = AL_PARAM_REAL, .flags = AL_PARAM_ALIAS, .minimum = -1e30, .maximum = 1e30,
     .alias_of = "negative_slope"},
};

const struct al_row al_row_leaky_re_lu = {
    .name = "LeakyReLU",
    AL_PARAMS(leaky_relu_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "x, or negative_slope · x where x < 0",
    .infer = al_site_same,
};

/* alpha has the shape of one sample; axes that share it (counted from 1) have length 1 */
static bool infer_prelu(struct al_site *s)
{
    struct al_shape alpha = {.rank = s->in[0].rank - 1};
    for (uint32_t i = 0; i < alpha.rank; i++)
        alpha.dim[i] = s->in[0].dim[i + 1];
    const struct al_value *shared = al_param_of(s, "shared_axes");
    for (uint32_t i = 0; shared->type == AL_VALUE_INTEGERS && i < shared->count; i++) {
        if (shared->integers[i] < 1 || shared->integers[i] > (int64_t)alpha.rank)
            return al_site_bad_shape(s, "shared_axes among the axes behind the batch", &s->in[0]);
        alpha.dim[shared->integers[i] - 1] = 1;
    }
    return al_demand(s, "alpha", &alpha, true) && al_site_same(s);
}

static const struct al_param prelu_params[] = {
    AL_CREATION_KEYS("alpha"),
    {.key = "shared_axes", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .standard = "null"},
};

const struct al_row al_row_p_re_lu = {
    .name = "PReLU",
    AL_PARAMS(prelu_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .rank_min = 2,
    .rank_max = AL_MAX_RANK,
    .weights = "alpha (input without batch; 1 where shared)",
    .computes = "x, or alpha · x where x < 0",
    .infer = infer_prelu,
};

static const struct al_param elu_params[] = {
    {.key = "alpha", .type = AL_PARAM_REAL, .minimum = -1e30, .maximum = 1e30, .standard = "1.0"},
};

const struct al_row al_row_elu = {
    .name = "ELU",
    AL_PARAMS(elu_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "x, or alpha · (exp(x) - 1) where x < 0",
    .infer = al_site_same,
};

static const struct al_param thresholded_relu_params[] = {
    {.key = "theta", .type = AL_PARAM_REAL, .minimum = 0, .maximum = 1e30, .standard = "1.0"},
};

const struct al_row al_row_thresholded_re_lu = {
    .name = "ThresholdedReLU",
    .keras2_only = true,
    AL_PARAMS(thresholded_relu_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_PASSES,
    .computes = "x where x > theta, else 0",
    .infer = al_site_same,
};

static const struct al_param softmax_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .count_min = 1, .count_max = AL_MAX_RANK, .standard = "-1"},
};
static const struct al_argument softmax_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "mask", .type = AL_ARGUMENT_MASK},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
};

static bool infer_softmax(struct al_site *s)
{
    uint32_t axes[AL_MAX_RANK], count;
    return al_site_axes(s, "axis", s->in[0].rank, axes, &count) && al_site_same(s);
}

const struct al_row al_row_softmax = {
    .name = "Softmax",
    AL_PARAMS(softmax_params),
    .computes_in_floats = true,
    AL_ARGUMENTS(softmax_arguments),
    .mask = AL_MASK_PASSES,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "exp(x) / Σ exp(x) over the axes; where a mask is false, x is lowered by 1e9 before",
    .infer = infer_softmax,
};
