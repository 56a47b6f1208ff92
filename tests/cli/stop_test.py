"""A signal keeps what `certify` has done so far: usage: stop_test.py PROGRAM MODEL_MAKER"""
import json
import re
import signal
import subprocess
import sys
import time
import unittest

from workshop import workshop

PROGRAM, MAKE_MODELS = sys.argv[1:3]
ROWS = 100000  # minutes of attacks
CERTIFY = ["certify", "table.safetensors", "many.csv", "--attack", "--threads", "2"]


class Stop(unittest.TestCase):
    def setUp(self):
        made = workshop(PROGRAM, MAKE_MODELS)
        self.folder, self.environment = made.__enter__()
        self.addCleanup(made.__exit__, None, None, None)
        rows = "".join(f"{3 + i % 7},{2 + i % 5},{i % 3},{'spam' if i % 2 else 'mail'}\n" for i in range(ROWS))
        (self.folder / "many.csv").write_text("links,capitals,greeting,label\n" + rows)

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True)

    def stop(self, sent, *options):
        """How many inputs were kept, out of a run that was sent a signal while it worked."""
        for wait in (0.5, 1, 2, 4, 8):  # reading takes longer on a slow machine
            run = subprocess.Popen([PROGRAM, *CERTIFY, *options], cwd=self.folder, env=self.environment,
                                   stderr=subprocess.PIPE, text=True)
            time.sleep(wait)
            run.send_signal(sent)
            message = run.stderr.read()
            run.stderr.close()
            code = run.wait(60)
            found = re.search(rf"(?m)^stopped: the first (\d+) of {ROWS} inputs are certified and kept$", message)
            if found:
                self.assertEqual(code, 128 + sent)
                return int(found[1])
        self.fail(f"exit code {code}: {message}")

    def test_the_records_so_far_are_those_of_as_many_inputs(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            kept = self.stop(sent, "-o", "part.csv", "--certificates", "part.jsonl")
            self.assertTrue(0 < kept < ROWS)
            again = self.run_program(*CERTIFY, "--limit", str(kept), "-o", "whole.csv", "--certificates", "whole.jsonl")
            self.assertEqual(again.returncode, 0, again.stderr)
            for ending in ("csv", "jsonl"):
                self.assertEqual((self.folder / f"part.{ending}").read_bytes(),
                                 (self.folder / f"whole.{ending}").read_bytes())
            verified = self.run_program("verify", "part.jsonl", "table.safetensors", "many.csv", "--limit", str(kept))
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_other_formats_are_whole_too(self):
        kept = self.stop(signal.SIGINT, "-o", "part.jsonl")
        lines = (self.folder / "part.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["index"] for line in lines], list(range(kept)))
        self.stop(signal.SIGINT, "-o", "part.npz")
        shown = subprocess.run(["npz-columns", "part.npz"], cwd=self.folder, env=self.environment, capture_output=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)

    def test_a_signal_before_the_work_leaves_what_was_there(self):
        (self.folder / "old.csv").write_text("old")
        run = subprocess.Popen([PROGRAM, "certify", "spam.safetensors", "/dev/stdin", "-o", "old.csv"], cwd=self.folder,
                               env=self.environment, stdin=subprocess.PIPE)
        run.send_signal(signal.SIGTERM)
        run.wait(60)
        run.stdin.close()
        self.assertEqual((self.folder / "old.csv").read_text(), "old")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
