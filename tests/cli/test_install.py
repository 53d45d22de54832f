"""What `meson install` puts down works where it is put: the command, and a program built against the library."""
import os
import re
import shutil
import subprocess

import command
from command import data, scratch
from tap import Skip, main, test

BUILD = os.environ["AIRLOCK_BUILD"]
SOURCE = os.path.dirname(command.TESTS)


def run(words, **options):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False,
                          **options)


def find(root, name):
    return [os.path.join(d, name) for d, _, files in os.walk(root) if name in files]


def install(into):
    r = run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", into])
    assert r.returncode == 0, r.stdout


@test
def everything_is_installed_where_it_belongs():
    with scratch() as d:
        install(d)
        for name in ("airlock", "airlock-cell", "airlock-probe", "airlock.h", "airlock.pc", "airlock.1",
                     "airlock-report.schema.json", "libairlock.so.0"):
            assert find(d, name), name


@test
def only_the_functions_of_the_header_are_exported():
    library = os.path.join(BUILD, "api", "libairlock.so")
    r = run(["nm", "-D", "--defined-only", library])
    if r.returncode != 0:
        raise Skip("no nm here")
    # "A": the name of the symbols' version
    exported = {name.split("@")[0] for _, kind, name in map(str.split, r.stdout.decode().splitlines()) if kind != "A"}
    with open(os.path.join(SOURCE, "include", "airlock.h"), encoding="utf-8") as f:
        declared = set(re.findall(r"AL_API[^;(]*?\b(al_\w+)\(", f.read()))
    assert exported == declared, exported ^ declared


@test
def the_installed_command_finds_its_cell():
    with scratch() as d:
        install(d)
        binary = [p for p in find(d, "airlock") if "/bin/" in p][0]
        libraries = [x for x, _, files in os.walk(d) if any(f.startswith("libairlock.so") for f in files)]
        r = run([binary, "vet", data("models", "text_lstm.h5")],
                env={"LD_LIBRARY_PATH": libraries[0], "AIRLOCK_CELL": find(d, "airlock-cell")[0]})
        assert r.returncode == 0, r.stdout


@test
def the_example_builds_against_the_installed_library():
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or shutil.which("pkg-config") is None:
        raise Skip("no compiler or pkg-config here")
    with scratch() as d:
        install(d)
        pc = find(d, "airlock.pc")[0]
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(pc), PKG_CONFIG_SYSROOT_DIR=d)
        flags = run(["pkg-config", "--cflags", "--libs", "airlock"], env=environment).stdout.decode().split()
        program = os.path.join(d, "predict")
        source = os.path.join(SOURCE, "docs", "examples", "predict.c")
        r = run([compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", source, "-o", program, *flags])
        assert r.returncode == 0, r.stdout
        environment = {"LD_LIBRARY_PATH": [f[2:] for f in flags if f.startswith("-L")][0],
                       "AIRLOCK_CELL": find(d, "airlock-cell")[0]}
        r = run([program, data("models", "image_cnn.keras")], env=environment)
        assert r.returncode == 0 and len(r.stdout.split()) == 10, r.stdout
        r = run([program, data("hostile", "lambda.keras")], env=environment)
        assert r.returncode == 1 and b"keras.lambda" in r.stdout, r.stdout


main()
