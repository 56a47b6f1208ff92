#!/usr/bin/env python3
"""Proves every radius in a file of certificates again: exact rational arithmetic, the standard library, nothing of ours.

usage: check_certificate.py CERTIFICATES MODEL.safetensors [INPUTS.npy]
Exit code 0: all confirmed. 1: one is refused. 2: bad input. The theory is on one page, docs/certificate-files.md.
"""
import base64
import functools
import hashlib
import itertools
import json
import math
import operator
import struct
import sys
from fractions import Fraction

THREAT = {"cost": 1, "lower": -math.inf, "upper": math.inf, "max_decrease": math.inf, "max_increase": math.inf}


def require(condition, message):
    if not condition:
        raise ValueError(message)


def strict_json(text):
    def unique(pairs):
        require(len(dict(pairs)) == len(pairs), "a key is there twice")
        return dict(pairs)
    return json.loads(text, object_pairs_hook=unique, parse_constant=lambda name: require(False, f"found {name}"))


def number(value, low=-math.inf, high=math.inf):
    """The nearest double as a fraction; only "inf" and "-inf" become floats."""
    require(type(value) in (int, float) and math.isfinite(value) or value in ("inf", "-inf"), f"{value} is not a number")
    require(low <= float(value) <= high, f"{value} is not in [{low}, {high}]")
    return float(value) if type(value) is str else Fraction(float(value))


def packed(text, code, size=4):
    raw = base64.b64decode(text, validate=True)
    require(base64.b64encode(raw).decode() == text, "base64 in another spelling")
    return struct.unpack(f"<{len(raw) // size}{code}", raw)


def dyadic(floats):
    """Whole numbers n and an exponent e with floats = n / 2^e, exactly; NaN and infinity raise."""
    ratios = [value.as_integer_ratio() for value in floats]
    exponent = max((below.bit_length() - 1 for _, below in ratios), default=0)
    return [above << exponent - below.bit_length() + 1 for above, below in ratios], exponent


def plus(one, other):
    exponent = max(one[1], other[1])
    return [(x << exponent - one[1]) + (y << exponent - other[1]) for x, y in zip(one[0], other[0], strict=True)], exponent


def windows(shape, kernel, stride=1, padding=0, dilation=1):
    """The output's rows and columns, and (place in the output, tap, place in the input) of every tap inside the input."""
    require(padding >= 0 < min(stride, dilation, *kernel), "a window of no size")
    rows, columns = ((extent + 2 * padding - dilation * (size - 1) - 1) // stride + 1
                     for extent, size in zip(shape[1:], kernel, strict=True))
    require(rows > 0 < columns, "no window fits")
    return rows, columns, [
        (i * columns + j, k * kernel[1] + l, y * shape[2] + x)
        for i, j, k, l in itertools.product(range(rows), range(columns), range(kernel[0]), range(kernel[1]))
        for y, x in [(i * stride + k * dilation - padding, j * stride + l * dilation - padding)]
        if 0 <= y < shape[1] and 0 <= x < shape[2]]


def affine(node, shape, tensors):
    """The output's shape; for each input element the outputs that read it and their weights; the bias; any weight < 0."""
    (extents, (ints, exponent)), options = tensors[node["weight"]], [node.get(key, 1) for key in ("stride", "dilation")]
    if node["kind"] == "linear":  # a convolution of one tap
        shape, extents, options = [math.prod(shape), 1, 1], [*extents, 1, 1], (1, 1)
    require(len(extents) == 4 and extents[1] == shape[0], f"weight is {extents}")
    rows, columns, places = windows(shape, extents[2:], options[0], node.get("padding", 0), options[1])
    reads, taps, area = [([], []) for _ in range(math.prod(shape))], extents[2] * extents[3], shape[1] * shape[2]
    for o, c, (at, tap, place) in itertools.product(range(extents[0]), range(shape[0]), places):
        reads[c * area + place][0].append(o * rows * columns + at)
        reads[c * area + place][1].append(ints[(o * shape[0] + c) * taps + tap])
    out = [extents[0], rows, columns] if node["kind"] == "conv2d" else extents[:1]
    bias_shape, (bias, bias_exponent) = tensors[node["bias"]] if "bias" in node else (out, ([0] * math.prod(out), 0))
    require(bias_shape in (out, out[:1]), f"bias is {bias_shape}")
    bias = [value for value in bias for _ in range(math.prod(out) // len(bias))]
    return out, (reads, exponent, bias, bias_exponent), min(ints) < 0


class Model:
    def __init__(self, raw):
        length = 8 + int.from_bytes(raw[:8], "little")
        header, tensors = strict_json(raw[8:length].decode()), {}
        metadata = header.pop("__metadata__")
        require(metadata["format"] == "standfast/1", "not a model file of format 1")
        for name, entry in header.items():
            begin, end = (length + offset for offset in entry["data_offsets"])
            require(entry["dtype"] == "F32" and length <= begin and end <= len(raw), f"tensor {name}")
            require(min(entry["shape"]) > 0, f"tensor {name}: shape")
            tensors[name] = entry["shape"], dyadic(struct.unpack(f"<{math.prod(entry['shape'])}f", raw[begin:end]))
        document = strict_json(metadata["model"])
        require(min(document["input_shape"] + document["graph"]["input_shape"]) > 0, "a shape with nothing in it")
        self.threshold = Fraction(struct.unpack("<f", struct.pack("<f", document["threshold"]))[0])
        self.read_map(math.prod(document["input_shape"]), document["feature_map"], tensors)
        self.read_graph(document["graph"], tensors)

    def read_map(self, size, steps, tensors):
        """phi: u_i = scale_i x_i + shift_i, and |u_i| where it folds."""
        self.scale, self.shift, self.folds = [Fraction(1)] * size, [Fraction(0)] * size, steps[-1:] == [{"kind": "abs"}]
        for step in steps[:-1] if self.folds else steps:
            require(step["kind"] in ("center", "scale"), f"no certificates for a feature map with {step['kind']}")
            _, (ints, exponent) = tensors[step["values"]]
            values = [Fraction(value, 1 << exponent) for value in ints] * (size if len(ints) == 1 else 1)
            require(len(values) == size and (step["kind"] == "center" or min(values) > 0), f"feature map: {step['kind']}")
            if step["kind"] == "center":
                self.shift = list(map(operator.sub, self.shift, values))
            else:
                self.scale, self.shift = (list(map(operator.mul, old, values)) for old in (self.scale, self.shift))

    def read_graph(self, graph, tensors):
        """The nodes as the walk back needs them; refuses what is not input-convex."""
        shapes, self.is_affine, self.nodes = {"input": graph["input_shape"]}, {"input": True}, []
        for node in graph["nodes"]:
            name, kind, sources, data = node["name"], node["kind"], node["inputs"], None
            require(name not in shapes and (len(sources) == 1 or kind == "add"), f"{name}: its name or its inputs")
            shape = given = shapes[sources[0]]
            self.is_affine[name] = kind in ("linear", "conv2d", "add", "flatten") and all(map(self.is_affine.get, sources))
            if kind in ("linear", "conv2d"):
                shape, data, negative = affine(node, given, tensors)
                require(self.is_affine[name] or not negative, f"{name}: a weight < 0 reads what is not affine")
            elif kind == "max":
                shape, data = [1], [set(range(math.prod(given)))]
            elif kind == "maxpool":
                rows, columns, places = windows(given, [node["kernel"]] * 2, node.get("stride", 1))
                shape, data = [given[0], rows, columns], [set() for _ in range(given[0] * rows * columns)]
                for c, (at, _, place) in itertools.product(range(given[0]), places):
                    data[c * rows * columns + at].add(c * given[1] * given[2] + place)
            else:
                require(kind in ("add", "relu", "flatten"), f"{name}: kind {kind}")
                require(all(math.prod(shapes[source]) == math.prod(given) for source in sources), f"{name}: shapes")
                shape = [math.prod(given)] if kind == "flatten" else given
            shapes[name] = shape
            self.nodes.append((name, kind, sources, math.prod(shape), math.prod(given), data))
        require(math.prod(shape) == 1, "the score is not one number")

    def minorant(self, cuts):
        """v and k with (sum of the weights) g(u) >= v.u + k for all u: the weighted sum of the cuts' minorants."""
        duals, constant = {}, Fraction(0)
        slopes_end, winners_end = len(cuts[0][1]), len(cuts[0][2])

        def hand(name, vectors):  # below affine nodes the cuts need not be told apart: the big products are made once
            vectors = [functools.reduce(plus, vectors)] if self.is_affine[name] else vectors
            duals[name] = list(map(plus, duals[name], vectors)) if name in duals else vectors

        hand(self.nodes[-1][0], [dyadic([weight]) for weight, _, _ in cuts])
        for name, kind, sources, size, given, data in reversed(self.nodes):
            vectors = duals.pop(name, [([0] * size, 0)] * (1 if self.is_affine[name] else len(cuts)))
            if kind in ("relu", "max", "maxpool"):  # what the lemma needs, whatever the signs of the weights say
                require(all(min(ints) >= 0 for ints, _ in vectors), f"{name}: a dual is negative")
            if kind in ("linear", "conv2d"):
                reads, exponent, bias, bias_exponent = data
                constant += sum(Fraction(sum(b * c for b, c in zip(bias, ints, strict=True)), 1 << bias_exponent + e)
                                for ints, e in vectors)
                vectors = [([sum(map(operator.mul, weights, map(ints.__getitem__, outputs))) for outputs, weights in reads],
                            exponent + e) for ints, e in vectors]
            elif kind == "relu":
                chosen = [dyadic(slopes[slopes_end - size:slopes_end]) for _, slopes, _ in cuts]
                vectors = [([c * slope for c, slope in zip(ints, slopes, strict=True)], e + exponent)
                           for (ints, e), (slopes, exponent) in zip(vectors, chosen, strict=True)]
                slopes_end -= size
            elif kind in ("max", "maxpool"):
                above, vectors = vectors, [([0] * given, e) for _, e in vectors]
                for (ints, _), (below, _), (_, _, winners) in zip(above, vectors, cuts, strict=True):
                    for window, winner, c in zip(data, winners[winners_end - size:winners_end], ints, strict=True):
                        require(winner in window, f"{name}: winner {winner} is not in its window")
                        below[winner] += c
                winners_end -= size
            for source in sources:
                hand(source, vectors)
        require(slopes_end == winners_end == 0, "not one slope per ReLU unit and one winner per maximum")
        (ints, exponent), = duals["input"]
        return [Fraction(value, 1 << exponent) for value in ints], constant


def worst(slope, constant, left, right, price, square):
    """max of -(slope d + constant) - price |d| - square d^2 / 2, which is concave, over left <= d <= right."""
    if square:  # then price is 0
        d = max(left, min(right, -slope / square))
        return -slope * d - constant - square * d * d / 2
    if left == -math.inf and slope > price or right == math.inf and -slope > price:
        return math.inf
    places = [d for d in (left, right, 0) if left <= d <= right and -math.inf < d < math.inf]
    return max(-slope * d - price * abs(d) for d in places) - constant


def worst_change(a, b, t, low, high, price, square):
    """The same for q(d) = a d + b (|t + d| - |t|), which is linear on either side of its kink."""
    left, right = (a - b, -b * (t + abs(t)), low, min(high, -t)), (a + b, b * (t - abs(t)), max(low, -t), high)
    pieces = (left, right) if b else [(a, 0, low, high)]
    return max(worst(*piece, price, square) for piece in pieces if piece[2] <= piece[3])


def total(terms):
    """The exact sum, pairwise: fractions of many denominators grow long only at the end."""
    while len(terms) > 1:
        terms = [sum(terms[i:i + 2]) for i in range(0, len(terms), 2)]
    return terms[0]


def features(model, threat, x):
    """(u, scale, cost, smallest and largest change) of each feature of one input."""
    for scale, shift, value, cost, lower, upper, decrease, increase in zip(
            model.scale, model.shift, x, *threat, strict=True):
        low, high = min(0, max(lower - value, -decrease)), max(0, min(upper - value, increase))
        yield scale * value + shift, scale, cost, low, high


def holds(model, around, norm, radius, multiplier, reach, cuts):
    """Whether the weighted minorant stays positive at every change that is allowed and priced below the radius."""
    v, constant = model.minorant(cuts)
    u = [feature[0] for feature in around]
    v += [0] * (0 if model.folds else len(u))
    margin = total([c * value for c, value in zip(v, u + list(map(abs, u)), strict=True)])
    margin += constant - model.threshold * sum(Fraction(weight) for weight, _, _ in cuts)
    limit, decreases = {"linf": radius, "l1": reach}.get(norm, math.inf), []
    for a, b, (place, scale, cost, low, high) in zip(v[:len(u)], v[len(u):], around, strict=True):
        low, high = max(low, -limit / cost), min(high, limit / cost)
        price, square = multiplier * cost if norm == "l1" else 0, multiplier * cost * cost if norm == "l2" else 0
        decreases.append(worst_change(a * scale, b * scale, place / scale, low, high, price, square) if a or b else 0)
    if norm == "l0" and radius < math.inf:
        decreases = sorted(decreases, reverse=True)[:int(radius)]
    spare = -math.inf if math.inf in decreases else margin - total(decreases)
    if spare <= 0 or norm == "l1" and radius > reach:
        return False
    return multiplier == 0 or norm in ("l0", "linf") or spare / multiplier >= (radius if norm == "l1" else radius ** 2 / 2)


def read_certificate(entry, header):
    """Everything in a certificate, in its range."""
    norm, radius, reach, cuts = entry["norm"], number(entry["radius"], 0), number(entry["reach"], 0), []
    require(norm in ("l0", "l1", "l2", "linf") and radius > 0, f"norm {norm}, radius {radius}")
    require(norm != "l0" or radius == math.inf or radius.denominator == 1, f"{radius} features")
    for cut in entry["cuts"]:
        require(("active" in cut) != ("slopes" in cut), "not one of active and slopes")
        slopes, winners = packed(cut.get("slopes", ""), "f"), packed(cut.get("winners", ""), "i")
        if "active" in cut:
            bits = int.from_bytes(bytes(packed(cut["active"], "B", 1)), "little")
            slopes = [float(bits >> unit & 1) for unit in range(header["slopes"])]
        require(len(slopes) == header["slopes"] and len(winners) == header["winners"], "not as many choices as said")
        require(all(0 <= slope <= 1 for slope in slopes), "a slope is not in [0, 1]")
        cuts.append((float(number(cut["weight"], 0, sys.float_info.max)), slopes, winners))
    return norm, radius, number(entry["multiplier"], 0, sys.float_info.max), reach, cuts


def read_rows(path):
    """The bytes of a NumPy file of float32, row after row."""
    raw = open(path, "rb").read()
    start = 10 + int.from_bytes(raw[8:10], "little")
    require(raw[:7] == b"\x93NUMPY\x01" and b"'descr': '<f4', 'fortran_order': False" in raw[:start], f"{path}: not float32")
    return raw[start:]


def check_input(line, header, model, threat, rows):
    """(norm, reason for refusal or None) of each certificate of one input, and the input's index."""
    entry = strict_json(line)
    raw = base64.b64decode(entry["values"], validate=True)
    require(hashlib.sha256(raw).hexdigest() == entry["sha256"], "the values' SHA-256 is another one")
    foreign = rows is not None and rows[len(raw) * entry["index"]:][:len(raw)] != raw
    around, results = list(features(model, threat, map(Fraction, packed(entry["values"], "f")))), []
    for certificate in entry["certificates"]:
        given = read_certificate(certificate, header)
        proven = holds(model, around, *given)
        results.append((given[0], "is about another input" if foreign else None if proven else "the radius is not proven"))
    return results, entry["index"]


def check(path, model_path, inputs_path=None):
    """Prints each refusal. How many certificates are confirmed, and how many refused."""
    first, *lines, rest = open(path, "rb").read().decode().split("\n")
    header, raw = strict_json(first), open(model_path, "rb").read()
    require(header["schema"] == "standfast/certificates/1" and rest == "", "not a whole file of format 1")
    require(len(lines) == header["inputs"], f"{len(lines)} inputs, the first line says {header['inputs']}")
    model, counts, last = Model(raw), [0, 0], -1
    other = hashlib.sha256(raw).hexdigest() != header["model_sha256"]
    lists = [[number(value) for value in header["threat"].get(name, [])] or [default] * len(model.scale)
             for name, default in THREAT.items()]
    require(all(0 < cost < math.inf for cost in lists[0]), "a cost is not positive and finite")
    rows = read_rows(inputs_path) if inputs_path else None
    for line in lines:
        results, index = check_input(line, header, model, lists, rows)
        require(type(index) is int and index > last, f"input {index} after input {last}")
        last = index
        for norm, reason in results:
            reason = "is about another model" if other else reason
            counts[reason is not None] += 1
            if reason:
                print(f"refused: input {index}, {norm}: {reason}")
    return counts


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    try:
        confirmed, refused = check(*sys.argv[1:])
    except Exception as error:  # whatever it is, nothing has been proven
        print(f"check_certificate.py: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"{confirmed} certificates confirmed, {refused} refused")
    sys.exit(1 if refused else 0)
