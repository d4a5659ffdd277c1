"""Asks a program questions whose answers a slow second implementation knows: what the references of
this folder share."""

import subprocess
import sys


def main(Questions, kinds):
    """Questions(seed) has a method for each kind, which returns a question, one line, and the words
    of its answer. Arguments: PROGRAM [COUNT [SEED]]. TAP, a case for each kind."""
    if not 2 <= len(sys.argv) <= 4:
        print(f"usage: {sys.argv[0]} PROGRAM [COUNT [SEED]]", file=sys.stderr)
        return 64
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    questions = Questions(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    failed = 0
    print(f"1..{len(kinds)}")
    for number, kind in enumerate(kinds, 1):
        asked = [getattr(questions, kind)() for _ in range(count)]
        lines = "".join(question + "\n" for question, _ in asked)
        answers = subprocess.run([sys.argv[1]], input=lines, stdout=subprocess.PIPE, text=True,
                                 check=True).stdout.splitlines()
        wrong = [(question, expected, answer.split())
                 for (question, expected), answer in zip(asked, answers)
                 if answer.split() != expected]
        good = not wrong and len(answers) == count
        print(f"{'ok' if good else 'not ok'} {number} - {kind}, {count} questions")
        for question, expected, answer in wrong[:3]:
            print(f"# {question}\n#   expected {expected}\n#   answered {answer}")
        failed += not good
    return 1 if failed else 0
