/* Pooling over windows, over everything, and to a wanted size (keras/src/layers/pooling). */
#include "validator/families/common.h"
#include "validator/window.h"

/* ---- windows ---- */

#define POOL_PARAMS(dims) \
    static const struct al_param pool_params_##dims[] = { \
        AL_SPATIAL_KEY("pool_size", dims, "2"), \
        {.key = "strides", .type = AL_PARAM_INTEGERS_OR_ONE, .flags = AL_PARAM_NULLABLE, .minimum = 1, \
         .maximum = 1 << 20, .count_min = (dims), .count_max = (dims), .standard = "null"}, \
        AL_PADDING_KEY, \
        AL_DATA_FORMAT_KEY, \
    }
POOL_PARAMS(1);
POOL_PARAMS(2);
POOL_PARAMS(3);

static bool infer_pool(struct al_site *s)
{
    struct al_shape out = s->in[0];
    return al_window_shape(s, "pool_size", &out) && al_site_output(s, &out);
}

#define POOL_ROW(symbol, class_name, alias, dims, what) \
    static const char *const names_##symbol[] = {alias, NULL}; \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .other_names = names_##symbol, \
        .computes_in_floats = true, \
        AL_PARAMS(pool_params_##dims), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        .computes = (what), \
        .infer = infer_pool, \
    }

#define MAX_TEXT "the greatest number under each window"
#define AVERAGE_TEXT "the mean under each window; cells of padding do not count"
POOL_ROW(max_pooling1d, "MaxPooling1D", "MaxPool1D", 1, MAX_TEXT);
POOL_ROW(max_pooling2d, "MaxPooling2D", "MaxPool2D", 2, MAX_TEXT);
POOL_ROW(max_pooling3d, "MaxPooling3D", "MaxPool3D", 3, MAX_TEXT);
POOL_ROW(average_pooling1d, "AveragePooling1D", "AvgPool1D", 1, AVERAGE_TEXT);
POOL_ROW(average_pooling2d, "AveragePooling2D", "AvgPool2D", 2, AVERAGE_TEXT);
POOL_ROW(average_pooling3d, "AveragePooling3D", "AvgPool3D", 3, AVERAGE_TEXT);

/* ---- everything ---- */

static const struct al_param global_params[] = {
    AL_DATA_FORMAT_KEY,
    AL_BOOL_KEY("keepdims", "false"),
};
static const struct al_argument global_mask_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "mask", .type = AL_ARGUMENT_MASK},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
};

static bool infer_global(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    const bool mean = s->layer->kind == AL_KIND_GLOBAL_AVERAGE_POOLING1D ||
                      s->layer->kind == AL_KIND_GLOBAL_AVERAGE_POOLING2D ||
                      s->layer->kind == AL_KIND_GLOBAL_AVERAGE_POOLING3D;
    if (mean && !al_site_real_input(s, true))
        return false;
    uint32_t channel = al_channel_axis(s, in->rank);
    if (!al_param_bool(s, "keepdims")) {
        struct al_shape out = al_shape_2(in->dim[0], in->dim[channel]);
        return al_site_output(s, &out);
    }
    struct al_shape out = *in;
    for (uint32_t i = 1; i < out.rank; i++)
        if (i != channel)
            out.dim[i] = 1;
    return al_site_output(s, &out);
}

#define GLOBAL_ROW(symbol, class_name, alias, dims, call_arguments, mask_rule, what) \
    static const char *const names_##symbol[] = {alias, NULL}; \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .other_names = names_##symbol, \
        .computes_in_floats = true, \
        AL_PARAMS(global_params), \
        AL_ARGUMENTS(call_arguments), \
        .mask = (mask_rule), \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        .computes = (what), \
        .infer = infer_global, \
    }

#define GLOBAL_MAX_TEXT "the greatest number of each channel"
#define GLOBAL_AVERAGE_TEXT "the mean of each channel"
GLOBAL_ROW(global_max_pooling1d, "GlobalMaxPooling1D", "GlobalMaxPool1D", 1, al_arguments_input, AL_MASK_DROPS,
           GLOBAL_MAX_TEXT);
GLOBAL_ROW(global_max_pooling2d, "GlobalMaxPooling2D", "GlobalMaxPool2D", 2, al_arguments_input, AL_MASK_DROPS,
           GLOBAL_MAX_TEXT);
GLOBAL_ROW(global_max_pooling3d, "GlobalMaxPooling3D", "GlobalMaxPool3D", 3, al_arguments_input, AL_MASK_DROPS,
           GLOBAL_MAX_TEXT);
GLOBAL_ROW(global_average_pooling1d, "GlobalAveragePooling1D", "GlobalAvgPool1D", 1, global_mask_arguments,
           AL_MASK_OWN, "the mean of each channel over the steps that the mask keeps");
GLOBAL_ROW(global_average_pooling2d, "GlobalAveragePooling2D", "GlobalAvgPool2D", 2, al_arguments_input,
           AL_MASK_DROPS, GLOBAL_AVERAGE_TEXT);
GLOBAL_ROW(global_average_pooling3d, "GlobalAveragePooling3D", "GlobalAvgPool3D", 3, al_arguments_input,
           AL_MASK_DROPS, GLOBAL_AVERAGE_TEXT);

/* ---- to a wanted size ---- */

#define ADAPTIVE_PARAMS(dims) \
    static const struct al_param adaptive_params_##dims[] = { \
        AL_SPATIAL_KEY_REQUIRED("output_size", dims), \
        AL_DATA_FORMAT_KEY, \
    }
ADAPTIVE_PARAMS(1);
ADAPTIVE_PARAMS(2);
ADAPTIVE_PARAMS(3);

static bool infer_adaptive(struct al_site *s)
{
    struct al_shape out = s->in[0];
    const struct al_value *size = al_param_of(s, "output_size");
    for (uint32_t i = 0; i < size->count; i++)
        out.dim[al_spatial_axis(s) + i] = size->integers[i];
    return al_site_output(s, &out);
}

#define ADAPTIVE_ROW(symbol, class_name, dims, what) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .computes_in_floats = true, \
        AL_PARAMS(adaptive_params_##dims), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        .computes = (what), \
        .infer = infer_adaptive, \
    }

#define ADAPTIVE_MAX_TEXT "the greatest number of each of output_size parts"
#define ADAPTIVE_AVERAGE_TEXT "the mean of each of output_size parts"
ADAPTIVE_ROW(adaptive_max_pooling1d, "AdaptiveMaxPooling1D", 1, ADAPTIVE_MAX_TEXT);
ADAPTIVE_ROW(adaptive_max_pooling2d, "AdaptiveMaxPooling2D", 2, ADAPTIVE_MAX_TEXT);
ADAPTIVE_ROW(adaptive_max_pooling3d, "AdaptiveMaxPooling3D", 3, ADAPTIVE_MAX_TEXT);
ADAPTIVE_ROW(adaptive_average_pooling1d, "AdaptiveAveragePooling1D", 1, ADAPTIVE_AVERAGE_TEXT);
ADAPTIVE_ROW(adaptive_average_pooling2d, "AdaptiveAveragePooling2D", 2, ADAPTIVE_AVERAGE_TEXT);
ADAPTIVE_ROW(adaptive_average_pooling3d, "AdaptiveAveragePooling3D", 3, ADAPTIVE_AVERAGE_TEXT);
