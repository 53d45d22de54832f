/* Normalization over axes, with what was learnt while training (keras/src/layers/normalization). */
#include "validator/families/common.h"

#include "inference/families/families.h"

/* The axes that the layer's `axis` names, ascending and counted from 0. */
struct axes {
    uint32_t count, at[AL_MAX_RANK];
};

static struct axes layer_axes(struct al_lowering *l)
{
    struct axes a = {0};
    if (!al_site_axes(&l->site, "axis", l->site.in[0].rank, a.at, &a.count))
        al_lower_fail(l, AL_INTERNAL, "an axis that the verified model cannot have");
    return a;
}

/* A weight with the dimensions of `axes`, shaped so that it broadcasts over x. */
static uint32_t spread(struct al_lowering *l, const char *name, const struct axes *axes)
{
    const uint32_t weight = al_lower_weight(l, name);
    struct al_shape shape = {.rank = l->site.in[0].rank};
    for (uint32_t i = 0; i < shape.rank; i++)
        shape.dim[i] = 1;
    for (uint32_t i = 0; i < axes->count; i++)
        shape.dim[axes->at[i]] = l->site.in[0].dim[axes->at[i]];
    return weight == AL_NONE_INDEX ? weight : al_emit_reshape(l, weight, &shape);
}

/* gamma · x + beta, either of which a layer may lack. */
static uint32_t affine(struct al_lowering *l, uint32_t x, uint32_t gamma, uint32_t beta)
{
    if (gamma != AL_NONE_INDEX)
        x = al_emit_binary(l, AL_OP_MUL, x, gamma);
    return beta != AL_NONE_INDEX ? al_emit_binary(l, AL_OP_ADD, x, beta) : x;
}

/* 1 / √(x + epsilon) */
static uint32_t inverse_root(struct al_lowering *l, uint32_t x)
{
    const uint32_t sum = al_emit_with_number(l, AL_OP_ADD, x, al_param_real(&l->site, "epsilon"));
    return al_emit_unary(l, AL_OP_RECIPROCAL, al_emit_unary(l, AL_OP_SQRT, sum));
}

/* x - mean and the biased variance over the axes. */
static uint32_t centered(struct al_lowering *l, uint32_t x, const struct axes *axes, uint32_t *variance)
{
    const uint32_t mean = al_emit_reduce(l, AL_OP_REDUCE_MEAN, x, axes->at, axes->count, true);
    const uint32_t apart = al_emit_binary(l, AL_OP_SUB, x, mean);
    *variance = al_emit_reduce(l, AL_OP_REDUCE_MEAN, al_emit_binary(l, AL_OP_MUL, apart, apart), axes->at, axes->count,
                               true);
    return apart;
}

/* What depends on weights alone comes together first: those operations are done once. */
void al_lower_batch_normalization(struct al_lowering *l)
{
    const struct axes axes = layer_axes(l);
    const uint32_t gamma = spread(l, "gamma", &axes), beta = spread(l, "beta", &axes);
    const uint32_t mean = spread(l, "moving_mean", &axes);
    uint32_t scale = inverse_root(l, spread(l, "moving_variance", &axes));
    if (gamma != AL_NONE_INDEX)
        scale = al_emit_binary(l, AL_OP_MUL, scale, gamma);
    uint32_t shift = al_emit_unary(l, AL_OP_NEG, al_emit_binary(l, AL_OP_MUL, mean, scale));
    if (beta != AL_NONE_INDEX)
        shift = al_emit_binary(l, AL_OP_ADD, shift, beta);
    al_lower_result(l, affine(l, l->in[0].operand, scale, shift));
}

/* rms_scaling divides by the deviation without taking the mean away, and adds no beta. */
void al_lower_layer_normalization(struct al_lowering *l)
{
    const struct axes axes = layer_axes(l);
    const uint32_t x = l->in[0].operand, gamma = spread(l, "gamma", &axes), beta = spread(l, "beta", &axes);
    uint32_t variance;
    const uint32_t apart = centered(l, x, &axes, &variance);
    const uint32_t from = al_param_bool(&l->site, "rms_scaling") ? x : apart;
    al_lower_result(l, affine(l, al_emit_binary(l, AL_OP_MUL, from, inverse_root(l, variance)), gamma, beta));
}

/* The channels become groups of channels; statistics are over all but batch and group. */
void al_lower_group_normalization(struct al_lowering *l)
{
    const struct axes channel = layer_axes(l);
    const struct al_shape in = l->site.in[0];
    const uint32_t axis = channel.at[0];
    int64_t groups = al_param_int(&l->site, "groups");
    groups = groups == -1 ? in.dim[axis] : groups;
    struct al_shape apart = {.rank = in.rank + 1};
    struct axes over = {0};
    for (uint32_t i = 0; i < in.rank; i++)
        apart.dim[i > axis ? i + 1 : i] = in.dim[i];
    apart.dim[axis] = groups;
    apart.dim[axis + 1] = in.dim[axis] / groups;
    for (uint32_t i = 1; i < apart.rank; i++)
        if (i != axis)
            over.at[over.count++] = i;
    uint32_t variance;
    const uint32_t x = centered(l, al_emit_reshape(l, l->in[0].operand, &apart), &over, &variance);
    const uint32_t y = al_emit_reshape(l, al_emit_binary(l, AL_OP_MUL, x, inverse_root(l, variance)), &in);
    al_lower_result(l, affine(l, y, spread(l, "gamma", &channel), spread(l, "beta", &channel)));
}

void al_lower_rms_normalization(struct al_lowering *l)
{
    const struct axes axes = layer_axes(l);
    const uint32_t x = l->in[0].operand;
    const uint32_t square = al_emit_reduce(l, AL_OP_REDUCE_MEAN, al_emit_binary(l, AL_OP_MUL, x, x), axes.at,
                                           axes.count, true);
    const uint32_t y = al_emit_binary(l, AL_OP_MUL, x, inverse_root(l, square));
    al_lower_result(l, affine(l, y, spread(l, "scale", &axes), AL_NONE_INDEX));
}

/* x / max(‖x‖, 1e-12) (keras.ops.normalize) */
void al_lower_unit_normalization(struct al_lowering *l)
{
    const struct axes axes = layer_axes(l);
    const uint32_t x = l->in[0].operand;
    const uint32_t length = al_emit_reduce(l, AL_OP_REDUCE_L2, x, axes.at, axes.count, true);
    const uint32_t least = al_emit_number(l, al_emit_dtype(l, x), 1e-12);
    al_lower_result(l, al_emit_binary(l, AL_OP_DIV, x, al_emit_binary(l, AL_OP_MAX, length, least)));
}

/* Only training changes the kernel of the layer inside, whose result goes out as it is, mask and all. */
void al_lower_spectral_normalization(struct al_lowering *l)
{
    struct al_lowered out;
    al_lower_child(l, (uint32_t)al_param_int(&l->site, "layer"), 1, l->in, NULL, 1, &out);
    al_lower_result_masked(l, out.operand, out.mask);
}

void al_lower_layer_scale(struct al_lowering *l)
{
    al_lower_result(l, al_emit_binary(l, AL_OP_MUL, l->in[0].operand, al_lower_weight(l, "gamma")));
}
