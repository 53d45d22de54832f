"""Draws layers over sequences: recurrent layers and their wrappers, attention, masks, initial states."""
from options import decorated, formatted

GATES = ["sigmoid", "hard_sigmoid", "tanh"]


def flags(d):
    o = dict(return_sequences=d.bool(), go_backwards=d.bool(), **d.some(unroll=d.rarely(4), use_bias=d.bool()))
    o.update(d.some(activation=d.one(["tanh", "relu", "sigmoid", "linear", "softsign", "selu", None])))
    if not d.keras3 and d.rarely(12):
        o["time_major"] = False
    return o


def simple_rnn(d, shape, **more):
    return d.L.SimpleRNN(d.int(1, 5), **dict(flags(d), **more), **decorated(d, "kernel"))


def lstm(d, shape, **more):
    o = dict(flags(d), **d.some(recurrent_activation=d.one(GATES), unit_forget_bias=d.bool(), dropout=0.1, implementation=d.int(1, 2)))
    if d.keras3:
        o.pop("implementation", None)
    return d.L.LSTM(d.int(1, 5), **dict(o, **more), **decorated(d, "recurrent"))


def gru(d, shape, **more):
    o = dict(flags(d), **d.some(recurrent_activation=d.one(GATES), reset_after=d.bool(), recurrent_dropout=0.1))
    return d.L.GRU(d.int(1, 5), **dict(o, **more), **decorated(d, "bias"))


def cell(d):
    kind = d.int(0, 2)
    o = d.some(use_bias=d.bool(), activation=d.one(["tanh", "relu"]))
    if kind == 0:
        return d.L.LSTMCell(d.int(1, 4), **o, **d.some(recurrent_activation=d.one(GATES)))
    if kind == 1:
        return d.L.GRUCell(d.int(1, 4), **o, **d.some(reset_after=d.bool()))
    return d.L.SimpleRNNCell(d.int(1, 4), **o)


def rnn(d, shape):
    cells = d.one([lambda: cell(d), lambda: [cell(d) for _ in range(d.int(2, 3))], lambda: d.L.StackedRNNCells([cell(d), cell(d)])])()
    zero = d.some(zero_output_for_mask=d.bool())
    return d.L.RNN(cells, return_sequences=d.bool(), go_backwards=d.bool(), **d.some(unroll=d.rarely(4)), **zero)


def bidirectional(d, shape):
    kind = d.one([lstm, gru, simple_rnn])
    inner = kind(d, shape, go_backwards=False)
    o = {}
    if d.rarely(3):
        o["backward_layer"] = d.one([lstm, gru, simple_rnn])(d, shape, go_backwards=True, return_sequences=inner.return_sequences)
        o["backward_layer"]._name += "_back"
        if d.keras3:
            o["backward_layer"].units = inner.units
    return d.L.Bidirectional(inner, merge_mode=d.one(["concat", "sum", "mul", "ave"]), **o)


def conv_lstm(rank):
    def make(d, shape):
        o = dict(kernel_size=d.int(1, 3), strides=d.one([1, 2]), padding=d.one(["valid", "same"]), return_sequences=d.bool(), use_bias=d.bool(),
                 go_backwards=d.bool(), **d.some(activation=d.one(["tanh", "relu"]), recurrent_activation=d.one(GATES)), **formatted(d))
        if o["strides"] == 1 and d.rarely(3):
            o["dilation_rate"] = 2
        return getattr(d.L, "ConvLSTM%dD" % rank)(d.int(1, 3), **o)
    make.__name__ = "conv_lstm%dd" % rank
    return make


RECURRENT = [simple_rnn, lstm, lstm, gru, gru, rnn, rnn, bidirectional, bidirectional]


def states(d, x):
    """A layer that returns its states, and all that it returns joined."""
    layer = d.one([lstm, gru, simple_rnn])(d, x.shape[1:], return_state=True)
    if d.rarely(3):
        layer = d.L.Bidirectional(d.one([lstm, gru])(d, x.shape[1:], return_state=True, go_backwards=False, return_sequences=False),
                                  merge_mode=d.one(["concat", "sum", None]))
    parts = layer(x)
    flat = [p if len(p.shape) == 2 else d.L.GlobalMaxPooling1D()(p) for p in parts]
    return d.L.Concatenate()(flat)


def decoder(d):
    """An encoder whose states a decoder starts from."""
    i, j = d.keras.Input((d.int(3, 6), d.int(1, 4))), d.keras.Input((d.int(3, 6), d.int(1, 4)))
    kind, units = d.one(["LSTM", "GRU", "SimpleRNN"]), d.int(1, 4)
    encoded = getattr(d.L, kind)(units, return_state=True)(i)
    start = list(encoded[1:])
    layer = getattr(d.L, kind)(units, return_sequences=True, return_state=d.bool(), go_backwards=d.rarely(4))
    y = layer(j, initial_state=start if len(start) > 1 or d.bool() else start[0])
    y = y[0] if isinstance(y, (list, tuple)) else y
    if d.rarely(3):
        y = d.L.Concatenate()([y, d.L.Attention()([y, d.L.LSTM(units, return_sequences=True)(i)])])
    return d.keras.Model([i, j], d.L.Dense(d.int(1, 3))(y))


def attend(d, x):
    """Attention of x to itself or to a branch of it with another number of steps."""
    kind, rank = d.int(0, 5), len(x.shape)
    other = x if d.bool() or rank != 3 or x.shape[1] is None else d.L.Dense(d.int(1, 4))(d.L.Cropping1D((1, 0))(x))
    if kind <= 2:
        o = d.some(value_dim=d.int(2, 4), use_bias=d.bool(), output_shape=d.int(1, 5), dropout=0.1)
        if rank > 3:
            o["attention_axes"] = d.one([None, 1, (1, 2), 2])
        if d.version >= (3, 13):
            o.update(d.some(use_gate=d.bool()))
        layer = d.L.MultiHeadAttention(d.int(1, 3), d.int(2, 4), **o)
        call = d.some(use_causal_mask=d.bool()) if d.version >= (2, 10) and rank == 3 else {}
        if d.rarely(4):
            y, scores = layer(x, other, return_attention_scores=True, **call)
            return y if d.bool() else d.L.Flatten()(scores)
        return layer(x, other, **({"key": d.L.Activation("tanh")(other)} if d.rarely(4) else {}), **call)
    if rank != 3:
        raise ValueError("rank")
    if kind == 3 and d.version >= (3, 0):
        heads = d.int(1, 2)
        o = d.some(use_bias=d.bool()) if d.version >= (3, 1) else {}
        return d.L.GroupQueryAttention(d.int(1, 4), heads * d.int(1, 2), heads, **o)(x, other, **d.some(use_causal_mask=d.bool()))
    same = d.L.Dense(x.shape[-1])(other)
    call = d.some(use_causal_mask=d.bool()) if d.version >= (2, 10) else {}
    inputs = [x, same] if d.bool() else [x, other, same]
    if kind == 4:
        o = d.some(score_mode=d.one(["dot", "concat"])) if d.version >= (2, 8) else {}
        return d.L.Attention(use_scale=d.bool(), **o)(inputs, **call)
    return d.L.AdditiveAttention(use_scale=d.bool())(inputs, **call)


def _masked_step(d, x):
    """A layer behind a mask, most of them such as do something with it."""
    kind, shape = d.int(0, 15), x.shape[1:]
    if kind <= 3 and len(shape) == 2:
        return d.one([lstm, gru, simple_rnn])(d, shape, return_sequences=d.int(0, 2) > 0)(x)
    if kind == 4 and len(shape) == 2:
        return d.one([rnn, bidirectional, bidirectional])(d, shape)(x)
    if kind == 5:
        return d.L.TimeDistributed(d.L.Dense(d.int(1, 4)))(x)
    if kind == 6 and len(shape) == 2:
        return attend(d, x)
    if kind == 7 and len(shape) == 2:
        return d.L.GlobalAveragePooling1D()(x)
    if kind == 8:
        return d.L.Softmax(axis=d.one([-1, 1]))(x)
    if kind in (9, 10):
        name = d.one(["Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Subtract"])
        other = d.one([lambda: d.L.Dense(x.shape[-1])(x), lambda: d.L.Masking()(d.L.Activation("relu")(x)), lambda: d.L.Conv1D(x.shape[-1], 1)(x)])()
        merge = d.L.Concatenate(axis=d.one([-1, 1])) if name == "Concatenate" else getattr(d.L, name)()
        return merge([x, other])
    if kind == 11:
        return d.one([d.L.Dense(d.int(1, 4)), d.L.Dropout(0.2), d.L.LayerNormalization(), d.L.Activation("tanh"), d.L.BatchNormalization()])(x)
    if kind == 12:
        i = d.keras.Input(tuple(shape))
        return d.keras.Model(i, _masked_step(d, d.L.Dense(d.int(1, 3))(i)))(x)
    if kind == 13:
        return d.keras.Sequential([d.keras.Input(tuple(shape)), d.L.Dense(2), d.L.LSTM(2, return_sequences=d.bool())])(x)
    return d.layer(tuple(shape))(x)


def masked(d, depth):
    """Sequences some of whose steps are masked, through layers that keep, use or drop the mask."""
    if d.bool():
        i = d.keras.Input((d.one([None, d.int(3, 7)]),), dtype=d.one(["int32", "int32", "float32"]))
        d.index = i
        x = d.L.Embedding(9, d.int(1, 5), mask_zero=d.int(0, 3) > 0, **decorated(d, "embeddings"))(i)
    else:
        i = d.keras.Input((d.one([None, d.int(3, 7)]), d.int(1, 4)))
        x = d.L.Masking(mask_value=0.0)(i)
    for _ in range(depth + 1):
        for _ in range(10):
            try:
                x = _masked_step(d, x)
                break
            except Exception:  # options that do not go together
                continue
    if d.keras3 and d.rarely(6):
        return d.keras.Model(i, [x, d.L.Activation("tanh")(x)])
    return d.keras.Model(i, x)
