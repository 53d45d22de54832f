/* Images at another size (keras/src/layers/preprocessing/image_preprocessing). */
#include "validator/window.h"

#include "inference/families/resample.h"

/* Height is this axis, width the next; an image may come without a batch. */
static uint32_t height_axis(const struct al_lowering *l)
{
    return al_spatial_axis(&l->site) - (l->site.in[0].rank == 3 ? 1 : 0);
}

struct size {
    int64_t height, width;
};

static struct size size_of(const struct al_lowering *l, uint32_t x)
{
    const struct al_shape *s = al_emit_shape(l, x);
    return (struct size){s->dim[height_axis(l)], s->dim[height_axis(l) + 1]};
}

static struct size wanted_size(const struct al_lowering *l)
{
    return (struct size){al_param_int(&l->site, "height"), al_param_int(&l->site, "width")};
}

static uint32_t resized(struct al_lowering *l, uint32_t x, struct size to, const char *method, bool antialias)
{
    const uint32_t high = al_resample(l, x, height_axis(l), to.height, method, antialias);
    return al_resample(l, high, height_axis(l) + 1, to.width, method, antialias);
}

static uint32_t cropped(struct al_lowering *l, uint32_t x, int64_t top, int64_t left, struct size to)
{
    return al_emit_slice(l, al_emit_slice(l, x, height_axis(l), top, to.height, 1), height_axis(l) + 1, left,
                         to.width, 1);
}

/* The length that goes with `other` in the proportions wanted, computed as Keras does: in
   float32, cut off. */
static int64_t proportional(int64_t other, int64_t wanted, int64_t wanted_other)
{
    return (int64_t)((float)(other * wanted) / (float)wanted_other);
}

/* The largest part of the image, around its middle, that has the proportions wanted. */
static uint32_t cropped_to_proportions(struct al_lowering *l, uint32_t x, struct size to)
{
    const struct size is = size_of(l, x);
    struct size part = {proportional(is.width, to.height, to.width), proportional(is.height, to.width, to.height)};
    part.height = part.height > is.height ? is.height : part.height < 1 ? 1 : part.height;
    part.width = part.width > is.width ? is.width : part.width < 1 ? 1 : part.width;
    return cropped(l, x, (is.height - part.height) / 2, (is.width - part.width) / 2, part);
}

/* As much of `fill_value` on both sides as makes the proportions wanted. */
static uint32_t padded_to_proportions(struct al_lowering *l, uint32_t x, struct size to)
{
    const struct size is = size_of(l, x);
    int64_t around[AL_MAX_RANK] = {0};
    const int64_t height = proportional(is.width, to.height, to.width),
        width = proportional(is.height, to.width, to.height);
    around[height_axis(l)] = height > is.height ? (height - is.height) / 2 : 0;
    around[height_axis(l) + 1] = width > is.width ? (width - is.width) / 2 : 0;
    return al_emit_pad(l, x, AL_MODE_CONSTANT, around, around, al_param_real(&l->site, "fill_value"));
}

void al_lower_resizing(struct al_lowering *l)
{
    uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    if (x == AL_NONE_INDEX)
        return;
    if (al_param_bool(&l->site, "crop_to_aspect_ratio"))
        x = cropped_to_proportions(l, x, wanted_size(l));
    else if (al_param_bool(&l->site, "pad_to_aspect_ratio"))
        x = padded_to_proportions(l, x, wanted_size(l));
    al_lower_result(l, resized(l, x, wanted_size(l), al_param_choice(&l->site, "interpolation"),
                               al_param_bool(&l->site, "antialias")));
}

/* keras.utils.image_utils.smart_resize */
static uint32_t smart_resized(struct al_lowering *l, uint32_t x, struct size to)
{
    return resized(l, cropped_to_proportions(l, x, to), to, "bilinear", false);
}

void al_lower_center_crop(struct al_lowering *l)
{
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    if (x == AL_NONE_INDEX)
        return;
    const struct size is = size_of(l, x), to = wanted_size(l);
    if (is.height >= to.height && is.width >= to.width)
        al_lower_result(l, cropped(l, x, (is.height - to.height) / 2, (is.width - to.width) / 2, to));
    else
        al_lower_result(l, smart_resized(l, x, to));
}

/* Releases 3.6 and 3.7: as much as is wanted, from where the part with the proportions wanted begins. */
static uint32_t cut(struct al_lowering *l, uint32_t x, struct size to)
{
    const struct size is = size_of(l, x);
    struct size part = {(int64_t)((double)(is.width * to.height) / (double)to.width),
                        (int64_t)((double)(is.height * to.width) / (double)to.height)};
    part.height = part.height > is.height ? is.height : part.height < 1 ? 1 : part.height;
    part.width = part.width > is.width ? is.width : part.width < 1 ? 1 : part.width;
    const int64_t top = (is.height - part.height) / 2, left = (is.width - part.width) / 2;
    const struct size there = {is.height - top < to.height ? is.height - top : to.height,
                               is.width - left < to.width ? is.width - left : to.width};
    const uint32_t y = cropped(l, x, top, left, there);
    return there.height == to.height && there.width == to.width ? y : resized(l, y, to, "bilinear", false);
}

void al_lower_random_crop(struct al_lowering *l)
{
    const struct al_model *m = l->site.model;
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    if (x == AL_NONE_INDEX)
        return;
    if (al_model_before(m, 3, 6))
        al_lower_result(l, smart_resized(l, x, wanted_size(l)));
    else
        al_lower_result(l, al_model_before(m, 3, 8) ? cut(l, x, wanted_size(l)) : x);
}

/* x from one range into another. */
static uint32_t ranged(struct al_lowering *l, uint32_t x, const double *from, const double *to)
{
    if (from[0] == to[0] && from[1] == to[1])
        return x;
    const uint32_t part = al_emit_with_number(l, AL_OP_DIV, al_emit_with_number(l, AL_OP_SUB, x, from[0]),
                                              from[1] - from[0]);
    return al_emit_with_number(l, AL_OP_ADD, al_emit_with_number(l, AL_OP_MUL, part, to[1] - to[0]), to[0]);
}

/* Keras takes the extremes over the two axes behind the batch, wherever the channels are; an image
   of one colour has no contrast, and stays. */
void al_lower_auto_contrast(struct al_lowering *l)
{
    static const double bytes[] = {0, 255};
    const double *range = al_param_of(&l->site, "value_range")->reals;
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    const uint32_t first = l->site.in[0].rank - 3;
    const uint32_t axes[] = {first, first + 1};
    const uint32_t image = ranged(l, x, range, bytes);
    const uint32_t low = al_emit_reduce(l, AL_OP_REDUCE_MIN, image, axes, 2, true);
    const uint32_t high = al_emit_reduce(l, AL_OP_REDUCE_MAX, image, axes, 2, true);
    const uint32_t scale = al_emit_binary(l, AL_OP_DIV, al_emit_number(l, l->real, 255),
                                          al_emit_binary(l, AL_OP_SUB, high, low));
    const uint32_t offset = al_emit_binary(l, AL_OP_MUL, al_emit_unary(l, AL_OP_NEG, low), scale);
    const uint32_t stretched = al_emit_binary(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, image, scale), offset);
    const uint32_t y = ranged(l, al_emit_unary_with(l, AL_OP_CLIP, stretched, 0, 255, 0), bytes, range);
    al_lower_result(l, al_emit_where(l, al_emit_unary(l, AL_OP_IS_NAN, y), x, y));
}
