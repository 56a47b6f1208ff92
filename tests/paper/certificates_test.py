"""Certificates of the MNIST model: 200 and more confirmed twice, and no change of them that is not a proof goes through."""
import argparse
import base64
import pathlib
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import certificate_cases as cases  # noqa: E402
from mnist_test import CLASSES, first_images, require  # noqa: E402

INPUTS = 160  # of threes and eights; about half are judged a three
MIN_CERTIFICATES = 200
MIN_TAMPERED = 20


def tampered(file):
    """(what, change, exit code of both checkers): none of them is a proof any more."""
    refused, bad = cases.REFUSED, cases.BAD_INPUT
    units, features = file.header["slopes"], file.header["features"]
    mixed = next(norm for norm in ("linf", "l2", "l1") if "slopes" in file.of(norm)["cuts"][0])

    def only_the_whole_slopes(changed):
        cut = changed.of(mixed)["cuts"][0]
        slopes = np.frombuffer(base64.b64decode(cut["slopes"]), "<f4")
        require(np.any((slopes > 0) & (slopes < 1)), "the weighted sum of several tangents has slopes between 0 and 1")
        cut["slopes"] = cases.text_of([float(slope == 1) for slope in slopes])

    return [
        *[(f"{norm}: a radius 0.1 % larger", cases.radius_times(norm, 1.001), refused) for norm in ("l1", "l2", "linf")],
        ("an infinite radius", cases.set_in("l2", "radius", "inf"), refused),
        ("a radius of l2 under the name linf", cases.set_in("l2", "norm", "linf"), refused),
        ("slopes between 0 and 1 at 0", only_the_whole_slopes, refused),
        ("a negative weight", cases.set_in_cut("l2", weight=-1), bad),
        ("a slope of 1.5", cases.set_in_cut("l2", slopes=cases.text_of([1.5] + [0.0] * (units - 1))), bad),
        ("a slope of -0.5", cases.set_in_cut("l2", slopes=cases.text_of([-0.5] + [0.0] * (units - 1))), bad),
        ("a slope that is NaN", cases.set_in_cut("l2", slopes=cases.text_of([float("nan")] + [0.0] * (units - 1))), bad),
        ("a slope too many", cases.set_in_cut("l2", slopes=cases.text_of([0.0] * (units + 1))), bad),
        ("the cuts of another input", cases.cuts_of_another_input("linf"), refused),
        ("a bit of the input flipped", cases.changed_value(with_hash=False), bad),
        ("a bit of the input flipped, and its hash with it", cases.changed_value(with_hash=True), refused),
        ("the index of another input", cases.another_index, refused),
        ("no bounds", cases.set_header(threat={}), refused),
        ("wider bounds", cases.set_header(threat={"lower": [-1] * features, "upper": [2] * features}), refused),
        ("changes at half the cost", lambda f: f.header["threat"].update(cost=[0.5] * features), refused),
        ("a cost of 0", lambda f: f.header["threat"].update(cost=[0] * features), bad),
        ("l1: twice the multiplier", cases.multiplier_times("l1", 2), refused),
        ("l2: twice the multiplier", cases.multiplier_times("l2", 2), refused),
        ("l2: no multiplier", cases.multiplier_times("l2", 0), refused),
        ("l1: a reach below the radius", cases.reach_below_radius, refused),
        ("a count of inputs too high", cases.set_header(inputs=len(file.inputs) + 1), bad),
        ("lines in another order", cases.swapped_lines, bad),
        ("another schema", cases.set_header(schema="standfast/certificates/2"), bad),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--script", required=True)
    options = parser.parse_args()
    model, path, rows = (options.folder / name for name in ("mnist.safetensors", "certificates.jsonl", "rows.npy"))
    data = [f"{options.data}:test", *CLASSES, "--limit", str(INPUTS)]
    subprocess.run([options.program, "certify", model, *data, "--method", "refined", "--domain", "0,1", "--norm", "1,2,inf",
                    "--certificates", path, "-o", options.folder / "certified.csv"], check=True)
    np.save(rows, first_images(options, INPUTS))
    checkers = cases.Checkers(options.program, options.script, model, data[0], rows, *data[1:])
    file = cases.Certificates(path)
    if file.count() < MIN_CERTIFICATES:
        sys.exit(f"{file.count()} certificates, expected at least {MIN_CERTIFICATES}")
    checkers.expect_confirmed(path, file.count())
    count = cases.run_tampered(checkers, options.folder, file.first(2), tampered(file))
    if count < MIN_TAMPERED:
        sys.exit(f"{count} tampered files, expected at least {MIN_TAMPERED}")
    print(f"{file.count()} certificates confirmed twice, {count} tampered files refused twice")


if __name__ == "__main__":
    main()
