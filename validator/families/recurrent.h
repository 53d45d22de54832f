/* What the layers that step through time share: recurrent.c has the plain ones and
   their cells, recurrent_wrappers.c Bidirectional and TimeDistributed,
   recurrent_convolution.c those whose steps are convolutions. */
#ifndef AL_VALIDATOR_FAMILIES_RECURRENT_H
#define AL_VALIDATOR_FAMILIES_RECURRENT_H

#include "validator/families/common.h"
#include "validator/recurrence.h"

#define AL_RNN_KEYS \
    AL_BOOL_KEY("return_sequences", "false"), AL_BOOL_KEY("return_state", "false"), \
        AL_BOOL_KEY("go_backwards", "false"), AL_BOOL_KEY("stateful", "false"), AL_BOOL_KEY("unroll", "false"), \
        AL_BOOL_KEY("zero_output_for_mask", "false"), \
        AL_FIXED_KEY("time_major", "false", "time as the first axis is not computed")

/* keys of a cell that say only how it was created or trained */
#define AL_CELL_TRAINING_KEYS \
    AL_CREATION_KEYS("kernel"), AL_CREATION_KEYS("recurrent"), AL_CREATION_KEYS("bias"), \
        {.key = "dropout", .type = AL_PARAM_IGNORED_NUMBER}, \
        {.key = "recurrent_dropout", .type = AL_PARAM_IGNORED_NUMBER}, AL_SEED_KEY("seed"), \
        {.key = "implementation", .type = AL_PARAM_IGNORED_NUMBER}

/* call(sequences, initial_state=None, mask=None, training=None, constants=None) */
extern const struct al_argument al_arguments_recurrent[5];

/* The outputs of a recurrent layer whose step gives `step` and whose states have the
   `count` shapes `states`; checks an initial_state against them. */
bool al_recurrent_outputs(struct al_site *s, const struct al_shape *step, const struct al_shape *states,
                          uint32_t count);

#endif
