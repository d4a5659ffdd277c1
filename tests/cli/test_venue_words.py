"""The shell trades at each of ten simulators: perpdesk venue NAME login, order, cancel, cancel-all,
flatten, dead-man. Throw-away keys, real sockets, TLS; what holds in the end is what the venue's own
lists say. Prints the table of results.

    test_venue_words.py PERPDESK DEMO_FOLDER
"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan  # pylint: disable=wrong-import-position
from ten_venues import Simulator, leaked  # pylint: disable=wrong-import-position

PROGRAM, DEMO = sys.argv[1:3]
# Seconds after which the switch fires, or why it is not waited for here (tests/venue/
# test_order_entry has each venue's in simulated time).
DEADMAN = {"binance": 2, "aster": 2, "extended": 2, "grvt": 2, "okx": 10,
           "lighter": 310, "hyperliquid": 6, "paradex": "by connection",
           "edgex": "has none", "backpack": "has none"}
COLUMNS = ["login", "dry-run", "place", "cancel", "cancel-all", "partial", "fill", "flatten",
           "dead-man"]
FAR = "55000"  # a bid that rests: the recording trades above 61 000
NEAR = "63000"  # and one that takes
LARGE = "40"
TIME_LIMIT_S = 60
REFUSED_TRIES, REFUSED_WAIT_S = 8, 5  # together more than the minute that a limit counts


class Venue(threading.Thread):
    """One venue's row of the table."""

    def __init__(self, name, folder):
        super().__init__(daemon=True)
        self.name_, self.folder, self.results, self.seen = name, folder, {}, []
        # Of 60 requests a minute there: the words' own looks at the lists have to do.
        self.sparing = name == "lighter"

    def word(self, *words):
        """Exit code and events of `perpdesk venue NAME words`.

        One command after the other is more than a venue allows at times: what it refused for that,
        and took nothing of, is said again."""
        for _ in range(REFUSED_TRIES):
            code, events, text = self.word_once(*words)
            taken = any(e.get("event") in ("accepted", "order", "fill") for e in events)
            if taken or ('"error":"rate"' not in text and "too many requests" not in text):
                break
            time.sleep(REFUSED_WAIT_S)
        return code, events, text

    def word_once(self, *words):
        ran = subprocess.run(
            [PROGRAM, "venue", self.name_, *words, "--config", self.folder / "desk.ini"],
            capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False,
            env={**os.environ, "PERPDESK_ENV_FILE": str(self.folder / "keys.env")})
        self.seen.append(ran.stdout + ran.stderr)
        events = [json.loads(row) for row in ran.stdout.splitlines() if row.startswith("{")]
        return ran.returncode, events, ran.stdout + ran.stderr

    def open_orders(self):
        _, events, _ = self.word("orders")
        return [e for e in events if e["event"] == "order"]

    def net(self):
        _, events, _ = self.word("positions")
        return sum(abs(float(e["net"])) for e in events if e["event"] == "position")

    def order(self, *words):
        """The order's id and its last state, by answers and stream."""
        code, events, text = self.word("order", "BTC/USDT", *words)
        states = [e for e in events if e["event"] == "order" and "snapshot" not in e]
        if code != 0 or not states:
            return None, f"exit {code}", text
        own = [e["client_id"] for e in states if e.get("client_id")]
        over = [e["state"] for e in states if e["state"] not in ("new", "partial")]
        bought = sum(float(e["size"]) for e in events if e["event"] == "fill")
        if not over and bought >= float(words[1]):
            over = ["filled"]  # its last fill says so, too
        return own[-1], (over or [states[-1]["state"]])[-1], text

    def login(self):
        code, events, text = self.word("login")
        trouble = [e for e in events if e["event"] == "rejected"]
        return (code == 0 and not trouble) or text

    def place(self):
        self.resting, state, text = self.order("buy", "0.01", FAR, "post_only")
        return (state == "new" and len(self.open_orders()) == 1) or f"{state}: {text}"

    def cancel(self):
        code, _, text = self.word("cancel", str(self.resting))
        return (code == 0 and (self.sparing or not self.open_orders())) or text

    def cancel_all(self):
        for price in (FAR, "55100"):
            _, state, text = self.order("buy", "0.01", price, "post_only")
            if state != "new":
                return f"{state}: {text}"
        code, _, text = self.word("cancel-all")
        return (code == 0 and (self.sparing or not self.open_orders())) or text

    def partial(self):
        """More than there is near the best price, bought hardly above a trade just before."""
        text = ""
        for attempt in range(4):
            time.sleep(attempt)
            code, events, text = self.word("order", "BTC/USDT", "buy", "0.01", NEAR, "ioc")
            prices = [e["price"] for e in events if e["event"] == "fill"]
            prices += [e["average"] for e in events if e["event"] == "order" and "average" in e]
            if code != 0 or not prices:
                continue
            price = str(math.ceil(float(prices[0])) + 1)  # lower may be none
            code, events, text = self.word("order", "BTC/USDT", "buy", LARGE, price, "ioc")
            filled = [float(e["filled"]) for e in events
                      if e["event"] == "order" and "filled" in e]
            if code == 0 and filled and 0 < max(filled) < float(LARGE):
                return True
        return text

    def fill(self):
        """What was taken out of the book just before may be there again only a little later."""
        for attempt in range(4):
            time.sleep(attempt)
            _, state, text = self.order("buy", "0.01", NEAR, "ioc")
            if state == "filled":
                break
        return (state == "filled" and (self.sparing or self.net() > 0)) or f"{state}: {text}"

    def flatten(self):
        """More than the book shows at once, so that one order does not do."""
        for _ in range(1 if self.sparing else 3):
            self.word("order", "BTC/USDT", "buy", LARGE, NEAR, "ioc")
            time.sleep(0.3)  # the book fills again
        for _ in range(3):  # where the book stays thin the word says what is left: said once more
            code, _, text = self.word("flatten")
            if code == 0 or "nobody took it within the emergency collar" not in text:
                break
        return (code == 0 and (self.sparing or self.net() == 0)) or text

    def dead_man(self):
        wanted = DEADMAN[self.name_]
        if isinstance(wanted, str):
            code, _, text = self.word("dead-man", "60")
            return wanted if code == 69 else text
        _, state, text = self.order("buy", "0.01", FAR, "post_only")
        if state != "new":
            return f"{state}: {text}"
        code, events, text = self.word("dead-man", str(wanted))
        if code != 0 or not any(e["event"] == "deadman" for e in events):
            return text
        if wanted > TIME_LIMIT_S:
            code, _, text = self.word("dead-man", "0")
            self.word("cancel-all")
            return f"armed for {wanted} s, off again" if code == 0 else text
        end = time.monotonic() + wanted + 20
        while time.monotonic() < end:
            if not self.open_orders():
                return True
            time.sleep(2)
        return "did not fire"

    def dry_run(self):
        code, _, text = self.word("order", "BTC/USDT", "buy", "0.01", FAR, "ioc", "--dry-run")
        return (code == 0 and text != "" and '{"event"' not in text and
                (self.sparing or not self.open_orders())) or text

    def run(self):
        for column in COLUMNS:
            try:
                self.results[column] = getattr(self, column.replace("-", "_"))()
            except (subprocess.TimeoutExpired, ValueError, KeyError, IndexError) as error:
                self.results[column] = repr(error)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        sim = Simulator(PROGRAM, DEMO, temporary)
        sim.write_config("[desk]", "symbols = BTC/USDT, ETH/USDT")
        try:
            venues = [Venue(name, sim.folder) for name in sim.names]
            for venue in venues:
                venue.start()
            for venue in venues:
                venue.join()
        finally:
            sim.stop()
    # What a venue cannot do is told in words of DEADMAN, every other text is a failure.
    width = max(len(column) for column in COLUMNS)
    print("# " + "venue".ljust(12) + " ".join(column.ljust(width) for column in COLUMNS))
    for venue in venues:
        told = [DEADMAN[venue.name_], f"armed for {DEADMAN[venue.name_]} s, off again"]
        cells = ["yes" if result is True else result if result in told else "NO"
                 for result in (venue.results.get(column) for column in COLUMNS)]
        print("# " + venue.name_.ljust(12) + " ".join(cell.ljust(width) for cell in cells))
        for column, cell in zip(COLUMNS, cells):
            case(cell != "NO", f"{venue.name_} {column}", venue.results.get(column))
    shown = "".join(text for venue in venues for text in venue.seen)
    case(not leaked(shown), "no secret was shown", leaked(shown))
    plan()


main()
