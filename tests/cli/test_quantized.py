"""Quantized kernels and LoRA: Keras's numbers, release by release, and files that only look like them."""
import glob
import json
import os
import zipfile

from command import airlock, data, ids, scratch, vet
import npy
from tap import main, test

# how far apart the sums of two engines may lie; bfloat16 has eight bits
CLOSE, CLOSE_BFLOAT16 = 2e-6, 8e-3

INT8, INT4 = data("quantized", "int8_range_3_15.keras"), data("quantized", "int4_dense_3_15.keras")

WEIGHTS = {"scale-missing": "weights.missing", "kernel-float": "weights.dtype", "kernel-unsigned": "weights.dtype",
           "scale-int8": "weights.dtype", "scale-shape": "weights.shape", "surplus": "weights.surplus",
           "packed-rows": "weights.shape", "unpacked": "weights.shape", "zero-float": "weights.dtype",
           "zero-missing": "weights.missing", "group-high": "keras.quantization",
           "group-negative": "keras.quantization", "group-nan": "keras.quantization"}


def models():
    return sorted(p for p in glob.glob(data("quantized", "*")) if p.endswith((".keras", ".h5")))


def rewritten(path, model, change, release=None):
    """The model with its first quantized layer's configuration changed, and as if another release had written it."""
    with zipfile.ZipFile(model) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    if release is not None:
        parts["metadata.json"] = json.dumps({**json.loads(parts["metadata.json"]), "keras_version": release}).encode()
    config = json.loads(parts["config.json"])
    change(next(l["config"] for l in config["config"]["layers"] if l["class_name"] == "Dense"))
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as z:
        for name in parts:
            z.writestr(name, parts[name])


def changed(model, *changes):
    """The ids of findings after each change of a configuration."""
    with scratch() as d:
        path = os.path.join(d, "m.keras")
        for change in changes:
            rewritten(path, model, change)
            yield vet(path)


def mode(text, **more):
    def change(c):
        c["dtype"]["config"].update(mode=text, **more)
    return change


def quantizer(**settings):
    def change(c):
        c["quantization_config"]["config"]["activation_quantizer"]["config"].update(settings)
    return change


def block(size):
    def change(c):
        c["quantization_config"]["config"]["block_size"] = size
    return change


@test
def predictions_are_those_of_the_release_that_wrote_the_file():
    assert len(models()) > 20
    for model in models():
        arrays = npy.load_npz(os.path.splitext(model)[0] + ".npz")
        with scratch() as d:
            given, result = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
            npy.save(given, arrays["in.0"])
            r = airlock("run", model, "-i", given, "-o", result)
            assert r.status == 0, (model, r)
            apart = npy.difference(npy.load(result), arrays["out.0"])
            assert apart < (CLOSE_BFLOAT16 if "bfloat16" in model else CLOSE), (model, apart)


@test
def attention_layers_that_do_not_say_so_are_noted():
    for model in models():
        assert ("keras.quantization-unsaid" in ids(vet(model))) == ("heads" in model), model


@test
def weights_that_do_not_fit_the_quantization_are_refused():
    for name, wanted in WEIGHTS.items():
        found = ids(vet(data("quantized", "hostile", name + ".keras")))
        assert found == [wanted], (name, found)


@test
def near_misses_of_them_are_not():
    for name in ("near-groups", "near-zeros"):
        assert ids(vet(data("quantized", "hostile", name + ".keras"))) == [], name


@test
def ways_of_quantizing_that_keras_does_not_have_are_refused():
    texts = ("int8/4", "int4/0", "int4/-2", "int4/", "int4/3/3", "int4/3.0", "int4/ 3", "int4/99999999999", "gptq/4",
             "gptq/5/3", "gptq/4/0", "awq/8/3", "awq/4", "ternary", "float8", "int2", "", "int8_from_float32")
    for text, result in zip(texts, changed(INT8, *(mode(t) for t in texts))):
        assert ids(result) == ["keras.quantization"], (text, result)
    plain = ("int4_from_int8_from_float32", "int8_from_", "_from_float32", "int8_from_float31")
    for text, result in zip(plain, changed(INT8, *(lambda c, t=t: c.update(dtype=t) for t in plain))):
        assert ids(result) in (["keras.quantization"], ["keras.dtype"]), (text, result)


@test
def what_keras_would_not_load_is_refused():
    changes = (lambda c: mode("int8", source_name="float16")(c), lambda c: mode("int8", source_name="int32")(c),
               lambda c: c["quantization_config"].update(class_name="Int4QuantizationConfig"),
               quantizer(value_range=[127, -127]), quantizer(value_range=[-127, 128]), quantizer(value_range=[0, 127]),
               quantizer(value_range=[-127.0, 127]), quantizer(value_range=[-127]), quantizer(epsilon=-1e-7),
               quantizer(epsilon="1"), quantizer(output_dtype="uint8"), quantizer(axis="0"), quantizer(axis=[0.5]))
    for i, result in enumerate(changed(INT8, *changes)):
        assert "keras.quantization" in ids(result), (i, result)
    for size, result in zip((4, 0, -2, 2.5, True, "3"), changed(INT4, *(block(s) for s in (4, 0, -2, 2.5, True, "3")))):
        assert ids(result) == ["keras.quantization"], (size, result)


@test
def objects_that_are_not_quantizers_of_keras_are_refused():
    def evil(c):
        c["quantization_config"]["config"]["activation_quantizer"] = {
            "class_name": "system", "module": "os", "config": {}, "registered_name": None}

    def code(c):
        c["quantization_config"]["config"]["weight_quantizer"] = {"class_name": "__lambda__", "config": {"value": "x"}}

    def own(c):
        c["quantization_config"] = {"class_name": "Mine", "module": None, "registered_name": "me>Mine", "config": {}}
    for wanted, result in zip((("keras.module",), ("keras.lambda",), ("keras.registered-name",)),
                              changed(INT8, evil, code, own)):
        assert set(ids(result)) & set(wanted), result


GPTQ = data("quantized", "gptq_4_3_13.keras")
POPEN = {"class_name": "Popen", "module": "subprocess", "config": {"args": "true"}, "registered_name": None}


@test
def settings_that_nothing_depends_on_are_still_settings():
    def search(key, value):
        return lambda c: c["quantization_config"]["config"].update({key: value})

    def policy(**more):
        return lambda c: c["dtype"]["config"].update(more)
    for key in ("dataset", "tokenizer", "num_samples", "quantization_layer_structure"):
        for value in (POPEN, [1], {}):
            (result,) = changed(GPTQ, search(key, value))
            assert result.status == 1, (key, value, result)
    for value in (POPEN, [1], {}, 1.5):
        (result,) = changed(INT8, policy(amax_history_length=value))
        assert result.status == 1, (value, result)

    def scale(c):
        c["dtype"] = {"class_name": "DTypePolicy", "module": "keras", "registered_name": None,
                      "config": {"name": "float32", "loss_scale": POPEN}}
    (result,) = changed(INT8, scale)
    assert "weights.surplus" not in ids(result) and result.status == 1, result


@test
def a_class_of_policies_is_for_its_own_mode():
    (result,) = changed(INT8, lambda c: c["dtype"].update(class_name="GPTQDTypePolicy"))
    assert ids(result) == ["keras.quantization"], result


@test
def releases_without_groups_of_int4_wrote_none():
    with scratch() as d:
        path = os.path.join(d, "m.keras")
        for release in ("3.15.1", "3.12.0"):
            rewritten(path, INT4, lambda c: None, release)
            assert set(ids(vet(path))) == (set() if release == "3.15.1" else {"keras.quantization"}), release


@test
def a_policy_and_weights_of_different_kinds_do_not_meet():
    def float_policy(c):
        c["dtype"] = "float32"
    def int4(c):
        c["dtype"] = "int4_from_float32"
        c["quantization_config"] = None
    assert ids(next(changed(INT8, float_policy))) == ["weights.surplus"]
    assert ids(next(changed(INT8, int4))) == ["weights.shape"]
    assert ids(next(changed(INT4, mode("int4/2")))) == ["keras.quantization"]
    assert ids(next(changed(INT4, mode("int8"), ))) == ["keras.quantization"]


@test
def what_says_the_same_in_other_words_is_taken():
    words = (lambda c: c.update(dtype="int8_from_float32"), lambda c: mode("int8", source_name=None)(c),
             lambda c: mode("int8", amax_history_length=1024)(c), quantizer(axis=None), quantizer(axis=[-1]),
             quantizer(value_range=[-128, 1]), quantizer(epsilon=0))
    for i, result in enumerate(changed(INT8, *words)):
        assert ids(result) == [], (i, result)
    for result in changed(INT4, lambda c: c.update(dtype="int4/3_from_float32")):
        assert ids(result) == [], result


main()
