/* What the layers that step through time share: recurrent.c has the plain ones,
   recurrent_cells.c their cells, recurrent_scan.c what is around the steps,
   recurrent_wrappers.c Bidirectional and TimeDistributed, recurrent_convolution.c those
   whose steps are convolutions. */
#ifndef AL_INFERENCE_FAMILIES_RECURRENT_H
#define AL_INFERENCE_FAMILIES_RECURRENT_H

#include "inference/families/families.h"

enum { AL_MOST_STATES = AL_MAX_RANK * 4 };

/* A parameter of another layer than the one that is lowered; NULL where its row has no such key. */
const struct al_value *al_layer_param(const struct al_lowering *l, uint32_t layer, const char *key);

/* ---- around the steps (recurrent_scan.c) ---- */

/* (batch, time, …) as (time, batch, …), and back. */
uint32_t al_time_first(struct al_lowering *l, uint32_t x);
bool al_goes_backwards(const struct al_lowering *l);
/* Whether a masked step gives zeros, or the output before it once more. */
bool al_zero_where_masked(const struct al_lowering *l);
/* Whether the output of all steps carries the input's mask: until Keras 3.15. */
bool al_recurrences_pass_masks(const struct al_lowering *l);
/* The n-th tensor of the argument initial_state; AL_NONE_INDEX where it was not given. */
uint32_t al_initial_state(const struct al_lowering *l, uint32_t n);
uint32_t al_zeros(struct al_lowering *l, const struct al_shape *shape);
/* The layer's results: y (time, batch, …) in the order of time, and the last states. A layer
   that goes backwards gives its sequence as it went through it. */
void al_recurrent_finish(struct al_lowering *l, uint32_t y, const uint32_t *states, uint32_t count, uint32_t mask);

/* One step of a recurrence: from x (batch, …) and `count` states to out[0], the step's
   output, and out[1 …], the new states. */
typedef void al_recurrent_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count,
                               uint32_t *out);

/* Runs `step`, whose output has the shape `output`, over the time axis of the first input,
   masked as Keras masks, from the initial_state given or zeros of the `count` shapes, and
   says the layer's results. */
void al_recurrent_scan(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                       const struct al_shape *states, uint32_t count);

/* ---- the steps (recurrent_cells.c) ---- */

al_recurrent_step al_simple_step, al_lstm_step, al_gru_step;

/* The `index`-th block of `units` along `axis`. */
uint32_t al_gate_part(struct al_lowering *l, uint32_t z, uint32_t axis, int64_t index, int64_t units);
/* The biases of a GRU, AL_NONE_INDEX where there is none. Row 0 of the weight is the input's,
   row 1 the recurrent one; one row alone is the input's. */
void al_gru_biases(struct al_lowering *l, uint32_t *input, uint32_t *recurrent);

/* The gates of an LSTM from the sums z (…, 4 · units along `axis`), gates i, f, c, o, and the
   old cell state: out[0] and out[1] are the new h, out[2] the new c. */
void al_lstm_gates(struct al_lowering *l, uint32_t z, uint32_t c, uint32_t axis, uint32_t *out);

#endif
