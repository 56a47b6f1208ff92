"""The example that opens a public header is made of the lines of one program in examples/."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ["result.hpp", "threat.hpp", "certificate.hpp", "data.hpp", "classifier.hpp", "evaluation.hpp", "report.hpp",
           "precision.hpp", "standfast.h"]


def fragments(header):
    """The indented lines of the comment that opens the header, in pieces where it breaks off."""
    text = (ROOT / f"include/standfast/{header}").read_text()
    opening = text[:text.index("#pragma once")]
    blocks = re.findall(r"(?:^//     .*\n)+", opening, re.MULTILINE)
    return ["".join(line[2:].strip() + "\n" for line in block.splitlines()) for block in blocks]


class HeaderExamples(unittest.TestCase):
    def test_each_is_part_of_a_program_that_runs_as_a_test(self):
        programs = ["".join(line.strip() + "\n" for line in path.read_text().splitlines())
                    for path in sorted((ROOT / "examples").glob("*.c*"))]
        for header in HEADERS:
            with self.subTest(header=header):
                parts = fragments(header)
                self.assertGreaterEqual(sum(part.count("\n") for part in parts), 3, "no example opens the header")
                self.assertTrue(any(all(part in program for part in parts) for program in programs),
                                "not part of one program in examples/:\n" + "...\n".join(parts))


if __name__ == "__main__":
    unittest.main()
