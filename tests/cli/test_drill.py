#!/usr/bin/env python3
"""Drills on a paper desk that trades: each tells its times, puts the desk back as it was, and
leaves a journal that replays to the same decisions.

test_drill.py PERPDESK
"""

import json
import signal
import sys
import tempfile
import time

from outside import Desk, case, plan

PROGRAM = sys.argv[1]
SLOW_MS = 60000  # what a drill itself gives up after; how fast it is on a quiet machine it tells

class DrilledDesk(Desk):
    def rows(self, *words):
        try:
            return [json.loads(line) for line in self.ask(*words, "--json").splitlines()]
        except json.JSONDecodeError:
            return []

    def wait_for_job(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(job.get("state") == "holding" for job in self.rows("jobs")):
                return True
            time.sleep(0.2)
        return False


def drill(desk, what):
    rows = desk.rows("drill", what)
    good = bool(rows) and all(row.get("drill") == what for row in rows)
    return rows if good else [], desk.ask("status")


def drills(desk, folder):
    case(desk.wait_for_job(), "the desk trades", desk.ask("jobs"))
    rows, status = drill(desk, "orphan")
    case(len(rows) == 1 and 0 < rows[0]["noticed_ms"] <= rows[0]["closed_ms"] < SLOW_MS,
         "a leg that is gone is noticed and the other closed", f"{rows}\n{status}")
    jobs = {job["job"]: job for job in desk.rows("jobs")}
    job = jobs.get(rows[0]["job"], {}) if rows else {}
    case(job.get("state") == "failed" and job.get("rule") == "leg_vanished",
         "its job failed for that reason", job)
    case("leg_vanished" in desk.ask("alerts"), "and a red alarm says so", desk.ask("alerts"))
    case("RUNNING" in status, "the desk runs on", status)
    refused = desk.ask("drill", "fire")
    case(refused.startswith("64 "), "what is no drill is refused", refused)
    rows, status = drill(desk, "kill")
    case(len(rows) == 1 and rows[0]["blocked_ms"] <= rows[0]["no_order_open_ms"] < SLOW_MS and
         "RUNNING" in status, "the kill switch is tried and cleared", f"{rows}\n{status}")
    rows, status = drill(desk, "reconnect")
    case(len(rows) > 0 and all(row["ms"] < SLOW_MS for row in rows) and "RUNNING" in status,
         "every venue is live again", f"{rows}\n{status}")
    desk.process.send_signal(signal.SIGTERM)
    code = desk.process.wait(timeout=60)
    case(code == 0, "the desk ends in order", code)
    replay = desk.ask("replay", "--verify", folder + "/state/perpdesk/demo")
    case("all equal" in replay, "its journal replays to the same decisions", replay)


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = DrilledDesk(PROGRAM, folder, "--demo-speed=2")
        try:
            drills(desk, folder)
        finally:
            desk.process.kill()
            desk.process.wait()
    plan()


main()
