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

/* At inference: the image at the size wanted, its proportions kept by cutting. */
void al_lower_random_crop(struct al_lowering *l)
{
    const uint32_t x = al_emit_cast(l, l->in[0].operand, l->real);
    if (x != AL_NONE_INDEX)
        al_lower_result(l, smart_resized(l, x, wanted_size(l)));
}
