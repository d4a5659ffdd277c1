#!/usr/bin/python3
"""What `panic` says and does after a live desk that was killed, with an order and a position at two
simulated venues: nothing is called closed that was not seen to be.

    test_panic.py PERPDESK DEMO_FOLDER
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan, skip  # pylint: disable=wrong-import-position
from ten_venues import Simulator

PROGRAM, DEMO = os.path.abspath(sys.argv[1]), sys.argv[2]
TRADED = ("binance", "okx")
PHRASE = ("--confirm", "TRADE LIVE")
SECTIONS = ["[desk]", "mode = live", "symbols = BTC/USDT", "disk_floor_mb = 0",
            "[feeds]", "min_volume_usd = 0usd", "stale_ms = 60s", "quiet_ms = 120s",
            "[wash]", "enabled = no", "[arb]", "enabled = no", "[hedge_rebalance]", "enabled = no",
            "[execution]", "wait_fill_timeout_sec = 30s", "[risk]", "max_position_usd = 9000"]


class Desk:
    """A live desk at two venues that is started and killed again; its shell."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.sim = Simulator(PROGRAM, DEMO, folder)
        self.sim.endpoints = [line for line in self.sim.endpoints
                              if line.startswith(("ca_file", *TRADED))]
        self.config = self.sim.write_config(
            *SECTIONS, "[venues]", *(f"{name} = off" for name in self.sim.names
                                     if name not in TRADED))
        self.journals = self.folder / "state/perpdesk/live"
        self.kept = self.folder / "kept"
        self.environment = {**os.environ, "HOME": folder, "XDG_STATE_HOME": f"{folder}/state",
                            "XDG_RUNTIME_DIR": folder, "PERPDESK_ENV_FILE": str(self.sim.keys)}

    def popen(self, *words, **options):
        return subprocess.Popen([PROGRAM, *words], env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, **options)

    def say(self, *words):
        """Exit code, and what was said."""
        ran = self.popen(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = ran.communicate(timeout=120)
        return ran.returncode, said

    def panic(self, *words, config=None):
        return self.say("panic", "--flatten", "--config", str(config or self.config), *words)

    def until(self, good, seconds=60):
        end = time.monotonic() + seconds
        while not good() and time.monotonic() < end:
            time.sleep(0.1)

    def at(self, venue, what):
        return self.sim.accounts()[venue].get(what, "0")

    def is_open(self):
        return self.at("binance", "BTC/USDT") != "0" and self.at("okx", "open") == "1"

    def is_closed(self):
        return all(self.at(venue, what) == "0" for venue in TRADED
                   for what in ("BTC/USDT", "open"))

    @contextlib.contextmanager
    def opening(self):
        """A desk without a past buys on one venue and rests on the other; killed at the end."""
        shutil.rmtree(self.journals, ignore_errors=True)
        process = self.popen("run", "--headless", "--live", "--config", str(self.config),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.until(lambda: '"reconcile":"agreed"' in self.say("status", "--json")[1])
            self.say("resume", *PHRASE)
            self.until(lambda: self.say("submit", "buy", "binance", "BTC/USDT", "500",
                                        *PHRASE)[0] == 0)
            self.until(lambda: self.at("binance", "BTC/USDT") != "0")
            self.sim.order("hold")  # what rests is met by nobody
            self.say("submit", "sell", "okx", "BTC/USDT", "500", *PHRASE)
            self.until(self.is_open)
            yield process
        finally:
            process.kill()
            process.wait()

    def leave_something(self):
        with self.opening():
            pass
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.journals, self.kept)

    @contextlib.contextmanager
    def journals_changed(self):
        yield sorted(self.journals.glob("journal-*"))
        shutil.rmtree(self.journals)
        shutil.copytree(self.kept, self.journals)

    def stop(self):
        self.sim.stop()


def names_both(said):
    return ("perpdesk venue binance flatten BTC/USDT" in said and
            "perpdesk venue okx cancel-all" in said and "no position\n" not in said)


def journal_cases(desk, case):
    with desk.journals_changed() as journals:
        data = bytearray(journals[-1].read_bytes())
        data[100] ^= 1
        journals[-1].write_bytes(data)
        code, said = desk.panic()
        case(code == 10 and names_both(said) and "does not tell" in said and desk.is_open(),
             "a damaged journal: what the venues have beside the book is told", f"{code} {said}")
    with desk.journals_changed() as journals:
        for path in journals:
            path.unlink()
        code, said = desk.panic()
        case(code == 10 and names_both(said) and desk.is_open(), "no journal: likewise",
             f"{code} {said}")


def silent_cases(desk, case):
    with desk.journals_changed() as journals:
        for path in journals:
            path.unlink()
        away = desk.folder / "away.ini"
        away.write_text(re.sub(r"(//[^:/]+):\d+", r"\1:1", desk.config.read_text()))
        process = desk.popen("panic", "--config", str(away), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        time.sleep(13)  # longer than a desk waits for a venue that is silent
        waited = process.poll() is None
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        case(waited and process.returncode == 10 and "okx was not heard" in said and
             "binance was not heard" in said, "venues that nobody reaches are named",
             f"{process.returncode} {said}")
    code, said = desk.say("panic", "--desk", "live")
    case(code == 78 and "name the live desk's" in said, "a live desk's configuration is asked for",
         f"{code} {said}")
    with desk.journals_changed() as journals:
        for path in journals:
            path.unlink()
        keys = desk.environment.pop("PERPDESK_ENV_FILE")
        code, said = desk.panic()
        desk.environment["PERPDESK_ENV_FILE"] = keys
        case(code == 10 and "no venue was heard" in said and desk.is_open(),
             "without a key nothing is called closed", f"{code} {said}")


def closing_cases(desk, case):
    demo = desk.popen("run", "--headless", f"--demo={DEMO}", stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)
    try:
        desk.until(lambda: desk.say("status", "--desk", "demo")[0] == 0)
        code, said = desk.panic("--desk", "demo")
        case(code == 0 and "live" not in said and desk.is_open(), "another desk alone is meant",
             f"{code} {said}")
        desk.sim.order("go")
        code, said = desk.panic()
        case(code == 0 and "demo desk: blocked" in said and "no position\n" in said and
             desk.is_closed(), "beside another desk all of it is closed with the journal's help",
             f"{code} {said} {desk.sim.accounts()}")
    finally:
        demo.kill()
        demo.wait()


def floor_cases(desk, case):
    desk.leave_something()
    desk.sim.order("go")
    full = desk.folder / "full.ini"
    full.write_text(desk.config.read_text().replace("floor_mb = 0", "floor_mb = 1048576"))
    code, said = desk.say("run", "--headless", "--live", "--config", str(full))
    case(code == 74 and "disk_floor_mb" in said and desk.is_open(),
         "below the disk's floor no desk starts", f"{code} {said}")
    code, said = desk.panic(config=full)
    case(code == 0 and "no position\n" in said and desk.is_closed(), "and panic closes",
         f"{code} {said}")


def full_disk_cases(desk, case):
    """The desk lives, but its journal's disk is full."""
    state = desk.folder / "small"
    state.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", state],
            stderr=subprocess.DEVNULL).returncode != 0:
        skip("a full disk", "it takes root to make a small one")
        return
    journals, desk.journals = desk.journals, state / "perpdesk/live"
    environment, desk.environment = desk.environment, {**desk.environment,
                                                       "XDG_STATE_HOME": str(state)}
    try:
        with desk.opening() as process:
            was_open = desk.is_open()
            with contextlib.suppress(OSError), open(state / "full", "wb", buffering=0) as full:
                while True:
                    full.write(bytes(4096))
            desk.until(lambda: desk.at("okx", "open") == "0")
            _, said = desk.say("status", "--json")
            case(was_open and desk.at("okx", "open") == "0" and process.poll() is None and
                 '"journal":"failed"' in said, "what rests is taken back when the disk is full",
                 f"{was_open} {desk.sim.accounts()} {said}")
            desk.sim.order("go")
            code, said = desk.panic()
            case(code == 0 and desk.is_closed() and process.wait(10) != 0 and
                 "its journal failed" in said, "and panic closes what is left",
                 f"{code} {said} {desk.sim.accounts()}")
        (state / "full").unlink()
        for path in (desk.folder / "perpdesk/live-journal").glob("journal-*"):
            shutil.move(path, desk.journals)
        (desk.journals / "stop").unlink(missing_ok=True)
        process = desk.popen("run", "--headless", "--live", "--config", str(desk.config),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        desk.until(lambda: '"reconcile":"' in desk.say("status", "--json")[1] and
                   '"reconcile":"asking"' not in desk.say("status", "--json")[1])
        _, said = desk.say("status", "--json")
        case('"reconcile":"agreed"' in said and '"gross_usd":0,' in said,
             "and with its journal the next start agrees", said)
        process.kill()
        process.wait()
    finally:
        desk.journals, desk.environment = journals, environment
        subprocess.run(["umount", state], check=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        try:
            desk.leave_something()
            case(desk.is_open(), "a live desk dies with an order and a position",
                 desk.sim.accounts())
            journal_cases(desk, case)
            silent_cases(desk, case)
            closing_cases(desk, case)
            floor_cases(desk, case)
            full_disk_cases(desk, case)
        finally:
            desk.stop()
    plan()


main()
