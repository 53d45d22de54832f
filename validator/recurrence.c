/* Recurrent layers and the states of their cells; see recurrence.h. */
#include "validator/recurrence.h"

bool al_is_recurrent(uint32_t kind)
{
    return kind == AL_KIND_LSTM || kind == AL_KIND_GRU || kind == AL_KIND_SIMPLE_RNN || kind == AL_KIND_RNN ||
           kind == AL_KIND_CU_DNNLSTM || kind == AL_KIND_CU_DNNGRU || kind == AL_KIND_CONV_LSTM1D ||
           kind == AL_KIND_CONV_LSTM2D || kind == AL_KIND_CONV_LSTM3D;
}

uint32_t al_state_count(const struct al_model *m, uint32_t layer)
{
    const struct al_layer *l = &m->layers[layer];
    uint32_t count = 0;
    if (l->kind == AL_KIND_GRU || l->kind == AL_KIND_SIMPLE_RNN || l->kind == AL_KIND_CU_DNNGRU ||
        l->kind == AL_KIND_GRU_CELL || l->kind == AL_KIND_SIMPLE_RNN_CELL)
        return 1;
    if (l->kind != AL_KIND_RNN && l->kind != AL_KIND_STACKED_RNN_CELLS)
        return 2;
    for (uint32_t i = 0; i < l->child_count; i++)
        count += al_state_count(m, l->children[i]);
    return count;
}

struct al_shape al_step_shape(const struct al_shape *in)
{
    struct al_shape step = {.rank = in->rank - 1, .dim = {in->dim[0]}};
    for (uint32_t i = 1; i < step.rank; i++)
        step.dim[i] = in->dim[i + 1];
    return step;
}
