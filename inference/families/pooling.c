/* Pooling over windows, over everything, and to a wanted size (keras/src/layers/pooling). */
#include "validator/window.h"

#include "inference/families/window.h"

/* ---- windows ---- */

static void lower_pool(struct al_lowering *l, enum al_operator op)
{
    const uint32_t x = al_window_enter(l, l->in[0].operand);
    if (x == AL_NONE_INDEX)
        return;
    const struct al_attributes a =
        al_window_attributes(l, al_emit_shape(l, x), al_param_of(&l->site, "pool_size")->integers);
    al_lower_result(l, al_window_leave(l, al_emit(l, op, &x, 1, &a)));
}

#define POOL(symbol, op) \
    void al_lower_##symbol(struct al_lowering *l) \
    { \
        lower_pool(l, op); \
    }
POOL(max_pooling1d, AL_OP_MAX_POOL)
POOL(max_pooling2d, AL_OP_MAX_POOL)
POOL(max_pooling3d, AL_OP_MAX_POOL)
POOL(average_pooling1d, AL_OP_AVERAGE_POOL)
POOL(average_pooling2d, AL_OP_AVERAGE_POOL)
POOL(average_pooling3d, AL_OP_AVERAGE_POOL)

/* ---- everything ---- */

static uint32_t over_space(struct al_lowering *l, enum al_operator op, uint32_t x)
{
    const uint32_t first = al_spatial_axis(&l->site), spatial = l->site.in[0].rank - 2;
    const uint32_t axes[] = {first, first + 1, first + 2};
    return al_emit_reduce(l, op, x, axes, spatial, al_param_bool(&l->site, "keepdims"));
}

#define GLOBAL(symbol, op) \
    void al_lower_##symbol(struct al_lowering *l) \
    { \
        al_lower_result(l, over_space(l, op, l->in[0].operand)); \
    }
GLOBAL(global_max_pooling1d, AL_OP_REDUCE_MAX)
GLOBAL(global_max_pooling2d, AL_OP_REDUCE_MAX)
GLOBAL(global_max_pooling3d, AL_OP_REDUCE_MAX)
GLOBAL(global_average_pooling2d, AL_OP_REDUCE_MEAN)
GLOBAL(global_average_pooling3d, AL_OP_REDUCE_MEAN)

/* The mean of the steps that the mask keeps; of none of them it is NaN, as in Keras. */
void al_lower_global_average_pooling1d(struct al_lowering *l)
{
    const uint32_t x = l->in[0].operand, mask = al_lower_mask(l);
    if (mask == AL_NONE_INDEX) {
        al_lower_result_masked(l, over_space(l, AL_OP_REDUCE_MEAN, x), AL_NONE_INDEX);
        return;
    }
    const uint32_t kept = al_emit_insert_axis(l, mask, al_channel_axis(&l->site, 3));
    const uint32_t zero = al_emit_number(l, al_emit_dtype(l, x), 0);
    const uint32_t sum = over_space(l, AL_OP_REDUCE_SUM, al_emit_where(l, kept, x, zero));
    const uint32_t count = over_space(l, AL_OP_REDUCE_SUM, al_emit_cast(l, kept, l->real));
    al_lower_result_masked(l, al_emit_binary(l, AL_OP_DIV, sum, count), AL_NONE_INDEX);
}

/* ---- to a wanted size ---- */

/* Part i of `parts` is [floor(i L / parts), ceil((i + 1) L / parts)): each part's places
   gathered along a new axis behind `axis`, short ones filled up with their first place,
   which `weight` counts as nothing. */
static uint32_t gather_parts(struct al_lowering *l, uint32_t x, uint32_t axis, int64_t parts, uint32_t *weight)
{
    const int64_t length = al_emit_shape(l, x)->dim[axis];
    int64_t longest = 0;
    for (int64_t i = 0; i < parts; i++) {
        const int64_t size = ((i + 1) * length + parts - 1) / parts - i * length / parts;
        longest = size > longest ? size : longest;
    }
    const uint64_t count = (uint64_t)parts * (uint64_t)longest;
    double *places = al_arena_alloc(l->ops->arena, count, sizeof *places);
    double *weights = al_arena_alloc(l->ops->arena, count, sizeof *weights);
    if (places == NULL || weights == NULL)
        return al_lower_fail(l, AL_NO_MEMORY, "lowering needs more memory than there is");
    for (int64_t i = 0; i < parts; i++) {
        const int64_t from = i * length / parts, to = ((i + 1) * length + parts - 1) / parts;
        for (int64_t j = 0; j < longest; j++) {
            places[i * longest + j] = (double)(from + j < to ? from + j : from);
            weights[i * longest + j] = from + j < to ? 1.0 / (double)(to - from) : 0;
        }
    }
    const struct al_shape table = {.rank = 2, .dim = {parts, longest}};
    *weight = al_emit_numbers(l, l->real, &table, weights);
    return al_emit_gather(l, x, al_emit_numbers(l, AL_INT64, &table, places), axis);
}

static void lower_adaptive(struct al_lowering *l, bool average)
{
    const struct al_value *size = al_param_of(&l->site, "output_size");
    uint32_t x = l->in[0].operand, weight = AL_NONE_INDEX;
    for (uint32_t i = 0; i < size->count && x != AL_NONE_INDEX; i++) {
        /* windows are boxes: one axis after the other gives the same */
        const uint32_t axis = al_spatial_axis(&l->site) + i, rank = al_emit_shape(l, x)->rank, along = axis + 1;
        x = gather_parts(l, x, axis, size->integers[i], &weight);
        if (average) {
            struct al_shape shape = {.rank = rank + 1};
            for (uint32_t j = 0; j < shape.rank; j++)
                shape.dim[j] = 1;
            shape.dim[axis] = al_emit_shape(l, weight)->dim[0];
            shape.dim[along] = al_emit_shape(l, weight)->dim[1];
            x = al_emit_binary(l, AL_OP_MUL, x, al_emit_reshape(l, weight, &shape));
        }
        x = al_emit_reduce(l, average ? AL_OP_REDUCE_SUM : AL_OP_REDUCE_MAX, x, &along, 1, false);
    }
    al_lower_result(l, x);
}

#define ADAPTIVE(symbol, average) \
    void al_lower_##symbol(struct al_lowering *l) \
    { \
        lower_adaptive(l, average); \
    }
ADAPTIVE(adaptive_max_pooling1d, false)
ADAPTIVE(adaptive_max_pooling2d, false)
ADAPTIVE(adaptive_max_pooling3d, false)
ADAPTIVE(adaptive_average_pooling1d, true)
ADAPTIVE(adaptive_average_pooling2d, true)
ADAPTIVE(adaptive_average_pooling3d, true)
