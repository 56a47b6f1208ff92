"""The model page in executable form says what the program says: logits, and the radii of the closed form.

usage: evaluate_model_test.py PROGRAM
"""
import csv
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import check_certificate_test as models

SCRIPT = Path(__file__).resolve().parents[2] / "tools/evaluate_model.py"
PROGRAM = ""


class EvaluateModel(unittest.TestCase):
    def expect_same(self, make, shape):
        random = np.random.default_rng(1)
        with tempfile.TemporaryDirectory() as folder:
            model = make(Path(folder) / "model.safetensors", random)
            rows = Path(folder) / "rows.npy"
            np.save(rows, random.normal(0, 3, (60, *shape)).astype(np.float32))
            script = subprocess.run([sys.executable, SCRIPT, model, rows], capture_output=True, text=True, check=True)
            run = subprocess.run([PROGRAM, "certify", model, rows, "--method", "closed-form", "--norm", "1,2,inf", "--format",
                                  "jsonl"], capture_output=True, text=True, check=True)
        certified = 0
        for expected, line in zip(csv.DictReader(script.stdout.splitlines()), run.stdout.splitlines(), strict=True):
            found = json.loads(line)
            logit = float(expected["logit"])
            self.assertAlmostEqual(found["logit"], logit, delta=1e-4 + 1e-6 * abs(logit))
            for norm in ("l1", "l2", "linf"):
                radius = float(expected[f"radius_{norm}"])
                self.assertAlmostEqual(float(found[f"radius_{norm}"]), radius, delta=1e-6 * radius + 1e-9)
                certified += radius > 0
        self.assertGreater(certified, 30)

    def test_an_abs_map(self):
        self.expect_same(models.dense_model, [5])

    def test_a_deep_map(self):
        self.expect_same(models.deep_model, [1, 4, 4])

    def test_knots(self):
        self.expect_same(models.knots_model, [5])

    def test_a_minimum_of_heads(self):
        self.expect_same(models.heads_model, [5])


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
