/* LocallyConnected1D and 2D: convolutions whose kernel differs from place to place
   (keras 2, layers/locally_connected). */
#include "validator/families/common.h"
#include "validator/window.h"

#include "base/checked.h"

static int64_t product(const struct al_value *list)
{
    int64_t all = 1;
    for (uint32_t i = 0; i < list->count; i++)
        all *= list->integers[i]; /* two of at most 2^20 */
    return all;
}

/* implementation 1: (places, kernel cells · channels, filters) */
static bool kernel_by_place(struct al_site *s, const struct al_shape *out, int64_t channels, struct al_shape *kernel)
{
    int64_t places = 1, cells;
    for (uint32_t i = 0; i < al_param_of(s, "kernel_size")->count; i++)
        if (!al_mul_i64(places, out->dim[al_spatial_axis(s) + i], &places))
            return false;
    if (!al_mul_i64(product(al_param_of(s, "kernel_size")), channels, &cells))
        return false;
    *kernel = (struct al_shape){.rank = 3, .dim = {places, cells, al_param_int(s, "filters")}};
    return true;
}

/* implementation 2: the dense product of the whole input with the whole output, masked */
static bool kernel_dense(struct al_site *s, const struct al_shape *out, struct al_shape *kernel)
{
    *kernel = (struct al_shape){0};
    for (uint32_t i = 1; i < s->in[0].rank; i++)
        kernel->dim[kernel->rank++] = s->in[0].dim[i];
    for (uint32_t i = 1; i < out->rank; i++)
        kernel->dim[kernel->rank++] = out->dim[i];
    return true;
}

/* How many cells of the input the windows touch along one axis, all together. */
static int64_t touched(int64_t length, int64_t window, int64_t stride, bool same, int64_t places)
{
    int64_t pad = 0, count = 0;
    if (same) {
        int64_t span = (places - 1) * stride + window - length;
        pad = span > 0 ? span / 2 : 0;
    }
    for (int64_t i = 0; i < places; i++) {
        int64_t from = i * stride - pad, to = from + window;
        count += (to < length ? to : length) - (from > 0 ? from : 0);
    }
    return count;
}

/* implementation 3: the numbers of the dense product that are not masked, in a row */
static bool kernel_sparse(struct al_site *s, const struct al_shape *out, int64_t channels, struct al_shape *kernel)
{
    const struct al_value *size = al_param_of(s, "kernel_size"), *strides = al_param_of(s, "strides");
    int64_t count;
    if (!al_mul_i64(channels, al_param_int(s, "filters"), &count))
        return false;
    for (uint32_t i = 0; i < size->count; i++) {
        uint32_t axis = al_spatial_axis(s) + i;
        if (out->dim[axis] > 1 << 20 ||
            !al_mul_i64(count, touched(s->in[0].dim[axis], size->integers[i], strides->integers[i],
                                       al_param_int(s, "padding") == AL_PADDING_SAME, out->dim[axis]), &count))
            return false;
    }
    *kernel = al_shape_1(count);
    return true;
}

static bool infer_local(struct al_site *s)
{
    struct al_shape out = s->in[0], kernel, bias = {0};
    uint32_t channel = al_channel_axis(s, out.rank);
    int64_t channels = out.dim[channel], implementation = al_param_int(s, "implementation");
    for (uint32_t i = 1; i < out.rank; i++)
        if (out.dim[i] == -1)
            return al_site_bad_shape(s, "known lengths", &s->in[0]);
    if (!al_window_shape(s, "kernel_size", &out))
        return false;
    out.dim[channel] = al_param_int(s, "filters");
    if (!(implementation == 1   ? kernel_by_place(s, &out, channels, &kernel)
          : implementation == 2 ? kernel_dense(s, &out, &kernel)
                                : kernel_sparse(s, &out, channels, &kernel)))
        return al_site_bad_shape(s, "shorter axes", &s->in[0]);
    for (uint32_t i = 0; i < al_param_of(s, "kernel_size")->count; i++)
        bias.dim[bias.rank++] = out.dim[al_spatial_axis(s) + i];
    bias.dim[bias.rank++] = al_param_int(s, "filters");
    return al_demand(s, "kernel", &kernel, true) &&
           (!al_param_bool(s, "use_bias") || al_demand(s, "bias", &bias, true)) &&
           al_check_activation(s, "activation", &out) && al_site_output(s, &out);
}

#define LOCAL_ROW(symbol, class_name, dims) \
    static const struct al_param params_##symbol[] = { \
        AL_UNITS_KEY("filters"), \
        AL_SPATIAL_KEY_REQUIRED("kernel_size", dims), \
        AL_SPATIAL_KEY("strides", dims, "1"), \
        AL_PADDING_KEY, \
        AL_DATA_FORMAT_KEY, \
        {.key = "implementation", .type = AL_PARAM_INTEGER, .minimum = 1, .maximum = 3, .standard = "1"}, \
        AL_ACTIVATION_KEY("activation", "\"linear\""), \
        AL_BOOL_KEY("use_bias", "true"), \
        AL_CREATION_KEYS("kernel"), \
        AL_CREATION_KEYS("bias"), \
    }; \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .keras2_only = true, \
        AL_PARAMS(params_##symbol), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = (dims) + 2, \
        .rank_max = (dims) + 2, \
        .weights = "kernel (places, window · channels, filters), or as implementation 2 and 3 lay it out; " \
                   "bias (places…, filters)", \
        .computes = "as a convolution, with a kernel of its own at each place", \
        .infer = infer_local, \
    }
LOCAL_ROW(locally_connected1d, "LocallyConnected1D", 1);
LOCAL_ROW(locally_connected2d, "LocallyConnected2D", 2);
