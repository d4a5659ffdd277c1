#!/usr/bin/env python3
"""The command line from outside: exit codes, what goes to which stream, what bad input is told.

test_commands.py PERPDESK SOURCE_ROOT
"""

import gzip
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from outside import case, plan

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
HOME = tempfile.TemporaryDirectory()
# Nothing of this machine's configuration or state takes part.
ENVIRONMENT = {**os.environ, "HOME": HOME.name, "XDG_CONFIG_HOME": HOME.name + "/config",
               "XDG_STATE_HOME": HOME.name + "/state", "XDG_RUNTIME_DIR": HOME.name,
               "TERM": "xterm"}

# arguments, exit code, part of stdout, part of stderr
COMMANDS = [
    ("--help", 0, "Examples:\n  perpdesk --demo", ""),
    ("-h", 0, "Verbs:", ""),
    ("feeds --help", 0, "Usage: perpdesk feeds", ""),
    ("console --help", 0, "Keys:", ""),
    ("--version", 0, "perpdesk 0.", ""),
    ("fedes", 64, "", "fedes is an unknown verb: did you mean feeds?"),
    ("zzzzzzzz", 64, "", "perpdesk --help lists them"),
    ("feeds --jsn", 64, "", "did you mean --json?"),
    ("feeds --zzzzzzzz", 64, "", "perpdesk feeds --help lists them"),
    ("feeds -x", 64, "", "-x is an unknown option"),
    ("feeds --gross", 64, "", "--gross is no option of perpdesk feeds"),
    ("feeds --seconds", 64, "", "--seconds needs a value"),
    ("feeds --seconds soon", 64, "", "expected 0.001 to"),
    ("feeds --seconds -1", 64, "", "expected 0.001 to"),
    ("feeds --json=yes", 64, "", "--json takes no value"),
    ("feeds now", 64, "", "now is one word too many"),
    ("feeds --demo-speed 2", 64, "", "--demo-speed needs --demo"),
    ("feeds --demo --demo-speed 0", 64, "", "expected 0.01 to 1000"),
    ("feeds --demo=", 64, "", "expected a path"),
    ("feeds --demo-map okx=binance", 64, "", "--demo-map needs --demo"),
    ("feeds --demo --demo-map okx", 64, "", "expected VENUE=RECORDED"),
    ("feeds --demo --demo-map =binance", 64, "", "expected VENUE=RECORDED"),
    ("feeds --demo --demo-map okx=coinm", 64, "",
     "no books of coinm: it has those of binance, binance-coinm, binance-spot"),
    ("sim --demo-map kraken=binance", 64, "", "kraken is not served"),
    ("feeds --demo=/nonexistent --seconds 1", 66, "", "/nonexistent"),
    ("scan /nonexistent", 64, "", "scan --gross PATH"),
    ("scan --gross --seconds 1 /nonexistent", 64, "", "scan --gross PATH"),
    ("scan --gross /nonexistent", 66, "", "/nonexistent"),
    ("replay", 64, "", "replay needs FILE"),
    ("replay /nonexistent", 66, "", "/nonexistent"),
    ("trades", 66, "", "no desk has kept records here"),
    ("trades /nonexistent", 66, "", "/nonexistent"),
    ("trades ETC", 65, "", "not a database"),
    ("trades --csv --json", 64, "", "exclude each other"),
    ("trades --since soon", 64, "", "expected HH:MM:SS"),
    ("completion", 64, "", "completion needs bash|zsh"),
    ("completion fish", 64, "", "expected bash or zsh"),
    ("completion bash", 0, "complete -F _perpdesk perpdesk", ""),
    ("completion zsh", 0, "#compdef perpdesk", ""),
    ("record", 64, "", "record needs FILE"),
    ("record /nonexistent/x.ndjson --demo", 73, "", "/nonexistent/"),
    ("record x --keep 2", 64, "", "--keep needs --rotate-mb"),
    ("record x --max-mb 0", 64, "", "--max-mb 0: expected 1 to"),
    ("record x --demo --venues kraken", 64, "", "kraken is no venue"),
    ("record x --demo --venues binance,", 64, "", " is no venue"),
    ("record x --demo --set venues.okx=off --venues okx", 64, "", "okx is off"),
    ("doctor --endpoint binance", 64, "", "expected VENUE=HOST:PORT"),
    ("doctor --endpoint binance=x:0", 64, "", "expected VENUE=HOST:PORT"),
    ("doctor --endpoint kraken=localhost:1", 64, "", "kraken is no venue"),
    ("sim --authority x", 64, "", "--authority needs --tls"),
    ("sim --port binance", 64, "", "expected VENUE=PORT"),
    ("sim --port binance=0", 64, "", "expected VENUE=PORT"),
    ("sim --port kraken=9999", 64, "", "kraken is not served"),
    ("sim --fault list", 0, "clock-skew", ""),
    ("sim --fault okx:gpa", 64, "", "did you mean gap?"),
    ("sim --fault okxx:gap", 64, "", "did you mean okx?"),
    ("feeds --demo --fault okx:gap:soon", 64, "", "expected NAME[:SECONDS][@AT]"),
    ("feeds --fault okx:gap", 64, "", "need --demo"),
    ("sim --seed x", 64, "", "expected a whole number"),
    ("sim --control /nonexistent/socket", 73, "", "/nonexistent/socket"),
    ("-c /nonexistent check-config", 64, "", "the verb goes first, options behind it: perpdesk "
     "check-config -c"),
    ("-c /nonexistent nowhere", 64, "", "nowhere is one word too many for perpdesk console"),
    ("check-config", 0, "no file, the defaults: ok", ""),
    ("check-config ETC", 0, "perpdesk.ini: ok", ""),
    ("check-config a b", 64, "", "b is one word too many"),
    ("check-config --config a b", 64, "", "not both"),
    ("check-config /nonexistent", 66, "", "/nonexistent: No such file"),
    ("check-config --print x", 64, "", "expected effective, default or man"),
    ("check-config --print effective", 0, "[desk]\nmode = paper\n", ""),
    ("check-config --set risk.mode=calm", 78, "",
     '--set risk.mode=calm: [risk] mode = "calm" is not a choice'),
    ("check-config --set fees.okx.taker_bps=0 --print effective", 0, "taker_bps = 0bps", ""),
    ("cycle --set desk.mode=live", 78, "", "real orders need --live on the command line, too"),
    ("cycle --live", 64, "", "--live is no option of perpdesk cycle"),
    ("check-config --set desk.mode=live", 0, "ok", ""),
    ("check-config --set endpoints.okx_ws=wss://localhost:1/x", 78, "", "without a path"),
    ("check-config --set endpoints.nowhere_ws=wss://localhost:1", 78, "", "unknown key"),
    ("status", 3, "", "no desk is running"),
    ("status --desk demo", 3, "", "no demo desk is running"),
    ("pause --desk here", 64, "", "expected live, paper or demo"),
    ("set-risk-mod balanced", 64, "", "did you mean set-risk-mode?"),
    ("kill --help", 0, "Usage: perpdesk kill [OPTION]... [flatten]", ""),
    ("venue okx off", 3, "", "no desk is running"),
    ("drill", 64, "", "drill needs kill|reconnect|orphan"),
    ("drill fire", 64, "", "expected kill, reconnect or orphan"),
    ("watch", 3, "", "no desk is running"),
    ("panic", 0, "no desk is running", ""),
    ("attach", 64, "", "the console needs a terminal"),
    ("run", 64, "", "the console needs a terminal"),
    ("venue nowhere orders", 64, "", "nowhere is no venue this version can place orders at"),
    ("venue binance orders", 78, "", "no keys of binance: BINANCE_API_KEY is not set"),
    ("venue binance", 64, "", "venue needs NAME"),
    ("venue okx off --dry-run", 64, "", "--dry-run shows requests to a venue: off is said to"),
    ("venue binance trade --dry-run", 64, "", "--dry-run shows requests to a venue"),
    ("venue binance buy", 64, "", "buy: expected orders, positions,"),
    ("venue binance orders now", 64, "", "orders needs nothing more"),
    ("venue binance cancel", 64, "", "cancel needs the ID of an open order"),
    ("venue binance order BTC/USDT", 64, "", "order needs SYMBOL buy|sell SIZE PRICE"),
    ("venue binance order BTC/USDT hold 1 1", 64, "", "hold is neither buy nor sell"),
    ("venue binance order BTC/USDT buy 0 1", 64, "", "0 is no size above 0"),
    ("venue binance order BTC/USDT buy 1 x", 64, "", "x is no price above 0"),
    ("venue binance order BTC/USDT buy 1 1 fok", 64, "", "fok: expected post_only, ioc, gtc"),
    ("venue binance order BTC/USDT buy 1 1 ioc --dry-run", 78, "", "no keys of binance"),
    ("feeds --set nope", 78, "", "--set nope: expected section.key=value"),
    ("check-config BAD", 78, "", "mistakes in the configuration"),
]

# Lines of bad.ini that are wrong, and what each has to be told.
BAD_LINES = {
    3: '"real" is not a choice', 4: '"btcusdt" is no symbol', 5: "did you mean [scanner]?",
    6: "gone_ms stands in an unknown section", 8: "did you mean min_profit_bps?",
    9: "is no number", 10: "unknown unit (usd)", 11: "did you mean okx?",
    13: "add up to 120%: expected 100%", 17: "conservative, balanced or aggressive",
    18: "is out of range", 19: "at most [risk] emergency_collar_bps", 21: "is no number",
    22: "line 21 has it too", 23: "begins with a blank", 24: "expected name = value",
    26: "has no unit (usd)", 27: "at most [wash] hold_max_sec", 30: "did you mean binance?",
    31: "trade, reference or off", 32: "[fees.krakn] is an unknown section",
    33: "maker_bps stands in an unknown section", 35: "did you mean taker_bps?",
    36: "without its ]",
}

def run(words, **more):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, timeout=60, check=False, **more)


def told(result):
    return f"exit {result.returncode}\nstdout: {result.stdout[:500]}\nstderr: {result.stderr[:900]}"


def commands():
    places = {"ETC": str(ROOT / "etc/perpdesk.ini"), "BAD": str(ROOT / "tests/cli/bad.ini")}
    for line, code, out, err in COMMANDS:
        result = run([places.get(word, word) for word in line.split()])
        good = (result.returncode == code and out in result.stdout and err in result.stderr and
                (code == 0 or result.stdout == ""))
        case(good, f"perpdesk {line}", told(result))


COMPLETED = [
    (["fe"], {"feeds"}),
    (["trades", "--s"], {"--since"}),
    (["check-config", "--print", ""], {"effective", "default", "man"}),
    (["status", "--desk", "l"], {"live"}),
    (["set-risk-mode", "b"], {"balanced"}),
    (["venue", "okx", "posi"], {"positions"}),
    (["--demo-s"], {"--demo-speed"}),
    (["nowhere", ""], set()),
]


def completion():
    script = str(ROOT.resolve() / "etc/completions/perpdesk")
    for words, wanted in COMPLETED:
        line = " ".join(f"'{word}'" for word in ["perpdesk", *words])
        command = (f". {script}; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _perpdesk;"
                   " printf '%s\\n' \"${COMPREPLY[@]}\"")
        found = subprocess.run(["bash", "-c", command], capture_output=True, text=True,
                               check=False, cwd=HOME.name)
        case(set(found.stdout.split()) == wanted, f"bash completes {words}", told(found))


def bad_configuration():
    path = str(ROOT / "tests/cli/bad.ini")
    result = run(["check-config", path])
    lines = result.stderr.splitlines()
    for at, text in BAD_LINES.items():
        found = [line for line in lines if line.startswith(f"{path}:{at}: ")]
        case(any(text in line for line in found), f"bad.ini line {at}: {text}",
             "\n".join(found) or "nothing is said of this line")
    others = [line for line in lines[:-1]
              if int(line[len(path) + 1:].split(":")[0]) not in BAD_LINES]
    case(not others, "bad.ini: nothing else is called wrong", "\n".join(others))


def effective_configuration():
    printed = run(["check-config", "--print", "effective", "--set", "scanner.basis=2.5bps",
                   "--set", "desk.symbols=SOL/USDT"]).stdout
    path = HOME.name + "/effective.ini"
    pathlib.Path(path).write_text(printed, encoding="utf-8")
    again = run(["check-config", "--print", "effective", path])
    case(again.stdout == printed, "the effective configuration reads back", told(again))


FEED_FIELDS = "t_ns venue symbol bid bid_size ask ask_size age_ms latency_ms".split()
COUNT_FIELDS = "venue quotes books funding gaps reconnects".split()


def feeds():
    result = run(["feeds", "--demo", "--seconds", "4", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    rows, counts = rows[:-10], rows[-10:]
    case(result.returncode == 0 and len(rows) > 0, "feeds --demo gives lines", told(result))
    case("3 books as 10 venues" in result.stderr, "it says what is shown", told(result))
    case(all(list(row) == COUNT_FIELDS for row in counts), "a line for every venue ends it",
         str(counts))
    case(all(list(row) == FEED_FIELDS for row in rows), "feeds --json has its fields and no other")
    case(all(row["bid"] < row["ask"] for row in rows), "bid is below ask")
    case(all(row["age_ms"] >= 0 for row in rows), "no quote is from the future")
    venues = {row["venue"] for row in rows}
    case(len(venues) == 10, "ten venues quote", str(venues))
    plain = run(["feeds", "--demo", "--seconds", "2"])
    good = all(line.startswith("2024-08-0") and " bps latency " in line
               for line in plain.stdout.splitlines()[:-10])
    case(good and plain.stdout != "", "feeds prints a line a tick", told(plain))


SCAN_FIELDS = {"t_ns", "symbol", "buy_venue", "buy_bid", "buy_ask", "buy_size", "sell_venue",
               "sell_bid", "sell_ask", "sell_size", "gross_bps", "fees_bps", "slippage_bps",
               "basis_bps", "net_bps", "round_trip_bps", "score", "confidence", "plan"}


def scan():
    result = run(["scan", "--demo", "--seconds", "6", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    case(result.returncode == 0 and len(rows) > 0, "scan --demo finds opportunities", told(result))
    case(all(SCAN_FIELDS <= set(row) for row in rows), "scan --json has its fields")
    case(all(row["sell_bid"] > row["buy_ask"] and row["gross_bps"] > 0 for row in rows),
         "every opportunity is a crossing")
    sums = [row for row in rows if abs(row["gross_bps"] - row["fees_bps"] - row["slippage_bps"] -
                                       row["basis_bps"] - row["net_bps"]) > 0.03]
    case(not sums, "net is gross without the costs", str(sums[:2]))
    gross = run(["scan", "--demo", "--seconds", "4", "--gross", "--json"])
    rows = [json.loads(line) for line in gross.stdout.splitlines()]
    case(len(rows) > 0 and all("net_bps" not in row for row in rows),
         "scan --gross tells no costs", told(gross))


def cycle():
    result = run(["cycle", "--demo", "--json"])
    kinds = {json.loads(line)["kind"] for line in result.stdout.splitlines()}
    case(result.returncode == 0 and {"quote", "opportunity", "capital", "desk"} <= kinds,
         "cycle prints quotes, opportunities, capital", told(result))


def signals():
    for name in ("SIGINT", "SIGTERM"):
        with subprocess.Popen([PROGRAM, "feeds", "--demo", "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
            first = process.stdout.readline()
            process.send_signal(getattr(signal, name))
            rest, errors = process.communicate(timeout=20)
        whole = all(line.endswith(b"}") for line in (first + rest).splitlines())
        case(process.returncode == 0 and whole, f"feeds ends in order on {name}",
             f"exit {process.returncode} {errors.decode()[:300]}")
    with subprocess.Popen([PROGRAM, "feeds", "--demo"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=20)
    case(process.returncode == 0 and errors.count(b"\n") == 1 and
         errors.startswith(b"perpdesk: 3 books"), "feeds ends when its reader leaves",
         f"exit {process.returncode} {errors.decode()[:300]}")


def console_for(seconds, words):
    """Runs the console on a terminal of its own, ends it with SIGTERM; returns the exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(PROGRAM, [PROGRAM, *words], ENVIRONMENT)
    end = time.monotonic() + seconds
    ended = False
    while True:
        readable, _, _ = select.select([terminal], [], [], 0.1)
        try:
            if readable and not os.read(terminal, 65536):
                break
        except OSError:  # the other side is closed
            break
        if time.monotonic() > end and not ended:
            os.kill(child, signal.SIGTERM)
            ended = True
        if time.monotonic() > end + 20:
            os.kill(child, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def replay():
    status = console_for(6, ["--demo", "--demo-speed", "4"])
    case(status == 0, "the console ends in order on SIGTERM", f"status {status}")
    journals = sorted(pathlib.Path(ENVIRONMENT["XDG_STATE_HOME"]).glob("perpdesk/demo/*.pdj"))
    case(len(journals) == 1, "a demo keeps its journal", str(journals))
    for journal in journals:
        result = run(["replay", "--verify", "--json", str(journal)])
        good = result.returncode == 0 and json.loads(result.stdout)["events"] > 1000
        case(good, "the demo's journal replays to the same decisions", told(result))
        again = run(["replay", "--verify", str(journal)])
        case(again.returncode == 0 and again.stdout.count("\n") == 1, "replay prints one line",
             told(again))
        whole = journal.read_bytes()
        bytes_ = bytearray(whole)
        bytes_[len(bytes_) // 2] ^= 1
        journal.write_bytes(bytes_)
        broken = run(["replay", "--verify", str(journal)])
        case(broken.returncode == 65, "a damaged journal is told", told(broken))
        judge_journal(journal, whole)


def judge_journal(journal, whole):
    result = run(["journal", "verify"])
    good = result.returncode == 65 and "at byte" in result.stderr and str(journal) in result.stderr
    case(good, "journal verify finds the newest and says where it is damaged", told(result))
    journal.write_bytes(whole)
    result = run(["journal", "verify", str(journal)])
    case(result.returncode == 0 and ": sound: 1 file" in result.stdout, "journal verify: sound",
         told(result))
    journal.write_bytes(whole[:-5])
    result = run(["journal", "verify", "--json", str(journal)])
    good = result.returncode == 0 and json.loads(result.stdout)["end"] == "torn"
    case(good, "journal verify: a torn record is told and sound", told(result))
    result = run(["journal", "show", str(journal)])
    lines = result.stdout.splitlines()
    good = result.returncode == 0 and " desk_started DEMO" in lines[0] and "torn" in result.stderr
    case(good, "journal show prints every record", told(result)[:300])
    result = run(["journal", "mend"])
    case(result.returncode == 64, "journal takes verify and show only", told(result))


def rows_of(path):
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def record():
    folder = pathlib.Path(HOME.name)
    path = folder / "all.ndjson.gz"
    result = run(["record", str(path), "--demo", "--seconds", "8"])
    good = result.returncode == 0 and result.stdout == "" and " messages in 1 file" in result.stderr
    case(good, "record --demo ends well", told(result))
    case("were not recorded" not in result.stderr, "record loses nothing", told(result))
    rows = rows_of(path)
    venues = {row["venue"] for row in rows}
    case(len(venues) > 1, "record has every venue", str(venues))
    case(all({"t_ns", "venue", "chan", "raw"} <= set(row) for row in rows),
         "record keeps the envelope's members")
    asked = {row["venue"] for row in rows if row["chan"] == "rest"}
    case(asked == venues, "record keeps what was asked by REST", f"{asked} of {venues}")
    case([row["t_ns"] for row in rows] == sorted(row["t_ns"] for row in rows),
         "record's lines are in the order of time")
    again = run(["record", str(path), "--demo", "--seconds", "1"])
    case(again.returncode == 73 and "exists" in again.stderr, "record writes over nothing",
         told(again))
    played = run(["feeds", f"--demo={path}", "--seconds", "5", "--json"])
    quotes = [json.loads(line) for line in played.stdout.splitlines()]
    case({row["venue"] for row in quotes} == venues, "a recording plays as every venue in it",
         told(played))
    few = folder / "few.ndjson"
    result = run(["record", str(few), "--demo", "--seconds", "3", "--venues", "okx,hyperliquid"])
    venues = {row["venue"] for row in rows_of(few)}
    case(venues == {"okx", "hyperliquid"}, "record --venues", told(result))
    result = run(["record", str(folder / "small.ndjson"), "--demo", "--demo-speed", "20",
                  "--seconds", "30", "--rotate-mb", "1", "--max-mb", "3"])
    sizes = {file.name: file.stat().st_size for file in folder.glob("small*.ndjson")}
    good = (result.returncode == 0 and "reached its size of 3 MiB" in result.stderr and
            {"small.ndjson", "small.0001.ndjson"} <= set(sizes) and sum(sizes.values()) <= 3 << 20)
    case(good, "record --rotate-mb --max-mb", f"{told(result)}\n{sizes}")
    if shutil.disk_usage(folder).free < 1 << 40:
        floor = ["--demo", "--set", "desk.disk_floor_mb=1048576mb"]
        result = run(["record", str(folder / "floor.ndjson"), *floor])
        case(result.returncode == 74 and "disk_floor_mb" in result.stderr,
             "record keeps the disk's floor", told(result))
        result = run(["doctor", "--json", "--venues", "okx", *floor])
        row = checks(result).get(("machine", "disk"), {})
        case(result.returncode == 71 and row.get("state") == "fail",
             "doctor tells a disk below the floor", told(result))


def checks(result):
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {(row["subject"], row["check"]): row for row in rows}


def doctor():
    home = {**ENVIRONMENT, "XDG_RUNTIME_DIR": HOME.name + "/state/perpdesk"}
    result = run(["doctor", "--demo", "--json"])
    found = checks(result)
    case(result.returncode == 0, "doctor --demo finds all well", told(result))
    case(all(set(row) == {"subject", "check", "state", "found", "todo"} for row in found.values()),
         "doctor --json has its fields and no other")
    case(all((row["todo"] == "") == (row["state"] == "ok") for row in found.values()),
         "doctor says what to do where something is wrong, and only there")
    for check in "rest websocket tls clock instruments quotes books funding".split():
        case(found.get(("okx", check), {}).get("state") == "ok", f"doctor: okx {check} is ok",
             str(found.get(("okx", check))))
    plain = run(["doctor", "--demo", "--venues", "okx"])
    case("okx          funding      ok" in plain.stdout and "binance" not in plain.stdout,
         "doctor --venues, as a table", told(plain))

    result = run(["doctor", "--demo", "--json", "--venues", "okx", "--seconds", "4",
                  "--set", "desk.symbols=BTC/USDT,NOSUCH/USDT"])
    row = checks(result).get(("okx", "instruments"), {})
    case(result.returncode == 0 and row.get("state") == "warn" and "NOSUCH/USDT" in row["found"],
         "doctor names a symbol that the venue does not have", told(result))
    result = run(["doctor", "--demo", "--json", "--venues", "okx", "--seconds", "3",
                  "--set", "desk.symbols=NOSUCH/USDT"])
    row = checks(result).get(("okx", "instruments"), {})
    case(result.returncode == 69 and row.get("state") == "fail",
         "doctor fails for a venue without any of the symbols", told(result))

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    began = time.monotonic()
    result = run(["doctor", "--json", "--venues", "binance", "--seconds", "5",
                  "--endpoint", f"binance=localhost:{port}"])
    row = checks(result).get(("binance", "websocket"), {})
    case(result.returncode == 69 and row.get("state") == "fail" and
         "refused" in row["found"] and f":{port}" in row["found"],
         "doctor tells an unreachable port", told(result))
    case(time.monotonic() - began < 20, "doctor ends in time")

    authority = HOME.name + "/authority.pem"
    words = [PROGRAM, "sim", "--tls", "--authority", authority, "--seconds", "60"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env=ENVIRONMENT) as server:
        try:
            address = server.stdout.readline().split()[1].split("//")[1]
            words = ["doctor", "--json", "--venues", "binance", "--seconds", "5",
                     "--endpoint", f"binance={address}"]
            result = run(words)
            rows = [checks(result).get(("binance", check), {}) for check in ("rest", "websocket")]
            case(result.returncode == 69 and
                 all(row.get("state") == "fail" and "certificate" in row["found"] and
                     "do not trade" in row["todo"] for row in rows),
                 "doctor tells a certificate of an unknown authority", told(result))
            result = run([*words, "--trust", authority])
            found = checks(result)
            case(all(found.get(("binance", check), {}).get("state") == "ok"
                     for check in ("rest", "websocket", "tls")),
                 "doctor --trust", told(result))
            # The simulator's clock is that of its recording, of another year.
            row = found.get(("binance", "clock"), {})
            case(result.returncode == 69 and row.get("state") == "fail" and "clock" in row["todo"],
                 "doctor tells a clock that is far away", told(result))
        finally:
            server.terminate()

    os.chmod(HOME.name + "/state/perpdesk/demo", 0o755)
    result = run(["doctor", "--demo", "--json", "--venues", "okx"])
    row = checks(result).get(("machine", "state"), {})
    case(result.returncode == 71 and row.get("state") == "fail" and "755" in row["found"],
         "doctor tells a state folder that is open to others", told(result))
    os.chmod(HOME.name + "/state/perpdesk/demo", 0o700)
    result = subprocess.run([PROGRAM, "doctor", "--demo", "--json", "--venues", "okx"], text=True,
                            env=home, capture_output=True, timeout=60, check=False)
    row = checks(result).get(("machine", "runtime"), {})
    case(row.get("state") == "ok", "doctor looks at the runtime folder", told(result))
    result = run(["doctor", "--json", "--config", str(ROOT / "tests/cli/bad.ini")])
    row = checks(result).get(("machine", "config"), {})
    case(result.returncode == 78 and row.get("state") == "fail", "doctor: a wrong configuration",
         told(result))


def simulator():
    authority = HOME.name + "/authority.pem"
    with subprocess.Popen([PROGRAM, "sim", "--tls", "--authority", authority], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=ENVIRONMENT) as process:
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    good = all(" wss://localhost:" in line and " https://localhost:" in line for line in lines)
    case(good and process.returncode == 0, "sim tells where it listens", "".join(lines))
    case("BEGIN CERTIFICATE" in pathlib.Path(authority).read_text(encoding="ascii"),
         "sim writes its authority")


commands()
completion()
bad_configuration()
effective_configuration()
feeds()
scan()
cycle()
signals()
replay()
record()
doctor()
simulator()
plan()
