"""airlock run: Keras's own numbers, numpy's files, and arrays that do not fit."""
import os

from command import airlock, data, scratch
import npy
from tap import main, test

CASES = (("text_lstm", "text_lstm.h5", ()), ("image_cnn", "image_cnn.keras", ()),
         ("lstm_attention", "lstm_attention.keras", ()),
         ("series", "series.weights.h5", ("--architecture", data("models", "series.json"))),
         ("sharded", "../sharded/in_shards.weights.json", ("--architecture", data("sharded", "architecture.json"))))
TEXT = data("models", "text_lstm.h5")
TWO = data("models", "lstm_attention.keras")


def expected(name):
    members = npy.load_npz(data("expected", name + ".npz"))
    return [[members[k] for k in members if k.startswith(word)] for word in ("in.", "out.")]


def close(got, wanted):
    assert npy.difference(got, wanted) < 1e-5, npy.difference(got, wanted)


@test
def predictions_are_those_of_keras():
    for name, model, arguments in CASES:
        inputs, outputs = expected(name)
        with scratch() as d:
            given, result = os.path.join(d, "in.npz"), os.path.join(d, "out.npz")
            npy.save_npz(given, {"arr_%d" % i: a for i, a in enumerate(inputs)})
            r = airlock("run", data("models", model), *arguments, "-i", given, "-o", result)
            assert r.status == 0 and r.out == "" and sorted(os.listdir(d)) == ["in.npz", "out.npz"], r
            got = list(npy.load_npz(result).values())
            assert len(got) == len(outputs), (name, len(got))
            for ours, theirs in zip(got, outputs):
                close(ours, theirs)


@test
def one_input_and_one_output_are_npy_files():
    (words,), (topics,) = expected("text_lstm")
    with scratch() as d:
        given, result = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        npy.save(given, words)
        assert airlock("run", TEXT, "-i", given, "-o", result).status == 0
        close(npy.load(result), topics)
        assert airlock("run", TEXT, "-i", "words=" + given, "-o", result).status == 0
        close(npy.load(result), topics)


@test
def inputs_go_by_name_in_any_order_and_outputs_come_in_the_models():
    (text, extra), (score, kind) = expected("lstm_attention")
    with scratch() as d:
        t, e, both, out = (os.path.join(d, n) for n in ("t.npy", "e.npy", "both.npz", "out.npz"))
        npy.save(t, text)
        npy.save(e, extra)
        npy.save_npz(both, {"extra": extra, "text": text})
        for arguments in (("-i", "extra=" + e, "-i", "text=" + t), ("-i", both)):
            assert airlock("run", TWO, *arguments, "-o", out).status == 0
            got = npy.load_npz(out)
            assert list(got) == ["score", "kind"], list(got)
            close(got["score"], score)
            close(got["kind"], kind)
        r = airlock("run", TWO, "-i", both, "-o", os.path.join(d, "one.npy"))
        assert r.status == 2 and "2 outputs" in r.err and not os.path.exists(os.path.join(d, "one.npy")), r


@test
def a_batch_in_parts_gives_the_same_numbers():
    (words,), (topics,) = expected("text_lstm")
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        npy.save(given, words)
        for n in ("1", "3", "100"):
            assert airlock("run", TEXT, "--batch", n, "-i", given, "-o", out).status == 0
            close(npy.load(out), topics)


@test
def a_layer_can_be_asked():
    (words,), _ = expected("text_lstm")
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        npy.save(given, words)
        assert airlock("run", TEXT, "--layer", "lstm", "-i", given, "-o", out).status == 0
        assert npy.load(out).shape == (4, 16)
        r = airlock("run", TEXT, "--layer", "lstn", "-i", given, "-o", out)
        assert r.status == 2 and "lstn" in r.err, r


@test
def types_convert_only_where_no_value_changes():
    (words,), (topics,) = expected("text_lstm")
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        for dtype in ("<i8", "|u1", "<f4", "<f8"):
            npy.save(given, dtype, words.shape, words.values)
            r = airlock("run", TEXT, "-i", given, "-o", out)
            assert r.status == 0, (dtype, r)
            close(npy.load(out), topics)
        npy.save(given, "<f4", words.shape, [v + 0.5 for v in words.values])
        r = airlock("run", TEXT, "-i", given, "-o", out)
        assert r.status == 2 and "input.dtype" in r.err, r


@test
def arrays_that_do_not_fit_are_told_what_fits():
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        for shape, values, part in (((4, 19), [1] * 76, "input.shape"), ((20,), [1] * 20, "input.shape"),
                                    ((1, 20), [200] * 20, "input.index-out-of-range"),
                                    ((1, 20), [-1] * 20, "input.index-out-of-range")):
            npy.save(given, "<i4", shape, values)
            r = airlock("run", TEXT, "-i", given, "-o", out)
            assert r.status == 2 and part in r.err and not os.path.exists(out), (part, r)


@test
def inputs_must_be_named_rightly_and_completely():
    (text, extra), _ = expected("lstm_attention")
    with scratch() as d:
        t, e, three = (os.path.join(d, n) for n in ("t.npy", "e.npy", "three.npz"))
        npy.save(t, text)
        npy.save(e, extra)
        npy.save_npz(three, {"text": text, "extra": extra, "more": extra})
        for given, part in ((["text=" + t], "extra is not given"), ([t], "extra is not given"),
                            (["txt=" + t, "extra=" + e], "no input named txt"), ([three], "no input named more"),
                            (["text=" + t, "text=" + t, "extra=" + e], "given twice")):
            arguments = [word for file in given for word in ("-i", file)]
            r = airlock("run", TWO, *arguments)
            assert r.status == 2 and part in r.err, (arguments, r)


@test
def files_that_are_no_arrays_are_refused():
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (-(11 + len(header)) % 64) + b"\n"
    pickle = b"cos\nsystem\n(S'touch /tmp/airlock-was-here'\ntR."
    objects = b"\x93NUMPY\x01\x00" + bytes([len(header), 0]) + header + pickle
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        for content in (objects, b"", b"hello", b"\x93NUMPY\x01\x00\xff\xff",
                        npy.dump("<i4", (1, 20), [1] * 20)[:-1]):
            with open(given, "wb") as f:
                f.write(content)
            r = airlock("run", TEXT, "-i", given, "-o", out)
            assert r.status == 1 and not os.path.exists(out), (content[:16], r)
        assert not os.path.exists("/tmp/airlock-was-here")
        assert airlock("run", TEXT, "-i", os.path.join(d, "none.npy"), "-o", out).status == 2


@test
def a_refused_model_computes_nothing():
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npy")
        npy.save(given, "<f4", (1, 4), [1.0] * 4)
        r = airlock("run", data("hostile", "lambda.keras"), "-i", given, "-o", out)
        assert r.status == 1 and "keras.lambda" in r.err and r.out == "" and os.listdir(d) == ["in.npy"], r
        r = airlock("run", data("models", "series.weights.h5"), "-i", given)
        assert r.status == 2 and "architecture" in r.err, r


@test
def without_output_there_is_a_table_and_without_input_a_warm_up():
    (words,), (topics,) = expected("text_lstm")
    with scratch() as d:
        given = os.path.join(d, "in.npy")
        npy.save(given, words)
        r = airlock("run", TEXT, "-i", given)
        assert r.status == 0 and "topic" in r.out and "(4, 3)" in r.out, r
        numbers = [float(word) for line in r.out.splitlines()[1:] for word in line.split()]
        assert len(numbers) == 12 and max(abs(a - b) for a, b in zip(numbers, topics.values)) < 1e-5, numbers
    r = airlock("run", TEXT)
    assert r.status == 0 and "(1, 20)" in r.out and "(1, 3)" in r.out and " ms" in r.out, r


main()
