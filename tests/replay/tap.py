"""Runs test functions and prints TAP; a Skip says why."""

import traceback


class Skip(Exception):
    pass


def check(condition, why):
    if not condition:
        raise AssertionError(why)


def run(tests):
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # whatever it was, the other tests run
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} - {name}", flush=True)
    return 1 if failed else 0
