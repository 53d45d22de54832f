/* What the layers that step through time share: recurrent.c has the plain ones and
   their cells, recurrent_wrappers.c Bidirectional and TimeDistributed,
   recurrent_convolution.c those whose steps are convolutions. */
#ifndef AL_INFERENCE_FAMILIES_RECURRENT_H
#define AL_INFERENCE_FAMILIES_RECURRENT_H

#include "inference/families/families.h"

enum { AL_MOST_STATES = AL_MAX_RANK * 4 };

/* A parameter of another layer than the one that is lowered; NULL where its row has no such key. */
const struct al_value *al_layer_param(const struct al_lowering *l, uint32_t layer, const char *key);

/* One step of a recurrence: from x (batch, …) and `count` states to out[0], the step's
   output, and out[1 …], the new states. */
typedef void al_recurrent_step(struct al_lowering *l, uint32_t x, const uint32_t *states, uint32_t count,
                               uint32_t *out);

/* Runs `step`, whose output has the shape `output`, over the time axis of the first input,
   masked as Keras masks, from the initial_state given or zeros of the `count` shapes, and
   says the layer's results. */
void al_recurrent_scan(struct al_lowering *l, al_recurrent_step *step, const struct al_shape *output,
                       const struct al_shape *states, uint32_t count);

/* The gates of an LSTM from the sums z (…, 4 · units along `axis`), gates i, f, c, o, and the
   old cell state: out[0] and out[1] are the new h, out[2] the new c. */
void al_lstm_gates(struct al_lowering *l, uint32_t z, uint32_t c, uint32_t axis, uint32_t *out);

#endif
