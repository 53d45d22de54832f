"""Tables of what Keras itself says about layers: their configuration as it writes it,
the shapes of their weights and of their results. tests/unit/test_shapes.c holds the
catalogue's rows against them. tests/make/near_misses.py makes whole models of the same
layers.

    python tests/make/shapes.py tests/data/shapes-keras3.json     (with Keras 3)
    python tests/make/shapes.py tests/data/shapes-keras2.json     (with TensorFlow 2.15)
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402

L = keras.layers
KERAS3 = keras.__version__.startswith("3")
cases = []
calls = []  # (layer, its inputs, its outputs) of each case that Keras takes


def shape(s):
    return [None if d is None else int(d) for d in s]


def flat(x):
    return [t for y in x for t in flat(y)] if isinstance(x, (list, tuple)) else [x]


def config_of(layer):
    """The object as a file holds it; settings that name layers hold such objects in turn."""
    def bare(o):
        if isinstance(o, dict) and type(o.get("config")) is dict and not hasattr(L, o["class_name"]):
            return o["class_name"]  # an initializer and its like: only that there is one matters
        if isinstance(o, dict):
            return {k: bare(v) for k, v in o.items() if k not in ("module", "registered_name", "build_config", "name")}
        if isinstance(o, (list, tuple)):
            return [bare(v) for v in o]
        return o.item() if hasattr(o, "item") and not isinstance(o, (bool, int, float, str)) else o

    if KERAS3:
        return bare(keras.saving.serialize_keras_object(layer))
    written = {"class_name": type(layer).__name__, "config": layer.get_config()}
    return bare(json.loads(json.dumps(written, default=lambda o: o.item() if hasattr(o, "item") else list(o))))


def case(make, *inputs, args=None, kwargs=None, dtype="float32", as_list=False):
    """One layer on inputs of these shapes (batch included). args: the names of its
    arguments where it takes several."""
    try:
        layer = make()
    except (AttributeError, ImportError, TypeError, ValueError) as e:
        print("left out:", e, file=sys.stderr)
        return
    dtypes = dtype if isinstance(dtype, list) else [dtype] * len(inputs)
    tensors = [keras.Input(batch_shape=s, dtype=t) for s, t in zip(inputs, dtypes)]
    try:
        if args:
            out = layer(**dict(zip(args, tensors)), **(kwargs or {}))
        else:
            out = layer(tensors if as_list else tensors[0], **(kwargs or {}))
    except Exception as e:
        cases.append({"layer": config_of(layer), "inputs": [shape(s) for s in inputs], "dtypes": dtypes,
                      "arguments": args or [], "list": as_list, "constants": kwargs or {}, "refused": True})
        print("refused:", type(layer).__name__, inputs, str(e).splitlines()[0][:100], file=sys.stderr)
        return
    outs = [o for o in flat(out) if o is not None]
    calls.append((layer, tensors, outs))
    weights = sorted([w.name.split(":")[0].split("/")[-1], shape(w.shape)] for w in layer.weights
                     if "seed" not in w.name and not w.name.startswith("Variable"))  # what a look-up has learnt
    cases.append({"layer": config_of(layer), "inputs": [shape(s) for s in inputs], "dtypes": dtypes,
                  "arguments": args or [], "list": as_list, "constants": kwargs or {},
                  "outputs": [shape(o.shape) for o in outs],
                  "output_dtypes": [o.dtype if isinstance(o.dtype, str) else o.dtype.name for o in outs],
                  "weights": weights})


def core():
    for use_bias in (True, False):
        case(lambda: L.Dense(7, use_bias=use_bias, activation="relu"), (None, 5))
    case(lambda: L.Dense(7), (2, 3, 5))
    case(lambda: L.Dense(7, kernel_regularizer="l2", bias_constraint="non_neg", activity_regularizer="l1"), (None, 4, 5))
    case(lambda: L.Dense(3), (None, None))
    for mask_zero in (True, False):
        case(lambda: L.Embedding(11, 4, mask_zero=mask_zero), (None, 6), dtype="int32")
    case(lambda: L.Embedding(11, 4), (None, 6, 2))
    case(lambda: L.Masking(-1.0), (None, 4, 3))
    case(lambda: L.Activation("gelu"), (None, 4, 3))
    case(lambda: L.Activation("hard_sigmoid"), (None, 4))
    case(lambda: L.Identity(), (None, 4, 3))
    case(lambda: L.ReLU(6.0, 0.1, 0.2), (None, 4))
    case(lambda: L.LeakyReLU(), (None, 4))
    case(lambda: L.PReLU(), (None, 4, 3))
    case(lambda: L.PReLU(shared_axes=[1, 2]), (None, 4, 3, 2))
    case(lambda: L.ELU(0.5), (None, 4))
    case(lambda: L.ThresholdedReLU(0.5), (None, 4))
    case(lambda: L.Softmax(), (None, 4))
    case(lambda: L.Softmax(axis=[1, 2]), (None, 4, 5, 6))
    for equation, output, bias, given in [
            ("ab,bc->ac", 64, "c", (None, 32)), ("abc,cd->abd", (None, 64), "d", (None, 32, 128)),
            ("...x,xy->...y", 64, "y", (None, 32, 128)), ("abc,cde->abde", (None, 4, 5), "de", (None, 7, 3)),
            ("abcd,cde->abe", (None, 6), "e", (None, 7, 4, 5)), ("ab...,bc->ac...", (6,), None, (None, 4, 3)),
            ("abc,bd->adc", (6, 3), "d", (None, 4, 3)), ("abc,cd->abd", (None, 9), "bd", (None, 5, 3)),
            ("abc,cd->abe", (None, 9), "d", (None, 5, 3))]:
        case(lambda: L.EinsumDense(equation, output_shape=output, bias_axes=bias), given)
    if KERAS3:
        case(lambda: L.ReversibleEmbedding(9, 4), (None, 6), dtype="int32")
        case(lambda: L.ReversibleEmbedding(9, 4, tie_weights=False, logit_soft_cap=2.0), (None, 6), dtype="int32")
        case(lambda: L.ReversibleEmbedding(9, 4, tie_weights=False), (None, 6, 4), kwargs={"reverse": True})
    for make in (lambda: L.Dropout(0.5), lambda: L.AlphaDropout(0.1), lambda: L.GaussianDropout(0.1),
                 lambda: L.GaussianNoise(0.1), lambda: L.ActivityRegularization(0.1, 0.2)):
        case(make, (None, 4, 3))
    case(lambda: L.SpatialDropout1D(0.5), (None, 4, 3))
    case(lambda: L.SpatialDropout2D(0.5), (None, 4, 3, 2))
    case(lambda: L.SpatialDropout3D(0.5), (None, 4, 3, 2, 5))
    case(lambda: L.SpatialDropout1D(0.5), (None, 4))


SIZES = {1: (11,), 2: (11, 9), 3: (7, 6, 8)}


def spatial(n, channels=6, data_format="channels_last", unknown=False):
    size = (None,) * n if unknown else SIZES[n]
    return (None,) + ((channels,) + size if data_format == "channels_first" else size + (channels,))


def windows():
    for n in (1, 2, 3):
        conv, transpose = getattr(L, f"Conv{n}D"), getattr(L, f"Conv{n}DTranspose")
        for fmt in ("channels_last", "channels_first"):
            for padding in ("valid", "same") + (("causal",) if n == 1 and fmt == "channels_last" else ()):
                for kernel, stride, dilation, groups in [(3, 1, 1, 1), (2, 2, 1, 1), (3, 1, 2, 1), (4, 3, 1, 2),
                                                         (5, 1, 1, 3), (3, 2, 2, 1)]:
                    case(lambda: conv(6, kernel, strides=stride, dilation_rate=dilation, padding=padding, groups=groups,
                                      data_format=fmt), spatial(n, 6, fmt))
                if padding == "causal":
                    continue
                for kernel, stride, dilation, more in [(3, 1, 1, None), (2, 2, 1, None), (3, 2, 1, 1), (4, 3, 1, 2),
                                                       (2, 3, 1, None), (3, 1, 2, None)]:
                    case(lambda: transpose(4, kernel, strides=stride, dilation_rate=dilation, padding=padding,
                                           output_padding=more, data_format=fmt), spatial(n, 6, fmt))
                for size, stride in [(2, None), (3, 1), (3, 2), (2, 3)]:
                    for kind in ("Max", "Average"):
                        case(lambda: getattr(L, f"{kind}Pooling{n}D")(size, strides=stride, padding=padding,
                                                                      data_format=fmt), spatial(n, 6, fmt))
            for kind in ("Max", "Average"):
                for keepdims in (True, False):
                    case(lambda: getattr(L, f"Global{kind}Pooling{n}D")(keepdims=keepdims, data_format=fmt),
                         spatial(n, 5, fmt))
                case(lambda: getattr(L, f"Adaptive{kind}Pooling{n}D")(4, data_format=fmt), spatial(n, 5, fmt))
        case(lambda: conv(2, 3), spatial(n, 3, unknown=True))
        case(lambda: conv(2, 12), spatial(n, 3))
        case(lambda: conv(2, 3, groups=2), spatial(n, 3))
        case(lambda: conv(2, 3, use_bias=False, activation="relu"), spatial(n, 3))
        case(lambda: conv(2, 3), (None, 3))
    for n in (1, 2):
        for fmt in ("channels_last", "channels_first"):
            for padding in ("valid", "same"):
                for kernel, stride, multiplier in [(3, 1, 1), (2, 2, 3)]:
                    case(lambda: getattr(L, f"DepthwiseConv{n}D")(kernel, strides=stride, padding=padding,
                                                                  depth_multiplier=multiplier, data_format=fmt),
                         spatial(n, 5, fmt))
                    case(lambda: getattr(L, f"SeparableConv{n}D")(7, kernel, strides=stride, padding=padding,
                                                                  depth_multiplier=multiplier, data_format=fmt),
                         spatial(n, 5, fmt))
    for n in (1, 2):
        local = getattr(L, f"LocallyConnected{n}D", None)
        for implementation, padding in ((1, "valid"), (2, "same"), (3, "valid")) if local else ():
            for use_bias in (True, False):
                case(lambda: local(4, 3, implementation=implementation, padding=padding, use_bias=use_bias),
                     spatial(n, 2))


def recurrent():
    for name, extra in [("LSTM", {}), ("GRU", {}), ("GRU", {"reset_after": False}), ("SimpleRNN", {})]:
        for sequences in (True, False):
            for state in (True, False):
                case(lambda: getattr(L, name)(4, return_sequences=sequences, return_state=state, **extra), (None, 7, 3))
        case(lambda: getattr(L, name)(4, use_bias=False, go_backwards=True, unroll=True), (2, 7, 3))
        case(lambda: getattr(L, name)(4), (None, None, 3))
        case(lambda: getattr(L, name)(4), (None, 3))
        case(lambda: L.RNN(getattr(L, name + "Cell")(4, **extra), return_sequences=True, return_state=True), (None, 7, 3))
        for mode in ("concat", "sum", "mul", "ave", None):
            for sequences in (True, False):
                case(lambda: L.Bidirectional(getattr(L, name)(4, return_sequences=sequences), merge_mode=mode),
                     (None, 7, 3))
        case(lambda: L.Bidirectional(getattr(L, name)(4, return_state=True)), (None, 7, 3))
    case(lambda: L.RNN(L.StackedRNNCells([L.LSTMCell(4), L.GRUCell(5), L.SimpleRNNCell(6)])), (None, 7, 3))
    case(lambda: L.RNN(L.StackedRNNCells([L.LSTMCell(4), L.LSTMCell(5)]), return_sequences=True), (None, 7, 3))
    case(lambda: L.TimeDistributed(L.Dense(6)), (None, 7, 3))
    case(lambda: L.TimeDistributed(L.Conv2D(6, 3)), (None, 4, 9, 8, 3))
    case(lambda: L.TimeDistributed(L.Bidirectional(L.LSTM(4))), (None, 5, 7, 3))
    case(lambda: L.TimeDistributed(L.Flatten()), (None, 5, 7, 3))
    case(lambda: L.TimeDistributed(L.Dense(6)), (None, 3))
    for n in (1, 2, 3):
        for padding, stride in (("valid", 1), ("same", 2)):
            for sequences in (True, False):
                case(lambda: getattr(L, f"ConvLSTM{n}D")(4, 3, padding=padding, strides=stride,
                                                         return_sequences=sequences, return_state=sequences),
                     (2, 5) + SIZES[n] + (3,))
    case(lambda: L.ConvLSTM2D(4, 3, data_format="channels_first", padding="same", return_sequences=True), (2, 5, 3, 9, 8))


def attention():
    qv, qvk = ["query", "value"], ["query", "value", "key"]
    for extra in [{}, {"value_dim": 5}, {"use_bias": False}, {"output_shape": 7}, {"output_shape": (7, 2)},
                  {"use_gate": True}, {"sliding_window": 3}]:
        case(lambda: L.MultiHeadAttention(3, 4, **extra), (None, 6, 8), (None, 5, 9), args=qv)
    case(lambda: L.MultiHeadAttention(3, 4, value_dim=2), (None, 6, 8), (None, 5, 9), (None, 5, 7), args=qvk)
    # Keras 3 takes the length of the query for that of the value when it names the scores' shape
    case(lambda: L.MultiHeadAttention(3, 4), (None, 6, 8), (None, 6 if KERAS3 else 5, 9), args=qv,
         kwargs={"return_attention_scores": True})
    # and it forgets the axes there
    scores = {} if KERAS3 else {"return_attention_scores": True}
    case(lambda: L.MultiHeadAttention(2, 3, attention_axes=(1, 2)), (None, 4, 6, 8), (None, 5, 7, 8), args=qv,
         kwargs=scores)
    case(lambda: L.MultiHeadAttention(2, 3, attention_axes=(2,)), (None, 4, 6, 8), (None, 4, 7, 8), args=qv,
         kwargs=scores)
    case(lambda: L.MultiHeadAttention(2, 3, attention_axes=(1,)), (None, 6, 4, 8), (None, 7, 4, 8), args=qv,
         kwargs={"use_causal_mask": True, **scores})
    if KERAS3:
        for extra in [{}, {"use_bias": False}, {"use_gate": True}]:
            case(lambda: L.GroupQueryAttention(3, 4, 2, **extra), (None, 6, 8), (None, 5, 8), args=qv)
        case(lambda: L.GroupQueryAttention(3, 4, 2), (None, 6, 8), (None, 5, 8), (None, 5, 7), args=qvk,
             kwargs={"return_attention_scores": True})
        case(lambda: L.GroupQueryAttention(3, 4, 2), (None, 6, 8), (None, 5, 9), args=qv)
    for extra in [{}, {"use_scale": True}, {"score_mode": "concat"}, {"use_scale": True, "score_mode": "concat"}]:
        case(lambda: L.Attention(**extra), (None, 6, 8), (None, 5, 8), as_list=True)
    case(lambda: L.Attention(), (None, 6, 8), (None, 5, 9), (None, 5, 8), as_list=True,
         kwargs={"return_attention_scores": True})
    for use_scale in (True, False):
        case(lambda: L.AdditiveAttention(use_scale=use_scale), (None, 6, 8), (None, 5, 8), as_list=True)


def normalization():
    for extra in [{}, {"axis": 1}, {"axis": 2}, {"center": False}, {"scale": False, "center": False}, {"axis": -2},
                  {"renorm": True}]:
        case(lambda: L.BatchNormalization(**extra), (None, 4, 3, 5))
    for extra in [{}, {"axis": [1, 2]}, {"axis": [3, 1]}, {"center": False}, {"scale": False}, {"axis": 1}]:
        case(lambda: L.LayerNormalization(**extra), (None, 4, 3, 5))
    if KERAS3:
        case(lambda: L.LayerNormalization(rms_scaling=True), (None, 4, 3, 5))
        case(lambda: L.RMSNormalization(), (None, 4, 3))
        case(lambda: L.RMSNormalization(axis=[1, 2]), (None, 4, 3))
    for extra in [{"groups": 2}, {"groups": -1}, {"groups": 3}, {"groups": 2, "axis": 1, "scale": False}]:
        case(lambda: L.GroupNormalization(**extra), (None, 4, 5, 6))
    case(lambda: L.UnitNormalization(), (None, 4, 3))
    case(lambda: L.UnitNormalization(axis=[1, 2]), (None, 4, 3))
    for inner, given in [(lambda: L.Dense(5), (None, 4)), (lambda: L.Conv2D(4, 3), (None, 8, 8, 3)),
                         (lambda: L.Embedding(9, 4), (None, 5))]:
        case(lambda: L.SpectralNormalization(inner(), power_iterations=2), given)


def merging():
    for name in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        case(lambda: getattr(L, name)(), (None, 4, 3), (None, 4, 3), (None, 4, 3), as_list=True)
        case(lambda: getattr(L, name)(), (None, 4, 1), (None, 1, 3), as_list=True)
        case(lambda: getattr(L, name)(), (None, 3), (None, 4, 3), as_list=True)
        case(lambda: getattr(L, name)(), (2, 3), (None, 3), as_list=True)
        case(lambda: getattr(L, name)(), (None, 4), (None, 3), as_list=True)
    case(lambda: L.Subtract(), (None, 4, 3), (None, 4, 3), as_list=True)
    for axis in (-1, 1, 2):
        case(lambda: L.Concatenate(axis=axis), (None, 4, 3), (None, 4, 3), as_list=True)
    case(lambda: L.Concatenate(axis=1), (None, 4, 3), (None, 5, 3), (None, 6, 3), as_list=True)
    case(lambda: L.Concatenate(axis=1), (None, 4, 3), (None, 5, 2), as_list=True)
    for axes, a, b in [(1, (None, 4), (None, 4)), ((2, 1), (None, 3, 4), (None, 4, 5)), (-1, (None, 3, 4), (None, 5, 4)),
                       ((1, 1), (None, 4, 3), (None, 4, 5)), (1, (None, 4, 3), (None, 5, 3))]:
        case(lambda: L.Dot(axes=axes), a, b, as_list=True)


def reshaping():
    for target in [(6, 2), (-1, 3), (2, -1, 3), (12,), (5, -1)]:
        case(lambda: L.Reshape(target), (None, 4, 3))
    case(lambda: L.Reshape((-1, 3)), (None, None, 3))
    for fmt in ("channels_last", "channels_first"):
        case(lambda: L.Flatten(data_format=fmt), (None, 4, 3, 5))
    case(lambda: L.Flatten(), (None, None, 5))
    case(lambda: L.Flatten(), (None,))
    case(lambda: L.Permute((3, 1, 2)), (None, 4, 3, 5))
    case(lambda: L.RepeatVector(6), (None, 4))
    case(lambda: L.RepeatVector(6), (None, 4, 3))
    case(lambda: L.Cropping1D((1, 4)), (None, 9, 3))
    case(lambda: L.Cropping1D((5, 4)), (None, 9, 3))
    case(lambda: L.ZeroPadding1D((1, 4)), (None, 9, 3))
    case(lambda: L.ZeroPadding1D(2), (None, None, 3))
    case(lambda: L.UpSampling1D(3), (None, 9, 3))
    for fmt in ("channels_last", "channels_first"):
        case(lambda: L.Cropping2D(((1, 0), (2, 1)), data_format=fmt), spatial(2, 3, fmt))
        case(lambda: L.ZeroPadding2D(((1, 0), (2, 1)), data_format=fmt), spatial(2, 3, fmt))
        case(lambda: L.Cropping3D(((1, 0), (2, 1), (0, 3)), data_format=fmt), spatial(3, 3, fmt))
        case(lambda: L.ZeroPadding3D(((1, 0), (2, 1), (0, 3)), data_format=fmt), spatial(3, 3, fmt))
        case(lambda: L.UpSampling2D((2, 3), data_format=fmt), spatial(2, 3, fmt))
        case(lambda: L.UpSampling3D((2, 1, 3), data_format=fmt), spatial(3, 3, fmt))
    case(lambda: L.UpSampling2D(2, interpolation="bilinear"), spatial(2, 3))


def preprocessing():
    case(lambda: L.Rescaling(1 / 127.5, -1), (None, 8, 8, 3))
    case(lambda: L.Rescaling([0.1, 0.2, 0.3], [1, 2, 3]), (None, 8, 8, 3))
    case(lambda: L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 5.0, 6.0]), (None, 8, 3))
    case(lambda: L.Normalization(mean=1.0, variance=4.0, axis=None, invert=True), (None, 8, 3))
    case(lambda: L.Normalization(axis=-1), (None, 8, 3))
    case(lambda: L.Normalization(axis=(1, 2)), (None, 8, 3))
    case(lambda: L.Normalization(axis=None), (None, 8, 3))
    for interpolation in ("nearest", "bilinear", "bicubic"):
        case(lambda: L.Resizing(5, 12, interpolation=interpolation), (None, 8, 9, 3))
    case(lambda: L.Resizing(5, 12, crop_to_aspect_ratio=True), (None, 8, 9, 3))
    case(lambda: L.Resizing(5, 12, data_format="channels_first"), (None, 3, 8, 9))
    case(lambda: L.CenterCrop(5, 6), (None, 8, 9, 3))
    for mode in ("int", "one_hot", "multi_hot", "count"):
        case(lambda: L.Discretization(bin_boundaries=[-1.0, 0.0, 2.0], output_mode=mode), (None, 4))
        case(lambda: L.Discretization(bin_boundaries=[-1.0, 0.0, 2.0], output_mode=mode), (None, 1))
    for mode in ("one_hot", "multi_hot", "count"):
        for given in ((None, 1), (None, 4), (None, 3, 4)) + (((None,),) if mode == "one_hot" else ()):
            case(lambda: L.CategoryEncoding(num_tokens=6, output_mode=mode), given, dtype="int32")
    for make in (lambda: L.RandomFlip(), lambda: L.RandomContrast(0.2), lambda: L.RandomBrightness(0.2),
                 lambda: L.RandomRotation(0.2), lambda: L.RandomZoom(0.2), lambda: L.RandomTranslation(0.2, 0.1),
                 lambda: L.RandomShear(0.1, 0.1), lambda: L.RandomHue(0.1), lambda: L.RandomSaturation(0.1),
                 lambda: L.RandomGrayscale(0.5), lambda: L.RandomPosterization(4), lambda: L.RandomSharpness(0.1),
                 lambda: L.RandomColorJitter(brightness_factor=0.1), lambda: L.RandomColorDegeneration(0.1),
                 lambda: L.RandomInvert(0.5), lambda: L.RandomErasing(0.5), lambda: L.RandomPerspective(0.5),
                 lambda: L.RandomGaussianBlur(0.5), lambda: L.RandomElasticTransform(0.5),
                 lambda: L.RandAugment(), lambda: L.AugMix(), lambda: L.CutMix(), lambda: L.MixUp()):
        case(make, (None, 8, 9, 3))
    case(lambda: L.RandomCrop(5, 6), (None, 8, 9, 3))
    for make in (lambda: L.AutoContrast(), lambda: L.Solarization(), lambda: L.MaxNumBoundingBoxes(3),
                 lambda: L.Pipeline([L.AutoContrast(), L.Equalization(), L.Rescaling(0.5)])):
        case(make, (None, 8, 9, 3))
    if KERAS3:
        case(lambda: L.STFTSpectrogram(mode="log", window=None, frame_length=16, frame_step=8, fft_length=16), (None, 64, 1))
        case(lambda: L.STFTSpectrogram(mode="stft", window=None, frame_length=16, frame_step=8, fft_length=32, padding="same",
                                       expand_dims=True), (None, 64, 2))
        case(lambda: L.MelSpectrogram(fft_length=16, sequence_stride=8, sequence_length=16, num_mel_bins=4), (None, 64))


def lookups():
    """Modes in which Keras says beforehand what shape and type comes out."""
    case(lambda: L.StringLookup(vocabulary=["a", "b"], num_oov_indices=2, mask_token=""), (None, 4), dtype="string")
    case(lambda: L.StringLookup(vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1.0, 2.0]), (None, 4),
         dtype="string")
    if not KERAS3:
        case(lambda: L.StringLookup(vocabulary=["a", "b"], invert=True), (None, 4), dtype="int64")
        case(lambda: L.Hashing(7), (None, 4), dtype="string")
    case(lambda: L.IntegerLookup(vocabulary=[3, 5], num_oov_indices=2), (None, 4), dtype="int64")
    case(lambda: L.IntegerLookup(vocabulary=[3, 5], invert=True), (None, 4), dtype="int32")
    case(lambda: L.TextVectorization(vocabulary=["a", "b"], output_sequence_length=7), (None, 1), dtype="string")
    case(lambda: L.TextVectorization(vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1.0, 2.0]), (None,),
         dtype="string")
    case(lambda: L.Hashing(7, output_mode="multi_hot", salt=5), (None, 4), dtype="int32")
    case(lambda: L.HashedCrossing(7), (None, 1), (None, 1), dtype=["string", "int64"], as_list=True)
    case(lambda: L.HashedCrossing(7, output_mode="one_hot"), (None, 1), (None, 1), dtype="int32", as_list=True)


def write(path, table):
    with open(path, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, sort_keys=True, separators=(",", ":")) for c in table) + "\n]\n")
    print(len(table), "cases", file=sys.stderr)


def all_cases():
    for part in (core, windows, recurrent, attention, normalization, merging, reshaping, preprocessing,
                 lookups):
        part()


if __name__ == "__main__":
    all_cases()
    write(sys.argv[1], cases)
