"""A program in Rust uses the C interface: usage: rust_test.py LIBRARY MAKE_MODELS. Skipped, loudly, without rustc."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "examples/certify.rs"
SKIPPED = 77


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, text=True, capture_output=True, **options).stdout


def main():
    library, make_models = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    rustc = shutil.which("rustc") or shutil.which("rustc", path=str(Path.home() / ".cargo/bin"))
    if rustc is None:
        print("SKIPPED: rustc is not on this machine, so that no program in Rust was tried")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        run(make_models, folder)
        program = Path(folder) / "certify"
        run(rustc, "--edition", "2021", "-D", "warnings", SOURCE, "-o", program, "-L", f"native={library.parent}", "-l",
            "standfast_c")
        environment = dict(os.environ, LD_LIBRARY_PATH=str(library.parent))
        printed = run(program, Path(folder) / "table.safetensors", env=environment).splitlines()
        expected = ["input 0: alarm, l1 radius 3.49999", "input 3: alarm, l1 radius"]
        if len(printed) != 2 or not all(line.startswith(start) for line, start in zip(printed, expected)):
            print("found", printed, "expected", expected)
            return 1
        missing = subprocess.run([program, "missing"], env=environment, capture_output=True, text=True, check=False)
        if missing.returncode != 2 or not missing.stderr.startswith("missing: "):
            print("found", missing, "expected the library's sentence and exit code 2")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
