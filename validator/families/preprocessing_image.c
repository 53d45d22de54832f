/* Preprocessing of images: to another size; and what only training changes
   (keras/src/layers/preprocessing/image_preprocessing). */
#include "validator/families/common.h"
#include "validator/window.h"

#define FORMAT_KEY \
    {.key = "data_format", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = al_choices_data_format, \
     .standard = "\"channels_last\""}
#define BOX_KEY {.key = "bounding_box_format", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE}

/* ---- Resizing, CenterCrop, RandomCrop ---- */

static const char *const interpolations[] = {"bilinear", "nearest",  "bicubic",       "area", "lanczos3",
                                             "lanczos5", "gaussian", "mitchellcubic", NULL};
static const char *const fill_modes[] = {"constant", NULL};

static const struct al_param resizing_params[] = {
    AL_UNITS_KEY("height"),
    AL_UNITS_KEY("width"),
    {.key = "interpolation", .type = AL_PARAM_CHOICE, .choices = interpolations, .standard = "\"bilinear\""},
    AL_BOOL_KEY("crop_to_aspect_ratio", "false"),
    AL_BOOL_KEY("pad_to_aspect_ratio", "false"),
    {.key = "fill_mode", .type = AL_PARAM_CHOICE, .choices = fill_modes, .standard = "\"constant\""},
    {.key = "fill_value", .type = AL_PARAM_REAL, .standard = "0.0"},
    AL_BOOL_KEY("antialias", "false"),
    FORMAT_KEY,
    BOX_KEY,
};
static const struct al_param crop_params[] = {
    AL_UNITS_KEY("height"), AL_UNITS_KEY("width"), FORMAT_KEY, BOX_KEY, AL_SEED_KEY("seed"),
};

/* (batch, height, width, channels), or one image without the batch */
static bool infer_size(struct al_site *s)
{
    struct al_shape out = s->in[0];
    uint32_t at = al_spatial_axis(s) - (out.rank == 3);
    out.dim[at] = al_param_int(s, "height");
    out.dim[at + 1] = al_param_int(s, "width");
    return al_site_output(s, &out);
}

#define SIZE_ROW(symbol, class_name, keys, text) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_data), \
        .mask = AL_MASK_DROPS, \
        .rank_min = 3, \
        .rank_max = 4, \
        .computes = (text), \
        .infer = infer_size, \
    }
SIZE_ROW(resizing, "Resizing", resizing_params, "the image at another size");
SIZE_ROW(center_crop, "CenterCrop", crop_params, "the middle of the image; one that is too small is resized before");

/* At inference Keras 2 and 3.0 to 3.5 resize, 3.6 and 3.7 cut, and later releases leave the image alone,
   whatever they say of its size. */
static bool infer_random_crop(struct al_site *s)
{
    return al_model_before(s->model, 3, 8) ? infer_size(s) : al_site_same(s);
}

const struct al_row al_row_random_crop = {
    .name = "RandomCrop",
    AL_PARAMS(crop_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_DROPS,
    .rank_min = 3,
    .rank_max = 4,
    .computes = "at inference: before 3.6 the middle of the image, resized; in 3.6 and 3.7 a part of it; since 3.8 x",
    .infer = infer_random_crop,
};

/* ---- AutoContrast ---- */

static const struct al_param contrast_params[] = {
    {.key = "value_range", .type = AL_PARAM_REALS, .count_min = 2, .count_max = 2, .standard = "[0, 255]"},
    {.key = "data_format", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE},
    {.key = "factor", .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE},
    BOX_KEY,
};

static bool check_contrast(struct al_site *s)
{
    const struct al_value *range = al_param_of(s, "value_range");
    return (range->shape.rank == 1 && range->reals[0] < range->reals[1]) ||
           al_site_refuse(s, AL_GRAPH_PARAMETER, "two ascending numbers", AL_NOTHING, "value_range is no range");
}

const struct al_row al_row_auto_contrast = {
    .name = "AutoContrast",
    AL_PARAMS(contrast_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_DROPS,
    .rank_min = 3,
    .rank_max = 4,
    .computes = "each channel stretched over the whole of value_range",
    .check = check_contrast,
    .infer = al_site_same,
};

/* ---- what only training changes ---- */

#define NUMBERS_KEY(name) {.key = (name), .type = AL_PARAM_IGNORED_SHAPE, .flags = AL_PARAM_NULLABLE}
#define TEXT_KEY(name) {.key = (name), .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE}
/* keys of all of them: how much, in what range, with which generator */
#define RANDOM_KEYS \
    NUMBERS_KEY("factor"), NUMBERS_KEY("value_range"), AL_SEED_KEY("seed"), TEXT_KEY("data_format"), BOX_KEY

static const struct al_param random_params[] = {RANDOM_KEYS};
static const struct al_param flip_params[] = {RANDOM_KEYS, TEXT_KEY("mode")};
static const struct al_param warp_params[] = {
    RANDOM_KEYS,
    TEXT_KEY("interpolation"),
    TEXT_KEY("fill_mode"),
    NUMBERS_KEY("fill_value"),
    NUMBERS_KEY("height_factor"),
    NUMBERS_KEY("width_factor"),
    NUMBERS_KEY("x_factor"),
    NUMBERS_KEY("y_factor"),
    NUMBERS_KEY("scale"),
};
static const struct al_param jitter_params[] = {
    RANDOM_KEYS,
    NUMBERS_KEY("brightness_factor"),
    NUMBERS_KEY("contrast_factor"),
    NUMBERS_KEY("saturation_factor"),
    NUMBERS_KEY("hue_factor"),
};
static const struct al_param blur_params[] = {RANDOM_KEYS, NUMBERS_KEY("kernel_size"), NUMBERS_KEY("sigma")};
static const struct al_param mix_params[] = {
    RANDOM_KEYS,
    NUMBERS_KEY("alpha"),
    NUMBERS_KEY("num_ops"),
    NUMBERS_KEY("num_chains"),
    NUMBERS_KEY("chain_depth"),
    AL_IGNORED_BOOL_KEY("all_ops"),
    TEXT_KEY("interpolation"),
};

static const struct al_param equalization_params[] = {RANDOM_KEYS, NUMBERS_KEY("bins")};
static const struct al_param solarization_params[] = {
    RANDOM_KEYS,
    NUMBERS_KEY("addition_factor"),
    NUMBERS_KEY("threshold_factor"),
};
static const struct al_param boxes_params[] = {RANDOM_KEYS, NUMBERS_KEY("max_number"), NUMBERS_KEY("padding_value")};

#define RANDOM_ROW(symbol, class_name, keys) \
    const struct al_row al_row_##symbol = { \
        .name = (class_name), \
        .decision = AL_IDENTITY, \
        AL_PARAMS(keys), \
        AL_ARGUMENTS(al_arguments_data), \
        .mask = AL_MASK_DROPS, \
        .rank_min = 3, \
        .rank_max = 4, \
        .computes = "x", \
        .infer = al_site_same, \
    }
RANDOM_ROW(random_flip, "RandomFlip", flip_params);
RANDOM_ROW(equalization, "Equalization", equalization_params);
RANDOM_ROW(solarization, "Solarization", solarization_params);
RANDOM_ROW(max_num_bounding_boxes, "MaxNumBoundingBoxes", boxes_params);
RANDOM_ROW(random_brightness, "RandomBrightness", random_params);
RANDOM_ROW(random_contrast, "RandomContrast", random_params);
RANDOM_ROW(random_color_degeneration, "RandomColorDegeneration", random_params);
RANDOM_ROW(random_color_jitter, "RandomColorJitter", jitter_params);
RANDOM_ROW(random_elastic_transform, "RandomElasticTransform", warp_params);
RANDOM_ROW(random_erasing, "RandomErasing", warp_params);
RANDOM_ROW(random_gaussian_blur, "RandomGaussianBlur", blur_params);
RANDOM_ROW(random_grayscale, "RandomGrayscale", random_params);
RANDOM_ROW(random_hue, "RandomHue", random_params);
RANDOM_ROW(random_invert, "RandomInvert", random_params);
RANDOM_ROW(random_perspective, "RandomPerspective", warp_params);
RANDOM_ROW(random_posterization, "RandomPosterization", random_params);
RANDOM_ROW(random_rotation, "RandomRotation", warp_params);
RANDOM_ROW(random_saturation, "RandomSaturation", random_params);
RANDOM_ROW(random_sharpness, "RandomSharpness", random_params);
RANDOM_ROW(random_shear, "RandomShear", warp_params);
RANDOM_ROW(random_translation, "RandomTranslation", warp_params);
RANDOM_ROW(random_zoom, "RandomZoom", warp_params);
RANDOM_ROW(rand_augment, "RandAugment", mix_params);
RANDOM_ROW(aug_mix, "AugMix", mix_params);
RANDOM_ROW(cut_mix, "CutMix", mix_params);
RANDOM_ROW(mix_up, "MixUp", mix_params);
