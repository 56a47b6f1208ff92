#!/usr/bin/env python3
"""Radii that version 0.1.0 printed, which every later version prints again to the last digit.

usage: radii_test.py PROGRAM            compares what PROGRAM prints with radii/*.csv
       radii_test.py PROGRAM --write    writes them: only for a method that is new, with a line in the changelog
The models were trained by version 0.1.0; the inputs are the embedded e-mails and pictures that are computed here. All of
it was printed with AVX2, which is asked for; exit code 77 where the processor has none.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent / "radii"
THREAT = HERE.parent.parent.parent / "examples/spam-threat.toml"
ALL = ("closed-form", "separable", "refined", "exact")
CASES = {  # model: its data, the rows, the options that bound the attacker, the methods
    "spam": ("spam:test", 24, (("free", ()), ("threat", ("--threat", THREAT))), ALL),
    "abs": ("spam:test", 24, (("free", ()), ("threat", ("--threat", THREAT))), ALL),
    "kinks": ("spam:test", 24, (("free", ()), ("threat", ("--threat", THREAT))), ALL[:2]),
    "conv": ("pictures.npz", 12, (("free", ()), ("domain", ("--domain", "0,1"))), ALL),
    "learnt": ("pictures.npz", 12, (("free", ()), ("domain", ("--domain", "0,1"))), ALL[:2]),
}


def write_pictures(path):
    """40 pictures of 3 x 16 x 16 with a bright left (class a) or right (class b) half, all values multiples of 1 / 256."""
    i, channel, row, column = numpy.indices((40, 3, 16, 16))
    noise = (37 * i + 11 * row + 7 * column + 29 * channel + i * row * column) % 101
    bright = (column < 8) == (i % 2 == 0)
    numpy.savez(path, X=((noise + 100 * bright) / 256).astype(numpy.float32),
                y=numpy.array(["ab"[k % 2] for k in range(40)]))


def printed(program, folder, model, data, rows, options, method, guarantee):
    norms = "1,2,inf" if method == "closed-form" else "0,1,2,inf"
    command = [program, "certify", HERE / f"{model}.safetensors", data, "--limit", str(rows), "--norm", norms, "--method",
               method, "--guarantee", guarantee, "--format", "csv", *options]
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, timeout=600,
                          env={**os.environ, "STANDFAST_KERNELS": "avx2"})
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    # 0.1.0 did not print where an input is in its source
    lines = done.stdout.splitlines()
    if lines[0].endswith(",source"):
        lines = [line.rpartition(",")[0] for line in lines]
    return "".join(line + "\n" for line in lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if "avx2" not in Path("/proc/cpuinfo").read_text().split():
        print("this processor has no AVX2")
        sys.exit(77)
    compared = different = 0
    with tempfile.TemporaryDirectory(prefix="standfast-golden-") as folder:
        write_pictures(Path(folder) / "pictures.npz")
        for model, (data, rows, threats, methods) in CASES.items():
            text = ""
            for name, options in threats:
                for method in methods:
                    for guarantee in ("none", "real", "deployed"):
                        text += f"# {name} {method} {guarantee}\n"
                        text += printed(arguments.program, folder, model, data, rows, options, method, guarantee)
            golden = HERE / f"{model}.csv"
            if arguments.write:
                golden.write_text(text)
                continue
            expected = golden.read_text().splitlines()
            found = text.splitlines()
            if len(expected) != len(found):
                sys.exit(f"{golden}: {len(expected)} lines, found {len(found)}")
            case = ""
            for old, new in zip(expected, found):
                case = old if old.startswith("#") else case
                compared += 1
                if old != new:
                    different += 1
                    print(f"{model} {case}\n  was {old}\n  is  {new}")
    if not arguments.write:
        print(f"{compared} lines compared, {different} differ")
        sys.exit(1 if different or not compared else 0)


if __name__ == "__main__":
    main()
