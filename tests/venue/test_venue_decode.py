#!/usr/bin/env python3
"""venue_decode from outside: files it has never seen, in every wrapping, and files that are none.

test_venue_decode.py VENUE_DECODE
"""

import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory()
SHARED = os.environ.get("PERPDESK_SHARED", "")
VENUES = ["aster", "backpack", "binance", "edgex", "extended", "grvt", "hyperliquid", "lighter",
          "okx", "paradex"]
cases = 0
failures = 0


def check(name, passed, detail=""):
    global cases, failures
    cases += 1
    failures += not passed
    print(f"{'ok' if passed else 'not ok'} {cases} - {name}")
    if not passed:
        print("# " + str(detail).replace("\n", "\n# "))


def write(name, data):
    path = pathlib.Path(FOLDER.name, name)
    data = data if isinstance(data, bytes) else data.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(path)


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return done.returncode, lines, done.stderr.decode()


def lines_of(venue, name, data):
    code, lines, errors = run(venue, write(name, data))
    assert code == 0, errors
    return lines


def ticker(symbol, bid="0.007594", ask="0.007687"):
    return {"e": "bookTicker", "u": 7, "E": 1700000000001, "T": 1700000000000, "s": symbol,
            "b": bid, "B": "31", "a": ask, "A": "40.5"}


def has(line, **members):
    return all(line.get(name) == value for name, value in members.items())


def told_of_symbols():
    lines = lines_of("aster", "chinese.ndjson", "\n".join(
        [json.dumps(ticker("我踏马来了USDT"), ensure_ascii=False), json.dumps(ticker("币安人生USDT"))]))
    check("symbols in other scripts", len(lines) == 2 and
          has(lines[0], kind="bbo", native="我踏马来了USDT", bid="0.007594", ask_size="40.5",
              venue_time_ns=1700000000001000000) and
          has(lines[1], kind="bbo", native="币安人生USDT"), lines)
    lines = lines_of("binance", "bonk.ndjson", json.dumps(ticker("1000BONKUSDT")))
    check("per thousand", has(lines[0], symbol="1000BONK/USDT"), lines)
    frame = {"channel": "bbo", "data": {"coin": "kBONK", "time": 1700000000000, "bbo": [
        {"px": "0.02", "sz": "5", "n": 1}, {"px": "0.03", "sz": "5", "n": 1}]}}
    lines = lines_of("hyperliquid", "kilo.ndjson", json.dumps(frame))
    check("k is a thousand", has(lines[0], symbol="1000BONK/USDT", native="kBONK"), lines)
    many = [json.dumps(ticker(f"C{i}USDT")) for i in range(650)]
    lines = lines_of("binance", "many.ndjson.gz", "\n".join(many))
    check("more symbols than one decoder knows", len(lines) == 650 and
          all(has(line, kind="bbo", symbol=f"C{i}/USDT") for i, line in enumerate(lines)),
          [line for line in lines if line["kind"] != "bbo"][:3])
    lines = lines_of("lighter", "numbers.ndjson", "\n".join(json.dumps(frame) for frame in (
        {"type": "update/order_book", "channel": "order_book:77", "timestamp": 1700000000000,
         "order_book": {"nonce": 9, "begin_nonce": 8, "asks": [], "bids": [
             {"price": "1.5", "size": "2"}]}},
        {"type": "update/ticker", "channel": "ticker:77", "nonce": 5, "timestamp": 1700000000000,
         "ticker": {"s": "WIF", "a": {"price": "1.6", "size": "1"}, "b": {}}})))
    check("a market's number gets its name from a later message",
          has(lines[0], kind="book", symbol="WIF/USDT", bids=[["1.5", "2"]]) and
          has(lines[1], kind="bbo", symbol="WIF/USDT", bid=None, ask="1.6"), lines)
    lines = lines_of("edgex", "number.json", json.dumps(
        {"type": "quote-event", "channel": "bookTicker.10000099", "content": {
            "channel": "bookTicker.10000099", "dataType": "Changed", "data": [
                {"contractId": "10000099", "bestBidPrice": "5", "bestBidSize": "1",
                 "bestAskPrice": "6", "bestAskSize": "2"}]}}))
    check("a contract without a name", has(lines[0], kind="bbo", symbol="10000099", bid="5"), lines)


def told_of_numbers():
    lines = lines_of("binance", "exponent.ndjson", "\n".join(
        [json.dumps(ticker("PEPEUSDT", "5.231e-09", "5.284E-09")),
         json.dumps(ticker("PEPEUSDT", "", "")), json.dumps(ticker("PEPEUSDT", "-1", "x"))]))
    check("exponents", has(lines[0], bid="0.000000005231", ask="0.000000005284"), lines[0])
    check("empty texts for numbers", lines[1]["kind"] == "ignored" and
          lines[1]["reason"] == "bad_number" or has(lines[1], bid=None, ask=None), lines[1])
    check("no numbers", has(lines[2], kind="ignored", reason="bad_number"), lines[2])
    levels = [[f"{60000 - i / 10:.1f}", "0.001"] for i in range(4900)]
    asks = [[f"{60001 + i / 10:.1f}", "0.001"] for i in range(4900)]
    frame = json.dumps({"e": "depthUpdate", "E": 1700000000001, "T": 1700000000000,
                        "s": "BTCUSDT", "U": 5, "u": 9, "pu": 4, "b": levels * 1, "a": asks,
                        "x": "y" * 170000})
    lines = lines_of("binance", "large.ndjson", frame)
    check(f"a frame of {len(frame) // 1000} kB", len(frame) > 370000 and
          has(lines[0], kind="book", last=9, bids=[
              [price[:-2] if price.endswith(".0") else price, size] for price, size in levels]),
          str(lines)[:300])


def told_by_wrapping():
    one = ticker("BTCUSDT", "60000.5", "60001")
    plain = lines_of("binance", "plain.json", json.dumps(one, indent=1))
    sample = lines_of("binance", "sample.json", json.dumps(
        {"source": "made up", "note": "", "transport": "ws", "messages": [one, one]}, indent=1))
    single = lines_of("binance", "single.json", json.dumps(
        {"source": "made up", "message": one}, indent=2))
    tape = lines_of("binance", "tape.ndjson.gz", "\n".join(json.dumps(line) for line in (
        {"t_ns": 1, "venue": "binance", "chan": "ws", "raw": one},
        {"t_ns": 1, "venue": "okx", "chan": "ws", "raw": one},
        {"t_ns": 1, "venue": "binance", "chan": "ws", "dir": "out", "raw": {"method": "SUBSCRIBE"}},
        {"t_ns": 1, "venue": "binance", "chan": "rest", "raw": {
            "lastUpdateId": 5, "E": 2, "T": 1, "bids": [["4", "1"]], "asks": []},
         "url": "https://x/fapi/v1/depth?symbol=BTCUSDT&limit=5"})))
    quotes = [plain[0], *sample, single[0], tape[0]]
    check("a quote in every wrapping", len(sample) == 2 and
          all(has(line, kind="bbo", symbol="BTC/USDT", bid="60000.5", ask="60001")
              for line in quotes), quotes)
    check("what is not the venue's to say", [line.get("reason") for line in tape] ==
          [None, "other_venue", "sent", None], tape)
    check("an answer is about whom its address says",
          has(tape[3], kind="book", symbol="BTC/USDT", snapshot=True, bids=[["4", "1"]]), tape[3])
    lines = lines_of("binance", "private.json", json.dumps(
        {"source": "made up", "transport": "rest", "messages": [
            {"orderId": 1, "symbol": "BTCUSDT", "price": "1", "status": "NEW"},
            {"assets": []}]}))
    check("private answers", [line["reason"] for line in lines] == ["private", "no_market_data"],
          lines)
    lines = lines_of("hyperliquid", "words.ndjson", 'not json\n{"channel":"pong"}\n{"a":')
    check("bad lines between good ones", [line["kind"] for line in lines] ==
          ["ignored", "alive", "ignored"], lines)
    lines = lines_of("okx", "contracts.ndjson", json.dumps(
        {"arg": {"channel": "bbo-tbt", "instId": "NEW-USDT-SWAP"}, "data": [
            {"asks": [["2", "5", "0", "1"]], "bids": [["1", "6", "0", "1"]],
             "ts": "1700000000000", "seqId": 3}]}))
    check("contracts of unknown size are said to be such",
          has(lines[0], symbol="NEW/USDT", bid_size="6", sizes="contracts"), lines)


def told_nothing():
    cut = write("cut.ndjson.gz", "\n".join(json.dumps(ticker("BTCUSDT")) for _ in range(2000)))
    pathlib.Path(cut).write_bytes(pathlib.Path(cut).read_bytes()[:-60])
    for name, arguments, expected, word in (
            ("no arguments", [], 64, "usage"), ("no file", ["okx"], 64, "usage"),
            ("unknown venue", ["ftx", cut], 64, "no venue is called ftx"),
            ("missing file", ["okx", FOLDER.name + "/none"], 66, "cannot be read"),
            ("a folder", ["okx", FOLDER.name], 66, "is a folder"),
            ("an empty file", ["okx", write("empty", "")], 65, "holds no messages"),
            ("a table", ["okx", write("bbo.csv", "ts_ns,venue\n1,okx\n")], 65, "no messages"),
            ("noise", ["okx", write("noise", bytes(range(256)) * 9)], 65, "holds no messages"),
            ("half an archive", ["binance", cut], 65, "damaged")):
        code, lines, errors = run(*arguments)
        check(name, code == expected and word in errors and lines == [], (code, errors))
    code, lines, errors = run("binance", FOLDER.name + "/none",
                              write("good.json", json.dumps(ticker("BTCUSDT"))))
    check("the other files are read all the same", code == 66 and len(lines) == 1, (code, lines))


def survives():
    """Samples with bytes changed, cut and doubled; where there are none, the frames above."""
    chance = random.Random(20260801)
    seeds = [(venue, path.read_bytes()) for venue in VENUES
             for path in sorted(pathlib.Path(SHARED, "venues/samples", venue).glob("*.json"))
             if SHARED]
    seeds = seeds or [(venue, json.dumps(ticker("BTCUSDT")).encode()) for venue in VENUES]
    for venue in VENUES:
        own = [data for name, data in seeds if name == venue]
        paths = []
        for i in range(60):
            data = bytearray(chance.choice(own))
            for _ in range(chance.randrange(1, 9)):
                at = chance.randrange(len(data))
                what = chance.randrange(4)
                if what == 0:
                    data[at] = chance.randrange(256)
                elif what == 1:
                    data[at:at] = data[at:at + chance.randrange(40)]
                elif what == 2:
                    del data[at:at + chance.randrange(9)]
                else:
                    data[at:at] = chance.choice([b'"', b"{", b"]", b"1e99", b"-", b"null", b"\0"])
            paths.append(write(f"fuzz{i}", bytes(data)))
        done = subprocess.run([PROGRAM, venue, *paths], capture_output=True, check=False,
                              timeout=120)
        lines = done.stdout.decode(errors="strict").splitlines()
        broken = [line for line in lines if not isinstance(json.loads(line), dict)]
        check(f"{venue} survives damaged files", done.returncode in (0, 65) and not broken,
              (done.returncode, done.stderr[-300:]))


def told_of_samples():
    for venue in VENUES:
        paths = sorted(str(path) for path in
                       pathlib.Path(SHARED, "venues/samples", venue).glob("*.json"))
        if not SHARED or not paths:
            check(f"{venue} samples # SKIP PERPDESK_SHARED names no samples", True)
            continue
        code, lines, errors = run(venue, *paths)
        silent = {os.path.basename(path) for path in paths} - {line["file"] for line in lines}
        mute = [line for line in lines if line["kind"] == "ignored" and not line.get("reason")]
        books = [line for line in lines if line["kind"] in ("bbo", "book", "funding")]
        check(f"{venue} samples", code == 0 and not silent and not mute and len(books) >= 4,
              (code, errors, silent, mute))


told_of_symbols()
told_of_numbers()
told_by_wrapping()
told_nothing()
survives()
told_of_samples()
print(f"1..{cases}")
sys.exit(failures > 0)
