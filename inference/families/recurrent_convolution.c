/* ConvLSTM1D, 2D, 3D: an LSTM whose products are convolutions (keras/src/layers/rnn/conv_lstm.py). */
#include "inference/families/recurrent.h"
#include "inference/families/window.h"

#include "validator/recurrence.h"
#include "validator/window.h"

/* The recurrent convolution keeps every length: stride 1, no dilation, padding `same`. */
static uint32_t recurrent_convolution(struct al_lowering *l, uint32_t h)
{
    const uint32_t kernel = al_window_kernel(l, al_lower_weight(l, "recurrent_kernel"));
    const struct al_shape *k = al_emit_shape(l, kernel);
    const uint32_t spatial = kernel == AL_NONE_INDEX ? 0 : k->rank - 2;
    struct al_attributes a = {.pads.count = 2 * spatial, .group = 1};
    for (uint32_t i = 0; i < spatial; i++) {
        a.pads.at[i] = (k->dim[2 + i] - 1) / 2;
        a.pads.at[spatial + i] = k->dim[2 + i] - 1 - a.pads.at[i];
    }
    return al_emit(l, AL_OP_CONV, (const uint32_t[]){al_window_enter(l, h), kernel}, 2, &a);
}

static void conv_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    const uint32_t image = al_window_enter(l, x), kernel = al_window_kernel(l, al_lower_weight(l, "kernel"));
    if (image == AL_NONE_INDEX || kernel == AL_NONE_INDEX)
        return;
    const struct al_attributes a = al_window_attributes(l, al_emit_shape(l, image),
                                                        &al_emit_shape(l, kernel)->dim[2]);
    const uint32_t zx = al_emit(l, AL_OP_CONV, (const uint32_t[]){image, kernel, al_lower_weight(l, "bias")}, 3, &a);
    const uint32_t z = al_window_leave(l, al_emit_binary(l, AL_OP_ADD, zx, recurrent_convolution(l, states[0])));
    if (z != AL_NONE_INDEX)
        al_lstm_gates(l, z, states[1], al_channel_axis(&l->site, al_emit_shape(l, z)->rank), out);
}

static bool state_shape(struct al_lowering *l, struct al_shape *state)
{
    const struct al_value *size = al_param_of(&l->site, "kernel_size"), *strides = al_param_of(&l->site, "strides");
    const struct al_value *dilation = al_param_of(&l->site, "dilation_rate");
    int64_t *length = &state->dim[al_spatial_axis(&l->site)];
    for (uint32_t i = 0; i < size->count; i++)
        if (!al_window_length(length[i], size->integers[i], strides->integers[i], dilation->integers[i],
                              al_param_int(&l->site, "padding"), &length[i]))
            return false;
    state->dim[al_channel_axis(&l->site, state->rank)] = al_param_int(&l->site, "filters");
    return true;
}

static void lower_conv_lstm(struct al_lowering *l)
{
    struct al_shape state = al_step_shape(&l->site.in[0]);
    if (!state_shape(l, &state))
        al_lower_fail(l, AL_REFUSED, "the input is smaller than the window");
    else
        al_recurrent_scan(l, conv_step, &state, (const struct al_shape[]){state, state}, 2);
}

void al_lower_conv_lstm1d(struct al_lowering *l)
{
    lower_conv_lstm(l);
}

void al_lower_conv_lstm2d(struct al_lowering *l)
{
    lower_conv_lstm(l);
}

void al_lower_conv_lstm3d(struct al_lowering *l)
{
    lower_conv_lstm(l);
}
