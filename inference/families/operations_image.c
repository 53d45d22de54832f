/* Raw operations on images. */
#include "inference/families/operations.h"

#include "inference/families/resample.h"

void al_lower_op_resize(struct al_lowering *l)
{
    const int64_t *size = al_param_of(&l->site, "size")->integers;
    const char *method = al_param_choice(&l->site, "interpolation");
    const bool antialias = al_param_bool(&l->site, "antialias");
    const uint32_t height = l->site.in[0].rank - (al_param_int(&l->site, "data_format") == 1 ? 2 : 3);
    const uint32_t high = al_resample(l, l->in[0].operand, height, size[0], method, antialias);
    al_operation_result(l, al_resample(l, high, height + 1, size[1], method, antialias));
}

/* (b, h, w, block · block · c) -> (b, h · block, w · block, c), block rows before block columns; and back. */
static void blocks(struct al_lowering *l, bool to_depth)
{
    const struct al_shape in = l->site.in[0];
    const int64_t b = al_param_int(&l->site, "block_size");
    const uint32_t swap[] = {0, 1, 3, 2, 4, 5};
    struct al_shape apart, out = in;
    for (uint32_t i = 1; i < 4; i++)
        out.dim[i] = (i < 3) == to_depth ? in.dim[i] / (i < 3 ? b : b * b) : in.dim[i] * (i < 3 ? b : b * b);
    if (to_depth)
        apart = (struct al_shape){6, {in.dim[0], out.dim[1], b, out.dim[2], b, in.dim[3]}};
    else
        apart = (struct al_shape){6, {in.dim[0], in.dim[1], in.dim[2], b, b, out.dim[3]}};
    const uint32_t swapped = al_emit_transpose(l, al_emit_reshape(l, l->in[0].operand, &apart), swap);
    al_lower_result(l, al_emit_reshape(l, swapped, &out));
}

void al_lower_op_depth_to_space(struct al_lowering *l)
{
    blocks(l, false);
}

void al_lower_op_space_to_depth(struct al_lowering *l)
{
    blocks(l, true);
}
