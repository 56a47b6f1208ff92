"""Cats and dogs of CIFAR-10: 10,000 of 10,000 training images right, in exact integers, checked again with NumPy."""
import argparse
import json
import pathlib
import struct

import gzip
import numpy as np

from mnist_test import require, run


def arrays_of(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + length])
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            arrays[name] = np.frombuffer(raw[8 + length + begin:8 + length + end], "<f4").reshape(entry["shape"])
    return arrays


def network_scores(arrays, pixels):
    """Scores of stored bytes, as Python's integers over 255 2^60; products are sums below 2^53 of integers in float64."""
    def part(name):
        places = 0
        while np.any((scaled := arrays[f"graph.{name}.weight"].astype(np.float64) * 2.0 ** places) != np.rint(scaled)):
            places += 1
        require(np.abs(scaled).sum(axis=1).max() * 255 < 2 ** 53, "sums of integers are exact in float64")
        products = (pixels.astype(np.float64) @ scaled.T).astype(np.int64).astype(object) * 2 ** (60 - places)
        constants = arrays[f"graph.{name}.bias"].astype(np.float64) * 2.0 ** 60
        require(np.all(constants == np.rint(constants)), "constants are on a grid")
        return products + [255 * int(constant) for constant in constants]

    require(np.all(arrays["graph.sum.weight"] == 1), "the units are added as they are")
    return np.maximum(part("s1"), 0).sum(axis=1) + part("s2")[:, 0]


def planes_of(path):
    """Weights and offsets of the file's planes as integers N, M: the score of stored bytes p is N.p + 255 M."""
    weights, offsets = sorted(arrays_of(path).values(), key=lambda array: -array.ndim)
    scale = 2.0 ** 45
    integers = weights.astype(np.float64) * scale
    constants = offsets.astype(np.float64) * scale
    require(np.all(integers == np.rint(integers)) and np.all(constants == np.rint(constants)), "weights are on a grid")
    return integers.astype(object), [int(c) for c in constants]


def fit(options, method, *more):
    model = options.folder / f"separate_{method}.safetensors"
    report = options.folder / "separate.json"
    run(options, "separate", f"{options.data}:train", "--classes", "3,5", "--fit", "--method", method, "--sensitive", "3",
        *more, "-o", model, "--json", report)
    found = json.loads(report.read_text())["fits"][0]
    for where in ("stored_bytes", "float32_inputs"):
        right = found["training"][where]["right"]
        require(right == 10000, f"{method}, {where}: {right} of 10000 right")
    if method == "cone":
        require(found["test"]["right"] >= 1180, f"cone: {found['test']['right']} of 2000 test images right")
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    options = parser.parse_args()
    model = fit(options, "pieces")
    network = fit(options, "cone", "--ridge", "0.2")
    records = np.frombuffer(gzip.decompress((options.data / "data_batch.bin.gz").read_bytes()), np.uint8).reshape(-1, 3073)
    labels, pixels = records[:, 0], records[:, 1:].astype(np.int64)
    integers, constants = planes_of(model)
    best = np.full(len(labels), -2 ** 200, dtype=object)
    for row, constant in zip(integers, constants):
        # two halves of 30 bits each, so that NumPy's own int64 sums are exact
        high = np.array([int(n) >> 30 for n in row], np.int64)
        low = np.array([int(n) & (2 ** 30 - 1) for n in row], np.int64)
        score = (pixels @ high).astype(object) * 2 ** 30 + (pixels @ low).astype(object) + 255 * constant
        best = np.maximum(best, score)
    right = int(np.sum(best[labels == 3] > 0) + np.sum(best[labels == 5] < 0))
    require(right == 10000, f"the file's planes in NumPy's integers: {right} of 10000 right")
    scores = network_scores(arrays_of(network), pixels)
    right = int(np.sum(scores[labels == 3] > 0) + np.sum(scores[labels == 5] < 0))
    require(right == 10000, f"the file's network in integers: {right} of 10000 right")


if __name__ == "__main__":
    main()
