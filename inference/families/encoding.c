/* See encoding.h. */
#include "inference/families/encoding.h"

#include <string.h>

uint32_t al_lower_encoding(struct al_lowering *l, uint32_t indices, const char *mode, int64_t depth)
{
    const struct al_shape in = *al_emit_shape(l, indices);
    const struct al_attributes a = {.group = depth, .to = AL_INT64, .exclusive = strcmp(mode, "multi_hot") == 0};
    if (indices == AL_NONE_INDEX)
        return indices;
    if (strcmp(mode, "one_hot") != 0)
        return al_emit(l, AL_OP_TALLY, &indices, 1, &a);
    if (in.rank > 1 && in.dim[in.rank - 1] == 1)
        indices = al_emit_drop_axis(l, indices, in.rank - 1);
    return l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_ONE_HOT, &indices, 1, &a);
}
