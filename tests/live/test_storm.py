#!/usr/bin/python3
"""A live desk armed from the shell trades through a storm: ten simulated venues over TLS in one
process, the desk in another, and everything goes wrong by seed (perpdesk sim --seed with accounts).
In the end orders and positions of the desk are the venues', no order was placed twice, no fill was
lost, its journal decides the same again, and no key is in any file or output.

    test_storm.py PERPDESK DEMO_FOLDER

PERPDESK_LIVE_SECONDS says how long it trades (default 20), PERPDESK_LIVE_SEED which storm.
"""
import collections
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan  # pylint: disable=wrong-import-position
from ten_venues import VENUES, Simulator, leaked

PROGRAM, DEMO = sys.argv[1:3]
SECONDS = int(os.environ.get("PERPDESK_LIVE_SECONDS", "20"))
SEED = os.environ.get("PERPDESK_LIVE_SEED", "7")
START_S = 60
AGREE_S = 30
QUIET_S = 100  # longer than the window of the smallest message rate
SECTIONS = ["[desk]", "mode = live", "symbols = BTC/USDT, ETH/USDT", "disk_floor_mb = 0",
            "journal_quotes = all", "[scanner]", "basis = off",
            "[risk]", "mode = aggressive", "max_jobs_per_minute = 10000",
            "max_jobs_per_day = 100000", "cool_down_sec = 0s", "max_failures = 1000",
            "venue_breaker_failures = 1000", "max_losing_in_a_row = 10000",
            "daily_loss_limit_usd = 100000", "max_unhedged_usd = 100000",
            "[wash]", "hold_min_sec = 0s", "hold_max_sec = 1s", "pace_ms = 100ms",
            "wait_fill_timeout_sec = 2s",
            *(line for name in VENUES
              for line in (f"[fees.{name}]", "maker_bps = 0", "taker_bps = 0"))]


class Desk:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.sim = Simulator(PROGRAM, DEMO, self.folder, "--seed", SEED)
        self.environment = {**os.environ, "HOME": folder, "XDG_STATE_HOME": f"{folder}/state",
                            "XDG_RUNTIME_DIR": folder, "PERPDESK_ENV_FILE": str(self.sim.keys)}
        config = self.sim.write_config(*SECTIONS)
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "--headless", "--live", "--config", config],
                env=self.environment, stdout=output, stderr=output)
        self.said = []

    def say(self, *words):
        """Exit code and standard output of a verb."""
        ran = subprocess.run([PROGRAM, *words], env=self.environment, text=True,
                             capture_output=True, timeout=60, check=False)
        self.said += [ran.stdout, ran.stderr]
        return ran.returncode, ran.stdout

    def rows(self, *words):
        return [json.loads(row) for row in self.say(*words, "--json")[1].splitlines()
                if row.startswith("{")]

    def status(self):
        return (self.rows("status") or [{}])[0]

    def until(self, good, seconds):
        end = time.monotonic() + seconds
        while not good():
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.2)
        return True

    def held(self):
        return {(row["venue"], row["symbol"]): float(row["net"]) for row in self.rows("positions")
                if float(row["net"]) != 0}

    def differences(self):
        """What is held at the venues and by the desk: {(venue, symbol): (there, here)}."""
        here = self.held()
        there = {(venue, name): float(value) for venue, row in self.sim.accounts().items()
                 for name, value in row.items() if "/" in name}
        return {key: (there.get(key, 0), here.get(key, 0)) for key in {*here, *there}
                if there.get(key, 0) != here.get(key, 0)}

    def journals(self):
        return sorted(self.folder.glob("state/perpdesk/live/journal-*"))

    def fills(self):
        """Fills that the journal tells, by venue."""
        counts = collections.Counter()
        for path in self.journals():
            shown = subprocess.Popen([PROGRAM, "journal", "show", path], env=self.environment,
                                     stdout=subprocess.PIPE, text=True)
            for row in shown.stdout:
                found = re.search(r" order_filled .* (?:maker|taker) (\w+) ", row)
                if found:
                    counts[found[1]] += 1
            shown.wait()
        return counts

    def content(self):
        yield "output of the shell", "".join(self.said)
        for path in self.folder.rglob("*"):
            if path.is_file() and path != self.sim.keys:
                yield path.name, path.read_bytes().decode("latin-1")


def trade(desk, case):
    agreed = desk.until(lambda: desk.status().get("reconcile") == "agreed", START_S)
    case(agreed and desk.status()["status"] == "PAUSED", "a live desk begins paused",
         desk.status())
    code, _ = desk.say("resume")
    case(code == 13 and desk.status()["status"] == "PAUSED", "the shell needs the phrase")
    code, _ = desk.say("resume", "--confirm", "TRADE LIVE")
    case(code == 0 and desk.status()["status"] == "RUNNING", "and is armed by it")
    end = time.monotonic() + SECONDS
    for venue in itertools.cycle(VENUES):  # besides what the desk does by itself
        if time.monotonic() > end or desk.process.poll() is not None:
            break
        desk.say("submit", "buy", venue, "BTC/USDT", "400", "--confirm", "TRADE LIVE")
        time.sleep(1)
    case(desk.process.poll() is None, "it runs through the storm")
    faults = desk.sim.order("status")
    desk.sim.order("heal all")
    print(f"# the storm's last moment: {'; '.join(faults.splitlines())}")
    began = time.monotonic()
    code, _ = desk.say("kill")
    case(code == 0 and desk.until(lambda: desk.status().get("orders_open") == 0, QUIET_S),
         "killed, nothing of it is open", desk.rows("orders"))
    print(f"# no order open after {time.monotonic() - began:.1f} s")
    case(desk.until(lambda: not desk.differences(), AGREE_S),
         "what it holds is what the venues say", desk.differences())
    print(f"# {time.monotonic() - began:.1f} s; holds {desk.held()}")
    began = time.monotonic()
    code, _ = desk.say("kill", "flatten")

    def is_quiet():
        status = desk.status()
        return (status.get("orders_open") == 0 and status.get("jobs_running") == 0
                and not desk.held())

    case(code == 0 and desk.until(is_quiet, QUIET_S), "killed and flattened, it comes to rest",
         desk.rows("orders") + desk.rows("positions") + desk.rows("jobs"))
    print(f"# quiet after {time.monotonic() - began:.1f} s")


def compare(desk, case):
    accounts = desk.sim.accounts()
    wrong = desk.differences()
    desk.process.terminate()
    case(desk.process.wait(timeout=60) == 0, "it ends in order")
    desk.sim.stop()
    fills = desk.fills()
    for venue in VENUES:
        row = accounts[venue]
        print(f"# {venue}: " + " ".join(f"{name} {value}" for name, value in row.items()) +
              f"; fills here {fills[venue]}")
        case(row["open"] == "0", f"{venue}: no order is left")
        case(row["twice"] == "0", f"{venue}: no order was placed twice")
        case(not [key for key in wrong if key[0] == venue], f"{venue}: positions are equal", wrong)
        case(fills[venue] == int(row["fills"]), f"{venue}: each fill is on file once",
             f"{row['fills']} there, {fills[venue]} here")
    case(sum(fills.values()) > SECONDS / 2, "it traded", fills)


def main():
    print(f"# seed {SEED}, {SECONDS} s")
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        try:
            trade(desk, case)
            compare(desk, case)
            for path in desk.journals():
                code, text = desk.say("replay", "--verify", str(path))
                case(code == 0, f"{path.name} decides the same again", text + desk.said[-1])
        finally:
            for process in (desk.process, desk.sim.process):
                if process.poll() is None:
                    process.kill()
                process.wait()
        shown = {name: leaked(text) for name, text in desk.content() if leaked(text)}
        case(not shown, "no key is in a file or an output", shown)
    plan()


main()
