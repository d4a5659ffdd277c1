#!/usr/bin/python3
"""A demo as a person runs it: killed, verified, started again, ended in order; and two of them on
one state folder.

test_session.py PERPDESK
"""

import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import tap  # pylint: disable=wrong-import-position
from tap import check  # pylint: disable=wrong-import-position

try:
    import terminal
except ImportError:
    print("1..0 # SKIP python3-pyte is not installed")
    sys.exit(0)

PROGRAM = sys.argv[1]
HOME = tempfile.TemporaryDirectory()
FOLDER = HOME.name + "/state/perpdesk/demo"


def verify():
    return subprocess.run([PROGRAM, "replay", FOLDER, "--verify"], capture_output=True, text=True,
                          timeout=60, env=terminal.environment(HOME.name))


def attempts():
    done = subprocess.run([PROGRAM, "trades", FOLDER, "--json"], capture_output=True, text=True,
                          timeout=60, env=terminal.environment(HOME.name))
    check(done.returncode == 0, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def trades_in_its_session(desk, sessions):
    """Until an attempt with a fill is on record in the newest of so many sessions."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = attempts()
        newest = max((row["session"] for row in rows), default="")
        if len({row["session"] for row in rows}) == sessions and any(
                row["session"] == newest and row["fills"] > 0 for row in rows):
            return
        desk.pump(0.5)
    raise AssertionError(f"no fill on record in the session, {len(rows)} attempts")


def shows_a_running_desk(desk):
    desk.wait_for("RUNNING")
    for venue in ("binance", "okx", "hyperliquid", "lighter"):
        desk.wait_for(venue)
    desk.wait_for("DEMO")
    desk.wait_for("wash")  # a hedged-volume job


def killed_in_the_middle_it_leaves_a_journal_that_verifies():
    desk = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    try:
        shows_a_running_desk(desk)
        desk.wait_for("3 books as 10 venues")
        check("last session" not in desk.text(), "a first session speaks of one before it")
        desk.pump(6)
        trades_in_its_session(desk, 1)
        check(desk.kill(signal.SIGKILL) == -signal.SIGKILL, "kill -9 did not kill it")
    finally:
        desk.close()
    done = verify()
    check(done.returncode == 0, done.stderr)
    check("decisions, all equal" in done.stdout, done.stdout)
    inputs, decisions = map(int, re.match(r"(\d+) inputs, (\d+) decisions", done.stdout).groups())
    check(inputs > 1000 and decisions > 20, done.stdout)
    print("#", done.stdout.strip())


def replay(*words):
    return subprocess.run([PROGRAM, "replay", FOLDER, *words], capture_output=True, text=True,
                          timeout=60, env=terminal.environment(HOME.name))


def it_can_be_seen_as_it_was_at_a_second():
    early, late = (replay("--until", moment, "--json") for moment in ("23:57:38", "23:57:41"))
    check(early.returncode == 0 and late.returncode == 0, early.stderr + late.stderr)
    rows = [[json.loads(line) for line in done.stdout.splitlines()] for done in (early, late)]
    check(rows[0][-1]["events"] < rows[1][-1]["events"], "a later moment has no more events")
    check("up to 2024-08-08T23:57:41Z" in rows[1][-1]["summary"], rows[1][-1])
    check({"quote", "desk", "capital"} <= {row.get("kind") for row in rows[1]}, late.stdout[:2000])
    desk = terminal.Terminal(PROGRAM, ["replay", FOLDER, "--until", "2024-08-08T23:57:41"],
                             HOME.name)
    try:
        desk.wait_for("23:57:40Z")  # of the last input before
        desk.wait_for("PAST: a replay's moment")
        desk.pump(3)
        check("NO NEWS" not in desk.text(), "a moment of the past is silent by nature")
        for word in ("binance", "BTC/USDT", "RUNNING"):
            desk.wait_for(word)
        desk.type("p")
        desk.wait_for("a moment of the past")
        check("RUNNING" in desk.text(), "the past was changed")
        desk.type("q")
        check(desk.end() == 0, desk.text())
        check(desk.restored() is None, desk.restored())
    finally:
        desk.close()


def a_moment_that_is_none_is_told():
    for word, code, told in (("soon", 64, "expected HH:MM:SS"),
                             ("2020-01-01", 64, "the session begins at 2024-08-08T23:57:3"),
                             ("2024-08-08 25:00:00", 64, "expected HH:MM:SS")):
        done = replay("--until", word)
        check(done.returncode == code and told in done.stderr, f"{word}: {done}")
    done = replay("--until", "2024-08-10")
    check(done.returncode == 0 and "the session ends at 2024-08-08T23:57:" in done.stdout, done)


def a_torn_tail_is_told_and_the_rest_verifies():
    newest = max(glob.glob(FOLDER + "/*.pdj"), key=os.path.getmtime)
    os.truncate(newest, os.path.getsize(newest) - 5)
    done = verify()
    check(done.returncode == 0, done.stderr)
    check("the last record is torn and was left out" in done.stdout, done.stdout)


def the_next_start_says_what_it_found_and_goes_on():
    desk = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    try:
        shows_a_running_desk(desk)
        desk.wait_for("last session broke off after")
        desk.wait_for("torn tail")
        trades_in_its_session(desk, 2)
        code = desk.kill(signal.SIGTERM)
        check(code == 0, f"SIGTERM ended it with {code}:\n{desk.text()}")
        check(desk.restored() is None, desk.restored())
        check(b"DEMO desk stopped: 0 orders open" in desk.output, "no farewell")
    finally:
        desk.close()
    done = verify()
    check(done.returncode == 0 and "torn" not in done.stdout, done.stdout + done.stderr)


def every_attempt_is_on_record():
    told = replay()
    jobs = int(re.search(r"over (\d+) jobs", told.stdout).group(1))
    rows = attempts()
    newest = max(row["session"] for row in rows)
    check(newest in max(glob.glob(FOLDER + "/*.pdj")), newest)
    last = [row for row in rows if row["session"] == newest]
    check([row["job"] for row in last] == list(range(1, jobs + 1)), f"{jobs} jobs, {last}")
    check(len({row["session"] for row in rows}) == 2, "the session that was killed is on record")
    check(any(row["fills"] > 0 and row["volume_usd"] > 0 for row in last), "no fill on record")
    print("#", len(rows), "attempts")


def after_a_farewell_there_is_nothing_to_say():
    desk = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    try:
        shows_a_running_desk(desk)
        check("broke off" not in desk.text(), desk.text())
    finally:
        desk.close()


def a_second_desk_on_the_folder_is_refused():
    desk = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    try:
        desk.wait_for("RUNNING")
        second = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
        try:
            code = second.end()
            check(code not in (0, -signal.SIGKILL), f"the second desk ended with {code}")
            said = second.output.decode().strip()
            check(said.startswith("perpdesk: ") and FOLDER in said and "\n" not in said, said)
            print("# exit code", code, said.replace(HOME.name, ""))
        finally:
            second.close()
        desk.pump(1)
        check("RUNNING" in desk.text(), "the first desk was disturbed")
        check(desk.kill(signal.SIGTERM) == 0, "SIGTERM")
    finally:
        desk.close()


def a_crash_gives_the_terminal_back():
    desk = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    try:
        desk.wait_for("RUNNING")
        code = desk.kill(signal.SIGSEGV)
        check(code == -signal.SIGSEGV, f"it ended with {code}")
        check(desk.restored() is None, desk.restored())
    finally:
        desk.close()


if __name__ == "__main__":
    with HOME:
        sys.exit(tap.run([
            killed_in_the_middle_it_leaves_a_journal_that_verifies,
            it_can_be_seen_as_it_was_at_a_second,
            a_moment_that_is_none_is_told,
            a_torn_tail_is_told_and_the_rest_verifies,
            the_next_start_says_what_it_found_and_goes_on,
            every_attempt_is_on_record,
            after_a_farewell_there_is_nothing_to_say,
            a_second_desk_on_the_folder_is_refused,
            a_crash_gives_the_terminal_back,
        ]))
