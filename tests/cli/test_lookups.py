"""Vocabularies and texts: what is beside the honest file is refused, and inputs that are no texts are told so."""
import json
import os
import zipfile

from command import airlock, data, ids, scratch, vet
import npy
from tap import main, test

TEXTS, INTEGERS = "keras3_texts_learnt", "keras3_integers_learnt"
TEXT_FILE = "assets/layers/text_vectorization/vocabulary.txt"
INNER_FILE = "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt"
INTEGER_FILE = "assets/layers/integer_lookup/vocabulary.txt"


def members(stem):
    with zipfile.ZipFile(data("computed", stem + ".keras")) as z:
        return {i.filename: z.read(i) for i in z.infolist()}


def write(path, contents):
    with zipfile.ZipFile(path, "w") as z:
        for name, content in contents.items():
            z.writestr(zipfile.ZipInfo(name), content)


def judged(directory, contents):
    path = os.path.join(directory, "x.keras")
    write(path, contents)
    r = vet(path)
    return r.json["results"][0]["verdict"], set(ids(r))


def with_key(contents, class_name, key, value, number=0):
    """One setting of the n-th layer of a class changed."""
    config = json.loads(contents["config.json"])
    layers = [layer for layer in config["config"]["layers"] if layer["class_name"] == class_name]
    layers[number]["config"][key] = value
    return {**contents, "config.json": json.dumps(config).encode()}


@test
def an_unpacked_archive_has_its_vocabularies_too():
    expected = npy.load_npz(data("computed", TEXTS + ".npz"))
    with scratch() as d:
        for name, content in members(TEXTS).items():
            path = os.path.join(d, "model", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content)
        given, result = os.path.join(d, "in.npy"), os.path.join(d, "out.npz")
        npy.save(given, expected["in.0"])
        r = airlock("run", os.path.join(d, "model"), "-i", given, "-o", result)
        assert r.status == 0, r
        assert list(npy.load_npz(result).values())[0].values == expected["out.0"].values
        with open(os.path.join(d, "model", "assets", "layers", "vocabulary.txt"), "w", encoding="utf-8") as f:
            f.write("a")
        assert set(ids(vet(os.path.join(d, "model")))) == {"keras.unexpected-member"}


@test
def vocabularies_that_keras_does_not_write_are_refused():
    honest = members(TEXTS)
    words = honest[TEXT_FILE]
    assert words.startswith(b"\n[UNK]\nover\nthe\n"), words
    with scratch() as d:
        assert judged(d, honest) == ("accept", set())
        for changed in (words + b"\n", words + b"\nthe", words + b"\n\xff", words + b"\na\rb", words + b"\na\x1cb",
                        words + b"\na\xe2\x80\xa8b", words + b"\na\xc2\x85b", words + b"\na\0b", b"", b"\n",
                        words.replace(b"\nover\n", b"\n\nover\n"), words + b"\n\nx"):
            both = {**honest, TEXT_FILE: changed, INNER_FILE: changed}
            assert judged(d, both) == ("refuse", {"keras.vocabulary"}), changed
        # the unknown token among the others changes nothing as long as nothing is inverted
        both = {**honest, TEXT_FILE: words + b"\n[UNK]", INNER_FILE: words + b"\n[UNK]"}
        assert judged(d, both) == ("accept", set())


@test
def a_file_belongs_to_one_layer_and_each_layer_has_one():
    honest = members(TEXTS)
    with scratch() as d:
        without = {n: c for n, c in honest.items() if n not in (TEXT_FILE, INNER_FILE)}
        assert judged(d, without) == ("refuse", {"keras.vocabulary"})
        assert judged(d, {**without, INNER_FILE: honest[INNER_FILE]}) == ("refuse", {"keras.vocabulary"})
        assert judged(d, {**without, TEXT_FILE: honest[TEXT_FILE]}) == ("accept", set())
        assert judged(d, {**honest, INNER_FILE: honest[INNER_FILE] + b"\nx"}) == ("refuse", {"keras.vocabulary"})
        for name in ("assets/vocabulary.txt", "assets/layers/text_vectorization_9/vocabulary.txt",
                     "assets/layers/text_vectorization/words.txt", "asset/layers/text_vectorization/vocabulary.txt"):
            assert judged(d, {**honest, name: b"a"}) == ("refuse", {"keras.unexpected-member"}), name
        inline = with_key(honest, "TextVectorization", "vocabulary", ["a", "b"])
        assert judged(d, inline) == ("refuse", {"keras.vocabulary"})
        for path in ("/etc/passwd", "https://example.org/words.txt", "vocabulary.txt"):
            assert judged(d, with_key(honest, "TextVectorization", "vocabulary", path)) == \
                ("refuse", {"keras.vocabulary-path"}), path


@test
def integers_are_integers():
    honest = members(INTEGERS)
    with scratch() as d:
        assert judged(d, honest) == ("accept", set())
        for line in (b"x", b"1.5", b"+7", b" 7", b"99999999999999999999", b"5", b"--5", b"-"):
            changed = {**honest, INTEGER_FILE: honest[INTEGER_FILE] + b"\n" + line}
            assert judged(d, changed) == ("refuse", {"keras.vocabulary"}), line
        assert judged(d, {**honest, INTEGER_FILE: honest[INTEGER_FILE] + b"\n9007199254740992"})[0] == "refuse"


@test
def settings_out_of_their_range_are_refused():
    text, integer = members(TEXTS), members(INTEGERS)
    with scratch() as d:
        for key, value, id_ in (("ragged", True, "keras.bad-value"), ("sparse", True, "keras.bad-value"),
                                ("standardize", "upper", "keras.bad-value"), ("split", "words", "keras.bad-value"),
                                ("encoding", "latin-1", "keras.bad-value"), ("ngrams", 0, "keras.bad-value"),
                                ("ngrams", 1.5, "graph.parameter"), ("ngrams", True, "keras.bad-value"),
                                ("max_tokens", 3, "keras.vocabulary"), ("max_tokens", True, "keras.bad-value"),
                                ("output_sequence_length", 0, "keras.bad-value"),
                                ("separator", " ", "keras.unknown-key"),
                                ("pad_to_max_tokens", True, "graph.parameter"),
                                ("output_mode", None, "keras.bad-value"),
                                ("idf_weights", [1.0], "keras.vocabulary"),
                                ("output_mode", "one_hot", "keras.vocabulary")):
            changed = with_key(text, "TextVectorization", key, value, 1)
            assert judged(d, changed) == ("refuse", {id_}), (key, value, judged(d, changed))
        # learnt vocabularies of other modes have another length
        changed = with_key(text, "TextVectorization", "vocabulary_size", 5, 2)
        assert judged(d, changed) == ("refuse", {"keras.vocabulary"})
        for key, value, id_ in (("num_oov_indices", -1, "keras.bad-value"), ("mask_token", 1.5, "keras.bad-value"),
                                ("mask_token", "a", "keras.bad-value"), ("salt", [1], "keras.bad-value"),
                                ("salt", [1, 2], "graph.parameter"), ("vocabulary_dtype", "int32", "keras.bad-value"),
                                ("oov_method", "md5", "keras.bad-value"), ("invert", 1, "keras.bad-value"),
                                ("mask_token", 5, "keras.vocabulary")):
            changed = with_key(integer, "IntegerLookup", key, value)
            assert judged(d, changed) == ("refuse", {id_}), (key, value, judged(d, changed))


@test
def texts_are_no_numbers_and_numbers_no_texts():
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npz")
        npy.save(given, "<f4", (2, 1), [1.0, 2.0])
        r = airlock("run", data("computed", TEXTS + ".keras"), "-i", given, "-o", out)
        assert r.status == 2 and "input.dtype" in r.err, r
        npy.save(given, "|S1", (2, 2), [b"1", b"2", b"3", b"4"])
        r = airlock("run", data("computed", INTEGERS + ".keras"), "-i", given, "-o", out)
        assert r.status == 2 and "input.dtype" in r.err, r
        npy.save(given, "|S3", (1, 1), [b"a\xffb"])
        r = airlock("run", data("computed", TEXTS + ".keras"), "-i", given, "-o", out)
        assert r.status == 2 and "input.text" in r.err, r
        npy.save(given, "|S1", (2, 1), [b" ", b"."])
        r = airlock("run", data("computed", TEXTS + ".keras"), "-i", given, "-o", out)
        assert r.status != 0 and "not one token" in r.err, r


@test
def bytes_and_characters_of_the_same_texts_give_the_same():
    expected = npy.load_npz(data("computed", TEXTS + ".npz"))
    texts = expected["in.0"]
    assert texts.dtype[1] == "U"
    with scratch() as d:
        given, out = os.path.join(d, "in.npy"), os.path.join(d, "out.npz")
        npy.save(given, "|S99", texts.shape, texts.values)
        assert airlock("run", data("computed", TEXTS + ".keras"), "-i", given, "-o", out).status == 0
        for i, got in enumerate(npy.load_npz(out).values()):
            assert npy.difference(got, expected["out.%d" % i]) < 1e-5, i
        # in parts, each as long as its own longest text, the rest is as it was
        r = airlock("run", data("computed", "keras3_texts_classified.keras"), "--batch", "4", "-i", given, "-o", out)
        assert r.status == 0, r


@test
def without_a_file_words_come_as_a_table_and_a_warm_up_has_texts():
    with scratch() as d:
        given = os.path.join(d, "in.npy")
        npy.save(given, "<i8", (1, 2), [1, 7])
        r = airlock("run", data("computed", "keras3_lookups_inverted.keras"), "-i", given)
        assert r.status == 0 and "[UNK]" in r.out and "string" in r.out, r
    r = airlock("run", data("computed", TEXTS + ".keras"))
    assert r.status == 0 and " ms" in r.out, r


main()
