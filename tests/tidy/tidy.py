#!/usr/bin/env python3
"""The house rules that a machine can hold: who includes whom, banned calls, leftover markers, files
that no meson.build names, and the plain form of a line.

Usage: tidy.py SOURCE_ROOT. One row per kind of check; findings stand below their row.
"""

import pathlib
import re
import sys

ANY = None  # may include everything

# folder -> folders (or single headers) it may include; ui sees a few headers of the engine only.
EDGES = {
    "src/base": {"base"},
    "src/market": {"base", "market"},
    "src/engine": {"base", "market", "engine"},
    "src/trade": {"base", "market", "engine", "trade"},
    "exchanges": {"base", "market", "exchanges"},
    "src/io": {"base", "market", "engine", "io", "exchanges/venue_oe.h"},
    "src/sim": {"base", "market", "io", "exchanges", "sim"},
    "ui": {"base", "ui", "engine/state.h", "engine/control.h", "engine/event.h",
           "engine/control_text.h", "engine/wire.h"},
    "src/cli": ANY,
    "src": ANY,
}

# Libraries that belong to one part of the program.
LIBRARY_FOLDERS = [
    (re.compile(r"^(ncurses\w*/)?n?curses\w*\.h$|^term\.h$|^panel\.h$"), {"ui"}),
    (re.compile(r"^(curl/|libwebsockets|hiredis|sqlite3|ini\.h)"),
     {"src/io", "src/cli", "src/sim"}),
    (re.compile(r"^uv\.h$"), {"src/base", "src/io", "src/sim", "src/cli", "src", "ui"}),
]

# Pure folders get time with their events and hand their output to somebody else.
PURE = ("src/engine", "src/trade", "exchanges")
PURE_BANNED = {
    "clock": "time clock clock_gettime gettimeofday clock_now_ns clock_wait_ns mono_now_ns "
             "nanosleep usleep sleep uv_now uv_hrtime",
    "random": "rand rand_r srand random srandom drand48 lrand48 getrandom arc4random getentropy "
              "RAND_bytes",
    "sockets and threads": "socket sendto sendmsg recv recvfrom recvmsg accept poll select "
                           "epoll_wait pthread_create",
    "stdio": "fopen fdopen fprintf vfprintf printf vprintf puts fputs fputc putchar fwrite fread "
             "fgets fscanf scanf perror",
}
BANNED = "strcpy strcat sprintf vsprintf gets atoi atol atoll atof strtod strtof strtold strtok"

CODE_FOLDERS = ("src", "exchanges", "ui")
TEXT_SUFFIXES = {".c", ".h", ".py", ".build"}
COLUMNS_MAX = 100


def without_comments_and_strings(text):
    """The code with comments and literals blanked out, line numbers kept."""
    pattern = re.compile(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


class File:
    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.folder = path.parent.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.is_c = path.suffix in (".c", ".h")
        self.in_program = self.name.startswith(tuple(f + "/" for f in CODE_FOLDERS))
        self.code = without_comments_and_strings(self.text) if self.is_c else ""


def calls(code, names):
    """Line numbers and names of calls; members like x->time( are somebody's own."""
    pattern = r"(?<![\w.>])(" + "|".join(names.split()) + r")\s*\("
    for match in re.finditer(pattern, code):
        yield code.count("\n", 0, match.start()) + 1, match.group(1)


def check_edges(files, root):
    for file in files:
        if not (file.in_program and file.is_c):
            continue
        if file.folder not in EDGES:
            yield f"{file.name}: the folder has no row in the table of edges"
            continue
        allowed = EDGES[file.folder]
        for number, line in enumerate(file.lines, 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            target = match.group(1)
            part = target.rpartition("/")[0]
            if not part:
                yield f"{file.name}:{number}: include {target} with its folder"
            elif allowed is not ANY and part not in allowed and target not in allowed:
                yield f"{file.name}:{number}: {file.folder} must not include {target}"


def check_libraries(files, root):
    for file in files:
        if not (file.in_program and file.is_c):
            continue
        for number, line in enumerate(file.lines, 1):
            match = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            for pattern, folders in LIBRARY_FOLDERS if match else []:
                if pattern.match(match.group(1)) and file.folder not in folders:
                    yield f"{file.name}:{number}: {file.folder} must not use <{match.group(1)}>"


def check_pure(files, root):
    for file in files:
        if file.is_c and file.folder.startswith(PURE):
            for kind, names in PURE_BANNED.items():
                for number, name in calls(file.code, names):
                    yield f"{file.name}:{number}: {name} ({kind}) in {file.folder}"


def check_banned(files, root):
    for file in files:
        if file.is_c and file.in_program:
            for number, name in calls(file.code, BANNED):
                yield f"{file.name}:{number}: {name}"


def check_floating(files, root):
    for file in files:
        if file.is_c and file.in_program:
            for match in re.finditer(r"\b(double|float|long double)\b", file.code):
                number = file.code.count("\n", 0, match.start()) + 1
                yield f"{file.name}:{number}: {match.group(1)}"


def check_markers(files, root):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            match = re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line)
            if match and file.path != pathlib.Path(__file__).resolve():
                yield f"{file.name}:{number}: {match.group(1)}"


def listed_in(file, root):
    """Named by the meson.build of its folder or, below tests/, of a folder above it."""
    stem = file.path.stem
    names = {f"'{stem}.c'", f"/{stem}.c'", f"'{stem}'"}
    names |= {f"'{stem[len(p):]}'" for p in ("test_", "fuzz_", "bench_") if stem.startswith(p)}
    folder = file.path.parent
    while True:
        build = folder / "meson.build"
        if build.is_file() and any(name in build.read_text(encoding="utf-8") for name in names):
            return True
        folder = folder.parent
        if file.in_program: # the program's own file is named where the program is: at the root
            return f"'{file.name}'" in (root / "meson.build").read_text(encoding="utf-8")
        if folder in (root, root.parent):
            return False


def check_listed(files, root):
    for file in files:
        if file.path.suffix == ".c" and not listed_in(file, root):
            yield f"{file.name}: no meson.build names it"


def check_paths(files, root):
    pattern = re.compile(r"(?<![\w.])/(work|tmp|home|root|mnt)(/|\b(?=[\"'\s]))")
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if ".XXXXXX" in line:  # a temporary folder of mkdtemp's
                continue
            if pattern.search(line) and file.path != pathlib.Path(__file__).resolve():
                yield f"{file.name}:{number}: a path of one machine"


def check_blanks(files, root):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if "\t" in line:
                yield f"{file.name}:{number}: tab"
            elif line != line.rstrip():
                yield f"{file.name}:{number}: blank at the end"
        if file.text and not file.text.endswith("\n"):
            yield f"{file.name}: no newline at the end"


def check_length(files, root):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if file.path.suffix in (".c", ".h", ".py") and len(line) > COLUMNS_MAX:
                yield f"{file.name}:{number}: {len(line)} columns"


def check_guards(files, root):
    for file in files:
        if file.path.suffix == ".h" and file.in_program:
            part = file.name[4:] if file.name.startswith("src/") else file.name
            guard = "PERPDESK_" + re.sub(r"[^A-Z0-9]", "_", part.upper())
            if f"#ifndef {guard}\n#define {guard}\n" not in file.text:
                yield f"{file.name}: the guard is not {guard}"


CHECKS = [
    ("include edges", check_edges),
    ("libraries in their folders", check_libraries),
    ("no clock, random, sockets, stdio in pure folders", check_pure),
    ("banned calls", check_banned),
    ("no floating point", check_floating),
    ("leftover markers", check_markers),
    ("every .c in a meson.build", check_listed),
    ("no machine paths", check_paths),
    ("tabs and blanks", check_blanks),
    (f"lines of {COLUMNS_MAX} columns", check_length),
    ("include guards", check_guards),
]


def source_files(root):
    for top in CODE_FOLDERS + ("tests",):
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and path.suffix in TEXT_SUFFIXES and "corpus" not in path.parts:
                yield File(root, path)


def main():
    if len(sys.argv) != 2:
        print("usage: tidy.py SOURCE_ROOT", file=sys.stderr)
        return 64
    root = pathlib.Path(sys.argv[1]).resolve()
    files = list(source_files(root))
    passed = failed = skipped = 0
    for name, check in CHECKS:
        findings = list(check(files, root))
        print(f"{'ok  ' if not findings else 'FAIL'} {name}")
        for finding in findings:
            print(f"     {finding}")
        passed += not findings
        failed += bool(findings)
    if not files:
        skipped, passed = passed, 0
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
