"""What the README shows is what happens: usage: readme_test.py PROGRAM_FOLDER

Each ```sh block runs, in order, in one empty folder; a ```text block after it is its output, where numbers may differ in
their digits. A `make` line must be a target of the Makefile. The ```cpp block is the consumer of the install test.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ""


def blocks():
    """(language, text) of every fenced block."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def shape(text):
    """The text without what differs between two machines: digits, and the spaces that they push around."""
    lines = [re.sub(r"[-=─]{3,}", "---", re.sub(r"\d[\d.,e+-]*|\binf\b", "#", line)) for line in text.splitlines()]
    return [" ".join(line.split()) for line in lines if line.strip()]


class Readme(unittest.TestCase):
    def test_the_make_targets_exist(self):
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        named = [line.split()[1] for language, text in blocks() for line in text.splitlines() if line.startswith("make ")]
        self.assertGreaterEqual(set(named), {"demo", "test"})
        self.assertLessEqual(set(named), set(targets))

    def test_every_command_runs_and_says_what_is_shown(self):
        environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}")
        output, ran = "", 0
        with tempfile.TemporaryDirectory() as folder:
            for language, text in blocks():
                if language == "sh" and not text.startswith("make "):
                    result = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=environment,
                                            stdin=subprocess.DEVNULL, capture_output=True, text=True)
                    self.assertEqual(result.returncode, 0, f"{text}\n{result.stderr}")
                    output, ran = result.stdout, ran + 1
                elif language == "text":
                    self.assertEqual(shape(text), shape(output))
        self.assertGreater(ran, 0)

    def test_the_cpp_example_is_the_project_that_the_install_test_builds(self):
        examples = [text for language, text in blocks() if language == "cpp"]
        self.assertEqual(len(examples), 1)
        self.assertIn(examples[0], (ROOT / "tests/install/consumer/main.cpp").read_text())


if __name__ == "__main__":
    PROGRAMS = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
