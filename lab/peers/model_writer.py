"""Writes a model file of Standfast (docs/model-format.md) with NumPy alone: a feature map and an affine score."""
import json

import numpy as np


def write_model(path, input_shape, steps, weight, bias, tensors, threshold=0.0):
    """`steps` name tensors of `tensors`; the score is weight . phi(x) + bias."""
    tensors = {**tensors, "graph.score.weight": np.atleast_2d(weight), "graph.score.bias": np.atleast_1d(bias)}
    tensors = {name: np.ascontiguousarray(value, dtype="<f4") for name, value in tensors.items()}
    score = {"name": "score", "kind": "linear", "inputs": ["input"], "weight": "graph.score.weight", "bias": "graph.score.bias"}
    model = {"input_shape": list(input_shape), "feature_map": steps,
             "graph": {"input_shape": [int(tensors["graph.score.weight"].shape[1])], "nodes": [score]},
             "threshold": float(threshold), "classes": {"sensitive": "sensitive", "other": "other"}}
    header, end = {"__metadata__": {"format": "standfast/1", "model": json.dumps(model)}}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [end, end + value.nbytes]}
        end += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(value.tobytes() for value in tensors.values()))
