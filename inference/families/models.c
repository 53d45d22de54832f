/* Models and their inputs. A nested model is lowered where it stands. */
#include "inference/families/families.h"

void al_lower_input_layer(struct al_lowering *l)
{
    al_lower_result_masked(l, l->in_count > 0 ? l->in[0].operand : AL_NONE_INDEX,
                           l->in_count > 0 ? l->in[0].mask : AL_NONE_INDEX);
}

void al_lower_functional(struct al_lowering *l)
{
    al_lower_graph(l);
}

void al_lower_sequential(struct al_lowering *l)
{
    al_lower_graph(l);
}
