#!/usr/bin/python3
"""A live desk without a screen, against the simulator: the phrase it asks for, what a console was
armed for and what becomes of that when it is killed, panic.

test_live_hold.py PERPDESK
"""

import json
import os
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

PROGRAM = os.path.abspath(sys.argv[1])
HOME = tempfile.TemporaryDirectory()
KEYS = {"BINANCE_API_KEY": "canarybinancekey0123456789",
        "BINANCE_API_SECRET": "canarybinancesecret9876543210",
        "OKX_API_KEY": "canary-okx-key-0123456789",
        "OKX_API_SECRET": "CANARYOKXSECRET9876543210",
        "OKX_PASSPHRASE": "CanaryPhrase1"}
PHRASE = ("--confirm", "TRADE LIVE")
INI = """[desk]
mode = live
pause_on_disarm = yes
disk_floor_mb = 0
[feeds]
max_clock_offset_ms = 60000ms
[scanner]
basis = off
[risk]
mode = aggressive
[wash]
hold_min_sec = 1s
hold_max_sec = 2s
pace_ms = 200ms
[fees.binance]
maker_bps = 0
taker_bps = 0
[fees.okx]
maker_bps = 0
taker_bps = 0
"""


def path(name):
    return HOME.name + "/" + name


def environment():
    return {**terminal.environment(HOME.name), "PERPDESK_ENV_FILE": path("keys")}


def shell(*words):
    return subprocess.run([PROGRAM, *words], env=environment(), text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=90, check=False)


def state():
    result = shell("status", "--json")
    return json.loads(result.stdout) if result.returncode == 0 else None


def wait(good, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = state()
        if now is not None and good(now):
            return
        time.sleep(0.1)
    check(False, f"the desk did not get there:\n{shell('status').stdout}")


def prepare():
    with open(os.open(path("keys"), os.O_WRONLY | os.O_CREAT, 0o600), "w",
              encoding="utf-8") as file:
        file.write("".join(f"{name}={value}\n" for name, value in KEYS.items()))
    sim = subprocess.Popen([PROGRAM, "sim", "--tls", "--authority", path("ca.pem"), "--accounts",
                            path("keys"), "--now"], env=environment(), text=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    served = [sim.stdout.readline().split() for _ in range(10)]
    with open(path("live.ini"), "w", encoding="utf-8") as file:
        file.write(INI + f"[endpoints]\nca_file = {path('ca.pem')}\n")
        roles = "[venues]\n"
        for name, ws, rest in served:
            if name in ("binance", "okx"):
                file.write(f"{name}_ws = {ws}\n{name}_rest = {rest}\n")
            roles += f"{name} = {'trade' if name in ('binance', 'okx') else 'off'}\n"
        file.write(roles)
    return sim


def start():
    return subprocess.Popen([PROGRAM, "run", "--headless", "--live", "--config", path("live.ini")],
                            env=environment(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def a_live_desk_starts_paused_and_asks_for_its_phrase():
    wait(lambda now: all(venue["feed"] == "live" for venue in now["venues"]))
    now = state()
    check(now["mode"] == "LIVE" and now["status"] == "PAUSED", str(now))
    for words in (("resume",), ("override", "60"), ("venue", "okx", "trade"),
                  ("resume", "--confirm", "trade live")):
        done = shell(*words)
        check(done.returncode == 13 and "phrase" in done.stderr, f"{words}: {done.stderr}")
    check(state()["status"] == "PAUSED", "it goes on without its phrase")
    check(shell("set-risk-mode", "conservative").returncode == 0, "what tightens is refused")
    check(shell("set-risk-mode", "aggressive", *PHRASE).returncode == 0, "the phrase is refused")


def a_console_that_is_armed_and_killed_leaves_a_paused_desk():
    console = terminal.Terminal(PROGRAM, ["attach"], HOME.name)
    try:
        console.wait_for("PAUSED")
        console.type("r")
        console.wait_for("y/n")
        console.pump(0.4)
        console.type("y")
        console.wait_for("A arms this console")
        console.type("A")
        console.wait_for("to arm")
        console.pump(0.4)
        console.type("TRADE LIVE\r")
        console.wait_for("ARMED")
        console.type("r")
        console.wait_for("y/n")
        console.pump(0.4)
        console.type("y")
        wait(lambda now: now["status"] == "RUNNING")
        console.kill(signal.SIGKILL)
        wait(lambda now: now["status"] == "PAUSED")
    finally:
        console.close()


def panic_closes_what_is_open_at_the_venues():
    check(shell("resume", *PHRASE).returncode == 0, "the phrase is refused")
    wait(lambda now: now["gross_usd"] > 0)
    done = shell("panic", "--flatten")
    check(done.returncode == 0 and "and no position" in done.stdout, done.stdout + done.stderr)
    now = state()
    check(now["status"] == "KILLED" and now["orders_open"] == 0 and now["gross_usd"] == 0, str(now))


def nothing_at_the_venues():
    for venue in ("binance", "okx"):
        for what in ("orders", "positions"):
            left = shell("venue", venue, what, "--config", path("live.ini"))
            check(left.returncode == 0 and '"rows":0' in left.stdout, left.stdout + left.stderr)


def panic_goes_to_the_venues_itself_when_a_live_desk_hangs():
    global desk
    check(shell("clear-kill", *PHRASE).returncode == 0, "the phrase is refused")
    check(shell("resume", *PHRASE).returncode == 0, "the phrase is refused")
    wait(lambda now: now["orders_open"] > 0)
    desk.send_signal(signal.SIGSTOP)
    done = shell("panic", "--flatten")  # the default configuration is none of a live desk
    check(done.returncode == 78 and "name the live desk's" in done.stdout,
          f"{done.returncode} {done.stdout} {done.stderr}")
    check(desk.poll() is None, "it was ended all the same")
    done = shell("panic", "--flatten", "--config", path("live.ini"))
    check(done.returncode == 0 and "looking at the venues" in done.stdout,
          done.stdout + done.stderr)
    check(desk.wait(timeout=10) == -signal.SIGKILL, "it runs")
    nothing_at_the_venues()
    os.unlink(path("state/perpdesk/live/stop"))


def panic_goes_to_the_venues_when_the_live_desk_is_gone():
    global desk
    desk = start()
    wait(lambda now: all(venue["feed"] == "live" for venue in now["venues"]))
    check(state()["status"] == "KILLED", "a kill does not outlive its desk")
    check(shell("clear-kill", *PHRASE).returncode == 0, "the phrase is refused")
    check(shell("resume", *PHRASE).returncode == 0, "the phrase is refused")
    wait(lambda now: now["orders_open"] > 0)
    desk.kill()
    desk.wait()
    done = shell("panic", "--flatten", "--config", path("live.ini"))
    check(done.returncode == 0 and "it does not run; looking" in done.stdout,
          done.stdout + done.stderr)
    nothing_at_the_venues()
    desk = start()
    wait(lambda now: all(venue["feed"] == "live" for venue in now["venues"]))


def it_ends_in_order_and_told_nobody_a_secret():
    desk.terminate()
    check(desk.wait(timeout=40) == 0, f"exit {desk.returncode}")
    for folder, _, files in os.walk(path("state")):
        for file in files:
            with open(folder + "/" + file, "rb") as opened:
                text = opened.read()
            for value in KEYS.values():
                check(value.encode() not in text, f"{file} holds a secret")


sim = prepare()
desk = start()
try:
    sys.exit(tap.run([
        a_live_desk_starts_paused_and_asks_for_its_phrase,
        a_console_that_is_armed_and_killed_leaves_a_paused_desk,
        panic_closes_what_is_open_at_the_venues,
        panic_goes_to_the_venues_itself_when_a_live_desk_hangs,
        panic_goes_to_the_venues_when_the_live_desk_is_gone,
        it_ends_in_order_and_told_nobody_a_secret,
    ]))
finally:
    for process in (desk, sim):
        if process.poll() is None:
            process.kill()
            process.wait()
