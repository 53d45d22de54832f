#!/usr/bin/env python3
"""Compiles what depends on the architecture (the sandbox, and what it stands on) for
aarch64 with warnings as errors, where Debian's cross compiler is installed. The filter
itself is simulated in tests/filter. Prints TAP.
compile_aarch64.py SOURCE_DIRECTORY BUILD_DIRECTORY"""
import pathlib
import shutil
import subprocess
import sys

COMPILER = "aarch64-linux-gnu-gcc"
FLAGS = ["-std=c11", "-D_GNU_SOURCE", '-DAIRLOCK_LIBEXEC="/usr/libexec/airlock"', "-O2", "-Wall", "-Wextra", "-Wshadow",
         "-Wconversion", "-Wsign-conversion", "-Wstrict-prototypes", "-Wmissing-prototypes", "-Wswitch-enum", "-Wundef",
         "-Wvla", "-Wformat=2", "-Wno-missing-field-initializers", "-Werror", "-fno-strict-aliasing"]
PLACES = ["base", "sandbox", "sandbox/cell", "sandbox/lockdown", "sandbox/wire"]
# run on the machine that builds, not on the one that is built for
NATIVE = {"sandbox/filter_generate.c"}


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    if shutil.which(COMPILER) is None:
        print(f"1..0 # SKIP {COMPILER} is not installed")
        return 0
    files = [file for place in PLACES for file in sorted((source / place).glob("*.c"))
             if str(file.relative_to(source)) not in NATIVE]
    print(f"1..{len(files)}")
    failed = 0
    for number, file in enumerate(files, 1):
        # headers of libraries say the same for every architecture; those of libc come from the cross compiler
        command = [COMPILER, *FLAGS, "-I", source, "-I", build, "-idirafter", "/usr/include",
                   "-c", file, "-o", "/dev/null"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        name = file.relative_to(source)
        print(f"{'ok' if result.returncode == 0 else 'not ok'} {number} - {name}")
        for line in result.stderr.splitlines()[:20]:
            print(f"# {line}")
        failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
