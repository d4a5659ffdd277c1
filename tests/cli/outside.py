"""The program from outside: cases in TAP, and a desk without a screen in a folder of its own."""

import os
import subprocess

number = 0


def case(good, name, why=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    for line in str(why).splitlines() if not good else []:
        print(f"# {line}")


def plan():
    print(f"1..{number}")


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
