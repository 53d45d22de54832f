"""Numbers for tests/unit/test_operators.c: each operator of inference/operators.def,
computed by ONNX's reference evaluator or by ONNX Runtime, written as text.

    python operators.py > ../files/operators.txt      (needs onnx, onnxruntime, numpy)

A case is a line "op NAME key=value …" with the attributes as inference/graph.h names
them, its inputs and its outputs, one a line: kind, type, shape, numbers.
"""
import math

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

OPSET = 18
random = np.random.default_rng(20261125)
TYPES = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL,
         "float64": TensorProto.DOUBLE}


def compute(op, inputs, attributes, outputs, runtime, domain_opset=OPSET):
    names = [f"i{k}" if x is not None else "" for k, x in enumerate(inputs)]
    node = helper.make_node(op, names, [f"o{k}" for k in range(outputs)], **attributes)
    given = {n: x for n, x in zip(names, inputs) if n}
    graph = helper.make_graph(
        [node], "g",
        [helper.make_tensor_value_info(n, TYPES[str(x.dtype)], x.shape) for n, x in given.items()],
        [helper.make_empty_tensor_value_info(f"o{k}") for k in range(outputs)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", domain_opset)], ir_version=9)
    if runtime:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, given)
    return ReferenceEvaluator(model).run(None, given)


def show(kind, x):
    x = np.asarray(x)
    if x.dtype == np.float64:
        numbers = " ".join("%.12g" % v for v in x.ravel())
    elif x.dtype == np.float32:
        numbers = " ".join("%.9g" % v for v in x.ravel())
    else:
        numbers = " ".join(str(int(v)) for v in x.ravel())
    print(kind, x.dtype, ",".join(map(str, x.shape)) or "-", numbers)


def value(v):
    if isinstance(v, (list, tuple)):
        return ",".join(str(int(i)) for i in v)
    return str(int(v)) if isinstance(v, bool) else str(v)


def case(op, inputs, ours=None, theirs=None, constants=(), outputs=1, runtime=False, as_op=None, results=None,
         opset=OPSET):
    """`constants`: what ONNX takes as further inputs and we as attributes. `results`: computed by the caller."""
    ours, theirs = ours or {}, theirs or {}
    if results is None:
        wide = [x.astype(np.float64) if x is not None and x.dtype == np.float32 and not runtime else x for x in inputs]
        results = compute(as_op or op, wide + list(constants), theirs, outputs, runtime, opset)
    print("op", op, " ".join(f"{k}={value(v)}" for k, v in ours.items()))
    for x in inputs:
        if x is None:
            print("none")
        else:
            show("in", x)
    for x in results:
        show("out", x)


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


def i64(*values):
    return np.array(values, np.int64)


def unary():
    x = normal(2, 3, 4) * 2
    for op in "Identity Abs Neg Ceil Floor Round Sign Exp Sin Cos Tan Sinh Cosh Tanh Atan Asinh Relu Sigmoid " \
              "Softplus Softsign Mish".split():
        case(op, [x])
    case("Erf", [x], results=[np.vectorize(math.erf)(x.astype(np.float64))])
    wide = x.astype(np.float64)
    case("HardSwish", [x], results=[wide * np.clip(wide / 6 + 0.5, 0, 1)])
    positive = np.abs(x) + np.float32(0.1)
    for op in "Sqrt Log Reciprocal".split():
        case(op, [positive])
    case("Acosh", [positive + 1])
    for op in "Asin Acos Atanh".split():
        case(op, [np.tanh(x)])
    # attributes are float32 in ONNX: these are exact in it
    for op, a in (("LeakyRelu", {"alpha": 0.25}), ("ThresholdedRelu", {"alpha": 0.75}), ("Elu", {"alpha": 1.5}),
                  ("Celu", {"alpha": 0.75}), ("Selu", {"alpha": 1.625, "gamma": 1.0625}),
                  ("HardSigmoid", {"alpha": 0.25, "beta": 0.5})):
        case(op, [x], a, a)
    case("Clip", [x], {"alpha": -0.5, "beta": 1.25}, constants=[np.float64(-0.5), np.float64(1.25)],
         results=[np.clip(x.astype(np.float64), -0.5, 1.25)])
    special = np.array([np.nan, np.inf, -np.inf, 0, -1, 2], np.float32)
    case("IsNaN", [special])
    case("IsInf", [special])
    case("Not", [np.array([True, False, True])])
    integers = random.integers(-9, 9, (3, 4))
    for op in "Abs Neg Sign".split():
        case(op, [integers])
    case("Cast", [x], {"to": "int64"}, {"to": TensorProto.INT64})
    case("Cast", [x], {"to": "bool"}, {"to": TensorProto.BOOL})
    case("Cast", [integers], {"to": "float32"}, {"to": TensorProto.FLOAT})
    case("Cast", [integers > 0], {"to": "int64"}, {"to": TensorProto.INT64})
    odd = np.concatenate([normal(200) * 100, normal(40) * 1e-5, normal(20) * 3e-8, [65504, 65519, 65520, 1e9, -1e9, 0]])
    odd = odd.astype(np.float32)
    with np.errstate(over="ignore"):
        case("Cast", [odd], {"to": "float16"}, results=[odd.astype(np.float16).astype(np.float32)])
    bits = odd.view(np.uint32).astype(np.uint64)
    near = ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    case("Cast", [odd], {"to": "bfloat16"}, results=[near])


def binary():
    pairs = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((3, 1), (2, 1, 5)), ((2, 3), ()), ((), (2, 3)), ((1, 1), (1,))]
    for a, b in pairs:
        x, y = np.asarray(normal(*a)), np.asarray(normal(*b))
        for op in "Add Sub Mul Div Max Min PRelu".split():
            if op == "PRelu" and len(b) > len(a):
                continue
            case(op, [x, y], results=[np.where(x < 0, x.astype(float) * y, x + 0.0 * y)] if op == "PRelu" else None)
        case("Pow", [np.abs(x), y])
        case("Mod", [x, y], results=[np.mod(x.astype(float), y.astype(float))])
        for op in "Equal Less LessOrEqual Greater GreaterOrEqual".split():
            case(op, [x, y])
    a, b = random.integers(-9, 9, (4, 5)), random.integers(1, 9, (5,)) * np.array([1, -1, 1, -1, 1])
    for op in "Add Sub Mul Max Min Equal Less Mod".split():
        case(op, [a, b])
    case("Div", [a, b], results=[np.trunc(a / b).astype(np.int64)])
    case("Pow", [a, np.abs(b)], results=[a ** np.abs(b)])
    for op in "And Or Xor".split():
        case(op, [a > 0, b > 0])
    case("Where", [normal(3, 1) > 0, normal(3, 4), normal(4)])
    case("Where", [normal(3, 4) > 0, random.integers(0, 9, (1, 4)), random.integers(0, 9, (3, 1))])


def along():
    x = normal(2, 3, 4, 5)
    for op in "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceSumSquare ReduceL1 ReduceL2 " \
              "ReduceLogSumExp".split():
        for axes, keep in (((1,), True), ((0, 2), False), ((3,), False), ((1, 2, 3), False)):
            case(op, [x], {"axes": axes, "keepdims": keep}, {"keepdims": int(keep)}, [i64(*axes)])
        case(op, [x], {"keepdims": False}, {"keepdims": 0})
    n = random.integers(-9, 9, (3, 4))
    for op in "ReduceSum ReduceMax ReduceMin ReduceProd".split():
        case(op, [n], {"axes": (1,), "keepdims": False}, {"keepdims": 0}, [i64(1)])
    case("ReduceMax", [n > 5], {"axes": (1,), "keepdims": False}, results=[(n > 5).any(1)])
    case("ReduceMin", [n > -8], {"axes": (0,), "keepdims": False}, results=[(n > -8).all(0)])
    for op in "ArgMax ArgMin".split():
        for axis, keep in ((0, True), (2, False)):
            case(op, [x], {"axis": axis, "keepdims": keep}, {"axis": axis, "keepdims": int(keep)})
    for op in "Softmax LogSoftmax".split():
        for axis in (0, 1, 3):
            case(op, [x * 5], {"axis": axis}, {"axis": axis})
    for exclusive in (0, 1):
        for reverse in (0, 1):
            both = {"exclusive": exclusive, "reverse": reverse}
            case("CumSum", [x], {"axis": 2, **both}, both, [np.array(2)])
    case("CumSum", [n], {"axis": 1}, {}, [np.array(1)])
    case("Sort", [x], {"axis": 1}, results=[np.sort(x, 1)])


def products():
    for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 2)),
                 ((1, 40), (40, 300)), ((7, 33), (33, 1))):
        case("MatMul", [normal(*a), normal(*b)])
    case("MatMul", [random.integers(-5, 5, (3, 4)), random.integers(-5, 5, (4, 2))])
    for c in ((5,), (3, 1), (3, 5), (1,), ()):
        case("Gemm", [normal(3, 4), normal(4, 5), np.asarray(normal(*c))])
    case("Gemm", [normal(3, 4), normal(4, 5)])


def windows():
    for spatial, kernel, channels, filters, group, stride, dilation, pads, bias in (
            ((9,), (3,), 4, 6, 1, (1,), (1,), (0, 0), True), ((9,), (3,), 4, 6, 2, (2,), (1,), (1, 1), True),
            ((12,), (3,), 2, 2, 2, (1,), (3,), (6, 0), False), ((7, 8), (3, 3), 3, 5, 1, (1, 1), (1, 1), (1, 1, 1, 1), True),
            ((7, 8), (3, 2), 4, 8, 4, (2, 1), (1, 1), (0, 1, 1, 0), True), ((8, 9), (2, 3), 4, 4, 4, (1, 1), (2, 2), (1, 2, 1, 2), False),
            ((7, 8), (1, 1), 16, 32, 1, (1, 1), (1, 1), (0, 0, 0, 0), True), ((7, 8), (5, 5), 1, 16, 1, (2, 2), (1, 1), (2, 2, 2, 2), True),
            ((5, 6, 4), (3, 2, 2), 2, 3, 1, (1, 2, 1), (1, 1, 1), (1, 0, 1, 1, 1, 0), True),
            ((5, 6, 4), (2, 2, 2), 4, 4, 2, (1, 1, 1), (2, 1, 1), (0, 0, 0, 0, 0, 0), False)):
        a = {"strides": stride, "dilations": dilation, "pads": pads, "group": group}
        x = [normal(2, channels, *spatial), normal(filters, channels // group, *kernel)] + ([normal(filters)] if bias else [])
        case("Conv", x, a, a, runtime=True)
    for spatial, kernel, channels, filters, group, stride, dilation, pads, extra in (
            ((6,), (3,), 4, 5, 1, (1,), (1,), (0, 0), (0,)), ((6,), (4,), 4, 6, 2, (2,), (1,), (1, 1), (1,)),
            ((5, 6), (3, 3), 3, 5, 1, (2, 2), (1, 1), (1, 0, 0, 1), (0, 1)), ((5, 6), (2, 3), 2, 4, 1, (1, 1), (2, 2), (1, 1, 1, 1), (0, 0)),
            ((3, 4, 2), (2, 2, 3), 2, 3, 1, (2, 1, 2), (1, 1, 1), (0, 0, 1, 0, 0, 1), (0, 0, 0))):
        a = {"strides": stride, "dilations": dilation, "pads": pads, "group": group, "output_padding": extra}
        case("ConvTranspose", [normal(2, channels, *spatial), normal(channels, filters // group, *kernel), normal(filters)],
             a, a, runtime=True)
    for spatial, kernel, stride, pads in (((9,), (3,), (2,), (1, 1)), ((7, 8), (2, 2), (2, 2), (0, 0, 0, 0)),
                                          ((7, 8), (3, 2), (1, 2), (1, 0, 1, 1)), ((5, 4, 6), (2, 2, 3), (1, 2, 3), (0, 0, 0, 1, 0, 0))):
        shared = {"strides": stride, "pads": pads}
        x = normal(2, 3, *spatial)
        case("MaxPool", [x], {"kernel": kernel, **shared}, {"kernel_shape": kernel, **shared}, runtime=True)
        for count in (0, 1):
            case("AveragePool", [x], {"kernel": kernel, "count_include_pad": count, **shared},
                 {"kernel_shape": kernel, "count_include_pad": count, **shared}, runtime=True)


def recurrences():
    functions = {"LSTM": (["Sigmoid", "Tanh", "Tanh"], ["HardSigmoid", "Relu", "Relu"]),
                 "GRU": (["Sigmoid", "Tanh"], ["HardSigmoid", "Relu"]), "RNN": (["Tanh"], ["Relu"])}
    for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
        for steps, batch, inputs, units, bias, state, reverse, other, reset in (
                (5, 2, 3, 4, True, False, False, 0, 1), (5, 2, 3, 4, False, True, False, 0, 0), (4, 3, 2, 5, True, True, True, 0, 0),
                (4, 1, 8, 16, True, False, True, 0, 1), (3, 2, 3, 4, True, True, False, 1, 1), (1, 1, 1, 1, True, False, False, 0, 0)):
            names = functions[op][other]
            theirs = {"hidden_size": units, "direction": "reverse" if reverse else "forward", "activations": names}
            gate = names[0] if op != "RNN" else "Sigmoid"
            ours = {"mode": "reverse" if reverse else "forward", "gates": gate, "states": names[-1]}
            if op == "GRU":
                theirs["linear_before_reset"] = ours["linear_before_reset"] = reset
            if other and op != "RNN":
                theirs["activation_alpha"], theirs["activation_beta"] = [0.25], [0.5]
                ours["gate_alpha"], ours["gate_beta"] = 0.25, 0.5
            x = [normal(steps, batch, inputs), normal(1, gates * units, inputs), normal(1, gates * units, units),
                 normal(1, 2 * gates * units) if bias else None, None, normal(1, batch, units) if state else None]
            if op == "LSTM":
                x.append(normal(1, batch, units) if state else None)
            while x[-1] is None:
                x.pop()
            case(op, x, ours, theirs, outputs=3 if op == "LSTM" else 2, runtime=True)


def movement():
    x = normal(3, 4, 5)
    case("Reshape", [x], {"shape": (5, 12)}, constants=[i64(5, 12)])
    case("Reshape", [x], {"shape": (3, 2, 2, 1, 5)}, constants=[i64(3, 2, 2, 1, 5)])
    case("Transpose", [x], {"axes": (2, 0, 1)}, {"perm": (2, 0, 1)})
    case("Slice", [x], {"starts": (0, 3, 1), "steps": (1, -1, 2), "shape": (3, 3, 2)},
         constants=[i64(0, 3, 1), i64(3, 0, 5), i64(0, 1, 2), i64(1, -1, 2)])
    case("Expand", [normal(3, 1)], {"shape": (2, 3, 4)}, constants=[i64(2, 3, 4)])
    for axis in (0, 1, 2):
        shapes = [[3, 4, 5] for _ in range(3)]
        shapes[1][axis] = 1
        case("Concat", [normal(*s) for s in shapes], {"axis": axis}, {"axis": axis})
    case("Concat", [i64(1, 2), i64(3)], {"axis": 0}, {"axis": 0})
    for axis in (0, 1, 2):
        case("Gather", [x, np.array([[0, 2], [1, -1]])], {"axis": axis}, {"axis": axis})
    case("Gather", [x, np.array(1)], {"axis": 1}, {"axis": 1})
    case("GatherElements", [x, random.integers(-3, 3, (3, 4, 5))], {"axis": 1}, {"axis": 1})
    longer = random.integers(0, 4, (3, 7, 5))
    case("GatherElements", [x, longer], {"axis": 1}, results=[np.take_along_axis(x, longer, 1)])
    for mode in ("constant", "reflect", "edge", "symmetric", "wrap"):
        pads = [(1, 2), (0, 1), (2, 0)]
        extra = {"constant_values": 1.5} if mode == "constant" else {}
        case("Pad", [x], {"pads": [p[0] for p in pads] + [p[1] for p in pads], "mode": mode, "alpha": 1.5},
             results=[np.pad(x, pads, mode, **extra)])
    case("Tile", [x], {"shape": (2, 1, 3)}, constants=[i64(2, 1, 3)])
    case("OneHot", [np.array([[0, 2, 4], [3, -1, 9]])], {"group": 4, "to": "float32"},
         results=[(np.array([[0, 2, 4], [3, -1, 9]])[..., None] == np.arange(4)).astype(np.float32)])


if __name__ == "__main__":
    for part in (unary, binary, along, products, windows, recurrences, movement):
        part()
    print("end")
