"""What an attacker may do, from Python as from a threat file (docs/threat-files.md)."""
from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """What is said of some features. None leaves a key as it is.

    cost: what one unit of change costs, finite and > 0 (default 1). change: "any", "increase-only", "decrease-only" or
    "frozen". lower, upper: the values that a changed feature may have. max_decrease, max_increase: how far it may move, >= 0.
    Bounds are in the features' own units, costs in price per such unit.
    """

    cost: float | None = None
    change: str | None = None
    lower: float | None = None
    upper: float | None = None
    max_decrease: float | None = None
    max_increase: float | None = None

    def _lines(self) -> list[str]:
        said = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return [f"{key} = {_value(value)}" for key, value in said.items() if value is not None]


@dataclass(frozen=True)
class Group:
    """One rule for several features: exact names, or patterns in which `*` stands for any run of characters."""

    features: Sequence[str]
    rule: Rule


@dataclass(frozen=True)
class ThreatModel:
    """Which changes are allowed, and what they cost. Without any rule: every change, at a price of 1 per unit.

        ThreatModel(default=Rule(lower=0, upper=100), features={"word_freq_free": Rule(cost=3, change="decrease-only")})
        ThreatModel.domain(0, 1)
        ThreatModel.read("spam-threat.toml")

    A feature goes by its own rule, else by the last group that names it, else by the default. The classifier that certifies
    under it checks it: a name without a feature, or a value out of range, is an InvalidRequest that names the line of
    `to_toml()`.
    """

    default: Rule = field(default_factory=Rule)
    features: Mapping[str, Rule] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    price_unit: str = ""
    text: str | None = None  #: the text of a threat file, used as it is; the other fields are then not looked at

    @classmethod
    def domain(cls, lower: float, upper: float) -> ThreatModel:
        """Every feature keeps to [lower, upper]."""
        return cls(default=Rule(lower=lower, upper=upper))

    @classmethod
    def from_toml(cls, text: str) -> ThreatModel:
        """The threat model of the text of a threat file."""
        return cls(text=text)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ThreatModel:
        """The threat model of a threat file. Raises OSError, and UnicodeDecodeError for what is not UTF-8."""
        return cls.from_toml(Path(path).read_text(encoding="utf-8"))

    def to_toml(self) -> str:
        """The text of a threat file: what `--threat` of the command line reads."""
        if self.text is not None:
            return self.text
        lines = [f"price_unit = {_value(self.price_unit)}"] if self.price_unit else []
        if said := self.default._lines():
            lines += ["[default]", *said]
        for name, group in self.groups.items():
            if isinstance(group.features, str):
                raise TypeError(f"group {name}: features is a string, expected a list of names")
            names = ", ".join(_value(feature) for feature in group.features)
            lines += [f"[group.{_value(name)}]", f"features = [{names}]", *group.rule._lines()]
        for name, rule in self.features.items():
            lines += [f"[feature.{_value(name)}]", *rule._lines()]
        return "".join(line + "\n" for line in lines)


def _value(value: object) -> str:
    """A string or a number in TOML. A float keeps every bit."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(float(value))  # type: ignore[arg-type]
