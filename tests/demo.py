"""make demo: verdicts over a folder of real models, one of them looked into, and a prediction beside Keras's own."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import npy

AIRLOCK = sys.argv[1]
DATA = os.path.join(os.path.dirname(os.path.relpath(__file__)) or ".", "data")


def show(*arguments):
    print("\n$ " + " ".join((AIRLOCK,) + arguments), flush=True)
    return subprocess.run((AIRLOCK,) + arguments, check=False).returncode


def data(*names):
    return os.path.join(DATA, *names)


refused = show("vet", data("models"), data("hostile"))
with_architecture = show("vet", "--architecture", data("models", "series.json"), data("models", "series.weights.h5"))
inspected = show("inspect", data("models", "lstm_attention.keras"))

with tempfile.TemporaryDirectory() as scratch:
    expected = npy.load_npz(data("expected", "text_lstm.npz"))
    given, got = os.path.join(scratch, "words.npy"), os.path.join(scratch, "topics.npy")
    npy.save(given, expected["in.0"])
    print("\n$ %s run %s -i words.npy -o topics.npy" % (AIRLOCK, data("models", "text_lstm.h5")), flush=True)
    subprocess.run((AIRLOCK, "run", data("models", "text_lstm.h5"), "-i", given, "-o", got), check=True)
    ours, theirs = npy.load(got), expected["out.0"]

print("%-40s %s" % ("Airlock", "Keras"))
columns = ours.shape[1]
for row in range(ours.shape[0]):
    both = ["  ".join("%.7f" % v for v in a.values[row * columns:(row + 1) * columns]) for a in (ours, theirs)]
    print("%-40s %s" % tuple(both))
difference = npy.difference(ours, theirs)
print("largest difference %.1e" % difference)
sys.exit(0 if (refused, with_architecture, inspected) == (1, 0, 0) and difference < 1e-5 else 1)
