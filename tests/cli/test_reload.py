#!/usr/bin/env python3
"""SIGHUP to a desk without a screen: what may change does at once, what needs a restart is named,
a file with mistakes changes nothing, and the journal replays to the same decisions.

test_reload.py PERPDESK SOURCE_ROOT
"""

import json
import pathlib
import signal
import sys
import tempfile
import time

from outside import Desk, case, plan

PROGRAM = sys.argv[1]
FIRST = """[risk]
max_order_usd = 1000
[fees.okx]
taker_bps = 5
[scanner]
priority_pairs = okx:grvt, lighter:okx
[alert.kept]
condition = equity_usd > 1
[alert.gone]
condition = jobs_running > 1000
"""
SECOND = """[risk]
max_order_usd = 900
[fees.okx]
taker_bps = 2.5
[wash]
enabled = no
[arb]
enabled = no
[desk]
symbols = BTC/USDT
[paper]
latency_ms = 7
[scanner]
priority_pairs = grvt:binance
[alert.new]
condition = price_above BTC/USDT 1 on okx
severity = red
[alert.kept]
condition = equity_usd > 1
"""
MISTAKEN = "[risk]\nmax_order_usd = much\nmax_failures = 0\n"

class ReloadedDesk(Desk):
    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "desk.ini"
        self.told = pathlib.Path(folder) / "told"
        self.file.write_text(FIRST)
        with open(self.told, "w", encoding="utf-8") as told:
            super().__init__(PROGRAM, folder, "--config", str(self.file), told=told)

    def wait_for(self, text, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if text in self.told.read_text():
                return True
            time.sleep(0.05)
        return text in self.told.read_text()

    def load(self, text):
        self.file.write_text(text)
        self.process.send_signal(signal.SIGHUP)

    def speaks(self, rule, seconds=20):
        """The severity in which the alert rule speaks."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.ask("alerts", "--json").splitlines():
                row = json.loads(line)
                if row["rule"] == rule:
                    return row["severity"]
            time.sleep(0.2)
        return ""

    def newest_job(self):
        rows = [json.loads(line) for line in self.ask("jobs", "--json").splitlines()]
        return max((row.get("job", row.get("id", 0)) for row in rows), default=0)


def set_cases(desk):
    done = desk.ask("set", "fees.okx.taker_bps=3.5")
    case(done == "set: fees.okx.taker_bps = 3.5bps\n" and desk.wait_for(done.strip()),
         "a fee is set by hand, and the log says so", done)
    again = desk.ask("set", "fees.okx.taker_bps=3.5")
    case("it is so already" in again, "and is so then", again)
    case(desk.ask("set", "risk.max_order_usd=800") == "set: risk.max_order_usd = 800usd\n",
         "and a limit")
    # What a demo changes counts, not what the file says.
    case("it is so already" in desk.ask("set", "scanner.stand_ms=250"), "against what is in force")
    wrong = {"risk.max_orderr_usd=1": "did you mean max_order_usd",
             "fees.okx.taker_bps=99999": "out of range",
             "capital.wash_pct=90": "add up to 120%",
             "desk.symbols=BTC/USDT": "not among",
             "wash": "expected section.key=value"}
    for change, says in wrong.items():
        told = desk.ask("set", change)
        case(told.startswith("64 ") and says in told, f"set {change} is refused", told)
    done = desk.ask("set", "alert.new.condition=price_below BTC/USDT 1")
    case(done == "set: alert.new.condition=price_below BTC/USDT 1\n", "a rule is set by hand", done)
    told = desk.ask("set", "desk.records=no")
    case(told.startswith("13 ") and "needs a restart" in told, "what needs a restart is", told)
    shown = desk.ask("config", "--desk", "demo")
    lines = ["[fees.okx]", "taker_bps = 3.5bps", "max_order_usd = 800usd", "stand_ms = 250ms"]
    missing = [line for line in lines if line not in shown]
    case(not missing and "90%" not in shown, "the configuration in force has it", missing)


def rules_between_keys(desk):
    """What was set by hand and what the file says may each be right, and not both together."""
    desk.ask("set", "risk.emergency_collar_bps=30bps")
    told = len(desk.told.read_text())
    desk.load(SECOND.replace("[risk]\n", "[risk]\nprice_collar_bps = 50bps\n"))
    good = desk.wait_for("emergency_collar_bps, which is 30bps")
    said = desk.told.read_text()[told:]
    case(good and "nothing was changed: with what was set by hand" in said and
         "settings changed" not in said, "a file that contradicts what was set changes nothing",
         said)
    shown = desk.ask("config", "--desk", "demo")
    case("price_collar_bps = 20bps" in shown and "emergency_collar_bps = 30bps" in shown,
         "and leaves in force what was", shown)
    done = desk.ask("set", "risk.emergency_collar_bps=60bps")
    desk.load(desk.file.read_text())
    good = desk.wait_for("risk.price_collar_bps = 50bps")
    case(done == "set: risk.emergency_collar_bps = 60bps\n" and good,
         "once that is put right it does", done + desk.told.read_text()[told:])


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk = ReloadedDesk(folder)
        case(desk.wait_for("DEMO desk runs"), "the desk runs", desk.told.read_text())
        end = time.monotonic() + 40
        while desk.newest_job() == 0 and time.monotonic() < end:
            time.sleep(0.2)
        desk.load(MISTAKEN)
        good = desk.wait_for("nothing was changed")
        told = desk.told.read_text()
        case(good and "desk.ini:2: " in told and "desk.ini:3: " in told and
             "settings changed" not in told, "a file with mistakes changes nothing", told)
        desk.load(SECOND)
        good = desk.wait_for("8 settings changed")
        told = desk.told.read_text()
        lines = ["risk.max_order_usd = 900usd", "fees.okx.taker_bps = 2.5bps",
                 "wash.enabled = no", "arb.enabled = no", "alert.gone is gone",
                 "alert.new = price_above BTC/USDT 1 on okx",
                 "scanner.priority_pairs = grvt:binance as pair 1",
                 "scanner.priority_pairs = no pair 2"]
        missing = [line for line in lines if line not in told]
        case(good and not missing, "what changed is told", f"{missing}\n{told}")
        restart = [line for line in told.splitlines() if "needs a restart" in line]
        case(len(restart) == 1 and "desk.symbols" in restart[0] and
             "paper.latency_ms" in restart[0] and "risk" not in restart[0] and
             "alert" not in restart[0] and "scanner" not in restart[0],
             "what needs a restart is named", told)
        case(desk.speaks("new") == "red" and desk.speaks("kept") == "warn",
             "a new alert rule speaks", desk.ask("alerts", "--json"))
        shown = desk.ask("config", "--desk", "demo")
        case("[alert.new]" in shown and "[alert.gone]" not in shown and
             "priority_pairs = grvt:binance\n" in shown, "rules and pairs are in force", shown)
        case("settings were changed" in desk.ask("alerts"), "the console hears of it",
             desk.ask("alerts"))
        time.sleep(1)
        before = desk.newest_job()
        time.sleep(4)
        case(before > 0 and desk.newest_job() == before, "strategies that are off start no job",
             f"{before} {desk.newest_job()}")
        desk.load(SECOND)
        good = desk.wait_for(" 0 settings changed")
        case(good, "the same file again changes nothing", desk.told.read_text())
        desk.load(SECOND.replace("[wash]\nenabled = no", "[wash]\nenabled = yes"))
        end = time.monotonic() + 40
        while desk.newest_job() == before and time.monotonic() < end:
            time.sleep(0.2)
        case(desk.newest_job() > before, "and on again they do", desk.told.read_text())
        desk.load(SECOND.replace("= BTC/USDT\n", "= BTC/USDT, SOL/USDT\n") +
                  "[alert.sol]\ncondition = price_above SOL/USDT 1\n")
        good = desk.wait_for("alert.sol.condition")
        restart = desk.told.read_text().splitlines()[-2]
        case(good and "alert.sol.condition" in restart and "[alert.sol]" not in
             desk.ask("config", "--desk", "demo"), "a rule about a symbol to come waits with it",
             desk.told.read_text())
        set_cases(desk)
        rules_between_keys(desk)
        desk.process.send_signal(signal.SIGTERM)
        code = desk.process.wait(timeout=60)
        case(code == 0, "the desk ends in order", f"{code}\n{desk.told.read_text()}")
        replay = desk.ask("replay", "--verify", folder + "/state/perpdesk/demo")
        case("all equal" in replay, "its journal replays to the same decisions", replay)
    plan()


main()
