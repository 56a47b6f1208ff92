"""Malimg's size and layout: byte plots of many sizes, one folder per family, resampled to 512 x 512 = 262,144 features.

The plots are generated: Allaple.A and Allaple.L differ in where their dense sections lie. A published network is trained on
them for two epochs, and its radii are certified, attacked and checked again.
"""
import argparse
import csv
import json
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy as np

from mnist_test import require

PER_FAMILY = 10
SIZES = [(256, 180), (384, 300), (512, 512), (768, 410)]  # width, height: a family's plots have many heights


def write_png(path, pixels):
    """8-bit grey, as Malimg's files are."""
    height, width = pixels.shape

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def byte_plot(random, family, width, height):
    """Code is dense noise, data is sparse, the rest is zero; which third is which tells the families apart."""
    plot = np.zeros((height, width), np.uint8)
    code, data = (0, 1) if family == "Allaple.A" else (1, 2)
    third = height // 3
    plot[code * third:(code + 1) * third] = random.integers(64, 256, (third, width))
    sparse = random.integers(0, 256, (third, width)) * (random.random((third, width)) < 0.1)
    plot[data * third:(data + 1) * third] = sparse
    return plot


def make_malimg(folder):
    random = np.random.default_rng(1)
    for family in ("Allaple.A", "Allaple.L", "Yuner.A"):
        (folder / family).mkdir(parents=True)
        for i in range(PER_FAMILY if family != "Yuner.A" else 2):
            width, height = SIZES[i % len(SIZES)]
            write_png(folder / family / f"{i:032x}.png", byte_plot(random, family, width, height))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    options = parser.parse_args()

    def run(*arguments):
        command = [options.program, *map(str, arguments)]
        print("+", *command, flush=True)
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        make_malimg(folder / "malimg")
        data, classes = f"{folder}/malimg@512x512", ["--classes", "Allaple.L,Allaple.A"]
        model, result, proofs = folder / "m.safetensors", folder / "m.json", folder / "m.jsonl"
        run("train", f"{data}:train", *classes, "--sensitive", "Allaple.L", "--preset", "malimg-mlp", "--epochs", 2,
            "--batch-size", 4, "-o", model)
        run("evaluate", model, f"{data}:test", *classes, "--domain", "0,1", "--norm", "1,2,inf", "--json", result)
        evaluation = json.loads(result.read_text())
        accuracy = evaluation["clean_accuracy"]["overall"]
        require(accuracy == 1, f"accuracy {accuracy:.2f} on families that a glance tells apart")
        for norm, curve in evaluation["certified"].items():
            median = next(q["radius"] for q in curve["quantiles"] if q["share"] == 0.5)
            require(median > 0, f"median radius {norm} {median:.4g} over 262,144 features")
        table = run("certify", model, f"{data}:test", *classes, "--norm", "2", "--attack", "--format", "csv",
                    "--certificates", proofs)
        rows = [row for row in csv.DictReader(table.splitlines()) if row["verdict"] == "sensitive"]
        within = [row for row in rows if not 0 < float(row["radius_l2"]) <= float(row["attack_l2"])]
        require(rows and not within, f"{len(rows)} alarms, no attack within a radius")
        run("verify", proofs, model, f"{data}:test", *classes)


if __name__ == "__main__":
    main()
