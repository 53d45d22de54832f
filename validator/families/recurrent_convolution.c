/* ConvLSTM1D, 2D, 3D: an LSTM whose products are convolutions (keras/src/layers/rnn/conv_lstm.py). */
#include "validator/families/recurrent.h"
#include "validator/window.h"

static bool infer_conv_lstm(struct al_site *s)
{
    struct al_shape state = al_step_shape(&s->in[0]);
    const struct al_value *size = al_param_of(s, "kernel_size");
    int64_t filters = al_param_int(s, "filters");
    uint32_t channel = al_channel_axis(s, state.rank);
    struct al_shape kernel = {.rank = size->count + 2}, recurrent, bias = al_shape_1(4 * filters);
    for (uint32_t i = 0; i < size->count; i++)
        kernel.dim[i] = size->integers[i];
    kernel.dim[size->count] = state.dim[channel];
    kernel.dim[size->count + 1] = 4 * filters;
    recurrent = kernel;
    recurrent.dim[size->count] = filters;
    s->path = "cell";
    if (!al_demand(s, "kernel", &kernel, true) || !al_demand(s, "recurrent_kernel", &recurrent, true) ||
        (al_param_bool(s, "use_bias") && !al_demand(s, "bias", &bias, true)) ||
        !al_window_shape(s, "kernel_size", &state))
        return false;
    state.dim[channel] = filters;
    const struct al_shape both[2] = {state, state};
    return al_check_activation(s, "activation", &state) && al_check_activation(s, "recurrent_activation", &state) &&
           al_recurrent_outputs(s, &state, both, 2);
}

#define CONV_LSTM_ROW(symbol, class_name, dims) \
    static const struct al_param params_##symbol[] = { \
        AL_UNITS_KEY("filters"), \
        AL_SPATIAL_KEY_REQUIRED("kernel_size", dims), \
        AL_SPATIAL_KEY("strides", dims, "1"), \
        AL_SPATIAL_KEY("dilation_rate", dims, "1"), \
        AL_PADDING_KEY, \
        AL_DATA_FORMAT_KEY, \
        AL_ACTIVATION_KEY("activation", "\"tanh\""), \
        AL_ACTIVATION_KEY("recurrent_activation", "\"sigmoid\""), \
        AL_BOOL_KEY("use_bias", "true"), \
        AL_IGNORED_BOOL_KEY("unit_forget_bias"), \
        AL_CELL_TRAINING_KEYS, \
        AL_RNN_KEYS, \
    }; \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(params_##symbol), \
        AL_ARGUMENTS(al_arguments_recurrent), \
        .mask = AL_MASK_OWN, \
        .rank_min = (dims) + 3, \
        .rank_max = (dims) + 3, \
        .weights = \
            "kernel (kernel_size…, channels, 4 · filters), recurrent_kernel (kernel_size…, filters, 4 · filters), " \
            "bias (4 · filters); gates i, f, c, o", \
        .computes = "as LSTM, each product a convolution", \
        .infer = infer_conv_lstm, \
    }
CONV_LSTM_ROW(conv_lstm1d, "ConvLSTM1D", 1);
CONV_LSTM_ROW(conv_lstm2d, "ConvLSTM2D", 2);
CONV_LSTM_ROW(conv_lstm3d, "ConvLSTM3D", 3);
