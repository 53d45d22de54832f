/* Layers that move, cut and repeat without computing (keras/src/layers/reshaping). */
#include "validator/window.h"

#include "inference/families/resample.h"

void al_lower_reshape(struct al_lowering *l)
{
    const struct al_value *target = al_param_of(&l->site, "target_shape");
    struct al_shape shape = {.rank = target->count + 1, .dim = {l->site.in[0].dim[0]}};
    uint64_t given, known;
    uint32_t open = 0;
    for (uint32_t i = 0; i < target->count; i++) {
        open = target->integers[i] == -1 ? i + 1 : open;
        shape.dim[i + 1] = target->integers[i] == -1 ? 1 : target->integers[i];
    }
    if (open != 0 && al_shape_count(&l->site.in[0], 0, l->site.in[0].rank, &given) &&
        al_shape_count(&shape, 0, shape.rank, &known) && known > 0)
        shape.dim[open] = (int64_t)(given / known);
    al_lower_result(l, al_emit_reshape(l, l->in[0].operand, &shape));
}

/* Channels go last before, also where the data have them first. */
void al_lower_flatten(struct al_lowering *l)
{
    uint32_t x = l->in[0].operand;
    const uint32_t rank = l->site.in[0].rank;
    uint64_t count;
    if (rank > 2 && al_channel_axis(&l->site, rank) == 1)
        x = al_emit_move_axis(l, x, 1, rank - 1);
    if (!al_shape_count(&l->site.in[0], 1, rank, &count))
        al_lower_fail(l, AL_LIMIT, "a row of too many numbers");
    const struct al_shape shape = {2, {l->site.in[0].dim[0], (int64_t)count}};
    al_lower_result(l, al_emit_reshape(l, x, &shape));
}

void al_lower_permute(struct al_lowering *l)
{
    const struct al_value *dims = al_param_of(&l->site, "dims");
    uint32_t perm[AL_MAX_RANK] = {0};
    for (uint32_t i = 0; i < dims->count && i + 1 < AL_MAX_RANK; i++)
        perm[i + 1] = (uint32_t)dims->integers[i];
    al_lower_result(l, al_emit_transpose(l, l->in[0].operand, perm));
}

void al_lower_repeat_vector(struct al_lowering *l)
{
    const struct al_shape shape = {3, {l->site.in[0].dim[0], al_param_int(&l->site, "n"), l->site.in[0].dim[1]}};
    al_lower_result(l, al_emit_expand(l, al_emit_insert_axis(l, l->in[0].operand, 1), &shape));
}

/* ---- Cropping, ZeroPadding, UpSampling ---- */

static void crop(struct al_lowering *l)
{
    const struct al_value *pairs = al_param_of(&l->site, "cropping");
    const uint32_t first = al_spatial_axis(&l->site);
    uint32_t x = l->in[0].operand;
    for (uint32_t i = 0; i < pairs->count / 2; i++) {
        const int64_t before = pairs->integers[2 * i], after = pairs->integers[2 * i + 1];
        x = al_emit_slice(l, x, first + i, before, l->site.in[0].dim[first + i] - before - after, 1);
    }
    al_lower_result(l, x);
}

static void pad(struct al_lowering *l)
{
    const struct al_value *pairs = al_param_of(&l->site, "padding");
    const uint32_t first = al_spatial_axis(&l->site);
    int64_t before[AL_MAX_RANK] = {0}, after[AL_MAX_RANK] = {0};
    for (uint32_t i = 0; i < pairs->count / 2; i++) {
        before[first + i] = pairs->integers[2 * i];
        after[first + i] = pairs->integers[2 * i + 1];
    }
    al_lower_result(l, al_emit_pad(l, l->in[0].operand, AL_MODE_CONSTANT, before, after, 0));
}

/* Keras before 2.4, not TensorFlow's, has "bilinear" from TensorFlow 1 (keras/backend/tensorflow_backend.py of
   2.3.1, resize_images; TensorFlow's own has resize_images_v2 since 1.15, and before did not save the key). */
static const char *interpolation(const struct al_lowering *l)
{
    const char *method = al_param_choice(&l->site, "interpolation");
    return al_model_is_multi_backend(l->site.model) && strcmp(method, "bilinear") == 0 ? "bilinear_v1" : method;
}

static void up(struct al_lowering *l)
{
    const struct al_value *size = al_param_of(&l->site, "size");
    const uint32_t first = al_spatial_axis(&l->site);
    uint32_t x = l->in[0].operand;
    const bool interpolated = al_param_of(&l->site, "interpolation")->integer != 0; /* 0: nearest */
    for (uint32_t i = 0; i < size->count && interpolated; i++)
        x = al_resample(l, x, first + i, l->site.in[0].dim[first + i] * size->integers[i],
                        interpolation(l), false);
    for (uint32_t i = 0; i < size->count && !interpolated; i++)
        x = al_emit_repeat(l, x, first + i, size->integers[i]);
    al_lower_result(l, x);
}

#define MOVE(symbol, function)                                                                                       \
    void al_lower_##symbol(struct al_lowering *l)                                                                    \
    {                                                                                                                \
        function(l);                                                                                                 \
    }
MOVE(cropping1d, crop)
MOVE(cropping2d, crop)
MOVE(cropping3d, crop)
MOVE(zero_padding1d, pad)
MOVE(zero_padding2d, pad)
MOVE(zero_padding3d, pad)
MOVE(up_sampling1d, up)
MOVE(up_sampling2d, up)
MOVE(up_sampling3d, up)
