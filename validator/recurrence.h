/* What a layer that steps through time is made of: the shape rules and the lowerings
   read it alike. */
#ifndef AL_VALIDATOR_RECURRENCE_H
#define AL_VALIDATOR_RECURRENCE_H

#include "validator/catalogue.h"

/* True for LSTM, GRU, SimpleRNN, RNN, ConvLSTM… : what Bidirectional may wrap. */
bool al_is_recurrent(uint32_t kind);

/* How many tensors the state of such a layer, or of a cell, is made of. */
uint32_t al_state_count(const struct al_model *m, uint32_t layer);

/* `in` without its time axis. */
struct al_shape al_step_shape(const struct al_shape *in);

#endif
