/* Convolutions: plain, transposed, depthwise, separable (keras/src/layers/convolutional). */
#include "validator/window.h"

#include "inference/families/window.h"
#include "inference/quantized.h"

static uint32_t convolve(struct al_lowering *l, uint32_t x, uint32_t kernel, uint32_t bias, int64_t group)
{
    struct al_attributes a = al_window_attributes(l, al_emit_shape(l, x), &al_emit_shape(l, kernel)->dim[2]);
    a.group = group;
    return al_emit(l, AL_OP_CONV, (const uint32_t[]){x, kernel, bias}, 3, &a);
}

/* The activation sees the layout that the user sees: softmax is over the last axis of that. */
static void finish(struct al_lowering *l, uint32_t y)
{
    al_lower_result(l, al_lower_activation(l, "activation", al_window_leave(l, y)));
}

static void lower_conv(struct al_lowering *l)
{
    const uint32_t x = al_window_enter(l, l->in[0].operand);
    const uint32_t kernel = al_window_kernel(l, al_lower_kernel(l, "kernel", "lora_kernel_a", "lora_kernel_b"));
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX)
        return;
    finish(l, convolve(l, x, kernel, al_lower_weight(l, "bias"), al_param_int(&l->site, "groups")));
}

void al_lower_conv1d(struct al_lowering *l)
{
    lower_conv(l);
}

void al_lower_conv2d(struct al_lowering *l)
{
    lower_conv(l);
}

void al_lower_conv3d(struct al_lowering *l)
{
    lower_conv(l);
}

/* ---- transposed ---- */

/* The gradient of a convolution whose output had the input's lengths: of the full length
   (L - 1) stride + extent, so much is cut off in front as that convolution padded there. */
static bool transpose_attributes(struct al_lowering *l, const struct al_shape *image, const int64_t *kernel,
                                 struct al_attributes *a)
{
    const struct al_value *more = al_param_of(&l->site, "output_padding");
    const int64_t padding = al_param_int(&l->site, "padding");
    *a = al_window_attributes(l, image, kernel);
    const uint32_t spatial = a->kernel.count;
    a->output_padding.count = spatial;
    for (uint32_t i = 0; i < spatial; i++) {
        const int64_t length = image->dim[2 + i], stride = a->strides.at[i], dilation = a->dilations.at[i];
        const int64_t full = (length - 1) * stride + (kernel[i] - 1) * dilation + 1;
        int64_t wanted;
        if (!al_window_transposed_length(length, kernel[i], stride, dilation, padding,
                                         more->type == AL_VALUE_INTEGERS ? &more->integers[i] : NULL, &wanted)) {
            al_lower_fail(l, AL_REFUSED, "the input is too short or too long");
            return false;
        }
        const int64_t surplus = full > wanted ? full - wanted : 0;
        a->pads.at[i] = padding == AL_PADDING_SAME ? surplus / 2 : 0;
        const int64_t rest = full - a->pads.at[i] - wanted;
        a->pads.at[spatial + i] = rest > 0 ? rest : 0;
        a->output_padding.at[i] = rest < 0 ? -rest : 0;
    }
    return true;
}

static void lower_transpose(struct al_lowering *l)
{
    const uint32_t x = al_window_enter(l, l->in[0].operand);
    const uint32_t kernel = al_window_kernel(l, al_lower_weight(l, "kernel"));
    struct al_attributes a;
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX ||
        !transpose_attributes(l, al_emit_shape(l, x), &al_emit_shape(l, kernel)->dim[2], &a))
        return;
    finish(l, al_emit(l, AL_OP_CONV_TRANSPOSE, (const uint32_t[]){x, kernel, al_lower_weight(l, "bias")}, 3, &a));
}

void al_lower_conv1d_transpose(struct al_lowering *l)
{
    lower_transpose(l);
}

void al_lower_conv2d_transpose(struct al_lowering *l)
{
    lower_transpose(l);
}

void al_lower_conv3d_transpose(struct al_lowering *l)
{
    lower_transpose(l);
}

/* ---- each channel by itself ---- */

/* A kernel (k…, c, m) as (c · m, 1, k…), one group for each of c channels: output channel
   c · m + i is the i-th of channel c. */
static uint32_t depthwise_kernel(struct al_lowering *l, uint32_t kernel)
{
    const struct al_shape from = *al_emit_shape(l, kernel);
    if (kernel == AL_NONE_INDEX)
        return kernel;
    uint32_t perm[AL_MAX_RANK] = {from.rank - 2, from.rank - 1};
    struct al_shape to = {.rank = from.rank, .dim = {from.dim[from.rank - 2] * from.dim[from.rank - 1], 1}};
    for (uint32_t i = 2; i < from.rank; i++) {
        perm[i] = i - 2;
        to.dim[i] = from.dim[i - 2];
    }
    return al_emit_reshape(l, al_emit_transpose(l, kernel, perm), &to);
}

static void lower_depthwise(struct al_lowering *l)
{
    const uint32_t x = al_window_enter(l, l->in[0].operand);
    /* the weight that is called kernel since Keras 3 is the first in every version */
    const uint32_t kernel = depthwise_kernel(l, al_lower_weight_as(l, 0, l->real));
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX)
        return;
    finish(l, convolve(l, x, kernel, al_lower_weight(l, "bias"), al_emit_shape(l, x)->dim[1]));
}

void al_lower_depthwise_conv1d(struct al_lowering *l)
{
    lower_depthwise(l);
}

void al_lower_depthwise_conv2d(struct al_lowering *l)
{
    lower_depthwise(l);
}

static void lower_separable(struct al_lowering *l)
{
    const uint32_t x = al_window_enter(l, l->in[0].operand);
    const uint32_t kernel = depthwise_kernel(l, al_lower_weight(l, "depthwise_kernel"));
    const uint32_t pointwise = al_window_kernel(l, al_lower_weight(l, "pointwise_kernel"));
    if (x == AL_NONE_INDEX || kernel == AL_NONE_INDEX || pointwise == AL_NONE_INDEX)
        return;
    const uint32_t apart = convolve(l, x, kernel, AL_NONE_INDEX, al_emit_shape(l, x)->dim[1]);
    /* strides and dilation have done their work in the first step */
    const struct al_attributes plain = {.group = 1};
    finish(l, al_emit(l, AL_OP_CONV, (const uint32_t[]){apart, pointwise, al_lower_weight(l, "bias")}, 3, &plain));
}

void al_lower_separable_conv1d(struct al_lowering *l)
{
    lower_separable(l);
}

void al_lower_separable_conv2d(struct al_lowering *l)
{
    lower_separable(l);
}
