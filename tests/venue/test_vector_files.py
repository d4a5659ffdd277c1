#!/usr/bin/env python3
"""Runs every vector file of the venues' sheets and counts a file as one case.

test_vector_files.py PROGRAM
"""

import os
import pathlib
import re
import subprocess
import sys

PROGRAM = sys.argv[1]
SHARED = pathlib.Path(os.environ.get("PERPDESK_SHARED",
                                     pathlib.Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "venues" / "vectors"
LINE = re.compile(r"^(\w+/\S+\.json): (\d+) passed, (\d+) failed, (\d+) skipped$")

if not FOLDER.is_dir():
    print(f"1..0 # SKIP {FOLDER} is not here")
    sys.exit(0)
done = subprocess.run([PROGRAM, str(FOLDER)], capture_output=True, text=True, check=False)
cases = 0
for line in done.stdout.splitlines():
    match = LINE.match(line)
    if not match:
        print("#", line)
        continue
    cases += 1
    name, passed, failed, skipped = match.group(1), *map(int, match.groups()[1:])
    good = failed == 0 and passed > 0
    print(f"{'ok' if good else 'not ok'} {cases} - {name}: {passed} cases, {skipped} skipped")
if done.returncode != 0 and cases == 0:
    cases += 1
    print(f"not ok {cases} - the program ended with {done.returncode}: {done.stderr.strip()}")
print(f"1..{cases}")
sys.exit(done.returncode)
