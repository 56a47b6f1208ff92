#!/usr/bin/env python3
"""Small tables are judged about as well as by logistic regression, on fresh rows, over several seeds.

    small_tables_test.py --program standfast
"""
import argparse
import csv
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

FEATURES = 6
FRESH = 400


def rows_of(random_numbers, count, shift, units):
    """Two clouds of unit variance, 2 * shift apart along one direction, each column in its own unit and off 0."""
    direction = [random_numbers.gauss(0, 1) for _ in range(FEATURES)]
    length = math.sqrt(sum(value * value for value in direction))
    rows = []
    for i in range(count):
        side = 1 if i % 2 else -1
        rows.append(([unit * (10 + random_numbers.gauss(0, 1) + side * shift * value / length)
                      for unit, value in zip(units, direction)], side > 0))
    return rows


def logistic_regression(rows, penalty=1.0):
    """A function that tells the class: standardised columns, the usual penalty of half the squared weights."""
    count = len(rows)
    mean = [sum(x[j] for x, _ in rows) / count for j in range(FEATURES)]
    deviation = [math.sqrt(sum((x[j] - mean[j]) ** 2 for x, _ in rows) / count) for j in range(FEATURES)]

    def standardised(x):
        return [(x[j] - mean[j]) / deviation[j] for j in range(FEATURES)] + [1.0]

    data = [(standardised(x), y) for x, y in rows]
    weights = [0.0] * (FEATURES + 1)
    for _ in range(2000):
        slope = [penalty * w for w in weights[:-1]] + [0.0]
        for x, y in data:
            score = sum(w * v for w, v in zip(weights, x))
            error = 1 / (1 + math.exp(-max(min(score, 30), -30))) - y
            for j, value in enumerate(x):
                slope[j] += error * value
        weights = [w - 0.5 / count * s for w, s in zip(weights, slope)]
    return lambda x: sum(w * v for w, v in zip(weights, standardised(x))) > 0


def write_table(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"f{j}" for j in range(FEATURES)] + ["label"])
        for x, y in rows:
            writer.writerow([f"{value:.7g}" for value in x] + ["bad" if y else "good"])


def run(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{words}: exit code {done.returncode}\n{done.stderr}")
    return done


def trained_accuracy(program, folder, train, fresh, seed, *options):
    write_table(folder / "train.csv", train)
    write_table(folder / "fresh.csv", fresh)
    said = run(program, "train", folder / "train.csv", "--sensitive", "bad", "--seed", seed, "-o", folder / "m", *options)
    if not any(f" % of {n} bad and " in said.stderr for n in range(1, len(train))):
        sys.exit(f"the number of validation rows is not shown:\n{said.stderr}")
    table = run(program, "certify", folder / "m", folder / "fresh.csv", "--norm", "2", "--method", "closed-form",
                "--format", "csv").stdout.splitlines()[1:]
    verdicts = [line.split(",")[1] == "sensitive" for line in table]
    return sum(verdict == y for verdict, (_, y) in zip(verdicts, fresh)) / len(fresh)


def compare(program, folder, name, count, shift, units, seeds, slack, *options):
    ours, theirs = [], []
    for seed in seeds:
        rows = rows_of(random.Random(seed), count + FRESH, shift, units)
        train, fresh = rows[:count], rows[count:]
        judge = logistic_regression(train)
        theirs.append(sum(judge(x) == y for x, y in fresh) / len(fresh))
        ours.append(trained_accuracy(program, folder, train, fresh, seed, *options))
    mean_ours, mean_theirs = sum(ours) / len(ours), sum(theirs) / len(theirs)
    print(f"{name}: {100 * mean_ours:.1f} %, lowest {100 * min(ours):.1f} %; logistic regression {100 * mean_theirs:.1f} %")
    return mean_ours >= mean_theirs - slack


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = parser.parse_args().program
    same = [1.0] * FEATURES
    mixed = [1e-3, 1e-2, 1.0, 1.0, 1e2, 1e3]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # the standard error of a mean over six tables is about one point
        good = [compare(program, folder, "60 rows", 60, 1.7, same, range(1, 7), 0.03),
                compare(program, folder, "60 rows in mixed units", 60, 1.7, mixed, range(1, 7), 0.03),
                compare(program, folder, "450 rows", 450, 1.7, mixed, range(1, 4), 0.02),
                # plain options: an epoch has steps enough, and the rate of a longer run falls as far
                compare(program, folder, "60 rows, plain", 60, 1.7, same, range(1, 5), 0.06, "--preset", "none"),
                compare(program, folder, "60 rows, 160 plain epochs", 60, 1.7, same, range(1, 5), 0.06, "--preset",
                        "none", "--epochs", "160")]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
