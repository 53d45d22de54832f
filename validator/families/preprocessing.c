/* Preprocessing with numbers: scaling, categories, spectra (keras/src/layers/preprocessing). */
#include "validator/families/common.h"
#include "validator/window.h"

#include <string.h>

static bool one_typed(struct al_site *s, const struct al_shape *shape, enum al_dtype dtype)
{
    if (!al_site_output(s, shape))
        return false;
    s->out_dtypes[0] = dtype;
    return true;
}

/* ---- Rescaling, Normalization ---- */

#define NUMBERS_KEY(name, settings, ...) \
    {.key = (name), .type = AL_PARAM_REALS, .flags = (settings), .count_max = AL_MAX_UNITS, __VA_ARGS__}

static const struct al_param rescaling_params[] = {
    NUMBERS_KEY("scale", AL_PARAM_REQUIRED, .minimum = 0, .maximum = 0),
    NUMBERS_KEY("offset", 0, .standard = "0.0"),
};

/* the numbers are broadcast against the input, which keeps its shape */
static bool infer_rescaling(struct al_site *s)
{
    static const char *const keys[] = {"scale", "offset"};
    for (size_t k = 0; k < 2; k++) {
        const struct al_shape *numbers = &al_param_of(s, keys[k])->shape, *in = &s->in[0];
        for (uint32_t i = 0; i < numbers->rank; i++) {
            int64_t length = in->rank >= numbers->rank ? in->dim[in->rank - numbers->rank + i] : 0;
            if (numbers->dim[i] != 1 && numbers->dim[i] != length)
                return al_site_bad_shape(s, al_shape_show(s->findings, numbers), in);
        }
    }
    return al_site_same(s);
}

const struct al_row al_row_rescaling = {
    .name = "Rescaling",
    AL_PARAMS(rescaling_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_PASSES_IN_KERAS3,
    .computes = "x · scale + offset",
    .infer = infer_rescaling,
};

static const struct al_param normalization_params[] = {
    {.key = "axis", .type = AL_PARAM_AXES, .flags = AL_PARAM_NULLABLE, .count_min = 0, .count_max = AL_MAX_RANK,
     .standard = "-1"},
    NUMBERS_KEY("mean", AL_PARAM_NULLABLE, .standard = "null"),
    NUMBERS_KEY("variance", AL_PARAM_NULLABLE, .standard = "null"),
    AL_BOOL_KEY("invert", "false"),
};

static bool check_normalization(struct al_site *s)
{
    const struct al_value *mean = al_param_of(s, "mean"), *variance = al_param_of(s, "variance");
    if (al_param_is_null(s, "mean") != al_param_is_null(s, "variance") || mean->count != variance->count)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "as many means as variances", AL_NOTHING,
                              "mean and variance do not belong together");
    return true;
}

/* Given numbers are aligned with the kept axes from the right. */
static bool given_fit(const struct al_shape *kept, const struct al_shape *given)
{
    if (given->rank > kept->rank)
        return false;
    for (uint32_t i = 1; i <= given->rank; i++)
        if (given->dim[given->rank - i] != 1 && given->dim[given->rank - i] != kept->dim[kept->rank - i])
            return false;
    return true;
}

static bool infer_normalization(struct al_site *s)
{
    struct al_shape kept = {0};
    const struct al_shape scalar = {0};
    uint32_t axes[AL_MAX_RANK];
    if (!al_param_is_null(s, "axis") && !al_site_axes(s, "axis", s->in[0].rank, axes, &kept.rank))
        return false;
    for (uint32_t i = 0; i < kept.rank; i++)
        kept.dim[i] = s->in[0].dim[axes[i]];
    if (!al_param_is_null(s, "mean"))
        return (given_fit(&kept, &al_param_of(s, "mean")->shape) &&
                        given_fit(&kept, &al_param_of(s, "variance")->shape)
                    ? al_site_same(s)
                    : al_site_bad_shape(s, "as many means as the axes are long", &s->in[0]));
    /* count: how many samples it has seen */
    return al_demand(s, "mean", &kept, false) && al_demand(s, "variance", &kept, false) &&
           al_demand_typed(s, "count", &scalar, false, AL_INT64, false) && al_site_same(s);
}

const struct al_row al_row_normalization = {
    .name = "Normalization",
    AL_PARAMS(normalization_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_PASSES_IN_KERAS3,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .weights = "mean, variance (each: lengths of the axes), count (): only where they are not in the configuration",
    .computes = "(x - mean) / max(√variance, 1e-7); invert: x · max(√variance, 1e-7) + mean",
    .check = check_normalization,
    .infer = infer_normalization,
};

/* ---- CategoryEncoding, Discretization ---- */

static const char *const encodings[] = {"int", "one_hot", "multi_hot", "count", NULL};

/* one_hot adds an axis, or takes the place of a last one of length 1; the others count along the last */
static bool encoded_shape(struct al_site *s, int64_t depth, struct al_shape *out)
{
    const struct al_shape *in = &s->in[0];
    bool keras2 = al_model_is_keras2(s->model);
    *out = *in;
    if (strcmp(al_param_choice(s, "output_mode"), "one_hot") == 0 && (in->rank == 1 || in->dim[in->rank - 1] != 1)) {
        /* Keras 2 takes one number of each sample only */
        if (in->rank == AL_MAX_RANK || (keras2 && in->rank > 1))
            return al_site_bad_shape(s, "a last axis of length 1", in);
        out->dim[out->rank++] = depth;
        return true;
    }
    if (in->rank < 2 || (keras2 && in->rank > 2))
        return al_site_bad_shape(s, "a tensor of rank 2", in);
    out->dim[out->rank - 1] = depth;
    return true;
}

static const struct al_param category_params[] = {
    AL_UNITS_KEY("num_tokens"),
    {.key = "output_mode", .type = AL_PARAM_CHOICE, .choices = encodings + 1, .standard = "\"multi_hot\""},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
};
static const struct al_argument category_arguments[] = {
    {.name = "inputs", .type = AL_ARGUMENT_TENSOR},
    {.name = "count_weights", .type = AL_ARGUMENT_TENSOR, .flags = AL_ARGUMENT_OPTIONAL},
};

static bool infer_category(struct al_site *s)
{
    struct al_shape out;
    if (s->in_count > 1 && (strcmp(al_param_choice(s, "output_mode"), "count") != 0 ||
                            !al_shape_equal(&s->in[0], &s->in[1])))
        return al_site_bad_shape(s, "count_weights as long as the input, with output_mode count", &s->in[1]);
    return encoded_shape(s, al_param_int(s, "num_tokens"), &out) && al_site_output(s, &out);
}

const struct al_row al_row_category_encoding = {
    .name = "CategoryEncoding",
    AL_PARAMS(category_params),
    AL_ARGUMENTS(category_arguments),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "the categories as zeros and ones, or as counts",
    .infer = infer_category,
};

static const struct al_param discretization_params[] = {
    {.key = "bin_boundaries", .type = AL_PARAM_REALS, .flags = AL_PARAM_REQUIRED, .count_min = 0,
     .count_max = AL_MAX_UNITS},
    {.key = "num_bins", .type = AL_PARAM_IGNORED_NUMBER, .flags = AL_PARAM_NULLABLE},
    {.key = "epsilon", .type = AL_PARAM_IGNORED_NUMBER},
    {.key = "output_mode", .type = AL_PARAM_CHOICE, .choices = encodings, .standard = "\"int\""},
    AL_FIXED_KEY("sparse", "false", "sparse tensors are not computed"),
};

static bool check_discretization(struct al_site *s)
{
    const struct al_value *bins = al_param_of(s, "bin_boundaries");
    for (uint32_t i = 1; i < bins->count; i++)
        if (bins->reals[i] < bins->reals[i - 1])
            return al_site_refuse(s, AL_GRAPH_PARAMETER, "ascending numbers", AL_NOTHING,
                                  "bin_boundaries do not ascend");
    return true;
}

static bool infer_discretization(struct al_site *s)
{
    struct al_shape out = s->in[0];
    if (al_param_int(s, "output_mode") != 0)
        return encoded_shape(s, (int64_t)al_param_of(s, "bin_boundaries")->count + 1, &out) &&
               al_site_output(s, &out);
    return one_typed(s, &out, al_model_is_keras2(s->model) ? s->layer->compute_dtype : AL_INT32);
}

const struct al_row al_row_discretization = {
    .name = "Discretization",
    AL_PARAMS(discretization_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = AL_MAX_RANK,
    .computes = "which of the bins each number falls into",
    .check = check_discretization,
    .infer = infer_discretization,
};

/* ---- Pipeline ---- */

static const struct al_param pipeline_params[] = {
    {.key = "layers", .type = AL_PARAM_LAYERS, .flags = AL_PARAM_REQUIRED, .count_min = 1, .count_max = 1024},
};

static bool infer_pipeline(struct al_site *s)
{
    const struct al_value *layers = al_param_of(s, "layers");
    struct al_shape at = s->in[0];
    enum al_dtype dtype = s->in_dtypes[0];
    for (uint32_t i = 0; i < layers->count; i++) {
        uint32_t count;
        struct al_shape *out;
        enum al_dtype *dtypes;
        if (!al_site_call_child(s, (uint32_t)layers->integers[i], 1, &at, &dtype, &count, &out, &dtypes))
            return false;
        if (count != 1)
            return al_site_refuse(s, AL_GRAPH_STRUCTURE, "layers of one result", AL_NOTHING,
                                  "a layer of a Pipeline has several results");
        at = out[0];
        dtype = dtypes[0];
    }
    return one_typed(s, &at, dtype);
}

const struct al_row al_row_pipeline = {
    .name = "Pipeline",
    AL_PARAMS(pipeline_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_DROPS,
    .takes_texts = true,
    .weights = "those of its layers",
    .computes = "its layers, one after the other",
    .infer = infer_pipeline,
};

/* ---- STFTSpectrogram, MelSpectrogram ---- */

static const char *const modes[] = {"log", "magnitude", "psd", "real", "imag", "angle", "stft", NULL};
#define FRAMES_KEY(name, settings, value) \
    {.key = (name), .type = AL_PARAM_INTEGER, .flags = (settings), .minimum = 1, .maximum = 1 << 20, \
     .standard = (value)}

static const struct al_param stft_params[] = {
    {.key = "mode", .type = AL_PARAM_CHOICE, .choices = modes, .standard = "\"log\""},
    FRAMES_KEY("frame_length", 0, "256"),
    FRAMES_KEY("frame_step", AL_PARAM_NULLABLE, "null"),
    FRAMES_KEY("fft_length", AL_PARAM_NULLABLE, "null"),
    /* the kernels, which are stored, already hold the window */
    {.key = "window", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE},
    AL_IGNORED_BOOL_KEY("periodic"),
    {.key = "scaling", .type = AL_PARAM_IGNORED_TEXT, .flags = AL_PARAM_NULLABLE},
    AL_PADDING_KEY,
    AL_BOOL_KEY("expand_dims", "false"),
    AL_DATA_FORMAT_KEY,
};

/* The least power of two that holds a frame. */
static int64_t next_power(int64_t frame)
{
    int64_t power = 1;
    while (power < frame)
        power *= 2;
    return power;
}

static bool infer_stft(struct al_site *s)
{
    struct al_shape out = s->in[0];
    const char *mode = al_param_choice(s, "mode");
    uint32_t channel = al_channel_axis(s, 3), time = 3 - channel;
    int64_t frame = al_param_int(s, "frame_length"), channels = out.dim[channel], steps;
    int64_t fft = al_param_is_null(s, "fft_length") ? next_power(frame) : al_param_int(s, "fft_length");
    int64_t step = al_param_is_null(s, "frame_step") ? frame / 2 : al_param_int(s, "frame_step");
    int64_t bands = (fft / 2 + 1) * (strcmp(mode, "stft") == 0 ? 2 : 1);
    struct al_shape kernel = {.rank = 3, .dim = {frame, 1, fft / 2 + 1}};
    if (fft < frame || step < 1)
        return al_site_refuse(s, AL_GRAPH_PARAMETER, "an fft_length of at least frame_length", AL_NOTHING,
                              "the frames of STFTSpectrogram do not fit its transform");
    if ((strcmp(mode, "imag") != 0 && !al_demand(s, "real_kernel", &kernel, true)) ||
        (strcmp(mode, "real") != 0 && !al_demand(s, "imag_kernel", &kernel, true)))
        return false;
    if (channels == -1 || channels > AL_MAX_UNITS ||
        !al_window_length(out.dim[time], frame, step, 1, al_param_int(s, "padding"), &steps))
        return al_site_bad_shape(s, "at least one frame, and known channels", &s->in[0]);
    bool last = channel == 2;
    if (al_param_bool(s, "expand_dims"))
        out = (struct al_shape){.rank = 4, .dim = {out.dim[0], last ? steps : channels, last ? bands : steps,
                                                   last ? channels : bands}};
    else
        out = (struct al_shape){.rank = 3, .dim = {out.dim[0], last ? steps : bands * channels,
                                                   last ? bands * channels : steps}};
    return al_site_output(s, &out);
}

const struct al_row al_row_stft_spectrogram = {
    .name = "STFTSpectrogram",
    AL_PARAMS(stft_params),
    AL_ARGUMENTS(al_arguments_input),
    .mask = AL_MASK_DROPS,
    .rank_min = 3,
    .rank_max = 3,
    .weights = "real_kernel, imag_kernel (frame_length, 1, fft_length / 2 + 1)",
    .computes = "the spectrum of each frame by convolution with the kernels",
    .infer = infer_stft,
};

#define REAL_KEY(name, settings, low, high, value) \
    {.key = (name), .type = AL_PARAM_REAL, .flags = (settings), .minimum = (low), .maximum = (high), \
     .standard = (value)}
static const char *const windows[] = {"hann", "hamming", NULL};

static const struct al_param mel_params[] = {
    FRAMES_KEY("fft_length", 0, "2048"),
    FRAMES_KEY("sequence_stride", 0, "512"),
    FRAMES_KEY("sequence_length", AL_PARAM_NULLABLE, "null"),
    {.key = "window", .type = AL_PARAM_CHOICE, .flags = AL_PARAM_NULLABLE, .choices = windows,
     .standard = "\"hann\""},
    REAL_KEY("sampling_rate", 0, 1, 1e9, "16000"),
    FRAMES_KEY("num_mel_bins", 0, "128"),
    REAL_KEY("min_freq", 0, 0, 1e9, "20.0"),
    REAL_KEY("max_freq", AL_PARAM_NULLABLE, 0, 1e9, "null"),
    AL_BOOL_KEY("power_to_db", "true"),
    REAL_KEY("top_db", 0, -1e9, 1e9, "80.0"),
    REAL_KEY("mag_exp", 0, -1e3, 1e3, "2.0"),
    REAL_KEY("min_power", 0, 0, 1e9, "1e-10"),
    REAL_KEY("ref_power", 0, 0, 1e9, "1.0"),
};

/* frames centred on every sequence_stride-th sample */
static bool infer_mel(struct al_site *s)
{
    const struct al_shape *in = &s->in[0];
    int64_t length = in->dim[in->rank - 1], stride = al_param_int(s, "sequence_stride");
    struct al_shape out = {.rank = in->rank + 1, .dim = {in->dim[0]}};
    out.dim[in->rank - 1] = al_param_int(s, "num_mel_bins");
    out.dim[in->rank] = length == -1 ? -1 : 1 + length / stride;
    return al_site_output(s, &out);
}

const struct al_row al_row_mel_spectrogram = {
    .name = "MelSpectrogram",
    AL_PARAMS(mel_params),
    AL_ARGUMENTS(al_arguments_data),
    .mask = AL_MASK_DROPS,
    .rank_min = 1,
    .rank_max = 2,
    .computes = "the spectrum of each frame in bands of the mel scale",
    .infer = infer_mel,
};
