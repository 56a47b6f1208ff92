#!/usr/bin/env python3
"""Evaluates a Standfast model file with NumPy alone: the format in executable form, sharing no code with the library.

usage: evaluate_model.py MODEL.safetensors INPUTS.npy     (inputs: one per row; writes CSV to stdout)
"""
import json
import sys

import numpy as np

NORMS = {"l1": 1.0, "l2": 2.0, "linf": np.inf}


def read_model(path):
    data = open(path, "rb").read()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    metadata = header.pop("__metadata__")
    assert metadata["format"] == "standfast/1", metadata["format"]
    tensors = {name: np.frombuffer(body[slice(*entry["data_offsets"])], "<f4").astype(float).reshape(entry["shape"])
               for name, entry in header.items()}
    return json.loads(metadata["model"]), tensors


def conv(x, w, layer, backward_shape=None):
    """Zero-padded convolution of x (c, h, w); with backward_shape its transpose, from the output's side."""
    s, p, d = (layer.get(key, default) for key, default in (("stride", 1), ("padding", 0), ("dilation", 1)))
    c, h, wide = backward_shape or x.shape
    padded = np.zeros((c, h + 2 * p, wide + 2 * p))
    rows = (h + 2 * p - d * (w.shape[2] - 1) - 1) // s + 1
    columns = (wide + 2 * p - d * (w.shape[3] - 1) - 1) // s + 1
    y = np.zeros((w.shape[0], rows, columns))
    if not backward_shape:
        padded[:, p:p + h, p:p + wide] = x
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            window = padded[:, i * d:i * d + s * rows:s, j * d:j * d + s * columns:s][:, :rows, :columns]
            if backward_shape:
                window += np.einsum("oc,ohw->chw", w[:, :, i, j], x)  # a view: adds into `padded`
            else:
                y += np.einsum("oc,chw->ohw", w[:, :, i, j], window)
    return padded[:, p:p + h, p:p + wide] if backward_shape else y


def affine(x, w, b, layer):
    if layer["kind"] == "linear":
        return w @ x.ravel() + (0 if b is None else b)
    y = conv(x, w, layer)
    return y if b is None else y + (b.reshape(-1, 1, 1) if b.ndim == 1 else b)


def pool_winners(x, layer):
    k, s = layer["kernel"], layer.get("stride", 1)
    index = np.arange(x.size).reshape(x.shape)
    shape = (x.shape[0], (x.shape[1] - k) // s + 1, (x.shape[2] - k) // s + 1)
    winner = np.zeros(shape, int)
    for c, i, j in np.ndindex(*shape):
        window = np.s_[c, i * s:i * s + k, j * s:j * s + k]
        winner[c, i, j] = index[window].ravel()[np.argmax(x[window])]
    return winner


def forward_and_gradients(u, nodes, tensors):
    """The score, and the value and gradient of each head: one head unless the last node is `min`."""
    values, winners = {"input": u}, {}
    last = nodes[-1]
    heads = last["inputs"] if last["kind"] == "min" else [last["name"]]
    nodes = nodes[:-1] if last["kind"] == "min" else nodes
    for node in nodes:
        x = values[node["inputs"][0]]
        kind, name = node["kind"], node["name"]
        if kind in ("linear", "conv2d"):
            y = affine(x, tensors[node["weight"]], tensors.get(node.get("bias")), node)
        elif kind == "add":
            y = sum(values[source] for source in node["inputs"])
        elif kind == "relu":
            y = np.maximum(x, 0)
        elif kind == "flatten":
            y = x.ravel()
        else:  # maxpool, max: the first of equal elements wins
            winners[name] = pool_winners(x, node) if kind == "maxpool" else np.array([np.argmax(x)])
            y = x.ravel()[winners[name]]
        values[name] = y
    scores = [values[head].ravel()[0] for head in heads]
    return min(scores), [(score, gradient_of(head, values, winners, nodes, tensors)) for head, score in zip(heads, scores)]


def gradient_of(head, values, winners, nodes, tensors):
    slopes = {name: np.zeros_like(value) for name, value in values.items()}
    slopes[head] += 1
    for node in reversed(nodes):
        kind, name, out = node["kind"], node["name"], slopes[node["name"]]
        for source in node["inputs"]:
            x = values[source]
            if kind == "linear":
                back = tensors[node["weight"]].T @ out
            elif kind == "conv2d":
                back = conv(out, tensors[node["weight"]], node, x.shape)
            elif kind == "relu":
                back = out * (x > 0)
            elif kind in ("add", "flatten"):
                back = out
            else:
                back = np.bincount(winners[name].ravel(), out.ravel(), x.size)
            slopes[source] += back.reshape(x.shape)
    return slopes["input"]


def schur(w, stride, dilation):
    """A bound on ||W||_2 by Schur's test on W W^T, for a convolution on the whole plane."""
    w = w.reshape(*w.shape, 1, 1) if w.ndim == 2 else w
    sums, (height, width) = {}, w.shape[2:]
    for t in np.ndindex(height, width):
        for s in np.ndindex(height, width):
            shift = t[0] - s[0], t[1] - s[1]
            if all(step * dilation % stride == 0 for step in shift):
                sums[shift] = sums.get(shift, 0) + w[:, :, t[0], t[1]] @ w[:, :, s[0], s[1]].T
    total, q = sum(map(np.abs, sums.values())), np.ones(len(w))
    for _ in range(300):
        rows = total @ q / q
        q = q * (1 + rows / max(rows.max(), 1e-300)) / 2
        q = np.maximum(q / q.max(), 1e-18)
    return np.sqrt((total @ q / q).max())


def norm_2(w, step):
    """A bound on ||W||_2 of a step of a deep map."""
    stride, dilation = step.get("stride", 1), step.get("dilation", 1)
    bounds = [schur(w, stride, dilation)]
    return min(bounds + [schur(w.swapaxes(0, 1), 1, dilation)] if stride == 1 else bounds)


def step_lipschitz(step, tensors, p):
    """Lip_p of one feature-map step: exact for center, scale and abs, Riesz-Thorin for matrices."""
    if step["kind"] in ("center", "maxmin", "pixel_unshuffle"):
        return 1.0
    if step["kind"] == "convex_potential" and p == 2:
        return max(1.0, norm_2(tensors[step["values"]], step) ** 2 - 1)
    if step["kind"] == "abs":
        return 2 ** (1 / p)
    size = np.abs(tensors[step["values"]])
    if step["kind"] == "scale":
        return size.max()
    sizes = size.reshape(size.shape[0], size.shape[1], -1).sum(axis=2)
    if step["kind"] == "convex_potential":
        return 1 + sizes.sum(axis=0).max() * sizes.sum(axis=1).max()
    bound = sizes.sum(axis=0).max() ** (1 / p) * sizes.sum(axis=1).max() ** (1 - 1 / p)
    if p == 2 and step.get("deep"):
        bound = min(bound, norm_2(tensors[step["values"]], step))
    return min(bound, np.linalg.norm(size)) if p == 2 and size.ndim == 2 else bound


def knots_values(x, knots, slopes):
    """The values of the knots step, feature by feature: 0 at the first knot, slope j behind knot j."""
    x, ends = x.reshape(-1, 1), np.column_stack([knots[:, 1:], np.full(len(knots), np.inf)])
    below, above = np.minimum(x - knots[:, :1], 0), np.maximum(np.minimum(x, ends) - knots, 0)
    return (np.column_stack([below, above]) * slopes).sum(axis=1)


def apply_map(x, steps, tensors):
    """phi(x), and how steep each of its features is where phi acts on each feature alone."""
    scale, separable = np.ones(x.shape), True
    for position, step in enumerate(steps):
        w = tensors.get(step.get("values"))
        separable &= step["kind"] in ("center", "scale", "knots") or (step["kind"] == "abs" and position == len(steps) - 1)
        if step["kind"] == "knots":
            slopes, shape = tensors[step["slopes"]], x.shape
            x = knots_values(x, w, slopes).reshape(shape)
            lengths = np.column_stack([np.full(len(w), np.inf), np.diff(w, axis=1), np.full(len(w), np.inf)])
            scale = np.where(lengths > 0, slopes, 0).max(axis=1).reshape(shape)  # the steepest piece that is one
        elif step["kind"] == "abs":
            x = np.concatenate([x, np.abs(x)])
        elif step["kind"] in ("center", "scale"):
            w = w.ravel() if w.size == 1 else w.reshape(x.shape)
            x = x - w if step["kind"] == "center" else x * w
            scale = scale * w if step["kind"] == "scale" and separable else scale
        elif step["kind"] == "maxmin":
            x = np.stack([np.maximum(x[::2], x[1::2]), np.minimum(x[::2], x[1::2])], axis=1).reshape(x.shape)
        elif step["kind"] == "pixel_unshuffle":
            s, (c, h, wide) = step["stride"], x.shape
            x = x.reshape(c, h // s, s, wide // s, s).transpose(0, 2, 4, 1, 3).reshape(c * s * s, h // s, wide // s)
        elif step["kind"] == "convex_potential":
            inner = {**step, "kind": "linear" if w.ndim == 2 else "conv2d"}
            hidden = np.maximum(affine(x, w, tensors.get(step.get("bias")), inner), 0)
            x = x - (conv(hidden, w, inner, x.shape) if w.ndim == 4 else (w.T @ hidden).reshape(x.shape))
        else:
            x = affine(x, w, tensors.get(step.get("bias")), step)
    return x, scale.ravel() if separable else None


def main(model_path, inputs_path):
    model, tensors = read_model(model_path)
    steps, nodes = model["feature_map"], model["graph"]["nodes"]
    print("index,logit," + ",".join("radius_" + name for name in NORMS))
    deep = {"convex_potential", "maxmin", "pixel_unshuffle"} & {step["kind"] for step in steps}
    steps = [{**step, "deep": bool(deep)} for step in steps]
    for index, x in enumerate(np.load(inputs_path).astype(float)):
        u, scale = apply_map(x.reshape(model["input_shape"]), steps, tensors)
        score, heads = forward_and_gradients(u, nodes, tensors)
        threshold = np.float32(model["threshold"]).astype(float)
        logit, radii = score - threshold, [np.inf] * len(NORMS)
        counted = [step for step in steps if scale is None or step["kind"] == "abs"]
        for head_score, slope in heads:  # a radius of f is the smallest of its heads'
            margin, slope = head_score - threshold, slope.ravel()
            if scale is not None:  # scales and knots act on the gradient, feature by feature; only abs is left in Lip
                slope = slope * np.resize(scale, slope.size)
            for at, p in enumerate(NORMS.values()):
                lipschitz = np.prod([step_lipschitz(step, tensors, p) for step in counted])
                steepest = lipschitz * np.linalg.norm(slope, {1.0: np.inf, 2.0: 2, np.inf: 1}[p])
                if deep:  # or by the norm 2, which is at most the norm 1 and sqrt(n) times the norm inf
                    lipschitz = np.prod([step_lipschitz(step, tensors, 2.0) for step in counted])
                    ratio = np.sqrt(x.size) if p == np.inf else 1
                    steepest = min(steepest, lipschitz * np.linalg.norm(slope) * ratio)
                radius = 0.0 if margin <= 0 else np.inf if steepest == 0 else margin / steepest
                radii[at] = min(radii[at], radius)
        print(",".join([str(index)] + [repr(float(value)) for value in [logit] + radii]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
