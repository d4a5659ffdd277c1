#!/usr/bin/env python3
"""Cuts the demo recording out of the raw one.

    cut.py RECORDINGS/binance-family-20240808 OUT

Takes each file from 200 s after the first frame of the set to its end. A book is valid only with a snapshot, and the
one in the source lies before the cut: so the book is built from the source's REST snapshot and its deltas up to the
cut, and written as the REST record a venue would have answered there (`depth?limit=1000`, lastUpdateId = `u` of the
last delta before the cut). That delta itself is kept too: it spans the snapshot as the venues' rules demand, and
applying it again changes nothing because sizes are absolute. All other frames stay byte for byte.

Left out: trade frames of spot and COIN-M, which nothing serves. The output is the same for the same input.
"""
import gzip
import json
import sys
from pathlib import Path

CUT_NS = 200 * 10**9
LEVELS = 1000
FILES = [
    # file, keep trades
    ("binance-usdm-btcusdt", True),
    ("binance-usdm-ethusdt", True),
    ("binance-coinm-btcusd_perp", False),
    ("binance-coinm-ethusd_perp", False),
    ("binance-spot-btcusdt", False),
    ("binance-spot-ethusdt", False),
]


def fail(text):
    sys.exit("cut.py: " + text)


def read(path):
    """Yields (t_ns, whole line, envelope, raw)."""
    with gzip.open(path, "rb") as source:
        for line in source:
            envelope = json.loads(line)
            yield envelope["t_ns"], line, envelope, envelope["raw"]


def kind_of(envelope, raw):
    if envelope["chan"] == "rest":
        return "rest"
    return raw["stream"].split("@")[1]


class Book:
    def __init__(self, snapshot):
        self.bids = {}
        self.asks = {}
        self.last = snapshot["lastUpdateId"]
        self.started = False
        self.apply_levels(snapshot["bids"], snapshot["asks"])

    def apply_levels(self, bids, asks):
        for side, rows in ((self.bids, bids), (self.asks, asks)):
            for price, size in rows:
                if float(size) == 0:
                    side.pop(price, None)
                else:
                    side[price] = size

    def apply(self, data, where):
        """Returns False for a delta that is older than the snapshot; ends the program on a gap."""
        first, last, previous = data["U"], data["u"], data.get("pu")
        if not self.started:
            if last < self.last:
                return False
            if previous is None and last == self.last:
                return False
            if first > self.last + 1 and previous != self.last:
                fail(f"{where}: no delta spans the snapshot")
            self.started = True
        elif (previous is None and first != self.last + 1) or (
            previous is not None and previous != self.last
        ):
            fail(f"{where}: chain broken at {last}")
        self.apply_levels(data["b"], data["a"])
        self.last = last
        return True

    def rows(self):
        bids = sorted(self.bids.items(), key=lambda row: -float(row[0]))[:LEVELS]
        asks = sorted(self.asks.items(), key=lambda row: float(row[0]))[:LEVELS]
        return [list(row) for row in bids], [list(row) for row in asks]


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def cut_file(source, target, cut_ns, trades):
    book = None
    before = []  # deltas before the snapshot came
    url = venue = None
    last_delta = None
    out = []
    opened = False
    deltas = 0
    for t_ns, line, envelope, raw in read(source):
        kind = kind_of(envelope, raw)
        if t_ns >= cut_ns and not opened:
            if book is None or last_delta is None:
                fail(f"{source}: no book at the cut")
            opened = True
            delta_ns, delta_line, data = last_delta
            bids, asks = book.rows()
            snapshot = {"lastUpdateId": book.last}
            if "T" in data:
                snapshot.update(E=data["E"], T=data["T"])
            snapshot.update(bids=bids, asks=asks)
            rest = {"t_ns": delta_ns, "venue": venue, "chan": "rest", "url": url, "raw": snapshot}
            out += [compact(rest).encode() + b"\n", delta_line]
        if kind == "rest":
            if book is not None:
                fail(f"{source}: a second snapshot")
            book, url, venue = Book(raw), envelope["url"], envelope["venue"]
            for early in before:
                book.apply(early, source)
        elif kind == "depth":
            data = raw["data"]
            if book is None:
                before.append(data)
            elif book.apply(data, source):
                deltas += opened
                if not opened:
                    last_delta = (t_ns, line, data)
        if opened and (kind != "trade" or trades):
            out.append(line)
    with open(target, "wb") as raw_file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw_file, compresslevel=9, mtime=0) as zipped:
            zipped.writelines(out)
    check_file(target)
    print(f"{target.name}: {len(out)} records, {deltas} deltas chained, {target.stat().st_size} bytes")


def check_file(path):
    """Reads the result back: the first record is the snapshot and every delta after it chains."""
    book = None
    for number, (_, _, envelope, raw) in enumerate(read(path)):
        kind = kind_of(envelope, raw)
        if number == 0:
            if kind != "rest":
                fail(f"{path}: does not begin with the snapshot")
            book = Book(raw)
        elif kind == "depth":
            data = raw["data"]
            if number == 1 and not (data["U"] <= book.last == data["u"]):
                fail(f"{path}: first delta does not span the snapshot")
            book.apply(data, path)
            bids, asks = book.rows()[0][:1], book.rows()[1][:1]
            if float(bids[0][0]) >= float(asks[0][0]):
                fail(f"{path}: crossed at {data['u']}")


def main():
    if len(sys.argv) != 3:
        fail("usage: cut.py SOURCE_FOLDER OUT_FOLDER")
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    start_ns = min(next(read(source / (name + ".ndjson.gz")))[0] for name, _ in FILES)
    for name, trades in FILES:
        cut_file(source / (name + ".ndjson.gz"), target / (name + ".ndjson.gz"), start_ns + CUT_NS, trades)


main()
