#!/usr/bin/python3
"""A person trades at ten venues from the console: live desks with their screens in terminals,
throw-away keys, simulators over TLS. Arm, place, cancel, cancel all, fill, partial fill, flatten, a
login that is over, and a desk that dies with orders resting and is started again. What is true is
what the venues' accounts say. Prints the table of results.

    test_console.py PERPDESK DEMO_FOLDER
"""
import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan  # pylint: disable=wrong-import-position
from ten_venues import VENUES, Simulator, leaked

try:
    import pyte
except ImportError:
    print("1..0 # SKIP python3-pyte is not installed")
    sys.exit(0)

PROGRAM, DEMO = sys.argv[1:3]
SIZE = (140, 50)
COLUMNS = ["place", "cancel", "cancel-all", "fill", "partial", "flatten", "login", "dead-man",
           "restart"]
USD = "900"
WAIT_S = 20
DEAF_S = 0.3  # a fresh question hears nothing for a quarter of a second
# Of the desks side by side, each with a share of the venues: a person types one order at a time.
DESKS = 3
# Where the switch does not fire here, and why.
DEADMAN = {"lighter": "armed for 305 s", "edgex": "has none", "backpack": "has none"}
SECTIONS = ["[desk]", "mode = live", "symbols = BTC/USDT, ETH/USDT", "disk_floor_mb = 0",
            "[feeds]", "stale_ms = 60s", "quiet_ms = 120s", "min_volume_usd = 0usd",
            "[risk]", "max_jobs_per_minute = 1000", "cool_down_sec = 0s", "max_position_usd = 9000",
            "max_symbol_exposure_pct = 100%", "max_losing_in_a_row = 1000", "max_failures = 1000",
            "[execution]", "wait_fill_timeout_sec = 10s", "deadman_sec = 10s",
            "[wash]", "enabled = no", "[arb]", "enabled = no", "[hedge_rebalance]", "enabled = no"]


class Failed(Exception):
    pass


class Console:
    """`perpdesk --live` in a terminal of its own, read by a thread."""

    def __init__(self, config, environment):
        self.screen = pyte.Screen(*SIZE)
        self.stream = pyte.ByteStream(self.screen)
        self.shown = []  # every line the terminal was ever sent
        self.lock = threading.Lock()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
            os.execve(PROGRAM, [PROGRAM, "--live", "--config", str(config)],
                      {**environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                select.select([self.fd], [], [])
                data = os.read(self.fd, 65536)
            except (OSError, ValueError):
                return
            with self.lock:
                self.shown.append(data.decode("utf-8", "replace"))
                self.stream.feed(data.replace(b"\x1b[22;2t", b"").replace(b"\x1b[23;2t", b""))

    def text(self):
        with self.lock:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, text, shown=True):
        end = time.monotonic() + WAIT_S
        while (text in self.text()) != shown:
            if time.monotonic() > end:
                raise Failed(f"the screen {'does not show' if shown else 'still shows'} {text}")
            time.sleep(0.02)

    def wait_gone(self, text):
        self.wait_for(text, shown=False)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def press(self, keys, question):
        """Keys that lead to a question, and yes to it."""
        self.type(keys)
        self.wait_for(question)
        time.sleep(DEAF_S)
        self.type("y")
        self.wait_gone(question)

    def word(self, line, question):
        """A line of the palette."""
        self.type(":")
        self.wait_for("Tab completes")
        self.press(line + "\r", question)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Desk(threading.Thread):
    """A desk with some of the venues, as its reports tell it, and the venues' accounts."""

    def __init__(self, folder, venues):
        super().__init__(daemon=True)
        folder.mkdir()
        self.sim = Simulator(PROGRAM, DEMO, folder)
        roles = [f"{name} = {'trade' if name in venues else 'off'}" for name in VENUES]
        self.config = self.sim.write_config(*SECTIONS, "[venues]", *roles)
        self.environment = {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": f"{folder}/state",
                            "XDG_RUNTIME_DIR": str(folder),
                            "PERPDESK_ENV_FILE": str(self.sim.keys)}
        self.venues = venues
        self.consoles = []
        self.results = {name: {} for name in venues}
        self.trouble = ""

    @property
    def console(self):
        return self.consoles[-1]

    def start_console(self):
        self.consoles.append(Console(self.config, self.environment))
        self.console.wait_for("PAUSED")
        self.until(lambda: self.status().get("reconcile") == "agreed", "journal and venues agree")

    def ask(self, *words):
        ran = subprocess.run([PROGRAM, *words, "--json"], env=self.environment, text=True,
                             capture_output=True, timeout=WAIT_S, check=False)
        return [json.loads(row) for row in ran.stdout.splitlines() if row.startswith("{")]

    def status(self):
        return (self.ask("status") or [{}])[0]

    def until(self, good, what, seconds=WAIT_S):
        end = time.monotonic() + seconds
        while not good():
            if time.monotonic() > end:
                raise Failed(f"never: {what}")
            time.sleep(0.05)

    def now(self, name):
        """A count of each account."""
        return {venue: int(row[name]) for venue, row in self.sim.accounts().items()}

    def collect(self, column, good, seconds=WAIT_S):
        """Each venue's cell is true once its account is as it should be; those that are not."""
        end = time.monotonic() + seconds
        left = set(self.venues)
        accounts = {}
        while left and time.monotonic() < end:
            accounts = self.sim.accounts()
            for venue in sorted(left):
                if good(venue, accounts[venue]):
                    self.results[venue][column] = True
                    left.discard(venue)
            time.sleep(0.05)
        for venue in left:
            self.results[venue][column] = f"{accounts[venue]}\n{self.console.text()}"
        return sorted(left)

    def more(self, name):
        """Whether an account counts more of it than now."""
        before = self.now(name)
        return lambda venue, account: int(account[name]) > before[venue]

    def buy(self, venues):
        for venue in venues:
            self.console.word(f"submit buy {venue} BTC/USDT {USD}", f"on {venue}?")

    def flatten(self):
        for venue in self.venues:
            self.console.word(f"flatten {venue}", "y/n")
        self.collect("flatten", is_flat)

    def rest(self):
        """An order at each venue that nobody meets: the books stand."""
        self.sim.order("hold")
        self.buy(self.venues)
        left = self.collect("place", is_open)
        if left:
            raise Failed(f"nothing rests at {left}")

    def give_phrase(self):
        self.console.type("A")
        self.console.wait_for("to arm")
        self.console.type("TRADE LIVE\r")
        self.console.wait_for("armed:")

    def arm(self):
        self.give_phrase()
        if self.status()["killed"]:
            self.console.press("K", "y/n")
            self.until(lambda: not self.status()["killed"], "the kill is cleared")
            self.console.word("state active", "y/n")
        self.console.press("r", "y/n")
        self.console.wait_for("RUNNING")

    def run(self):
        try:
            self.start_console()
            for step in STEPS:
                step(self)
        except Exception as error:  # shown as this desk's failure, whatever it is
            self.trouble = f"{error!r}\n{self.console.text()}"
        finally:
            self.console.kill()
            self.sim.stop()


def is_open(_, account):
    return int(account["open"]) == 1


def is_flat(_, account):
    return all(float(value) == 0 for name, value in account.items() if "/" in name)


def read_only_until_armed(desk):
    desk.buy(desk.venues[:1])
    desk.console.wait_for("read-only:")
    time.sleep(0.5)
    if any(desk.now("orders").values()):
        raise Failed("an order left a console that was not armed")
    desk.arm()


def cancel(desk):
    desk.rest()
    canceled = desk.more("canceled")
    for order in desk.ask("orders"):
        desk.console.word(f"cancel {order['job']}", "y/n")
    desk.collect("cancel", canceled)
    desk.console.type(":pane wire\r")  # its rows are looked through for keys as well
    desk.console.wait_for("WIRE")
    desk.console.type(":pane quotes\r")
    desk.console.wait_for("QUOTES")


def cancel_all(desk):
    """The kill is an alarm, which disarms."""
    desk.rest()
    canceled = desk.more("canceled")
    desk.console.type("\x1b[20~")  # F9
    desk.console.wait_for("PANIC")
    desk.console.type("c")
    desk.collect("cancel-all", canceled)
    desk.until(lambda: not desk.ask("orders"), "the desk knows")
    desk.console.type("\x1b")
    desk.console.wait_for("READ-ONLY")
    desk.arm()


def fill(desk):
    """What nobody met is taken after a while."""
    filled = desk.more("fills")
    desk.buy(desk.venues)
    desk.sim.order("go")
    desk.collect("fill", filled)
    desk.until(lambda: not desk.ask("orders"), "what rested is filled")


def flatten_in_parts(desk):
    """The next order that takes gets half of it: the rest needs another."""
    partial = desk.more("partial")
    for venue in desk.venues:
        desk.sim.order(f"trouble {venue} partial")
    desk.flatten()
    desk.collect("partial", partial)


def log_in_again(desk):
    """The venues forget the login. Some refuse the next order for it, and a later one is taken.
    That is no alarm: the console stays armed."""
    orders = desk.more("orders")
    for venue in desk.venues:
        desk.sim.order(f"trouble {venue} login")
    left = desk.venues
    for _ in range(5):
        desk.buy(left)
        left = desk.collect("login", orders, seconds=2)
        if not left:
            break
    if "READ-ONLY" in desk.console.text():
        raise Failed("a login that was over disarmed the console")


def dead_man(desk):
    desk.flatten()
    desk.rest()
    fired = desk.more("deadman")
    time.sleep(0.5)  # the switch is set behind the order
    desk.console.kill()
    without = [venue for venue in desk.venues if venue in DEADMAN]
    for venue in without:
        desk.results[venue]["dead-man"] = DEADMAN[venue]
    left = desk.collect("dead-man", lambda venue, account:
                        venue in without or (fired(venue, account) and not is_open(venue, account)))
    for venue in without:
        if venue not in left:
            desk.results[venue]["dead-man"] = DEADMAN[venue]


def restart(desk):
    """Orders that a dead desk left behind are cancelled by the next."""
    desk.start_console()
    desk.collect("restart", lambda venue, account: not is_open(venue, account))


STEPS = [read_only_until_armed, cancel, cancel_all, fill, flatten_in_parts, log_in_again, dead_man,
         restart]


def main():
    with tempfile.TemporaryDirectory() as temporary:
        desks = [Desk(pathlib.Path(temporary) / str(i), VENUES[i::DESKS]) for i in range(DESKS)]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        files = [path for path in pathlib.Path(temporary).rglob("*")
                 if path.is_file() and path.name != "keys.env"]
        content = "".join(path.read_bytes().decode("latin-1") for path in files)
    print("# " + "venue".ljust(12) + "".join(column.ljust(16) for column in COLUMNS))
    for desk in desks:
        for venue in desk.venues:
            results = desk.results[venue]
            cells = ["yes" if results.get(column) is True else
                     results[column] if results.get(column) == DEADMAN.get(venue, "") else "NO"
                     for column in COLUMNS]
            print("# " + venue.ljust(12) + "".join(cell.ljust(16) for cell in cells))
            for column, cell in zip(COLUMNS, cells):
                case(cell != "NO", f"{venue} {column}", results.get(column))
        case(not desk.trouble, f"the desk of {', '.join(desk.venues)}", desk.trouble)
    shown = "".join(part for desk in desks for console in desk.consoles for part in console.shown)
    case(not leaked(shown), "no secret was on a screen", leaked(shown))
    case(content and not leaked(content), "no secret is in a file", leaked(content))
    plan()


main()
