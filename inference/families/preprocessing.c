/* Preprocessing with numbers: scaling and categories (keras/src/layers/preprocessing). */
#include "validator/families/common.h"

#include "inference/families/families.h"

#include <string.h>

/* The numbers of a parameter, in the shape in which the file has them. */
static uint32_t numbers(struct al_lowering *l, const char *key)
{
    const struct al_value *v = al_param_of(&l->site, key);
    return al_emit_numbers(l, l->real, &v->shape, v->reals);
}

void al_lower_rescaling(struct al_lowering *l)
{
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    const uint32_t scaled = al_emit_binary(l, AL_OP_MUL, x, numbers(l, "scale"));
    al_lower_result(l, al_emit_binary(l, AL_OP_ADD, scaled, numbers(l, "offset")));
}

/* ---- Normalization ---- */

/* Mean or variance, from the weights or the configuration, against the input. */
static uint32_t statistic(struct al_lowering *l, const char *name)
{
    const uint32_t rank = l->site.in[0].rank;
    struct al_shape kept = {0}, whole = {.rank = rank};
    uint32_t axes[AL_MAX_RANK];
    if (!al_param_is_null(&l->site, "axis") && !al_site_axes(&l->site, "axis", rank, axes, &kept.rank))
        return al_lower_fail(l, AL_INTERNAL, "an axis that the verified model cannot have");
    for (uint32_t i = 0; i < rank; i++)
        whole.dim[i] = 1;
    for (uint32_t i = 0; i < kept.rank; i++)
        whole.dim[axes[i]] = kept.dim[i] = l->site.in[0].dim[axes[i]];
    uint32_t r = al_lower_weight(l, name);
    if (r == AL_NONE_INDEX)
        r = al_emit_expand(l, numbers(l, name), &kept);
    return r == AL_NONE_INDEX ? r : al_emit_reshape(l, r, &whole);
}

void al_lower_normalization(struct al_lowering *l)
{
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real), mean = statistic(l, "mean");
    const uint32_t least = al_emit_number(l, l->real, 1e-7); /* keras.backend.epsilon() */
    const uint32_t deviation =
        al_emit_binary(l, AL_OP_MAX, al_emit_unary(l, AL_OP_SQRT, statistic(l, "variance")), least);
    if (al_param_bool(&l->site, "invert"))
        al_lower_result(l, al_emit_binary(l, AL_OP_ADD, mean, al_emit_binary(l, AL_OP_MUL, x, deviation)));
    else
        al_lower_result(l, al_emit_binary(l, AL_OP_DIV, al_emit_binary(l, AL_OP_SUB, x, mean), deviation));
}

void al_lower_pipeline(struct al_lowering *l)
{
    const struct al_value *layers = al_param_of(&l->site, "layers");
    struct al_lowered at = l->in[0];
    for (uint32_t i = 0; i < layers->count; i++) {
        const struct al_lowered given = at;
        al_lower_child(l, (uint32_t)layers->integers[i], 1, &given, NULL, 1, &at);
    }
    al_lower_result(l, at.operand);
}

/* ---- categories ---- */

/* keras/src/utils/numerical_utils.py, encode_categorical_inputs: one_hot in place of a last
   axis of length 1; the others take the extreme or the sum over axis 1. */
static uint32_t encode(struct al_lowering *l, uint32_t indices, const char *mode, int64_t depth, uint32_t weights)
{
    const struct al_shape in = *al_emit_shape(l, indices);
    const bool one = strcmp(mode, "one_hot") == 0;
    const struct al_attributes a = {.group = depth, .to = l->real};
    if (indices == AL_NONE_INDEX)
        return indices;
    if (one && in.rank > 1 && in.dim[in.rank - 1] == 1)
        indices = al_emit_drop_axis(l, indices, in.rank - 1);
    uint32_t hot = l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_ONE_HOT, &indices, 1, &a);
    if (one)
        return hot;
    if (weights != AL_NONE_INDEX)
        hot = al_emit_binary(l, AL_OP_MUL, hot, al_emit_insert_axis(l, weights, in.rank));
    const uint32_t axis = 1;
    const enum al_operator gather = strcmp(mode, "count") == 0 ? AL_OP_REDUCE_SUM : AL_OP_REDUCE_MAX;
    return al_emit_reduce(l, gather, hot, &axis, 1, false);
}

void al_lower_category_encoding(struct al_lowering *l)
{
    uint32_t weights = al_lower_input(l, "count_weights");
    if (weights != AL_NONE_INDEX)
        weights = al_emit_cast(l, weights, l->real);
    const uint32_t indices = al_emit_cast(l, l->in[0].operand, AL_INT64);
    al_lower_result(l, encode(l, indices, al_param_choice(&l->site, "output_mode"),
                              al_param_int(&l->site, "num_tokens"), weights));
}

/* How many boundaries are not above the number: numpy.digitize. */
void al_lower_discretization(struct al_lowering *l)
{
    const struct al_value *bins = al_param_of(&l->site, "bin_boundaries");
    const struct al_shape row = {.rank = 1, .dim = {bins->count}};
    const uint32_t rank = l->site.in[0].rank;
    const char *mode = al_param_choice(&l->site, "output_mode");
    const uint32_t x = al_emit_insert_axis(l, al_emit_cast(l, l->in[0].operand, l->real), rank);
    const uint32_t passed =
        al_emit_binary(l, AL_OP_GREATER_OR_EQUAL, x, al_emit_numbers(l, l->real, &row, bins->reals));
    const uint32_t index = al_emit_reduce(l, AL_OP_REDUCE_SUM, al_emit_cast(l, passed, AL_INT64), &rank, 1, false);
    if (strcmp(mode, "int") != 0)
        al_lower_result(l, encode(l, index, mode, (int64_t)bins->count + 1, AL_NONE_INDEX));
    else
        al_lower_result(l, al_model_is_keras2(l->site.model) ? al_emit_cast(l, index, l->real) : index);
}
