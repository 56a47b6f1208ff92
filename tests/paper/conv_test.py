"""The ConvNets on real images, shortened: they learn, their files are input-convex, and they certify."""
import argparse
import csv
import pathlib
import statistics

from mnist_test import require, run

# data folder, classes, sensitive class, options beside the preset, inputs, least share of them judged right, least median
# l2 radius (one epoch of the published net on cats and dogs learns next to nothing: that case is about files and
# certificates)
CASES = {
    "fashion-conv": ("fashion_mnist_shirts", "0,6", "0", ["--epochs", 2], 100, 0.65, 0),
    "cifar-conv": ("cifar10_catsdogs", "3,5", "3", ["--epochs", 1, "--channels", 4, "--depth", 2, "--first-stride", 2,
                                                    "--certify-for", "2:0.1", "--domain", "0,1"], 100, None, 0),
    "cifar-conv-robust": ("cifar10_catsdogs", "3,5", "3", ["--epochs", 4], 1000, 0.61, 0.3),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("preset", choices=list(CASES))
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    options = parser.parse_args()
    folder, classes, sensitive, shortened, inputs, floor, least_median = CASES[options.preset]
    data = options.data / folder
    model = options.folder / f"{options.preset}.safetensors"
    run(options, "train", f"{data}:train", "--classes", classes, "--sensitive", sensitive, "--preset", options.preset,
        *shortened, "-o", model)
    records = run(options, "certify", model, f"{data}:test", "--classes", classes, "--limit", inputs, "--norm", "2",
                  "--domain", "0,1", "--format", "csv")
    rows = list(csv.DictReader(records.splitlines()))
    right = sum((row["verdict"] == "sensitive") == (row["label"] == sensitive) for row in rows) / len(rows)
    print(f"    right: {right:.3f} of {len(rows)}")
    require(floor is None or right >= floor, f"at least {floor} of them right")
    radii = [float(row["radius_l2"]) for row in rows if row["verdict"] == "sensitive"]
    require(len(radii) > 0 and min(radii) >= 0 and max(radii) > 0, f"{len(radii)} radii, the largest {max(radii):.4f}")
    median = statistics.median(radii)
    require(median >= least_median, f"the median of them {median:.4f}, at least {least_median}")


if __name__ == "__main__":
    main()
