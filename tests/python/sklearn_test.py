"""The scikit-learn estimator: usage: sklearn_test.py PROGRAM. Skipped, loudly, without scikit-learn 1.6.

`--all` also runs every check of scikit-learn itself, each of which trains: minutes.
"""
import importlib.util
import os
import pickle
import sys
import unittest
from pathlib import Path

import numpy as np

SKIPPED = 77


def rows_of_two_classes(count=160, seed=0):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, 4))
    return rows, np.where(rows[:, 0] + 0.3 * random.normal(size=count) > 0, "ham", "bad")


class Estimator(unittest.TestCase):
    def test_it_learns_certifies_and_is_scored(self):
        X, y = rows_of_two_classes()
        model = FeatureConvexClassifier("bad", epochs=8, preset="spam", random_state=1).fit(X, y)
        self.assertEqual(model.classes_.tolist(), ["bad", "ham"])
        self.assertGreater(model.score(X, y), 0.8)
        found = model.certify(X, [2])
        np.testing.assert_array_equal(model.predict(X) == "bad", found.sensitive)
        np.testing.assert_array_equal(model.decision_function(X) < 0, found.sensitive)
        self.assertTrue((found.radii[found.sensitive] > 0).any())
        scores = [model.certified_accuracy_score(X, y, norm=2, radius=radius) for radius in (0, 0.2, 1e9)]
        self.assertEqual(scores[0], model.score(X, y))
        self.assertGreater(scores[0], scores[1])
        self.assertEqual(scores[2], np.mean((y == "ham") & ~found.sensitive))
        self.assertEqual(certified_scorer(2, 0.2)(model, X, y), scores[1])
        copy = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(copy.decision_function(X), model.decision_function(X))
        self.assertEqual(copy.classifier_.sensitive_class, "sensitive")

    def test_the_same_seed_gives_the_same_model(self):
        X, y = rows_of_two_classes()
        first, second, third = (FeatureConvexClassifier(epochs=2, random_state=seed).fit(X, y).decision_function(X)
                                for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, second)
        self.assertFalse(np.array_equal(first, third))

    def test_cross_validation_takes_the_scorer(self):
        X, y = rows_of_two_classes(120)
        scores = cross_val_score(FeatureConvexClassifier(epochs=2, random_state=1), X, y, cv=2,
                                 scoring=certified_scorer(norm="inf", radius=0.01, threat=(-9, 9)))
        self.assertEqual(len(scores), 2)
        self.assertTrue(((scores >= 0) & (scores <= 1)).all())

    def test_names_of_a_data_frame_are_those_of_the_model(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not on this machine")
        X, y = rows_of_two_classes()
        frame = pandas.DataFrame(X, columns=["a", "b, \"c\"", "label", "d"], index=range(7, 167))
        threat = ThreatModel(features={"a": Rule(change="increase-only")})
        model = FeatureConvexClassifier(epochs=2, certify_for="2:0.2", threat=threat, random_state=1).fit(frame, y)
        self.assertEqual(model.classifier_.feature_names, tuple(frame.columns))
        found = model.certify(frame, [2], threat=threat)
        self.assertEqual(found.to_frame().index[0], 7)
        np.testing.assert_array_equal(found.radii, model.classifier_.certify(frame, [2], threat=threat).radii)

    def test_numbers_of_rows_are_left_out(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not on this machine")
        X, y = rows_of_two_classes()
        frame = pandas.DataFrame({"index": range(len(X)), "a": X[:, 0], "b": X[:, 1]})
        model = FeatureConvexClassifier(epochs=2, random_state=1).fit(frame, y)
        self.assertEqual((model.n_features_in_, model.classifier_.feature_names), (3, ("a", "b")))
        np.testing.assert_array_equal(model.decision_function(frame.assign(index=7)), model.decision_function(frame))

    def test_what_the_trainer_refuses_is_an_error_with_its_sentence(self):
        X, y = rows_of_two_classes()
        for arguments, words in (({"preset": "best"}, "best"), ({"sensitive": "spam"}, "expected one of"),
                                 ({"certify_for": "3:1"}, "certify-for"), ({"epochs": -1}, "epochs")):
            with self.subTest(arguments=arguments), self.assertRaisesRegex(ValueError, words):
                FeatureConvexClassifier(**arguments).fit(X, y)
        with self.assertRaisesRegex(ValueError, "Only binary"):
            FeatureConvexClassifier().fit(X, np.arange(len(X)) % 3)
        os.environ["STANDFAST_TRAIN_PROGRAM"] = "/nonexistent"
        try:
            with self.assertRaises(EnvironmentFault):
                FeatureConvexClassifier().fit(X, y)
        finally:
            del os.environ["STANDFAST_TRAIN_PROGRAM"]


def check_all():
    from sklearn.utils.estimator_checks import check_estimator
    results = check_estimator(FeatureConvexClassifier(epochs=5), on_fail=None)
    for result in results:
        if result["status"] != "passed":
            print(result["check_name"], result["status"], repr(result["exception"]))
    failed = sum(result["status"] == "failed" for result in results)
    print(f"check_estimator: {len(results)} checks, {failed} failed")
    return failed == 0


if __name__ == "__main__":
    if importlib.util.find_spec("sklearn") is None:
        print("SKIPPED: scikit-learn is not on this machine, so that the estimator was not tried")
        sys.exit(SKIPPED)
    os.environ["STANDFAST_PROGRAM"] = str(Path(sys.argv.pop(1)).resolve())
    from sklearn.model_selection import cross_val_score
    from standfast import EnvironmentFault, Rule, ThreatModel
    from standfast.sklearn import FeatureConvexClassifier, certified_scorer
    if "--all" in sys.argv:
        sys.argv.remove("--all")
        if not check_all():
            sys.exit(1)
    unittest.main()
