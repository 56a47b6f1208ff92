"""What the programs of this folder share: parts of a table, a threshold from validation rows, a radius by bisection."""
import csv
import importlib.machinery
import importlib.util
import math
import subprocess
import sys
from pathlib import Path

COMPARE = Path(__file__).resolve().parents[1] / "compare"


def program_of(name):
    """A program of lab/compare as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(COMPARE / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def threshold_for_rate(others, rate):
    """The smallest of these scores above which at most this share of them lies: an alarm is a score above it."""
    ordered = sorted(others, reverse=True)
    return ordered[math.floor(rate * len(ordered))]


class Bisection:
    """The largest radius known to be certified. `certified(radius)` must hold for every radius below one that it holds for."""

    def __init__(self, certified, upper):
        self.certified, self.lower, self.upper = certified, 0.0, upper

    def reaches(self, radius):
        """Whether this radius is certified; what is known already is not asked again."""
        if self.lower < radius < self.upper:
            if self.certified(radius):
                self.lower = radius
            else:
                self.upper = radius
        return radius <= self.lower

    def radius(self, precision):
        while self.upper - self.lower > precision:
            self.reaches((self.lower + self.upper) / 2)
        return self.lower


def write_table(path, header, rows, labels):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header] + [[*row, "yes" if label else "no"] for row, label in zip(rows, labels)])


def output_of(program, *arguments):
    """What a program prints; its error ends this one."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def mean_and_spread(values):
    """Mean and standard deviation over seeds, as text."""
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)) if len(values) > 1 else 0
    return mean, spread
