#!/usr/bin/python3
"""A desk without a screen and the consoles on it: two that look, one that takes over, one that is
killed, and an engine that is killed under them.

test_attach.py PERPDESK
"""

import json
import os
import signal
import socket
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
# A machine under load answers late, which looks like a clock that is off, at this speed four times
# as much: that is not what is asked here.
RUN = [PROGRAM, "run", "--headless", "--demo", "--demo-speed", "4", "--set",
       "feeds.max_clock_offset_ms=60000ms"]
desk = None  # the headless process


def shell(*words):
    return subprocess.run([PROGRAM, *words], env=terminal.environment(HOME.name), text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)


def state():
    result = shell("status", "--json")
    return json.loads(result.stdout) if result.returncode == 0 else None


def wait(good, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = state()
        if now is not None and good(now):
            return
        time.sleep(0.1)
    check(False, f"the desk did not get there:\n{shell('status').stdout}")


def start():
    global desk
    kill()
    desk = subprocess.Popen(RUN, env=terminal.environment(HOME.name), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait(lambda now: now["jobs_running"] > 0)


def kill():
    if desk is not None and desk.poll() is None:
        desk.kill()
        desk.wait()


def goes_on():
    before = state()["now_ms"]
    wait(lambda now: now["now_ms"] > before + 500 and now["venues"][0]["updates_per_s"] > 0)


def attached(*options):
    return terminal.Terminal(PROGRAM, ["attach", *options], HOME.name)


def answer_yes(console):
    console.wait_for("y/n")
    console.pump(0.4)  # a fresh question is deaf
    console.type("y")


def left_in_order(console, asks):
    console.type("q")
    if asks:
        answer_yes(console)
    check(console.end() == 0, "it did not end well")
    why = console.restored()
    check(why is None, why)


def two_viewers_look_and_one_that_stands_still_holds_nobody_up():
    viewers = [attached("--read-only") for _ in range(2)]
    try:
        for viewer in viewers:
            viewer.wait_for("LOOKS")
            viewer.wait_for("binance")
        viewers[0].type("p")
        viewers[0].wait_for("only looks")
        check(state()["status"] == "RUNNING", "a viewer paused the desk")
        os.kill(viewers[0].pid, signal.SIGSTOP)
        goes_on()
        viewers[1].wait_for("RUNNING")
        left_in_order(viewers[1], asks=True)
        os.kill(viewers[0].pid, signal.SIGCONT)
    finally:
        for viewer in viewers:
            viewer.close()


def a_console_that_is_killed_leaves_the_desk_trading():
    console = attached()
    try:
        console.wait_for("RUNNING")
        check(console.kill(signal.SIGKILL) == -signal.SIGKILL, "kill -9 did not kill it")
        goes_on()
        check(state()["status"] == "RUNNING", "the desk does not trade")
    finally:
        console.close()


def one_console_steers_until_another_takes_over():
    first, second = attached(), None
    try:
        first.wait_for("RUNNING")
        first.pump(0.5)
        check("LOOKS" not in first.text(), "the only console does not steer")
        second = attached()
        second.wait_for("LOOKS")
        second.type("p")
        wait(lambda now: now["status"] == "PAUSED")
        second.type("r")
        answer_yes(second)
        second.wait_for("another console steers")
        check(state()["status"] == "PAUSED", "one that only looks resumed the desk")
        second.type("X")
        second.wait_for("Take the desk over")
        answer_yes(second)
        first.wait_for("LOOKS")
        second.pump(0.5)
        check("LOOKS" not in second.text(), "the one that took over does not steer")
        second.type("r")
        answer_yes(second)
        wait(lambda now: now["status"] == "RUNNING")
    finally:
        first.close()
        if second is not None:
            second.close()


def an_engine_that_is_killed_leaves_consoles_that_say_so_and_find_the_next_one():
    start()
    console = attached()
    try:
        console.wait_for("RUNNING")
        kill()
        console.wait_for("THE DESK IS GONE")
        console.pump(0.5)  # until the rest of the screen is painted, too
        check("binance" not in console.text() and "PnL" not in console.text(), console.text())
        check(shell("status").returncode == 3, "a shell is not told")
        start()
        console.wait_for("QUOTES")
        console.wait_for("binance")
        kill()
        console.wait_for("THE DESK IS GONE")
        left_in_order(console, asks=False)
    finally:
        console.close()


def watch_tells_changes():
    watch = subprocess.Popen([PROGRAM, "watch", "--json", "--seconds", "4"], text=True,
                             env=terminal.environment(HOME.name), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    time.sleep(1)
    shell("set-risk-mode", "conservative")
    time.sleep(0.5)
    shell("set-risk-mode", "balanced")
    out, err = watch.communicate(timeout=30)
    rows = [json.loads(line) for line in out.splitlines()]
    check(watch.returncode == 0 and rows, err)
    check(all(set(row) == {"t_ms", "change"} for row in rows), str(rows[0]))
    modes = [row["change"]["risk_mode"] for row in rows if row["change"]["kind"] == "desk"]
    check(modes[-3:] == ["balanced", "conservative", "balanced"], str(modes))
    check({"venue", "job"} <= {row["change"]["kind"] for row in rows}, "no venue or no job")
    plain = shell("watch", "--plain", "--seconds", "1")
    check(plain.returncode == 0 and " venue binance feed live" in plain.stdout, plain.stdout[:300])


def jobs():
    return [json.loads(line) for line in shell("jobs", "--json").stdout.splitlines()]


def a_shell_trades_by_hand():
    mine = []
    for _ in range(30):  # risk may refuse one: a quote is stale for a moment on a loaded machine
        done = shell("submit", "buy", "okx", "BTC/USDT", "250")
        check(done.returncode == 0 and "taken: submit buy okx BTC/USDT 250" in done.stdout,
              done.stdout + done.stderr)
        mine = [job for job in jobs() if job["strategy"] == "manual"]
        if mine:
            break
        time.sleep(0.2)
    check(mine and mine[0]["buy"] == "okx", str(mine))
    check(shell("cancel", str(mine[0]["job"])).returncode == 0, "cancel is refused")
    check(shell("flatten", "okx", "BTC/USDT").returncode == 0, "flatten is refused")
    for words in (("submit", "buy", "okx"), ("submit", "hold", "okx", "BTC/USDT", "250"),
                  ("cancel", "0"), ("flatten", "kraken")):
        done = shell(*words)
        check(done.returncode == 64, f"{words}: exit {done.returncode} {done.stderr}")
    check(shell("state", "reducing").returncode == 0, "state is refused")
    check(state()["state"] == "REDUCING", "it does not reduce")
    check(shell("state", "active").returncode == 0, "state is refused")


def drills_are_timed_and_leave_the_desk_as_it_was():
    done = shell("drill", "kill", "--json")
    check(done.returncode == 0, done.stderr)
    row = json.loads(done.stdout)
    check(0 <= row["blocked_ms"] <= row["no_order_open_ms"] < 10000, done.stdout)
    check(state()["status"] == "RUNNING", "it does not run as before")
    done = shell("drill", "reconnect", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    check(done.returncode == 0 and {row["venue"] for row in rows} >= {"binance", "lighter"},
          done.stdout + done.stderr)


def panic_leaves_no_order_open():
    done = shell("panic")
    check(done.returncode == 0 and "no order is open" in done.stdout, done.stdout + done.stderr)
    now = state()
    check(now["status"] == "KILLED" and now["orders_open"] == 0, str(now))
    check(shell("clear-kill").returncode == 0, "the kill switch stays")
    shell("resume")
    wait(lambda now: now["status"] == "RUNNING")
    wait(lambda now: now["gross_usd"] > 0)
    done = shell("panic", "--flatten")
    check(done.returncode == 0 and "and no position" in done.stdout, done.stdout + done.stderr)


def panic_reaches_a_desk_that_hangs():  # one that never comes to itself: test_hung.c
    start()
    desk.send_signal(signal.SIGSTOP)
    panic = subprocess.Popen([PROGRAM, "panic"], env=terminal.environment(HOME.name), text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check("made the stop file" in panic.stdout.readline(), "it made no stop file")
    desk.send_signal(signal.SIGCONT)  # it comes to itself: the stop file kills it
    out, err = panic.communicate(timeout=60)
    check(panic.returncode == 0 and "no order is open" in out, out + err)
    check(state()["status"] == "KILLED", "it was not killed")
    refused = shell("clear-kill")
    check(refused.returncode == 13 and "stop file" in refused.stderr, refused.stderr)
    kill()
    os.unlink(HOME.name + "/state/perpdesk/demo/stop")
    done = shell("panic")
    check(done.returncode == 0 and "no desk is running" in done.stdout, done.stdout)


def the_desks_own_console_may_be_taken_over_from():
    kill()
    own = terminal.Terminal(PROGRAM, ["--demo"], HOME.name)
    other = None
    try:
        own.wait_for("RUNNING")
        other = attached()
        other.wait_for("LOOKS")
        other.type("X")
        answer_yes(other)
        own.wait_for("LOOKS")
        own.type("r")
        answer_yes(own)
        own.wait_for("another console steers")
        own.type("X")
        answer_yes(own)
        other.wait_for("LOOKS")
        left_in_order(own, asks=True)
        other.wait_for("THE DESK IS GONE")
    finally:
        own.close()
        if other is not None:
            other.close()


def a_stop_file_keeps_a_desk_from_trading():
    kill()
    path = HOME.name + "/state/perpdesk/demo/stop"
    with open(path, "w", encoding="utf-8"):
        pass
    with subprocess.Popen([*RUN, "--seconds", "6"], env=terminal.environment(HOME.name),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as killed:
        wait(lambda now: now["venues"][0]["feed"] == "live")
        time.sleep(2)
        now = state()
        check(now["status"] == "KILLED" and now["jobs_running"] == 0, str(now))
        _, err = killed.communicate(timeout=30)
        check(killed.returncode == 0 and "starts killed" in err, err)
    os.unlink(path)


def a_desk_is_alone_and_ends_in_order():
    start()
    second = shell("run", "--headless", "--demo", "--seconds", "5")
    check(second.returncode != 0 and "another" in second.stderr + second.stdout or
          "already" in second.stderr, f"{second.returncode} {second.stderr}")
    desk.terminate()
    check(desk.wait(timeout=30) == 0, f"exit {desk.returncode}")


def a_service_manager_hears_from_it():
    kill()
    path = HOME.name + "/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(20)
        manages = {**terminal.environment(HOME.name), "NOTIFY_SOCKET": path,
                   "WATCHDOG_USEC": "600000"}
        with subprocess.Popen(RUN, env=manages,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as service:
            try:
                heard = []
                while not {"READY=1", "WATCHDOG=1"} <= set(heard) or \
                        not any(word.startswith("STATUS=DEMO RUNNING") for word in heard):
                    heard.append(manager.recv(4096).decode())
                begun = time.monotonic()
                fed = 0
                while fed < 5:
                    fed += manager.recv(4096) == b"WATCHDOG=1"
                check(time.monotonic() - begun < 5 * 0.6, "it feeds the watchdog too late")
                service.terminate()
                while not heard[-1].startswith("STOPPING=1"):
                    heard.append(manager.recv(4096).decode())
                check(service.wait(timeout=30) == 0, f"exit {service.returncode}")
            finally:
                service.kill()


try:
    start()
    sys.exit(tap.run([
        two_viewers_look_and_one_that_stands_still_holds_nobody_up,
        a_console_that_is_killed_leaves_the_desk_trading,
        one_console_steers_until_another_takes_over,
        watch_tells_changes,
        a_shell_trades_by_hand,
        drills_are_timed_and_leave_the_desk_as_it_was,
        panic_leaves_no_order_open,
        panic_reaches_a_desk_that_hangs,
        an_engine_that_is_killed_leaves_consoles_that_say_so_and_find_the_next_one,
        the_desks_own_console_may_be_taken_over_from,
        a_stop_file_keeps_a_desk_from_trading,
        a_desk_is_alone_and_ends_in_order,
        a_service_manager_hears_from_it,
    ]))
finally:
    kill()
