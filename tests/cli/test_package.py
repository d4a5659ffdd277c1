#!/usr/bin/env python3
"""The Debian package of this build: complete, and its binary starts the demo from it alone.

test_package.py PERPDESK SOURCE_ROOT
"""

import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from outside import case, plan

PROGRAM, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
FILES = [
    "bin/perpdesk",
    "share/man/man1/perpdesk.1.gz",
    "share/man/man5/perpdesk.ini.5.gz",
    "share/man/man7/perpdesk-protocol.7.gz",
    "share/man/man7/perpdesk-risk.7.gz",
    "share/man/man7/perpdesk-venues.7.gz",
    "share/man/man7/perpdesk-runbook.7.gz",
    "share/bash-completion/completions/perpdesk",
    "share/zsh/vendor-completions/_perpdesk",
    "lib/systemd/user/perpdesk.service",
    "share/doc/perpdesk/perpdesk.ini",
    "share/doc/perpdesk/copyright",
    "share/perpdesk/demo/binance-usdm-btcusdt.ndjson.gz",
]

def console(program, environment):
    """What a console on the demo drew until it was told to end, and how it ended."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(program, [program, "--demo"], environment)
    drawn, deadline = b"", time.monotonic() + 30
    asked = False
    while True:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:
                break
        if not asked and (b"BTC/USDT" in drawn or time.monotonic() > deadline):
            os.kill(child, signal.SIGTERM)
            asked = True
    os.close(terminal)
    return drawn, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def verify_unit(unit, program, folder):
    """The service manager's own check, with the binary where it is here."""
    if shutil.which("systemd-analyze") is None:
        return
    own = pathlib.Path(folder) / "perpdesk.service"
    own.write_text(unit.read_text().replace("/usr/bin/perpdesk", str(program)))
    verified = subprocess.run(["systemd-analyze", "--user", "--man=no", "verify", own],
                              env={**os.environ, "XDG_RUNTIME_DIR": folder},
                              capture_output=True, text=True, check=False, timeout=60)
    about = [line for line in verified.stderr.splitlines() if "perpdesk" in line]
    case(verified.returncode == 0 and not about, "systemd-analyze finds its unit right", about)


def main():
    if shutil.which("dpkg-deb") is None or shutil.which("dpkg-shlibdeps") is None:
        print("1..0 # SKIP dpkg-dev is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        built = subprocess.run([ROOT / "etc/package", "--built", PROGRAM.resolve().parent, folder],
                               capture_output=True, text=True, check=False, timeout=200)
        packages = list(pathlib.Path(folder).glob("perpdesk_*.deb"))
        case(built.returncode == 0 and len(packages) == 1, "a package is built", built.stderr)
        if len(packages) != 1:
            plan()
            return
        shown = subprocess.run(["dpkg-deb", "-f", packages[0], "Depends"], capture_output=True,
                               text=True, check=True).stdout
        case("libc6" in shown and "libsqlite3-0" in shown, "it names what it needs", shown)
        root = pathlib.Path(folder) / "root"
        subprocess.run(["dpkg-deb", "-x", packages[0], root], check=True)
        missing = [name for name in FILES if not (root / "usr" / name).is_file()]
        case(not missing, "it is complete", missing)
        program = root / "usr/bin/perpdesk"
        environment = {**os.environ, "HOME": folder, "TERM": "xterm",
                       "XDG_CONFIG_HOME": folder + "/config", "XDG_STATE_HOME": folder + "/state",
                       "XDG_RUNTIME_DIR": folder}
        environment.pop("PERPDESK_DEMO", None)
        feeds = subprocess.run([program, "feeds", "--demo", "--seconds", "2"], env=environment,
                               capture_output=True, text=True, check=False, timeout=60)
        case(feeds.returncode == 0 and "binance" in feeds.stdout, "its binary plays the demo",
             feeds.stderr)
        verify_unit(root / "usr/lib/systemd/user/perpdesk.service", program, folder)
        drawn, status = console(program, environment)
        case(status == 0 and b"BTC/USDT" in drawn and b"DEMO desk stopped" in drawn,
             "its binary starts --demo",
             f"{status} {drawn[-500:]}")
    plan()


main()
