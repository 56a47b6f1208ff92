"""What calls return: NumPy arrays with a row per input and a column per norm."""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas

NO_VERDICT = 2


def parse_norm(norm: float | str) -> float:
    """The exponent of a norm: 2, "2", "l2", inf, "linf". Raises ValueError for what is no number."""
    if isinstance(norm, str):
        norm = norm[1:] if norm[:1] in ("l", "L") else norm
    return float(norm)


def norm_name(p: float) -> str:
    """"l1", "l2", "linf", "l1.5"."""
    return "linf" if math.isinf(p) else f"l{p:g}"


@dataclass(eq=False)  # not frozen: that costs two microseconds a call
class Certificates:
    """Verdicts and radii of n inputs in k norms.

    norms: the k exponents. logits (n): float32. verdicts (n): 1 for the sensitive class, 0 for the other, 2 if the logit is
    NaN. radii (n, k): float64, prices under the threat model; 0 if nothing is certified, inf if no allowed change flips the
    verdict. attacks (n, k) or None: prices of changes that do flip alarms, inf if none was found. slack (n) or None: under
    guarantee="deployed", how far below 0 the logit of an alarm may lie. index: that of the data frame that was certified.
    """

    norms: tuple[float, ...]
    logits: NDArray[np.float32]
    verdicts: NDArray[np.uint8]
    radii: NDArray[np.float64]
    attacks: NDArray[np.float64] | None = None
    slack: NDArray[np.float64] | None = None
    index: Any = None

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def sensitive(self) -> NDArray[np.bool_]:
        """(n): which inputs are alarms."""
        return self.verdicts == 1

    def radius(self, norm: float | str) -> NDArray[np.float64]:
        """(n): the radii in one of the norms. Raises ValueError if it is not among them."""
        return self.radii[:, _column(self.norms, norm)]

    def certified_share(self, norm: float | str, at: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """For each price in `at`: the share of all inputs that are alarms with a radius of at least that price."""
        radii = np.sort(np.where(self.sensitive, self.radius(norm), -1))
        return (len(radii) - np.searchsorted(radii, np.asarray(at, dtype=np.float64), side="left")) / max(1, len(radii))

    def to_frame(self) -> pandas.DataFrame:
        """A pandas data frame: sensitive, logit, and radius_l1, attack_l1, ... for each norm."""
        import pandas
        columns: dict[str, Any] = {"sensitive": self.sensitive, "logit": self.logits}
        for k, p in enumerate(self.norms):
            columns[f"radius_{norm_name(p)}"] = self.radii[:, k]
            if self.attacks is not None:
                columns[f"attack_{norm_name(p)}"] = self.attacks[:, k]
        return pandas.DataFrame(columns, index=self.index)


@dataclass(frozen=True, eq=False)
class Attacks:
    """Adversarial inputs for n inputs of d features in k norms.

    distances (n, k): float64, prices, rounded up; inf if none was found, 0 for inputs that are no alarms. inputs (n, k, d):
    float32, the input itself if there is none. logits (n), attack_logits (n, k): float32, of both.
    """

    norms: tuple[float, ...]
    logits: NDArray[np.float32]
    distances: NDArray[np.float64]
    inputs: NDArray[np.float32]
    attack_logits: NDArray[np.float32]

    def distance(self, norm: float | str) -> NDArray[np.float64]:
        """(n): the distances in one of the norms."""
        return self.distances[:, _column(self.norms, norm)]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where the certificate of one alarm is weakest: `change` (d) is the worst change of the price `radius`.

    In the features' own units. For an input that is no alarm both are 0.
    """

    norm: float
    radius: float
    change: NDArray[np.float64]
    feature_names: tuple[str, ...] | None = None

    def largest(self, count: int = 10) -> list[tuple[str, float]]:
        """The features that change most, and by how much. Features without names are numbered."""
        order = np.argsort(-np.abs(self.change), kind="stable")[:count]
        names = self.feature_names
        return [(names[i] if names else str(i), float(self.change[i])) for i in order if self.change[i] != 0]


@dataclass(frozen=True, eq=False)
class Confirmation:
    """What became of a file of certificates: how many of its certificates were proven again."""

    inputs: int
    certificates: int
    confirmed: int
    refusal: str | None = None  #: why the first one that does not hold does not

    @property
    def holds(self) -> bool:
        """Whether nothing was refused."""
        return self.refusal is None


def _column(norms: tuple[float, ...], norm: float | str) -> int:
    p = parse_norm(norm)
    if p not in norms:
        raise ValueError(f"norm: found {norm_name(p)}, expected one of {', '.join(map(norm_name, norms))}")
    return norms.index(p)
