"""The program from outside: cases in TAP, and a desk without a screen in a folder of its own."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import case, plan  # pylint: disable=wrong-import-position,unused-import

class Desk:
    def __init__(self, program, folder, *words, told=subprocess.DEVNULL):
        self.program = program
        self.environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder + "/config",
                            "XDG_STATE_HOME": folder + "/state", "XDG_RUNTIME_DIR": folder}
        self.process = subprocess.Popen(
            [program, "run", "--headless", "--demo", *words], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=told, stderr=told)

    def ask(self, *words):
        """What a verb printed; its exit code and complaint where it failed."""
        done = subprocess.run([self.program, *words], env=self.environment, capture_output=True,
                              text=True, check=False, timeout=180)
        return done.stdout if done.returncode == 0 else f"{done.returncode} {done.stderr}"
