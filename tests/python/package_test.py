"""The Python package over the built library: usage: package_test.py PROGRAM MAKE_MODELS (PYTHONPATH and STANDFAST_LIBRARY set)"""
import csv
import io
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import numpy as np

import standfast
from standfast import Classifier, Group, Rule, ThreatModel

ROOT = Path(__file__).resolve().parents[2]
SPAM = ROOT / "tests/golden/radii/spam.safetensors"
IMAGES = ROOT / "tests/golden/radii/conv.safetensors"
PROGRAM, FOLDER = "", Path()
ROWS = np.array([[4, 2, 1], [0, 1, 2], [1, 0, 0], [9, 40, 0]], dtype=np.float32)


def spam_rows(count, seed=3):
    return np.random.default_rng(seed).exponential(0.3, (count, 57)).astype(np.float32)


def printed_records(*arguments):
    """What the command line prints for `certify`."""
    result = subprocess.run([PROGRAM, "certify", *map(str, arguments), "--format", "csv"], capture_output=True, text=True,
                            check=True)
    return list(csv.DictReader(io.StringIO(result.stdout)))


class SameNumbers(unittest.TestCase):
    """As the command line prints, to the last bit."""

    def check(self, rows, options, **arguments):
        path = FOLDER / "rows.npy"
        np.save(path, rows)
        printed = printed_records(SPAM, path, "--norm", "1,2,inf", *options)
        found = Classifier.load(SPAM).certify(rows, [1, 2, "inf"], **arguments)
        self.assertEqual(len(printed), len(found))
        for row, radii, logit, sensitive in zip(printed, found.radii, found.logits, found.sensitive):
            self.assertEqual([float(row[f"radius_{norm}"]) for norm in ("l1", "l2", "linf")], radii.tolist())
            self.assertEqual(np.float32(row["logit"]), logit)
            self.assertEqual(row["verdict"] == "sensitive", sensitive)
        self.assertTrue(found.sensitive.any())
        return found

    def test_by_default(self):
        self.check(spam_rows(200), [])

    def test_by_every_method_and_guarantee(self):
        rows = spam_rows(12)
        self.check(rows, ["--method", "closed-form", "--guarantee", "none"], method="closed-form", guarantee="none")
        self.check(rows, ["--method", "refined", "--precision", "float32"], method="refined", precision="float32")
        self.check(rows, ["--guarantee", "deployed"], guarantee="deployed")
        self.check(rows[:6], ["--method", "exact", "--passes", "5", "--gap", "0.1"], method="exact", passes=5, gap=0.1)

    def test_under_a_threat_file_and_the_same_rules_in_python(self):
        rows = spam_rows(20)
        path = ROOT / "examples/spam-threat.toml"
        from_file = self.check(rows, ["--threat", path], threat=path)
        np.testing.assert_array_equal(Classifier.load(SPAM).certify(rows, threat=ThreatModel.read(path)).radii, from_file.radii)
        model = ThreatModel(default=Rule(cost=0.1, lower=0), price_unit="a \"unit\"\n",
                            features={"word_freq_free": Rule(change="decrease-only", max_decrease=1 / 3)},
                            groups={"a group": Group(["capital_*", "char_freq_$"], Rule(change="frozen"))})
        written = FOLDER / "threat.toml"
        written.write_text(model.to_toml(), encoding="utf-8")
        self.check(rows, ["--threat", written], threat=model)
        self.check(rows, ["--domain", "0,100"], threat=(0, 100))
        np.testing.assert_array_equal(Classifier.load(SPAM).certify(rows, threat=ThreatModel.domain(0, 100)).radii,
                                      Classifier.load(SPAM).certify(rows, threat=(0, 100)).radii)

    def test_whatever_the_batch(self):
        rows = spam_rows(300)
        classifier = Classifier.load(SPAM)
        whole = classifier.certify(rows)
        single = [classifier.certify(rows[i:i + 1], threads=1).radii[0] for i in range(0, 300, 7)]
        np.testing.assert_array_equal(whole.radii[::7], single)


class Rows(unittest.TestCase):
    def setUp(self):
        self.classifier = Classifier.load(FOLDER / "table.safetensors")

    def test_contiguous_float32_is_not_copied(self):
        rows, _ = self.classifier._rows(ROWS)
        self.assertIs(rows, ROWS)

    def test_anything_else_that_is_numbers_is_converted(self):
        expected = self.classifier.decision_function(ROWS)
        for rows in (ROWS.tolist(), ROWS.astype(np.float64), ROWS.astype(int), np.asfortranarray(ROWS), ROWS[:, ::-1][:, ::-1],
                     np.repeat(ROWS, 2, axis=0)[::2], ROWS.astype(">f4")):
            np.testing.assert_array_equal(self.classifier.decision_function(rows), expected)

    def test_images_come_in_their_shape_or_flat(self):
        images = Classifier.load(IMAGES)
        self.assertEqual((images.shape, images.dim, images.kind), ((3, 16, 16), 768, "image"))
        rows = np.random.default_rng(0).random((3, 3, 16, 16)).astype(np.float32)
        np.testing.assert_array_equal(images.decision_function(rows), images.decision_function(rows.reshape(3, -1)))

    def test_wrong_rows_are_refused_with_a_sentence(self):
        for rows, words in ((ROWS[:, :2], "found 2 features, expected 3"), (ROWS[0], "shape (3,), expected (n, 3)"),
                            (ROWS[None], "expected (n, 3)"), ([["a", "b", "c"]], "expected numbers"),
                            (ROWS.astype(complex), "expected numbers"), (np.array(3.0), "expected (n, 3)")):
            with self.assertRaisesRegex(ValueError, re.escape(words)):
                self.classifier.certify(rows)
        many = np.zeros((500, 3))
        for place, value in ((3, np.nan), (400, np.inf), (499, 1e300)):
            many[place, 2] = value
            with self.assertRaisesRegex(standfast.InvalidRequest, f"^input {place}, feature 2: found"):
                self.classifier.certify(many)
            many[place, 2] = 0

    def test_no_rows_give_no_results(self):
        found = self.classifier.certify(np.empty((0, 3)))
        self.assertEqual((found.radii.shape, len(found)), ((0, 3), 0))
        self.assertEqual(found.certified_share(1, [0]).tolist(), [0])
        self.assertEqual(self.classifier.predict(np.empty((0, 3))).shape, (0,))
        self.assertEqual(self.classifier.attack(np.empty((0, 3)), [2]).inputs.shape, (0, 1, 3))


class Calls(unittest.TestCase):
    def setUp(self):
        self.classifier = Classifier.load(FOLDER / "table.safetensors")

    def test_the_description_is_that_of_the_file(self):
        self.assertEqual(self.classifier.feature_names, ("links", "capitals", "greeting"))
        self.assertEqual(self.classifier.feature_units, ("links", "letters", "words"))
        self.assertEqual((self.classifier.sensitive_class, self.classifier.other_class), ("spam", "mail"))
        self.assertIsNone(self.classifier.domain)
        result = subprocess.run([PROGRAM, "inspect", FOLDER / "table.safetensors"], capture_output=True, text=True, check=True)
        self.assertIn("parameters", result.stdout)
        import hashlib
        self.assertEqual(self.classifier.sha256, hashlib.sha256((FOLDER / "table.safetensors").read_bytes()).hexdigest())

    def test_verdicts_are_names_of_classes(self):
        self.assertEqual(self.classifier.predict(ROWS).tolist(), ["spam", "mail", "mail", "spam"])

    def test_a_threshold_moves_the_verdict(self):
        moved = Classifier.load(FOLDER / "table.safetensors", threshold=8)
        self.assertEqual(moved.predict(ROWS).tolist(), ["mail", "mail", "mail", "spam"])

    def test_attacks_lie_beyond_radii_and_flip_verdicts(self):
        found = self.classifier.certify(ROWS, [1, 2], attack=True)
        attacks = self.classifier.attack(ROWS, [1, 2])
        self.assertTrue((found.attacks >= found.radii).all())
        alarms = found.sensitive
        self.assertTrue((attacks.distances >= found.radii).all())
        self.assertTrue((attacks.attack_logits[alarms] <= 0).all())
        np.testing.assert_array_equal(self.classifier.decision_function(attacks.inputs[alarms, 1]),
                                      attacks.attack_logits[alarms, 1])
        self.assertTrue((attacks.distance("l2") == attacks.distances[:, 1]).all())

    def test_an_explanation_names_features(self):
        explanation = self.classifier.explain(ROWS[0], norm=2)
        self.assertEqual([name for name, _ in explanation.largest()], ["links", "capitals", "greeting"])
        self.assertAlmostEqual(np.linalg.norm(explanation.change), explanation.radius, places=6)

    def test_shares_count_radii_of_alarms(self):
        found = self.classifier.certify(ROWS, [1])
        self.assertEqual(found.certified_share("l1", [0, 3, 4, 38]).tolist(), [0.5, 0.5, 0.25, 0])
        with self.assertRaisesRegex(ValueError, "norm: found l2, expected one of l1"):
            found.radius(2)

    def test_certificates_of_the_command_line_are_confirmed_and_lies_are_not(self):
        path, rows = FOLDER / "proofs.jsonl", FOLDER / "confirm.npy"
        np.save(rows, ROWS)
        printed_records(FOLDER / "table.safetensors", rows, "--certificates", path)
        confirmed = self.classifier.confirm(path, ROWS)
        self.assertTrue(confirmed.holds)
        self.assertEqual((confirmed.certificates, confirmed.confirmed, confirmed.inputs), (6, 6, 2))
        lie = path.read_bytes().replace(b'"radius":3.49', b'"radius":3.59')
        refused = self.classifier.confirm(lie)
        self.assertFalse(refused.holds)
        self.assertRegex(refused.refusal, "^input 0, l1: claims the radius 3.59")
        self.assertEqual(refused.confirmed, 5)
        self.assertIn("another threat", self.classifier.confirm(path, threat=(0, 1)).refusal)
        self.assertIn("is not that row", self.classifier.confirm(path, ROWS + 1).refusal)
        with self.assertRaises(standfast.InvalidRequest):
            self.classifier.confirm(b"{}")

    def test_models_of_text_count_words(self):
        words = Classifier.load(FOLDER / "mail.safetensors")
        self.assertEqual((words.kind, words.tokenizer), ("text", "words/1"))
        rows = [[1, 0, 1, 1], [1, 1, 0, 0]]
        found = words.certify(rows)
        self.assertEqual(found.norms, (1.0,))
        np.testing.assert_array_equal(found.radii, words.certify(rows, 1, threat="words").radii)
        # f = 2.5 falls by 1 with each of three words, or by 2 with `meeting`
        self.assertGreater(found.radii[0, 0], 1)
        self.assertGreater(words.certify(rows, threat="added-words").radii[0, 0], found.radii[0, 0] - 1e-9)

    def test_a_classifier_from_bytes_is_pickled(self):
        data = (FOLDER / "table.safetensors").read_bytes()
        copy = pickle.loads(pickle.dumps(Classifier.from_bytes(data, threshold=8)))
        self.assertEqual(copy.predict(ROWS).tolist(), ["mail", "mail", "mail", "spam"])
        with self.assertRaises(TypeError):
            pickle.dumps(self.classifier)

    def test_many_threads_share_a_classifier(self):
        expected, wrong = self.classifier.certify(ROWS).radii, []
        threats = [(0, 50 + i) for i in range(20)]

        def work():
            for threat in threats:
                self.classifier.certify(ROWS, threat=threat)
                if not np.array_equal(self.classifier.certify(ROWS).radii, expected):
                    wrong.append(threat)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class Refusals(unittest.TestCase):
    def setUp(self):
        self.classifier = Classifier.load(FOLDER / "table.safetensors")

    def test_each_names_what_was_found(self):
        for arguments, words in (({"method": "best"}, "method: found 'best'"), ({"guarantee": ""}, "guarantee: found ''"),
                                 ({"precision": "float16"}, "precision"), ({"norms": []}, "norms: found no norm"),
                                 ({"norms": 0.5}, "0.5"), ({"norms": 1.5}, "l1.5"), ({"norms": float("nan")}, "nan"),
                                 ({"passes": -1}, "passes: found -1"), ({"threads": 1 << 64}, "threads: found"),
                                 ({"gap": 0}, "gap"), ({"threat": (1, 0)}, "domain"), ({"threat": "words"}, "words"),
                                 ({"threat": ThreatModel(features={"x": Rule(cost=1)})}, "'x' is not a feature"),
                                 ({"threat": ThreatModel(default=Rule(cost=0))}, "cost"),
                                 ({"threat": ThreatModel.from_toml("[defaults]")}, "text:1"),
                                 ({"threat": ThreatModel(features={"\ud800": Rule(cost=1)})}, "not Unicode"),
                                 ({"norms": range(1, 99)}, "norm_count")):
            with self.subTest(arguments=arguments), self.assertRaisesRegex(ValueError, re.escape(words)):
                self.classifier.certify(ROWS, **arguments)
        with self.assertRaises(standfast.Unsupported):
            self.classifier.certify(ROWS, both_classes=True)

    def test_files_that_are_none(self):
        for path in ("/nonexistent", FOLDER):
            with self.assertRaises(OSError):
                Classifier.load(path)
            with self.assertRaises(standfast.FileFault):
                self.classifier.confirm(path)
        with self.assertRaises(standfast.FileFault):
            self.classifier.certify(ROWS, threat=Path("/nonexistent"))
        with self.assertRaisesRegex(ValueError, "null byte"):
            Classifier.load("a\0b")
        with self.assertRaises(standfast.InvalidRequest) as caught:
            Classifier.from_bytes(b"not a model")
        self.assertEqual(caught.exception.status, 2)
        with self.assertRaisesRegex(TypeError, "expected a list of names"):
            ThreatModel(groups={"g": Group("links", Rule(cost=2))}).to_toml()


class Interrupt(unittest.TestCase):
    def test_ctrl_c_ends_a_long_batch(self):
        classifier, rows = Classifier.load(SPAM), spam_rows(200_000)
        pressed = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
        start = time.monotonic()
        pressed.start()
        with self.assertRaises(KeyboardInterrupt):
            classifier.certify(rows, method="exact", threads=1)
        self.assertLess(time.monotonic() - start, 60)


class Frames(unittest.TestCase):
    def setUp(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not on this machine")
        self.frame = pandas.DataFrame(ROWS[:, ::-1], columns=["greeting", "capitals", "links"], index=list("abcd"))
        self.classifier = Classifier.load(FOLDER / "table.safetensors")

    def test_columns_are_taken_by_name_and_rows_keep_theirs(self):
        found = self.classifier.certify(self.frame, attack=True)
        np.testing.assert_array_equal(found.radii, self.classifier.certify(ROWS).radii)
        table = found.to_frame()
        self.assertEqual(list(table.index), list("abcd"))
        self.assertEqual(list(table.columns[:3]), ["sensitive", "logit", "radius_l1"])
        with self.assertRaisesRegex(ValueError, "no column 'links'"):
            self.classifier.certify(self.frame.drop(columns="links"))


class Plots(unittest.TestCase):
    def test_both_pictures_are_drawn(self):
        try:
            import matplotlib
        except ImportError:
            self.skipTest("matplotlib is not on this machine")
        matplotlib.use("agg")
        from standfast import plots
        classifier = Classifier.load(FOLDER / "table.safetensors")
        axes = plots.certified_curve(classifier.certify(ROWS), 1)
        self.assertEqual(axes.lines[0].get_ydata()[0], 0.5)
        bars = plots.weakest_features(classifier.explain(ROWS[0]))
        self.assertEqual(len(bars.patches), 3)


class Documents(unittest.TestCase):
    """The Python of docs/python.md runs, and so does the example of the package's own text."""

    def run_blocks(self, blocks):
        before = os.getcwd()
        os.chdir(FOLDER)
        try:
            names = {}
            for block in blocks:
                exec(compile(block, "an example", "exec"), names)  # what the page shows
        finally:
            os.chdir(before)

    def test_the_examples_run(self):
        (FOLDER / "spam.safetensors").write_bytes(SPAM.read_bytes())
        (FOLDER / "spam-threat.toml").write_bytes((ROOT / "examples/spam-threat.toml").read_bytes())
        page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        self.assertGreater(len(blocks), 2)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            standard, sys.stdout = sys.stdout, nowhere
            try:
                self.run_blocks(blocks)
                shown = standfast.__doc__.split("\n\n")[1:3]
                self.run_blocks(["\n".join(line[4:] for line in "\n".join(shown).splitlines())])
            finally:
                sys.stdout = standard


if __name__ == "__main__":
    PROGRAM, make_models = sys.argv.pop(1), sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as name:
        FOLDER = Path(name)
        subprocess.run([make_models, name], check=True)
        unittest.main(exit=True)
