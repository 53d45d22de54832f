/* SimpleRNN, LSTM, GRU, their cells, and RNN over cells (keras/src/layers/rnn;
   masks and directions: keras/src/backend/tensorflow/rnn.py). */
#include "inference/families/recurrent.h"

#include "validator/activation.h"
#include "validator/families/recurrent.h"

#include <string.h>

const struct al_value *al_layer_param(const struct al_lowering *l, uint32_t layer, const char *key)
{
    const struct al_layer *owner = &l->site.model->layers[layer];
    const struct al_row *row = al_row_of(l->site.policy, owner->kind);
    for (uint32_t i = 0; row != NULL && i < row->param_count; i++)
        if (strcmp(row->params[i].key, key) == 0)
            return &owner->params[i];
    return NULL;
}

/* ---- around every recurrence ---- */

/* (batch, time, …) as (time, batch, …), and back. */
static uint32_t time_first(struct al_lowering *l, uint32_t x)
{
    return al_emit_move_axis(l, x, 1, 0);
}

static bool backwards(const struct al_lowering *l)
{
    return al_param_bool(&l->site, "go_backwards");
}

/* Bidirectional decides for the layers it owns (its _force_zero_output_for_mask). */
static bool zero_where_masked(const struct al_lowering *l)
{
    const struct al_value *own = al_layer_param(l, (uint32_t)(l->site.layer - l->site.model->layers),
                                                "zero_output_for_mask");
    return l->in_bidirectional ? al_param_bool(&l->site, "return_sequences") : own != NULL && own->integer != 0;
}

static uint32_t initial_state(const struct al_lowering *l, uint32_t n)
{
    const uint32_t first = al_site_input(&l->site, "initial_state");
    return first == AL_NONE_INDEX || first + n >= l->in_count ? AL_NONE_INDEX : l->in[first + n].operand;
}

/* The layer's results: y (time, batch, …) in the order of time, and the last states. A layer
   that goes backwards gives its sequence as it went through it. */
static void finish(struct al_lowering *l, uint32_t y, const uint32_t *states, uint32_t count, uint32_t mask)
{
    const bool sequences = al_param_bool(&l->site, "return_sequences");
    const int64_t steps = al_emit_shape(l, y)->dim[0];
    if (y == AL_NONE_INDEX)
        return;
    uint32_t out;
    if (sequences)
        out = time_first(l, backwards(l) ? al_emit_flip(l, y, 0) : y);
    else
        out = al_emit_drop_axis(l, al_emit_slice(l, y, 0, backwards(l) ? 0 : steps - 1, 1, 1), 0);
    al_lower_result_masked(l, out, sequences ? mask : AL_NONE_INDEX);
    for (uint32_t i = 0; al_param_bool(&l->site, "return_state") && i < count; i++)
        al_lower_result_masked(l, states[i], AL_NONE_INDEX);
}

static uint32_t zeros(struct al_lowering *l, const struct al_shape *shape)
{
    return al_emit_expand(l, al_emit_number(l, l->real, 0), shape);
}

/* ---- any step: a Scan ---- */

/* (batch) booleans as (batch, 1 …) beside a state. */
static uint32_t beside(struct al_lowering *l, uint32_t live, uint32_t state)
{
    struct al_shape shape = {.rank = al_emit_shape(l, state)->rank, .dim = {al_emit_shape(l, live)->dim[0]}};
    for (uint32_t i = 1; i < shape.rank; i++)
        shape.dim[i] = 1;
    return live == AL_NONE_INDEX || state == AL_NONE_INDEX ? AL_NONE_INDEX : al_emit_reshape(l, live, &shape);
}

static uint32_t body_input(struct al_lowering *l, enum al_dtype dtype, const struct al_shape *shape)
{
    const uint32_t r = l->failed ? AL_NONE_INDEX : al_ops_input(l->ops, dtype, shape, l->err);
    l->failed = r == AL_NONE_INDEX;
    return r;
}

/* Where the mask says no, the states stay, and the output repeats the last one or is zero.
   The repeated output is one more state, the last. */
static void hold_back(struct al_lowering *l, uint32_t live, const uint32_t *states, uint32_t count, uint32_t *out)
{
    const uint32_t before = zero_where_masked(l) ? al_emit_number(l, l->real, 0) : states[count];
    for (uint32_t i = 0; i < count; i++)
        out[1 + i] = al_emit_where(l, beside(l, live, out[1 + i]), out[1 + i], states[i]);
    out[0] = al_emit_where(l, beside(l, live, out[0]), out[0], before);
    out[1 + count] = out[0];
}

static bool body_outputs(struct al_lowering *l, const uint32_t *out, uint32_t states)
{
    struct al_ops *g = l->ops;
    g->outputs = l->failed ? NULL : al_arena_alloc(g->arena, states + 1, sizeof *g->outputs);
    if (g->outputs == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return false;
    }
    for (uint32_t i = 0; i < states; i++)
        g->outputs[g->output_count++] = out[1 + i];
    g->outputs[g->output_count++] = out[0];
    return true;
}

/* The body's graph; l->ops is that graph meanwhile. */
static bool make_body(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                      const struct al_shape *states, uint32_t count, bool masked, struct al_body *body)
{
    const struct al_shape x = al_step_shape(&l->site.in[0]), batch = {.rank = 1, .dim = {x.dim[0]}};
    uint32_t in[AL_MOST_STATES + 1], out[AL_MOST_STATES + 2] = {0};
    for (uint32_t i = 0; i < body->state_count; i++)
        in[i] = body_input(l, l->real, i < count ? &states[i] : output);
    const uint32_t now = body_input(l, l->real, &x);
    const uint32_t live = masked ? body_input(l, AL_BOOL, &batch) : AL_NONE_INDEX;
    if (l->failed)
        return false;
    step(l, now, in, count, out);
    if (masked)
        hold_back(l, live, in, count, out);
    return body_outputs(l, out, body->state_count);
}

void al_recurrent_scan(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                       const struct al_shape *states, uint32_t count)
{
    const uint32_t mask = al_lower_mask(l);
    const bool masked = mask != AL_NONE_INDEX;
    struct al_ops *outer = l->ops;
    struct al_body *body = l->failed ? NULL : al_arena_alloc(outer->arena, 1, sizeof *body);
    uint32_t in[AL_MOST_STATES + 3], at = 0;
    if (body == NULL || count > AL_MOST_STATES || (body->ops = al_ops_new_inside(outer)) == NULL) {
        al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
        return;
    }
    /* with a mask, the output before is one more state */
    body->state_count = count + masked;
    body->scan_count = 1 + masked;
    body->output_count = 1;
    body->reverse = backwards(l);
    for (uint32_t i = 0; i < body->state_count; i++) {
        const uint32_t given = i < count ? initial_state(l, i) : AL_NONE_INDEX;
        in[at++] = given != AL_NONE_INDEX ? given : zeros(l, i < count ? &states[i] : output);
    }
    in[at++] = time_first(l, l->in[0].operand);
    if (masked)
        in[at++] = time_first(l, al_emit_cast(l, mask, AL_BOOL));
    l->ops = body->ops;
    const bool made = make_body(l, step, output, states, count, masked, body);
    l->ops = outer;
    if (!made)
        return;
    const struct al_attributes a = {.body = body};
    const uint32_t first = al_emit(l, AL_OP_SCAN, in, at, &a);
    uint32_t last[AL_MOST_STATES];
    for (uint32_t i = 0; i < count; i++)
        last[i] = first + i;
    if (first != AL_NONE_INDEX)
        finish(l, first + body->state_count, last, count, mask);
}

/* ---- what a cell computes in one step ---- */

static uint32_t part(struct al_lowering *l, uint32_t z, uint32_t axis, int64_t index, int64_t units)
{
    return al_emit_slice(l, z, axis, index * units, units, 1);
}

/* x · kernel + bias */
static uint32_t from_input(struct al_lowering *l, uint32_t x, uint32_t bias)
{
    return al_emit_dense(l, x, al_lower_weight(l, "kernel"), bias);
}

static void simple_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    const uint32_t h = al_emit_matmul(l, states[0], al_lower_weight(l, "recurrent_kernel"));
    const uint32_t z = al_emit_binary(l, AL_OP_ADD, from_input(l, x, al_lower_weight(l, "bias")), h);
    out[0] = out[1] = al_lower_activation(l, "activation", z);
}

void al_lstm_gates(struct al_lowering *l, uint32_t z, uint32_t c, uint32_t axis, uint32_t *out)
{
    const int64_t units = al_emit_shape(l, z)->dim[axis] / 4;
    const uint32_t i = al_lower_activation(l, "recurrent_activation", part(l, z, axis, 0, units));
    const uint32_t f = al_lower_activation(l, "recurrent_activation", part(l, z, axis, 1, units));
    const uint32_t candidate = al_lower_activation(l, "activation", part(l, z, axis, 2, units));
    const uint32_t o = al_lower_activation(l, "recurrent_activation", part(l, z, axis, 3, units));
    const uint32_t kept = al_emit_binary(l, AL_OP_MUL, f, c), added = al_emit_binary(l, AL_OP_MUL, i, candidate);
    out[2] = al_emit_binary(l, AL_OP_ADD, kept, added);
    out[0] = out[1] = al_emit_binary(l, AL_OP_MUL, o, al_lower_activation(l, "activation", out[2]));
}

static void lstm_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    const uint32_t h = al_emit_matmul(l, states[0], al_lower_weight(l, "recurrent_kernel"));
    const uint32_t z = al_emit_binary(l, AL_OP_ADD, from_input(l, x, al_lower_weight(l, "bias")), h);
    if (z != AL_NONE_INDEX)
        al_lstm_gates(l, z, states[1], 1, out);
}

/* Row 0 of the bias is the input's, row 1 the recurrent one; one row alone is the input's. */
static void gru_biases(struct al_lowering *l, uint32_t *input, uint32_t *recurrent)
{
    const uint32_t bias = al_lower_weight(l, "bias");
    *input = bias;
    *recurrent = AL_NONE_INDEX;
    if (bias == AL_NONE_INDEX || al_emit_shape(l, bias)->rank == 1)
        return;
    *input = al_emit_drop_axis(l, al_emit_slice(l, bias, 0, 0, 1, 1), 0);
    *recurrent = al_emit_drop_axis(l, al_emit_slice(l, bias, 0, 1, 1, 1), 0);
}

static void gru_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    uint32_t input_bias, recurrent_bias;
    gru_biases(l, &input_bias, &recurrent_bias);
    const uint32_t h = states[0], kernel = al_lower_weight(l, "recurrent_kernel"), zx = from_input(l, x, input_bias);
    const uint32_t zh = al_emit_dense(l, h, kernel, recurrent_bias);
    if (zx == AL_NONE_INDEX || zh == AL_NONE_INDEX)
        return;
    const int64_t units = al_emit_shape(l, zx)->dim[1] / 3;
    uint32_t gates[2];
    for (uint32_t i = 0; i < 2; i++)
        gates[i] = al_lower_activation(l, "recurrent_activation",
                                       al_emit_binary(l, AL_OP_ADD, part(l, zx, 1, i, units),
                                                      part(l, zh, 1, i, units)));
    /* reset_after: the gate works on the product, else on the state before it */
    const uint32_t reset = al_param_bool(&l->site, "reset_after")
        ? al_emit_binary(l, AL_OP_MUL, gates[1], part(l, zh, 1, 2, units))
        : al_emit_matmul(l, al_emit_binary(l, AL_OP_MUL, gates[1], h), part(l, kernel, 1, 2, units));
    const uint32_t candidate =
        al_lower_activation(l, "activation", al_emit_binary(l, AL_OP_ADD, part(l, zx, 1, 2, units), reset));
    const uint32_t apart = al_emit_binary(l, AL_OP_MUL, gates[0], al_emit_binary(l, AL_OP_SUB, h, candidate));
    out[0] = out[1] = al_emit_binary(l, AL_OP_ADD, candidate, apart);
}

/* ---- cells as layers: in is x, then the states ---- */

static void lower_cell(struct al_lowering *l, al_recurrent_step *step, uint32_t count)
{
    uint32_t states[2], out[3] = {AL_NONE_INDEX, AL_NONE_INDEX, AL_NONE_INDEX};
    if (l->in_count != 1 + count) {
        al_lower_fail(l, AL_INTERNAL, "a cell without its states");
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        states[i] = l->in[1 + i].operand;
    step(l, l->in[0].operand, states, count, out);
    for (uint32_t i = 0; i <= count; i++)
        al_lower_result_masked(l, out[i], AL_NONE_INDEX);
}

void al_lower_simple_rnn_cell(struct al_lowering *l)
{
    lower_cell(l, simple_step, 1);
}

void al_lower_lstm_cell(struct al_lowering *l)
{
    lower_cell(l, lstm_step, 2);
}

void al_lower_gru_cell(struct al_lowering *l)
{
    lower_cell(l, gru_step, 1);
}

/* Each cell on the output of the one before; the states follow each other cell by cell. */
void al_lower_stacked_rnn_cells(struct al_lowering *l)
{
    const struct al_value *cells = al_param_of(&l->site, "cells");
    struct al_lowered in[1 + 2], out[1 + 2], x = l->in[0];
    uint32_t states[AL_MOST_STATES], at = 0;
    for (uint32_t i = 0; i < cells->count; i++) {
        const uint32_t cell = (uint32_t)cells->integers[i], count = al_state_count(l->site.model, cell);
        if (count > 2 || 1 + at + count > l->in_count || at + count > AL_MOST_STATES) {
            al_lower_fail(l, AL_REFUSED, "stacked cells inside stacked cells, or too many of them");
            return;
        }
        in[0] = x;
        for (uint32_t k = 0; k < count; k++)
            in[1 + k] = l->in[1 + at + k];
        al_lower_child(l, cell, 1 + count, in, NULL, 1 + count, out);
        for (uint32_t k = 0; k < count; k++)
            states[at++] = out[1 + k].operand;
        x = out[0];
    }
    al_lower_result_masked(l, x.operand, AL_NONE_INDEX);
    for (uint32_t i = 0; i < at; i++)
        al_lower_result_masked(l, states[i], AL_NONE_INDEX);
}

/* ---- RNN ---- */

/* The states' shapes of a cell, (batch, units) each, and which is the first of the last
   cell; 0 where there are too many. */
static uint32_t cell_states(const struct al_lowering *l, uint32_t cell, struct al_shape *states, uint32_t *last)
{
    const struct al_value *cells = al_layer_param(l, cell, "cells");
    const uint32_t cell_count = cells != NULL ? cells->count : 1;
    uint32_t count = 0;
    for (uint32_t i = 0; i < cell_count; i++) {
        const uint32_t one = cells != NULL ? (uint32_t)cells->integers[i] : cell;
        const struct al_value *units = al_layer_param(l, one, "units");
        const uint32_t own = al_state_count(l->site.model, one);
        if (units == NULL || count + own > AL_MOST_STATES)
            return 0;
        *last = count;
        for (uint32_t k = 0; k < own; k++)
            states[count++] = (struct al_shape){.rank = 2, .dim = {l->site.in[0].dim[0], units->integer}};
    }
    return count;
}

static void cell_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    struct al_lowered in[1 + AL_MOST_STATES], results[1 + AL_MOST_STATES];
    in[0] = (struct al_lowered){x, AL_NONE_INDEX};
    for (uint32_t i = 0; i < count; i++)
        in[1 + i] = (struct al_lowered){states[i], AL_NONE_INDEX};
    al_lower_child(l, (uint32_t)al_param_int(&l->site, "cell"), 1 + count, in, NULL, 1 + count, results);
    for (uint32_t i = 0; i <= count; i++)
        out[i] = results[i].operand;
}

/* The output is that of the last cell, whose first state looks alike. */
void al_lower_rnn(struct al_lowering *l)
{
    struct al_shape states[AL_MOST_STATES];
    uint32_t last = 0;
    const uint32_t count = cell_states(l, (uint32_t)al_param_int(&l->site, "cell"), states, &last);
    if (count == 0)
        al_lower_fail(l, AL_REFUSED, "stacked cells inside stacked cells, or too many of them");
    else
        al_recurrent_scan(l, cell_step, &states[last], states, count);
}

/* ---- the layers that ONNX has operators for ---- */

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
        blocks[i] = part(l, w, axis, order[i], units);
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
                             : zeros(l, &width)};
    return al_emit_insert_axis(l, al_emit_concat(l, both, 2, 0), 0);
}

static void lower_operator(struct al_lowering *l, enum al_operator op, const struct weights *w,
                           struct al_attributes *a)
{
    const uint32_t gates = op == AL_OP_LSTM ? 4 : op == AL_OP_GRU ? 3 : 1, states = op == AL_OP_LSTM ? 2 : 1;
    const uint32_t mask = al_lower_mask(l);
    uint32_t in[8], at = 0;
    in[at++] = time_first(l, l->in[0].operand);
    in[at++] = al_emit_insert_axis(l, w->input, 0);
    in[at++] = al_emit_insert_axis(l, w->recurrent, 0);
    in[at++] = joined_bias(l, w, gates);
    in[at++] = AL_NONE_INDEX; /* sequence_lens: a mask says more */
    for (uint32_t i = 0; i < states; i++) {
        const uint32_t given = initial_state(l, i);
        in[at++] = given == AL_NONE_INDEX ? given : al_emit_insert_axis(l, given, 0);
    }
    in[at++] = mask == AL_NONE_INDEX ? mask : time_first(l, al_emit_cast(l, mask, AL_BOOL));
    a->mode = backwards(l) ? AL_MODE_REVERSE : AL_MODE_FORWARD;
    a->exclusive = zero_where_masked(l);
    const uint32_t y = l->failed ? AL_NONE_INDEX : al_emit(l, op, in, at, a);
    if (y == AL_NONE_INDEX)
        return;
    uint32_t last[2] = {0};
    for (uint32_t i = 0; i < states; i++)
        last[i] = al_emit_drop_axis(l, y + 1 + i, 0);
    finish(l, al_emit_drop_axis(l, y, 1), last, states, mask);
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
        gru_biases(l, &w.input_bias, &w.recurrent_bias);
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
    lower_layer(l, AL_OP_RNN, simple_step, "activation");
}

void al_lower_lstm(struct al_lowering *l)
{
    lower_layer(l, AL_OP_LSTM, lstm_step, "recurrent_activation");
}

void al_lower_gru(struct al_lowering *l)
{
    lower_layer(l, AL_OP_GRU, gru_step, "recurrent_activation");
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
        blocks[i] = al_emit_reshape(l, part(l, w, 1, order[i], gate.dim[0]), &gate);
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
