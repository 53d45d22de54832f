"""Draws layers of windows over one to three axes: convolutions, pooling, padding, cropping, up-sampling."""
from options import activation, channels, decorated, formatted, perhaps_object


def named(name, rank):
    """Gives a maker its name, by which releases without the layer leave it out."""
    def set_name(make):
        make.__name__ = "%s%dd" % (name, rank) if "%" not in name else name % rank
        return make
    return set_name


def window(d, rank, causal=False):
    strides, dilation = d.one([(1, 1), (2, 1), (3, 1), (1, 2), (1, 3)])
    kernel = [d.int(1, 3) for _ in range(rank)] if rank > 1 and d.bool() else d.int(1, 3)
    if rank > 1 and strides > 1 and d.bool():
        strides = [d.int(1, 3) for _ in range(rank)]
    if rank > 1 and dilation > 1 and d.bool():
        dilation = [d.int(1, 3) for _ in range(rank)]
    return dict(kernel_size=kernel, strides=strides, dilation_rate=dilation, padding=d.one(["valid", "same"] + (["causal"] if causal else [])),
                activation=activation(d), use_bias=d.bool())


def conv(rank):
    @named("conv", rank)
    def make(d, shape):
        o = dict(window(d, rank, causal=rank == 1), **formatted(d))
        if o.get("data_format") == "channels_first" and o["padding"] == "causal":
            o["padding"] = "same"
        groups = d.one([g for g in range(1, channels(shape, o) + 1) if channels(shape, o) % g == 0])
        o["activation"] = perhaps_object(d)
        return getattr(d.L, "Conv%dD" % rank)(groups * d.int(1, 3), groups=groups, **o, **decorated(d, "kernel", "bias"))
    return make


def conv_transpose(rank):
    @named("conv%dd_transpose", rank)
    def make(d, shape):
        o = dict(window(d, rank), **formatted(d))
        o["dilation_rate"] = 1 if rank != 2 or d.bool() else o["dilation_rate"]
        if isinstance(o["strides"], int) and o["strides"] > 1 and d.bool():
            o["output_padding"] = d.int(0, o["strides"] - 1)
        return getattr(d.L, "Conv%dDTranspose" % rank)(d.int(1, 4), **o, **decorated(d, "kernel"))
    return make


def depthwise(rank):
    @named("depthwise_conv", rank)
    def make(d, shape):
        o = dict(window(d, rank), **formatted(d))
        return getattr(d.L, "DepthwiseConv%dD" % rank)(depth_multiplier=d.int(1, 3), **o, **decorated(d, "depthwise"))
    return make


def separable(rank):
    @named("separable_conv", rank)
    def make(d, shape):
        o = dict(window(d, rank, causal=rank == 1), **formatted(d))
        return getattr(d.L, "SeparableConv%dD" % rank)(d.int(1, 4), depth_multiplier=d.int(1, 2), **o, **decorated(d, "pointwise"))
    return make


def locally_connected(rank):
    @named("locally_connected", rank)
    def make(d, shape):
        o = dict(kernel_size=[d.int(1, 3) for _ in range(rank)] if rank > 1 else d.int(1, 3), strides=d.int(1, 2), activation=activation(d),
                 use_bias=d.bool(), implementation=d.int(1, 3), **formatted(d))
        if o["implementation"] != 1:
            o["padding"] = d.one(["valid", "same"])
        return getattr(d.L, "LocallyConnected%dD" % rank)(d.int(1, 3), **o)
    return make


def pooling(kind, rank):
    @named(kind.lower() + "_pooling", rank)
    def make(d, shape):
        size = [d.int(1, 3) for _ in range(rank)] if rank > 1 and d.bool() else d.int(1, 3)
        return getattr(d.L, "%sPooling%dD" % (kind, rank))(pool_size=size, strides=d.one([None, 1, 2, 3]), padding=d.one(["valid", "same"]), **formatted(d))
    return make


def global_pooling(kind, rank):
    @named("global_%s_pooling" % kind.lower(), rank)
    def make(d, shape):
        keep = d.some(keepdims=d.bool()) if d.version >= (2, 6) else {}
        return getattr(d.L, "Global%sPooling%dD" % (kind, rank))(**keep, **formatted(d))
    return make


def adaptive(kind, rank):
    @named("adaptive_%s_pooling" % kind.lower(), rank)
    def make(d, shape):
        size = [d.int(1, 4) for _ in range(rank)] if d.bool() else d.int(1, 4)
        return getattr(d.L, "Adaptive%sPooling%dD" % (kind, rank))(size, **formatted(d))
    return make


def padding(rank):
    @named("zero_padding", rank)
    def make(d, shape):
        pairs = tuple((d.int(0, 2), d.int(0, 2)) for _ in range(rank))
        value = d.one([d.int(0, 2), pairs if rank > 1 else pairs[0]] + ([tuple(d.int(0, 2) for _ in range(rank))] if rank > 1 else []))
        return getattr(d.L, "ZeroPadding%dD" % rank)(value, **(formatted(d) if rank > 1 else {}))
    return make


def cropping(rank):
    @named("cropping", rank)
    def make(d, shape):
        pairs = tuple((d.int(0, 1), d.int(0, 1)) for _ in range(rank))
        return getattr(d.L, "Cropping%dD" % rank)(d.one([pairs if rank > 1 else pairs[0], 1]), **(formatted(d) if rank > 1 else {}))
    return make


def up_sampling(rank):
    @named("up_sampling", rank)
    def make(d, shape):
        o = formatted(d) if rank > 1 else {}
        if rank == 2:
            late = d.version >= (2, 9)
            o["interpolation"] = d.one(["nearest", "bilinear"] + (["bicubic", "lanczos3", "lanczos5"] if late else []) +
                                       (["area", "gaussian", "mitchellcubic"] if late and not d.keras3 else []))
        size = [d.int(1, 3) for _ in range(rank)] if rank > 1 and d.bool() else d.int(1, 3)
        return getattr(d.L, "UpSampling%dD" % rank)(size, **o)
    return make


def _of(rank):
    kinds = ["Max", "Average"]
    made = [conv(rank), conv(rank), conv_transpose(rank), padding(rank), cropping(rank), up_sampling(rank)]
    made += [pooling(k, rank) for k in kinds] + [global_pooling(k, rank) for k in kinds] + [adaptive(k, rank) for k in kinds]
    return made + ([depthwise(rank), separable(rank), locally_connected(rank)] if rank < 3 else [])


BY_RANK = {rank: _of(rank) for rank in (1, 2, 3)}
