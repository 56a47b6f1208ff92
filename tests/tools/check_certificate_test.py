"""Certificates of small models: abs maps, convolutions, maxima, costs, bounds, counts; both checkers, and what they refuse.

usage: check_certificate_test.py PROGRAM MAKE_MODELS
"""
import copy
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import certificate_cases as cases

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/v1"
SCRIPT = ROOT / "tools/check_certificate.py"
PROGRAM = MAKE_MODELS = ""
ROWS = 40


def load_script():
    spec = importlib.util.spec_from_file_location("check_certificate", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def node(name, kind, *inputs, **fields):
    return {"name": name, "kind": kind, "inputs": list(inputs), **fields}


def save_model(path, input_shape, feature_map, graph_shape, nodes, tensors):
    header, body = {}, b""
    for name, values in sorted(tensors.items()):
        raw = np.asarray(values, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(np.shape(values)), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    document = {"input_shape": input_shape, "feature_map": feature_map, "threshold": 0.1, "features": {"names": [], "units": []},
                "graph": {"input_shape": graph_shape, "nodes": nodes}, "classes": {"sensitive": "a", "other": "b"}}
    header["__metadata__"] = {"format": "standfast/1", "model": json.dumps(document)}
    return cases.write_model(path, header, body)


def dense_model(path, random):
    """Five features, centred, scaled and folded; two hidden layers with skips."""
    tensors = {"center": random.normal(size=5), "scale": random.uniform(0.3, 3, 5),
               "A0": random.normal(size=(8, 10)), "b0": random.normal(size=8), "W1": random.uniform(0, 1, (4, 8)),
               "A1": random.normal(size=(4, 10)), "W2": random.uniform(0, 1, (1, 4)), "A2": random.normal(size=(1, 10))}
    nodes = [node("p1", "linear", "input", weight="A0", bias="b0"), node("z1", "relu", "p1"),
             node("w1", "linear", "z1", weight="W1"), node("a1", "linear", "input", weight="A1"),
             node("p2", "add", "w1", "a1"), node("z2", "relu", "p2"), node("w2", "linear", "z2", weight="W2"),
             node("a2", "linear", "input", weight="A2"), node("score", "add", "w2", "a2")]
    steps = [{"kind": "center", "values": "center"}, {"kind": "scale", "values": "scale"}, {"kind": "abs"}]
    return save_model(path, [5], steps, [10], nodes, tensors)


def torus_norm(kernel, down, right=None):
    """The spectral norm of a convolution on a torus, by the singular values of each frequency."""
    return np.linalg.svd(np.fft.fft2(kernel, (down, right or down)).transpose(2, 3, 0, 1), compute_uv=False).max()


def deep_model(path, random, block=None):
    """Pixels to channels, two convex potentials, ordered pairs, a convolution of orthogonal rows and a ReLU."""
    block = random.normal(size=(3, 4, 3, 3)) * 0.07 if block is None else block
    tensors = {"center": np.array([0.2]), "W1": block, "b1": random.normal(size=len(block)) * 0.3,
               "W2": random.normal(size=(4, 4, 1, 1)) * 0.2, "P": 0.5 * np.linalg.qr(random.normal(size=(4, 3)))[0].T.reshape(3, 4, 1, 1), "c": random.normal(size=3),
               "A0": random.normal(size=(5, 12)), "b0": random.normal(size=5), "w": random.uniform(0, 1, (1, 5))}
    steps = [{"kind": "center", "values": "center"}, {"kind": "pixel_unshuffle", "stride": 2},
             {"kind": "convex_potential", "values": "W1", "bias": "b1", "stride": 1, "padding": 1, "dilation": 1},
             {"kind": "maxmin"}, {"kind": "convex_potential", "values": "W2"},
             {"kind": "conv2d", "values": "P", "bias": "c", "stride": 1, "padding": 0, "dilation": 1}]
    nodes = [node("p1", "linear", "input", weight="A0", bias="b0"), node("z1", "relu", "p1"), node("score", "linear", "z1", weight="w")]
    return save_model(path, [1, 4, 4], steps, [3, 2, 2], nodes, tensors)


def conv_model(path, random):
    """One channel of 6 x 6: padding, strides, dilation, a bias per pixel, pooling, two maxima, and a skip."""
    tensors = {"center": np.array([0.3]), "K1": random.normal(size=(2, 1, 3, 3)), "c1": random.normal(size=(2, 6, 6)),
               "K2": random.uniform(0, 1, (3, 2, 2, 2)), "c2": random.normal(size=3), "skip": random.normal(size=(1, 36))}
    nodes = [node("p1", "conv2d", "input", weight="K1", bias="c1", padding=1), node("z1", "relu", "p1"),
             node("pool", "maxpool", "z1", kernel=2, stride=1),
             node("p2", "conv2d", "pool", weight="K2", bias="c2", stride=2, dilation=2, padding=1),
             node("flat", "flatten", "p2"), node("top", "max", "flat"),
             node("peak", "max", "z1"), node("skip", "linear", "input", weight="skip"),
             node("score", "add", "top", "peak", "skip")]
    return save_model(path, [1, 6, 6], [{"kind": "center", "values": "center"}], [1, 6, 6], nodes, tensors)


def heads_model(path, random):
    """Five features, scaled and folded; a head over one hidden layer, two over another, a head of pieces, and a plane."""
    tensors = {"scale": random.uniform(0.3, 3, 5), "A0": random.normal(size=(8, 10)), "b0": random.normal(size=8) + 1,
               "W0": random.uniform(0, 1, (1, 8)), "A1": random.normal(size=(6, 10)), "W1": random.uniform(0, 1, (1, 6)),
               "W2": random.uniform(0, 1, (1, 6)), "b2": np.array([0.5]), "A2": random.normal(size=(1, 10)),
               "A3": random.normal(size=(4, 10)), "b3": np.full(4, 0.7), "A4": random.normal(size=(1, 10)) / 9,
               "b4": np.array([2.0])}
    nodes = [node("p0", "linear", "input", weight="A0", bias="b0"), node("z0", "relu", "p0"),
             node("p1", "linear", "input", weight="A1"), node("z1", "relu", "p1"),
             node("g0", "linear", "z0", weight="W0"), node("g1", "linear", "z1", weight="W1", bias="b2"),
             node("w2", "linear", "z1", weight="W2"), node("a2", "linear", "input", weight="A2"),
             node("g2", "add", "w2", "a2"), node("p3", "linear", "input", weight="A3", bias="b3"),
             node("g3", "max", "p3"), node("g4", "linear", "input", weight="A4", bias="b4"),
             node("score", "min", "g0", "g1", "g2", "g3", "g4")]
    return save_model(path, [5], [{"kind": "scale", "values": "scale"}, {"kind": "abs"}], [10], nodes, tensors)


def knots_model(path, random):
    """Five features, each with four knots, two of them at one place, behind them a centre and a scale; two hidden layers."""
    knots = np.sort(random.normal(0, 2, size=(5, 4)), axis=1)
    knots[:, 2] = knots[:, 1]
    tensors = {"knots": knots, "slopes": np.exp(random.normal(size=(5, 5))), "center": random.normal(size=5),
               "scale": random.uniform(0.3, 3, 5), "A0": random.normal(size=(8, 5)), "b0": random.normal(size=8),
               "W1": random.uniform(0, 1, (4, 8)), "A1": random.normal(size=(4, 5)), "W2": random.uniform(0, 1, (1, 4)),
               "A2": random.normal(size=(1, 5))}
    nodes = [node("p1", "linear", "input", weight="A0", bias="b0"), node("z1", "relu", "p1"),
             node("w1", "linear", "z1", weight="W1"), node("a1", "linear", "input", weight="A1"),
             node("p2", "add", "w1", "a1"), node("z2", "relu", "p2"), node("w2", "linear", "z2", weight="W2"),
             node("a2", "linear", "input", weight="A2"), node("score", "add", "w2", "a2")]
    steps = [{"kind": "knots", "values": "knots", "slopes": "slopes"}, {"kind": "center", "values": "center"},
             {"kind": "scale", "values": "scale"}]
    return save_model(path, [5], steps, [5], nodes, tensors)


def copies_model(path, random):
    """Three features, each in two or three copies of its own scale and place, one copy of nothing, and their abs."""
    copies = np.zeros((8, 3))
    for row, feature in enumerate([0, 1, 2, 2, 1, 0, 0]):
        copies[row, feature] = random.normal()
    tensors = {"center": random.normal(size=3), "copies": copies, "places": random.normal(size=8),
               "A0": random.normal(size=(8, 16)), "b0": random.normal(size=8), "W1": random.uniform(0, 1, (1, 8)),
               "A1": random.normal(size=(1, 16))}
    nodes = [node("p1", "linear", "input", weight="A0", bias="b0"), node("z1", "relu", "p1"),
             node("w1", "linear", "z1", weight="W1"), node("a1", "linear", "input", weight="A1"),
             node("score", "add", "w1", "a1")]
    steps = [{"kind": "center", "values": "center"}, {"kind": "linear", "values": "copies", "bias": "places"}, {"kind": "abs"}]
    return save_model(path, [3], steps, [16], nodes, tensors)


def channels_model(path, random):
    """An image of one channel, 3 x 3, in two copies by a convolution of single pixels, and their abs."""
    tensors = {"copies": random.normal(size=(2, 1, 1, 1)), "places": random.normal(size=2),
               "A0": random.normal(size=(8, 36)) / 3, "b0": random.normal(size=8), "W1": random.uniform(0, 1, (1, 8)),
               "A1": random.normal(size=(1, 36)) / 3}
    nodes = [node("p1", "linear", "input", weight="A0", bias="b0"), node("z1", "relu", "p1"),
             node("w1", "linear", "z1", weight="W1"), node("a1", "linear", "input", weight="A1"),
             node("score", "add", "w1", "a1")]
    steps = [{"kind": "conv2d", "values": "copies", "bias": "places"}, {"kind": "abs"}]
    return save_model(path, [1, 3, 3], steps, [4, 3, 3], nodes, tensors)


def in_proof_of_head(head, **values):
    return lambda file: file.of("l1")["heads"][head].update(values)


def without_a_head(file):
    file.of("l1")["heads"].pop()


def swapped_heads(file):
    heads = file.of("l1")["heads"]
    heads[0], heads[1] = heads[1], heads[0]


def proof_of_one_head(file):
    one = file.of("l1")
    one.update(one.pop("heads")[0])


def packed_floats(*values):
    return cases.text_of(values)


def in_certificate(**values):
    return lambda file: file.of("l1").update(values)


def in_cut(**values):
    return lambda file: file.of("l1")["cuts"][0].update(values)


def in_input(**values):
    return lambda file: file.inputs[0].update(values)


def in_threat(**values):
    return lambda file: file.header["threat"].update(values)


def replaced_values(text):
    return in_input(values=text, sha256=cases.hash_of(text))


LIES = [  # in a file of `dense_model` and the norm l1
    ("a radius in quotes", in_certificate(radius="0.001")),
    ("a radius that is true", in_certificate(radius=True)),
    ("a radius that is a list", in_certificate(radius=[0.001])),
    ("a radius of NaN", in_certificate(radius=float("nan"))),
    ("a radius of Infinity, a number", in_certificate(radius=float("inf"))),
    ("a radius of 400 digits", in_certificate(radius=10 ** 400)),
    ("a radius of 0", in_certificate(radius=0)),
    ("a negative radius", in_certificate(radius=-1)),
    ("a negative reach", in_certificate(reach=-1)),
    ("a reach of -inf", in_certificate(reach="-inf")),
    ("a negative multiplier", in_certificate(multiplier=-1)),
    ("an infinite multiplier", in_certificate(multiplier="inf")),
    ("another norm", in_certificate(norm="l3")),
    ("half a feature", in_certificate(norm="l0", radius=0.5)),
    ("no cuts", in_certificate(cuts=[])),
    ("a weight of 0 alone", in_cut(weight=0)),
    ("an infinite weight", in_cut(weight="inf")),
    ("winners where nothing is a maximum", in_cut(winners="AAAAAA==")),
    ("base64 with a blank in it", in_cut(winners=" ")),
    ("units that are all active and one too few", in_cut(active="/w==", slopes=packed_floats(1))),
    ("a value too few", replaced_values(packed_floats(1, 1, 1, 1))),
    ("a value that is NaN", replaced_values(packed_floats(1, 1, 1, 1, float("nan")))),
    ("a value that is infinite", replaced_values(packed_floats(1, 1, 1, 1, float("inf")))),
    ("an index in quotes", in_input(index="0")),
    ("an index below 0", in_input(index=-1)),
    ("an index of 30 digits", in_input(index=10 ** 30)),
    ("a negative cost", in_threat(cost=[1, 1, 1, 1, -1])),
    ("an infinite cost", in_threat(cost=[1, 1, 1, 1, "inf"])),
    ("a cost too few", in_threat(cost=[1, 1, 1, 1])),
    ("a bound of NaN", in_threat(upper=[1, 1, 1, 1, float("nan")])),
    ("a bound too few", in_threat(lower=[-1, -1, -1, -1])),
]


def node_of(document, name):
    return next(node for node in document["graph"]["nodes"] if node["name"] == name)


def in_tensor(name, /, **values):
    return lambda header, document, body: header[name].update(values)


def in_node(name, /, **values):
    return lambda header, document, body: node_of(document, name).update(values)


def in_document(**values):
    return lambda header, document, body: document.update(values)


def first_value(name, value):
    def change(header, document, body):
        begin = header[name]["data_offsets"][0]
        body[begin:begin + 4] = np.float32(value).tobytes()
    return change


def shifted_offsets(header, document, body):
    header["b0"]["data_offsets"] = [offset - len(body) for offset in header["b0"]["data_offsets"]]


MODEL_LIES = [  # of `dense_model`, with the hash of the model that lies
    ("a weight below 0 in the second layer", first_value("W1", -1e-3)),
    ("a weight below 0 before the score", first_value("W2", -1e-3)),
    ("a weight that is NaN", first_value("A0", np.nan)),
    ("a weight that is infinite", first_value("W1", np.inf)),
    ("a bias that is NaN", first_value("b0", np.nan)),
    ("a scale below 0", first_value("scale", -1)),
    ("a scale of 0", first_value("scale", 0)),
    ("a weight's shape transposed", in_tensor("W1", shape=[8, 4])),
    ("a weight's shape larger than its bytes", in_tensor("A0", shape=[8, 11])),
    ("a weight's shape with two minus signs", in_tensor("W1", shape=[-4, -8])),
    ("a bias for fewer outputs", in_tensor("b0", shape=[4], data_offsets=[0, 16])),
    ("offsets from the end", shifted_offsets),
    ("another type of number", in_tensor("W1", dtype="I32")),
    ("an input of another shape", in_document(input_shape=[4])),
    ("an input of a negative shape", in_document(input_shape=[-1, -5])),
    ("a threshold that is NaN", in_document(threshold=float("nan"))),
    ("a threshold in quotes", in_document(threshold="0.1")),
    ("a map that folds first", lambda header, document, body: document["feature_map"].reverse()),
    ("a node with the name of the input", in_node("p1", name="input")),
    ("two nodes of one name", in_node("w1", name="p1")),
    ("a node that reads itself", in_node("p1", inputs=["p1"])),
    ("a ReLU of two nodes", in_node("z2", inputs=["p2", "p2"])),
    ("a sum of different sizes", in_node("p2", inputs=["w1", "p1"])),
    ("a minimum", in_node("z1", kind="min")),
    ("a score of four numbers", lambda header, document, body: document["graph"]["nodes"].append(node("s", "relu", "z2"))),
]

HEADS_LIES = [  # in a file of `heads_model` and the norm l1
    ("a head too few", without_a_head),
    ("two heads of different sizes swapped", swapped_heads),
    ("the proof of one head in the place of all", proof_of_one_head),
    ("a head without cuts", in_proof_of_head(3, cuts=[])),
    ("a head with a name", in_proof_of_head(2, name="g2")),
    ("cuts beside the heads", in_certificate(cuts=[])),
    ("a head's negative reach", in_proof_of_head(4, reach=-1)),
    ("a head's infinite multiplier", in_proof_of_head(0, multiplier="inf")),
    ("heads that are no list", in_certificate(heads={})),
    ("no heads", in_certificate(heads=[])),
]

HEADS_MODEL_LIES = [  # of `heads_model`
    ("a weight below 0 in one head", first_value("W2", -1e-3)),
    ("a minimum of one head", in_node("score", inputs=["g0"])),
    ("a head of several elements", in_node("score", inputs=["g0", "p3"])),
    ("a node behind the minimum", lambda header, document, body: document["graph"]["nodes"].append(node("s", "relu", "score"))),
    ("a head that is there no more", in_node("score", inputs=["g0", "g7"])),
]

def in_step(position, **values):
    return lambda header, document, body: document["feature_map"][position].update(values)


def all_slopes_times(factor):
    def change(header, document, body):
        begin, end = header["slopes"]["data_offsets"]
        body[begin:end] = (np.frombuffer(bytes(body[begin:end]), "<f4") * np.float32(factor)).tobytes()
    return change


def steps_in_another_order(header, document, body):
    document["feature_map"].insert(1, document["feature_map"].pop(0))


KNOTS_LIES = [  # of `knots_model`
    ("a slope of 0", first_value("slopes", 0)),
    ("a slope below 0", first_value("slopes", -1)),
    ("a slope that is NaN", first_value("slopes", np.nan)),
    ("a slope that is infinite", first_value("slopes", np.inf)),
    ("a first knot behind the others", first_value("knots", 1e6)),
    ("a knot that is NaN", first_value("knots", np.nan)),
    ("a feature's slopes too few", in_tensor("slopes", shape=[4, 5])),
    ("slopes as many as knots", in_tensor("slopes", shape=[5, 4], data_offsets=[0, 80])),
    ("knots of another shape", in_tensor("knots", shape=[20])),
    ("knots behind a centre", steps_in_another_order),
    ("an abs behind knots", lambda header, document, body: document["feature_map"].append({"kind": "abs"})),
    ("knots with a bias", in_step(0, bias="center")),
    ("slopes for a centre", in_step(1, slopes="scale")),
    ("steeper slopes", all_slopes_times(3)),
]

CONV_LIES = [  # of `conv_model`
    ("a negative padding", in_node("p1", padding=-1)),
    ("a padding as large as the kernel", in_node("p1", padding=3)),
    ("a padding far beyond the kernel", in_node("p1", padding=10000)),
    ("a padding that is not whole", in_node("p1", padding=1.5)),
    ("a stride of 0", in_node("p2", stride=0)),
    ("a negative stride", in_node("p2", stride=-2)),
    ("a negative dilation", in_node("p2", dilation=-2)),
    ("windows of nothing", in_node("pool", kernel=0)),
    ("windows larger than the image", in_node("pool", kernel=7)),
    ("windows of negative size", in_node("pool", kernel=-2)),
    ("a kernel of another depth", in_tensor("K2", shape=[6, 1, 2, 2])),
    ("a kernel of five extents", in_tensor("K1", shape=[2, 1, 3, 3, 1])),
    ("a weight below 0 behind the pool", first_value("K2", -1e-3)),
    ("a bias per pixel of another shape", in_tensor("c1", shape=[2, 36])),
]


class CheckCertificate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def certify(self, model, rows, *options):
        """A file of certificates, and the two programs that judge it."""
        data, path = self.folder / "rows.npy", self.folder / "certificates.jsonl"
        np.save(data, rows.astype(np.float32))
        run = subprocess.run([PROGRAM, "certify", model, data, "--certificates", path, "--format", "jsonl", *options],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        file = cases.Certificates(path)
        records = [json.loads(line) for line in run.stdout.splitlines()]
        radii = {(record["index"], key.removeprefix("radius_")): value for record in records
                 for key, value in record.items() if key.startswith("radius_") and value != 0}
        self.assertEqual(radii, {(entry["index"], one["norm"]): one["radius"]
                                 for entry in file.inputs for one in entry["certificates"]})
        self.assertGreater(len(radii), 0)
        return file, cases.Checkers(PROGRAM, SCRIPT, model, data, data)

    def expect_tight(self, model, rows, *options, norms=("l1", "l2", "linf")):
        """Both confirm the file as it is, and refuse it with any one radius of the first input larger."""
        file, checkers = self.certify(model, rows, *options)
        path = self.folder / "certificates.jsonl"
        checkers.expect_confirmed(path, file.count())
        larger = 0
        for norm in norms:
            place = next(i for i, entry in enumerate(file.inputs)
                         if any(one["norm"] == norm and one["radius"] != "inf" for one in entry["certificates"]))
            changed = copy.deepcopy(file)
            one = changed.of(norm, place)
            one["radius"] = one["radius"] + 1 if norm == "l0" else one["radius"] * 1.001
            path.write_text(changed.text())
            checkers.expect(path, cases.REFUSED, f"{norm}: a larger radius")
            larger += 1
        self.assertEqual(larger, len(norms))

    def test_an_abs_map_with_several_cuts(self):
        random = np.random.default_rng(1)
        model = dense_model(self.folder / "model.safetensors", random)
        self.expect_tight(model, random.normal(0, 3, (ROWS, 5)), "--method", "refined", "--norm", "1,2,inf")

    def test_an_abs_map_in_bounds_with_costs(self):
        random = np.random.default_rng(2)
        model, threat = dense_model(self.folder / "model.safetensors", random), self.folder / "threat.toml"
        threat.write_text('[default]\ncost = 0.1\nlower = -6\nupper = 6\n[feature.2]\ncost = 3\nchange = "increase-only"\n'
                          "[feature.4]\nmax_decrease = 0.3\n")
        self.expect_tight(model, random.normal(0, 3, (ROWS, 5)), "--norm", "0,1,2,inf", "--threat", threat,
                          norms=("l0", "l1", "l2", "linf"))

    def test_a_convolution_with_pooling_and_a_maximum(self):
        random = np.random.default_rng(3)
        model = conv_model(self.folder / "model.safetensors", random)
        self.expect_tight(model, random.uniform(0, 1, (ROWS, 1, 6, 6)), "--method", "refined", "--norm", "0,1,2,inf",
                          "--domain", "0,1", norms=("l0", "l1", "l2", "linf"))

    def test_a_deep_map(self):
        random = np.random.default_rng(11)
        model = deep_model(self.folder / "model.safetensors", random)
        self.expect_tight(model, random.normal(size=(ROWS, 1, 4, 4)), "--norm", "1,2,inf")

    def test_a_deep_map_whose_norms_schurs_test_does_not_prove(self):
        random = np.random.default_rng(13)
        wild = random.normal(size=(4, 4, 3, 3))
        block = wild * np.sqrt(2 - 1e-5) / torus_norm(wild, 3)  # the image is 2 x 2, and 1 pixel of padding
        model = deep_model(self.folder / "model.safetensors", random, block)
        self.expect_tight(model, random.normal(size=(ROWS, 1, 4, 4)), "--norm", "1,2,inf")

    def test_the_bound_by_factors_is_above_the_norm_and_close(self):
        script, random = load_script(), np.random.default_rng(14)
        for outputs, inputs, height, width, dilation, level in ((3, 5, 3, 3, 1, 0), (6, 2, 1, 3, 2, 0), (4, 4, 1, 1, 1, 0),
                                                                (2, 2, 3, 3, 1, 1e9)):
            kernel = random.uniform(-1, 1, (outputs, inputs, height, width))
            kernel[0, 0, 0, 0] = 0.75
            periods = [4 + dilation * (height - 1), 5 + dilation * (width - 1)] if height * width > 1 else [1, 1]
            spread = np.zeros((outputs, inputs, dilation * (height - 1) + 1, dilation * (width - 1) + 1))
            spread[:, :, ::dilation, ::dilation] = kernel
            norm = torus_norm(spread, *periods)
            bound = float(script.fourier_bound(kernel.tolist(), dilation, periods, level))
            self.assertGreaterEqual(bound, norm ** 2 * (1 - 1e-14))
            self.assertLessEqual(bound, max(norm ** 2, level) * (1 + 1e-4))

    def test_no_lie_about_a_deep_map_goes_through(self):
        random = np.random.default_rng(12)
        model, path = deep_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.normal(size=(ROWS, 1, 4, 4)), "--norm", "2")
        for field in ("multiplier", "reach"):
            changed = copy.deepcopy(file)
            changed.of("l2", 0)[field] = 1
            path.write_text(changed.text())
            checkers.expect(path, cases.REFUSED, f"a {field} of a deep map")

    def test_knots(self):
        random = np.random.default_rng(20)
        model, threat = knots_model(self.folder / "model.safetensors", random), self.folder / "threat.toml"
        threat.write_text('[default]\ncost = 0.1\nlower = -6\nupper = 6\n[feature.2]\ncost = 3\nchange = "increase-only"\n'
                          "[feature.4]\nmax_decrease = 0.3\n")
        rows = random.normal(0, 3, (ROWS, 5))
        for method in ("separable", "refined", "exact"):
            self.expect_tight(model, rows, "--method", method, "--norm", "1,2,inf")
            self.expect_tight(model, rows, "--method", method, "--norm", "0,1,2,inf", "--threat", threat,
                              norms=("l0", "l1", "l2", "linf"))

    def test_copies_of_features_with_kinks_of_their_own(self):
        for seed, make, shape in ((21, copies_model, [3]), (22, channels_model, [1, 3, 3])):
            random = np.random.default_rng(seed)
            model = make(self.folder / "model.safetensors", random)
            for method in ("separable", "refined"):
                self.expect_tight(model, random.normal(0, 2, (ROWS, *shape)), "--method", method, "--norm", "1,2,inf",
                                  "--domain=-5,5")

    def with_a_category(self, cost):
        """Certificates of boxes around one-hot columns, with the columns as a category: cuts are minorants all the same."""
        random = np.random.default_rng(5)
        rows = random.normal(size=(ROWS, 5))
        rows[:, 1:4] = np.eye(3)[np.arange(ROWS) % 3]
        file, checkers = self.certify(dense_model(self.folder / "model.safetensors", random), rows, "--norm", "1,2,inf")
        file.header["threat"]["categories"] = [{"name": "colour", "features": [1, 2, 3], "cost": cost}]
        return file, checkers, self.folder / "certificates.jsonl"

    def test_one_hot_columns_as_a_category(self):
        # a move of the price 2 costs what its two halves cost in the box for l1, and more for l2 and linf
        file, checkers, path = self.with_a_category(2)
        path.write_text(file.text())
        checkers.expect_confirmed(path, file.count())

    def test_a_category_that_is_too_cheap_for_a_radius_is_refused_by_both(self):
        file, checkers, path = self.with_a_category(1e-9)
        path.write_text(file.text())
        checkers.expect(path, cases.REFUSED, "moves that cost nothing")
        results = checkers.run(path)
        exact = re.search(r"^(\d+) certificates confirmed", results["check_certificate.py"][1], re.MULTILINE)[1]
        rounded = re.findall(r"^l\w+ +(\d+) of \d+ confirmed", results["verify"][1], re.MULTILINE)
        self.assertEqual(sum(map(int, rounded)), int(exact))
        self.assertLess(int(exact), file.count() / 2)

    def test_no_lie_about_a_category_goes_through(self):
        file, checkers, path = self.with_a_category(2)
        for what, categories in [("a cost of 0", [{"name": "a", "features": [1, 2, 3], "cost": 0}]),
                                 ("no cost", [{"name": "a", "features": [1, 2, 3]}]),
                                 ("an infinite cost", [{"name": "a", "features": [1, 2, 3], "cost": "inf"}]),
                                 ("one more field", [{"name": "a", "features": [1, 2, 3], "cost": 1, "frozen": True}]),
                                 ("no category", []),
                                 ("no list", {"name": "a", "features": [1, 2, 3], "cost": 1}),
                                 ("one feature", [{"name": "a", "features": [1], "cost": 1}]),
                                 ("a feature twice", [{"name": "a", "features": [1, 1, 2, 3], "cost": 1}]),
                                 ("two categories of one feature", [{"name": "a", "features": [1, 2, 3], "cost": 1},
                                                                    {"name": "b", "features": [3, 4], "cost": 1}]),
                                 ("a feature that is none", [{"name": "a", "features": [1, 2, 3, 5], "cost": 1}]),
                                 ("a name that is no text", [{"name": 1, "features": [1, 2, 3], "cost": 1}]),
                                 ("inputs without a value", [{"name": "a", "features": [1, 2], "cost": 1}]),
                                 ("a feature that is not 0 or 1", [{"name": "a", "features": [0, 1, 2, 3], "cost": 1}])]:
            file.header["threat"]["categories"] = categories
            path.write_text(file.text())
            checkers.expect(path, cases.BAD_INPUT, what)

    def test_a_minimum_of_heads(self):
        random = np.random.default_rng(10)
        model, threat = heads_model(self.folder / "model.safetensors", random), self.folder / "threat.toml"
        threat.write_text('[default]\ncost = 0.5\nlower = -6\nupper = 6\n[feature.2]\nchange = "increase-only"\n')
        rows = random.normal(0, 1, (2 * ROWS, 5))
        for method in ("separable", "refined"):
            self.expect_tight(model, rows, "--method", method, "--norm", "0,1,2,inf", "--threat", threat)

    def test_no_lie_about_a_minimum_of_heads_goes_through(self):
        random = np.random.default_rng(11)
        model, path = heads_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.normal(0, 1, (4 * ROWS, 5)), "--norm", "1")
        for what, change in HEADS_LIES:
            changed = copy.deepcopy(file.first(1))
            change(changed)
            path.write_text(changed.text())
            self.expect_refused(checkers, path, what)
        for head in range(5):  # each of the proofs is needed
            changed = copy.deepcopy(file.first(1))
            for cut in changed.of("l1")["heads"][head]["cuts"]:
                cut.pop("slopes", None)
                units = file.header["heads"][head]["slopes"]
                cut["active"] = cases.base64.b64encode(bytes((units + 7) // 8)).decode()
            if file.header["heads"][head]["slopes"]:
                path.write_text(changed.text())
                self.expect_refused(checkers, path, f"head {head} without its units")

    def test_a_slope_handed_to_an_element_outside_its_window_is_refused(self):
        rows = np.random.default_rng(3).uniform(0, 1, (4, 1, 6, 6))
        file, checkers = self.certify(GOLDEN / "conv_pool.safetensors", rows, "--norm", "2")
        path = self.folder / "certificates.jsonl"
        cut = file.of("l2")["cuts"][0]
        winners = np.frombuffer(cases.base64.b64decode(cut["winners"]), "<i4").copy()
        winners[0] = 35  # the first window holds the elements 0, 1, 6 and 7
        cut["winners"] = cases.base64.b64encode(winners.tobytes()).decode()
        path.write_text(file.text())
        for name, (code, output) in checkers.run(path).items():
            self.assertEqual(code, cases.REFUSED, f"{name}: {output}")
            self.assertRegex(output, r"refused: input 0, l2: .*winner .*35", name)

    def test_both_refuse_every_spelling_that_the_page_does_not_allow(self):
        random = np.random.default_rng(7)
        model = conv_model(self.folder / "model.safetensors", random)
        file, checkers = self.certify(model, random.uniform(0, 1, (ROWS, 1, 6, 6)), "--norm", "2")
        self.assertGreater(cases.run_spelled(checkers, self.folder, file.first(1)), 25)

    def test_a_winner_where_the_model_has_no_maximum_is_refused_even_if_there_are_none(self):
        random = np.random.default_rng(8)
        model, path = dense_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.normal(0, 3, (ROWS, 5)), "--norm", "1")
        cases.first_cut(file)["winners"] = ""
        path.write_text(file.text())
        self.expect_refused(checkers, path, "no winners, spelled out")

    def test_a_file_without_certificates_proves_nothing(self):
        random = np.random.default_rng(9)
        model, path = dense_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.normal(0, 3, (ROWS, 5)), "--norm", "1")
        path.write_text(file.first(0).text())
        for name, (code, output) in checkers.run(path).items():
            self.assertEqual(code, cases.REFUSED, f"{name}: {output}")

    def expect_refused(self, checkers, path, what):
        """Both programs refuse: in words, not by falling over."""
        for name, (code, output) in checkers.run(path).items():
            self.assertIn(code, (cases.REFUSED, cases.BAD_INPUT), f"{name}: {what}: {output}")
            self.assertTrue(output.strip() and "Traceback" not in output, f"{name}: {what}: {output}")

    def test_a_cut_in_two_parts_proves_what_it_proved_whole(self):
        random = np.random.default_rng(4)
        model, path = conv_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.uniform(0, 1, (ROWS, 1, 6, 6)), "--norm", "1,2,inf")
        for one in (one for entry in file.inputs for one in entry["certificates"]):
            whole = one["cuts"][0]
            one["cuts"][:1] = [whole | {"weight": whole["weight"] / 4}, whole | {"weight": whole["weight"] * 3 / 4}]
            one["radius"] *= 1 - 1e-9  # room for the roundings of `verify`
        path.write_text(file.text())
        checkers.expect_confirmed(path, file.count())

    def test_no_lie_in_a_certificate_goes_through(self):
        random = np.random.default_rng(4)
        model, path = dense_model(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
        file, checkers = self.certify(model, random.normal(0, 3, (ROWS, 5)), "--norm", "1")
        checkers.expect_confirmed(path, file.count())
        for what, change in LIES:
            changed = copy.deepcopy(file.first(1))
            change(changed)
            path.write_text(changed.text())
            self.expect_refused(checkers, path, what)

    def test_no_certificate_of_a_model_that_lies_goes_through(self):
        for make, shape, lies in ((dense_model, [5], MODEL_LIES), (conv_model, [1, 6, 6], CONV_LIES),
                                  (heads_model, [5], HEADS_MODEL_LIES), (knots_model, [5], KNOTS_LIES)):
            random = np.random.default_rng(5)
            honest, path = make(self.folder / "model.safetensors", random), self.folder / "certificates.jsonl"
            file, checkers = self.certify(honest, random.uniform(0, 3, (ROWS, *shape)), "--norm", "2")
            for what, change in [("nothing", lambda header, document, body: None), *lies]:
                header, body = cases.read_model(honest)
                document = json.loads(header["__metadata__"]["model"])
                change(header, document, body)
                header["__metadata__"]["model"] = json.dumps(document)
                checkers.model = cases.write_model(self.folder / "lie.safetensors", header, body)
                changed = file.first(1)
                changed.header["model_sha256"] = cases.hashlib.sha256(checkers.model.read_bytes()).hexdigest()
                path.write_text(changed.text())
                if what == "nothing":  # so that it is the lie that is refused
                    checkers.expect_confirmed(path, changed.count())
                else:
                    self.expect_refused(checkers, path, what)

    def test_features_of_mail_are_counted_in_bounds(self):
        subprocess.run([MAKE_MODELS, self.folder], check=True)
        model, path, threat = (self.folder / name for name in ("spam.safetensors", "certificates.jsonl", "threat.toml"))
        threat.write_text("[default]\nlower = 0\nmax_increase = 0.3\n")
        subprocess.run([PROGRAM, "certify", model, "spam:test", "--limit", "50", "--certificates", path, "--norm", "0,1",
                        "--threat", threat, "-o", self.folder / "out.csv"], check=True)
        file = cases.Certificates(path)
        self.assertGreater(sum(one["norm"] == "l0" for entry in file.inputs for one in entry["certificates"]), 0)
        verify = subprocess.run([PROGRAM, "verify", path, model, "spam:test"], capture_output=True, text=True)
        self.assertEqual(verify.returncode, 0, verify.stdout + verify.stderr)
        exact = subprocess.run([sys.executable, SCRIPT, path, model], capture_output=True, text=True)
        self.assertEqual(exact.stdout, f"{file.count()} certificates confirmed, 0 refused\n", exact.stderr)

    def test_a_weight_below_zero_behind_a_relu_is_refused(self):
        rows = np.random.default_rng(1).normal(0, 3, (4, 3))
        self.certify(GOLDEN / "dense_abs.safetensors", rows)
        header, body = cases.read_model(GOLDEN / "dense_abs.safetensors")
        begin = header["graph.score.weight"]["data_offsets"][0]
        body[begin:begin + 4] = np.float32(-1).tobytes()
        model, path = self.folder / "concave.safetensors", self.folder / "certificates.jsonl"
        cases.write_model(model, header, body)
        file = cases.Certificates(path)
        file.header["model_sha256"] = cases.hashlib.sha256(model.read_bytes()).hexdigest()
        path.write_text(file.text())
        checkers = cases.Checkers(PROGRAM, SCRIPT, model, self.folder / "rows.npy", self.folder / "rows.npy")
        checkers.expect(path, cases.BAD_INPUT, "a network that is not convex")


if __name__ == "__main__":
    PROGRAM, MAKE_MODELS = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
