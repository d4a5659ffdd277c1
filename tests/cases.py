#!/usr/bin/env python3
"""Counts test cases.

cases.py TESTLOG.json   one line `ok|fail|skip NAME` for every case of a meson test log; a TAP
                        program counts by its own cases, any other program is one case; and one
                        line `said NAME: COMMENT` for the first comments of a program that failed
cases.py --sum RESULTS  `N passed, N failed, N skipped` of such lines, and the names of what failed
                        with what was said; exit code 1 when anything failed or nothing ran
"""

import json
import re
import sys

COMMENTS_MAX = 20

TAP_LINE = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*([^#]*)(#\s*skip\s*(.*))?", re.IGNORECASE)


def tap_cases(text):
    for line in text.splitlines():
        match = TAP_LINE.match(line)
        if match:
            result = "skip" if match.group(3) else "fail" if match.group(1) else "ok"
            yield result, (match.group(2).strip() or match.group(4) or "").strip()


def program_of(test):
    return test["name"].split(" / ")[-1]


def cases_of(test):
    program = program_of(test)
    cases = list(tap_cases(test.get("stdout", "")))
    failed = test["result"] not in ("OK", "EXPECTEDFAIL", "SKIP")
    if not cases or (failed and all(result != "fail" for result, _ in cases)):
        # No cases of its own, or it died between them.
        cases.append(("fail" if failed else "skip" if test["result"] == "SKIP" else "ok", ""))
    for result, case in cases:
        yield result, f"{program} {case}".strip()


def comments_of(test):
    return [line for line in test.get("stdout", "").splitlines() if line.startswith("#")]


def print_cases(path):
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            cases = list(cases_of(test))
            for result, name in cases:
                print(result, name)
            if any(result == "fail" for result, _ in cases):
                for comment in comments_of(test)[:COMMENTS_MAX]:
                    print("said", f"{program_of(test)}: {comment}")


def print_sum(path):
    worst = {}
    said = []
    rank = {"skip": 0, "ok": 1, "fail": 2}
    with open(path, encoding="utf-8") as results:
        for line in results:
            result, name = line.rstrip("\n").split(" ", 1)
            if result == "said":
                said.append(name)
            elif name not in worst or rank[result] > rank[worst[name]]:
                worst[name] = result
    counts = {result: list(worst.values()).count(result) for result in rank}
    for name in sorted(name for name, result in worst.items() if result == "fail"):
        print(f"failed: {name}")
    for comment in said:
        print(comment)
    print(f"{counts['ok']} passed, {counts['fail']} failed, {counts['skip']} skipped")
    return 1 if counts["fail"] > 0 or counts["ok"] == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--sum":
        sys.exit(print_sum(sys.argv[2]))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print_cases(sys.argv[1])
