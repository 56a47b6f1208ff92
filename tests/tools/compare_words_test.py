#!/usr/bin/env python3
"""What lab/compare/words measures: parts, exact numbers of words, thresholds, and one whole run without peers.

usage: compare_words_test.py [FOLDER_OF_PROGRAMS]   with the folder, the run that trains as well
"""
import gzip
import importlib.machinery
import importlib.util
import itertools
import math
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "lab" / "compare" / "words"
loader = importlib.machinery.SourceFileLoader("compare_words", str(PATH))
compare_words = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare_words", loader))
loader.exec_module(compare_words)

PROGRAMS = None


class CompareWords(unittest.TestCase):
    def test_parts_hold_every_message_once_and_both_classes_evenly(self):
        messages = [((str(i),), i % 4 == 0) for i in range(100)]
        parts = compare_words.parts_of(messages, 5, 3)
        self.assertEqual(sorted(at for part in parts for at in part), list(range(100)))
        for part in parts:
            self.assertEqual([len(part), sum(messages[at][1] for at in part)], [20, 5])
        self.assertEqual(parts, compare_words.parts_of(messages, 5, 3))

    def test_words_needed_is_the_smallest_set_that_reaches_the_margin(self):
        draw = random.Random(1)
        for _ in range(200):
            gains = [draw.randint(-3, 6) for _ in range(8)]
            margin = draw.randint(1, 20)
            sizes = [len(some) for size in range(9) for some in itertools.combinations(gains, size) if sum(some) >= margin]
            self.assertEqual(compare_words.words_needed(margin, gains), min(sizes, default=math.inf))

    def test_threshold_stands_at_the_place_of_the_rate(self):
        scores = list(range(1, 20))
        self.assertEqual(compare_words.threshold_for_rate(scores, 0.1), 18)
        self.assertEqual(compare_words.threshold_for_rate(scores, 0.125), 17.5)
        with self.assertRaises(SystemExit):
            compare_words.threshold_for_rate(scores, 0.01)

    def test_messages_of_equal_words_count_once(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "t.tsv.gz"
            table.write_bytes(gzip.compress(b"text\tkind\nbuy now\tspam\nNOW, buy\tspam\nsee you\tham\n"))
            found = compare_words.read_messages(str(table), "text", "kind", "spam")
        self.assertEqual(found, [(("buy", "now"), True), (("see", "you"), False)])

    def test_a_table_without_the_class_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "t.tsv"
            table.write_text("text\tkind\nbuy now\tspam\nsee you\tham\n")
            done = subprocess.run([sys.executable, "-B", PATH, f"{table}:text:kind:eggs", "--without-peers"],
                                  capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("found 0 of 2 messages of class 'eggs'", done.stderr)

    def test_a_whole_run_prints_a_line_per_model(self):
        if PROGRAMS is None:
            self.skipTest("no folder of programs")
        draw = random.Random(2)
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "t.tsv"
            rows = []
            for i in range(300):
                kind = "spam" if i % 2 else "ham"
                letters = [chr(97 + draw.randrange(26)) for _ in range(9)]
                rows.append(" ".join((kind if draw.random() < 0.7 else "word") + letter for letter in letters) + f"\t{kind}")
            table.write_text("\n".join(["text\tkind", *rows]) + "\n")
            done = subprocess.run([sys.executable, "-B", PATH, f"{table}:text:kind:spam", "--without-peers", "--seeds", "1",
                                   "--max-fpr", "0.1", "--standfast", PROGRAMS / "standfast",
                                   "--train", "--epochs 3 --certify-for words:1", "--train", "--epochs 3 --certify-for words:0"],
                                  capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        title, head, first, second = done.stdout.splitlines()
        self.assertIn("messages of different words", title)
        self.assertIn("added words", head)
        self.assertTrue(first.startswith("standfast --epochs 3 --certify-for words:1"))
        self.assertTrue(second.startswith("standfast --epochs 3 --certify-for words:0"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PROGRAMS = Path(sys.argv.pop(1)).resolve()
    unittest.main()
