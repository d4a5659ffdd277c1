#!/usr/bin/python3
"""What scan finds in recordings, against the recordings' own figures.

A crossing event: a quote arrives, and with another venue's newest quote that is not older than the
limit the bid of the one is above the ask of the other. Prices count as the desk holds them, with
twelve decimals: what differs by less in the file is a collector's binary noise.

test_scan_recording.py PERPDESK SOURCE_ROOT
"""

import csv
import datetime
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal

import tap
from tap import Skip, check

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SHARED = pathlib.Path(os.environ.get("PERPDESK_SHARED", ROOT.parent / "shared")) / "recordings"
HOME = tempfile.TemporaryDirectory()
ENVIRONMENT = {**os.environ, "HOME": HOME.name, "XDG_CONFIG_HOME": HOME.name + "/config",
               "XDG_STATE_HOME": HOME.name + "/state", "XDG_RUNTIME_DIR": HOME.name,
               "TERM": "xterm"}
MINUTES, SWEEP = "multi-venue-minute-20260212", "all-symbols-sweep-202606"
OURS = {"binance", "hyperliquid", "lighter", "aster"}
MINUTE_NS = 60 * 10**9


def rows_of(folder, name):
    path = SHARED / folder / name
    if not path.exists():
        raise Skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def price(text):
    return Decimal(text).quantize(Decimal("1e-12"), ROUND_HALF_UP)


def expected(limit_ms, held=price):
    """The crossing events of the recording, worked out here."""
    newest, events = {}, []
    for row in rows_of(MINUTES, "bbo.csv.gz"):
        if row["venue"] not in OURS:
            continue
        now, venue, symbol = int(row["ts_ns"]), row["venue"], row["symbol"]
        newest[venue, symbol] = now, held(row["bid"]), held(row["ask"])
        for other in sorted(OURS - {venue}):
            for buy, sell in ((venue, other), (other, venue)):
                if (other, symbol) not in newest:
                    continue
                bought, sold = newest[buy, symbol], newest[sell, symbol]
                fresh = now - newest[other, symbol][0] <= limit_ms * 10**6
                if fresh and sold[1] > bought[2]:
                    events.append((now, symbol, buy, sell, bought[2], sold[1]))
    return events


def scan(folder, limit_ms):
    path = SHARED / folder
    if not path.exists():
        raise Skip(f"{path} is not here")
    done = subprocess.run(
        [PROGRAM, "scan", "--gross", "--json", str(path), "--set", f"feeds.stale_ms={limit_ms}",
         "--set", f"feeds.quiet_ms={limit_ms}"],
        capture_output=True, text=True, timeout=120, env=ENVIRONMENT)
    check(done.returncode == 0, done.stderr)
    lines = [json.loads(line, parse_float=Decimal, parse_int=Decimal)
             for line in done.stdout.splitlines()]
    return [(int(line["first_seen_ns"]), line["symbol"].removesuffix("/USDT"), line["buy_venue"],
             line["sell_venue"], line["buy_ask"], line["sell_bid"]) for line in lines], done.stderr


def same_events(limit_ms, in_file, noise):
    found, said = scan(MINUTES, limit_ms)
    wanted = expected(limit_ms)
    check(len(expected(limit_ms, Decimal)) == in_file, "the recording is not the one known")
    check(len(wanted) == in_file - noise, f"{len(wanted)} events")
    check(sorted(found) == sorted(wanted),
          f"missed {sorted(set(wanted) - set(found))[:3]}, "
          f"invented {sorted(set(found) - set(wanted))[:3]}")
    check(said.startswith(f"{len(found)} crossings in 4657 quotes of 8 symbols on 4 venues"), said)


def half_a_second():
    same_events(500, 1003, 0)


def five_seconds():
    same_events(5000, 1382, 1)


def the_table_of_crossings_agrees():
    """Each row of crossings.csv.gz whose quotes are within the limit is found."""
    found = {}
    for when, *event in scan(MINUTES, 5000)[0]:
        found.setdefault(tuple(event), []).append(when)
    sides = {}
    for row in rows_of(MINUTES, "bbo.csv.gz"):
        for side in ("bid", "ask"):
            key = row["venue"], row["symbol"], side, price(row[side])
            sides.setdefault(key, []).append(int(row["ts_ns"]))
    within = 0
    for row in rows_of(MINUTES, "crossings.csv.gz"):
        ask, bid = price(row["buy_ask"]), price(row["sell_bid"])
        from_ns = minute_ns(row["minute_utc"])
        bought, sold = ([t for t in sides.get((row[venue], row["ticker"], side, value), ())
                         if from_ns <= t < from_ns + 2 * MINUTE_NS]
                        for venue, side, value in (("buy_venue", "ask", ask),
                                                   ("sell_venue", "bid", bid)))
        near = [(a, b) for a in bought for b in sold if abs(a - b) <= 5 * 10**9]
        if bid > ask and near:
            within += 1
            event = row["ticker"], row["buy_venue"], row["sell_venue"], ask, bid
            check(any(max(pair) in found.get(event, ()) for pair in near), f"{row} is not found")
    check(within > 900, f"only {within} rows are within the limit")
    print(f"# {within} of the table's rows are within 5 s")


def minute_ns(text):
    stamp = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return int(stamp.replace(tzinfo=datetime.timezone.utc).timestamp()) * 10**9


def nothing_in_a_sweep():
    found, said = scan(SWEEP, 5000)
    check(found == [], f"stale crossings {found[:3]}")
    check("of 541 symbols on 3 venues" in said, said)


def two_runs_are_one():
    check(scan(MINUTES, 5000) == scan(MINUTES, 5000), "two runs differ")


def the_same_over_sockets():
    """The recording served in the venues' protocols, 100 times as fast: what the whole desk prints
    are events of the recording, and it prints most of those its time holds."""
    path = SHARED / MINUTES
    if not path.exists():
        raise Skip(f"{path} is not here")
    symbols = ("BTC", "ETH", "SOL", "XRP", "HYPE", "ZEC")
    done = subprocess.run(
        [PROGRAM, "scan", "--gross", "--json", f"--demo={path}", "--demo-speed", "100",
         "--seconds", "60", "--set", "feeds.stale_ms=5000", "--set", "feeds.quiet_ms=5000",
         "--set", "feeds.max_price_jump_pct=50",
         "--set", "desk.symbols=" + ", ".join(symbol + "/USDT" for symbol in symbols)],
        capture_output=True, text=True, timeout=180, env=ENVIRONMENT)
    check(done.returncode == 0, done.stderr)
    lines = [json.loads(line, parse_float=Decimal, parse_int=Decimal)
             for line in done.stdout.splitlines()]
    seen = {(line["symbol"].removesuffix("/USDT"), line["buy_venue"], line["sell_venue"],
             line["buy_ask"], line["sell_bid"]) for line in lines
            if {line["buy_venue"], line["sell_venue"]} <= OURS}
    # A second of the machine is 100 of the recording: a quote may be handed over late, and meets
    # others that are as much older.
    end_ns = max((int(line["t_ns"]) for line in lines), default=0)
    wanted = {event[1:] for event in expected(5000) if event[1] in symbols and event[0] < end_ns}
    possible = {event[1:] for event in expected(15000) if event[1] in symbols}
    check(seen and seen <= possible, f"invented {sorted(seen - possible)[:3]}")
    check(2 * len(seen & wanted) >= len(wanted), f"{len(seen & wanted)} of {len(wanted)}")
    print(f"# {len(seen & wanted)} of {len(wanted)} events, {len(seen - wanted)} of older quotes")


sys.exit(tap.run([half_a_second, five_seconds, the_table_of_crossings_agrees, nothing_in_a_sweep,
                  two_runs_are_one, the_same_over_sockets]))
