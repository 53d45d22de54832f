#!/usr/bin/env python3
"""Numbers for tests/cli/test_expressions.py: every operator that an expression of a policy may call, computed by ONNX
Runtime, or by ONNX's reference where that has it not.

    python expressions.py tests/data/custom          (needs onnx, onnxruntime, numpy)

The layer is the one of learned.keras: input (2, 5, 4), one weight `table` (8, 4), one key `length` of 8. What an
expression writes as an attribute and ONNX takes as a constant tensor becomes a constant here.
"""
import ast
import json
import math
import os
import sys
import zipfile

import h5py
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

ROOT = sys.argv[1]
OPSET = 18
X = np.random.default_rng(18).uniform(0.05, 0.95, (2, 5, 4)).astype("float32").round(3)
with zipfile.ZipFile(os.path.join(ROOT, "learned.keras")) as z, z.open("model.weights.h5") as f:
    TABLE = h5py.File(f, "r")["layers/learned_positions/vars/0"][()]
NAMES = {"input": X, "table": TABLE, "length": np.float32(8)}

# name of an attribute -> its place among ONNX's inputs, and type
INPUTS = {("Clip", "min"): (1, "f"), ("Clip", "max"): (2, "f"), ("CumSum", "axis"): (1, "i0"),
          ("Expand", "shape"): (1, "i"), ("Reshape", "shape"): (1, "i"), ("Tile", "repeats"): (1, "i"),
          ("Squeeze", "axes"): (1, "i"), ("Unsqueeze", "axes"): (1, "i"), ("Slice", "starts"): (1, "i"),
          ("Slice", "ends"): (2, "i"), ("Slice", "axes"): (3, "i"), ("Slice", "steps"): (4, "i"),
          ("Pad", "pads"): (1, "i"), ("Pad", "constant_value"): (2, "f"), ("Range", "start"): (0, "i0"),
          ("Range", "limit"): (1, "i0"), ("Range", "delta"): (2, "i0"), ("Trilu", "k"): (1, "i0"),
          ("OneHot", "depth"): (1, "i0"), ("TopK", "k"): (1, "i"), ("Split", "split"): (1, "i")}
REDUCES = {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceL2",
           "ReduceLogSumExp", "ReduceLogSum"}
LATER = {"Gelu": 20}  # operators that are not in opset 18
TYPES = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}


class Translator:
    def __init__(self):
        self.nodes, self.constants, self.opset = [], [], OPSET

    def constant(self, value, dtype):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def term(self, e, like="float32"):
        if isinstance(e, ast.Name):
            return e.id if e.id != "length" else self.constant(8, like)
        if not isinstance(e, ast.Call):
            return self.constant(ast.literal_eval(e), like)
        op = e.func.id
        whole = op == "Gather" or any(isinstance(a, ast.Call) and a.func.id in ("Range", "ArgMax", "ArgMin") for a in e.args)
        inputs = [self.term(a, "int64" if whole and (op != "Gather" or i) else "float32") for i, a in enumerate(e.args)]
        attributes = {}
        for k in e.keywords:
            value = eval(compile(ast.Expression(k.value), "", "eval"),
                         {"input": list(X.shape), "length": 8})  # our own cases below
            place = INPUTS.get((op, k.arg)) or ((1, "i") if op in REDUCES and k.arg == "axes" else None)
            if place is None:
                attributes[k.arg] = TYPES[value] if k.arg == "to" else float(value) if k.arg in (
                    "alpha", "beta", "gamma", "epsilon", "bias", "lambd") else value
                continue
            inputs += [""] * (place[0] + 1 - len(inputs))
            dtype = "float32" if place[1] == "f" else "int64"
            value = [value] if op == "TopK" else value
            inputs[place[0]] = self.constant(value, dtype)
        if op == "OneHot":
            inputs.append(self.constant([0, 1], "float32"))
        self.opset = max(self.opset, LATER.get(op, OPSET))
        taken = attributes.pop("output", 0)
        count = len(e.keywords[0].value.elts) if op == "Split" else 2 if op == "TopK" else 1
        if count > 1:
            names = [f"t{len(self.nodes)}_{i}" for i in range(count)]
            self.nodes.append(helper.make_node(op, inputs, names, **attributes))
            return names[taken]
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name


def compute(expression):
    t = Translator()
    result = t.term(ast.parse(expression, mode="eval").body)
    t.nodes.append(helper.make_node("Identity", [result], ["out"]))
    given = {n: v for n, v in NAMES.items() if n in ("input", "table")}
    graph = helper.make_graph(t.nodes, "g", [helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape)
                                             for n, v in given.items()],
                              [helper.make_empty_tensor_value_info("out")], t.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", t.opset)], ir_version=9)
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(None, given)[0]
    except Exception as problem:  # what this build of the runtime has not
        print(f"by the reference: {expression}: {str(problem)[:90]}")
        return ReferenceEvaluator(model).run(None, given)[0]


UNARY = ("Abs Acos Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Log Mish "
         "Neg Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ThresholdedRelu Elu Celu").split()
CENTRED = "Mul(Sub(input, 0.5), 3)"
CASES = [f"{op}({'input' if op in ('Acos', 'Asin', 'Atanh', 'Log', 'Sqrt') else CENTRED})" for op in UNARY] + [
    "Acosh(Add(input, 1))", "LeakyRelu(Sub(input, 0.5), alpha=0.3)", "Elu(Sub(input, 0.5), alpha=0.7)",
    "Celu(Sub(input, 0.5), alpha=0.7)", "ThresholdedRelu(input, alpha=0.5)",
    "HardSigmoid(Sub(input, 0.5), alpha=0.4, beta=0.3)",
    "Selu(Sub(input, 0.5), alpha=1.1, gamma=2.0)", "Clip(input, min=0.3, max=0.6)", "Clip(input, max=0.5)",
    "Add(input, 1)", "Sub(1, input)", "Mul(input, input)", "Div(input, length)", "Pow(input, 3)", "Pow(2, input)",
    "PRelu(Sub(input, 0.5), Slice(table, starts=[0], ends=[1]))", "Max(input, 0.3, Sub(1, input))", "Min(input, 0.5)",
    "Sum(input, input, 2)", "Max(input)",
    "Where(Greater(input, 0.5), input, -1)", "Where(Less(input, 0.5), 2, Neg(input))",
    "Where(And(GreaterOrEqual(input, 0.2), LessOrEqual(input, 0.7)), 1.0, input)",
    "Where(Or(Less(input, 0.2), Greater(input, 0.7)), 1.0, input)",
    "Where(Xor(Less(input, 0.7), Less(input, 0.3)), 1.0, input)",
    "Where(Not(Equal(Round(input), 1)), 0.0, input)", "Cast(Greater(input, 0.5), to='float')",
    "Cast(Cast(Mul(input, 10), to='int64'), to='float')",
    *(f"{op}(input, axes=[1])" for op in sorted(REDUCES)), "ReduceSum(input, axes=[0, -1], keepdims=0)", "ReduceMean(input)",
    "Cast(ArgMax(input, axis=1), to='float')", "Cast(ArgMin(input, axis=-1, keepdims=0), to='float')",
    "Softmax(input)", "Softmax(input, axis=1)", "LogSoftmax(input, axis=-2)", "CumSum(input, axis=1)",
    "CumSum(input, axis=-1, exclusive=1, reverse=1)",
    "MatMul(input, Transpose(table))", "MatMul(input, Reshape(Slice(table, starts=[2], ends=[3]), shape=[4]))",
    "MatMul(Reshape(Slice(table, starts=[0], ends=[1]), shape=[4]), Transpose(input, perm=[0, 2, 1]))",
    "Einsum(input, table, equation='bij,kj->bki')", "Einsum(input, equation='bij->bji')", "Einsum(input, equation='bij->b')",
    "Conv(input, Reshape(Slice(table, starts=[0], ends=[5]), shape=[2, 5, 2]), pads=[1, 0], strides=[2])",
    "Conv(input, Reshape(Slice(table, starts=[0], ends=[5]), shape=[1, 5, 4]), [0.5])",
    "Conv(Slice(input, starts=[0], ends=[4], axes=[1]), Reshape(table, shape=[4, 2, 4]), group=2)",
    "MaxPool(input, kernel_shape=[2], strides=[2])", "AveragePool(input, kernel_shape=[3], pads=[1, 1])",
    "AveragePool(input, kernel_shape=[3], pads=[1, 1], count_include_pad=1, strides=[1])",
    "LayerNormalization(input, [1.0, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4])",
    "LayerNormalization(input, Slice(table, starts=[0], ends=[5]), axis=1, epsilon=0.01)",
    "Reshape(input, shape=[0, -1])", "Reshape(input, shape=[input[0], 2, 5, length // 4])", "Flatten(input, axis=2)",
    "Squeeze(Slice(input, starts=[1], ends=[2], axes=[1]), axes=[1])", "Unsqueeze(input, axes=[1, -1])",
    "Transpose(input, perm=[2, 0, 1])", "Transpose(input)", "Slice(input, starts=[-1], ends=[-9], axes=[2], steps=[-2])",
    "Slice(input, starts=[0, 1], ends=[1, 99])", "Expand(Slice(table, starts=[0], ends=[1]), shape=[3, 1, 4])",
    "Expand(Slice(input, starts=[0], ends=[1], axes=[1]), shape=[2, 5, 4])",
    "Concat(input, Mul(input, 2), axis=1)", "Concat(input, input, input, axis=-1)",
    "Gather(input, [3, 0, 0], axis=2)", "Gather(input, 1, axis=1)",
    "Gather(table, ArgMax(input, axis=2))", "Pad(input, pads=[0, 1, 0, 0, 2, 1])",
    "Pad(input, pads=[0, 1, 2, 0, 0, 1], mode='reflect')", "Pad(input, pads=[1, 0, 0, 0, 2, 0], mode='edge')",
    "Pad(input, pads=[0, 0, 1, 0, 0, 1], constant_value=0.25)", "Tile(input, repeats=[1, 2, 3])",
    "Cast(Range(start=2, limit=length, delta=3), to='float')",
    "Gelu(Sub(input, 0.5))", "Gelu(Mul(Sub(input, 0.5), 4), approximate='tanh')", "Mean(input, 2, Sub(1, input))",
    "Shrink(Sub(input, 0.5), bias=0.1, lambd=0.2)", "Shrink(Mul(Sub(input, 0.5), 3))", "Hardmax(input)",
    "Hardmax(Round(Mul(input, 3)), axis=1)", "LpNormalization(input)", "LpNormalization(input, axis=1, p=1)",
    "GlobalAveragePool(input)", "GlobalMaxPool(Unsqueeze(input, axes=[3]))",
    "OneHot(ArgMax(input, axis=2, keepdims=0), depth=6)", "Split(input, split=[1, 3], output=1, axis=2)",
    "Split(input, split=[2, 2, 1], output=0, axis=-2)", "TopK(input, k=2)", "TopK(input, k=3, axis=1, largest=0)",
    "Trilu(input)", "Trilu(input, k=-1, upper=0)", "Trilu(input, k=1)",
    "Add(input, Cast(Range(start=0, limit=input[2], delta=1), to='float'))",
]

results = []
for expression in CASES:
    out = compute(expression)
    assert out.dtype == np.float32 and np.isfinite(out).all(), (expression, out.dtype)
    results.append({"computes": expression, "shape": list(out.shape), "numbers": [float(f"{v:.9g}") for v in out.ravel()]})
with open(os.path.join(ROOT, "operators.numbers.json"), "w", encoding="utf-8") as f:
    lines = ",\n".join(json.dumps(r) for r in results)
    f.write('{"input": %s,\n"cases": [\n%s\n]}\n' % (json.dumps(X.ravel().tolist()), lines))
print(len(results), "cases")
