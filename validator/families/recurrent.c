/* SimpleRNN, LSTM, GRU, their cells, and RNN over cells (keras/src/layers/rnn). */
#include "validator/families/recurrent.h"

const struct al_argument al_arguments_recurrent[5] = {
    {.name = "sequences", .type = AL_ARGUMENT_TENSOR},
    {.name = "initial_state", .type = AL_ARGUMENT_TENSORS, .flags = AL_ARGUMENT_OPTIONAL},
    {.name = "mask", .type = AL_ARGUMENT_MASK},
    {.name = "training", .type = AL_ARGUMENT_TRAINING},
    {.name = "constants", .type = AL_ARGUMENT_IGNORED},
};

static bool fits(const struct al_shape *a, const struct al_shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (uint32_t i = 0; i < a->rank; i++)
        if (a->dim[i] != -1 && b->dim[i] != -1 && a->dim[i] != b->dim[i])
            return false;
    return true;
}

static bool check_initial_state(struct al_site *s, const struct al_shape *states, uint32_t count)
{
    uint32_t first = al_site_input(s, "initial_state"), given = 0;
    if (first == AL_NONE_INDEX)
        return true;
    while (first + given < s->in_count && s->argument_of[first + given] == s->argument_of[first])
        given++;
    if (given != count)
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, al_found(s->findings, "%u tensors", count).at,
                              al_found(s->findings, "%u", given),
                              "initial_state is not what the state of %s is made of", s->row->name);
    for (uint32_t i = 0; i < count; i++)
        if (!fits(&s->in[first + i], &states[i]))
            return al_site_bad_shape(s, al_shape_show(s->findings, &states[i]), &s->in[first + i]);
    return true;
}

bool al_recurrent_outputs(struct al_site *s, const struct al_shape *step, const struct al_shape *states,
                          uint32_t count)
{
    bool return_state = al_param_bool(s, "return_state");
    if (!check_initial_state(s, states, count) || !al_site_outputs(s, return_state ? 1 + count : 1))
        return false;
    s->out[0] = *step;
    if (al_param_bool(s, "return_sequences")) {
        s->out[0].rank++;
        for (uint32_t i = step->rank; i > 1; i--)
            s->out[0].dim[i] = step->dim[i - 1];
        s->out[0].dim[1] = s->in[0].dim[1];
    }
    for (uint32_t i = 0; return_state && i < count; i++)
        s->out[1 + i] = states[i];
    return true;
}

/* ---- weights: `gates` blocks of `units` side by side ---- */

static bool demand_gates(struct al_site *s, int64_t width, int64_t gates)
{
    int64_t units = al_param_int(s, "units");
    struct al_shape kernel = al_shape_2(width, gates * units), recurrent = al_shape_2(units, gates * units);
    struct al_shape bias = al_shape_1(gates * units);
    if (al_param_bool(s, "reset_after"))
        bias = al_shape_2(2, gates * units);
    return al_demand(s, "kernel", &kernel, true) && al_demand(s, "recurrent_kernel", &recurrent, true) &&
           (!al_param_bool(s, "use_bias") || al_demand(s, "bias", &bias, true));
}

static bool check_activations(struct al_site *s, const struct al_shape *state)
{
    return al_check_activation(s, "activation", state) && al_check_activation(s, "recurrent_activation", state);
}

static bool infer_layer(struct al_site *s, int64_t gates, uint32_t states)
{
    struct al_shape state = al_shape_2(s->in[0].dim[0], al_param_int(s, "units"));
    const struct al_shape both[2] = {state, state};
    s->path = "cell";
    return demand_gates(s, s->in[0].dim[2], gates) && check_activations(s, &state) &&
           al_recurrent_outputs(s, &state, both, states);
}

static bool infer_cell(struct al_site *s, int64_t gates, uint32_t states)
{
    struct al_shape state = al_shape_2(s->in[0].dim[0], al_param_int(s, "units"));
    if (!demand_gates(s, s->in[0].dim[1], gates) || !check_activations(s, &state) || !al_site_outputs(s, 1 + states))
        return false;
    for (uint32_t i = 0; i <= states; i++)
        s->out[i] = state;
    return true;
}

static bool infer_simple_rnn(struct al_site *s)
{
    return infer_layer(s, 1, 1);
}

static bool infer_lstm(struct al_site *s)
{
    return infer_layer(s, 4, 2);
}

static bool infer_gru(struct al_site *s)
{
    return infer_layer(s, 3, 1);
}

static bool infer_simple_rnn_cell(struct al_site *s)
{
    return infer_cell(s, 1, 1);
}

static bool infer_lstm_cell(struct al_site *s)
{
    return infer_cell(s, 4, 2);
}

static bool infer_gru_cell(struct al_site *s)
{
    return infer_cell(s, 3, 1);
}

/* ---- rows ---- */

#define CELL_KEYS \
    AL_UNITS_KEY("units"), AL_ACTIVATION_KEY("activation", "\"tanh\""), AL_BOOL_KEY("use_bias", "true"), \
        AL_CELL_TRAINING_KEYS
#define LSTM_KEYS AL_ACTIVATION_KEY("recurrent_activation", "\"sigmoid\""), AL_IGNORED_BOOL_KEY("unit_forget_bias")
/* without the key: written before there was the choice (Keras 2.1), when the reset came first */
#define GRU_KEYS AL_ACTIVATION_KEY("recurrent_activation", "\"sigmoid\""), AL_BOOL_KEY("reset_after", "false")

static const struct al_param simple_rnn_params[] = {CELL_KEYS, AL_RNN_KEYS};
static const struct al_param lstm_params[] = {CELL_KEYS, LSTM_KEYS, AL_RNN_KEYS};
static const struct al_param gru_params[] = {CELL_KEYS, GRU_KEYS, AL_RNN_KEYS};
static const struct al_param simple_rnn_cell_params[] = {CELL_KEYS};
static const struct al_param lstm_cell_params[] = {CELL_KEYS, LSTM_KEYS};
static const struct al_param gru_cell_params[] = {CELL_KEYS, GRU_KEYS};

#define LAYER_ROW(symbol, class_name, weights_text, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(symbol##_params), \
        AL_ARGUMENTS(al_arguments_recurrent), \
        .mask = AL_MASK_OWN, \
        .rank_min = 3, \
        .rank_max = 3, \
        .weights = (weights_text), \
        .computes = (text), \
        .infer = infer_##symbol, \
    }
#define CELL_ROW(symbol, class_name, weights_text, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(symbol##_params), \
        AL_ARGUMENTS(al_arguments_input), \
        .mask = AL_MASK_DROPS, \
        .rank_min = 2, \
        .rank_max = 2, \
        .weights = (weights_text), \
        .computes = (text), \
        .infer = infer_##symbol, \
    }
#define SIMPLE_WEIGHTS "kernel (in, units), recurrent_kernel (units, units), bias (units)"
#define SIMPLE_TEXT "h' = activation(x · kernel + bias + h · recurrent_kernel)"
#define LSTM_WEIGHTS "kernel (in, 4 · units), recurrent_kernel (units, 4 · units), bias (4 · units); gates i, f, c, o"
#define LSTM_TEXT "c' = f · c + i · activation(ĉ), h' = o · activation(c')"
#define GRU_WEIGHTS \
    "kernel (in, 3 · units), recurrent_kernel (units, 3 · units), bias (3 · units), with reset_after (2, 3 · " \
    "units); " \
    "gates z, r, h"
#define GRU_TEXT "h' = z · h + (1 - z) · ĥ"
LAYER_ROW(simple_rnn, "SimpleRNN", SIMPLE_WEIGHTS, SIMPLE_TEXT);
LAYER_ROW(lstm, "LSTM", LSTM_WEIGHTS, LSTM_TEXT);
LAYER_ROW(gru, "GRU", GRU_WEIGHTS, GRU_TEXT);
CELL_ROW(simple_rnn_cell, "SimpleRNNCell", SIMPLE_WEIGHTS, SIMPLE_TEXT);
CELL_ROW(lstm_cell, "LSTMCell", LSTM_WEIGHTS, LSTM_TEXT);
CELL_ROW(gru_cell, "GRUCell", GRU_WEIGHTS, GRU_TEXT);

/* ---- CuDNNLSTM, CuDNNGRU (Keras 2.0 to 2.3): fixed activations, two biases in one row ---- */

#define CUDNN_KEYS \
    AL_UNITS_KEY("units"), AL_CREATION_KEYS("kernel"), AL_CREATION_KEYS("recurrent"), AL_CREATION_KEYS("bias"), \
        AL_BOOL_KEY("return_sequences", "false"), AL_BOOL_KEY("return_state", "false"), \
        AL_BOOL_KEY("go_backwards", "false"), AL_BOOL_KEY("stateful", "false"), \
        AL_FIXED_KEY("time_major", "false", "time as the first axis is not computed")
static const struct al_param cu_dnnlstm_params[] = {CUDNN_KEYS, AL_IGNORED_BOOL_KEY("unit_forget_bias")};
static const struct al_param cu_dnngru_params[] = {CUDNN_KEYS};

static bool infer_cudnn(struct al_site *s, int64_t gates, uint32_t states)
{
    int64_t units = al_param_int(s, "units");
    struct al_shape kernel = al_shape_2(s->in[0].dim[2], gates * units), bias = al_shape_1(2 * gates * units);
    struct al_shape recurrent = al_shape_2(units, gates * units), state = al_shape_2(s->in[0].dim[0], units);
    const struct al_shape both[2] = {state, state};
    return al_demand(s, "kernel", &kernel, true) && al_demand(s, "recurrent_kernel", &recurrent, true) &&
           al_demand(s, "bias", &bias, true) && al_recurrent_outputs(s, &state, both, states);
}

static bool infer_cu_dnnlstm(struct al_site *s)
{
    return infer_cudnn(s, 4, 2);
}

static bool infer_cu_dnngru(struct al_site *s)
{
    return infer_cudnn(s, 3, 1);
}

#define CUDNN_ROW(symbol, class_name, weights_text, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .keras2_only = true, \
        AL_PARAMS(symbol##_params), \
        AL_ARGUMENTS(al_arguments_recurrent), \
        .mask = AL_MASK_DROPS, \
        .rank_min = 3, \
        .rank_max = 3, \
        .weights = (weights_text), \
        .computes = (text), \
        .infer = infer_##symbol, \
    }
CUDNN_ROW(cu_dnnlstm, "CuDNNLSTM", "kernel (in, 4 · units), recurrent_kernel (units, 4 · units), bias (8 · units)",
          "as LSTM with tanh and sigmoid; the kernels lie as cuDNN keeps them, the bias is a sum of two");
CUDNN_ROW(cu_dnngru, "CuDNNGRU", "kernel (in, 3 · units), recurrent_kernel (units, 3 · units), bias (6 · units)",
          "as GRU with tanh, sigmoid and reset_after; the kernels lie as cuDNN keeps them");

/* ---- RNN, StackedRNNCells ---- */

static bool is_cell(uint32_t kind)
{
    return kind == AL_KIND_SIMPLE_RNN_CELL || kind == AL_KIND_LSTM_CELL || kind == AL_KIND_GRU_CELL ||
           kind == AL_KIND_STACKED_RNN_CELLS;
}

static bool check_cells(struct al_site *s)
{
    if (s->layer->child_count == 0)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "a cell", AL_NOTHING, "%s holds no cell", s->row->name);
    for (uint32_t i = 0; i < s->layer->child_count; i++)
        if (!is_cell(s->model->layers[s->layer->children[i]].kind))
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "SimpleRNNCell, LSTMCell, GRUCell or StackedRNNCells",
                                  AL_NOTHING, "%s holds what is no cell", s->row->name);
    return true;
}

static const struct al_param rnn_params[] = {
    {.key = "cell", .type = AL_PARAM_LAYER, .flags = AL_PARAM_REQUIRED},
    AL_RNN_KEYS,
    AL_FIXED_KEY("num_constants", "null", "constants of a cell are not computed"),
};

static bool infer_rnn(struct al_site *s)
{
    struct al_shape step = al_step_shape(&s->in[0]), *out;
    enum al_dtype *dtypes;
    uint32_t count;
    return al_site_call_child(s, (uint32_t)al_param_int(s, "cell"), 1, &step, s->in_dtypes, &count, &out, &dtypes) &&
           al_recurrent_outputs(s, &out[0], out + 1, count - 1);
}

const struct al_row al_row_rnn = {
    .name = "RNN",
    AL_PARAMS(rnn_params),
    AL_ARGUMENTS(al_arguments_recurrent),
    .mask = AL_MASK_OWN,
    .rank_min = 3,
    .rank_max = 3,
    .weights = "those of its cell",
    .computes = "its cell, step by step",
    .check = check_cells,
    .infer = infer_rnn,
};

static const struct al_param stacked_params[] = {
    {.key = "cells", .type = AL_PARAM_LAYERS, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = 1024},
};

static bool infer_stacked(struct al_site *s)
{
    const struct al_value *cells = al_param_of(s, "cells");
    struct al_shape at = s->in[0];
    uint32_t states = 0, total = al_state_count(s->model, (uint32_t)(s->layer - s->model->layers));
    if (!al_site_outputs(s, 1 + total))
        return false;
    for (uint32_t i = 0; i < cells->count; i++) {
        uint32_t count;
        struct al_shape *out;
        enum al_dtype *dtypes;
        if (!al_site_call_child(s, (uint32_t)cells->integers[i], 1, &at, &s->layer->compute_dtype, &count, &out,
                                &dtypes))
            return false;
        for (uint32_t k = 1; k < count && states < total; k++)
            s->out[1 + states++] = out[k];
        at = out[0];
    }
    s->out[0] = at;
    return true;
}

const struct al_row al_row_stacked_rnn_cells = {
    .name = "StackedRNNCells",
    AL_PARAMS(stacked_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 2,
    .rank_max = 2,
    .weights = "those of its cells",
    .computes = "its cells, each on what the one before gives",
    .check = check_cells,
    .infer = infer_stacked,
};
