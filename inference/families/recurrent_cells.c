/* What the cells of SimpleRNN, LSTM and GRU compute in one step, stacked cells, and RNN
   over cells (keras/src/layers/rnn). */
#include "inference/families/recurrent.h"

#include "validator/recurrence.h"

uint32_t al_gate_part(struct al_lowering *l, uint32_t z, uint32_t axis, int64_t index, int64_t units)
{
    return al_emit_slice(l, z, axis, index * units, units, 1);
}

/* x · kernel + bias */
static uint32_t from_input(struct al_lowering *l, uint32_t x, uint32_t bias)
{
    return al_emit_dense(l, x, al_lower_weight(l, "kernel"), bias);
}

void al_simple_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    const uint32_t h = al_emit_matmul(l, states[0], al_lower_weight(l, "recurrent_kernel"));
    const uint32_t z = al_emit_binary(l, AL_OP_ADD, from_input(l, x, al_lower_weight(l, "bias")), h);
    out[0] = out[1] = al_lower_activation(l, "activation", z);
}

void al_lstm_gates(struct al_lowering *l, uint32_t z, uint32_t c, uint32_t axis, uint32_t *out)
{
    const int64_t units = al_emit_shape(l, z)->dim[axis] / 4;
    const uint32_t i = al_lower_activation(l, "recurrent_activation", al_gate_part(l, z, axis, 0, units));
    const uint32_t f = al_lower_activation(l, "recurrent_activation", al_gate_part(l, z, axis, 1, units));
    const uint32_t candidate = al_lower_activation(l, "activation", al_gate_part(l, z, axis, 2, units));
    const uint32_t o = al_lower_activation(l, "recurrent_activation", al_gate_part(l, z, axis, 3, units));
    const uint32_t kept = al_emit_binary(l, AL_OP_MUL, f, c), added = al_emit_binary(l, AL_OP_MUL, i, candidate);
    out[2] = al_emit_binary(l, AL_OP_ADD, kept, added);
    out[0] = out[1] = al_emit_binary(l, AL_OP_MUL, o, al_lower_activation(l, "activation", out[2]));
}

void al_lstm_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    const uint32_t h = al_emit_matmul(l, states[0], al_lower_weight(l, "recurrent_kernel"));
    const uint32_t z = al_emit_binary(l, AL_OP_ADD, from_input(l, x, al_lower_weight(l, "bias")), h);
    if (z != AL_NONE_INDEX)
        al_lstm_gates(l, z, states[1], 1, out);
}

void al_gru_biases(struct al_lowering *l, uint32_t *input, uint32_t *recurrent)
{
    const uint32_t bias = al_lower_weight(l, "bias");
    *input = bias;
    *recurrent = AL_NONE_INDEX;
    if (bias == AL_NONE_INDEX || al_emit_shape(l, bias)->rank == 1)
        return;
    *input = al_emit_drop_axis(l, al_emit_slice(l, bias, 0, 0, 1, 1), 0);
    *recurrent = al_emit_drop_axis(l, al_emit_slice(l, bias, 0, 1, 1, 1), 0);
}

void al_gru_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count, uint32_t *out)
{
    (void)count;
    uint32_t input_bias, recurrent_bias;
    al_gru_biases(l, &input_bias, &recurrent_bias);
    const uint32_t h = states[0], kernel = al_lower_weight(l, "recurrent_kernel"), zx = from_input(l, x, input_bias);
    const uint32_t zh = al_emit_dense(l, h, kernel, recurrent_bias);
    if (zx == AL_NONE_INDEX || zh == AL_NONE_INDEX)
        return;
    const int64_t units = al_emit_shape(l, zx)->dim[1] / 3;
    uint32_t gates[2];
    for (uint32_t i = 0; i < 2; i++)
        gates[i] = al_lower_activation(l, "recurrent_activation",
                                       al_emit_binary(l, AL_OP_ADD, al_gate_part(l, zx, 1, i, units),
                                                      al_gate_part(l, zh, 1, i, units)));
    /* reset_after: the gate works on the product, else on the state before it */
    const uint32_t reset = al_param_bool(&l->site, "reset_after")
        ? al_emit_binary(l, AL_OP_MUL, gates[1], al_gate_part(l, zh, 1, 2, units))
        : al_emit_matmul(l, al_emit_binary(l, AL_OP_MUL, gates[1], h), al_gate_part(l, kernel, 1, 2, units));
    const uint32_t candidate =
        al_lower_activation(l, "activation", al_emit_binary(l, AL_OP_ADD, al_gate_part(l, zx, 1, 2, units), reset));
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
    lower_cell(l, al_simple_step, 1);
}

void al_lower_lstm_cell(struct al_lowering *l)
{
    lower_cell(l, al_lstm_step, 2);
}

void al_lower_gru_cell(struct al_lowering *l)
{
    lower_cell(l, al_gru_step, 1);
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
