"""The shared library shows the functions of its header and nothing else: usage: exports_test.py LIBRARY"""
import re
import subprocess
import sys
import unittest
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "include/standfast/standfast.h"
LIBRARY = ""
SYSTEM = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2",
          "ld-linux-aarch64.so.1"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Exports(unittest.TestCase):
    def test_the_symbols_are_the_functions_of_the_header(self):
        declared = set(re.findall(r"^STANDFAST_API [\w *]+?\b(standfast_\w+)\(", HEADER.read_text(), re.MULTILINE))
        self.assertGreaterEqual(len(declared), 19)
        defined = [line.split()[-1] for line in output_of("nm", "-D", "--defined-only", LIBRARY).splitlines()]
        self.assertEqual(set(defined), {f"{name}@@STANDFAST_1" for name in declared} | {"STANDFAST_1"})

    def test_the_soname_is_that_of_the_interface(self):
        abi = re.search(r"^#define STANDFAST_ABI (\d+)$", HEADER.read_text(), re.MULTILINE)[1]
        self.assertIn(f"[libstandfast_c.so.{abi}]", output_of("readelf", "-d", LIBRARY))

    def test_it_needs_no_library_of_images_archives_mail_or_training(self):
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "-d", LIBRARY)))
        ours = {name.split(".so")[0] for name in needed - SYSTEM}
        self.assertLessEqual(ours, {"libfmt", "libcrypto"})


if __name__ == "__main__":
    LIBRARY = sys.argv.pop(1)
    unittest.main()
