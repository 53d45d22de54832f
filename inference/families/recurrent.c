/* SimpleRNN, LSTM and GRU (keras/src/layers/rnn), and CuDNN's: by the operators that ONNX
   has for them, or step by step where an activation is not one of ONNX's. */
#include "inference/families/recurrent.h"

#include "validator/activation.h"

/* The functions that such an operator can apply by itself, number by number. */
static bool plain_function(const struct al_lowering *l, const char *key, enum al_operator *op, double *alpha,
                           double *beta)
{
    static const struct {
        enum al_activation activation;
        enum al_operator op;
        double alpha, beta;
    } functions[] = {
        {AL_ACTIVATION_LINEAR, AL_OP_IDENTITY, 0, 0},
        {AL_ACTIVATION_RELU, AL_OP_RELU, 0, 0},
        {AL_ACTIVATION_TANH, AL_OP_TANH, 0, 0},
        {AL_ACTIVATION_SIGMOID, AL_OP_SIGMOID, 0, 0},
        {AL_ACTIVATION_HARD_SIGMOID, AL_OP_HARD_SIGMOID, 1.0 / 6, 0.5},
        {AL_ACTIVATION_HARD_SIGMOID_2, AL_OP_HARD_SIGMOID, 0.2, 0.5},
        {AL_ACTIVATION_SOFTPLUS, AL_OP_SOFTPLUS, 0, 0},
        {AL_ACTIVATION_SOFTSIGN, AL_OP_SOFTSIGN, 0, 0},
        {AL_ACTIVATION_ELU, AL_OP_ELU, 1, 0},
    };
    const struct al_value *v = al_param_of(&l->site, key);
    for (size_t i = 0; v->type == AL_VALUE_CHOICE && i < sizeof functions / sizeof functions[0]; i++)
        if (v->integer == functions[i].activation) {
            *op = functions[i].op;
            *alpha = functions[i].alpha;
            *beta = functions[i].beta;
            return true;
        }
    return false;
}

/* Blocks of `units` columns in another order: what Keras keeps as i, f, c, o is i, o, f, c in ONNX. */
static uint32_t reorder(struct al_lowering *l, uint32_t w, uint32_t axis, const int64_t *order, uint32_t gates)
{
    uint32_t blocks[4];
    const int64_t units = al_emit_shape(l, w)->dim[axis] / gates;
    if (w == AL_NONE_INDEX)
        return w;
    for (uint32_t i = 0; i < gates; i++)
        blocks[i] = al_gate_part(l, w, axis, order[i], units);
    return al_emit_concat(l, blocks, gates, axis);
}

struct weights {
    uint32_t input, recurrent;   /* as ONNX has them, without the axis of directions: (gates · units, …) */
    uint32_t input_bias, recurrent_bias;
    int64_t units;
};

static const int64_t lstm_order[] = {0, 3, 1, 2}, same_order[] = {0, 1, 2};

/* Input and recurrent biases one behind the other, (1, 2 · gates · units). */
static uint32_t joined_bias(struct al_lowering *l, const struct weights *w, uint32_t gates)
{
    const struct al_shape width = {.rank = 1, .dim = {gates * w->units}};
    if (w->input_bias == AL_NONE_INDEX)
        return AL_NONE_INDEX;
    const uint32_t both[] = {w->input_bias, w->recurrent_bias != AL_NONE_INDEX ? w->recurrent_bias
                             : al_zeros(l, &width)};
    return al_emit_insert_axis(l, al_emit_concat(l, both, 2, 0), 0);
}

static void lower_operator(struct al_lowering *l, enum al_operator op, const struct weights *w,
                           struct al_attributes *a)
{
    const uint32_t gates = op == AL_OP_LSTM ? 4 : op == AL_OP_GRU ? 3 : 1, states = op == AL_OP_LSTM ? 2 : 1;
    const uint32_t mask = al_lower_mask(l);
    uint32_t in[8], at = 0;
    in[at++] = al_time_first(l, l->in[0].operand);
    in[at++] = al_emit_insert_axis(l, w->input, 0);
    in[at++] = al_emit_insert_axis(l, w->recurrent, 0);
    in[at++] = joined_bias(l, w, gates);
    in[at++] = AL_NONE_INDEX; /* sequence_lens: a mask says more */
    for (uint32_t i = 0; i < states; i++) {
        const uint32_t given = al_initial_state(l, i);
        in[at++] = given == AL_NONE_INDEX ? given : al_emit_insert_axis(l, given, 0);
    }
    in[at++] = mask == AL_NONE_INDEX ? mask : al_time_first(l, al_emit_cast(l, mask, AL_BOOL));
    a->mode = al_goes_backwards(l) ? AL_MODE_REVERSE : AL_MODE_FORWARD;
    a->exclusive = al_zero_where_masked(l);
    const uint32_t y = l->failed ? AL_NONE_INDEX : al_emit(l, op, in, at, a);
    if (y == AL_NONE_INDEX)
        return;
    uint32_t last[2] = {0};
    for (uint32_t i = 0; i < states; i++)
        last[i] = al_emit_drop_axis(l, y + 1 + i, 0);
    al_recurrent_finish(l, al_emit_drop_axis(l, y, 1), last, states, mask);
}

static uint32_t turned(struct al_lowering *l, uint32_t w)
{
    return w == AL_NONE_INDEX ? w : al_emit_transpose(l, w, (const uint32_t[]){1, 0});
}

static void lower_layer(struct al_lowering *l, enum al_operator op, al_recurrent_step *step, const char *gate_key)
{
    struct al_attributes a = {.linear_before_reset = op == AL_OP_GRU && al_param_bool(&l->site, "reset_after")};
    const int64_t units = al_param_int(&l->site, "units"), *order = op == AL_OP_LSTM ? lstm_order : same_order;
    const uint32_t gates = op == AL_OP_LSTM ? 4 : op == AL_OP_GRU ? 3 : 1;
    if (!plain_function(l, "activation", &a.function[AL_STATE_FUNCTION], &a.function_alpha[1], &a.function_beta[1]) ||
        !plain_function(l, gate_key, &a.function[AL_GATE_FUNCTION], &a.function_alpha[0], &a.function_beta[0])) {
        const struct al_shape state = {.rank = 2, .dim = {l->site.in[0].dim[0], units}};
        al_recurrent_scan(l, step, &state, (const struct al_shape[]){state, state}, op == AL_OP_LSTM ? 2 : 1);
        return;
    }
    struct weights w = {.units = units};
    if (op == AL_OP_GRU)
        al_gru_biases(l, &w.input_bias, &w.recurrent_bias);
    else {
        w.input_bias = reorder(l, al_lower_weight(l, "bias"), 0, order, gates);
        w.recurrent_bias = AL_NONE_INDEX;
    }
    w.input = turned(l, reorder(l, al_lower_weight(l, "kernel"), 1, order, gates));
    w.recurrent = turned(l, reorder(l, al_lower_weight(l, "recurrent_kernel"), 1, order, gates));
    lower_operator(l, op, &w, &a);
}

void al_lower_simple_rnn(struct al_lowering *l)
{
    lower_layer(l, AL_OP_RNN, al_simple_step, "activation");
}

void al_lower_lstm(struct al_lowering *l)
{
    lower_layer(l, AL_OP_LSTM, al_lstm_step, "recurrent_activation");
}

void al_lower_gru(struct al_lowering *l)
{
    lower_layer(l, AL_OP_GRU, al_gru_step, "recurrent_activation");
}

/* ---- CuDNNLSTM, CuDNNGRU ----
   Each gate's kernel (in, units) holds, row by row, cuDNN's matrix (units, in), and its
   recurrent kernel cuDNN's (units, units): what ONNX wants as well. The bias is one for the
   input and one for the recurrence (keras 2.3, engine/saving.py, _convert_rnn_weights). */
static uint32_t cudnn_matrix(struct al_lowering *l, uint32_t w, const int64_t *order, uint32_t gates)
{
    uint32_t blocks[4];
    const struct al_shape shape = *al_emit_shape(l, w);
    if (w == AL_NONE_INDEX)
        return w;
    const struct al_shape gate = {.rank = 2, .dim = {shape.dim[1] / gates, shape.dim[0]}};
    for (uint32_t i = 0; i < gates; i++)
        blocks[i] = al_emit_reshape(l, al_gate_part(l, w, 1, order[i], gate.dim[0]), &gate);
    return al_emit_concat(l, blocks, gates, 0);
}

static void lower_cudnn(struct al_lowering *l, enum al_operator op, const int64_t *order, uint32_t gates)
{
    struct al_attributes a = {.linear_before_reset = true, .function = {AL_OP_SIGMOID, AL_OP_TANH}};
    const uint32_t bias = al_lower_weight(l, "bias");
    struct weights w = {.units = al_param_int(&l->site, "units")};
    w.input = cudnn_matrix(l, al_lower_weight(l, "kernel"), order, gates);
    w.recurrent = cudnn_matrix(l, al_lower_weight(l, "recurrent_kernel"), order, gates);
    w.input_bias = reorder(l, al_emit_slice(l, bias, 0, 0, gates * w.units, 1), 0, order, gates);
    w.recurrent_bias = reorder(l, al_emit_slice(l, bias, 0, gates * w.units, gates * w.units, 1), 0, order, gates);
    lower_operator(l, op, &w, &a);
}

void al_lower_cu_dnnlstm(struct al_lowering *l)
{
    lower_cudnn(l, AL_OP_LSTM, lstm_order, 4);
}

void al_lower_cu_dnngru(struct al_lowering *l)
{
    lower_cudnn(l, AL_OP_GRU, same_order, 3);
}
