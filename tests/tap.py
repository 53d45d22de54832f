"""Test cases that say TAP, for the Test Anything Protocol reader of meson. Standard library only."""
import sys
import traceback

_tests = []


def test(function):
    """Registers a test; its name is what it promises."""
    _tests.append(function)
    return function


class Skip(Exception):
    pass


def main():
    wanted = sys.argv[1:]
    chosen = [t for t in _tests if not wanted or any(w in t.__name__ for w in wanted)]
    print("TAP version 13")
    print("1..%d" % len(chosen))
    failed = 0
    for number, function in enumerate(chosen, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print("ok %d - %s" % (number, name))
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (number, name, why))
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, name))
            for line in traceback.format_exc().splitlines():
                print("# " + line)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
