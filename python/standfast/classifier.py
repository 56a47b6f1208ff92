"""A loaded model: verdicts, certificates, attacks, explanations, and certificates of others proven again."""
from __future__ import annotations

import ctypes
import math
import os
import time
from collections.abc import Iterable, Iterator
from ctypes import byref, sizeof
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standfast import _library
from standfast._library import LIBRARY, Handle, check, new_handle, path_bytes
from standfast.results import Attacks, Certificates, Confirmation, Explanation, parse_norm
from standfast.threat import ThreatModel

Threat = Union[ThreatModel, str, "os.PathLike[str]", "tuple[float, float]", None]
Norms = Union[float, str, "Iterable[float | str]", None]

_METHODS = {"closed-form": 1, "separable": 2, "refined": 3, "exact": 4}
_GUARANTEES = {"none": 1, "real": 2, "deployed": 3}
_PRECISIONS = {"float64": 1, "float32": 2}
# A batch goes to the library in pieces, between which Ctrl-C is heard: these many rows, then as many as take the time.
_FIRST_PIECE = 64
_SECONDS_OF_A_PIECE = 0.2
_KEPT_THREATS = 8
_SIZE_OF_OPTIONS, _SIZE_OF_ARRAYS = sizeof(_library.CertifyOptions), sizeof(_library.CertificateArrays)


class Classifier:
    """A model whose alarms come with certificates. It never changes; any number of threads may use one.

        classifier = Classifier.load("spam.safetensors")
        found = classifier.certify(rows, norms=[1, 2])

    `rows` is an array (n, dim), or (n, *shape), of numbers; a C-contiguous float32 array is not copied, and other numbers are
    rounded to float32 first: a certificate speaks of the float32 row. It may be a data frame: if the model has feature names,
    its columns are taken by name. Whatever is refused raises a StandfastError (InvalidRequest is also a ValueError), whose
    message names the place.
    """

    def __init__(self, handle: Handle, source: tuple[bytes, float] | None = None) -> None:
        """Not for callers: use `load` or `from_bytes`."""
        self._handle = handle
        self._pointer = handle.pointer
        self._source = source
        self._threats: dict[object, Handle] = {}
        about = _library.Description(size=sizeof(_library.Description))
        check(LIBRARY.standfast_describe(self._pointer, byref(about)))
        self._describe(about)

    @classmethod
    def load(cls, path: str | os.PathLike[str], threshold: float = 0.0) -> Classifier:
        """Reads a model file as hostile input.

        threshold: the alarm is raised for logits above it, such as an operating point that `standfast evaluate` prints.
        Raises FileFault, InvalidRequest and NotConvex, naming the place in the file, and Unsupported for another version.
        """
        return cls(new_handle("free", "load_file", path_bytes(path), _load_options(threshold)))

    @classmethod
    def from_bytes(cls, data: bytes, threshold: float = 0.0) -> Classifier:
        """The same from the bytes of a model file. Such a classifier keeps them, and can be pickled."""
        data = bytes(data)
        return cls(new_handle("free", "load_memory", data, len(data), _load_options(threshold)), (data, threshold))

    def __reduce__(self) -> Any:
        if self._source is None:
            raise TypeError("a Classifier that was loaded from a file is not pickled; make it with from_bytes")
        return Classifier.from_bytes, self._source

    def __repr__(self) -> str:
        return f"<Classifier of {self.dim} features: {self.sensitive_class} against {self.other_class}>"

    def _describe(self, about: _library.Description) -> None:
        dim = int(about.dim)
        self.dim: int = dim  #: the number of features of a row
        self.shape: tuple[int, ...] = tuple(about.shape[: about.rank])  #: the shape of a row
        self.kind: str = about.kind.decode()  #: "table", "image" or "text"
        self.tokenizer: str = about.tokenizer.decode()  #: what makes the features of texts; "" for other inputs
        self.sensitive_class: str = about.sensitive_class.decode()  #: the class that is certified
        self.other_class: str = about.other_class.decode()  #: the class that is left
        self.feature_names = _texts(about.feature_names, dim)  #: (dim) names, or None
        self.feature_units = _texts(about.feature_units, dim)  #: (dim) units, or None
        self.domain = _domain(about, dim)  #: (lower, upper) arrays (dim) of valid values, or None; for information only
        self.parameters: int = int(about.parameters)  #: the number of weights and biases
        self.sha256: str = about.sha256.decode()  #: the hash of the file's bytes
        self.threshold: float = float(about.threshold)  #: what is subtracted from the score
        self.logit_error: float = float(about.logit_error)  #: a bound on |logit - f(x)| over the domain; inf without one
        self.certifies_both: bool = bool(about.certifies_both)  #: whether `both_classes` is possible

    def decision_function(self, rows: ArrayLike, *, threads: int = 0) -> NDArray[np.float32]:
        """The logits (n): above 0 is an alarm. NaN where the network overflows."""
        rows, _ = self._rows(rows)
        logits = np.empty(len(rows), np.float32)
        for begin, end in _pieces(len(rows)):
            check(LIBRARY.standfast_score(self._pointer, _address(rows, begin), end - begin, threads,
                                          _address(logits, begin)))
        return logits

    def predict(self, rows: ArrayLike, *, threads: int = 0) -> NDArray[np.str_]:
        """The verdicts (n), as the names of the classes. A logit that is NaN is not an alarm."""
        alarms = self.decision_function(rows, threads=threads) > 0
        return np.where(alarms, self.sensitive_class, self.other_class)

    def certify(self, rows: ArrayLike, norms: Norms = None, *, threat: Threat = None, method: str = "separable",
                guarantee: str = "real", precision: str = "float64", attack: bool = False, both_classes: bool = False,
                passes: int = 0, gap: float = 0.01, threads: int = 0) -> Certificates:
        """The verdicts, and a radius for each alarm inside which it cannot change.

        norms: exponents 0, 1, 2, inf, also as "l2"; by the closed form any p >= 1. None means 1, 2 and inf, for texts 1.
        threat: a ThreatModel, the path of a threat file, a pair (lower, upper) that every feature keeps to, for texts "words"
        or "added-words"; None means any change at a price of 1 per unit, for texts "words". method: "closed-form",
        "separable", "refined" or "exact", each at least as good as the one before and slower. guarantee: "none", "real" (a
        theorem about the stored weights) or "deployed" (also about the printed verdict). precision: of the proof, "float64" or
        "float32". attack: also search for changes that flip alarms. both_classes: certify `other` verdicts too, if
        `certifies_both`. passes, gap: the effort of refined and exact; 0 passes are 5 and 60. threads: 0 is one per core.

        Raises InvalidRequest for rows that are not finite, named by input and feature, and for options that do not go
        together; Unsupported for a network that the method cannot handle. Ctrl-C ends a long batch.
        """
        rows, index = self._rows(rows)
        exponents = self._exponents(norms)
        count, columns = len(rows), len(exponents)
        threat_handle = self._threat(threat)
        options = _library.CertifyOptions(
            _SIZE_OF_OPTIONS, _address(exponents), columns, _choice(_METHODS, "method", method),
            _choice(_GUARANTEES, "guarantee", guarantee), _choice(_PRECISIONS, "precision", precision), bool(both_classes),
            threat_handle.pointer if threat_handle else None, _count("passes", passes), gap if gap else -1.0,
            _count("threads", threads), None, None)
        # one block for all three: to ask NumPy for an address takes microseconds
        block = np.empty(count * columns + (5 * count + 7) // 8)
        radii = block[: count * columns].reshape(count, columns)
        rest = block[count * columns:].view(np.uint8)
        logits, verdicts = rest[: 4 * count].view(np.float32), rest[4 * count: 5 * count]
        attacks = np.empty((count, columns)) if attack else None
        slack = np.empty(count) if guarantee == "deployed" else None
        in_at, radii_at = _address(rows), _address(block)
        logits_at = radii_at + 8 * count * columns
        verdicts_at = logits_at + 4 * count
        for begin, end in _pieces(count, fixed=attack):
            out = _library.CertificateArrays(
                _SIZE_OF_ARRAYS, logits_at + 4 * begin, verdicts_at + begin, radii_at + 8 * columns * begin,
                None if slack is None else _address(slack) + 8 * begin,
                None if attacks is None else _address(attacks) + 8 * columns * begin)
            status = LIBRARY.standfast_certify(self._pointer, in_at + 4 * self.dim * begin, end - begin, byref(options),
                                               byref(out))
            if status:
                raise _moved_error(status, begin)
        return Certificates(tuple(exponents.tolist()), logits, verdicts, radii, attacks, slack, index)

    def attack(self, rows: ArrayLike, norms: Norms = None, *, threat: Threat = None, restarts: int = 4, seed: int = 1,
               threads: int = 0) -> Attacks:
        """The smallest changes found that flip the alarms: no certified radius is larger.

        norms and threat as in `certify`. restarts: random starts per row and norm. The same seed and rows give the same
        attacks; the random starts of a row depend on its place among 64.
        """
        rows, _ = self._rows(rows)
        exponents = self._exponents(norms)
        count, columns = len(rows), len(exponents)
        threat_handle = self._threat(threat)
        options = _library.AttackOptions(
            sizeof(_library.AttackOptions), exponents.ctypes.data, columns,
            threat_handle.pointer if threat_handle else None, _count("restarts", restarts, 1), _count("seed", seed, 1),
            _count("threads", threads))
        found = Attacks(tuple(exponents.tolist()), np.empty(count, np.float32), np.empty((count, columns)),
                        np.empty((count, columns, self.dim), np.float32), np.empty((count, columns), np.float32))
        out = _library.AttackArrays(sizeof(_library.AttackArrays))
        for begin, end in _pieces(count, fixed=True):
            out.logits, out.distances = _address(found.logits, begin), _address(found.distances, begin)
            out.inputs, out.attack_logits = _address(found.inputs, begin), _address(found.attack_logits, begin)
            status = LIBRARY.standfast_attack(self._pointer, _address(rows, begin), end - begin, byref(options), byref(out))
            if status:
                raise _moved_error(status, begin)
        return found

    def explain(self, row: ArrayLike, norm: float | str = 2, *, threat: Threat = None) -> Explanation:
        """Where the certificate of one alarm is weakest. row: (dim), or the shape of a row."""
        rows, _ = self._rows(np.asarray(row).reshape(1, -1))
        threat_handle = self._threat(threat)
        radius, change = ctypes.c_double(), np.empty(self.dim)
        p = parse_norm(norm)
        check(LIBRARY.standfast_explain(self._pointer, rows.ctypes.data, p, threat_handle.pointer if threat_handle else None,
                                        ctypes.addressof(radius), change.ctypes.data))
        return Explanation(p, radius.value, change, self.feature_names)

    def confirm(self, certificates: str | os.PathLike[str] | bytes, rows: ArrayLike | None = None, *,
                threat: Threat = None) -> Confirmation:
        """Proves again what a file of certificates claims, and believes nothing in it.

        certificates: the path of a file that `standfast certify --certificates` wrote, or its bytes. rows: the inputs that it
        must be about; without them it speaks for the inputs that it holds. threat: what the radii must be under, if given.
        Raises FileFault and InvalidRequest for what is no such file; certificates that do not hold are no exception but
        `refusal` and `holds` of the result.
        """
        data = np.empty((0, self.dim), np.float32) if rows is None else self._rows(rows)[0]
        count = len(data)
        threat_handle = self._threat(threat, otherwise=None)
        counts = _library.ConfirmationCounts(sizeof(_library.ConfirmationCounts))
        about = (_address(data, 0) if count else None, count, threat_handle.pointer if threat_handle else None, byref(counts))
        if isinstance(certificates, bytes):
            status = LIBRARY.standfast_confirm_memory(self._pointer, certificates, len(certificates), *about)
        else:
            status = LIBRARY.standfast_confirm_file(self._pointer, path_bytes(certificates), *about)
        refusal = _library.last_sentence() if status == _library.REFUSED else None
        if refusal is None:
            check(status)
        return Confirmation(counts.inputs, counts.certificates, counts.confirmed, refusal)

    def _rows(self, rows: Any) -> tuple[NDArray[np.float32], Any]:
        """The rows as (n, dim) in one piece of float32, and the index of a data frame."""
        index = None
        if hasattr(rows, "columns") and hasattr(rows, "index"):
            index = rows.index
            rows = self._in_order(rows).to_numpy()
        if type(rows) is not np.ndarray or rows.dtype != np.float32 or not rows.flags.c_contiguous or rows.ndim != 2:
            rows = self._converted(rows)
        if rows.shape[1] != self.dim:
            raise _shape_error(f"found {rows.shape[1]} features, expected {self.dim}")
        return rows, index

    def _converted(self, rows: Any) -> NDArray[np.float32]:
        rows = np.asarray(rows)
        if rows.dtype.kind not in "biuf":
            raise _shape_error(f"found values of type {rows.dtype}, expected numbers")
        if rows.ndim != 2 and rows.shape[1:] != self.shape:
            raise _shape_error(f"found an array of shape {rows.shape}, expected (n, {', '.join(map(str, self.shape))})"
                               + (f" or (n, {self.dim})" if len(self.shape) > 1 else ""))
        with np.errstate(over="ignore"):  # the library names the input and the feature
            rows = np.ascontiguousarray(rows, dtype=np.float32)
        return rows if rows.ndim == 2 else rows.reshape(len(rows), self.dim)

    def _in_order(self, frame: Any) -> Any:
        """The columns of a data frame in the order of the features."""
        names = self.feature_names
        if names is None or list(frame.columns) == list(names):
            return frame
        missing = [name for name in names if name not in frame.columns]
        if missing:
            raise _shape_error(f"the data frame has no column {missing[0]!r}, expected one for each of {self.dim} features")
        ordered = frame[list(names)]
        if ordered.shape[1] != self.dim:
            raise _shape_error("the data frame has several columns of one name, in another order than the features")
        return ordered

    def _exponents(self, norms: Norms) -> NDArray[np.float64]:
        if norms is None:
            return _ONE if self.kind == "text" else _COMMON
        if isinstance(norms, (int, float, str)):
            norms = [norms]
        exponents = np.array([parse_norm(norm) for norm in norms], dtype=np.float64)
        if len(exponents) == 0:
            raise _shape_error("found no norm, expected at least one", "norms")
        return exponents

    def _threat(self, threat: Threat, otherwise: str | None = "words") -> Handle | None:
        """The library's own form of a threat; those seen last are kept."""
        if threat is None:
            if self.kind != "text" or otherwise is None:
                return None
            threat = otherwise
        if isinstance(threat, tuple):
            function, key = "threat_from_domain", threat
            arguments: tuple[Any, ...] = (float(threat[0]), float(threat[1]))
        elif isinstance(threat, ThreatModel):
            try:
                text = threat.to_toml().encode()
            except UnicodeEncodeError as error:
                raise _shape_error(f"a name is not Unicode: {error}", "threat") from None
            function, key, arguments = "threat_from_text", text, (text, len(text))
        elif threat in ("words", "added-words"):
            function, key, arguments = "threat_from_name", threat, (str(threat).encode(),)
        else:
            return new_handle("threat_free", "threat_from_file", self._pointer, path_bytes(threat))
        kept = self._threats.get(key)
        if kept is None:
            kept = new_handle("threat_free", function, self._pointer, *arguments)
            if len(self._threats) >= _KEPT_THREATS:
                self._threats = {}  # calls under way hold the handle that they use
            self._threats[key] = kept
        return kept


_COMMON = np.array([1, 2, math.inf])
_ONE = np.array([1.0])


def _shape_error(sentence: str, place: str = "rows") -> Exception:
    return _library.error_of(3, f"{place}: {sentence}")


def _moved_error(status: int, begin: int) -> Exception:
    """The library counts inputs from the beginning of a piece."""
    sentence = _library.last_sentence()
    if begin and sentence.startswith("input "):
        number, rest = sentence[len("input "):].split(",", 1)
        sentence = f"input {int(number) + begin},{rest}"
    return _library.error_of(status, sentence)


def _load_options(threshold: float) -> Any:
    return byref(_library.LoadOptions(sizeof(_library.LoadOptions), threshold))


def _texts(texts: Any, count: int) -> tuple[str, ...] | None:
    return tuple(texts[i].decode(errors="replace") for i in range(count)) if texts else None


def _domain(about: _library.Description, dim: int) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    if not about.domain_lower or not about.domain_upper:
        return None
    return np.array(about.domain_lower[:dim]), np.array(about.domain_upper[:dim])


def _choice(choices: dict[str, int], name: str, word: str) -> int:
    if word not in choices:
        raise _library.error_of(5, f"{name}: found {word!r}, expected one of {', '.join(choices)}")
    return choices[word]


def _count(name: str, value: int, least: int = 0) -> int:
    if not least <= value < 1 << 63:
        raise _library.error_of(5, f"{name}: found {value}, expected a whole number of at least {least}")
    return int(value)


def _address(array: NDArray[Any], row: int = 0) -> int:
    return array.__array_interface__["data"][0] + row * array.strides[0]


def _pieces(count: int, fixed: bool = False) -> Iterator[tuple[int, int]]:
    """The ranges of rows that go to the library in one call each."""
    if 0 < count <= _FIRST_PIECE:
        yield 0, count
        return
    begin, rows = 0, _FIRST_PIECE
    while begin < count:
        end = min(count, begin + rows)
        start = time.perf_counter()
        yield begin, end
        begin = end
        if not fixed and begin < count:
            rows = max(_FIRST_PIECE, int(rows * min(8.0, _SECONDS_OF_A_PIECE / max(1e-9, time.perf_counter() - start))))
