#!/usr/bin/env python3
"""Proves every radius in a file of certificates again: exact rational arithmetic, standard library, nothing of ours.

usage: check_certificate.py CERTIFICATES MODEL.safetensors [INPUTS.npy]
Exit code 0: all confirmed. 1: one is refused. 2: bad input. The theory is on one page, docs/certificate-files.md.
"""
import base64, hashlib, json, math, struct, sys
from fractions import Fraction
from itertools import product

THREAT = {"cost": 1, "lower": "-inf", "upper": "inf", "max_decrease": "inf", "max_increase": "inf"}  # and its defaults
AFFINE = "linear", "conv2d", "add", "flatten"
UNIT = 2 ** 149  # a float32 times UNIT is a whole number
ONE, ZERO, PHI = 0, 1, 2  # elements are numbered through: the constants 1 (for biases), 0 (padding), phi(x), the nodes

def require(condition, message):
    if not condition:
        raise ValueError(message)

def unique(pairs):
    require(len(dict(pairs)) == len(pairs), "a key is there twice")
    return dict(pairs)

def number(value, *infinities):
    """The nearest double as a fraction, or one of the infinities that may stand here: no other float enters a sum."""
    require(type(value) in (int, float) or value in infinities, f"{value} is not a number that may stand here")
    return float(value) if value in infinities else Fraction(float(value))

def packed(text, code):
    raw = base64.b64decode(text, validate=True)
    return list(struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw))

def windows(read, shape, kernel, stride=1, padding=0, dilation=1):
    """The numbers of rows and columns of windows, and the elements in each window, channel after channel."""
    (channels, height, width), (down, across) = shape, kernel
    tops = range(-padding, height + padding - dilation * (down - 1), stride)
    lefts = range(-padding, width + padding - dilation * (across - 1), stride)
    require(tops and lefts and padding >= 0 < min(stride, dilation, down, across), "no window fits")
    return [len(tops), len(lefts)], [
        [read[(c * height + y) * width + x] if 0 <= y < height and 0 <= x < width else ZERO
         for c in range(channels) for y in range(top, top + dilation * down, dilation)
         for x in range(left, left + dilation * across, dilation)] for top, left in product(tops, lefts)]

def read_affine(node, shape, read, tensors):
    """The shape of the outputs, and (elements, weights, bias) of each, the numbers times UNIT."""
    ((channels, depth, *kernel), weights), area, places = tensors[node["weight"]], [], [read]
    if node["kind"] == "conv2d":
        options = {name: node[name] for name in ("stride", "padding", "dilation") if name in node}
        area, places = windows(read, shape, kernel, **options)
    bias_shape, bias = tensors[node["bias"]] if "bias" in node else ([channels], [0] * channels)
    fits = [depth, *kernel] == ([shape[0], *kernel] if area else [len(read)])
    require(fits and bias_shape in ([channels], [channels, *area]), f"{node['name']}: shape of the weight or the bias")
    rows = [weights[start:start + len(places[0])] for start in range(0, len(weights), len(places[0]))]
    biases = [value for value in bias for _ in range(channels * len(places) // len(bias))]
    return [channels, *area], [(place, row, value) for (row, place), value in zip(product(rows, places), biases)]

def read_graph(graph, tensors):
    """The number of elements, and the nodes, which must be input-convex: (kind, elements read, own elements, outputs).

    An output of an affine kind is (elements, weights, bias), any other the list of elements it is the maximum of.
    """
    end = PHI + math.prod(graph["input_shape"])
    known, nodes = {"input": (graph["input_shape"], range(PHI, end), True)}, []
    for node in graph["nodes"]:
        name, kind, sources = node["name"], node["kind"], [known[source] for source in node["inputs"]]
        require(name not in known and (len(sources) == 1 or kind == "add"), f"{name}: its name or its inputs")
        (shape, read, _), affine = sources[0], kind in AFFINE and all(source[2] for source in sources)
        if kind in ("linear", "conv2d"):
            shape, outputs = read_affine(node, shape, read, tensors)
            require(affine or min(min(row) for _, row, _ in outputs) >= 0, f"{name}: a weight < 0 behind a maximum")
        elif kind in ("add", "flatten"):
            shape, terms = shape if kind == "add" else [len(read)], zip(*(source[1] for source in sources), strict=True)
            outputs = [(elements, [UNIT] * len(elements), 0) for elements in terms]
        elif kind == "maxpool":
            area, places = windows(read, shape, [node["kernel"]] * 2, node.get("stride", 1))
            starts, size = range(0, len(places[0]), node["kernel"] ** 2), node["kernel"] ** 2
            shape, outputs = [shape[0], *area], [place[start:start + size] for start in starts for place in places]
        else:
            require(kind in ("relu", "max"), f"{name}: kind {kind}")
            shape, outputs = ([1], [read]) if kind == "max" else (shape, [[element] for element in read])
        known[name] = shape, range(end, end + len(outputs)), affine
        nodes.append((kind, read, slice(end, end + len(outputs)), outputs))
        end += len(outputs)
    require(len(outputs) == 1, "the score is not one number")
    return end, nodes

def read_model(raw):
    """(scale, center) of each feature: u = scale (x - center); does |u| follow u? threshold; graph."""
    length, tensors = 8 + int.from_bytes(raw[:8], "little"), {}
    header = json.loads(raw[8:length].decode(), object_pairs_hook=unique)
    metadata = header.pop("__metadata__")
    for name, entry in header.items():
        shape, (begin, end) = entry["shape"], entry["data_offsets"]
        require(entry["dtype"] == "F32" and 0 <= begin <= end and min(shape) > 0, f"tensor {name}")
        floats = struct.unpack(f"<{math.prod(shape)}f", raw[length + begin:length + end])
        tensors[name] = shape, [int(value * UNIT) for value in floats]  # exact; NaN and infinity raise
    document = json.loads(metadata["model"], object_pairs_hook=unique)
    shape, graph, steps = document["input_shape"], document["graph"], document["feature_map"]
    size, folds = math.prod(shape), steps[-1:] == [{"kind": "abs"}]
    fits = math.prod(graph["input_shape"]) == size * (1 + folds) and min(shape + graph["input_shape"]) > 0
    require(metadata["format"] == "standfast/1" and fits, "another format, or shapes of inputs that do not fit")
    features = [(Fraction(1), Fraction(0))] * size
    for step in steps[:len(steps) - folds]:
        kind, values = step["kind"], [Fraction(value, UNIT) for value in tensors[step["values"]][1]]
        require(kind == "center" or kind == "scale" and min(values) > 0, f"no certificates for this {kind}")
        values *= size if len(values) == 1 else 1
        features = [(scale, center + value / scale) if kind == "center" else (scale * value, center)
                    for (scale, center), value in zip(features, values, strict=True)]
    threshold = Fraction(*struct.unpack("<f", struct.pack("<f", number(document["threshold"]))))
    return features, folds, threshold, *read_graph(graph, tensors)

def walk_back(nodes, duals, slopes, winners):
    """Hands the duals of each node to the elements that it reads; takes slopes and winners from their ends."""
    for kind, read, own, outputs in reversed(nodes):
        handed, duals[own] = duals[own], [0] * len(outputs)
        if kind in AFFINE:  # in whole numbers, since these products are the work
            below, sums = max(dual.denominator for dual in handed), [0] * len(duals)
            for dual, (elements, weights, bias) in zip(handed, outputs, strict=True):
                if dual:
                    whole = dual.numerator * (below // dual.denominator)
                    sums[ONE] += whole * bias
                    for element, weight in zip(elements, weights, strict=True):
                        sums[element] += whole * weight
            duals[:] = [old + Fraction(more, below * UNIT) if more else old for old, more in zip(duals, sums)]
        else:
            for dual, window in zip(reversed(handed), reversed(outputs), strict=True):
                slope, winner = (slopes.pop(), window[0]) if kind == "relu" else (1, read[winners.pop()])
                require(dual >= 0 and winner in window, f"dual < 0, or winner {winner - read[0]} is not in its window")
                duals[winner] += dual * slope

def minorant(model, cuts, units):
    """v and k with (sum of the weights) f >= v.u + k for all u: the weighted sum of the cuts' minorants."""
    features, folds, threshold, end, nodes = model
    duals = [0] * end
    for cut in cuts:
        bits = [byte >> bit & 1 for byte in packed(cut.get("active", ""), "B") for bit in range(8)]
        slopes = bits[:units] if bits else [Fraction(slope) for slope in packed(cut.get("slopes", ""), "f")]
        weight, winners = number(cut["weight"]), packed(cut.get("winners", ""), "I")
        require(weight >= 0 and all(0 <= slope <= 1 for slope in slopes), "a weight < 0 or a slope outside [0, 1]")
        duals[-1] += weight  # of the score
        duals[ONE] -= weight * threshold
        walk_back(nodes, duals, slopes, winners)
        require(not slopes and not winners, "not one slope per ReLU unit and one winner per maximum")
    return duals[PHI:PHI + len(features) * (1 + folds)], duals[ONE]

def worst(a, b, t, low, high, price, square):
    """max of -q(d) - price |d| - square d^2 / 2 over low <= d <= high, where q(d) = a d + b (|t + d| - |t|)."""
    if not square and (low == -math.inf and a - b > price or high == math.inf and -a - b > price):
        return math.inf
    places = {0, low, high, -t if b else 0} | ({(-a - b) / square, (b - a) / square} if square else set())
    return max(-a * d - (b and b * (abs(t + d) - abs(t))) - abs(d) * (price + square * abs(d) / 2)
               for d in places if low <= d <= high and abs(d) < math.inf)

def holds(model, threat, values, entry, units):
    """Whether the weighted minorant stays positive at every change that is allowed and priced below the radius."""
    norm, multiplier = entry["norm"], number(entry["multiplier"])
    radius, reach = (number(entry[name], "inf") for name in ("radius", "reach"))
    require(norm in ("l0", "l1", "l2", "linf") and radius > 0 <= min(reach, multiplier), f"{norm}: a number's range")
    require(norm != "l0" or radius == math.inf or radius.denominator == 1, f"{radius} features")
    (v, margin), decreases, limit = minorant(model, entry["cuts"], units), [], {"linf": radius, "l1": reach}
    for a, b, (scale, center), x, cost, lower, upper, decrease, increase in zip(
            v[:len(values)], v[len(values):] or [0] * len(values), model[0], values, *threat, strict=True):
        a, b, t = a * scale, b * scale, x - center
        margin += a * t + b * abs(t)
        low = max(min(0, max(lower - x, -decrease)), -limit.get(norm, math.inf) / cost)
        high = min(max(0, min(upper - x, increase)), limit.get(norm, math.inf) / cost)
        price, square = multiplier * cost * (norm == "l1"), multiplier * cost ** 2 * (norm == "l2")
        decreases.append(worst(a, b, t, low, high, price, square))
    if norm == "l0" and radius < math.inf:
        decreases = sorted(decreases, reverse=True)[:int(radius)]
    spare = -math.inf if math.inf in decreases else margin - sum(decreases)
    bound = {"l1": radius, "l2": radius ** 2 / 2}.get(norm, 0)
    return spare > 0 and (norm != "l1" or radius <= reach) and (multiplier == 0 or spare >= multiplier * bound)

def check(path, model_path, inputs_path=None):
    """Prints each refusal and how many certificates are confirmed and refused. Returns the exit code."""
    *lines, rest = open(path, "rb").read().decode().split("\n")
    header, *entries = (json.loads(line, object_pairs_hook=unique) for line in lines)
    require(header["schema"] == "standfast/certificates/1" and rest == "", "not a whole file of format 1")
    require(len(entries) == header["inputs"], f"{len(entries)} inputs, expected {header['inputs']}")
    head, _, rows = open(inputs_path, "rb").read().partition(b"\n") if inputs_path else (b"", b"", None)
    require(rows is None or b"'descr': '<f4', 'fortran_order': False" in head, f"{inputs_path}: not float32 rows")
    raw, counts, last = open(model_path, "rb").read(), [0, 0], -1
    other, model = hashlib.sha256(raw).hexdigest() != header["model_sha256"], read_model(raw)
    threat = [[number(value, "inf", "-inf") for value in header["threat"].get(name, [default] * len(model[0]))]
              for name, default in THREAT.items()]
    require(all(0 < cost < math.inf for cost in threat[0]), "a cost is not positive and finite")
    for entry in entries:
        index, values, x = entry["index"], base64.b64decode(entry["values"]), packed(entry["values"], "f")
        require(type(index) is int and index > last, f"input {index} after input {last}")
        require(hashlib.sha256(values).hexdigest() == entry["sha256"], "the values' SHA-256 is another one")
        foreign, last = rows is not None and rows[len(values) * index:][:len(values)] != values, index
        for certificate in entry["certificates"]:
            proven = holds(model, threat, list(map(Fraction, x)), certificate, header["slopes"])
            reason = "other model" if other else "other input" if foreign else None if proven else "not proven"
            counts[bool(reason)] += 1
            if reason:
                print(f"refused: input {index}, {certificate['norm']}: {reason}")
    print(f"{counts[0]} certificates confirmed, {counts[1]} refused")
    return min(counts[1], 1)

if __name__ == "__main__":
    try:
        sys.exit(check(*sys.argv[1:]))
    except Exception as error:  # whatever it is, nothing has been proven
        print(f"check_certificate.py: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
