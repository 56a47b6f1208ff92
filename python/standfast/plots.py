"""Two pictures of certificates, on matplotlib (`pip install standfast[plots]`)."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from standfast.results import Certificates, Explanation, norm_name, parse_norm

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _axes(axes: Any) -> Any:
    if axes is not None:
        return axes
    import matplotlib.pyplot
    return matplotlib.pyplot.subplots()[1]


def certified_curve(certificates: Certificates, norm: float | str, axes: Axes | None = None, points: int = 200) -> Axes:
    """The share of all inputs that are alarms and stay so, against the price of a change. Returns the axes."""
    axes = _axes(axes)
    radii = certificates.radius(norm)
    finite = radii[np.isfinite(radii)]
    prices = np.linspace(0, float(finite.max()) * 1.05 if finite.size and finite.max() > 0 else 1.0, points)
    axes.plot(prices, certificates.certified_share(norm, prices), label=norm_name(parse_norm(norm)))
    axes.set(xlabel="price of a change", ylabel="share of inputs certified", ylim=(0, 1.02))
    axes.legend()
    return axes


def weakest_features(explanation: Explanation, axes: Axes | None = None, count: int = 10) -> Axes:
    """The features that the worst change of an alarm moves most. Returns the axes."""
    axes = _axes(axes)
    largest = explanation.largest(count)[::-1]
    axes.barh(range(len(largest)), [change for _, change in largest])
    axes.set_yticks(range(len(largest)), [name for name, _ in largest])
    axes.set(xlabel=f"worst change of the price {explanation.radius:.4g} ({norm_name(explanation.norm)})")
    return axes
