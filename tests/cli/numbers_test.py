"""No option takes a number that it cannot hold: usage: numbers_test.py PROGRAM MODEL_MAKER

The options are those that the help shows, so that a new one is tested as well.
"""
import re
import sys

import subprocess
import unittest

from workshop import workshop

PROGRAM, MAKE_MODELS = sys.argv[1:3]
ARGUMENTS = {
    "standfast": {
        "demo": [], "attack": ["table.safetensors", "messages.csv"], "evaluate": ["table.safetensors", "messages.csv"],
        "certify": ["table.safetensors", "messages.csv", "--method", "exact"],
        "verify": ["proofs.jsonl", "spam.safetensors", "spam:test"], "data info": ["messages.csv"],
        "train": ["messages.csv", "--sensitive", "spam", "-o", "m.safetensors", "--preset", "none"]},
    "standfast-lab": {"bench": ["table.safetensors"], "separate": ["messages.csv"], "reproduce": []}}
NUMBERS = {"N", "K", "F", "R", "L", "W", "D", "G", "SEED", "A", "S", "LO,HI", "R1,R2,..."}
LISTS_OF_NUMBERS = {"--hidden", "--batches", "--threads"}
NO_NUMBERS = ["1e400", "-1e400", "0x10", "1e20x", "nan", " 3", "3 ", "--3"]
NO_COUNTS = ["18446744073709551616", "100000000000000000000", "1.5", "1e20", "-1", "-9223372036854775809", "+3"]
COUNTS = {"N", "K", "SEED"}


class Numbers(unittest.TestCase):
    def options(self, program, command):
        """(name, placeholder) of each option that takes numbers."""
        shown = subprocess.run([program, *command.split(), "--help"], cwd=self.folder, env=self.environment,
                               capture_output=True, text=True, check=True).stdout
        found = re.findall(r"^  (?:-\w, )?(--[\w-]+) (\S+)", shown, re.MULTILINE)
        return [(name, value) for name, value in found
                if value in NUMBERS or name in LISTS_OF_NUMBERS and value == "LIST"]

    def test_every_option_refuses_what_is_no_number_that_it_can_hold(self):
        with workshop(PROGRAM, MAKE_MODELS) as (self.folder, self.environment):
            self.environment["STANDFAST_TRAIN_PROGRAM"] = "/bin/true"
            tried = 0
            for program, commands in ARGUMENTS.items():
                for command, arguments in commands.items():
                    for name, value in self.options(program, command):
                        is_count = value in COUNTS or value == "LIST"
                        for number in NO_NUMBERS + (NO_COUNTS if is_count else []):
                            if value == "LO,HI":
                                number = f"{number},1"
                            run = subprocess.run([program, *command.split(), *arguments, f"{name}={number}"],
                                                 cwd=self.folder, env=self.environment, capture_output=True, text=True,
                                                 timeout=60)
                            what = f"{program} {command} {name}={number}: {run.returncode} {run.stderr}"
                            self.assertEqual(run.returncode, 2, what)
                            self.assertIn(name.removeprefix("--").replace("-", " "), run.stderr.replace("-", " "), what)
                            lines = [line for line in run.stderr.splitlines() if "the label is column" not in line]
                            self.assertEqual(len(lines), 1, what)
                            tried += 1
            self.assertGreater(tried, 300)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
