#!/usr/bin/env python3
"""What a running desk answers a person: a verb that did nothing does not say that it did, and its
exit code tells.

test_answers.py PERPDESK
"""

import sys
import tempfile
import time

from outside import Desk, case, plan

PROGRAM = sys.argv[1]

# verb, exit code (0: the answer is what was printed), part of what is told; in this order
ANSWERS = [
    ("clear-kill", 13, "the kill switch is not latched"),
    ("status", 0, "RUNNING"),
    ("cancel 99999", 64, "no job 99999"),
    ("acknowledge 7777", 64, "no alarm 7777"),
    ("submit buy okx BTC/USDT 5", 13, "refused: order_small: 5.00 USD against "),
    ("submit buy okx BTC/USDT 1000000000", 13, "refused: capital_single: "),
    ("submit buy okx BTC/USDT 250", 0, "taken: submit buy okx BTC/USDT 250"),
    ("threshold 2.5", 0, "taken: threshold 2.5: the mode's 3.00 bps holds"),
    ("threshold 4", 0, "taken: threshold 4\n"),
    ("threshold -- -5", 64, "threshold: -5 is not in 0..10000 bps: expected BPS|auto"),
    ("threshold 99999", 64, "threshold: 99999 is not in 0..10000 bps"),
    ("status", 0, "threshold_bps    4.00"),
    ("threshold auto", 0, "taken: threshold auto"),
    ("status", 0, "threshold_bps    auto"),
    ("acknowledge -- -5", 64, "expected [ALARM|all]"),
    ("acknowledge all", 0, "taken: acknowledge all"),
    ("status", 0, "alerts_open      0"),
    ("status --json", 0, '"threshold_bps":null,'),
    ("venue okx off --dry-run", 64, "--dry-run shows requests to a venue"),
    ("kill", 0, "taken: kill"),
    ("resume", 13, "still killed: clear-kill (K) first"),
    ("clear-kill", 0, "taken: clear-kill"),
    ("resume", 0, "taken: resume"),
]


def wait_until_live(desk, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if "venue okx feed live" in desk.ask("status"):
            return True
        time.sleep(0.2)
    return False


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(PROGRAM, folder)
        try:
            case(wait_until_live(desk), "the desk runs", desk.ask("status"))
            for words, code, text in ANSWERS:
                told = desk.ask(*words.split())
                good = text in told and (code == 0 or told.startswith(f"{code} "))
                case(good, f"perpdesk {words}: {text}", told)
        finally:
            desk.process.kill()
            desk.process.wait()
    plan()


main()
