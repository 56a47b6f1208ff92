"""An input-convex MLP over (x - mean, |x - mean|) on CIFAR-10 cats and dogs: how close certificates and attacks are."""
import argparse
import pathlib

from mnist_test import compare, require, run

CLASSES = ["--classes", "3,5"]
IMAGES = 200
MIN_RATIO = 0.97


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    options = parser.parse_args()
    options.model = options.folder / "cifar.safetensors"
    run(options, "train", f"{options.data}:train", *CLASSES, "--sensitive", "3", "--preset", "none", "--feature-map", "abs", "--hidden", "200,50",
        "--epochs", 12, "--batch-size", 250, "-o", options.model)
    inputs = [f"{options.data}:test", *CLASSES, "--limit", IMAGES]
    for norm in ("2", "inf"):
        ratio, _ = compare(options, inputs, "refined", norm, "--domain", "0,1")
        require(ratio >= MIN_RATIO, f"refined in [0, 1], l{norm}: certified/attacked {ratio:.4f}, at least {MIN_RATIO}")


if __name__ == "__main__":
    main()
