"""Draws single layers with random options, for the differential generator.

Each function takes (d, shape) -- a Draw and the input's shape without batch -- and
returns a layer, or raises when its options do not go together; the caller then
draws again. Works with Keras 3 and with Keras 2 (tf.keras).
"""

ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "swish", "gelu",
               "exponential", "hard_sigmoid", "softmax", "relu6"]
ACTIVATIONS3 = ["leaky_relu", "celu", "hard_silu", "log_sigmoid", "sparse_sigmoid", "tanh_shrink", "hard_tanh",
                "log_softmax", "sparsemax", "squareplus", "soft_shrink", "hard_shrink", "sparse_plus", "mish", "silu"]


def activation(d, channels=2):
    names = ACTIVATIONS + (ACTIVATIONS3 if d.keras3 else [])
    if not d.keras3:
        names = [n for n in names if n != "relu6"]
    return d.one(names)


# ---- any rank ----

def dense(d, shape):
    return d.L.Dense(d.int(1, 6), activation=activation(d), use_bias=d.bool())


def activation_layer(d, shape):
    return d.L.Activation(activation(d))


def relu(d, shape):
    slope = "negative_slope"
    return d.L.ReLU(**d.some(max_value=d.one([None, 1.5, 6.0]), threshold=d.one([0.0, 0.3]), **{slope: d.one([0.0, 0.2])}))


def leaky_relu(d, shape):
    return d.L.LeakyReLU(**{"negative_slope" if d.keras3 else "alpha": d.one([0.05, 0.3])})


def elu(d, shape):
    return d.L.ELU(alpha=d.one([0.5, 1.0]))


def prelu(d, shape):
    axes = [i for i in range(1, len(shape)) if d.bool() and shape[i - 1] is not None]
    return d.L.PReLU(shared_axes=axes or None)


def softmax(d, shape):
    return d.L.Softmax(axis=d.one([-1] + list(range(1, len(shape) + 1))))


def identity(d, shape):
    return d.one([lambda: d.L.Dropout(0.3), lambda: d.L.GaussianNoise(0.1), lambda: d.L.GaussianDropout(0.2),
                  lambda: d.L.ActivityRegularization(l2=0.01), lambda: d.L.AlphaDropout(0.2)])()


def batch_normalization(d, shape):
    return d.L.BatchNormalization(axis=d.one([-1, len(shape)]), epsilon=d.one([1e-3, 1e-5]), center=d.bool(), scale=d.bool())


def layer_normalization(d, shape):
    axis = -1 if d.bool() else sorted(d.sample(range(1, len(shape) + 1), d.int(1, len(shape))))
    return d.L.LayerNormalization(axis=axis, epsilon=d.one([1e-3, 1e-6]), center=d.bool(), scale=d.bool())


def group_normalization(d, shape):
    groups = d.one([g for g in range(1, shape[-1] + 1) if shape[-1] % g == 0] + [-1])
    return d.L.GroupNormalization(groups=groups, center=d.bool(), scale=d.bool())


def unit_normalization(d, shape):
    return d.L.UnitNormalization(axis=-1 if d.keras3 or d.bool() else [1])


def rms_normalization(d, shape):
    return d.L.RMSNormalization(axis=d.one([-1, len(shape)]), epsilon=d.one([1e-6, 1e-3]))


def normalization(d, shape):
    return d.L.Normalization(axis=-1, mean=[d.real() for _ in range(shape[-1])],
                             variance=[abs(d.real()) + 0.2 for _ in range(shape[-1])], **({"invert": d.bool()}))


def rescaling(d, shape):
    return d.L.Rescaling(d.one([0.5, 1 / 255.0]), offset=d.one([0.0, -1.0]))


def flatten(d, shape):
    return d.L.Flatten(data_format=d.one(["channels_last", "channels_first"]))


def reshape(d, shape):
    total = 1
    for n in shape:
        total *= n
    parts = [p for p in range(1, total + 1) if total % p == 0]
    first = d.one(parts)
    return d.L.Reshape(d.one([(first, total // first), (first, -1), (-1,), (-1, 1, total // first), (total,)]))


def permute(d, shape):
    return d.L.Permute(d.sample(range(1, len(shape) + 1), len(shape)))


def einsum_dense(d, shape):
    if len(shape) == 1:
        return d.L.EinsumDense("ab,bc->ac", output_shape=d.int(1, 5), bias_axes=d.one([None, "c"]), activation=activation(d))
    if len(shape) == 2:
        return d.L.EinsumDense(d.one(["abc,cd->abd", "...x,xy->...y"]), output_shape=(None, d.int(1, 5)), bias_axes=d.one([None, "d"]))
    raise ValueError("rank")


def masking(d, shape):
    return d.L.Masking(mask_value=0.0)


# ---- vectors ----

def repeat_vector(d, shape):
    return d.L.RepeatVector(d.int(1, 4))


# ---- sequences (time, features) ----

def conv_options(d, rank, causal=False, groups=1):
    strides, dilation = d.one([(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
    many = lambda low, high: [d.int(low, high) for _ in range(rank)]
    return dict(kernel_size=many(1, 3) if rank > 1 and d.bool() else d.int(1, 3), strides=strides, dilation_rate=dilation,
                padding=d.one(["valid", "same"] + (["causal"] if causal else [])), activation=activation(d), use_bias=d.bool())


def conv(rank):
    def make(d, shape):
        groups = d.one([g for g in range(1, shape[-1] + 1) if shape[-1] % g == 0])
        name = "Conv%dD" % rank
        return getattr(d.L, name)(groups * d.int(1, 3), groups=groups, **conv_options(d, rank, causal=rank == 1))
    make.__name__ = "conv%dd" % rank
    return make


def conv_transpose(rank):
    def make(d, shape):
        o = conv_options(d, rank)
        if o["dilation_rate"] != 1:
            o["dilation_rate"] = 1  # no kernel of the framework's for a CPU
        if o["strides"] > 1 and d.bool():
            o["output_padding"] = d.int(0, o["strides"] - 1)
        return getattr(d.L, "Conv%dDTranspose" % rank)(d.int(1, 4), **o)
    make.__name__ = "conv%dd_transpose" % rank
    return make


def depthwise(rank):
    def make(d, shape):
        o = conv_options(d, rank)
        if rank == 2:
            o["kernel_size"] = d.int(1, 3)
        return getattr(d.L, "DepthwiseConv%dD" % rank)(depth_multiplier=d.int(1, 3), **o)
    make.__name__ = "depthwise_conv%dd" % rank
    return make


def separable(rank):
    def make(d, shape):
        o = conv_options(d, rank, causal=rank == 1)
        return getattr(d.L, "SeparableConv%dD" % rank)(d.int(1, 4), depth_multiplier=d.int(1, 2), **o)
    make.__name__ = "separable_conv%dd" % rank
    return make


def pooling(kind, rank):
    def make(d, shape):
        o = dict(pool_size=d.int(1, 3), strides=d.one([None, 1, 2]), padding=d.one(["valid", "same"]))
        if d.keras3 and d.bool():
            o["data_format"] = d.one(["channels_last"] + (["channels_first"] if rank < 3 and kind == "Max" and False else []))
        return getattr(d.L, "%sPooling%dD" % (kind, rank))(**o)
    make.__name__ = "%s_pooling%dd" % (kind.lower(), rank)
    return make


def global_pooling(kind, rank):
    def make(d, shape):
        return getattr(d.L, "Global%sPooling%dD" % (kind, rank))(
            **d.some(keepdims=d.bool(), data_format=d.one(["channels_last", "channels_first"])))
    make.__name__ = "global_%s_pooling%dd" % (kind.lower(), rank)
    return make


def adaptive(kind, rank):
    def make(d, shape):
        return getattr(d.L, "Adaptive%sPooling%dD" % (kind, rank))(d.int(1, 4))
    make.__name__ = "adaptive_%s_pooling%dd" % (kind.lower(), rank)
    return make


def padding(rank):
    def make(d, shape):
        pairs = [(d.int(0, 2), d.int(0, 2)) for _ in range(rank)]
        value = d.one([d.int(0, 2), pairs if rank > 1 else pairs[0]])
        return getattr(d.L, "ZeroPadding%dD" % rank)(tuple(value) if isinstance(value, list) else value)
    make.__name__ = "zero_padding%dd" % rank
    return make


def cropping(rank):
    def make(d, shape):
        pairs = tuple((d.int(0, 1), d.int(0, 1)) for _ in range(rank))
        return getattr(d.L, "Cropping%dD" % rank)(pairs if rank > 1 else pairs[0])
    make.__name__ = "cropping%dd" % rank
    return make


def up_sampling(rank):
    def make(d, shape):
        o = {}
        if rank == 2:
            o["interpolation"] = d.one(["nearest", "bilinear"] + (["bicubic"] if d.keras3 else []))
        return getattr(d.L, "UpSampling%dD" % rank)(d.int(1, 3), **o)
    make.__name__ = "up_sampling%dd" % rank
    return make


def resizing(d, shape):
    return d.L.Resizing(d.int(2, 9), d.int(2, 9), interpolation=d.one(["bilinear", "nearest"]),
                        **d.some(crop_to_aspect_ratio=d.bool()))


def center_crop(d, shape):
    return d.L.CenterCrop(d.int(2, shape[0]), d.int(2, shape[1]))


def recurrent_options(d, state=False):
    o = dict(return_sequences=d.bool(), go_backwards=d.bool(), use_bias=d.bool())
    if d.bool():
        o["activation"] = d.one(["tanh", "relu", "sigmoid", "linear", "softsign"])
    return o


def simple_rnn(d, shape):
    return d.L.SimpleRNN(d.int(1, 5), **recurrent_options(d))


def lstm(d, shape):
    o = recurrent_options(d)
    if d.bool():
        o["recurrent_activation"] = d.one(["sigmoid", "hard_sigmoid", "tanh"])
    return d.L.LSTM(d.int(1, 5), **o)


def gru(d, shape):
    o = recurrent_options(d)
    if d.bool():
        o["recurrent_activation"] = d.one(["sigmoid", "hard_sigmoid"])
    return d.L.GRU(d.int(1, 5), reset_after=d.bool(), **o)


def cell(d):
    return d.one([d.L.LSTMCell, d.L.GRUCell, d.L.SimpleRNNCell])(d.int(1, 4), use_bias=d.bool())


def rnn(d, shape):
    cells = cell(d) if d.bool() else [cell(d) for _ in range(d.int(2, 3))]
    return d.L.RNN(cells, return_sequences=d.bool(), go_backwards=d.bool())


def bidirectional(d, shape):
    inner = d.one([lstm, gru, simple_rnn])(d, shape)
    inner.go_backwards = False
    config = inner.get_config()
    config.pop("name")
    fresh = type(inner).from_config(dict(config, go_backwards=False))
    return d.L.Bidirectional(fresh, merge_mode=d.one(["concat", "sum", "mul", "ave"]))


def time_distributed(d, shape):
    inner = d.layer(shape[1:])
    return d.L.TimeDistributed(inner)


def conv_lstm(rank):
    def make(d, shape):
        return getattr(d.L, "ConvLSTM%dD" % rank)(d.int(1, 3), kernel_size=d.int(1, 3), strides=d.one([1, 2]),
                                                  padding=d.one(["valid", "same"]), return_sequences=d.bool(),
                                                  use_bias=d.bool())
    make.__name__ = "conv_lstm%dd" % rank
    return make


ANY = [dense, activation_layer, relu, leaky_relu, elu, prelu, softmax, identity, batch_normalization, layer_normalization,
       unit_normalization, normalization, rescaling]
SPATIAL = [flatten, reshape, permute]
KERAS3 = [rms_normalization, group_normalization]

BY_RANK = {
    1: ANY + [repeat_vector, reshape, einsum_dense],
    2: ANY + SPATIAL + [einsum_dense, masking, conv(1), conv_transpose(1), depthwise(1), separable(1), pooling("Max", 1),
                        pooling("Average", 1), global_pooling("Max", 1), global_pooling("Average", 1), padding(1), cropping(1),
                        up_sampling(1), simple_rnn, lstm, gru, rnn, bidirectional, lstm, gru, time_distributed,
                        adaptive("Max", 1), adaptive("Average", 1)],
    3: ANY + SPATIAL + [conv(2), conv_transpose(2), depthwise(2), separable(2), pooling("Max", 2), pooling("Average", 2),
                        global_pooling("Max", 2), global_pooling("Average", 2), padding(2), cropping(2), up_sampling(2),
                        resizing, center_crop, time_distributed, conv_lstm(1), adaptive("Max", 2), adaptive("Average", 2)],
    4: ANY + SPATIAL + [conv(3), conv_transpose(3), pooling("Max", 3), pooling("Average", 3), global_pooling("Max", 3),
                        global_pooling("Average", 3), padding(3), cropping(3), up_sampling(3), time_distributed, conv_lstm(2),
                        adaptive("Max", 3), adaptive("Average", 3)],
}
ONLY3 = {"adaptive", "rms", "conv_lstm1d"}
