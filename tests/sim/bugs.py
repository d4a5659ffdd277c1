#!/usr/bin/env python3
"""Deliberate bugs, one at a time, in a copy of the tree: the simulation has to find each of them.

Usage: bugs.py [--seeds N] [NAME...]     all when none is named; -n only tells them
       bugs.py --places                  whether each has its place in the code still

For each bug: its name, the oracle that found it, the seed. A bug that N seeds (50) of twenty
minutes do not find fails. The copy and its build are in build-bugs; the tree itself is not touched.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build-bugs"
SECONDS = 1110

# name, file, what stands there, what the bug makes of it
BUGS = [
    ("journal-skipped", "src/engine/engine_pass.c",
     "    journal(engine, event);\n    if (event->header.kind == EVENT_ORDER_COMMAND &&",
     "    if (event->header.kind != EVENT_ORDER_COMMAND) {\n"
     "        journal(engine, event);\n    }\n"
     "    if (event->header.kind == EVENT_ORDER_COMMAND &&"),
    ("journal-without-books", "src/engine/engine_pass.c",
     "static void journal(struct engine *engine, const struct event *event) {\n",
     "static void journal(struct engine *engine, const struct event *event) {\n"
     "    if (event->header.kind == EVENT_DEPTH_UPDATED) {\n        return;\n    }\n"),
    ("sent-before-journal", "src/engine/engine_pass.c",
     "            engine->journal_failed = true;\n"
     "            stop_trading(engine, status_text());",
     "            engine->journal_failed = false;"),
    ("hedge-doubled", "src/trade/execution_open.c",
     "(void)execution_take(desk, bus, job, behind, LEG_HEDGE, true, missing);",
     "(void)execution_take(desk, bus, job, behind, LEG_HEDGE, true, qty_add(missing, missing));"),
    ("fill-dropped", "src/trade/execution.c",
     "    case REPORT_FILL:\n        on_fill(desk, bus, order, report);",
     "    case REPORT_FILL:\n        if (report->trade % 16 != 0) {\n"
     "            on_fill(desk, bus, order, report);\n        }"),
    ("gap-ignored", "src/market/book_sync.c",
     "    if (link == LINK_BROKEN) {\n        return drop_book(sync);\n    }\n",
     ""),
    ("release-forgotten", "src/trade/capital.c",
     "    if (reservation->job != job->id) {\n        return;\n    }\n    for",
     "    if (reservation->job != job->id || job->id % 8 == 0) {\n        return;\n    }\n    for"),
    ("resent-on-time-out", "src/io/lane_orders.c",
     "        make_unknown(lane, order, why);\n    }\n}",
     "        order->state = LANE_ORDER_AGAIN;\n        (void)why;\n    }\n}"),
    ("time-out-is-refusal", "src/io/lane_orders.c",
     "        make_unknown(lane, order, why);\n    }\n}",
     "        set_text(order, \"lost: \", slice_of(why));\n"
     "        over(lane, order, REPORT_REJECTED);\n    }\n}"),
    ("stale-quote-trades", "src/trade/picture.c",
     "        return FRESH_STALE;\n    }\n    bool polled",
     "        return FRESH_STALE;\n    }\n    if (age_ns >= 0) {\n        return FRESH_OK;\n    }\n"
     "    bool polled"),
    ("pause-ignored", "src/trade/risk.c",
     "    case CONTROL_PAUSE:\n        desk->status = DESK_PAUSED;\n",
     "    case CONTROL_PAUSE:\n"),
    ("kill-not-latched", "src/trade/risk.c",
     "    desk->killed = true;\n",
     ""),
    ("limit-off-by-ten", "src/trade/scheduler.c",
     "if (on_venue[leg] >= settings->venue_jobs_max) {",
     "if (on_venue[leg] >= settings->venue_jobs_max + 10) {"),
    ("cancel-assumed", "src/trade/execution_order.c",
     "        order->cancel_asked = true;\n",
     "        order->cancel_asked = true;\n"
     "        struct job *job = job_find(&desk->jobs, order->job);\n"
     "        if (job != NULL) {\n"
     "            job->legs[order->leg].working_open = (struct qty){0};\n        }\n"),
    ("missed-not-asked", "src/io/lane_lists.c",
     "    return (lane->oe.venue->calls & OE_BIT(kinds[list])) != 0;\n",
     "    return (lane->oe.venue->calls & OE_BIT(kinds[list])) != 0 &&\n"
     "           (list != LANE_LIST_FILLS || !lane->reconciled);\n"),
    ("secret-logged", "src/io/lane.c",
     "    lane->config.secrets = NULL; // the caller's, and wiped by it",
     "    log_info(\"lane\", \"key %.*s\", (int)config->secrets[1].size,\n"
     "             config->secrets[1].size > 0 ? config->secrets[1].data : \"\");\n"
     "    lane->config.secrets = NULL; // the caller's, and wiped by it"),
    ("memory-in-a-pass", "src/trade/scanner.c",
     "static enum status scanner_on_event(void *self, struct bus *bus,"
     " const struct event *event) {\n"
     "    struct desk *desk = self;\n",
     "static enum status scanner_on_event(void *self, struct bus *bus,"
     " const struct event *event) {\n"
     "    struct desk *desk = self;\n    void *volatile waste = malloc(64);\n    free(waste);\n"),
    ("address-decides", "src/trade/scheduler.c",
     "    bool paced = bus->now_ns - state->proposed_ns[row->id] <",
     "    bool paced = bus->now_ns - state->proposed_ns[row->id] +\n"
     "                     (int64_t)((uintptr_t)desk >> 12 & 0xff) * NS_PER_MS <"),
    ("past-order-not-asked", "src/trade/reconcile.c",
     "execution_emit_order(bus, EVENT_ORDER_COMMAND, order, ORDER_ACTION_ASK);",
     "(void)order;"),
    ("past-job-forgotten", "src/trade/recall.c",
     "    if (recall->job_count == JOBS_MAX) {",
     "    if (past->job % 4 == 0) {\n        return;\n    }\n"
     "    if (recall->job_count == JOBS_MAX) {"),
    ("past-fill-counted-twice", "src/trade/recall.c",
     "        if (is_told(recall, row->order)) {",
     "        if (is_told(recall, row->order + 1)) {"),
    ("kill-forgotten-at-start", "src/trade/risk.c",
     "        desk->killed = past->killed != 0;\n",
     ""),
    ("position-told-once", "src/io/lane_positions.c",
     "    if (row->told && !row->filled_since && row->net.v == said->net.v) {",
     "    if (row->told && row->net.v == said->net.v) {"),
]


def run(*command, **options):
    return subprocess.run(command, cwd=COPY / "tree", text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)


def prepare():
    COPY.mkdir(exist_ok=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for name in listed.stdout.decode().split("\0"):
        source, target = ROOT / name, COPY / "tree" / name
        if not name or not source.is_file():
            continue
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)  # as of now: an object made since must not look newer
    if not (COPY / "tree/build/build.ninja").exists():
        made = run("meson", "setup", "build", "--buildtype=release", "-Dwerror=false",
                   env={**os.environ, "CC": os.environ.get("CC", "ccache gcc")})
        if made.returncode != 0:
            sys.exit(made.stdout)


def find(seeds, number, name, path, old, new):
    file = COPY / "tree" / path
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        print(f"not ok {number} - {name}: {path} has changed, the bug has no place in it")
        return False
    file.write_text(text.replace(old, new), encoding="utf-8")
    try:
        built = run("ninja", "-C", "build", "-j2", "tests/sim/sim")
        if built.returncode != 0:
            print(built.stdout[-2000:])
            print(f"not ok {number} - {name}: does not build")
            return False
        ran = run("build/tests/sim/sim", "--seeds", f"1-{seeds}", "--seconds", str(SECONDS),
                  "--jobs", "2", "--failures", "1")
    finally:
        file.write_text(text, encoding="utf-8")
    found = re.search(r"^not ok 1 - seed (\d+): (.*)$", ran.stdout, re.MULTILINE)
    if not found:
        print(f"not ok {number} - {name}: {seeds} seeds did not find it")
        return False
    print(f"ok {number} - {name}: seed {found.group(1)}: {found.group(2)[:90]}", flush=True)
    return True


def check_places():
    good = True
    for number, (name, path, old, _) in enumerate(BUGS, 1):
        found = (ROOT / path).read_text(encoding="utf-8").count(old) == 1
        print(f"{'ok' if found else 'not ok'} {number} - {name} has a place in {path}")
        good = good and found
    print(f"1..{len(BUGS)}")
    return 0 if good else 1


def main():
    wanted, seeds = sys.argv[1:], 50
    if wanted[:1] == ["--seeds"] and len(wanted) > 1:
        seeds, wanted = int(wanted[1]), wanted[2:]
    if wanted == ["--places"]:
        return check_places()
    if wanted == ["-n"]:
        print("\n".join(f"{name}: {path}" for name, path, _, _ in BUGS))
        return 0
    bugs = [bug for bug in BUGS if not wanted or bug[0] in wanted]
    prepare()
    good = [find(seeds, number, *bug) for number, bug in enumerate(bugs, 1)]
    print(f"1..{len(bugs)}")
    return 0 if bugs and all(good) else 1


sys.exit(main())
