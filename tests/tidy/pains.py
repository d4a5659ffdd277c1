#!/usr/bin/env python3
"""tests/PAINS.md against the tests: every row names one, and every test it names exists.

pains.py SOURCE_ROOT    TAP, one case a row
"""

import pathlib
import re
import sys

ROWS = 18


def main():
    root = pathlib.Path(sys.argv[1])
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|[^|]+\| ([^|]+) \|$",
                      (root / "tests/PAINS.md").read_text(), re.M)
    print(f"1..{ROWS}")
    failed = False
    for number in range(1, ROWS + 1):
        row = [(name, tests) for at, name, tests in rows if int(at) == number]
        tests = re.findall(r"`([^`:]+): ([^`]+)`", row[0][1]) if len(row) == 1 else []
        missing = [f"{path}: {name}" for path, name in tests
                   if not (root / path).is_file() or name not in (root / path).read_text()]
        good = len(tests) > 0 and not missing
        failed = failed or not good
        print("ok" if good else "not ok", number, "-", row[0][0] if row else "no row")
        for name in missing:
            print("# there is no", name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
