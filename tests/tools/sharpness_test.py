#!/usr/bin/env python3
"""What lab/compare/sharpness measures: folds without shared rows, rates with ties, and one whole run without peers.

usage: sharpness_test.py [FOLDER_OF_PROGRAMS]   with the folder, the run that trains as well
"""
import importlib.machinery
import importlib.util
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "lab" / "compare" / "sharpness"
loader = importlib.machinery.SourceFileLoader("sharpness", str(PATH))
sharpness = importlib.util.module_from_spec(importlib.util.spec_from_loader("sharpness", loader))
loader.exec_module(sharpness)

PROGRAMS = None


class Sharpness(unittest.TestCase):
    def test_equal_rows_share_a_fold_and_classes_are_dealt_evenly(self):
        rows = [[str(i // 2), "1", "x" if i % 6 < 2 else "y"] for i in range(120)]
        labels = [row[-1] == "x" for row in rows]
        fold_of = sharpness.folds_of(rows, labels, 5, 3)
        for i in range(0, 120, 2):
            self.assertEqual(fold_of[i], fold_of[i + 1])
        for fold in range(5):
            self.assertEqual(sum(at == fold for at in fold_of), 24)
            self.assertEqual(sum(at == fold and label for at, label in zip(fold_of, labels)), 8)
        self.assertEqual(fold_of, sharpness.folds_of(rows, labels, 5, 3))

    def test_caught_is_the_best_threshold_that_keeps_the_rate(self):
        labels = [True, False, True, True, False, False, False, True]
        scores = [9, 8, 7, 6, 5, 4, 3, 2]
        self.assertEqual(sharpness.caught_at(scores, labels, 0), 0.25)
        self.assertEqual(sharpness.caught_at(scores, labels, 0.25), 0.75)
        self.assertEqual(sharpness.caught_at(scores, labels, 0.24), 0.25)
        self.assertEqual(sharpness.caught_at(scores, labels, 1), 1)

    def test_equal_scores_pass_a_threshold_together(self):
        self.assertEqual(sharpness.caught_at([5, 5, 4, 3], [True, False, True, False], 0), 0)
        self.assertEqual(sharpness.caught_at([5, 5, 4, 3], [True, False, True, False], 0.5), 1)

    def test_a_table_without_the_class_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "t.csv"
            table.write_text("a,label\n1,x\n2,y\n")
            done = subprocess.run([sys.executable, "-B", PATH, f"{table}:z", "--without-peers"], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("found 0 of 2 rows of class 'z'", done.stderr)

    def test_a_whole_run_prints_a_line_per_table(self):
        if PROGRAMS is None:
            self.skipTest("no folder of programs")
        draw = random.Random(1)
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "clouds.csv"
            rows = [f"{draw.gauss(2 * (i % 2), 1)},{draw.gauss(0, 1)},{'bad' if i % 2 else 'good'}" for i in range(200)]
            table.write_text("\n".join(["a,b,kind", *rows]) + "\n")
            done = subprocess.run([sys.executable, "-B", PATH, f"{table}:bad", "--without-peers", "--folds", "2", "--standfast",
                                   PROGRAMS / "standfast", "--train", "--preset none --epochs 3 --hidden 4"],
                                  capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        title, head, line = done.stdout.splitlines()
        self.assertEqual(title, "clouds.csv: 200 rows, 2 columns, 100 of class bad, 2 folds")
        self.assertIn("caught at 0.1 %", head)
        self.assertGreater(float(line.split()[-12]), 60)

    def test_false_positives_are_counted_on_the_half_that_did_not_train(self):
        if PROGRAMS is None:
            self.skipTest("no folder of programs")
        draw = random.Random(2)
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "clouds.csv"
            rows = [f"{draw.gauss(2 * (i % 3 == 0), 1)},{draw.gauss(0, 1)},{'bad' if i % 3 == 0 else 'good'}" for i in range(600)]
            table.write_text("\n".join(["a,b,kind", *rows]) + "\n")
            done = subprocess.run([sys.executable, "-B", PATH.with_name("false_positives"), f"{table}:bad", "--seeds", "3",
                                   "--max-fpr", "0.1", "--standfast", PROGRAMS / "standfast", "--train",
                                   "--preset none --epochs 3 --hidden 4"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        words = done.stdout.split()
        self.assertEqual(words[:3], ["clouds.csv:", "false", "positives"])
        self.assertLess(abs(float(words[3]) - 10), 6)
        # 200 others in either half
        self.assertIn("(sampling alone 3.00)", done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PROGRAMS = Path(sys.argv.pop(1))
    unittest.main()
