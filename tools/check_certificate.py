#!/usr/bin/env python3
"""Proves every radius in a file of certificates again, in exact rational arithmetic.

usage: check_certificate.py CERTIFICATES MODEL.safetensors [INPUTS.npy]

Exit code 0: every certificate is confirmed. 1: at least one is refused, or there is none. 2: the input is bad.
With INPUTS.npy (rows of float32) the inputs in the certificates must be the rows at their indices.

This file needs nothing but Python's standard library. It shares no code with the program that wrote the certificates, and it
rounds nothing: every number in a model and in a certificate is a float32 or a double, so a binary fraction, and a Fraction adds
and multiplies exactly. (A decimal stands for the nearest double.)
The formats are described in docs/model-format.md and docs/certificate-files.md, the mathematics in docs/certificates.md. What
is needed of them follows.


THE CLAIM

A model computes f(x) = g(phi(x)) - threshold. phi is the feature map, g a network, and the verdict on x is the sensitive class
if f(x) > 0. A change d of x is allowed if lo_i <= d_i <= hi_i for every feature i, and its price is the p-norm of the vector of
all cost_i d_i. lo_i <= 0 <= hi_i follow from x_i and the bounds of the threat (`Limits.interval`). A certificate claims:

    f(x + d) > 0 for every allowed change d whose price is below the radius.

For the norm l0 the price is the number of features that change, and it may also be equal to the radius.

A threat may have categories: sets of features of which one is 1 and all others are 0. All that may happen to them is a move: the
feature of 1 becomes 0 and another one 1, if both changes are allowed. In the price a category that moves is one entry, its cost,
and for l0 one feature; the costs of its features do not count.


THE PROOF

Step 1. An affine minorant of g. Every "cut" of a certificate has a weight >= 0, and chooses slopes and winners. Start with
weight * g(u), a multiple of the score, which is the last node of the network. Walk from there to the input u of the network,
and keep at every moment

    weight * g(u)  >=  kappa + sum over the elements z of the nodes of dual(z) z          for all u.

At first the score has the dual `weight` and everything else has none. Each node passes the dual c of its element z on to what
z is computed from:

    affine, z = W y + b    y gets W^T c, and kappa grows by c . b                         (equal)
    sum, z = y + y' + ...  each of y, y', ... gets c                                      (equal)
    ReLU, z = max(y, 0)    y gets c * slope, if c >= 0 and 0 <= slope <= 1                (z >= y and z >= 0: z >= slope * y)
    maximum                one element y of the window, the winner, gets c, if c >= 0     (z >= y)

What arrives at u is v. So weight * g(u) >= v . u + kappa for every u, whatever slopes and winners the certificate names. That
is why nobody has to trust the search that chose them: a poor choice makes a smaller radius, never a false one. The sum of all
cuts is again such a minorant. It bounds (sum of weights) * g.

Step 2. A sum over the features. Every element w of phi(x) is a function of one feature x_i, made of straight pieces:

    w(x_i + d) - w(x_i) = slope d + sum_j bend_j (|t_j + d| - |t_j|),    t_j = x_i - kink_j.

A unit w = weight x_i + constant, made by `center`, `scale`, and `linear` and `conv2d` with one weight other than 0 in a row, has
the slope `weight` and no bend. Its |w| from an `abs` at the end has no slope and the bend |weight| at -constant / weight. A unit
behind `knots` has slopes s_0, s_1, ..., s_m of its own (times the scales that follow) between its knots: its slope is
(s_0 + s_m) / 2 and its bend at knot j is (s_j - s_(j-1)) / 2. Each element of v multiplies those of its w. So

    (sum of weights) * f(x + d)  >=  m + sum_i q_i(d_i),     q_i(d) = a_i d + sum_j b_ij (|t_ij + d| - |t_ij|),

    m = v . phi(x) + kappa - (sum of weights) * threshold.

Step 3. The worst allowed change. Let D be the sum over the features of the largest decrease that is worth its price, the
maximum over lo_i <= d <= hi_i of

    linf    -q_i(d),    where also cost_i |d| <= radius
    l0      -q_i(d);    D adds up the `radius` largest of them only
    l1      -q_i(d) - multiplier * cost_i |d|,    where also cost_i |d| <= reach
    l2      -q_i(d) - multiplier * cost_i^2 d^2 / 2

The certificate holds if the spare margin m - D is positive and, for l1 and l2, large enough. For linf and l0 a change below the
radius decreases the sum by at most D, and m - D > 0. For l1 and l2, let a change of price P bring m + sum_i q_i(d_i) to 0 or
below. Then m <= D + multiplier * P (l2: D + multiplier * P^2 / 2). With multiplier = 0 this contradicts m - D > 0. Otherwise

    l1    P >= (m - D) / multiplier,        so that (m - D) / multiplier >= radius and reach >= radius prove the radius
    l2    P^2 >= 2 (m - D) / multiplier,    so that 2 (m - D) / multiplier >= radius^2 proves it.

If all weights are 0, then m = 0 and D >= 0: nothing is proven.

A category adds to D, in the place of its features, the largest -q_i(-1) - q_j(1) of its moves from i to j, less what the price of
one move is worth: multiplier * cost for l1, multiplier * cost^2 / 2 for l2. Staying adds 0. But for l0, a category whose cost is the
radius or more adds nothing: no change below the radius moves it.

A deep map has steps that bend and mix features: `convex_potential`, `maxmin`, `pixel_unshuffle`. Steps 2 and 3 cannot see through
it. What it does to a change is bounded by its Lipschitz constant instead: with V = v and m as in step 2, all norms those of the
input's change,

    (sum of weights) * f(x + d) >= m - ||V||_q Lip_p ||d||_p    and    >= m - ||V||_2 Lip_2 ||d||_2,

and ||d||_2 <= ||d||_1, ||d||_2 <= sqrt(n) ||d||_inf. A change of price P has min(c) ||d||_p <= P. The multiplier and the reach are 0.
Lip is the product over the steps: 1 for center, maxmin and pixel_unshuffle, max(s) for a scale, 2, sqrt(2) and 1 (l1, l2, linf) for
an abs, ||W||_p for linear and conv2d, and 1 + ||W||_1 ||W||_inf or, in l2, max(1, ||W||_2^2 - 1) for u - W^T relu(W u + b), whose
slopes are I - W^T D W with D between 0 and I. ||W||_2^2 <= max_i sum_j |(W W^T)_ij| q_j / q_i for any q > 0 (Schur's test; the same
for W^T W), and a convolution is part of the one on the whole plane, where all pixels share a q. It is also part of one on a torus,
which the Fourier transform parts into a matrix A for each frequency. If t - A A^H has a Cholesky factor for all of them, then
||W||_2^2 <= t. This alone is done in floats, with room for their errors: a factor that is found is the exact one of a matrix that
differs by less than 8 (n + 8) 2^-53 n t (Rump, BIT 46, 2006; the 8 is for complex numbers), A A^H is off by less than 4 (m + 8) 2^-53
times its trace, m columns, and sines and cosines are taken for right to 2^-50.

A network may end in a node `min`, the smallest of several heads: g = min_k g_k. Then f(x + d) > 0 exactly if it is so for each
head in the place of g, so that a certificate holds a proof per head, and each of them has to prove the radius.


THE LAYOUT OF THIS FILE

    numbers and JSON        what a number in a file means
    the model file          tensors, feature map, threshold
    the network             its nodes, and how each hands its duals back
    step 1, 2, 3            the proof above
    deep maps               that of a map which only its Lipschitz constant tells of
    the certificate file    reading it, and what is printed
"""
import base64
import cmath
import hashlib
import json
import math
import struct
import sys
from fractions import Fraction
from operator import mul
from typing import NamedTuple


class BadInput(Exception):
    """A file does not say what it must say. The sentence tells where."""


class NotProven(Exception):
    """A certificate names a choice that picks no minorant. The sentence tells why."""


def require(condition, sentence):
    if not condition:
        raise BadInput(sentence)


# ---------------------------------------------------------------- numbers and JSON


def object_of_unique_keys(pairs):
    """A JSON object. A key that is there twice could be read in two ways."""
    found = dict(pairs)
    require(len(found) == len(pairs), f"an object has a key twice; its keys are {', '.join(key for key, _ in pairs)}")
    return found


def read_json(text):
    return json.loads(text, object_pairs_hook=object_of_unique_keys)


def number(value, name, infinities=()):
    """The nearest double as a Fraction, or one of the infinities that may stand here, as a float.

    These infinities are the only floats in the proof. They are compared, and never added to a number that counts.
    """
    if type(value) is str and value in infinities:
        return float(value)
    require(type(value) in (int, float), f"{name}: found {value!r:.60}, expected a number")  # True is no number
    try:
        return Fraction(float(value))
    except (ValueError, OverflowError):
        raise BadInput(f"{name}: found {value!r:.60}, expected a finite number") from None


def whole_number(value, name, least):
    require(type(value) is int and value >= least, f"{name}: found {value!r:.60}, expected a whole number of at least {least}")
    return value


def decoded(text, name):
    """Bytes from the one spelling that base64 has for them."""
    require(type(text) is str, f"{name}: expected base64")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadInput(f"{name}: found {text!r:.60}, expected base64") from None
    require(base64.b64encode(raw).decode() == text, f"{name}: found {text!r:.60}, expected its padding and spare bits of 0")
    return raw


def require_fields(found, needed, optional, name):
    """An object has all fields that it needs, and none that nobody reads."""
    require(type(found) is dict, f"{name}: expected an object")
    for field in needed:
        require(field in found, f"{name}: has no field {field}")
    for field in found:
        require(field in needed or field in optional, f"{name}: has the field {field!r:.60}, expected none of that name")


def float32_list(raw, name):
    require(len(raw) % 4 == 0, f"{name}: {len(raw)} bytes are no list of float32")
    floats = struct.unpack(f"<{len(raw) // 4}f", raw)
    require(all(map(math.isfinite, floats)), f"{name}: a value is NaN or infinite")
    return floats


def int32_list(raw, name):
    require(len(raw) % 4 == 0, f"{name}: {len(raw)} bytes are no list of int32")
    return list(struct.unpack(f"<{len(raw) // 4}i", raw))


def bit_list(raw, count, name):
    """The lowest bit of each byte comes first; the last byte is filled up with 0."""
    bits = [byte >> bit & 1 for byte in raw for bit in range(8)]
    require(len(raw) == (count + 7) // 8 and not any(bits[count:]), f"{name}: expected {count} bits and zeros to a whole byte")
    return bits[:count]


# ---------------------------------------------------------------- the model file


MOST_COMPUTED = 2 ** 24  # elements of the input, of the feature map's steps and of the nodes together


class Tensor(NamedTuple):
    """Values as whole numbers over one power of two: value i is numerators[i] / denominator, exactly."""
    shape: list
    numerators: list
    denominator: int

    def values(self):
        return [Fraction(numerator, self.denominator) for numerator in self.numerators]


class Line(NamedTuple):
    """An element of the map that is weight * x[feature] + constant."""
    feature: int
    weight: Fraction
    constant: Fraction

    def at(self, x):
        return self.weight * x[self.feature] + self.constant

    def bends(self, x):
        """(slope, [(bend, t)]) of step 2."""
        return self.weight, []


class Fold(NamedTuple):
    """The absolute value of a Line."""
    line: Line

    @property
    def feature(self):
        return self.line.feature

    def at(self, x):
        return abs(self.line.at(x))

    def bends(self, x):
        _, weight, constant = self.line
        return 0, [(abs(weight), x[self.feature] + constant / weight)] if weight else []


class Chain(NamedTuple):
    """scale * psi(x[feature]) + constant, with psi a knots step's function: 0 at the first knot, slopes[j] behind knot j."""
    feature: int
    scale: Fraction
    constant: Fraction
    knots: list
    slopes: list

    def at(self, x):
        x = x[self.feature]
        value = self.slopes[0] * min(x - self.knots[0], 0)
        for knot, end, slope in zip(self.knots, [*self.knots[1:], None], self.slopes[1:]):
            value += slope * max((x if end is None else min(x, end)) - knot, 0)
        return self.scale * value + self.constant

    def bends(self, x):
        pairs = zip(self.knots, self.slopes, self.slopes[1:])
        return (self.scale * (self.slopes[0] + self.slopes[-1]) / 2,
                [(self.scale * (after - before) / 2, x[self.feature] - knot) for knot, before, after in pairs])


class Model(NamedTuple):
    size: int  # of x
    elements: list  # of phi(x): a Line, a Fold or a Chain each
    threshold: Fraction
    heads: list  # one Network, or those that the network is the smallest of
    deep: object = None  # a DeepMap in the place of the elements


def read_shape(shape, name):
    require(type(shape) is list and shape, f"{name}: expected a shape")
    return [whole_number(extent, name, 1) for extent in shape]


def read_tensor(entry, body, name):
    require(entry["dtype"] == "F32", f"{name}: found type {entry['dtype']}, expected F32")
    shape = read_shape(entry["shape"], name)
    begin, end = (whole_number(offset, name, 0) for offset in entry["data_offsets"])
    fits = end <= len(body) and end - begin == 4 * math.prod(shape)
    require(fits, f"{name}: bytes {begin} to {end} do not fit the shape {shape}")
    ratios = [value.as_integer_ratio() for value in float32_list(body[begin:end], name)]
    denominator = max(below for _, below in ratios)  # all are powers of two, so that the largest is a multiple of each
    return Tensor(shape, [above * (denominator // below) for above, below in ratios], denominator)


MOST_KNOTS = 16
FIELDS_OF_STEPS = {"center": (["values"], []), "scale": (["values"], []), "abs": ([], []), "knots": (["values", "slopes"], []),
                   "linear": (["values"], ["bias"]), "conv2d": (["values"], ["bias", "stride", "padding", "dilation"])}


def read_knots(step, size, tensors):
    knots, slopes = tensors[step["values"]], tensors[step["slopes"]]
    count = knots.shape[-1]
    fits = knots.shape == [size, count] and slopes.shape == [size, count + 1] and count <= MOST_KNOTS
    require(fits, f"feature map: knots of shape {knots.shape} with slopes of shape {slopes.shape}")
    places, rates = knots.values(), slopes.values()
    require(min(rates) > 0, "feature map: a slope is not positive")
    chains = [Chain(i, Fraction(1), Fraction(0), places[i * count:(i + 1) * count], rates[i * (count + 1):(i + 1) * (count + 1)])
              for i in range(size)]
    for chain in chains:
        require(chain.knots == sorted(chain.knots), f"feature map: the knots of feature {chain.feature} fall")
    return chains


def moved(element, scale, constant):
    """scale * element + constant."""
    if type(element) is Chain:
        return element._replace(scale=element.scale * scale, constant=element.constant * scale + constant)
    return Line(element.feature, element.weight * scale, element.constant * scale + constant)


def read_rows_of_one(step, elements, shape, tensors):
    """A linear step, or a convolution of single pixels, whose rows have one weight other than 0 each at most."""
    weights, kind = tensors[step["values"]], step["kind"]
    places = math.prod(shape[1:]) if kind == "conv2d" else 1
    inputs = len(elements) // places
    extents = [1, 1] if kind == "conv2d" else []
    plain = all(step.get(field, least) == least for field, least in (("stride", 1), ("padding", 0), ("dilation", 1)))
    require(weights.shape[1:] == [inputs, *extents] and plain, f"feature map: no certificates for a {kind} of several pixels")
    rows = weights.shape[0]
    biases = tensors[step["bias"]].values() if "bias" in step else [Fraction(0)] * rows
    require(len(biases) == rows, f"feature map: {kind} has {len(biases)} biases, expected {rows}")
    found = []
    for row, bias in enumerate(biases):
        used = [k for k in range(inputs) if weights.numerators[row * inputs + k]]
        require(len(used) <= 1, "feature map: no certificates for a unit of several features")
        for place in range(places):
            if used:
                weight = Fraction(weights.numerators[row * inputs + used[0]], weights.denominator)
                found.append(moved(elements[used[0] * places + place], weight, bias))
            else:
                found.append(Line(0, Fraction(0), bias))
    return found, [rows, *shape[1:]] if kind == "conv2d" else [rows]


def read_step(step, elements, shape, tensors):
    """The elements behind one step, and their shape."""
    kind, size = step["kind"], len(elements)
    found = set(map(type, elements))
    require(Fold not in found, f"feature map: no certificates for a step {kind} behind an abs")
    require(Chain not in found or kind in ("center", "scale"), f"feature map: no certificates for a step {kind} behind knots")
    if kind == "abs":
        return elements + [Fold(line) for line in elements], [2 * shape[0], *shape[1:]]
    if kind in ("linear", "conv2d"):
        return read_rows_of_one(step, elements, shape, tensors)
    require(kind != "knots", "feature map: knots behind another step")
    values = tensors[step["values"]].values()
    if len(values) == 1:
        values *= size
    require(len(values) == size, f"feature map: {kind} has {len(values)} values, expected {size}")
    if kind == "center":
        return [moved(element, 1, -value) for element, value in zip(elements, values)], shape
    require(min(values) > 0, "feature map: a scale is not positive")
    return [moved(element, value, 0) for element, value in zip(elements, values)], shape


def read_elements(steps, shape, tensors):
    """The elements of phi(x), and how many elements all steps compute together."""
    size = math.prod(shape)
    elements, computed = [Line(i, Fraction(1), Fraction(0)) for i in range(size)], size
    for position, step in enumerate(steps):
        require(step["kind"] in FIELDS_OF_STEPS, f"feature map: found a step {step['kind']!r:.60}")
        needed, optional = FIELDS_OF_STEPS[step["kind"]]
        require_fields(step, ["kind", *needed], optional, f"feature map: step {position}")
        if position == 0 and step["kind"] == "knots":
            elements = read_knots(step, size, tensors)
        else:
            elements, shape = read_step(step, elements, shape, tensors)
        computed += len(elements)
    affine = all(step["kind"] in ("center", "scale", "knots") for step in steps)
    require(affine or steps[-1]["kind"] == "abs", "feature map: no certificates for a linear map without an abs behind it")
    return elements, computed


def read_model(raw):
    """The model in the bytes of a safetensors file."""
    body_begin = 8 + int.from_bytes(raw[:8], "little")
    header = read_json(raw[8:body_begin].decode())
    metadata = header.pop("__metadata__")
    require(metadata["format"] == "standfast/1", f"found format {metadata['format']}, expected standfast/1")
    body = raw[body_begin:]
    tensors = {name: read_tensor(entry, body, f"tensor {name}") for name, entry in header.items()}

    document = read_json(metadata["model"])
    shape = read_shape(document["input_shape"], "the input's shape")
    deep = read_deep_map(document["feature_map"], shape, tensors)
    elements, of_map = ([None] * deep.width, deep.computed) if deep else read_elements(document["feature_map"], shape, tensors)
    heads = [read_network(head, tensors) for head in heads_of(document["graph"])]
    of_nodes = {name: elements for head in heads for name, elements in head.sizes.items() if name != "input"}
    computed = of_map + sum(of_nodes.values()) + (len(heads) > 1)
    require(computed <= MOST_COMPUTED, f"computes {computed} elements, expected at most {MOST_COMPUTED}")
    width = heads[0].sizes["input"]
    require(width == len(elements), f"the network reads {width} elements, the feature map gives {len(elements)}")
    threshold = struct.unpack("<f", struct.pack("<f", number(document["threshold"], "threshold")))[0]
    return Model(math.prod(shape), elements, Fraction(threshold), heads, deep)


# ---------------------------------------------------------------- the network


class Choice(NamedTuple):
    """What a cut chooses, counted node after node in the order of the model file."""
    slopes: list  # one for each ReLU unit
    winners: list  # one for each output of a maximum: an index into the elements that its node reads


class Wholes(NamedTuple):
    """Numbers over one power of two: number i is numerators[i] / denominator."""
    numerators: list
    denominator: int

    def over(self, denominator):
        return [numerator * (denominator // self.denominator) for numerator in self.numerators]


def wholes_of(values):
    denominator = max(value.denominator for value in values)
    return Wholes([value.numerator * (denominator // value.denominator) for value in values], denominator)


def added(a, b, sign=1):
    denominator = max(a.denominator, b.denominator)
    return Wholes([p + sign * q for p, q in zip(a.over(denominator), b.over(denominator))], denominator)


class AffineNode(NamedTuple):
    """Output (o, p), channel o at place p, is the sum over k of W[o, k] * source[windows[p][k]], plus a bias.

    A linear node has one place, whose window is all that it reads. A convolution has one place per pixel of its output; an
    index in a window that lies in the padding is None. Outputs are counted channel after channel: o * (number of places) + p.
    """
    source: str
    windows: list
    columns: list  # columns[k][o] is W[o, k] times weight_denominator, a whole number
    weight_denominator: int
    biases: list  # one for each output, times bias_denominator; empty without a bias
    bias_denominator: int

    def hand_back(self, handed, duals, choice):
        """The source gets W^T handed. Returns handed . bias, by which kappa grows.

        The products are nearly all the work of this program. They are made of whole numbers: the duals are binary fractions
        too, so that the largest of their denominators is a multiple of each.
        """
        wholes, denominator = wholes_of(handed)
        sums, sums_denominator = self.transposed_product(Wholes(wholes, denominator), len(duals[self.source]))
        add_to(duals[self.source], [Fraction(total, sums_denominator) for total in sums])
        return Fraction(sum(map(mul, wholes, self.biases)), denominator * self.bias_denominator)

    def transposed_product(self, h, size):
        """W^T h as Wholes. Shape: the source has this size."""
        sums = [0] * size
        for place, window in enumerate(self.windows):
            at_place = h.numerators[place::len(self.windows)]
            if any(at_place):
                for element, column in zip(window, self.columns):
                    if element is not None:
                        sums[element] += sum(map(mul, at_place, column))
        return Wholes(sums, h.denominator * self.weight_denominator)

    def product(self, u):
        """W u + bias as Wholes."""
        rows = list(zip(*self.columns))
        places = [[0 if k is None else u.numerators[k] for k in window] for window in self.windows]
        sums = Wholes([sum(map(mul, row, place)) for row in rows for place in places], u.denominator * self.weight_denominator)
        return added(sums, Wholes(self.biases, self.bias_denominator)) if self.biases else sums


class SumNode(NamedTuple):
    """Element j is the sum of the elements j of the sources. With one source it is a copy of it."""
    sources: list

    def hand_back(self, handed, duals, choice):
        for source in self.sources:
            add_to(duals[source], handed)
        return 0


class ReluNode(NamedTuple):
    """Element j is max(source[j], 0)."""
    source: str
    name: str
    first_unit: int  # of its units among all ReLU units of the network

    def hand_back(self, handed, duals, choice):
        require(min(handed) >= 0, f"{self.name}: a dual is negative")
        slopes = choice.slopes[self.first_unit:self.first_unit + len(handed)]
        add_to(duals[self.source], [dual * slope if dual and slope else 0 for dual, slope in zip(handed, slopes)])
        return 0


class MaximumNode(NamedTuple):
    """Element j is the largest element source[k] with k in windows[j]."""
    source: str
    name: str
    windows: list
    first_winner: int  # of its outputs among all outputs of maxima

    def hand_back(self, handed, duals, choice):
        require(min(handed) >= 0, f"{self.name}: a dual is negative")
        for number_of_output, (dual, window) in enumerate(zip(handed, self.windows)):
            winner = choice.winners[self.first_winner + number_of_output]
            if winner not in window:
                raise NotProven(f"{self.name}: winner {winner} is not in its window")
            duals[self.source][winner] += dual
        return 0


class Network(NamedTuple):
    """The function g. `nodes` maps names to nodes in the order of the file, in which a node reads earlier ones only."""
    nodes: dict
    sizes: dict  # of `input` and of each node: the number of its elements
    units: int  # the number of ReLU units
    outputs_of_maxima: int


def add_to(target, terms):
    """Adds element by element. Most of them are 0, and a Fraction is slow to add."""
    for index, term in enumerate(terms):
        if term:
            target[index] = target[index] + term if target[index] else term


def windows_of(shape, kernel, stride, padding, dilation, name):
    """The shape of the output image, and for each of its places the window: the indices of the elements it reads.

    The elements are counted channel after channel, row after row. An index in the padding is None.
    """
    require(len(shape) == 3 and len(kernel) == 2, f"{name}: expected an image and a kernel of two extents")
    (channels, height, width), (kernel_height, kernel_width) = shape, kernel
    require(padding < dilation * (max(kernel) - 1) + 1, f"{name}: padding {padding} reaches beyond the kernel")
    tops = range(-padding, height + padding - dilation * (kernel_height - 1), stride)
    lefts = range(-padding, width + padding - dilation * (kernel_width - 1), stride)
    require(tops and lefts, f"{name}: a window is larger than the image")
    require(len(tops) * len(lefts) <= MOST_COMPUTED, f"{name}: computes too many elements")

    def index(channel, row, column):
        inside = 0 <= row < height and 0 <= column < width
        return (channel * height + row) * width + column if inside else None

    return [len(tops), len(lefts)], [[index(channel, top + dilation * i, left + dilation * j)
                                      for channel in range(channels)
                                      for i in range(kernel_height)
                                      for j in range(kernel_width)]
                                     for top in tops for left in lefts]


def read_affine(node, source, source_shape, tensors, must_not_decrease):
    """A `linear` or `conv2d` node and the shape of its output."""
    name = node["name"]
    weight = tensors[node["weight"]]
    size = math.prod(source_shape)
    if node["kind"] == "linear":
        require(weight.shape[1:] == [size], f"{name}: the weight is {weight.shape}, expected {size} columns")
        area, windows = [], [range(size)]
    else:
        require(len(weight.shape) == 4 and weight.shape[1] == source_shape[0],
                f"{name}: the kernel is {weight.shape}, which does not fit an image of shape {source_shape}")
        area, windows = windows_of(source_shape, weight.shape[2:], whole_number(node.get("stride", 1), f"{name}: stride", 1),
                                   whole_number(node.get("padding", 0), f"{name}: padding", 0),
                                   whole_number(node.get("dilation", 1), f"{name}: dilation", 1), name)
    if must_not_decrease:
        require(min(weight.numerators) >= 0, f"{name}: a weight is negative behind a ReLU or a maximum: g is not convex")
    channels, terms = weight.shape[0], math.prod(weight.shape[1:])
    columns = [weight.numerators[term::terms] for term in range(terms)]

    biases, bias_denominator = [], 1
    if "bias" in node:
        bias = tensors[node["bias"]]
        expected = [[channels], [channels, *area]]
        require(bias.shape in expected, f"{name}: the bias has shape {bias.shape}, expected one of {expected}")
        copies = channels * len(windows) // len(bias.numerators)  # a bias of a channel serves each of its places
        biases = [value for value in bias.numerators for _ in range(copies)]
        bias_denominator = bias.denominator
    return AffineNode(source, windows, columns, weight.denominator, biases, bias_denominator), [channels, *area]


def read_maximum(node, source, source_shape, first_winner):
    """A `max` or `maxpool` node and the shape of its output."""
    name = node["name"]
    size = math.prod(source_shape)
    if node["kind"] == "max":
        return MaximumNode(source, name, [range(size)], first_winner), [1]
    kernel = whole_number(node["kernel"], f"{name}: kernel", 1)
    stride = whole_number(node.get("stride", 1), f"{name}: stride", 1)
    require(len(source_shape) == 3, f"{name}: expected an image")
    channels, height, width = source_shape
    area, windows = windows_of([1, height, width], [kernel, kernel], stride, 0, 1, name)
    windows = [[channel * height * width + index for index in window] for channel in range(channels) for window in windows]
    return MaximumNode(source, name, windows, first_winner), [channels, *area]


def heads_of(graph):
    """The graphs that the network is the smallest of: of each head the nodes that it needs. The graph itself without `min`."""
    *nodes, last = graph["nodes"]
    if last["kind"] != "min":
        return [graph]
    require(len(last["inputs"]) >= 2, f"{last['name']}: reads {len(last['inputs'])} heads, expected at least 2")
    names = [node["name"] for node in graph["nodes"]]
    require(len(set(names)) == len(names), "two nodes have one name")
    graphs = []
    for head in last["inputs"]:
        needed = {head}
        for node in reversed(nodes):
            if node["name"] in needed:
                needed.update(node["inputs"])
        of_head = [node for node in nodes if node["name"] in needed]
        graphs.append({**graph, "nodes": of_head or [{"name": last["name"], "kind": "flatten", "inputs": [head]}]})
    return graphs


def read_network(graph, tensors):
    """The network, of which the signs of the weights say that it is convex, and which ends in one number.

    A node is affine if its kind is and all that it reads is affine; the input is. A weight that reads anything else must be
    >= 0. The walk of step 1 checks that no dual is negative where that matters, and would do so without this rule.
    """
    shapes = {"input": read_shape(graph["input_shape"], "the network's input")}
    is_affine = {"input": True}
    nodes, units, outputs_of_maxima = {}, 0, 0
    for entry in graph["nodes"]:
        name, kind, sources = entry["name"], entry["kind"], entry["inputs"]
        require(name not in shapes, f"{name}: a node has the name of an earlier one")
        require(sources and all(source in shapes for source in sources), f"{name}: reads what is no earlier node")
        require(len(sources) == 1 or kind == "add", f"{name}: reads {len(sources)} nodes, expected 1")
        source, shape = sources[0], shapes[sources[0]]
        reads_affine = all(is_affine[source] for source in sources)
        if kind in ("linear", "conv2d"):
            node, shape = read_affine(entry, source, shape, tensors, must_not_decrease=not reads_affine)
        elif kind == "add":
            sizes = {math.prod(shapes[source]) for source in sources}
            require(len(sizes) == 1, f"{name}: adds nodes of different sizes")
            node = SumNode(sources)
        elif kind == "flatten":
            node, shape = SumNode(sources), [math.prod(shape)]
        elif kind == "relu":
            node = ReluNode(source, name, units)
            units += math.prod(shape)
        elif kind in ("max", "maxpool"):
            node, shape = read_maximum(entry, source, shape, outputs_of_maxima)
            outputs_of_maxima += math.prod(shape)
        else:
            raise BadInput(f"{name}: no certificates for a node of kind {kind}")
        nodes[name], shapes[name] = node, shape
        is_affine[name] = reads_affine and kind in ("linear", "conv2d", "add", "flatten")
    require(nodes and math.prod(shape) == 1, "the network does not end in one number")
    return Network(nodes, {name: math.prod(shape) for name, shape in shapes.items()}, units, outputs_of_maxima)


# ---------------------------------------------------------------- step 1: an affine minorant


def read_cut(cut, network):
    """The weight and the choice of one cut. Slopes that are all 0 or 1 are written as bits, the last byte filled up."""
    require_fields(cut, ["weight"], ["active", "slopes", "winners"], "a cut")
    weight = number(cut["weight"], "weight of a cut")
    require(weight >= 0, "the weight of a cut is negative")
    require(("active" in cut) != ("slopes" in cut), "a cut has both or none of active and slopes, expected one of them")
    if "active" in cut:
        slopes = bit_list(decoded(cut["active"], "active"), network.units, "active")
    else:
        slopes = [Fraction(slope) for slope in float32_list(decoded(cut["slopes"], "slopes"), "slopes")]
    require(all(0 <= slope <= 1 for slope in slopes), "a slope is outside of [0, 1]")
    require(("winners" in cut) == (network.outputs_of_maxima > 0), "winners: expected where the model has a maximum, and only there")
    return weight, Choice(slopes, int32_list(decoded(cut.get("winners", ""), "winners"), "winners"))


def walk_back(network, weight, choice):
    """v and kappa with weight * g(u) >= v . u + kappa for all u."""
    require(len(choice.slopes) == network.units, f"found {len(choice.slopes)} slopes, expected {network.units}")
    require(len(choice.winners) == network.outputs_of_maxima,
            f"found {len(choice.winners)} winners, expected {network.outputs_of_maxima}")
    duals = {name: [0] * size for name, size in network.sizes.items()}
    score = list(network.nodes)[-1]
    duals[score][0] = weight
    kappa = 0
    for name, node in reversed(network.nodes.items()):
        kappa += node.hand_back(duals.pop(name), duals, choice)
    return duals["input"], kappa


def summed_minorant(network, threshold, cuts):
    """v and k with (sum of weights) * (g(u) - threshold) >= v . u + k for all u: the sum over the cuts."""
    v, constant = [0] * network.sizes["input"], 0
    for cut in cuts:
        weight, choice = read_cut(cut, network)
        gradient, kappa = walk_back(network, weight, choice)
        add_to(v, gradient)
        constant += kappa - weight * threshold
    return v, constant


# ---------------------------------------------------------------- step 2: a sum over the features


class Term(NamedTuple):
    """q(d) = a d + sum_j b_j (|t_j + d| - |t_j|): how a change d of one feature moves the minorant."""
    a: Fraction
    bends: list  # pairs b_j, t_j; t_j is the offset from the kink

    def at(self, d):
        return self.a * d + sum(b * (abs(t + d) - abs(t)) for b, t in self.bends)

    def slopes(self):
        """Those of the pieces, from the left to the right."""
        found = [self.a - sum(b for b, _ in self.bends)]
        for b, _ in sorted(self.bends, key=lambda bend: -bend[1]):
            found.append(found[-1] + 2 * b)
        return found


def separate(model, v, constant, x):
    """The margin m, and the Term of each feature."""
    slopes, bends = [Fraction(0)] * model.size, [{} for _ in range(model.size)]
    margin = constant
    for factor, element in zip(v, model.elements):
        if factor == 0:
            continue
        margin += factor * element.at(x)
        slope, of_element = element.bends(x)
        slopes[element.feature] += factor * slope
        at = bends[element.feature]
        for bend, t in of_element:
            at[t] = at.get(t, 0) + factor * bend
    return margin, [Term(slope, [(b, t) for t, b in at.items() if b]) for slope, at in zip(slopes, bends)]


# ---------------------------------------------------------------- step 3: the worst allowed change


class Limits(NamedTuple):
    """What the threat says about one feature. All but the cost may be infinite."""
    cost: Fraction
    lower: Fraction
    upper: Fraction
    max_decrease: Fraction
    max_increase: Fraction

    def interval(self, x):
        """lo and hi: a change d of the value x is allowed if lo <= d <= hi. No change is always allowed."""
        return (min(0, max(self.lower - x, -self.max_decrease)), max(0, min(self.upper - x, self.max_increase)))


class Category(NamedTuple):
    """Features of which exactly one is 1 and all others are 0."""
    features: list
    cost: Fraction

    def value(self, x):
        """The feature that is 1, or None for an input that has not one value."""
        found = [i for i in self.features if x[i] != 0]
        return found[0] if len(found) == 1 and x[found[0]] == 1 else None

    def moves(self, limits, x):
        """Pairs i, j: feature i may fall from 1 to 0 and j rise from 0 to 1."""
        i = self.value(x)
        may_fall = limits[i].interval(x[i])[0] <= -1
        return [(i, j) for j in self.features if j != i and may_fall and limits[j].interval(x[j])[1] >= 1]


class Threat(NamedTuple):
    limits: list  # one for each feature
    categories: list


class Claim(NamedTuple):
    """What a certificate says beside its cuts."""
    norm: str
    radius: Fraction
    multiplier: Fraction
    reach: Fraction  # a price limit: what the change of a single feature may cost in the proof for l1


def read_claims(entry, heads):
    """For each head the claim that its proof is about, and the cuts of the proof."""
    of_proof = ["multiplier", "reach", "cuts"]
    if heads == 1:
        require_fields(entry, ["norm", "radius", *of_proof], [], "a certificate")
        return [(read_claim(entry, entry), entry["cuts"])]
    require_fields(entry, ["norm", "radius", "heads"], [], "a certificate")
    proofs = entry["heads"]
    require(type(proofs) is list and len(proofs) == heads, f"a certificate: expected a list of the proofs of {heads} heads")
    for proof in proofs:
        require_fields(proof, of_proof, [], "the proof of a head")
    return [(read_claim(entry, proof), proof["cuts"]) for proof in proofs]


def read_claim(entry, proof):
    norm = entry["norm"]
    require(norm in ("l0", "l1", "l2", "linf"), f"found norm {norm!r:.60}, expected l0, l1, l2 or linf")
    claim = Claim(norm, number(entry["radius"], "radius", ["inf"]), number(proof["multiplier"], "multiplier"),
                  number(proof["reach"], "reach", ["inf"]))
    require(claim.radius > 0, "the radius is not positive")
    require(claim.multiplier >= 0, "the multiplier is negative")
    require(claim.reach >= 0, "the reach is negative")
    if norm == "l0":
        require(claim.radius == math.inf or claim.radius.denominator == 1, "the radius of l0 is not a whole number")
    return claim


def largest_decrease(term, low, high, price, curvature):
    """The maximum of -q(d) - price |d| - curvature d^2 / 2 over low <= d <= high, which may be infinite.

    Between the ends, 0 and the kinks this is a straight line, or a parabola that opens downwards. So the maximum is at one of
    these places, or where the derivative of a parabola is 0; the price is 0 if there is a curvature. Only an interval without
    end needs more: far away the function is a line, whose slope decides whether it grows for ever.
    """
    if term.a == 0 and not term.bends:
        return 0
    slopes = term.slopes()
    if curvature == 0:
        grows_to_the_left = low == -math.inf and slopes[0] - price > 0
        grows_to_the_right = high == math.inf and -slopes[-1] - price > 0
        if grows_to_the_left or grows_to_the_right:
            return math.inf
    places = {low, high} | {-t for _, t in term.bends}
    if curvature:
        places |= {-slope / curvature for slope in slopes}  # a place of another piece is as good as any

    def worth(d):
        value = -term.at(d)
        if price:
            value -= price * abs(d)
        if curvature:
            value -= curvature * d * d / 2
        return value

    nothing = 0  # is what the change 0 is worth, and it is always allowed
    return max([nothing, *(worth(d) for d in places if low <= d <= high and d != 0 and abs(d) != math.inf)])


def priced_decrease(claim, limits, term, x):
    """The largest decrease of one feature that is worth its price, as step 3 says it for each norm."""
    low, high = limits.interval(x)
    price = curvature = 0
    if claim.norm in ("linf", "l1"):
        furthest = (claim.radius if claim.norm == "linf" else claim.reach) / limits.cost
        low, high = max(low, -furthest), min(high, furthest)
    if claim.norm == "l1":
        price = claim.multiplier * limits.cost
    if claim.norm == "l2":
        curvature = claim.multiplier * limits.cost ** 2
    return largest_decrease(term, low, high, price, curvature)


def decrease_of_category(claim, category, limits, terms, x):
    """The largest decrease of one move that is worth its price; 0 if none is, or if its price is too much for the claim."""
    if claim.norm != "l0" and category.cost >= claim.radius:
        return 0
    worth = {"l1": claim.multiplier * category.cost, "l2": claim.multiplier * category.cost ** 2 / 2}.get(claim.norm, 0)
    return max([0, *(-terms[i].at(-1) - terms[j].at(1) - worth for i, j in category.moves(limits, x))])


def largest_decreases(claim, threat, terms, x):
    """Those of the features that belong to no category, and of the categories."""
    in_categories = {i for category in threat.categories for i in category.features}
    found = [priced_decrease(claim, limits, term, value)
             for i, (limits, term, value) in enumerate(zip(threat.limits, terms, x)) if i not in in_categories]
    return found + [decrease_of_category(claim, category, threat.limits, terms, x) for category in threat.categories]


def spare_margin(claim, margin, decreases):
    """m - D."""
    if claim.norm == "l0" and claim.radius != math.inf:
        decreases = sorted(decreases, reverse=True)[:int(claim.radius)]
    return -math.inf if math.inf in decreases else margin - sum(decreases)


def pays_for_radius(claim, spare):
    """Whether a change that uses up the spare margin costs at least the radius."""
    if spare <= 0:
        return False
    if claim.norm == "l1":
        return claim.radius <= claim.reach and (claim.multiplier == 0 or spare >= claim.multiplier * claim.radius)
    if claim.norm == "l2":
        return claim.multiplier == 0 or spare >= claim.multiplier * claim.radius ** 2 / 2
    return True


def is_proven(model, threat, x, certificate):
    """Whether the proof of each head proves the radius of a certificate for the input x."""
    proven = True
    for network, (claim, cuts) in zip(model.heads, read_claims(certificate, len(model.heads))):
        v, constant = summed_minorant(network, model.threshold, cuts)
        if model.deep:
            if threat.categories:
                raise NotProven("a deep map: found categories, expected none")
            costs = [limits.cost for limits in threat.limits]
            proven = deep_pays_for_radius(model.deep, claim, v, constant, costs, x) and proven
            continue
        margin, terms = separate(model, v, constant, x)
        proven = pays_for_radius(claim, spare_margin(claim, margin, largest_decreases(claim, threat, terms, x))) and proven
    return proven


# ---------------------------------------------------------------- deep maps


def overlaps(kernels, shape, stride, dilation):
    """Entry i, j: the sum over all shifts of |the inner product of kernel i and kernel j shifted|. `shape` is that of a kernel."""
    height, width = shape
    taps = [(row, column) for row in range(height) for column in range(width)]

    def overlap(i, j):
        sums = {}
        for t, (down, right) in enumerate(taps):
            for s, (other_down, other_right) in enumerate(taps):
                shift = down - other_down, right - other_right
                if all(step * dilation % stride == 0 for step in shift):
                    sums[shift] = sums.get(shift, 0) + sum(map(mul, kernels[i][t], kernels[j][s]))
        return sum(map(abs, sums.values()))

    found = [[0] * len(kernels) for _ in kernels]
    for i in range(len(kernels)):
        for j in range(i, len(kernels)):
            found[i][j] = found[j][i] = overlap(i, j)
    return found


def schur_bound(entries):
    """max_i sum_j a_ij q_j / q_i as a Fraction; floats look for a good q, which any q > 0 is allowed to be."""
    largest = max(map(max, entries))
    if largest == 0:
        return Fraction(0)
    rough = [[entry / largest for entry in row] for row in entries]
    q = [1.0] * len(rough)
    for _ in range(300):
        sums = [sum(map(mul, row, q)) for row in rough]
        scale = max(total / share for total, share in zip(sums, q) if share > 0)
        q = [(share + total / scale) / 2 for share, total in zip(q, sums)]
        q = [share / max(q) for share in q]
    wholes = [int(share * 2 ** 60) + 1 for share in q]
    return max(Fraction(sum(map(mul, row, wholes)), share) for row, share in zip(entries, wholes))


def frequencies_of(kernel, dilation, periods):
    """One matrix for each frequency of a torus of these periods, its rows no more than its columns. The weights are real, so that
    opposite frequencies have the same norm and half of them are enough. Shape: kernel[output][input] is (height, width)."""
    (down_period, right_period), turn = periods, lambda steps, period: 2j * math.pi * (steps % period) / period
    for down in range(down_period // 2 + 1):
        for right in range(right_period):
            phases = [cmath.exp(turn(down * i * dilation, down_period)) * cmath.exp(turn(right * j * dilation, right_period))
                      for i in range(len(kernel[0][0])) for j in range(len(kernel[0][0][0]))]
            found = [[sum(map(mul, sum(taps, []), phases)) for taps in row] for row in kernel]
            yield found if len(found) <= len(found[0]) else list(map(list, zip(*found)))


def has_factor(gram, level):
    """Whether Cholesky's factorisation of level - gram runs to its end. Shape: gram[i] has the entries 0 to i of row i."""
    conjugated, diagonal = [], []
    for i, entries in enumerate(gram):
        row = []
        for j in range(i):
            row.append((-entries[j] - sum(map(mul, row, conjugated[j]))) / diagonal[j])
        conjugated.append([entry.conjugate() for entry in row])
        pivot = level - entries[i].real - sum(map(mul, row, conjugated[i])).real
        if not pivot > 0:
            return False
        diagonal.append(math.sqrt(pivot))
    return True


def power_iteration(gram):
    """About the largest eigenvalue, from below: where a search starts, no bound."""
    rows = [list(entries) + [gram[j][i].conjugate() for j in range(i + 1, len(gram))] for i, entries in enumerate(gram)]
    v, size = [1 + math.sin(i) for i in range(len(rows))], 0.0
    for _ in range(60):
        product = [sum(map(mul, row, v)) for row in rows]
        size = math.sqrt(sum(abs(entry) ** 2 for entry in product))
        if not size:
            return 0.0
        v = [entry / size for entry in product]
    return size


def fourier_bound(kernel, dilation, periods, level):
    """A bound on ||W||_2^2 as a Fraction, `level` and little more if that is one. Shape: kernel[output][input] is (height, width),
    floats; its largest number between 1/2 and 1."""
    unit, level, lost = 2.0 ** -53, float(level), 0.0
    for matrix in frequencies_of(kernel, dilation, periods):
        conjugated = [[entry.conjugate() for entry in row] for row in matrix]
        gram = [[sum(map(mul, row, conjugated[j])) for j in range(i + 1)] for i, row in enumerate(matrix)]
        trace = sum(gram[i][i].real for i in range(len(gram)))
        lost = max(lost, 4 * (len(matrix[0]) + 8) * unit * trace)
        if not has_factor(gram, level):
            guess, excess = max(level, power_iteration(gram)), 2.0 ** -22
            while not has_factor(gram, guess * (1 + excess)):
                if guess * (1 + excess) >= trace:
                    break
                excess *= 4
            level = min(guess * (1 + excess), trace * (1 + 2.0 ** -30))
    n = min(len(kernel), len(kernel[0]))
    lost += 8 * (n + 8) * n * unit * level + 2.0 ** -900
    taps = len(kernel[0][0]) * len(kernel[0][0][0])
    sizes = [sum(abs(tap) for line in pixels for tap in line) for row in kernel for pixels in row]
    of_phases = (1 + taps) * 2.0 ** -46 * math.sqrt(sum(size * size for size in sizes))
    return Fraction((math.sqrt(level + lost) + of_phases) ** 2 * (1 + 2.0 ** -40))


class Stretch(NamedTuple):
    """Bounds on how far a step, or a map, stretches a change: of the norms 1 and inf, and of the norm 2 squared."""
    one: Fraction
    two_squared: Fraction
    infinity: Fraction

    def times(self, other):
        return Stretch(*map(mul, self, other))


class Plane(NamedTuple):
    """How a kernel lies on its image. A matrix is a kernel of one pixel on an image of one."""
    image: tuple
    stride: int
    padding: int
    dilation: int

    def periods(self, kernel_shape):
        """Of a torus that no kernel reaches round. Requires: a stride of 1."""
        return [max(side + self.padding, side + 2 * self.padding - self.dilation * (extent - 1))
                for side, extent in zip(self.image, kernel_shape)]


def stretch_of_weights(weight, plane, wanted=0):
    """Of W u. A bound of `wanted` on the norm 2 squared is as good as any smaller one."""
    outputs, inputs = weight.shape[:2]
    shape = weight.shape[2:] or [1, 1]
    taps, below = math.prod(shape), weight.denominator
    kernel = [[weight.numerators[(o * inputs + i) * taps:(o * inputs + i + 1) * taps] for i in range(inputs)] for o in range(outputs)]
    sizes = [[sum(map(abs, pixels)) for pixels in row] for row in kernel]
    one, infinity = max(map(sum, zip(*sizes))), max(map(sum, sizes))
    squares = [Fraction(one * infinity, below ** 2)]
    largest = max(abs(tap) for row in kernel for pixels in row for tap in pixels)
    if plane.stride == 1 and largest:
        scale = Fraction(2) ** largest.bit_length()
        scaled = [[[[float(tap / scale) for tap in pixels[i:i + shape[1]]] for i in range(0, taps, shape[1])] for pixels in row]
                  for row in kernel]
        of_scaled = (below / scale) ** 2
        start = float(wanted * of_scaled * (1 - Fraction(1, 2 ** 24)))
        squares.append(fourier_bound(scaled, plane.dilation, plane.periods(shape), start) / of_scaled)
    if min(squares) > wanted:
        rows = [[[row[i][t] for i in range(inputs)] for t in range(taps)] for row in kernel]
        squares.append(schur_bound(overlaps(rows, shape, plane.stride, plane.dilation)) / Fraction(below ** 2))
        if plane.stride == 1:
            columns = [[[row[i][t] for row in kernel] for t in range(taps)] for i in range(inputs)]
            squares.append(schur_bound(overlaps(columns, shape, 1, plane.dilation)) / Fraction(below ** 2))
    return Stretch(Fraction(one, below), min(squares), Fraction(infinity, below))


class DeepMap(NamedTuple):
    steps: list  # functions of Wholes
    width: int  # elements of phi(x)
    computed: int  # elements of all steps together
    stretch: Stretch

    def at(self, x):
        u = wholes_of(x)
        for step in self.steps:
            u = step(u)
        return u


FIELDS_OF_DEEP_STEPS = {"convex_potential": (["values"], ["bias", "stride", "padding", "dilation"]), "maxmin": ([], []),
                        "pixel_unshuffle": (["stride"], [])}


def read_deep_step(step, shape, tensors, name):
    """A function from Wholes to Wholes, its Stretch, and the shape of its result."""
    kind, size, one = step["kind"], math.prod(shape), Fraction(1)
    if kind == "maxmin":
        require(shape[0] % 2 == 0, f"{name}: an odd number of channels")
        block = size // shape[0]
        order = [i for first in range(0, size, 2 * block) for i in range(first, first + block)]

        def ordered(u):
            result = list(u.numerators)
            for i in order:
                result[i], result[i + block] = max(u.numerators[i], u.numerators[i + block]), min(u.numerators[i], u.numerators[i + block])
            return Wholes(result, u.denominator)
        return ordered, Stretch(one, one, one), shape
    if kind == "pixel_unshuffle":
        s = whole_number(step["stride"], f"{name}: stride", 1)
        require(len(shape) == 3 and shape[1] % s == 0 and shape[2] % s == 0, f"{name}: the sides are no multiples of {s}")
        channels, height, width = shape
        source = [(c * height + y * s + i) * width + x * s + j for c in range(channels) for i in range(s) for j in range(s)
                  for y in range(height // s) for x in range(width // s)]
        return (lambda u: Wholes([u.numerators[k] for k in source], u.denominator), Stretch(one, one, one),
                [channels * s * s, height // s, width // s])
    if kind == "abs":
        return (lambda u: Wholes(u.numerators + list(map(abs, u.numerators)), u.denominator),
                Stretch(2 * one, 2 * one, one), [2 * shape[0], *shape[1:]])
    values = tensors[step["values"]]
    if kind in ("center", "scale"):
        given = values.values()
        require(len(given) in (1, size), f"{name}: {len(given)} values, expected 1 or {size}")
        given = given * size if len(given) == 1 else given
        if kind == "center":
            return lambda u: added(u, wholes_of(given), -1), Stretch(one, one, one), shape
        require(min(given) > 0, f"{name}: a scale is not positive")
        scale, largest = wholes_of(given), max(given)
        return (lambda u: Wholes(list(map(mul, u.numerators, scale.numerators)), u.denominator * scale.denominator),
                Stretch(largest, largest ** 2, largest), shape)
    require(kind in ("linear", "conv2d", "convex_potential"), f"{name}: found a step {kind!r:.60}")
    is_conv = kind == "conv2d" or len(values.shape) == 4
    node = {"name": name, "kind": "conv2d" if is_conv else "linear", "weight": step["values"],
            **{key: step[key] for key in ("bias", "stride", "padding", "dilation") if key in step}}
    affine, out = read_affine(node, "u", shape, tensors, must_not_decrease=False)
    plane = Plane([1, 1], 1, 0, 1)
    if is_conv:
        plane = Plane(shape[1:], step.get("stride", 1), step.get("padding", 0), step.get("dilation", 1))
    of_weights = stretch_of_weights(values, plane, 2 if kind == "convex_potential" else 0)
    if kind != "convex_potential":
        return affine.product, of_weights, out
    any_norm = 1 + of_weights.one * of_weights.infinity

    def moved_down(u):
        hidden = affine.product(u)
        hidden = Wholes([max(value, 0) for value in hidden.numerators], hidden.denominator)
        return added(u, affine.transposed_product(hidden, size), -1)
    return moved_down, Stretch(any_norm, max(one, of_weights.two_squared - 1) ** 2, any_norm), shape


def read_deep_map(steps, shape, tensors):
    """The map as a DeepMap; None if it has no step of one."""
    if not any(step["kind"] in FIELDS_OF_DEEP_STEPS for step in steps):
        return None
    computed, functions, stretch = math.prod(shape), [], Stretch(*[Fraction(1)] * 3)
    for position, step in enumerate(steps):
        name, fields = f"feature map: step {position}", FIELDS_OF_STEPS | FIELDS_OF_DEEP_STEPS
        require(step["kind"] in fields, f"{name}: found {step['kind']!r:.60}")
        needed, optional = fields[step["kind"]]
        require_fields(step, ["kind", *needed], optional, name)
        function, of_step, shape = read_deep_step(step, shape, tensors, name)
        functions.append(function)
        stretch = stretch.times(of_step)
        computed += math.prod(shape)
    return DeepMap(functions, math.prod(shape), computed, stretch)


def deep_pays_for_radius(deep, claim, v, constant, costs, x):
    """Whether margin >= slope * radius / min(cost) for one of the two slopes, all squared."""
    if claim.norm == "l0" or claim.multiplier or claim.reach:
        raise NotProven("a deep map: found the norm l0, a multiplier or a reach, expected none of them")
    u = deep.at(x)
    margin = constant + sum(factor * Fraction(value, u.denominator) for factor, value in zip(v, u.numerators) if factor)
    if margin <= 0:
        return False
    two = sum(factor * factor for factor in v) * deep.stretch.two_squared
    sizes = list(map(abs, v))
    slope_squared = min({"l1": [(max(sizes) * deep.stretch.one) ** 2, two], "l2": [two],
                         "linf": [(sum(sizes) * deep.stretch.infinity) ** 2, two * len(x)]}[claim.norm])
    if slope_squared == 0:
        return True
    return claim.radius != math.inf and slope_squared * claim.radius ** 2 <= (margin * min(costs)) ** 2


# ---------------------------------------------------------------- the certificate file


class Input(NamedTuple):
    index: int
    raw: bytes  # the values as they stand in the file
    x: list
    certificates: list


THREAT_DEFAULTS = {"cost": 1, "lower": "-inf", "upper": "inf", "max_decrease": "inf", "max_increase": "inf"}


def read_lines(text):
    """The header and the objects of the inputs. Every line ends with a newline."""
    *lines, rest = text.split("\n")
    require(lines and rest == "", "the certificates end within a line, or there is none")
    header, *entries = map(read_json, lines)
    schema = header["schema"]
    require(schema == "standfast/certificates/1", f"found schema {schema!r:.60}, expected standfast/certificates/1")
    sizes = ["heads"] if "heads" in header else ["slopes", "winners"]
    require_fields(header, ["schema", "model_sha256", "inputs", "features", *sizes, "threat"], [], "the first line")
    inputs = whole_number(header["inputs"], "inputs", 0)
    require(len(entries) == inputs, f"found {len(entries)} inputs, expected {inputs}")
    return header, entries


def read_categories(threat, size):
    entries = threat.get("categories")
    require(entries is None or type(entries) is list and entries, "threat: expected a list of categories, or no such field")
    categories, taken = [], set()
    for entry in entries or []:
        require_fields(entry, ["name", "features", "cost"], [], "a category")
        name, features, cost = entry["name"], entry["features"], number(entry["cost"], "cost of a category")
        require(type(name) is str, "a category: expected a string name")
        require(type(features) is list and len(features) >= 2, f"category {name!r:.60}: expected at least 2 features")
        for feature in features:
            whole_number(feature, f"category {name!r:.60}: a feature", 0)
            require(feature < size and feature not in taken, f"category {name!r:.60}: feature {feature} is none, or in two places")
            taken.add(feature)
        require(cost > 0, f"category {name!r:.60}: the cost is not positive")
        categories.append(Category(features, cost))
    return categories


def read_threat(threat, size):
    """The Limits of each feature, and the categories."""
    require_fields(threat, [], [*THREAT_DEFAULTS, "categories", "price_unit"], "threat")
    require(type(threat.get("price_unit", "")) is str, "threat: expected a string price_unit")
    lists = []
    for name, default in THREAT_DEFAULTS.items():
        values = threat.get(name, [default] * size)
        require(type(values) is list and len(values) == size, f"threat: expected a list of {size} numbers {name}")
        lists.append([number(value, f"threat: {name}", ("inf", "-inf")) for value in values])
    limits = [Limits(*of_feature) for of_feature in zip(*lists)]
    for one in limits:
        require(0 < one.cost < math.inf, "threat: a cost is not positive and finite")
        require(one.lower <= one.upper and one.lower < math.inf and one.upper > -math.inf, "threat: bounds without a value between")
        require(one.max_decrease >= 0 and one.max_increase >= 0, "threat: a largest change is negative")
    return Threat(limits, read_categories(threat, size))


def read_input(entry, size, threat, last_index):
    require_fields(entry, ["index", "sha256", "values", "certificates"], [], "an input")
    index = whole_number(entry["index"], "index of an input", last_index + 1)
    require(index < 2 ** 64, f"index of an input: found {index}, expected one below 2^64")
    raw = decoded(entry["values"], f"input {index}")
    require(hashlib.sha256(raw).hexdigest() == entry["sha256"], f"input {index}: the SHA-256 is not that of its values")
    x = [Fraction(value) for value in float32_list(raw, f"input {index}")]
    require(len(x) == size, f"input {index}: found {len(x)} values, expected {size}")
    for category in threat.categories:
        require(category.value(x) is not None, f"input {index}: expected one of the features {category.features} to be 1, the others 0")
    require(type(entry["certificates"]) is list and entry["certificates"], f"input {index}: expected certificates")
    return Input(index, raw, x, entry["certificates"])


def read_rows(path):
    """The bytes of the float32 rows in a NumPy file, whose header is one line."""
    with open(path, "rb") as file:
        header, _, rows = file.read().partition(b"\n")
    require(b"'descr': '<f4', 'fortran_order': False" in header, f"{path}: expected rows of float32")
    return rows


def is_row(one, rows):
    begin = len(one.raw) * one.index
    return rows[begin:begin + len(one.raw)] == one.raw


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def check_sizes(header, model):
    """Whether the first line's sizes are those of the model."""
    expected = {"features": model.size}
    of_heads = [{"slopes": head.units, "winners": head.outputs_of_maxima} for head in model.heads]
    if len(of_heads) == 1:
        expected.update(of_heads[0])
    else:
        require(header.get("heads") == of_heads, f"found heads {header.get('heads')!r:.200}, expected {of_heads}")
    for field, size in expected.items():
        found = whole_number(header[field], field, 0)
        require(found == size, f"found {found} {field}, expected {size}")


def check(certificates_path, model_path, rows_path=None):
    """Prints each refusal, and how many certificates are confirmed and refused. Returns the exit code."""
    header, entries = read_lines(read_file(certificates_path).decode())
    rows = read_rows(rows_path) if rows_path else None
    model_bytes = read_file(model_path)
    model = read_model(model_bytes)
    is_other_model = hashlib.sha256(model_bytes).hexdigest() != header["model_sha256"]
    threat = read_threat(header["threat"], model.size)
    check_sizes(header, model)

    confirmed = refused = 0
    last_index = -1
    for entry in entries:
        one = read_input(entry, model.size, threat, last_index)
        last_index = one.index
        for certificate in one.certificates:
            reason = None
            try:
                proven = is_proven(model, threat, one.x, certificate)
            except NotProven as doubt:
                proven, reason = False, str(doubt)
            if is_other_model:
                reason = "other model"
            elif rows is not None and not is_row(one, rows):
                reason = "other input"
            elif not proven:
                reason = reason or "not proven"
            else:
                confirmed += 1
                continue
            refused += 1
            print(f"refused: input {one.index}, {certificate['norm']}: {reason}")
    print(f"{confirmed} certificates confirmed, {refused} refused")
    return 1 if refused or not confirmed else 0


def main(arguments):
    if len(arguments) not in (2, 3):
        print("usage: check_certificate.py CERTIFICATES MODEL.safetensors [INPUTS.npy]", file=sys.stderr)
        return 2
    try:
        return check(*arguments)
    except BadInput as error:
        print(f"check_certificate.py: {error}", file=sys.stderr)
    except KeyError as error:
        print(f"check_certificate.py: {error} is missing", file=sys.stderr)
    except Exception as error:  # whatever it is, nothing has been proven
        print(f"check_certificate.py: {type(error).__name__}: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
