"""perpdesk in a pseudo terminal with a state folder of its own; what both session and acceptance
tests drive. Needs pyte, the terminal emulator."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

COLUMNS, ROWS = 120, 40
LEAVES_SCREEN = b"\x1b[?1049l"


class Failure(Exception):
    pass


def environment(home):
    """Nothing of this machine's configuration or state takes part."""
    return {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home + "/config",
            "XDG_STATE_HOME": home + "/state", "XDG_RUNTIME_DIR": home,
            "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


class Terminal:
    """The slave side stays open here, so that its settings can be read after the program's end."""

    def __init__(self, program, arguments, home):
        self.output = b""
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.fd, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.login_tty(self.slave) if hasattr(os, "login_tty") else self._login()
            os.execve(program, [program, *arguments], environment(home))

    def _login(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for number in (0, 1, 2):
            os.dup2(self.slave, number)
        os.closerange(3, 64)

    def pump(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                data = os.read(self.fd, 65536)
                self.output += data
                # pyte does not know the title stack.
                self.stream.feed(data.replace(b"\x1b[22;2t", b"").replace(b"\x1b[23;2t", b""))

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, text, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.1)
            if text in self.text():
                return
        raise Failure(f"'{text}' did not appear on:\n{self.text()}")

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def kill(self, number, seconds=10):
        os.kill(self.pid, number)
        return self.end(seconds)

    def end(self, seconds=10):
        """The exit code, or minus the signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.pid = 0
                self.pump(0.2)
                return os.waitstatus_to_exitcode(status)
        raise Failure(f"it did not end within {seconds} s:\n{self.text()}")

    def restored(self):
        """Why the terminal is not as it was, or None."""
        if termios.tcgetattr(self.slave) != self.before:
            return "its settings are not as before"
        if LEAVES_SCREEN not in self.output:
            return "the first screen did not come back"
        return None

    def close(self):
        if self.pid != 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        os.close(self.slave)
