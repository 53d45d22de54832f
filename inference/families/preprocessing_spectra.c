/* Spectra of signals, frame by frame (keras/src/layers/preprocessing/stft_spectrogram.py,
   mel_spectrogram.py). */
#include "validator/window.h"

#include "inference/families/operations.h"

#include <math.h>
#include <string.h>

/* (batch, channels, length) as (batch, channels, frequencies, frames): a convolution of each
   channel by itself with a stored kernel (frame, 1, frequencies). */
static uint32_t transformed(struct al_lowering *l, uint32_t signal, const char *name)
{
    const struct al_shape s = *al_emit_shape(l, signal), one = {3, {s.dim[0] * s.dim[1], 1, s.dim[2]}};
    const int64_t frame = al_param_int(&l->site, "frame_length");
    const int64_t step = al_param_is_null(&l->site, "frame_step") ? frame / 2 : al_param_int(&l->site, "frame_step");
    const uint32_t turned[] = {2, 1, 0};
    struct al_attributes a = {.strides = {1, {step}}};
    if (al_param_int(&l->site, "padding") == AL_PADDING_SAME) {
        const int64_t pad = ((s.dim[2] + step - 1) / step - 1) * step + frame - s.dim[2];
        a.pads = (struct al_numbers){2, {pad > 0 ? pad / 2 : 0, pad > 0 ? pad - pad / 2 : 0}};
    }
    const uint32_t in[] = {al_emit_reshape(l, signal, &one), al_emit_transpose(l, al_lower_weight(l, name), turned)};
    const uint32_t y = l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_CONV, in, 2, &a);
    const struct al_shape *made = al_emit_shape(l, y);
    const struct al_shape apart = {4, {s.dim[0], s.dim[1], made->dim[1], made->dim[2]}};
    return y == AL_NONE_INDEX ? y : al_emit_reshape(l, y, &apart);
}

/* The power of a two-sided spectrum: all frequencies but the first and the last twice. */
static uint32_t density(struct al_lowering *l, uint32_t power)
{
    const int64_t n = al_emit_shape(l, power)->dim[2], one[] = {0, 0, 1, 0};
    if (n <= 2)
        return power;
    const uint32_t inner = al_emit_pad(l, al_emit_slice(l, power, 2, 1, n - 2, 1), AL_MODE_CONSTANT, one, one, 0);
    return al_emit_binary(l, AL_OP_ADD, power, inner);
}

static uint32_t spectrum(struct al_lowering *l, uint32_t signal)
{
    static const double epsilon = 1e-7; /* Keras's */
    const char *mode = al_param_choice(&l->site, "mode");
    const bool only_real = strcmp(mode, "real") == 0, only_imaginary = strcmp(mode, "imag") == 0;
    const uint32_t real = only_imaginary ? AL_NONE_INDEX : transformed(l, signal, "real_kernel");
    const uint32_t imaginary = only_real ? AL_NONE_INDEX : transformed(l, signal, "imag_kernel");
    if (only_real || only_imaginary)
        return only_real ? real : imaginary;
    if (strcmp(mode, "angle") == 0)
        return al_emit_arctan2(l, imaginary, real);
    if (strcmp(mode, "stft") == 0)
        return al_emit_concat(l, (const uint32_t[]){real, imaginary}, 2, 2);
    const uint32_t power = al_emit_binary(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, real, real),
                                          al_emit_binary(l, AL_OP_MUL, imaginary, imaginary));
    if (strcmp(mode, "psd") == 0)
        return density(l, power);
    const uint32_t root = al_emit_unary(l, AL_OP_SQRT, al_emit_with_number(l, AL_OP_MAX, power, epsilon));
    if (strcmp(mode, "magnitude") == 0)
        return root;
    return al_emit_unary(l, AL_OP_LOG, al_emit_with_number(l, AL_OP_MAX, root, epsilon));
}

void al_lower_stft_spectrogram(struct al_lowering *l)
{
    const bool last = al_channel_axis(&l->site, 3) == 2;
    const uint32_t signal = last ? al_emit_move_axis(l, l->in[0].operand, 2, 1) : l->in[0].operand;
    uint32_t y = spectrum(l, signal);
    const struct al_shape s = *al_emit_shape(l, y), merged = {3, {s.dim[0], s.dim[1] * s.dim[2], s.dim[3]}};
    static const uint32_t expanded_last[] = {0, 3, 2, 1}, expanded_first[] = {0, 1, 3, 2}, merged_last[] = {0, 2, 1};
    if (y == AL_NONE_INDEX)
        return;
    if (al_param_bool(&l->site, "expand_dims"))
        y = al_emit_transpose(l, y, last ? expanded_last : expanded_first);
    else if (last)
        y = al_emit_transpose(l, al_emit_reshape(l, y, &merged), merged_last);
    else
        y = al_emit_reshape(l, y, &merged);
    al_lower_result(l, y);
}

/* ---- MelSpectrogram ---- */

static const double pi = 3.14159265358979323846;

/* The window over a frame, which lies in the middle of `fft` numbers: as tf.signal's, whose
   periodic windows are so for an even length only. */
static double window_at(const struct al_lowering *l, int64_t i, int64_t length, int64_t fft)
{
    const int64_t at = i - (fft - length) / 2, period = length % 2 == 0 ? length : length - 1;
    if (al_param_is_null(&l->site, "window"))
        return 1;
    if (at < 0 || at >= length || length == 1)
        return at == 0 && length == 1;
    const double base = strcmp(al_param_choice(&l->site, "window"), "hann") == 0 ? 0.5 : 0.54;
    return base - (1 - base) * cos(2 * pi * (double)at / (double)period);
}

/* The transform of windowed frames as weights of a convolution: cosines, then sines. */
static uint32_t transform(struct al_lowering *l, int64_t fft)
{
    const int64_t length = al_param_is_null(&l->site, "sequence_length") ? fft
        : al_param_int(&l->site, "sequence_length");
    const struct al_shape shape = {3, {2 * (fft / 2 + 1), 1, fft}};
    const uint64_t count = (uint64_t)shape.dim[0] * (uint64_t)fft;
    double *weights = count < l->ops->most_bytes / sizeof *weights
        ? al_arena_alloc(l->ops->arena, count, sizeof *weights) : NULL;
    if (weights == NULL)
        return al_lower_fail(l, AL_LIMIT, "a transform of too many numbers");
    for (int64_t f = 0; f <= fft / 2; f++)
        for (int64_t i = 0; i < fft; i++) {
            const double angle = 2 * pi * (double)(f * i % fft) / (double)fft, w = window_at(l, i, length, fft);
            weights[f * fft + i] = w * cos(angle);
            weights[(f + fft / 2 + 1) * fft + i] = -w * sin(angle);
        }
    return al_emit_numbers(l, l->real, &shape, weights);
}

static double mel(double hertz)
{
    return 1127 * log(1 + hertz / 700);
}

/* Triangles over the mel scale, (bands, frequencies); the lowest frequency belongs to none. */
static uint32_t bands(struct al_lowering *l, int64_t frequencies)
{
    const int64_t count = al_param_int(&l->site, "num_mel_bins");
    const double rate = al_param_real(&l->site, "sampling_rate"), low = mel(al_param_real(&l->site, "min_freq"));
    const bool open = al_param_is_null(&l->site, "max_freq");
    const double high = mel(open ? floor(rate / 2) : al_param_real(&l->site, "max_freq"));
    const double step = (high - low) / (double)(count + 1);
    const struct al_shape shape = {2, {count, frequencies}};
    const uint64_t numbers = (uint64_t)count * (uint64_t)frequencies;
    double *weights = numbers < l->ops->most_bytes / sizeof *weights
                          ? al_arena_alloc(l->ops->arena, numbers, sizeof *weights) : NULL;
    if (weights == NULL)
        return al_lower_fail(l, AL_LIMIT, "bands of too many numbers");
    for (int64_t b = 0; b < count; b++)
        for (int64_t f = 1; f < frequencies; f++) {
            const double at = (mel(rate / 2 * (double)f / (double)(frequencies - 1)) - low) / step - (double)b;
            weights[b * frequencies + f] = at < 1 ? fmax(at, 0) : fmax(2 - at, 0);
        }
    return al_emit_numbers(l, l->real, &shape, weights);
}

/* 10 log10 of what is at least min_power, against ref_power, at most top_db below the greatest. */
static uint32_t decibels(struct al_lowering *l, uint32_t x)
{
    static const double per_log = 4.3429448190325182765; /* 10 / ln 10 */
    const double least = al_param_real(&l->site, "min_power"), reference = fabs(al_param_real(&l->site, "ref_power"));
    x = al_emit_unary(l, AL_OP_LOG, al_emit_with_number(l, AL_OP_MAX, x, least));
    x = al_emit_with_number(l, AL_OP_MUL, x, per_log);
    x = al_emit_with_number(l, AL_OP_SUB, x, 10 * log10(fmax(reference, least)));
    const uint32_t most = al_emit_reduce(l, AL_OP_REDUCE_MAX, x, NULL, 0, false);
    return al_emit_binary(l, AL_OP_MAX, x, al_emit_with_number(l, AL_OP_SUB, most,
                                                               al_param_real(&l->site, "top_db")));
}

void al_lower_mel_spectrogram(struct al_lowering *l)
{
    const int64_t fft = al_param_int(&l->site, "fft_length"), frequencies = fft / 2 + 1;
    const struct al_shape s = l->site.in[0], signal = {3, {s.rank > 1 ? s.dim[0] : 1, 1, s.dim[s.rank - 1]}};
    const int64_t pad[] = {0, 0, fft / 2};
    const struct al_attributes frames = {.strides = {1, {al_param_int(&l->site, "sequence_stride")}}};
    const uint32_t x = al_emit_reshape(l, al_emit_cast(l, l->in[0].operand, l->real), &signal);
    const uint32_t in[] = {al_emit_pad(l, x, AL_MODE_REFLECT, pad, pad, 0), transform(l, fft)};
    const uint32_t both = l->failed ? AL_NONE_INDEX : al_emit(l, AL_OP_CONV, in, 2, &frames);
    const uint32_t real = al_emit_slice(l, both, 1, 0, frequencies, 1);
    const uint32_t imaginary = al_emit_slice(l, both, 1, frequencies, frequencies, 1);
    const uint32_t power = al_emit_binary(l, AL_OP_ADD, al_emit_binary(l, AL_OP_MUL, real, real),
                                          al_emit_binary(l, AL_OP_MUL, imaginary, imaginary));
    const uint32_t spec = al_emit_with_number(l, AL_OP_POW, al_emit_unary(l, AL_OP_SQRT, power),
                                              al_param_real(&l->site, "mag_exp"));
    uint32_t y = al_emit_matmul(l, bands(l, frequencies), spec);
    if (al_param_bool(&l->site, "power_to_db"))
        y = decibels(l, y);
    al_lower_result(l, s.rank > 1 ? y : al_emit_drop_axis(l, y, 0));
}
