/* Lengths under a moving window; see window.h. */
#include "validator/window.h"

#include "base/checked.h"

static bool channels_first(const struct al_site *s)
{
    return al_param_int(s, "data_format") == 1;
}

uint32_t al_channel_axis(const struct al_site *s, uint32_t rank)
{
    return channels_first(s) ? 1 : rank - 1;
}

uint32_t al_spatial_axis(const struct al_site *s)
{
    return channels_first(s) ? 2 : 1;
}

bool al_window_length(int64_t length, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding, int64_t *out)
{
    if (length == -1) {
        *out = -1;
        return true;
    }
    int64_t extent = (kernel - 1) * dilation + 1; /* both at most 2^20: no overflow */
    if (padding == AL_PADDING_VALID) {
        if (length < extent)
            return false;
        *out = (length - extent) / stride + 1;
        return true;
    }
    *out = (length - 1) / stride + 1;
    return true;
}

bool al_window_transposed_length(int64_t length, int64_t kernel, int64_t stride, int64_t dilation, int64_t padding,
                                 const int64_t *output_padding, int64_t *out)
{
    int64_t extent = (kernel - 1) * dilation + 1, grown;
    if (length == -1) {
        *out = -1;
        return true;
    }
    if (!al_mul_i64(output_padding != NULL ? length - 1 : length, stride, &grown))
        return false;
    if (output_padding == NULL)
        *out = padding == AL_PADDING_VALID ? grown + (extent > stride ? extent - stride : 0) : grown;
    else if (padding == AL_PADDING_VALID)
        *out = grown + extent + *output_padding;
    else
        *out = grown + extent % 2 + *output_padding;
    return *out >= 1;
}

bool al_window_shape(struct al_site *s, const char *kernel_key, struct al_shape *shape)
{
    const struct al_value *kernel = al_param_of(s, kernel_key), *strides = al_param_of(s, "strides");
    const struct al_value *dilation = al_param_of(s, "dilation_rate");
    uint32_t at = al_spatial_axis(s);
    if (strides->type != AL_VALUE_INTEGERS)
        strides = kernel;
    for (uint32_t i = 0; i < kernel->count; i++) {
        int64_t spread = dilation->type == AL_VALUE_INTEGERS ? dilation->integers[i] : 1;
        if (!al_window_length(shape->dim[at + i], kernel->integers[i], strides->integers[i], spread,
                              al_param_int(s, "padding"), &shape->dim[at + i]))
            return al_site_bad_shape(s, "an input at least as long as the window", &s->in[0]);
    }
    return true;
}
