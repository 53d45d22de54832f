"""Writes the shipped policies as C string literals: embed.py OUT FILE.json …"""
import pathlib
import sys


def literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(f'     "{line}\\n"' for line in escaped.splitlines())


out, *files = sys.argv[1:]
rows = [f'    {{"{pathlib.Path(f).stem}",\n{literal(pathlib.Path(f).read_text())}}},\n' for f in files]
pathlib.Path(out).write_text("".join(rows))
