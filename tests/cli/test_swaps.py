"""A signed model whose files are swapped under airlock's hands, as fast as they can be: renamed over, written in place, cut
short. Whatever it reads, what it accepts and computes with is what was signed."""
import json
import os
import random
import shutil
import threading
import time
import zipfile

from command import TESTS, airlock, data, scratch
import npy
from tap import main, test

KEYS = os.path.join(TESTS, "files", "openssf")
SECONDS = 12     # at most, for each way of swapping
ENOUGH = 30      # of acceptances, and of the contrary: as few let a reader win that hashes the file on disk


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)


def rename_over(path, content):
    write(path + ".new", content)
    os.rename(path + ".new", path)


def write_in_place(path, content):
    fd = os.open(path, os.O_WRONLY)
    os.pwrite(fd, content, 0)
    os.ftruncate(fd, len(content))
    os.close(fd)


def cut_and_fill(path, content):
    """Truncation first, so that a reader may meet the end of the file in the middle."""
    os.truncate(path, len(content) // 3)
    write_in_place(path, content)


class Swapper(threading.Thread):
    """Changes a file to and fro until it is told to stop, and leaves the good one there."""

    def __init__(self, change, path, good, evil):
        super().__init__()
        self.change, self.path, self.good, self.evil, self.stop = change, path, good, evil, False

    def run(self):
        draw = random.Random(1)
        while not self.stop:
            self.change(self.path, self.evil)
            time.sleep(draw.random() * 0.02)
            self.change(self.path, self.good)
            time.sleep(draw.random() * 0.05)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop = True
        self.join()


class Model:
    """A model in a folder of its own with a policy that demands the signature, and an evil twin of the file in it that
    holds the weights: accepted where no signature is asked for, with other numbers."""

    def __init__(self, folder, path, weights, name):
        self.path, self.file, self.inputs = path, weights, folder + "/x.npz"
        arrays = npy.load_npz(data("expected", name + ".npz"))
        inputs = [a for k, a in arrays.items() if k.startswith("in.")]
        npy.save_npz(self.inputs, {"arr_%d" % i: a for i, a in enumerate(inputs)})
        self.policy, self.out = folder + "/policy.json", folder + "/y.npz"
        shutil.copy(KEYS + "/p256.pub", folder)
        assert airlock("sign", "--key", KEYS + "/p256.key", path).status == 0
        with open(self.policy, "w") as f:
            json.dump({"signatures": {"required": True, "model_signing": ["p256.pub"]}}, f)
        self.good = read(weights)
        self.numbers = self.predict("--policy", self.policy)
        assert self.numbers is not None
        self.evil = self.twin()

    def predict(self, *words):
        """The bytes of a prediction; None where there is none."""
        if os.path.exists(self.out):
            os.remove(self.out)
        r = airlock("run", *words, "--input", self.inputs, "--output", self.out, self.path)
        assert (r.status == 0) == os.path.exists(self.out), r
        return read(self.out) if r.status == 0 else None

    def twin(self):
        for at in range(len(self.good) - 64, 0, -499):
            evil = bytearray(self.good)
            evil[at:at + 64] = bytes(b ^ 1 for b in evil[at:at + 64])
            write(self.file, evil)
            numbers = self.predict()
            write(self.file, self.good)
            if numbers is not None and numbers != self.numbers:
                return bytes(evil)
        raise AssertionError("no twin was found")

    def race(self, change, once):
        """Calls `once` while the file changes: it says whether the model was accepted."""
        seen, end = [0, 0], time.monotonic() + SECONDS
        with Swapper(change, self.file, self.good, self.evil):
            while min(seen) < ENOUGH and time.monotonic() < end:
                seen[once()] += 1
        assert min(seen) > 0, "both must be seen, accepted and not: %s" % seen
        assert once(), "the good file is accepted once nobody changes it"

    def vet_once(self):
        r = airlock("vet", "--json", "--policy", self.policy, self.path).json["results"][0]
        accepted = r["verdict"] == "accept"
        assert not accepted or r["signature"]["status"] == "valid", r
        return accepted, r

    def run_once(self):
        numbers = self.predict("--policy", self.policy)
        assert numbers in (None, self.numbers), "numbers that nobody signed"
        return numbers is not None


WAYS = (rename_over, write_in_place, cut_and_fill)


@test
def a_file_that_is_swapped_cannot_win():
    with scratch() as d:
        shutil.copy(data("models", "text_lstm.h5"), d + "/m.h5")
        m = Model(d, d + "/m.h5", d + "/m.h5", "text_lstm")
        digest = m.vet_once()[1]["digests"]["sha256"]

        def once():
            accepted, r = m.vet_once()
            assert not accepted or r["digests"]["sha256"] == digest, r
            return accepted

        for way in WAYS:
            m.race(way, once)


@test
def nor_can_it_when_it_is_computed_with():
    with scratch() as d:
        shutil.copy(data("models", "text_lstm.h5"), d + "/m.h5")
        m = Model(d, d + "/m.h5", d + "/m.h5", "text_lstm")
        for way in WAYS:
            m.race(way, m.run_once)


@test
def nor_a_file_of_a_directory():
    with scratch() as d:
        with zipfile.ZipFile(data("models", "lstm_attention.keras")) as z:
            z.extractall(d + "/model")
        m = Model(d, d + "/model", d + "/model/model.weights.h5", "lstm_attention")
        m.race(rename_over, m.run_once)
        m.race(write_in_place, m.run_once)


@test
def nor_a_file_that_comes_into_a_directory_and_goes():
    with scratch() as d:
        with zipfile.ZipFile(data("models", "lstm_attention.keras")) as z:
            z.extractall(d + "/model")
        m = Model(d, d + "/model", d + "/model/model.weights.h5", "lstm_attention")

        def come_and_go(path, content):
            if content is m.evil:
                write(path, b"{}")
            elif os.path.exists(path):
                os.remove(path)

        m.file = d + "/model/more.json"
        m.race(come_and_go, m.run_once)


@test
def nor_the_signature():
    with scratch() as d:
        shutil.copy(data("models", "text_lstm.h5"), d + "/m.h5")
        m = Model(d, d + "/m.h5", d + "/m.h5", "text_lstm")
        write(d + "/m.h5", m.evil)
        other = read(d + "/m.h5.sig")
        assert airlock("sign", "--key", KEYS + "/p384.key", d + "/m.h5").status == 0
        evil = read(d + "/m.h5.sig")
        end = time.monotonic() + SECONDS / 4
        with Swapper(rename_over, d + "/m.h5.sig", other, evil):
            while time.monotonic() < end:
                assert not m.vet_once()[0], "a signature of other bytes, and one by another key: never both good"


main()
