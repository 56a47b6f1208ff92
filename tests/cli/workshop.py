"""A temporary folder in which the program runs: fixtures, models, and damaged copies of one of them."""
import contextlib
import json
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def read_safetensors(path):
    """The header as an object, and the bytes after it."""
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8:8 + length]), bytearray(raw[8 + length:])


def write_safetensors(path, header, body):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(body))


def damage(folder):
    """Hostile copies of table.safetensors, one fault each."""
    good = folder / "table.safetensors"
    raw = good.read_bytes()
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "truncated.safetensors").write_bytes(raw[:-4])
    (folder / "headless.safetensors").write_bytes(raw[:40])
    (folder / "lying.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + raw[8:])
    (folder / "text.safetensors").write_bytes(b"index,verdict,logit\n" * 9)

    # a few hundred bytes that ask for gigabytes
    one = struct.pack("<f", 1)
    for name, shape, padding in (("padded", [1, 1, 1], 10000), ("vast", [1, 6000, 6000], 0)):
        nodes = [{"name": "c", "kind": "conv2d", "inputs": ["input"], "weight": "w", "padding": padding},
                 {"name": "m", "kind": "max", "inputs": ["c"]}]
        document = {"input_shape": shape, "feature_map": [], "graph": {"input_shape": shape, "nodes": nodes},
                    "threshold": 0, "classes": {"sensitive": "a", "other": "b"}}
        tensor = {"dtype": "F32", "shape": [1, 1, 1, 1], "data_offsets": [0, 4]}
        metadata = {"format": "standfast/1", "model": json.dumps(document)}
        write_safetensors(folder / f"{name}.safetensors", {"__metadata__": metadata, "w": tensor}, one)

    header, body = read_safetensors(good)
    first = sorted(key for key in header if key != "__metadata__")[0]
    wrong_type = json.loads(json.dumps(header))
    wrong_type[first]["dtype"] = "F16"
    write_safetensors(folder / "wrong-type.safetensors", wrong_type, body)

    # the one weight behind the relu: the only tensor with a single element 1.0 and two dimensions
    behind = [value["data_offsets"][0] for key, value in header.items() if key != "__metadata__"
              and value["shape"] == [1, 1]]
    assert len(behind) == 1, header
    for name, value in (("negative", -0.5), ("nan", float("nan"))):
        changed = bytearray(body)
        changed[behind[0]:behind[0] + 4] = struct.pack("<f", value)
        write_safetensors(folder / f"{name}.safetensors", header, changed)


@contextlib.contextmanager
def workshop(program, make_models):
    """Yields (folder, environment). Programs are looked for beside `program` first, then in tests/cli/tools."""
    with tempfile.TemporaryDirectory(prefix="standfast-cli-") as name:
        folder = Path(name)
        shutil.copytree(HERE / "fixtures", folder, dirs_exist_ok=True)
        subprocess.run([make_models, folder], check=True)
        damage(folder)
        subprocess.run([program, "certify", folder / "spam.safetensors", "spam:test", "--limit", "30", "--certificates",
                        folder / "proofs.jsonl", "-o", folder / "proven.csv"], check=True)
        path = [str(Path(program).parent), str(HERE / "tools"), "/usr/bin", "/bin"]
        yield folder, {"PATH": os.pathsep.join(path), "HOME": str(folder), "LC_ALL": "C.UTF-8",
                       "PYTHON": os.environ.get("PYTHON", "python3")}
