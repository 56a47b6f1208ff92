#!/usr/bin/env python3
"""No rewriting of a message that costs fewer words than its certificate turns the alarm off: from raw message to verdict.

    rewritings_test.py STANDFAST MAIL.tsv.gz [COUNT]

Trains a small model on some of the embedded mail, writes spam of the rest as raw messages, rewrites them as a sender
would (words added, removed, replaced, split and joined; look-alike letters, letters spelt one by one, hidden text, tags
inside of words, other encodings), prices each rewriting by the table of docs/tokenizer.md, and lets the program judge
them. Every rewriting that is cheaper than the certified number has to stay an alarm; the attacks that the program finds,
written out as messages, have to succeed.
"""
import base64
import gzip
import html
import json
import quopri
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM, TABLE = sys.argv[1:3]
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 6000
RANDOM = random.Random(20261130)
PLAIN = re.compile("[a-z]{3,24}")
LOOK_ALIKE = {"a": "аＡ𝐚á", "b": "ｂ𝗯", "c": "сϲč", "d": "ԁ𝒅", "e": "еéＥ", "g": "ɡ", "i": "іíⅰ", "j": "ј", "l": "ⅼ𝓁",
              "m": "ⅿ", "n": "ñ𝚗", "o": "оοö", "p": "рρ", "q": "ԛ", "r": "ⓡ", "s": "ѕš", "t": "ｔ", "u": "ü𝕦", "v": "ѵⅴ",
              "w": "ԝ", "x": "хⅹ", "y": "у", "z": "ž"}
UNSEEN = "\u200b\u200d\u00ad\u2060\ufeff"


def run(*arguments):
    result = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def jsonl(*arguments):
    return [json.loads(line) for line in run(*arguments, "--format", "jsonl").splitlines()]


def pick(items):
    return items[RANDOM.randrange(len(items))]


def disguised(word):
    """The word with other characters that are the same to the tokenizer."""
    if not PLAIN.fullmatch(word):
        return word
    letters = []
    for letter in word:
        way = RANDOM.random()
        letters.append(letter.upper() if way < .2 else pick(LOOK_ALIKE.get(letter, letter)) if way < .35 else letter)
        if RANDOM.random() < .1:
            letters.append(pick(UNSEEN))
    return "".join(letters)


def with_digits(word):
    return "".join(pick("0123456789") for _ in word) if set(word) == {"0"} else word


def tagged(word):
    """The word in HTML, perhaps with tags, comments and references inside."""
    if word.startswith("http://"):
        return f'<a href="{html.escape(word)}/p{RANDOM.randrange(99)}?q=1">here</a>', {"here"}
    pieces = []
    for letter in word:
        way = RANDOM.random()
        pieces.append(f"&#{ord(letter)};" if way < .1 else html.escape(letter))
        if way > .95:
            pieces.append(pick(["<b></b>", "<!-- x -->", "<i></i>", "<span style='display:none'>no</span>"]))
    return "".join(pieces), set()


class Rewriting:
    """A message as distinct words, and what was done to them."""

    def __init__(self, words, vocabulary):
        self.words, self.vocabulary, self.price = dict.fromkeys(words), vocabulary, 0

    def add(self, word):
        self.price += word not in self.words
        self.words[word] = None

    def remove(self, word):
        self.price += word in self.words
        self.words.pop(word, None)

    def one_move(self):
        plain = [word for word in self.words if PLAIN.fullmatch(word)]
        way = RANDOM.random()
        if way < .35 or len(plain) < 2:
            self.add(pick(self.vocabulary))
        elif way < .6:
            self.remove(pick(list(self.words)))
        elif way < .75:  # misspelt, at a price of 2
            word = pick(plain)
            self.remove(word)
            self.add(word[:1] + pick("qxz") + word[1:])
        elif way < .88 and len(word := pick(plain)) >= 4:  # split in two, at a price of 3
            self.remove(word)
            self.add(word[:2])
            self.add(word[2:])
        else:  # two joined, at a price of 3
            first, second = pick(plain), pick(plain)
            self.remove(first)
            self.remove(second)
            self.add(first + second)

    def body(self):
        """The words in some order, some twice, each disguised; the price of what the writing itself adds is charged."""
        words = list(self.words)
        words += RANDOM.sample(words, len(words) // 8)
        RANDOM.shuffle(words)
        as_html = RANDOM.random() < .5
        parts = []
        for word in words:
            word = with_digits(word)
            if PLAIN.fullmatch(word) and RANDOM.random() < .05:
                text = "\n".join(["", pick([" ", ".", "-", " - "]).join(word), ""])  # spelt letter by letter
                parts.append(text if not as_html else text.replace("\n", "<br>"))
                continue
            word = disguised(word)
            if as_html:
                word, more = tagged(word)
                for extra in more:
                    self.add(extra)
            parts.append(word)
        if not as_html:
            return "plain", pick([" ", "\n", "  "]).join(parts)
        hidden = " ".join(RANDOM.sample(self.vocabulary, 20))
        text = pick([" ", "<br>", "<p>"]).join(parts)
        unseen = pick([f"<div style='display:none'>{html.escape(hidden)}</div>", f"<!-- {hidden} -->".replace("--!", ""),
                       f"<script>{hidden.replace('<', '')}</script>", f"<p hidden>{html.escape(hidden)}</p>"])
        return "html", f"<html><head><title></title></head><body>{text}{unseen}</body></html>"

    def message(self):
        kind, text = self.body()
        raw = text.encode()
        encoding = pick(["8bit", "base64", "quoted-printable"])
        if encoding == "base64":
            raw = base64.encodebytes(raw)
        elif encoding == "quoted-printable":
            raw = quopri.encodestring(raw)
        head = (f"MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n"
                f"Content-Transfer-Encoding: {encoding}\n\n").encode()
        if RANDOM.random() < .2:
            head = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="bb"\n\n--bb\n' + head
            raw += b"\n--bb--\n"
        return head + raw + b"\n"


def write_box(path, messages):
    with open(path, "wb") as file:
        for message in messages:
            lines = [b">" + line if re.match(b">*From ", line) else line for line in message.splitlines(keepends=True)]
            file.write(b"From a@example.com Mon Nov 30 12:00:00 2026\n" + b"".join(lines) + b"\n")


def main(folder):
    header, *rows = gzip.decompress(Path(TABLE).read_bytes()).decode().splitlines(keepends=True)
    RANDOM.shuffle(rows)
    label, text = header.rstrip("\n").split("\t")
    (folder / "train.tsv").write_text(header + "".join(rows[:1500]))
    (folder / "test.tsv").write_text(header + "".join(row for row in rows[1500:2600] if row.startswith("spam")))
    model = folder / "model.safetensors"
    run("train", folder / "train.tsv", "--text", text, "--sensitive", "spam", "--certify-for", "words:15", "--epochs", 5,
        "--min-count", 8, "--threshold-folds", 0, "-o", model)
    flips = still = judged = 0
    for threat in ("words", "added-words"):
        key = threat.replace("-", "_")
        found = jsonl("certify", model, folder / "test.tsv", "--threat", threat)
        attacks = {a["index"]: a for a in jsonl("attack", model, folder / "test.tsv", "--threat", threat)}
        tests = [row.rstrip("\n").split("\t")[1].split(" ") for row in (folder / "test.tsv").read_text().splitlines()[1:]]
        vocabulary = sorted({word for words in tests for word in words if not word.startswith("http")})
        alarms = [record for record in found if record["verdict"] == "sensitive" and record[key] != "inf"]
        assert len(alarms) >= 100, len(alarms)
        messages, certified = [], []
        while len(messages) < COUNT // 2:
            record = pick(alarms)
            rewriting = Rewriting(tests[record["index"]], vocabulary)
            attack = attacks[record["index"]]
            if RANDOM.random() < .7:  # along the attack, as far as the certificate reaches
                moves = [(rewriting.add, w) for w in attack["add"]] + [(rewriting.remove, w) for w in attack["remove"]]
                RANDOM.shuffle(moves)
                for move, word in moves[:record[key] - 1]:
                    move(word)
            for _ in range(8):
                if threat == "words" and rewriting.price + 3 < record[key]:
                    rewriting.one_move()
                elif threat == "added-words" and rewriting.price + 1 < record[key]:
                    rewriting.add(pick(vocabulary))
            message = rewriting.message()
            if rewriting.price < record[key]:
                messages.append(message)
                certified.append((record, rewriting.price))
        write_box(folder / "box.mbox", messages)
        for verdict, (record, price), message in zip(jsonl("certify", model, folder / "box.mbox"), certified, messages,
                                                     strict=True):
            judged += 1
            if verdict["verdict"] != "sensitive":
                still += 1
                print(f"message {record['index']}, {threat} >= {record[key]}, flipped at a price of {price}:\n"
                      f"{message.decode()[:2000]}")
        # the attacks themselves, as messages
        talked = []
        for record in alarms:
            attack = attacks[record["index"]]
            if attack[key] == "inf":
                continue
            rewriting = Rewriting(tests[record["index"]], vocabulary)
            for word in attack["add"]:
                rewriting.add(word)
            for word in attack["remove"]:
                rewriting.remove(word)
            assert rewriting.price == attack[key], (rewriting.price, attack[key])
            text = "\n".join(map(with_digits, rewriting.words))
            talked.append(f"Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode())
        if talked:
            write_box(folder / "box.mbox", talked)
            verdicts = [record["verdict"] for record in jsonl("certify", model, folder / "box.mbox")]
            flips += len(verdicts)
            assert set(verdicts) == {"other"}, f"{verdicts.count('sensitive')} attacks do not flip a written message"
    print(f"{judged} rewritings below their certificates, {still} flipped; {flips} attacks written out, all flipped")
    assert still == 0 and flips >= 100


with tempfile.TemporaryDirectory() as name:
    main(Path(name))
