"""Options that many layers share: activations, initializers, regularizers, constraints, data formats."""
ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "swish", "gelu",
               "exponential", "hard_sigmoid", "softmax", None]
ACTIVATIONS3 = ["leaky_relu", "celu", "hard_silu", "log_sigmoid", "sparse_sigmoid", "tanh_shrink", "hard_tanh",
                "log_softmax", "sparsemax", "squareplus", "soft_shrink", "hard_shrink", "sparse_plus", "mish", "silu", "relu6"]


def activation(d):
    """The name of an activation that this release has."""
    return d.one(ACTIVATIONS + ([n for n in ACTIVATIONS3 if hasattr(d.keras.activations, n)] if d.keras3 else []))


def perhaps_object(d):
    """An activation: a name, or now and then a layer."""
    if d.keras3 and d.rarely(15):
        return d.one([lambda: d.L.ReLU(max_value=d.one([None, 2.0]), negative_slope=0.1), lambda: d.L.LeakyReLU(negative_slope=0.2),
                      lambda: d.L.ELU(alpha=0.5), lambda: d.L.Softmax()])()
    return activation(d)


def decorated(d, *names):
    """Now and then an initializer, a regularizer or a constraint for a weight: nothing of them is computed, all is in the file."""
    k, options = d.keras, {}
    for name in names:
        if d.rarely(6):
            made = d.one([k.initializers.HeNormal, k.initializers.Orthogonal, k.initializers.Zeros, k.initializers.GlorotNormal,
                          k.initializers.TruncatedNormal, k.initializers.LecunUniform, k.initializers.VarianceScaling])
            options[name + "_initializer"] = d.one([made(), "ones", k.initializers.Constant(0.3), k.initializers.RandomUniform(-1, 1, seed=3)])
        if d.rarely(8) and not name.startswith("moving"):
            options[name + "_regularizer"] = d.one(["l2", k.regularizers.L1L2(0.01, 0.02), k.regularizers.L1(0.01), k.regularizers.L2(0.02)])
        if d.rarely(8) and not name.startswith("moving"):
            options[name + "_constraint"] = d.one(["non_neg", k.constraints.MaxNorm(2.0), k.constraints.UnitNorm(axis=0),
                                                   k.constraints.MinMaxNorm(0.1, 2.0)])
    return options


def formatted(d):
    """A data format, or none given."""
    return {"data_format": d.one(["channels_last", "channels_first"])} if d.rarely(3) else {}


def channels(shape, options):
    """How many channels a shape has under these options."""
    return shape[0] if options.get("data_format") == "channels_first" else shape[-1]
