"""What ends a program early keeps what it has done so far: usage: interrupt_test.py PROGRAM MODEL_MAKER

For Ctrl-C the program runs on a pseudo-terminal of its own, with a progress bar, and is sent what the key sends.
"""
import os
import pty
import select
import signal
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
        self.expect_kept()

    def expect_kept(self, path="m.safetensors"):
        """A whole model, and nothing half-written beside it."""
        result = subprocess.run([PROGRAM, "certify", path, "spam:test", "--limit", "2"], cwd=self.folder,
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([found.name for found in self.folder.iterdir()], [path])
        os.remove(self.folder / path)

    def start_without_terminal(self, *before):
        """The leader of a group of its own, after its first epochs."""
        run = subprocess.Popen([*before, PROGRAM, *TRAIN], cwd=self.folder, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
        self.addCleanup(run.stderr.close)
        self.assertIn("epoch", run.stderr.readline())
        return run

    def test_the_signals_of_containers_and_job_schedulers_keep_it_as_well(self):
        for sent in (signal.SIGTERM, signal.SIGHUP):
            for send in (os.kill, os.killpg):  # the second one reaches the trainer by two ways
                run = self.start_without_terminal()
                send(run.pid, sent)
                shown = run.stderr.read()
                self.assertEqual(run.wait(60), 0, f"{sent} {send}: {shown}")
                self.assertRegex(shown, r"m\.safetensors: stopped after .* kept epoch \d+ of \d+")
                self.expect_kept()

    def test_a_signal_that_the_caller_ignores_stops_nothing(self):
        run = self.start_without_terminal("nohup")
        os.killpg(run.pid, signal.SIGHUP)
        self.assertIn("epoch", run.stderr.readline())
        os.kill(run.pid, signal.SIGTERM)
        run.stderr.read()
        self.assertEqual(run.wait(60), 0)
        self.expect_kept()

    def test_a_lost_terminal_keeps_it(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(PROGRAM, [PROGRAM, *TRAIN], os.environ)
        self.terminal = terminal
        self.read_until(b"validation", 120)
        os.close(terminal)
        end = time.monotonic() + 60
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            self.assertLess(time.monotonic(), end, "it trains on")
            time.sleep(0.05)
        self.expect_kept()

    def test_messages_that_nobody_can_read_do_not_end_the_training(self):
        few = ["2" if word == "100000" else word for word in TRAIN]
        for where in ("2> /dev/full", "2>&-", "2>&- >&- <&-"):
            run = subprocess.run(["/bin/sh", "-c", f'"$@" {where}', "sh", PROGRAM, *few], cwd=self.folder)
            self.assertEqual(run.returncode, 0, where)
            self.expect_kept()
        reader, writer = os.pipe()
        os.close(reader)
        run = subprocess.run([PROGRAM, *few], cwd=self.folder, stderr=writer)
        os.close(writer)
        self.assertEqual(run.returncode, 0)
        self.expect_kept()

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
