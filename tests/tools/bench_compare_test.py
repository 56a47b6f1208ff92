"""When bench/compare calls a commit slower: with made-up timings, so that no clock decides, and with the program's own report.

usage: bench_compare_test.py FOLDER_OF_PROGRAMS
"""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import unittest
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "bench" / "compare"
loader = importlib.machinery.SourceFileLoader("bench_compare", str(PATH))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_compare", loader))
loader.exec_module(compare)

LINE = compare.Line("mnist", 64, 1, "separable", "real", "float64")
OTHER = compare.Line("mnist", 64, 1, "logits")
PROGRAMS = Path()
BENCH_OPTIONS = ["--sizes", "spam", "--batch", "1", "--threads", "1", "--method", "closed-form", "--guarantee", "none,real",
                 "--precision", "float64,float32", "--seconds", "0.02"]


def report_of(**entry):
    """A report of one line, as the program writes it."""
    line = {"model": "mnist", "batch": 64, "threads": 1, "method": "separable", "guarantee": "real",
            "precision": "float64", "inputs_per_second": 32.0} | entry
    return json.dumps({"schema": compare.SCHEMA, "lines": [line]})


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

    def test_lines_of_the_two_arithmetics_are_told_apart(self):
        self.assertEqual(compare.seconds_in(report_of()), {LINE: 2.0})
        self.assertEqual(compare.seconds_in(report_of(precision="float32")), {LINE._replace(precision="float32"): 2.0})
        code, text = self.judge(runs(1), runs(1))
        self.assertEqual(code, 0)
        self.assertIn("real     float64  1.000 [1.000, 1.000]", text)

    def test_a_report_from_before_the_precision_is_of_float64(self):
        old = json.loads(report_of())
        del old["lines"][0]["precision"]
        self.assertEqual(compare.seconds_in(json.dumps(old)), {LINE: 2.0})
        old["lines"][0].update(method="logits", guarantee=None)
        self.assertEqual(compare.seconds_in(json.dumps(old)), {OTHER: 2.0})

    def test_another_schema_is_refused(self):
        with self.assertRaisesRegex(ValueError, "found schema standfast/bench/2, expected standfast/bench/1"):
            compare.seconds_in('{"schema": "standfast/bench/2", "lines": []}')

    def test_the_laboratory_has_the_benchmark_if_there_is_one(self):
        self.assertEqual(compare.program_among({"standfast", "standfast-lab", "standfast-train"}), "standfast-lab")
        self.assertEqual(compare.program_among({"standfast", "standfast-train"}), "standfast")
        self.assertIsNone(compare.program_among({"another"}))

    def test_two_runs_of_the_real_program_are_compared(self):
        program = PROGRAMS / compare.program_among(os.listdir(PROGRAMS))
        real = compare.run_in_turn({"base": program, "head": program}, 2, BENCH_OPTIONS)
        self.assertEqual([len(real["base"]), len(real["head"])], [2, 2])
        lines = list(real["base"][0])
        self.assertTrue(all(list(run) == lines for side in real.values() for run in side))
        self.assertEqual({(line.method, line.guarantee, line.precision) for line in lines},
                         {("logits", "", ""), ("closed-form", "none", ""), ("closed-form", "real", "float64"),
                          ("closed-form", "real", "float32")})
        code, text = self.judge(real["base"], real["head"], threshold=1e9)
        self.assertEqual(code, 0, text)
        self.assertEqual(len(text.splitlines()), len(lines) + 1)
        self.assertIn("4 lines, 0 slower", text)

    def test_no_rounds_are_refused(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as stopped:
            compare.parse_arguments(["a", "b", "--rounds", "0"])
        self.assertEqual(stopped.exception.code, 2)


if __name__ == "__main__":
    PROGRAMS = Path(sys.argv.pop(1)).resolve()
    unittest.main()
