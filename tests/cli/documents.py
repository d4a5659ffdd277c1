#!/usr/bin/env python3
"""Code and documents say the same: etc/perpdesk.ini, perpdesk.ini(5) and perpdesk(1) against what
the program prints and the tables of the headers. Both manuals are clean under mandoc -Tlint.

documents.py PERPDESK SOURCE_ROOT          TAP, one case a document
documents.py --write PERPDESK SOURCE_ROOT  puts the generated parts into the documents
"""

import pathlib
import re
import shutil
import subprocess
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, skip  # pylint: disable=wrong-import-position


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def filled(text):
    """mdoc: a sentence begins a line, lines of 79 bytes."""
    lines = []
    for sentence in re.split(r"(?<=\.) ", text):
        lines += textwrap.wrap(sentence, 79, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def sentence(text):
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def escaped(word):
    word = word.replace("/", r"/").replace("'", r"\(aq")
    return r"\&" + word if re.fullmatch(r"[.,:;()\[\]?!|]", word) else word


def actions(program):
    out = ""
    lines = run(program, "console", "--help").split("Keys:\n")[1].splitlines()
    for line in lines:
        keys, text = line[:24].strip(), line[42:].strip()  # columns of actions_print
        out += ".It Ic " + " ".join(escaped(key) for key in keys.split()) + "\n"
        out += filled(sentence(text))
    return out


def controls(program):
    """Control verbs with their operands, as --help lists them."""
    out = ""
    rows = run(program, "--help").split("Verbs that steer a running desk:\n")[1].split("\n\n")[0]
    for name, operands, text in re.findall(r"^  ([a-z-]+) ?(\S.*?)?\s{2,}(\S.*)$", rows, re.M):
        words = " ".join(f'Ar "{escaped(word)}"' if " " in word else f"Ar {escaped(word)}"
                         for word in re.findall(r"\[[^]]*\]|\S+", operands))
        out += f".It Ic {name} {words}".rstrip() + "\n" + filled(sentence(text))
    return out


def macro_rows(text, macro):
    """The rows X(...) of an X-macro list, each as its list of arguments."""
    body = text.split("#define " + macro)[1]
    body = re.match(r"(?:.*\\\n)*.*\n", body).group(0).replace("\\\n", "\n")
    for row in re.finditer(r"X\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\")*)\)", body):
        yield [re.sub(r"\"\s*\"", "", part.strip()).strip('"') for part in
               re.findall(r"(?:[^,\"]|\"(?:[^\"\\]|\\.)*\")+", row.group(1))]


def rules(root):
    out = ""
    for _, name, _, _, hard, text in macro_rows((root / "src/engine/rules.h").read_text(),
                                                "RULE_LIST(X)"):
        if name != "none":
            kind = "Holds always." if hard == "true" else "Yields to the override."
            out += f".It Sy {name}\n" + filled(sentence(text) + " " + kind)
    return out


LEVELS = {"LEVEL_DESK": "The desk", "LEVEL_CAPITAL": "Capital", "LEVEL_ACCOUNT": "Account",
          "LEVEL_POSITION": "Position", "LEVEL_EXECUTION": "Execution", "LEVEL_JOB": "The job",
          "LEVEL_SCHEDULE": "The schedule"}
UNITS = {"UNIT_NONE": "No figure.", "UNIT_USD": "In USD.", "UNIT_BPS": "In basis points.",
         "UNIT_MS": "In milliseconds.", "UNIT_COUNT": "A count.", "UNIT_PPM": "In ppm.",
         "UNIT_QTY": "In base units.", "UNIT_USD_S": "In USD times seconds.",
         "UNIT_PPM_SCORE": "A score, 0 to 100.", "UNIT_PX": "A price."}


def refusals(root):
    """perpdesk-risk(7): every code by its level, in the order of evaluation."""
    out, last = "", ""
    for _, name, level, unit, hard, text in macro_rows((root / "src/engine/rules.h").read_text(),
                                                       "RULE_LIST(X)"):
        if name == "none":
            continue
        if level != last:
            out += (".El\n" if last else "") + f".Ss {LEVELS[level]}\n.Bl -tag -width Ds\n"
            last = level
        out += f".It Sy {name}\n" + filled(
            f"{sentence(text)} {UNITS[unit]} {'Hard.' if hard == 'true' else 'Soft.'}")
    return out + ".El\n"


def events(root):
    """perpdesk-protocol(7): kinds of events with their numbers."""
    out = ".Bl -column \"99\" \"opportunity_found\"\n"
    rows = macro_rows((root / "src/engine/event.h").read_text(), "EVENT_LIST(X)")
    for number, (_, name, payload) in enumerate(rows):
        out += f".It {number} Ta Sy {name} Ta Vt struct {payload}\n"
    return out + ".El\n"


def alarms(root):
    """Names of alarms the sources raise."""
    names = set()
    for path in (root / "src").rglob("*.c"):
        text = path.read_text()
        names |= set(re.findall(r"watch_alert(?:_on)?\(\s*\w+,\s*[^;\"]*?\"([a-z_]+)\"", text))
        names |= set(re.findall(r"alert\.rule\), SLICE\(\"([a-z_]+)\"", text))
        names |= set(re.findall(r"text_add_string\(&rule, \"([a-z_]+)\"", text))
    return names


def alarms_missing(root):
    page = (root / "man/perpdesk-runbook.7").read_text()
    told = set(re.findall(r"^\.It Sy (\w+)$", page, re.M))
    found = alarms(root)
    return sorted(f"not in the runbook: {name}" for name in found - told) + sorted(
        f"no such alarm: {name}" for name in told - found)


def statuses(root):
    out = ""
    for _, _, text, code in macro_rows((root / "src/base/status.h").read_text(),
                                       "STATUS_LIST(X)"):
        out += f".It {code}\n" + filled(sentence(text))
    return out


def metrics(root):
    """Names of the metrics of alert rules, with their units."""
    units = {"UNIT_MS": "milliseconds", "UNIT_PPM": "%", "UNIT_BPS": "%", "UNIT_USD": "USD",
             "UNIT_COUNT": "a number"}
    out = ""
    for _, name, unit in macro_rows((root / "src/engine/alert.h").read_text(),
                                    "ALERT_METRIC_LIST(X)"):
        out += f".It Ic {name}\n{units[unit].capitalize()}.\n"
    return out


def unconfirmed(root):
    """perpdesk-venues(7): what heads each venue's order entry under "Unconfirmed:"."""
    out = ""
    for path in sorted((root / "exchanges").glob("*_oe.c")):
        comment = re.match(r"(?://.*\n)+", path.read_text())
        if comment is None or "// Unconfirmed:\n" not in comment.group(0):
            continue
        told = comment.group(0).split("// Unconfirmed:\n")[1].split("//\n")[0]
        out += f".Ss {path.name[:-5]}\n.Bl -dash\n"
        for item in told.removeprefix("// - ").split("\n// - "):
            words = re.sub(r"\s*\n//\s*", " ", item).strip()
            out += ".It\n" + re.sub(r"^(['.])", r"\\&\1", filled(words), flags=re.M)
        out += ".El\n"
    return out


def put(text, mark, part):
    begin, end = f'.\\" {mark} begin\n', f'.\\" {mark} end\n'
    head, rest = text.split(begin)
    return head + begin + part + end + rest.split(end)[1]


def wanted(program, root):
    """Path -> the text it should have."""
    man1, man5 = root / "man/perpdesk.1", root / "man/perpdesk.ini.5"
    text1 = man1.read_text()
    text1 = put(text1, "actions", actions(program))
    text1 = put(text1, "controls", controls(program))
    text1 = put(text1, "rules", rules(root))
    text1 = put(text1, "statuses", statuses(root))
    keys = run(program, "check-config", "--print", "man")
    risk, protocol = root / "man/perpdesk-risk.7", root / "man/perpdesk-protocol.7"
    venues = root / "man/perpdesk-venues.7"
    text7 = put(protocol.read_text(), "controls", controls(program))
    text7 = put(text7, "events", events(root))
    return {
        root / "etc/perpdesk.ini": run(program, "check-config", "--print", "default"),
        root / "etc/completions/perpdesk": run(program, "completion", "bash"),
        root / "etc/completions/_perpdesk": run(program, "completion", "zsh"),
        man1: text1,
        man5: put(put(man5.read_text(), "keys", keys), "metrics", metrics(root)),
        risk: put(risk.read_text(), "refusals", refusals(root)),
        protocol: text7,
        venues: put(venues.read_text(), "unconfirmed", unconfirmed(root)),
    }


def verbs_missing(program, root):
    """Verbs and options of the help that perpdesk(1) does not name."""
    page = (root / "man/perpdesk.1").read_text()
    help_text = run(program, "--help")
    verbs = re.findall(r"^  ([a-z-]+)", help_text.split("Verbs:\n")[1].split("\n\n")[0], re.M)
    missing = [verb for verb in verbs if f".Ic {verb}\n" not in page and
               f".It Ic {verb}\n" not in page and f".Op Ic {verb}\n" not in page]
    for verb in verbs:
        for option in re.findall(r"--([a-z-]+)", run(program, verb, "--help").split("Options:")[1]
                                 .split("Keys:")[0]):
            if f"Fl -{option}" not in page:
                missing.append(f"--{option}")
    return missing


def main():
    write = sys.argv[1] == "--write"
    program, root = sys.argv[-2], pathlib.Path(sys.argv[-1])
    texts = wanted(program, root)
    if write:
        for path, text in texts.items():
            path.write_text(text)
        return
    pages = sorted((root / "man").glob("perpdesk*.[1-9]"))
    print(f"1..{len(texts) + 2 + len(pages)}")
    for path, text in texts.items():
        same = path.exists() and path.read_text() == text
        case(same, f"{path.name} is what the tables say",
             "" if same else "documents.py --write puts it right")
    missing = verbs_missing(program, root)
    case(not missing, "perpdesk(1) names every verb and option", "\n".join(missing))
    missing = alarms_missing(root)
    case(not missing, "perpdesk-runbook(7) has every alarm", "\n".join(missing))
    for page in pages:
        name = f"{page.name} is clean under mandoc -Tlint"
        if shutil.which("mandoc") is None:
            skip(name, "mandoc is not installed")
            continue
        lint = subprocess.run(["mandoc", "-Tlint", str(page)], capture_output=True,
                              text=True, check=False)
        case(lint.stdout + lint.stderr == "", name, lint.stdout + lint.stderr)


main()
