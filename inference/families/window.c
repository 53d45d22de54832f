/* Where a window starts and what lies around the image; see window.h. */
#include "inference/families/window.h"

#include "validator/window.h"

static bool channels_first(const struct al_lowering *l)
{
    return al_spatial_axis(&l->site) == 2;
}

uint32_t al_window_enter(struct al_lowering *l, uint32_t x)
{
    return channels_first(l) ? x : al_emit_move_axis(l, x, al_emit_shape(l, x)->rank - 1, 1);
}

uint32_t al_window_leave(struct al_lowering *l, uint32_t x)
{
    return channels_first(l) ? x : al_emit_move_axis(l, x, 1, al_emit_shape(l, x)->rank - 1);
}

uint32_t al_window_kernel(struct al_lowering *l, uint32_t kernel)
{
    const uint32_t rank = al_emit_shape(l, kernel)->rank;
    uint32_t perm[AL_MAX_RANK] = {rank - 1, rank - 2};
    for (uint32_t i = 2; i < rank; i++)
        perm[i] = i - 2;
    return kernel == AL_NONE_INDEX ? kernel : al_emit_transpose(l, kernel, perm);
}

/* `same` pads as TensorFlow does: so much that ceil(length / stride) windows fit, the
   smaller half before; `causal` so that no window sees what comes after its place. */
static void pads(int64_t padding, int64_t length, int64_t extent, int64_t stride, int64_t *before, int64_t *after)
{
    *before = *after = 0;
    if (padding == AL_PADDING_CAUSAL)
        *before = extent - 1;
    if (padding != AL_PADDING_SAME)
        return;
    const int64_t windows = (length - 1) / stride + 1;
    const int64_t total = (windows - 1) * stride + extent - length;
    if (total > 0) {
        *before = total / 2;
        *after = total - *before;
    }
}

struct al_attributes al_window_attributes(const struct al_lowering *l, const struct al_shape *image,
                                          const int64_t *kernel)
{
    const uint32_t spatial = image->rank - 2;
    const struct al_value *strides = al_param_of(&l->site, "strides");
    const struct al_value *dilations = al_param_of(&l->site, "dilation_rate");
    const int64_t padding = al_param_int(&l->site, "padding");
    struct al_attributes a = {.strides.count = spatial, .dilations.count = spatial, .pads.count = 2 * spatial,
                              .kernel.count = spatial, .group = 1};
    for (uint32_t i = 0; i < spatial; i++) {
        a.kernel.at[i] = kernel[i];
        /* pools: strides of null are the window's own lengths, and there is no dilation */
        a.strides.at[i] = strides->type == AL_VALUE_INTEGERS ? strides->integers[i] : kernel[i];
        a.dilations.at[i] = dilations->type == AL_VALUE_INTEGERS ? dilations->integers[i] : 1;
        const int64_t extent = (kernel[i] - 1) * a.dilations.at[i] + 1;
        pads(padding, image->dim[2 + i], extent, a.strides.at[i], &a.pads.at[i], &a.pads.at[spatial + i]);
    }
    return a;
}
