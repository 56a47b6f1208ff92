"""Ctrl-C at a terminal keeps the best model so far: usage: interrupt_test.py PROGRAM MODEL_MAKER

The program runs on a pseudo-terminal of its own, with a progress bar, and is sent what the key sends.
"""
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent / "tools"
PROGRAM = os.path.abspath(sys.argv[1])
LABORATORY = os.path.join(os.path.dirname(PROGRAM), "standfast-lab")
TRAIN = ["train", "spam:train", "--sensitive", "spam", "--preset", "spam", "--epochs", "100000", "-o", "m.safetensors"]


class Interrupt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, program, arguments, environment=()):
        """Its process id; it is the leader of a session whose terminal is self.terminal."""
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(program, [program, *arguments], {**os.environ, **dict(environment)})
        self.addCleanup(os.close, self.terminal)
        return pid

    def read_until(self, word, seconds):
        """What the terminal shows until it shows `word` or the program ends."""
        shown, end = b"", time.monotonic() + seconds
        while word not in shown:
            self.assertLess(time.monotonic(), end, f"nothing like {word} in {shown[-500:]}")
            if not select.select([self.terminal], [], [], 1)[0]:
                continue
            try:
                shown += os.read(self.terminal, 4096)
            except OSError:  # the other side is closed
                break
        return shown

    def test_the_best_model_so_far_is_kept(self):
        pid = self.start(PROGRAM, TRAIN)
        shown = self.read_until(b"validation", 120)  # after the first epoch
        self.assertIn(b"\r", shown, "a bar that is redrawn")
        self.assertIn(b" left", shown)
        os.write(self.terminal, b"\x03")
        shown = self.read_until(b"\0never", 60)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.assertRegex(shown, rb"m\.safetensors: stopped after .* kept epoch \d+ of \d+")
        result = subprocess.run([PROGRAM, "certify", "m.safetensors", "spam:test", "--limit", "2"], cwd=self.folder,
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["m.safetensors"], "nothing half-written")

    def test_every_recipe_under_way_is_stopped(self):
        make_stripes = [TOOLS / "make-stripes", self.folder / "data" / "mnist_tiny", "3", "8"]
        subprocess.run(make_stripes, env={**os.environ, "PYTHON": sys.executable}, check=True)
        pid = self.start(LABORATORY, ["reproduce", "mnist", "--data-dir", "data", "--threads", "2"],
                         {"FAKE": "wait", "STANDFAST_TRAIN_PROGRAM": str(TOOLS / "fake-trainer")})
        shown = b""
        while shown.count(b'"seed"') < 2:  # what each fake trainer was handed
            shown += self.read_until(b'"seed"', 60)
        os.write(self.terminal, b"\x03")
        shown += self.read_until(b"\0never", 60)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 2)
        self.assertEqual(shown.count(b"kept the best model"), 2, shown)
        self.assertIn(b"stopped (Interrupt); the same command goes on from there", shown)

    def test_no_recipe_outlives_its_terminal(self):
        make_stripes = [TOOLS / "make-stripes", self.folder / "data" / "mnist_tiny", "3", "8"]
        subprocess.run(make_stripes, env={**os.environ, "PYTHON": sys.executable}, check=True)
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(LABORATORY, [LABORATORY, "reproduce", "mnist", "--data-dir", "data", "--threads", "1"],
                      {**os.environ, "FAKE": "wait", "STANDFAST_TRAIN_PROGRAM": str(TOOLS / "fake-trainer")})
        self.terminal = terminal
        self.read_until(b'"seed"', 60)
        time.sleep(1)  # the trainer may speak before its signals are passed on
        os.close(terminal)
        end = time.monotonic() + 30
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            self.assertLess(time.monotonic(), end, "it waits for its recipe")
            time.sleep(0.05)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
