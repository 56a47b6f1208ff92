#!/usr/bin/env python3
"""Every answer of `standfast-lab separate` on real e-mails and on a small table is proven again, in Python's own integers and fractions."""
import argparse
import csv
import gzip
import json
import random
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np


def require(holds, message):
    if not holds:
        raise SystemExit(message)


def read(path):
    """Labels, and the float32 inputs as exact fractions over one power of two: integers."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as file:
        rows = list(csv.reader(file))[1:]
    exact = [[Fraction(float(np.float32(cell))) for cell in row[:-1]] for row in rows]
    scale = max(value.denominator for row in exact for value in row)
    return [row[-1] for row in rows], np.array([[int(value * scale) for value in row] for row in exact], dtype=object)


def check_inside(answer, points, hull, x):
    numerators = [int(digits) for digits in answer["numerators"]]
    denominator = int(answer["denominator"])
    require(min(numerators) > 0 and sum(numerators) == denominator, "the weights are positive and sum to 1")
    require(set(answer["support"]) <= hull, "the combination is one of the other class")
    reached = sum(n * points[i] for n, i in zip(numerators, answer["support"]))
    require(bool(np.all(reached == denominator * x)), "the combination equals the input")
    shares = [float(Fraction(n, denominator)) for n in numerators]
    require(np.allclose(shares, answer["weights"], rtol=1e-15, atol=0), "the rounded weights are those weights")


def check_direction(direction, labels, points):
    inner = [i for i, label in enumerate(labels) if label == direction["inputs_of"]]
    hull = [i for i, label in enumerate(labels) if label == direction["hull_of"]]
    require([answer["input"] for answer in direction["answers"]] == inner, "every input of the class has its answer")
    normals = np.array(direction["normals"], dtype=object).reshape(-1, points.shape[1])
    highest = (points[hull] @ normals.T).max(axis=0)
    counts = {"outside": 0, "inside": 0, "undecided": 0}
    for answer in direction["answers"]:
        x = points[answer["input"]]
        counts[answer["side"]] += 1
        if answer["side"] == "outside":
            require(normals[answer["plane"]] @ x > highest[answer["plane"]], "the plane separates")
        elif answer["side"] == "inside":
            check_inside(answer, points, set(hull), x)
    require(all(direction[side] == count for side, count in counts.items()), "the counts are those of the answers")
    return counts


def check(program, data, path, options):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "hulls.json"
        done = subprocess.run([program, "separate", data, *options, "--json", report], capture_output=True, text=True)
        require(done.returncode == 1, f"inputs inside the hull: exit code 1, not {done.returncode}: {done.stderr}")
        directions = json.loads(report.read_text())["directions"]
    labels, points = read(path)
    return [check_direction(direction, labels, points) for direction in directions]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("emails", type=Path)
    options = parser.parse_args()
    mail, spam = check(options.program, "spam", options.emails, [])
    require(mail["inside"] > 5 and spam["inside"] > 5, f"e-mails inside: {mail}, {spam}")
    require(mail["undecided"] + spam["undecided"] == 0, f"every e-mail is decided: {mail}, {spam}")
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        rows = [",".join(f"{draw.gauss(0, 2):.2f}" for _ in range(4)) + f",{'ab'[i % 2]}" for i in range(400)]
        table.write_text("\n".join(["p,q,r,s,class", *rows]) + "\n")
        for counts in check(options.program, table, table, []):
            require(counts["inside"] > 100 and counts["outside"] > 5 and counts["undecided"] == 0, f"a table: {counts}")


if __name__ == "__main__":
    main()
