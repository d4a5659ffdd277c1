"""TAP: a test script runs functions, or tells its cases one after the other."""

import traceback

LINES = 20  # of what is said about a case that failed: the last ones

number = 0


class Skip(Exception):
    pass


def check(condition, why):
    if not condition:
        raise AssertionError(why)


def run(tests):
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for nth, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {nth} - {name}", flush=True)
        except Skip as why:
            print(f"ok {nth} - {name} # SKIP {why}", flush=True)
        except Exception:  # whatever it was, the other tests run
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {nth} - {name}", flush=True)
    return 1 if failed else 0


def case(good, name, why=""):
    """Prints the next case; returns whether it is good."""
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    for line in str(why).splitlines()[-LINES:] if not good else ():
        print(f"# {line}")
    return good


def skip(name, why):
    global number
    number += 1
    print(f"ok {number} # SKIP {name}: {why}", flush=True)


def plan():
    print(f"1..{number}")
