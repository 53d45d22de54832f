#!/usr/bin/env python3
"""Writes tests/data/signatures and the seeds fuzz/corpus/minisign with the real minisign (0.11): a bare key pair, a file,
its signature in both forms. Each run makes new keys, so run it only when something is added here."""
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).parent.parent.parent
DATA, SEEDS = ROOT / "tests/data/signatures", ROOT / "fuzz/corpus/minisign"


def minisign(*words, passphrase=None):
    subprocess.run(["minisign", *words], cwd=DATA, check=True, capture_output=True, text=True,
                   **({"input": passphrase} if passphrase else {"stdin": subprocess.DEVNULL}))


shutil.rmtree(SEEDS, ignore_errors=True)
SEEDS.mkdir(parents=True)
DATA.mkdir(exist_ok=True)
(DATA / "message").write_bytes(b"the very bytes")
minisign("-G", "-f", "-W", "-p", "key.pub", "-s", "key.bare")
minisign("-S", "-W", "-s", "key.bare", "-m", "message", "-x", "prehashed.minisig", "-t", "by minisign, \u00e9")
minisign("-S", "-W", "-l", "-s", "key.bare", "-m", "message", "-x", "legacy.minisig", "-t", "the old way")
minisign("-G", "-f", "-p", "other.pub", "-s", "other.key", passphrase="x\nx\n")
for name in ("key.pub", "key.bare", "prehashed.minisig", "legacy.minisig", "other.pub", "other.key"):
    shutil.copy(DATA / name, SEEDS / name)
good = (DATA / "prehashed.minisig").read_bytes()
(SEEDS / "letters").write_bytes((DATA / "key.pub").read_bytes().splitlines()[1])
(SEEDS / "carriage-returns").write_bytes(good.replace(b"\n", b"\r\n"))
(SEEDS / "fifth-line").write_bytes(good + b"\n")
(SEEDS / "tab").write_bytes(good.replace(b"by minisign", b"by\tminisign"))


def constants():
    """What fuzz/fuzz_minisign.c knows by heart: the key's letters, and what it signed."""
    key = (DATA / "key.pub").read_text().splitlines()[1]
    made = "".join("    {" + ",\n     ".join('"%s"' % line for line in (DATA / name).read_text().splitlines()[1:]) + "},\n"
                   for name in ("prehashed.minisig", "legacy.minisig"))
    return key, made


HARNESS = ROOT / "fuzz/fuzz_minisign.c"
key, made = constants()
text = re.sub(r'(key_letters\[\] = ")[^"]*', lambda m: m[1] + key, HARNESS.read_text())
text = re.sub(r"(made\[\]\[SIGNED_LINES\] = \{\n).*?(?=\};)", lambda m: m[1] + made, text, flags=re.S)
HARNESS.write_text(text)
