"""The paper's MNIST model from end to end, against the figures of the published code.

Published: 98.9 % with median radii 9.1 (l1), 1.56 (l2), 0.087 (linf), closed form, no domain. The floors leave room for
the choice of seed: one seed differs from another by about one point on 1,010 threes.
"""
import argparse
import csv
import gzip
import json
import pathlib
import struct
import subprocess
import sys
import time

import numpy as np

CLASSES = ["--classes", "3,8"]
MIN_ACCURACY = 0.985
MIN_MEDIAN = {"l1": 8.5, "l2": 1.45, "linf": 0.08}
# Separable with the domain over the closed form, medians. Without the gradient penalty as in the prototypes (1.12, 1.17 and
# 1.45 after 60 epochs); with it the gradient off the strokes is small, and the exact optimum of the one minorant gains less.
MIN_GAIN = {"l1": 1.1, "l2": 1.03, "linf": 1.2}
MIN_GAIN_UNPENALISED = {"l1": 1.08, "l2": 1.12, "linf": 1.35}
# Mean certified over attacked radius of 200 sensitive test inputs, two-cut memory with 5 passes and multi-cut.
SENSITIVE_INPUTS = 200
MIN_REFINED = {"1": 0.93, "2": 0.985, "inf": 0.985}
MIN_EXACT = {"1": 0.985, "2": 0.99, "inf": 0.99}
MIN_UNBOUNDED = 0.985


def run(options, *arguments):
    command = [options.program, *map(str, arguments)]
    print("+", *command, flush=True)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def require(condition, message):
    print(("ok: " if condition else "FAILED: ") + message)
    if not condition:
        sys.exit(1)


def evaluate(options, name, *arguments):
    path = options.folder / f"{name}.json"
    run(options, "evaluate", options.model, f"{options.data}:test", *CLASSES, "--json", path, *arguments)
    return json.loads(path.read_text())


def medians(evaluation):
    return {norm: next(q["radius"] for q in curve["quantiles"] if q["share"] == 0.5)
            for norm, curve in evaluation["certified"].items()}


def train(options):
    run(options, "train", f"{options.data}:train", *CLASSES, "--sensitive", "3", "--preset", "mnist-mlp",
        "-o", options.model)


def closed_form(options):
    evaluation = evaluate(options, "closed_form", "--method", "closed-form")
    accuracy = evaluation["clean_accuracy"]["overall"]
    require(accuracy >= MIN_ACCURACY, f"accuracy {accuracy:.4f}, at least {MIN_ACCURACY}")
    for norm, median in medians(evaluation).items():
        require(median >= MIN_MEDIAN[norm], f"median radius {norm} {median:.4f}, at least {MIN_MEDIAN[norm]}")


def require_gains(options, floors):
    plain = medians(evaluate(options, "closed_form", "--method", "closed-form"))
    bounded = medians(evaluate(options, "separable", "--method", "separable", "--domain", "0,1"))
    for norm, gain in floors.items():
        ratio = bounded[norm] / plain[norm]
        require(ratio >= gain, f"separable in [0, 1] over closed form, {norm}: {ratio:.3f}, at least {gain}")


def separable(options):
    require_gains(options, MIN_GAIN)


def unpenalised(options):
    options.folder = options.folder / "unpenalised"
    options.folder.mkdir(exist_ok=True)
    options.model = options.folder / "mnist.safetensors"
    run(options, "train", f"{options.data}:train", *CLASSES, "--sensitive", "3", "--preset", "mnist-mlp", "--crop", 0,
        "--jacobian-weight", 0, "--epochs", 30, "-o", options.model)
    require_gains(options, MIN_GAIN_UNPENALISED)


def sensitive_images(options, count):
    """The first `count` test images of a three, as a file of inputs."""
    raw = gzip.decompress((options.data / "t10k-labels-idx1-ubyte.gz").read_bytes())
    labels = np.frombuffer(raw, np.uint8, offset=8)
    path = options.folder / "threes.npy"
    np.save(path, first_images(options, len(labels))[labels == 3][:count])
    return path


def compare(options, inputs, method, norm, *threat):
    """Radii over attack distances of the inputs judged sensitive, and the seconds that the radii took."""
    def records(*arguments):
        start = time.monotonic()
        text = run(options, "certify", options.model, *inputs, "--norm", norm, "--format", "csv", "--threads", 1,
                   "--method", method, *threat, *arguments)
        return list(csv.DictReader(text.splitlines())), time.monotonic() - start
    name = "l" + norm
    _, seconds = records()
    rows, _ = records("--attack")
    pairs = [(float(row[f"radius_{name}"]), float(row[f"attack_{name}"])) for row in rows if row["verdict"] == "sensitive"]
    worst = max(radius / attack for radius, attack in pairs)
    require(worst <= 1, f"{method} {name}: no radius above its attack, largest ratio {worst:.6f} of {len(pairs)}")
    return np.mean([radius / attack for radius, attack in pairs]), seconds


def refined(options):
    inputs = [sensitive_images(options, SENSITIVE_INPUTS)]
    for norm in ("1", "2", "inf"):
        plain, closed_seconds = compare(options, inputs, "closed-form", norm, "--domain", "0,1")
        for method, floors in (("refined", MIN_REFINED), ("exact", MIN_EXACT)):
            ratio, seconds = compare(options, inputs, method, norm, "--domain", "0,1")
            print(f"    closed form {plain:.4f}; {seconds / closed_seconds:.1f} times its run time")
            require(ratio >= floors[norm], f"{method} in [0, 1], l{norm}: certified/attacked {ratio:.4f}, "
                                           f"at least {floors[norm]}")
    for norm in ("2", "inf"):
        ratio, _ = compare(options, inputs, "refined", norm)
        require(ratio >= MIN_UNBOUNDED, f"refined without bounds, l{norm}: {ratio:.4f}, at least {MIN_UNBOUNDED}")


def first_images(options, count):
    raw = gzip.decompress((options.data / "t10k-images-idx3-ubyte.gz").read_bytes())
    total, rows, columns = struct.unpack(">III", raw[4:16])
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(total, rows * columns)
    return (pixels[:count] / np.float32(255)).astype(np.float32)


def columns_of(text, names):
    rows = list(csv.DictReader(text.splitlines()))
    return {name: np.array([float(row[name]) for row in rows]) for name in names}


def numpy(options):
    count = 1000
    inputs = options.folder / "inputs.npy"
    np.save(inputs, first_images(options, count))
    names = ["logit", "radius_l1", "radius_l2", "radius_linf"]
    ours = columns_of(run(options, "certify", options.model, f"{options.data}:test", *CLASSES, "--limit", count,
                          "--method", "closed-form", "--norm", "1,2,inf", "--format", "csv"), names)
    script = subprocess.run([sys.executable, options.script, options.model, inputs], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    theirs = columns_of(script, names)
    for name in names:
        require(len(ours[name]) == len(theirs[name]) == count, f"{name}: {len(ours[name])} of {count} inputs")
        # a logit is a sum of terms far larger than itself: relative to the largest logit
        scale = np.abs(theirs[name]).max() if name == "logit" else np.abs(theirs[name])
        limit = 1e-5 if name == "logit" else 1e-4
        # radii of logits within rounding of zero have no relative accuracy: the logit's tolerance is theirs too
        near_zero = np.abs(theirs["logit"]) <= 1e-3 * np.abs(theirs["logit"]).max()
        compared = np.ones(count, bool) if name == "logit" else ~near_zero
        worst = (np.abs(ours[name] - theirs[name]) / np.maximum(scale, 1e-30))[compared].max()
        require(worst <= limit, f"{name}: largest relative difference {worst:.2e} of {compared.sum()} inputs, at most {limit}")


STEPS = {"train": train, "closed_form": closed_form, "separable": separable, "unpenalised": unpenalised,
         "refined": refined, "numpy": numpy}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=list(STEPS))
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--script", required=True)
    options = parser.parse_args()
    options.model = options.folder / "mnist.safetensors"
    STEPS[options.step](options)


if __name__ == "__main__":
    main()
