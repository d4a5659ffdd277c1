#!/usr/bin/python3
"""The keys are nowhere: canaries as the keys of ten venues, and every way out of the program looked
through for them in any spelling. Words of the verb `venue` with and without --dry-run, with right,
wrong and broken keys; a live desk's reports, journal, records and log while its logins are refused;
and what is left of it when it crashes.

    test_canary.py PERPDESK DEMO_FOLDER
"""
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan  # pylint: disable=wrong-import-position
from ten_venues import KEYS, OPEN, VENUES, Simulator, leaked

PROGRAM, DEMO = os.path.abspath(sys.argv[1]), sys.argv[2]
DRY = ["login", "orders", "balances", "cancel-all", "dead-man 60",
       "order BTC/USDT buy 0.01 55000 post_only", "order BTC/USDT sell 0.01 55000 ioc reduce_only"]
REAL = ["login", "order BTC/USDT buy 0.01 63000 ioc"]
# Not the account's, and well made: a digit or a letter is another.
WRONG = {name: value if name in OPEN else
         value[:-6] + ("7" if value[-6] != "7" else "8") + value[-5:]
         for name, value in KEYS.items()}
BROKEN = {name: value if name in OPEN else f"canary{number:02}is-no-key-at-all!"
          for number, (name, value) in enumerate(KEYS.items())}
OPEN_BOOK = ("hyperliquid", "wrong.env")  # who asks for an account there needs no key
DESK = ["[desk]", "mode = live", "symbols = BTC/USDT, ETH/USDT", "disk_floor_mb = 0",
        "journal_quotes = all", "[risk]", "max_jobs_per_minute = 1000", "cool_down_sec = 0s",
        "[execution]", "wait_fill_timeout_sec = 1s", "[wash]", "wait_fill_timeout_sec = 1s"]
REPORTS = ["status", "status --json", "jobs --json", "orders", "positions", "alerts", "trades",
           "config --effective", "journal show", "journal verify", "watch --plain --seconds 1",
           "doctor --venues okx"]
TROUBLED = ("login", "nonce", "reject", "duplicate-fill", "partial")


class Shell:
    """Runs the program and keeps whatever it says."""

    def __init__(self, sim):
        self.sim = sim
        self.folder = sim.folder
        self.said = {}

    def environment(self, keys):
        return {**os.environ, "HOME": str(self.folder), "XDG_STATE_HOME": f"{self.folder}/state",
                "XDG_RUNTIME_DIR": str(self.folder), "PERPDESK_ENV_FILE": str(keys)}

    def say(self, words, keys=None):
        own = ["--config", self.folder / "desk.ini"] if words[0] in ("venue", "config") else []
        ran = subprocess.run([PROGRAM, *words, *own],
                             env=self.environment(keys or self.sim.keys), cwd=self.folder,
                             capture_output=True, timeout=120, check=False)
        text = (ran.stdout + ran.stderr).decode("latin-1")
        self.said[" ".join([*words, *([f"({keys.name})"] if keys else [])])] = text
        return ran.returncode, text


def write_keys(folder, name, keys, mode=0o600):
    path = folder / name
    path.write_text("".join(f"{key}={value}\n" for key, value in keys.items()))
    path.chmod(mode)
    return path


def one_venue(shell, venue, files, trouble):
    """The words at one venue; what is not as it should be goes to `trouble`."""
    for word in DRY[-2:] if venue == "lighter" else DRY:  # of 60 requests a minute there
        code, text = shell.say(["venue", venue, *word.split(), "--dry-run"])
        if word.startswith("order ") and (code != 0 or not text or '{"event"' in text):
            trouble.append(f"{venue} {word}: {text}")
    for word in REAL:
        shell.say(["venue", venue, *word.split()])
    shell.sim.order(f"trouble {venue} login")
    shell.say(["venue", venue, "balances"])
    for path in files:
        code, text = shell.say(["venue", venue, "balances"], path)
        if code == 0 and (venue, path.name) != OPEN_BOOK:
            trouble.append(f"{venue} takes the keys of {path.name}: {text}")


def words(shell, case):
    files = [write_keys(shell.folder, "wrong.env", WRONG),
             write_keys(shell.folder, "broken.env", BROKEN),
             write_keys(shell.folder, "open.env", KEYS, 0o644)]
    trouble = []
    threads = [threading.Thread(target=one_venue, args=(shell, venue, files, trouble))
               for venue in VENUES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case(not trouble and all(f"venue {venue} balances (open.env)" in shell.said
                             for venue in VENUES),
         "dry runs show the request; wrong, broken and open keys are refused",
         "\n".join(trouble))


def no_dump():
    """What a child begins with: a core file of any size is allowed, and there is none to be."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def desk(shell, case):
    output = shell.folder / "desk.log"

    def start():
        with open(output, "ab") as file:
            return subprocess.Popen([PROGRAM, "run", "--headless", "--live", "--config",
                                     shell.folder / "desk.ini"], cwd=shell.folder,
                                    env=shell.environment(shell.sim.keys), stdout=file,
                                    stderr=file, preexec_fn=no_dump)

    def crash(process, number):
        process.send_signal(number)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -number
        return os.WIFSIGNALED(status) and not os.WCOREDUMP(status)

    def until(text):
        for _ in range(120):
            if text in shell.say(["status", "--json"])[1]:
                break
            time.sleep(0.25)

    process = start()
    until('"reconcile":"agreed"')
    shell.say(["accept", "--confirm", "TRADE LIVE"])  # what the words before bought
    shell.say(["resume", "--confirm", "TRADE LIVE"])
    for name in TROUBLED:
        shell.sim.order(f"trouble all {name} 2")
        for venue in VENUES:
            shell.say(["submit", "buy", venue, "BTC/USDT", "500", "--confirm", "TRADE LIVE"])
        time.sleep(1)
    reports = [shell.say(words.split())[1] for words in REPORTS]
    case(any("order_filled" in text for text in reports), "the desk trades with the canaries",
         shell.said["alerts"] + "\n".join(
             row for row in reports[8].splitlines() if " denied " in row or "rejected" in row))
    good = crash(process, signal.SIGABRT)
    process = start()
    until('"status"')
    good = crash(process, signal.SIGSEGV) and good
    cores = [path.name for path in shell.folder.rglob("core*")]
    case(good and not cores, "a crash dumps no core, whatever the limit allows", cores)


def look(shell, case):
    secrets = {"right": KEYS, "wrong": WRONG, "broken": BROKEN}
    files = {path.name: path.read_bytes().decode("latin-1") for path in shell.folder.rglob("*")
             if path.is_file() and path.suffix != ".env"}
    print(f"# {len(shell.said)} outputs of {sum(map(len, shell.said.values()))} bytes, "
          f"{len(files)} files of {sum(map(len, files.values()))} bytes")
    for kind, texts in (("output", shell.said), ("file", files)):
        found = {f"{name}: {leaked(text, keys)} ({which})" for name, text in texts.items()
                 for which, keys in secrets.items() if leaked(text, keys)}
        case(texts and not found, f"no key is in any {kind}", "\n".join(sorted(found)))
    case(leaked(f"a line with {KEYS['OKX_API_SECRET'].encode().hex()} in it") == ["OKX_API_SECRET"],
         "and it would be found")


def main():
    with tempfile.TemporaryDirectory() as folder:
        sim = Simulator(PROGRAM, DEMO, pathlib.Path(folder))
        try:
            sim.write_config(*DESK)
            shell = Shell(sim)
            words(shell, case)
            desk(shell, case)
        finally:
            sim.stop()
        look(shell, case)
    plan()


main()
