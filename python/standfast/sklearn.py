"""A scikit-learn classifier whose alarms come with certificates: `fit` runs the program `standfast train`.

    from standfast.sklearn import FeatureConvexClassifier, certified_scorer

    model = FeatureConvexClassifier(sensitive="spam", certify_for="2:0.3", random_state=1).fit(X, y)
    found = model.certify(X, norms=[2])
    cross_val_score(model, X, y, scoring=certified_scorer(norm=2, radius=0.1))

Training needs the program `standfast` and its trainer, which needs libtorch; everything else needs this package only.
"""
from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from standfast._errors import EnvironmentFault, InvalidRequest
from standfast.classifier import Classifier, Norms, Threat
from standfast.results import Certificates
from standfast.threat import ThreatModel


class FeatureConvexClassifier(ClassifierMixin, BaseEstimator):
    """A binary classifier that certifies one of its classes, trained by `standfast train` (docs/training.md).

    sensitive: the class whose alarms are certified; None means the second of `classes_`. Of the options of `train`, None leaves
    each to the preset: preset ("table", "spam", "none", ...), epochs, batch_size, learning_rate, hidden (units of each layer,
    such as (64, 32)), heads, feature_map ("identity", "standardise", "auto", "log", "rank", ...), certify_for ("2:0.5": train
    so that radii of this size are certified; needs nothing else), domain ((lower, upper)) or threat (a ThreatModel or the path
    of a threat file) with certify_for, jacobian_weight, sensitive_weight, max_fpr (set the threshold for this false-positive
    rate). random_state: the seed of the training.

    There is no predict_proba: a logit is not a probability. There are no sample weights. Of a data frame, a column that only
    counts its rows is left out (docs/tables.md).
    After fit: `classes_`, `classifier_` (a standfast.Classifier), `n_features_in_` and, for data frames, `feature_names_in_`.
    Rows are rounded to float32, and a radius is about the rounded row.
    """

    def __init__(self, sensitive: Any = None, *, preset: str | None = None, epochs: int | None = None,
                 batch_size: int | None = None, learning_rate: float | None = None, hidden: tuple[int, ...] | None = None,
                 heads: int | None = None, feature_map: str | None = None, certify_for: str | None = None,
                 domain: tuple[float, float] | None = None, threat: ThreatModel | str | os.PathLike[str] | None = None,
                 jacobian_weight: float | None = None, sensitive_weight: float | None = None, max_fpr: float | None = None,
                 random_state: Any = None) -> None:
        self.sensitive = sensitive
        self.preset = preset
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.hidden = hidden
        self.heads = heads
        self.feature_map = feature_map
        self.certify_for = certify_for
        self.domain = domain
        self.threat = threat
        self.jacobian_weight = jacobian_weight
        self.sensitive_weight = sensitive_weight
        self.max_fpr = max_fpr
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> FeatureConvexClassifier:
        """Trains on rows X (n, features) and classes y (n), of which there are two.

        Raises ValueError for other targets, InvalidRequest for options that the trainer refuses, and EnvironmentFault if there
        is no trainer.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if kind != "binary" or len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ValueError(f"y: found one class only, {self.classes_[0]!r}, expected two")
        sensitive = 1
        if self.sensitive is not None:
            found = np.flatnonzero(self.classes_ == self.sensitive)
            if len(found) != 1:
                raise ValueError(f"sensitive: found {self.sensitive!r}, expected one of {list(self.classes_)}")
            sensitive = int(found[0])
        seed = int(check_random_state(self.random_state).randint(1, 2**31 - 1))
        self.classifier_ = Classifier.from_bytes(self._train(X, codes == sensitive, seed))
        self._sensitive_index = sensitive
        self._columns = self._columns_of_model()
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """(n): above 0 for `classes_[1]`: the logit, or its negative if the sensitive class is `classes_[0]`."""
        X = self._checked(X)
        logits = self.classifier_.decision_function(X).astype(np.float64)
        return logits if self._sensitive_index == 1 else -logits

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(n): the verdicts, as members of `classes_`."""
        X = self._checked(X)
        alarms = self.classifier_.decision_function(X) > 0
        return self.classes_[np.where(alarms, self._sensitive_index, 1 - self._sensitive_index)]

    def certify(self, X: ArrayLike, norms: Norms = None, *, threat: Threat = None, **options: Any) -> Certificates:
        """The verdicts, and a radius for each alarm: `Classifier.certify` with its options. In the units of X."""
        index = getattr(X, "index", None) if hasattr(X, "columns") else None
        found = self.classifier_.certify(self._checked(X), norms, threat=threat, **options)
        return found if index is None else Certificates(found.norms, found.logits, found.verdicts, found.radii, found.attacks,
                                                        found.slack, index)

    def certified_accuracy_score(self, X: ArrayLike, y: ArrayLike, *, norm: float | str = 2, radius: float = 0.0,
                                 **options: Any) -> float:
        """The share of rows that are judged right, where an alarm counts only if no change priced below `radius` flips it.

        A row of the other class counts if its verdict is right: nothing is certified there, and an attacker gains nothing.
        """
        found = self.certify(X, [norm], **options)
        is_sensitive = np.asarray(y) == self.classes_[self._sensitive_index]
        right = np.where(is_sensitive, found.sensitive & (found.radii[:, 0] >= radius), ~found.sensitive)
        return float(np.mean(right))

    def _checked(self, X: Any) -> NDArray[np.float32]:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        if self._columns is not None:
            X = X[:, self._columns]
        with np.errstate(over="ignore"):  # what float32 does not hold is refused by the library, which names the row
            return np.ascontiguousarray(X, dtype=np.float32)

    def _columns_of_model(self) -> NDArray[np.intp] | None:
        """Which columns of X the model reads, if it does not read all: a table's numbers of rows are left out."""
        given, read = getattr(self, "feature_names_in_", None), self.classifier_.feature_names
        if given is None or read is None or list(given) == list(read):
            return None
        places = {name: place for place, name in enumerate(given)}
        if not set(read) <= set(places):
            raise InvalidRequest(f"train: the model reads {sorted(set(read) - set(places))[0]!r}, which X does not have")
        return np.array([places[name] for name in read])

    def _train(self, X: NDArray[np.float64], alarms: NDArray[np.bool_], seed: int) -> bytes:
        """The bytes of the trained model. Its classes are called `sensitive` and `other`."""
        with tempfile.TemporaryDirectory(prefix="standfast-") as name:
            folder = Path(name)
            data, label = self._write_rows(folder, X, alarms)
            output = folder / "model.safetensors"
            command = [_program(), "train", str(data), *label, "--sensitive", "sensitive", "--seed", str(seed),
                       *self._options(folder), "-o", str(output)]
            result = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                                    check=False)
            if result.returncode != 0 or not output.exists():
                sentence = (result.stderr.strip().splitlines() or [f"ended with {result.returncode}"])[-1]
                sentence = sentence.replace(f"{folder}{os.sep}", "")  # of files that are gone when it is read
                without_trainer = "STANDFAST_TRAIN_PROGRAM" in sentence
                kind = EnvironmentFault if without_trainer or result.returncode == 3 else InvalidRequest
                raise kind(f"train: {sentence} (X has {X.shape[0]} rows of {X.shape[1]} feature(s))")
            return output.read_bytes()

    def _write_rows(self, folder: Path, X: NDArray[np.float64], alarms: NDArray[np.bool_]) -> tuple[Path, list[str]]:
        """A table if features have names, which threats then use; otherwise arrays."""
        classes = np.where(alarms, "sensitive", "other")
        with np.errstate(over="ignore"):
            rows = X.astype(np.float32)
        if not np.isfinite(rows).all():
            raise ValueError("X: Input contains infinity or a value too large for dtype('float32').")
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            np.savez(folder / "rows.npz", X=rows, y=classes)
            return folder / "rows.npz", []
        label = "label"
        while label in {name.lower() for name in names}:
            label += "_"
        with open(folder / "rows.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*names, label])
            for row, name in zip(rows, classes):
                writer.writerow([*(repr(float(value)) for value in row), name])
        return folder / "rows.csv", ["--label", label]

    def _options(self, folder: Path) -> list[str]:
        said: dict[str, Any] = {
            "preset": self.preset, "epochs": self.epochs, "batch-size": self.batch_size, "learning-rate": self.learning_rate,
            "hidden": _list(self.hidden), "heads": self.heads, "feature-map": self.feature_map, "certify-for": self.certify_for,
            "domain": _list(self.domain), "jacobian-weight": self.jacobian_weight, "sensitive-weight": self.sensitive_weight,
            "max-fpr": self.max_fpr}
        if isinstance(self.threat, ThreatModel):
            path = folder / "threat.toml"
            path.write_text(self.threat.to_toml(), encoding="utf-8")
            said["threat"] = path
        elif self.threat is not None:
            said["threat"] = os.fspath(self.threat)
        return [f"--{name}={value}" for name, value in said.items() if value is not None]


def certified_scorer(norm: float | str = 2, radius: float = 0.0, **options: Any) -> Callable[[Any, Any, Any], float]:
    """A scorer for cross_val_score and GridSearchCV: `certified_accuracy_score` at one radius."""
    return _CertifiedScorer(norm, radius, options)


class _CertifiedScorer:
    """A class, so that it can be sent to other processes."""

    def __init__(self, norm: float | str, radius: float, options: dict[str, Any]) -> None:
        self.norm, self.radius, self.options = norm, radius, options

    def __call__(self, estimator: FeatureConvexClassifier, X: Any, y: Any) -> float:
        return estimator.certified_accuracy_score(X, y, norm=self.norm, radius=self.radius, **self.options)


def _list(values: Any) -> str | None:
    return None if values is None else ",".join(str(value) for value in values)


def _program() -> str:
    """The program `standfast`: that of the environment, or the first in PATH; STANDFAST_PROGRAM goes before both."""
    named = os.environ.get("STANDFAST_PROGRAM")
    beside = Path(sysconfig.get_path("scripts")) / "standfast"
    program = named or (str(beside) if os.access(beside, os.X_OK) else shutil.which("standfast"))
    if program is None:
        raise EnvironmentFault("train: the program `standfast` is neither in this environment nor in PATH")
    return program
