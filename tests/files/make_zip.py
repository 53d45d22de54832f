#!/usr/bin/env python3
"""Writes tests/files/zip: honest archives in the ways that Python's zipfile and the
zip command write them, each holding the same members, so that the reader is tested
against writers it was not written with.
"""
import io
import pathlib
import subprocess
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent / "zip"
MEMBERS = {"config.json": b'{"a": 1}\n' * 40, "assets/words.txt": b"one\ntwo\n", "empty": b""}


class Pipe(io.RawIOBase):
    """A stream that cannot seek: zipfile then writes data descriptors."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def archive(method, force_zip64=False, stream=False, folders=False, names=None):
    out = Pipe() if stream else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        if folders:
            folder = zipfile.ZipInfo("assets/", (2024, 1, 1, 0, 0, 0))
            folder.external_attr = (0o40755 << 16) | 0x10
            z.writestr(folder, b"")
        for name, data in (names or MEMBERS).items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = method
            info.external_attr = 0o100644 << 16
            with z.open(info, "w", force_zip64=force_zip64) as member:
                member.write(data)
    return bytes(out.data) if stream else out.getvalue()


def info_zip():
    with tempfile.TemporaryDirectory() as folder:
        for name, data in MEMBERS.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        subprocess.run(["zip", "-q", "-r", "out.zip", "."], cwd=folder, check=True)
        return pathlib.Path(folder, "out.zip").read_bytes()


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    files = {
        "stored.zip": archive(zipfile.ZIP_STORED),
        "deflated.zip": archive(zipfile.ZIP_DEFLATED),
        "zip64-local.zip": archive(zipfile.ZIP_STORED, force_zip64=True),
        "stream.zip": archive(zipfile.ZIP_DEFLATED, stream=True),
        "stream-zip64.zip": archive(zipfile.ZIP_STORED, force_zip64=True, stream=True),
        "folders.zip": archive(zipfile.ZIP_DEFLATED, folders=True),
        "unicode.zip": archive(zipfile.ZIP_STORED, names={**MEMBERS, "\u00e9t\u00e9/\u65e5\u672c.txt": b"x"}),
        "command.zip": info_zip(),
    }
    for name, data in files.items():
        (HERE / name).write_bytes(data)
