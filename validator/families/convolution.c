/* Convolutions: plain, transposed, depthwise, separable (keras/src/layers/convolutional). */
#include "validator/families/common.h"
#include "validator/quantization.h"
#include "validator/window.h"

#include "base/checked.h"

#define FILTERS_KEY AL_UNITS_KEY("filters")
#define MULTIPLIER_KEY \
    {.key = "depth_multiplier", .type = AL_PARAM_INTEGER, .minimum = 1, .maximum = 1 << 20, .standard = "1"}
/* what all convolutions have */
#define WINDOW_KEYS(dims, paddings) \
    AL_SPATIAL_KEY_REQUIRED("kernel_size", dims), AL_SPATIAL_KEY("strides", dims, "1"), \
        AL_SPATIAL_KEY("dilation_rate", dims, "1"), AL_DATA_FORMAT_KEY, \
        {.key = "padding", .type = AL_PARAM_CHOICE, .choices = (paddings), .standard = "\"valid\""}, \
        AL_ACTIVATION_KEY("activation", "\"linear\""), AL_BOOL_KEY("use_bias", "true"), AL_CREATION_KEYS("kernel"), \
        AL_CREATION_KEYS("bias")
/* Keras 2 wrote these along with layers that do not use them */
#define ONE_GROUP_KEY AL_FIXED_KEY("groups", "1", "this layer has no groups")

/* its keys are params_<symbol> */
#define ROW(symbol, class_name, dims, ...) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(params_##symbol), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        __VA_ARGS__, \
    }

/* Keras refuses strides together with dilation where it checks at all: Conv and its transpose. */
static bool check_strides(struct al_site *s)
{
    const struct al_value *strides = al_param_of(s, "strides"), *dilation = al_param_of(s, "dilation_rate");
    bool strided = false, dilated = false;
    for (uint32_t i = 0; i < strides->count; i++) {
        strided = strided || strides->integers[i] > 1;
        dilated = dilated || dilation->integers[i] > 1;
    }
    if (strided && dilated)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "strides or dilation_rate of 1", AL_NOTHING,
                              "strides and dilation_rate are both greater than 1");
    return true;
}

static bool demand_bias(struct al_site *s, int64_t width)
{
    struct al_shape bias = al_shape_1(width);
    return !al_param_bool(s, "use_bias") || al_demand(s, "bias", &bias, true);
}

/* (k…, a, b) */
static struct al_shape kernel_shape(const struct al_site *s, int64_t a, int64_t b)
{
    const struct al_value *size = al_param_of(s, "kernel_size");
    struct al_shape kernel = {.rank = size->count + 2};
    for (uint32_t i = 0; i < size->count; i++)
        kernel.dim[i] = size->integers[i];
    kernel.dim[size->count] = a;
    kernel.dim[size->count + 1] = b;
    return kernel;
}

static bool finish(struct al_site *s, struct al_shape *out, int64_t width)
{
    out->dim[al_channel_axis(s, out->rank)] = width;
    return demand_bias(s, width) && al_check_activation(s, "activation", out) && al_site_output(s, out);
}

/* ---- Conv1D, Conv2D, Conv3D ---- */

static bool infer_conv(struct al_site *s)
{
    struct al_shape out = s->in[0];
    int64_t channels = out.dim[al_channel_axis(s, out.rank)], filters = al_param_int(s, "filters");
    int64_t groups = al_param_int(s, "groups");
    if (channels == -1 || channels % groups != 0 || filters % groups != 0)
        return al_site_bad_shape(s, "channels and filters that groups divide", &s->in[0]);
    struct al_shape kernel = kernel_shape(s, channels / groups, filters);
    return al_demand(s, "kernel", &kernel, al_lora_rank(s) == 0) && al_window_shape(s, "kernel_size", &out) &&
           finish(s, &out, filters) && al_demand_lora(s, "lora_kernel_a", "lora_kernel_b", &kernel);
}

#define CONV_ROW(symbol, class_name, alias, dims, paddings) \
    static const struct al_param params_##symbol[] = { \
        FILTERS_KEY, \
        WINDOW_KEYS(dims, paddings), \
        {.key = "groups", .type = AL_PARAM_INTEGER, .minimum = 1, .maximum = AL_MAX_UNITS, .standard = "1"}, \
        AL_LORA_KEYS, \
    }; \
    static const char *const names_##symbol[] = {alias, NULL}; \
    ROW(symbol, class_name, dims, \
        .other_names = names_##symbol, \
        .weights = "kernel (kernel_size…, channels / groups, filters), bias (filters)", \
        .computes = "activation(convolution + bias)", \
        .check = check_strides, \
        .infer = infer_conv)
CONV_ROW(conv1d, "Conv1D", "Convolution1D", 1, al_choices_padding_causal);
CONV_ROW(conv2d, "Conv2D", "Convolution2D", 2, al_choices_padding);
CONV_ROW(conv3d, "Conv3D", "Convolution3D", 3, al_choices_padding);

/* ---- Conv1DTranspose, Conv2DTranspose, Conv3DTranspose ---- */

static bool infer_transpose(struct al_site *s)
{
    struct al_shape out = s->in[0];
    const struct al_value *size = al_param_of(s, "kernel_size"), *strides = al_param_of(s, "strides");
    const struct al_value *dilation = al_param_of(s, "dilation_rate"), *more = al_param_of(s, "output_padding");
    int64_t channels = out.dim[al_channel_axis(s, out.rank)], filters = al_param_int(s, "filters");
    uint32_t at = al_spatial_axis(s);
    struct al_shape kernel = kernel_shape(s, filters, channels);
    for (uint32_t i = 0; i < size->count; i++)
        if (!al_window_transposed_length(out.dim[at + i], size->integers[i], strides->integers[i],
                                         dilation->integers[i], al_param_int(s, "padding"),
                                         more->type == AL_VALUE_INTEGERS ? &more->integers[i] : NULL,
                                         &out.dim[at + i]))
            return al_site_bad_shape(s, "a length that can be grown", &s->in[0]);
    return al_demand(s, "kernel", &kernel, true) && finish(s, &out, filters);
}

static bool check_transpose(struct al_site *s)
{
    const struct al_value *strides = al_param_of(s, "strides"), *more = al_param_of(s, "output_padding");
    for (uint32_t i = 0; more->type == AL_VALUE_INTEGERS && i < more->count; i++)
        if (more->integers[i] >= strides->integers[i])
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "less than strides", AL_NOTHING,
                                  "output_padding is not less than strides");
    return check_strides(s);
}

#define TRANSPOSE_ROW(symbol, class_name, alias, dims) \
    static const struct al_param params_##symbol[] = { \
        FILTERS_KEY, \
        WINDOW_KEYS(dims, al_choices_padding), \
        {.key = "output_padding", .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_NULLABLE, .minimum = 0, \
         .maximum = 1 << 20, .count_min = (dims), .count_max = (dims), .standard = "null"}, \
        ONE_GROUP_KEY, \
    }; \
    static const char *const names_##symbol[] = {alias, NULL}; \
    ROW(symbol, class_name, dims, \
        .other_names = names_##symbol, \
        .weights = "kernel (kernel_size…, filters, channels), bias (filters)", \
        .computes = "activation(transposed convolution + bias)", \
        .check = check_transpose, \
        .infer = infer_transpose)
TRANSPOSE_ROW(conv1d_transpose, "Conv1DTranspose", "Convolution1DTranspose", 1);
TRANSPOSE_ROW(conv2d_transpose, "Conv2DTranspose", "Convolution2DTranspose", 2);
TRANSPOSE_ROW(conv3d_transpose, "Conv3DTranspose", "Convolution3DTranspose", 3);

/* ---- DepthwiseConv1D, DepthwiseConv2D ---- */

static bool infer_depthwise(struct al_site *s)
{
    struct al_shape out = s->in[0];
    int64_t channels = out.dim[al_channel_axis(s, out.rank)], multiplier = al_param_int(s, "depth_multiplier"), width;
    struct al_shape kernel = kernel_shape(s, channels, multiplier);
    if (channels == -1 || !al_mul_i64(channels, multiplier, &width))
        return al_site_bad_shape(s, "a known number of channels", &s->in[0]);
    return al_demand(s, al_model_is_keras2(s->model) ? "depthwise_kernel" : "kernel", &kernel, true) &&
           al_window_shape(s, "kernel_size", &out) && finish(s, &out, width);
}

#define DEPTHWISE_ROW(symbol, class_name, dims) \
    static const struct al_param params_##symbol[] = { \
        MULTIPLIER_KEY, \
        WINDOW_KEYS(dims, al_choices_padding), \
        ONE_GROUP_KEY, \
        AL_CREATION_KEYS("depthwise"), \
    }; \
    ROW(symbol, class_name, dims, \
        .weights = "kernel (kernel_size…, channels, depth_multiplier), bias (channels · depth_multiplier)", \
        .computes = "activation(convolution of each channel by itself + bias)", \
        .infer = infer_depthwise)
DEPTHWISE_ROW(depthwise_conv1d, "DepthwiseConv1D", 1);
DEPTHWISE_ROW(depthwise_conv2d, "DepthwiseConv2D", 2);

/* ---- SeparableConv1D, SeparableConv2D ---- */

static bool infer_separable(struct al_site *s)
{
    struct al_shape out = s->in[0];
    int64_t channels = out.dim[al_channel_axis(s, out.rank)], multiplier = al_param_int(s, "depth_multiplier"), width;
    int64_t filters = al_param_int(s, "filters");
    if (channels == -1 || !al_mul_i64(channels, multiplier, &width))
        return al_site_bad_shape(s, "a known number of channels", &s->in[0]);
    struct al_shape depthwise = kernel_shape(s, channels, multiplier), pointwise = kernel_shape(s, width, filters);
    for (uint32_t i = 0; i + 2 < pointwise.rank; i++)
        pointwise.dim[i] = 1;
    return al_demand(s, "depthwise_kernel", &depthwise, true) && al_demand(s, "pointwise_kernel", &pointwise, true) &&
           al_window_shape(s, "kernel_size", &out) && finish(s, &out, filters);
}

#define SEPARABLE_ROW(symbol, class_name, alias, dims, paddings) \
    static const struct al_param params_##symbol[] = { \
        FILTERS_KEY, \
        MULTIPLIER_KEY, \
        WINDOW_KEYS(dims, paddings), \
        ONE_GROUP_KEY, \
        AL_CREATION_KEYS("depthwise"), \
        AL_CREATION_KEYS("pointwise"), \
    }; \
    static const char *const names_##symbol[] = {alias, NULL}; \
    ROW(symbol, class_name, dims, \
        .other_names = names_##symbol, \
        .weights = "depthwise_kernel (kernel_size…, channels, depth_multiplier), " \
                   "pointwise_kernel (1…, channels · depth_multiplier, filters), bias (filters)", \
        .computes = "activation(depthwise, then 1 × 1 convolution + bias)", \
        .infer = infer_separable)
SEPARABLE_ROW(separable_conv1d, "SeparableConv1D", "SeparableConvolution1D", 1, al_choices_padding_causal);
SEPARABLE_ROW(separable_conv2d, "SeparableConv2D", "SeparableConvolution2D", 2, al_choices_padding);
