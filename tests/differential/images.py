"""Draws preprocessing layers: pictures, numbers to categories, spectra."""
from options import formatted

KERAS2 = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"]
KERAS3 = ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]


def resizing(d, shape):
    o = dict(interpolation=d.one(KERAS3 if d.keras3 else KERAS2), **d.some(crop_to_aspect_ratio=d.bool()))
    if d.keras3:
        o.update(formatted(d) if d.version >= (3, 4) else {})
        if d.version >= (3, 6):
            o.update(d.some(antialias=d.bool()))
            if not o.get("crop_to_aspect_ratio") and d.bool():
                o.update(pad_to_aspect_ratio=True, fill_value=d.one([0.0, 0.5]))
    return d.L.Resizing(d.int(2, 9), d.int(2, 9), **o)


def center_crop(d, shape):
    return d.L.CenterCrop(d.int(2, 8), d.int(2, 8), **(formatted(d) if d.version >= (3, 4) else {}))


def random_crop(d, shape):
    return d.L.RandomCrop(d.int(2, 8), d.int(2, 8))


def augmentation(d, shape):
    """The identity at inference."""
    late = [lambda: d.L.RandomInvert(), lambda: d.L.RandomGrayscale(), lambda: d.L.RandomHue(0.3), lambda: d.L.RandomSaturation(0.3),
            lambda: d.L.RandomSharpness(0.2), lambda: d.L.RandomShear(0.1, 0.2), lambda: d.L.RandomPosterization(3),
            lambda: d.L.RandomColorJitter(), lambda: d.L.RandomErasing(), lambda: d.L.RandomGaussianBlur(), lambda: d.L.RandomPerspective(),
            lambda: d.L.RandomElasticTransform(), lambda: d.L.RandomColorDegeneration(0.2)]
    return d.one([lambda: d.L.RandomFlip(d.one(["horizontal", "vertical", "horizontal_and_vertical"])), lambda: d.L.RandomRotation(0.2),
                  lambda: d.L.RandomZoom(0.1, **d.some(width_factor=(-0.2, 0.3))), lambda: d.L.RandomContrast(0.2), lambda: d.L.RandomBrightness(0.1),
                  lambda: d.L.RandomTranslation(0.1, 0.2, fill_mode=d.one(["reflect", "wrap", "constant", "nearest"]))]
                 + (late if d.version >= (3, 11) else []))()


def discretization(d, shape):
    bounds = sorted(d.real() for _ in range(d.int(1, 4)))
    modes = ["int"] + (["one_hot", "multi_hot", "count"] if len(shape) == 1 and (d.keras3 or d.version >= (2, 8)) else [])
    return d.L.Discretization(bin_boundaries=bounds, **d.some(output_mode=d.one(modes)))


def categories(d, x):
    """Numbers made into categories, and those encoded."""
    bounds = sorted(d.real() for _ in range(3))
    whole = d.L.Discretization(bin_boundaries=bounds)(x)
    modes = ["multi_hot", "count", "one_hot"]
    return d.L.CategoryEncoding(num_tokens=d.int(4, 6), output_mode=d.one(modes))(whole)


def spectra(d):
    """A layer of spectra, and how long its row must be."""
    length = d.int(30, 60)
    if d.bool():
        o = dict(fft_length=16, sequence_stride=d.int(4, 9), num_mel_bins=d.int(3, 8), sampling_rate=100, min_freq=d.one([0.0, 5.0]),
                 **d.some(sequence_length=d.int(8, 16), window=d.one(["hann", "hamming", None]), power_to_db=d.bool(), top_db=d.one([20.0, 80.0]),
                          mag_exp=d.one([1.0, 2.0]), max_freq=d.one([40.0, 50.0])))
        return d.L.MelSpectrogram(**o), (length,)
    o = dict(mode=d.one(["log", "magnitude", "psd", "real", "imag", "angle", "stft"]), frame_length=d.int(6, 16), frame_step=d.int(2, 6),
             **d.some(fft_length=d.int(16, 20), window=d.one(["hann", "hamming", None]), periodic=d.bool(), scaling=d.one(["density", "spectrum", None]),
                      padding=d.one(["valid", "same"]), expand_dims=d.bool()), **formatted(d))
    return d.L.STFTSpectrogram(**o), d.one([(length, d.int(1, 2))] if "data_format" not in o or o["data_format"] == "channels_last" else [(d.int(1, 2), length)])


PICTURES = [resizing, resizing, center_crop, random_crop, augmentation]
