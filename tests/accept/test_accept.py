#!/usr/bin/python3
"""What the desk promises, tried from outside: its feeds, its opportunities, any recording, and what
it says when the machine does not give what it needs.

test_accept.py PERPDESK SOURCE_ROOT
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
from decimal import Decimal

import tap
from tap import Skip, check

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SHARED = pathlib.Path(os.environ.get("PERPDESK_SHARED", ROOT.parent / "shared")) / "recordings"
HOME = tempfile.TemporaryDirectory()
ENVIRONMENT = {**os.environ, "HOME": HOME.name, "XDG_CONFIG_HOME": HOME.name + "/config",
               "XDG_STATE_HOME": HOME.name + "/state", "XDG_RUNTIME_DIR": HOME.name,
               "TERM": "xterm"}
BOOKS = {"binance": ("binance", "aster", "edgex", "grvt"),
         "binance-spot": ("hyperliquid", "lighter", "backpack", "extended"),
         "binance-coinm": ("okx", "paradex")}
BOOK_OF = {venue: book for book, venues in BOOKS.items() for venue in venues}
VENUES = set(BOOK_OF)
DEMO_START_NS = 1723161455 * 10**9  # exchange clock at second 200 of the recording
NO_FEES = [word for venue in sorted(VENUES) for side in ("maker", "taker")
           for word in ("--set", f"fees.{venue}.{side}_bps=0")]


def perpdesk(*arguments, timeout=60, env=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=timeout,
                          env=env or ENVIRONMENT)


FEEDS = ("feeds", "--demo", "--seconds", "10", "--json")
SCAN = ("scan", "--demo", "--seconds", "10", "--json")
# Minutes of the recording: an edge is traded where a pair's past says that it closes again.
SCAN_WITHOUT_FEES = ("scan", "--demo", "--demo-speed", "20", "--seconds", "20", "--json", *NO_FEES)
begun = {}  # the long ones run beside each other: they mostly wait


def begin(arguments):
    out, err = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
    process = subprocess.Popen([PROGRAM, *arguments], stdout=out, stderr=err, env=ENVIRONMENT)
    begun[arguments] = process, out, err


def lines_of(*arguments):
    """The JSON lines of a verb that must succeed and put nothing else on standard output."""
    if arguments not in begun:
        begin(arguments)
    process, *files = begun.pop(arguments)
    code = process.wait(timeout=60)
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read())
        file.close()
    check(code == 0, f"exit code {code}: {texts[1]}")
    check(texts[0].endswith("\n"), "the last line is not whole")
    return [json.loads(line, parse_float=Decimal, parse_int=Decimal)
            for line in texts[0].splitlines()]


# ---- feeds


def ten_venues_quote_for_ten_seconds():
    lines = lines_of(*FEEDS)
    lines, counts = lines[:-len(VENUES)], lines[-len(VENUES):]
    check({line["venue"] for line in lines} == VENUES, "not ten venues")
    check({line["venue"] for line in counts} == VENUES, f"closing lines: {counts}")
    for line in counts:
        check(line["quotes"] > 50 and line["books"] > 10 and line["funding"] > 4, f"{line}")
        check(line["gaps"] == 0 and line["reconnects"] == 0, f"{line}")
    check({line["symbol"] for line in lines} == {"BTC/USDT", "ETH/USDT"}, "not the two symbols")
    newest = {}
    stamped = set()
    for line in lines:
        check(list(line) == ["t_ns", "venue", "symbol", "bid", "bid_size", "ask", "ask_size",
                             "age_ms", "latency_ms"], f"fields of {line}")
        check(0 < line["bid"] < line["ask"], f"bid against ask of {line}")
        check(line["bid_size"] > 0 and line["ask_size"] > 0, f"sizes of {line}")
        check(0 <= line["age_ms"] < 10000, f"age of {line}")
        check(line["latency_ms"] is None or line["latency_ms"] >= 0, f"latency of {line}")
        check(-10**9 < line["t_ns"] - DEMO_START_NS < 30 * 10**9, f"time of {line}")
        key = line["venue"], line["symbol"]
        check(line["t_ns"] >= newest.get(key, 0), f"{key} goes back in time")
        newest[key] = line["t_ns"]
        if line["latency_ms"] is not None:
            stamped.add(line["venue"])
    check(len(newest) == 20, f"listings without a quote: {len(newest)} of 20 quote")
    check("binance" in stamped, "no latency although Binance stamps its frames")
    check(max(newest.values()) - DEMO_START_NS > 5 * 10**9, "the quotes end early")
    print(f"# {len(lines)} ticks in 10 s")


def plain_lines_go_to_stdout_only():
    done = perpdesk("feeds", "--demo", "--seconds", "1")
    check(done.returncode == 0, done.stderr)
    line = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \w+ +\w+/\w+ +bid [\d.]+ ask [\d.]+ spread ")
    lines = done.stdout.splitlines()
    for text in lines[:-len(VENUES)]:
        check(line.match(text), text)
    for text in lines[-len(VENUES):]:
        check(re.match(r"\w+ +quotes \d+ books \d+ funding \d+ gaps 0 reconnects 0$", text), text)
    check("3 books as 10 venues" in done.stderr, done.stderr)


# ---- opportunities


def check_costs(line):
    check(line["buy_venue"] != line["sell_venue"], f"one venue: {line}")
    check(line["buy_venue"] in VENUES and line["sell_venue"] in VENUES, f"venues of {line}")
    check(line["net_bps"] == line["gross_bps"] - line["fees_bps"] - line["slippage_bps"]
          - line["basis_bps"], f"net of {line}")
    check(line["buy_size"] > 0 and line["sell_size"] > 0 and line["size_usd"] > 0,
          f"sizes of {line}")
    gross = (line["sell_bid"] - line["buy_ask"]) / line["buy_ask"] * 10000
    check(abs(gross - line["gross_bps"]) <= Decimal("0.02"), f"gross of {line}: {gross}")
    check(0 < line["buy_ask"] < line["sell_bid"], f"it does not cross: {line}")


def opportunities_have_quotes_and_costs():
    lines = lines_of(*SCAN)
    check(len(lines) > 5, f"{len(lines)} opportunities")
    # Two venues of one book differ for as long as one of them lags, which a busy machine may do.
    same = [line for line in lines if BOOK_OF[line["buy_venue"]] == BOOK_OF[line["sell_venue"]]]
    check(len(same) * 10 <= len(lines), f"edges between two venues of one book: {same}")
    for line in lines:
        check_costs(line)
        free = {line["buy_venue"], line["sell_venue"]} <= {"lighter", "paradex", "extended", "grvt"}
        check(free or line["fees_bps"] > 0, f"fees of {line}")
        survives = line["round_trip_bps"] >= 0 and line["net_bps"] >= 3  # balanced: 3 bps
        check(survives or line["plan"].startswith("none, "), f"plan of {line}")


def gross_shows_more_than_survives():
    lines = lines_of("scan", "--demo", "--seconds", "4", "--json", "--gross")
    check(lines and all("net_bps" not in line and line["gross_bps"] > 0 for line in lines),
          "crossings before costs")


def without_fees_net_is_positive_and_traded():
    lines = lines_of(*SCAN_WITHOUT_FEES)
    for line in lines:
        check_costs(line)
        check(line["fees_bps"] == 0, f"fees of {line}")
    check(any(line["net_bps"] > 0 for line in lines), "no positive net")
    check(any(line["plan"].startswith("arb ") for line in lines), "no plan to trade")


def one_cycle_is_printed():
    done = perpdesk("cycle", "--demo")
    check(done.returncode == 0, done.stderr)
    kinds = {line.split()[0] for line in done.stdout.splitlines()}
    check({"quote", "opportunity", "capital", "desk"} <= kinds, f"{kinds} in {done.stdout}")
    quotes = [line for line in done.stdout.splitlines() if line.startswith("quote ")]
    check(len(quotes) == 20, f"{len(quotes)} quotes")


# ---- recordings


def plays(folder, venues, *arguments):
    path = SHARED / folder
    if not path.exists():
        raise Skip(f"{path} is not here")
    lines = lines_of("feeds", f"--demo={path}", "--seconds", "4", "--json", *arguments)
    lines = [line for line in lines if "bid" in line]
    check(venues <= {line["venue"] for line in lines}, f"venues of {folder}")
    check(all(0 < line["bid"] < line["ask"] for line in lines), f"quotes of {folder}")


def the_whole_binance_recording_plays():
    plays("binance-family-20240808", VENUES)


def a_table_with_depth_plays():
    plays("hyperliquid-20250903", {"hyperliquid"}, "--demo-speed", "10")


def a_table_of_several_venues_plays():
    plays("multi-venue-minute-20260212", {"okx", "hyperliquid"}, "--demo-speed", "200")


def raw_frames_of_okx_and_hyperliquid_play():
    plays("okx-20220513", {"okx"})
    plays("hyperliquid-20250126", {"hyperliquid"})


def a_recording_without_receive_times_plays_by_the_venues_stamps():
    path = SHARED / "okx-20260712"
    if not path.exists():
        raise Skip(f"{path} is not here")
    done = perpdesk("feeds", f"--demo={path}", "--seconds", "3", "--json")
    check(done.returncode == 0 and '"okx"' in done.stdout, f"{done.returncode} {done.stderr}")


# ---- trouble


def a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = perpdesk("sim", "--port", f"binance={port}", "--seconds", "2")
    check(done.returncode not in (0, -signal.SIGABRT), f"exit code {done.returncode}")
    said = [line for line in done.stderr.splitlines() if line.startswith("perpdesk: ")]
    check(len(said) == 1 and str(port) in said[0] and "in use" in said[0], done.stderr)
    print("#", said[0])


def console(state, *sets):
    """A console on the state folder, or a Skip."""
    try:
        import terminal
    except ImportError:
        raise Skip("python3-pyte is not installed") from None
    return terminal.Terminal(PROGRAM, ["--demo", *sets], state)


def below_the_floor_of_free_disk_nothing_starts():
    desk = console(HOME.name, "--set", "desk.disk_floor_mb=1048576")
    try:
        code = desk.end()
        said = desk.output.decode().strip()
        check(code == 74, f"exit code {code}: {said}")
        check(said.startswith("perpdesk: journal: ") and "disk_floor_mb" in said, said)
        check("\n" not in said and b"\x1b[?1049h" not in desk.output, "it took the screen first")
        print("#", said.replace(HOME.name, ""))
    finally:
        desk.close()


def with_the_disk_full_it_halts_and_says_so():
    with tempfile.TemporaryDirectory() as state:
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", state],
                stderr=subprocess.DEVNULL).returncode != 0:
            raise Skip("it takes root to make a small disk")
        desk = None
        try:
            desk = console(state, "--set", "desk.disk_floor_mb=0")
            desk.wait_for("RUNNING")
            desk.wait_for("HALTED", seconds=40)
            desk.pump(2)
            check("cannot write the journal: No" in desk.text(), desk.text())
            shown = desk.text()
            desk.type("r")
            desk.pump(1)
            desk.type("y")
            desk.pump(2)
            check("HALTED" in desk.text(), f"it goes on without a journal:\n{desk.text()}")
            check(desk.kill(signal.SIGTERM) == 0, desk.text())
            check(desk.restored() is None, desk.restored())
            row = next(line for line in shown.splitlines() if "the journal: No" in line)
            print("#", row.split("│")[0].strip())
        finally:
            if desk is not None:
                desk.close()
            subprocess.run(["umount", state], check=True)


if __name__ == "__main__":
    with HOME:
        for long in (FEEDS, SCAN, SCAN_WITHOUT_FEES):
            begin(long)
        sys.exit(tap.run([
            ten_venues_quote_for_ten_seconds,
            plain_lines_go_to_stdout_only,
            opportunities_have_quotes_and_costs,
            gross_shows_more_than_survives,
            without_fees_net_is_positive_and_traded,
            one_cycle_is_printed,
            the_whole_binance_recording_plays,
            a_table_with_depth_plays,
            a_table_of_several_venues_plays,
            raw_frames_of_okx_and_hyperliquid_play,
            a_recording_without_receive_times_plays_by_the_venues_stamps,
            a_port_in_use_is_named,
            below_the_floor_of_free_disk_nothing_starts,
            with_the_disk_full_it_halts_and_says_so,
        ]))
