"""When bench/compare calls a commit slower: with made-up timings, so that no clock decides."""
import contextlib
import importlib.machinery
import importlib.util
import io
import unittest
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "bench" / "compare"
loader = importlib.machinery.SourceFileLoader("bench_compare", str(PATH))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_compare", loader))
loader.exec_module(compare)

LINE = ("mnist", 64, 1, "separable", "real")
OTHER = ("mnist", 64, 1, "logits", "")


def runs(*seconds, line=LINE):
    return [{line: value} for value in seconds]


class BenchCompare(unittest.TestCase):
    def judge(self, base, head, threshold=5.0):
        """(exit code, what was printed)"""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = compare.report(base, head, threshold)
        return code, out.getvalue()

    def test_a_tenth_more_in_every_round_is_slower(self):
        code, text = self.judge(runs(1, 1, 1, 1, 1), runs(1.1, 1.09, 1.12, 1.1, 1.11))
        self.assertEqual(code, 1)
        self.assertIn("1.100 [1.090, 1.120]  slower", text)

    def test_rounds_are_compared_with_each_other(self):
        code, _ = self.judge(runs(1, 10, 1), runs(1, 10, 1))
        self.assertEqual(code, 0, "the machine was ten times as slow in one round, for both")

    def test_a_change_within_the_threshold_is_not_slower(self):
        self.assertEqual(self.judge(runs(1, 1, 1), runs(1.04, 1.04, 1.04))[0], 0)
        self.assertEqual(self.judge(runs(1, 1, 1), runs(1.04, 1.04, 1.04), threshold=3)[0], 1)

    def test_a_spread_that_reaches_below_one_proves_nothing(self):
        self.assertEqual(self.judge(runs(1, 1, 1, 1, 1), runs(0.8, 0.9, 1.2, 1.3, 1.4))[0], 0)

    def test_one_disturbed_round_proves_nothing(self):
        self.assertEqual(self.judge(runs(1, 1, 1, 1, 1), runs(1, 1, 9, 1, 1))[0], 0)

    def test_one_slower_line_among_others_is_enough(self):
        base = [{LINE: 1, OTHER: 1} for _ in range(3)]
        head = [{LINE: 1, OTHER: 2} for _ in range(3)]
        code, text = self.judge(base, head)
        self.assertEqual(code, 1)
        self.assertIn("2 lines, 1 slower", text)

    def test_without_a_common_line_nothing_is_judged(self):
        self.assertEqual(self.judge(runs(1), runs(1, line=OTHER))[0], 2)

    def test_options_after_two_dashes_are_the_programs(self):
        arguments, options = compare.parse_arguments(["a", "b", "--rounds", "3", "--", "--sizes", "spam"])
        self.assertEqual((arguments.base, arguments.head, arguments.rounds), ("a", "b", 3))
        self.assertEqual(options, ["--sizes", "spam"])

    def test_no_rounds_are_refused(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as stopped:
            compare.parse_arguments(["a", "b", "--rounds", "0"])
        self.assertEqual(stopped.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
