#!/usr/bin/env python3
"""backtest from outside: the same run says the same, JSON and CSV agree, a sweep is its single
runs, and a run that dies or is stopped is told.

test_backtest.py PERPDESK SOURCE_ROOT
"""

import csv
import decimal
import io
import json
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time

from outside import case, plan

PROGRAM = sys.argv[1]
HOME = tempfile.TemporaryDirectory()
ENVIRONMENT = {**os.environ, "HOME": HOME.name, "XDG_CONFIG_HOME": HOME.name + "/config",
               "XDG_STATE_HOME": HOME.name + "/state", "TERM": "xterm"}
SHORT = ["--seconds", "40"]  # the shortest hold is 10 s, and what opened late closes late
SUMS = ["jobs", "done", "failed", "refused", "expired", "held", "traded", "won", "volume_usd"]

# arguments, exit code, part of stderr
MISTAKES = [
    ("--sweep risk.mode", 64, "expected SECTION.KEY=A,B,C"),
    ("--sweep =1,2", 64, "expected SECTION.KEY=A,B,C"),
    ("--sweep risk.mode=balanced,", 64, "a value is empty"),
    ("--sweep risk.mode=calm,balanced", 78, "is not a choice"),
    ("--sweep risk.mode=" + ",".join(["balanced"] * 1001), 64, "more than 1000 runs"),
    ("--csv --json", 64, "exclude each other"),
    ("--demo-map okx=nobody", 64, "no books of nobody"),
    ("/nonexistent", 66, "/nonexistent"),
    ("--set desk.symbols=DOGE/USDT", 65, "no book of a venue and symbol"),
]

def start(words, **more):
    return subprocess.Popen([PROGRAM, "backtest", *words], text=True, env=ENVIRONMENT,
                            stdin=subprocess.DEVNULL, **more)


def run(*words):
    process = start(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def runs(*words):
    code, out, err = run(*words, "--json")
    assert code == 0, err
    return [json.loads(line, parse_float=decimal.Decimal) for line in out.splitlines()]


def figures():
    first = runs(*SHORT)[0]
    case(first == runs(*SHORT)[0], "the same run says the same")
    case(first["jobs"] > 0 and first["done"] > 0 and first["volume_usd"] > 0,
         "jobs are opened and closed", first)
    wrong = [name for name in SUMS if sum(pair[name] for pair in first["pairs"]) != first[name]]
    case(not wrong, "the pairs add up to the desk", wrong)
    case(first["won"] <= first["traded"] <= first["jobs"] and first["drawdown_usd"] >= 0,
         "what was won was traded", first)
    case(0 <= first["drawdown_usd"] + first["pnl_usd"], "no loss is deeper than the drawdown",
         first)
    share = first["won"] * 100 / decimal.Decimal(first["traded"])
    case(abs(share - first["hit_pct"]) < decimal.Decimal("0.001"), "the hit rate is won of traded",
         first["hit_pct"])
    return first


def as_csv(first):
    code, out, _ = run(*SHORT, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    case(code == 0 and len(rows) == 1 + len(first["pairs"]), "a row for the desk and each pair")
    told = [first, *first["pairs"]]
    wrong = [(name, row) for row, one in zip(rows, told) for name in SUMS + ["fees_usd", "pnl_usd"]
             if decimal.Decimal(row[name]) != one[name]]
    case(not wrong, "CSV and JSON agree", wrong)
    case([row["symbol"] for row in rows] == ["*"] + [pair["symbol"] for pair in first["pairs"]],
         "the desk's row is first")


def sweep():
    several = runs("--seconds", "10", "--sweep", "risk.mode=conservative,aggressive",
                   "--sweep", "wash.enabled=yes,no")
    wanted = [("conservative", "yes"), ("conservative", "no"), ("aggressive", "yes"),
              ("aggressive", "no")]
    case([(one["settings"]["risk.mode"], one["settings"]["wash.enabled"]) for one in several] ==
         wanted, "every combination, the last key fastest", [one["settings"] for one in several])
    alone = runs("--seconds", "10", "--set", "risk.mode=aggressive")[0]
    for one in (alone, several[2]):
        del one["run"], one["settings"]
    case(alone == several[2], "a run of a sweep is the run alone")
    case(several[0]["volume_usd"] != several[1]["volume_usd"], "the values make a difference")
    code, out, _ = run("--seconds", "5", "--sweep", "risk.mode=balanced,aggressive")
    case(code == 0 and "run 1" in out and "risk.mode=aggressive" in out, "a sweep as text", out)


def mistakes():
    for line, code, told in MISTAKES:
        found, out, err = run(*line.split())
        case(found == code and told in err and out == "", f"backtest {line[:50]}",
             f"exit {found}\n{out[:300]}\n{err[:600]}")


def children_of(process):
    path = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        children = [int(word) for word in path.read_text().split()]
        if children:
            return children
        time.sleep(0.01)
    return []


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def ends():
    process = start([], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    children = children_of(process)
    os.kill(children[0], signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    case(process.returncode == 70 and "ended without a result" in err and out == "",
         "a run that dies is told", f"{process.returncode} {out} {err}")
    process = start(["--sweep", "risk.mode=balanced,aggressive"], stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
    children = children_of(process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    case(process.returncode == 1 and "stopped" in err and out == "" and all(map(gone, children)),
         "a signal ends all runs", f"{process.returncode} {out} {err}")


def bar():
    master, slave = pty.openpty()
    process = start(["--seconds", "60"], stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    shown = b""
    while process.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break
    os.close(master)
    case(b"[####" in shown and b" s left" in shown and b"times as fast" in shown,
         "a bar on a terminal", shown[-300:])


one = figures()
as_csv(one)
sweep()
mistakes()
ends()
bar()
plan()
