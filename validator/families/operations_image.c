/* Raw operations on images (keras/src/ops/image.py, nn.py), and TensorFlow's for the same in files of Keras 2. */
#include "validator/families/operations.h"

#include "base/checked.h"

static const char *const modules_image[] = {"keras.src.ops.image", NULL};

static bool same_type(struct al_site *s, const struct al_shape *shape)
{
    if (!al_dtype_is_float(s->in_dtypes[0]))
        return al_site_refuse(s, AL_GRAPH_ARGUMENT, "float numbers", al_text_of(al_dtype_name(s->in_dtypes[0])),
                              "images of integers are not computed");
    return al_site_typed(s, shape, s->in_dtypes[0]);
}

static const char *const methods[] = {"bilinear", "nearest",  "bicubic",       "area", "lanczos3",
                                      "lanczos5", "gaussian", "mitchellcubic", NULL};
static const struct al_param resize_params[] = {
    {.key = "size", .type = AL_PARAM_INTEGERS, .flags = AL_PARAM_REQUIRED, .minimum = 1, .maximum = AL_MAX_UNITS,
     .count_min = 2, .count_max = 2},
    {.key = "interpolation", .type = AL_PARAM_CHOICE, .choices = methods, .standard = "\"bilinear\""},
    {.key = "method", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_ALIAS, .choices = methods,
     .alias_of = "interpolation"},
    AL_BOOL_KEY("antialias", "false"),
    AL_FIXED_KEY("crop_to_aspect_ratio", "false", "cut the image by itself"),
    AL_FIXED_KEY("pad_to_aspect_ratio", "false", "pad the image by itself"),
    AL_FIXED_KEY("preserve_aspect_ratio", "false", "give the size that comes out"),
    {.key = "fill_mode", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE},
    {.key = "fill_value", .type = AL_PARAM_IGNORED_NUMBER, .flags = AL_PARAM_NULLABLE},
    {.key = "data_format", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = al_choices_data_format,
     .standard = "null"},
};
static const struct al_argument image_arguments[] = {{.name = "images", .type = AL_ARGUMENT_TENSOR}};

static bool infer_resize(struct al_site *s)
{
    const int64_t *size = al_param_of(s, "size")->integers;
    struct al_shape out = s->in[0];
    const uint32_t height = out.rank - (al_param_int(s, "data_format") == 1 ? 2 : 3);
    out.dim[height] = size[0];
    out.dim[height + 1] = size[1];
    return same_type(s, &out);
}

static const char *const resize_functions[] = {"image.resize", NULL};

const struct al_row al_row_op_resize = {
    AL_OPERATION("Resize", modules_image, resize_functions),
    AL_PARAMS(resize_params),
    AL_ARGUMENTS(image_arguments),
    .rank_min = 3,
    .rank_max = 4,
    .computes = "the images at another size",
    .infer = infer_resize,
};

static const struct al_param block_params[] = {
    {.key = "block_size", .type = AL_PARAM_INTEGER, .flags = AL_PARAM_REQUIRED, .minimum = 2, .maximum = 1024},
    {.key = "data_format", .type = AL_PARAM_FIXED, .fixed = "\"channels_last\"",
     .refusal = "only images with their channels last are computed"},
};
static const struct al_argument block_arguments[] = {{.name = "x", .type = AL_ARGUMENT_TENSOR}};

static bool infer_blocks(struct al_site *s, bool to_depth)
{
    const int64_t block = al_param_int(s, "block_size");
    struct al_shape out = s->in[0];
    bool fits = out.dim[3] != -1;
    for (uint32_t i = 1; fits && i < 3; i++) {
        const uint32_t from = to_depth ? i : 3, to = to_depth ? 3 : i;
        fits = out.dim[from] == -1 || out.dim[from] % block == 0;
        out.dim[from] = out.dim[from] == -1 ? -1 : out.dim[from] / block;
        fits = fits && (out.dim[to] == -1 || al_mul_i64(out.dim[to], block, &out.dim[to]));
    }
    return fits ? same_type(s, &out) : al_site_bad_shape(s, "an image that falls into whole blocks", &s->in[0]);
}

static bool infer_depth_to_space(struct al_site *s)
{
    return infer_blocks(s, false);
}

static bool infer_space_to_depth(struct al_site *s)
{
    return infer_blocks(s, true);
}

#define BLOCK_ROW(symbol, class_name, function, text, ...) \
    static const char *const functions_##symbol[] = {__VA_ARGS__, NULL}; \
    const struct al_row al_row_##symbol = { \
        AL_OPERATION(class_name, al_modules_nn, functions_##symbol), \
        AL_PARAMS(block_params), \
        AL_ARGUMENTS(block_arguments), \
        .rank_min = 4, \
        .rank_max = 4, \
        .computes = (text), \
        .infer = (function), \
    }
BLOCK_ROW(op_depth_to_space, "DepthToSpace", infer_depth_to_space, "channels laid out as blocks of pixels",
          "nn.depth_to_space", "compat.v1.depth_to_space");
BLOCK_ROW(op_space_to_depth, "SpaceToDepth", infer_space_to_depth, "blocks of pixels as channels",
          "nn.space_to_depth", "compat.v1.space_to_depth");
