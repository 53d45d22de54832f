#!/usr/bin/env python3
"""Holds airlock's numbers against Keras's on random models.

    compare.py --airlock build/airlock [--models 1000] [--seed 1] [--depth N] [--keep DIR] [--corpus DIR] [--count FILE] [--stop]

Run it with a Python that has Keras (3 or, through tf.keras, 2). Each model is saved in a
form drawn at random (.keras, .h5, weights with architecture), read by `airlock run`, and
must give Keras's numbers within 1e-5 of the output's scale, or within four times what
Keras's own numbers are off by from float64. What differs or is refused is kept in DIR: the
model, its input, what Keras computed. --count FILE holds the count as it goes, as JSON:
each word of COUNTS, and how many agreeing models each class was in.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

# agreed; other numbers; refused though Keras reads it; refused, and Keras does not read it
# either; Keras could not build, run or save it
COUNTS = ["agreed", "differed", "refused", "unreadable", "not saved"]
WORKER = 500  # models for one process: the framework's tables only grow


class Count:
    """How many models ended how, and which classes they were made of; written out as it goes."""

    def __init__(self, path, **what):
        self.path, self.what = path, what
        self.words, self.classes = dict.fromkeys(COUNTS, 0), collections.Counter()

    def add(self, result):
        self.words[result["word"]] += 1
        if result["word"] == "agreed":
            self.classes.update(result["classes"])
        if sum(self.words.values()) % 20 == 0:
            self.write()

    def write(self):
        if self.path:
            with open(self.path + ".new", "w") as f:
                json.dump(dict(self.what, models=sum(self.words.values()), **self.words, classes=dict(sorted(self.classes.items()))), f, indent=1)
            os.replace(self.path + ".new", self.path)


def worker(o, first, last):
    """What became of the models of seeds `first` to `last`; a death of the process counts for its model only."""
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge.py")
    while first < last:
        arguments = [sys.executable, program, o.airlock, o.keep or "", o.corpus or "", str(first), str(min(last, first + WORKER)), str(o.depth)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as p:
            begun = refused = None
            for line in p.stdout:
                result = json.loads(line)
                if "word" in result:
                    yield result
                    first, begun, refused = result["seed"] + 1, None, None
                else:
                    begun, refused = result["seed"], result.get("refused")
        if begun is None and p.returncode != 0:
            raise SystemExit("judge.py does not work: status %d" % p.returncode)
        if begun is not None:
            died = "Keras's process died with status %d" % p.returncode
            yield {"seed": begun, "word": "refused" if refused else "not saved", "why": refused or died, "classes": []}
            first = begun + 1


def main():
    p = argparse.ArgumentParser(description="random Keras models: airlock's numbers against Keras's")
    p.add_argument("--airlock", required=True)
    p.add_argument("--models", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--depth", type=int, default=0, help="layers one after another; 0 draws 1 to 4, mostly 1")
    p.add_argument("--keep", help="a folder for what differs or is refused")
    p.add_argument("--corpus", help="a folder for the models that agree, for corpus.py to choose from")
    p.add_argument("--count", help="a file for the count so far, as JSON")
    p.add_argument("--stop", action="store_true", help="stop at the first difference")
    o = p.parse_args()
    count = Count(o.count, python=sys.executable, seed=o.seed, depth=o.depth)
    for result in worker(o, o.seed, o.seed + o.models):
        count.add(result)
        if result["word"] != "agreed":
            print("%s: seed %d: %s" % (result["word"], result["seed"], result["why"]), flush=True)
        if result["word"] in ("differed", "refused") and o.stop:
            break
    count.write()
    print(", ".join("%d %s" % (count.words[w], w) for w in COUNTS))
    return 1 if count.words["differed"] or count.words["refused"] or not count.words["agreed"] else 0


if __name__ == "__main__":
    sys.exit(main())
