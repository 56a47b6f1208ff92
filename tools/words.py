#!/usr/bin/env python3
"""The words of texts, as the tokenizer words/1 of docs/tokenizer.md makes them: one line of words for each file.

    tools/words.py FILE...     reads text, not messages: a message is decoded by another program
"""
import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).resolve().parent.parent / "src/text/fold_table.txt"
LONGEST_WORD, LONGEST_HOST, LONGEST_NUMBER, WIDEST_GAP = 32, 64, 8, 3


class FoldTable(dict):
    """From a code point to the text that it becomes, as str.translate wants it."""

    def __init__(self, table):
        super().__init__()
        self.spans = {"letter": [], "digit": [], "mark": [], "ideograph": []}
        for line in table.splitlines():
            if line.startswith("#"):
                continue
            span, what, *targets = line.split(" ")
            first, last = int(span.split("-")[0], 16), int(span.split("-")[-1], 16)
            targets = [int(target, 16) for target in targets]
            if what in self.spans:
                self.spans[what].append((first, last))
            for c in range(first, last + 1):
                self[c] = chr(c) if what in self.spans else "".join(map(chr, targets))
                if what == "along":
                    targets[0] += 1

    def __missing__(self, c):
        syllable = c - 0xAC00
        if 0 <= syllable < 11172:
            jamo = [0x1100 + syllable // 588, 0x1161 + syllable % 588 // 28, 0x11A7 + syllable % 28]
            return "".join(map(chr, jamo[:3 if syllable % 28 else 2]))
        return chr(c) if c < 0x80 else " "

    def characters(self, *kinds):
        """The inside of a regular expression's brackets."""
        return "".join(f"\\U{first:08x}-\\U{last:08x}" for kind in kinds for first, last in self.spans[kind])


FOLD = FoldTable(TABLE.read_text(encoding="ascii"))
IDEOGRAPH, LETTER = FOLD.characters("ideograph"), FOLD.characters("letter")
PART = FOLD.characters("letter", "digit")
TOKEN = re.compile(f'(?P<link>https?://|(?=www\\.))(?P<rest>[^ \t-\r"<>]*)|(?P<run>[{PART}]+)'
                   f'|(?P<mark>[{FOLD.characters("mark")}])(?P=mark)*|(?P<ideograph>[{IDEOGRAPH}])')
ONE_LETTER = re.compile(f"[{LETTER}]")
HOST = re.compile(f"[{PART}{IDEOGRAPH}._-]*")


def host_of(rest):
    authority = re.split(r"[/?#\\]", rest)[0].rpartition("@")[2]
    host = HOST.match(authority)[0][:LONGEST_HOST].rstrip("._-")
    host = re.sub(r"\A(?:[._-]|www\.(?=.*\.))+", "", host)
    return "0" if re.fullmatch("[0-9.]+", host) else host


def word(run):
    run = run[:LONGEST_WORD]
    return "0" * min(len(run), LONGEST_NUMBER) if re.fullmatch("[0-9]+", run) else run


def words(text):
    """The words of UTF-8 bytes, each once, in the order of their bytes."""
    folded = text.decode("utf-8", "surrogateescape").translate(FOLD)
    found, spelt, gap, spelt_end = set(), "", "", 0
    for token in [*TOKEN.finditer(folded), None]:
        alone = token and token["run"] and ONE_LETTER.fullmatch(token["run"])
        last_gap, gap = gap, folded[spelt_end:token.start()] if alone else gap
        fits = len(gap) <= WIDEST_GAP if len(spelt) == 1 else gap == last_gap
        if not (alone and fits or token and token["mark"]):
            found |= {word(spelt)} if len(spelt) > 1 else set()
            spelt = ""
        if token is None:
            break
        if alone:
            spelt, spelt_end = spelt + token[0], token.end()
        elif token["link"] is not None:
            found |= {"http://" + host for host in [host_of(token["rest"])] if host}
        else:
            found.add(token["mark"] * min(len(token[0]), 2) if token["mark"] else word(token[0]))
    return sorted(found, key=str.encode)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sys.stdout.buffer.write(" ".join(words(pathlib.Path(name).read_bytes())).encode() + b"\n")
