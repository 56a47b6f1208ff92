"""Certificate files taken apart, changed and put together again; what both checkers must say about the result."""
import base64
import copy
import hashlib
import json
import re
import struct
import subprocess
import sys

CONFIRMED, REFUSED, BAD_INPUT = 0, 1, 2


def floats_of(text):
    raw = base64.b64decode(text)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def text_of(floats):
    return base64.b64encode(struct.pack(f"<{len(floats)}f", *floats)).decode()


def hash_of(text):
    return hashlib.sha256(base64.b64decode(text)).hexdigest()


class Certificates:
    """A file as its header and its inputs, each a plain object."""

    def __init__(self, path):
        first, *rest = path.read_text().splitlines()
        self.header, self.inputs = json.loads(first), [json.loads(line) for line in rest]

    def first(self, count):
        """A smaller file: its first inputs."""
        small = copy.deepcopy(self)
        small.inputs = small.inputs[:count]
        small.header["inputs"] = len(small.inputs)
        return small

    def count(self):
        return sum(len(entry["certificates"]) for entry in self.inputs)

    def of(self, norm, place=0):
        return next(entry for entry in self.inputs[place]["certificates"] if entry["norm"] == norm)

    def text(self):
        return "".join(json.dumps(line) + "\n" for line in [self.header, *self.inputs])


class Checkers:
    """`standfast verify` and tools/check_certificate.py, on one model and its data."""

    def __init__(self, program, script, model, data, rows, *data_options):
        self.program, self.script, self.model, self.data, self.rows = program, script, model, data, rows
        self.data_options = list(map(str, data_options))

    def run(self, path, model=None):
        """{name: (exit code, output)} of both."""
        model = model or self.model
        commands = {"verify": [self.program, "verify", path, model, self.data, *self.data_options],
                    "check_certificate.py": [sys.executable, self.script, path, model, self.rows]}
        runs = {name: subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                for name, command in commands.items()}
        return {name: (run.returncode, run.stdout) for name, run in runs.items()}

    def expect(self, path, code, what, model=None):
        """Exits with a message where one of the two does not end with `code`, or ends without saying why."""
        for name, (found, output) in self.run(path, model).items():
            good = found == code and "Traceback" not in output and (code == CONFIRMED or output.strip())
            if code == REFUSED:
                good = good and "refused" in output
            print(f"{'ok' if good else 'FAILED'}: {name}: {what}: exit code {found}, expected {code}")
            if not good:
                sys.exit(output)

    def expect_confirmed(self, path, count):
        """Both confirm all of `count` certificates, and say so."""
        self.expect(path, CONFIRMED, f"{count} certificates")
        results = self.run(path)
        exact = re.search(r"^(\d+) certificates confirmed, 0 refused$", results["check_certificate.py"][1], re.MULTILINE)
        rounded = re.findall(r"^l\w+ +(\d+) of (\d+) confirmed", results["verify"][1], re.MULTILINE)
        if not (exact and int(exact[1]) == count == sum(int(held) for held, _ in rounded)):
            sys.exit(f"expected {count} confirmed certificates:\n{results}")


def radius_times(norm, factor):
    def change(file):
        file.of(norm)["radius"] *= factor
    return change


def set_in(norm, field, value):
    def change(file):
        file.of(norm)[field] = value
    return change


def set_in_cut(norm, **values):
    def change(file):
        cut = file.of(norm)["cuts"][0]
        for field in values:
            if field == "slopes":
                cut.pop("active", None)
            cut[field] = values[field]
    return change


def set_header(**values):
    return lambda file: file.header.update(values)


def multiplier_times(norm, factor):
    def change(file):
        file.of(norm)["multiplier"] *= factor
    return change


def cuts_of_another_input(norm):
    def change(file):
        file.of(norm)["cuts"] = file.of(norm, 1)["cuts"]
    return change


def changed_value(with_hash):
    """One bit of one value."""
    def change(file):
        entry = file.inputs[0]
        raw = bytearray(base64.b64decode(entry["values"]))
        raw[0] ^= 1
        entry["values"] = base64.b64encode(raw).decode()
        if with_hash:
            entry["sha256"] = hash_of(entry["values"])
    return change


def another_index(file):
    file.inputs[-1]["index"] += 1


def swapped_lines(file):
    file.inputs.reverse()


def reach_below_radius(file):
    entry = file.of("l1")
    entry["reach"] = entry["radius"] / 2


def without_last_line(text):
    return text[:text.rindex("\n", 0, -1) + 1]


TEXT_CHANGES = [  # what, change of the whole text
    ("the last line cut short", lambda text: text[:-20] + "\n"),
    ("the last newline missing", lambda text: text[:-1]),
    ("the last line missing", without_last_line),
    ("a key twice", lambda text: text.replace('"radius": ', '"radius": 1e-9, "radius": ', 1)),
    ("a weight that is NaN", lambda text: re.sub(r'"weight": [^,}]*', '"weight": NaN', text, count=1)),
    ("a weight that overflows", lambda text: re.sub(r'"weight": [^,}]*', '"weight": 1e999', text, count=1)),
    ("a byte that is not UTF-8", lambda text: text.encode().replace(b'"l', b'"\xff', 1)),
    ("no text at all", lambda text: ""),
]


def first_cut(file):
    return file.inputs[0]["certificates"][0]["cuts"][0]


def in_first_cut(change):
    return lambda file: change(first_cut(file))


def spare_bits_set(cut):
    """A text of base64 whose last letter says more than the bytes hold."""
    field = "active" if "active" in cut else "slopes"
    letters = cut[field].rstrip("=")
    letters += "A" if len(letters) == len(cut[field]) else ""
    cut[field] = letters[:-1] + chr(ord(letters[-1]) + 1) + "=" * (-len(letters) % 4)


def with_winner(place, winner):
    def change(cut):
        raw = bytearray(base64.b64decode(cut["winners"]))
        raw[4 * place:4 * place + 4] = struct.pack("<i", winner)
        cut["winners"] = base64.b64encode(raw).decode()
    return change


def both_slopes(cut):
    cut.setdefault("slopes", cut.get("active"))
    cut.setdefault("active", cut["slopes"])


def neither_slopes(cut):
    cut.pop("slopes", None)
    cut.pop("active", None)


SPELLINGS = [  # what, change of a file whose model has a maximum; none of them touches a number that the proof reads
    ("a field more in the first line", set_header(note="hello")),
    ("a schema of another number", set_header(schema="standfast/certificates/2")),
    ("a number of winners that is not the model's", lambda file: file.header.update(winners=file.header["winners"] + 1)),
    ("a number of slopes that is not the model's", lambda file: file.header.update(slopes=file.header["slopes"] + 1)),
    ("a number of features that is not the model's", lambda file: file.header.update(features=1)),
    ("a number of inputs that is true", set_header(inputs=True)),
    ("an unknown list in the threat", lambda file: file.header["threat"].update(colour=[1])),
    ("an empty list in the threat", lambda file: file.header["threat"].update(cost=[])),
    ("a unit that is no text", lambda file: file.header["threat"].update(price_unit=3)),
    ("a largest change below 0", lambda file: file.header["threat"].update(
        max_decrease=[-1] * file.header["features"])),
    ("bounds without a value between", lambda file: file.header["threat"].update(
        lower=[2] * file.header["features"], upper=[1] * file.header["features"])),
    ("a field more in an input", lambda file: file.inputs[0].update(name="x")),
    ("an index that is no whole number", lambda file: file.inputs[0].update(index=0.5)),
    ("an input without certificates", lambda file: file.inputs[0].update(certificates=[])),
    ("a field more in a certificate", lambda file: file.inputs[0]["certificates"][0].update(proof=1)),
    ("a certificate without a reach", lambda file: file.inputs[0]["certificates"][0].pop("reach")),
    ("a norm by another name", lambda file: file.inputs[0]["certificates"][0].update(norm="2")),
    ("a field more in a cut", in_first_cut(lambda cut: cut.update(comment=""))),
    ("both spellings of the slopes", in_first_cut(both_slopes)),
    ("no slopes", in_first_cut(neither_slopes)),
    ("no winners", in_first_cut(lambda cut: cut.pop("winners"))),
    ("spare bits of base64 that are set", in_first_cut(spare_bits_set)),
    ("base64 without its padding", lambda file: file.inputs[0].update(
        values=file.inputs[0]["values"].rstrip("=") + ("A" if not file.inputs[0]["values"].endswith("=") else ""))),
    ("a winner before its window", in_first_cut(with_winner(-1 % 2, -1))),
    ("a winner far beyond its window", in_first_cut(with_winner(0, 2147483647))),
]

SPELLED_LINES = [  # what, change of the whole text
    ("a byte order mark at the start", lambda text: "\ufeff" + text),
    ("a byte order mark in the second line", lambda text: text.replace("\n", "\n\ufeff", 1)),
    ("a blank line at the end", lambda text: text + "\n"),
    ("a comment", lambda text: text.replace("\n", " // \n", 1)),
    ("a comma more", lambda text: text.replace("]}\n", "],}\n", 1)),
]


def run_spelled(checkers, folder, file):
    """Both refuse what the page does not allow, and what they confirm without it."""
    path = folder / "spelled.jsonl"
    path.write_text(file.text())
    checkers.expect_confirmed(path, file.count())
    texts = [(what, change(file.text())) for what, change in SPELLED_LINES]
    for what, change in SPELLINGS:
        changed = copy.deepcopy(file)
        change(changed)
        texts.append((what, changed.text()))
    for what, text in texts:
        assert text != file.text(), what
        path.write_text(text)
        for name, (code, output) in checkers.run(path).items():
            if code not in (REFUSED, BAD_INPUT) or not output.strip() or "Traceback" in output:
                sys.exit(f"{name}: {what}: exit code {code}\n{output}")
    return len(texts)


def read_model(path):
    """The header of a model file as an object, and the bytes after it."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    return json.loads(raw[8:8 + length]), bytearray(raw[8 + length:])


def write_model(path, header, body):
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(body))
    return path


def flipped_bit(model, path):
    """A copy of the model with the lowest bit of its last weight flipped."""
    raw = bytearray(model.read_bytes())
    raw[-4] ^= 1
    path.write_bytes(raw)
    return path


def raised_threshold(model, path, by):
    """A copy of the model whose f is lower by `by` everywhere."""
    header, body = read_model(model)
    document = json.loads(header["__metadata__"]["model"])
    document["threshold"] += by
    header["__metadata__"]["model"] = json.dumps(document)
    return write_model(path, header, body)


def run_tampered(checkers, folder, file, cases):
    """Every change of a file that both confirm must be refused by both. Returns how many there were."""
    path = folder / "tampered.jsonl"
    path.write_text(file.text())
    checkers.expect_confirmed(path, file.count())
    for what, change, code in cases:
        changed = copy.deepcopy(file)
        change(changed)
        path.write_text(changed.text())
        checkers.expect(path, code, what)
    for what, change in TEXT_CHANGES:
        text = change(file.text())
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        checkers.expect(path, BAD_INPUT, what)
    path.write_text(file.text())
    checkers.expect(path, REFUSED, "a bit of the model flipped", flipped_bit(checkers.model, folder / "flipped.safetensors"))
    higher = raised_threshold(checkers.model, folder / "higher.safetensors", 1e6)
    changed = copy.deepcopy(file)
    changed.header["model_sha256"] = hashlib.sha256(higher.read_bytes()).hexdigest()
    path.write_text(changed.text())
    checkers.expect(path, REFUSED, "a threshold raised, and the hash with it", higher)
    return len(cases) + len(TEXT_CHANGES) + 2
