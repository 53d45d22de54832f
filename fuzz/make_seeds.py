#!/usr/bin/env python3
"""Writes the hand-made seeds of fuzz/corpus: small, one trick each.

The files named keras-* are not made here: Keras 3.15.1 wrote them.
"""
import pathlib

CORPUS = pathlib.Path(__file__).parent / "corpus"

JSON = {
    "empty-object": b"{}",
    "numbers": b"[0,-0,1,-1,0.5,1e-3,1.000E-3,9223372036854775807,-9223372036854775808,1e308]",
    "escapes": rb'{"\u0061\n\t\"\\\/":"\ud83d\ude00 \u00e9","":[true,false,null]}',
    "indented": b'{\r\n\t"a": [\r\n\t\t1,\r\n\t\t{"b": "\xc3\xa9"}\r\n\t]\r\n}\n',
    "deep-64": b"[" * 64 + b"]" * 64,
    "deep-65": b"[" * 65 + b"]" * 65,
    "duplicate-key": b'{"a":1,"a":2}',
    "duplicate-escaped": rb'{"layers":1,"\u006cayers":2}',
    "nan": b'{"x":NaN}',
    "comment": b"{} // end",
    "mark": b"\xef\xbb\xbf{}",
    "utf-16": "{}".encode("utf-16"),
    "overlong": b'["\xc0\xaf"]',
    "lone-surrogate": rb'["\ud800x"]',
    "nul": rb'["a\u0000b"]',
    "too-big": b"[9223372036854775808,1e999]",
    "padding": b"{" + b" " * 4200 + b"}",
}


def write(harness, seeds):
    folder = CORPUS / harness
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write("json", JSON)
