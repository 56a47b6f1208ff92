"""When tools/run_tests runs the tests again: in a tree of its own, with ctest played by a script."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSED = "100% tests passed, 0 tests failed out of 3"


class RunTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name) / "tree"
        self.log = Path(folder.name) / "ctest.log"
        (self.tree / "tools").mkdir(parents=True)
        (self.tree / "build/release/bin").mkdir(parents=True)
        shutil.copy(ROOT / "tools/run_tests", self.tree / "tools")
        (self.tree / "source.cpp").write_text("one")
        (self.tree / "build/release/bin/program").write_text("one")
        (self.tree / "build/release/CMakeCache.txt").write_text("")
        self.ctest(0, PASSED)

    def ctest(self, status, closing):
        tool = Path(self.tree).parent / "bin/ctest"
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f'#!/bin/sh\necho "$@" >> {self.log}\necho "{closing}"\nexit {status}\n')
        tool.chmod(0o755)

    def run_tests(self, *arguments, **variables):
        """(exit code, output, how often ctest has run by now)"""
        path = f"{self.tree.parent / 'bin'}:{os.environ['PATH']}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("STANDFAST", "FRESH"))}
        result = subprocess.run([str(self.tree / "tools/run_tests"), *arguments], capture_output=True, text=True,
                                env=dict(environment, PATH=path, **variables))
        return result.returncode, result.stdout, len(self.log.read_text().splitlines())

    def test_the_same_tree_is_tested_once(self):
        self.assertEqual(self.run_tests(), (0, PASSED + "\n", 1))
        code, output, runs = self.run_tests()
        self.assertEqual((code, runs), (0, 1))
        self.assertTrue(output.startswith(PASSED + "\n"), output)
        self.assertIn("FRESH=1", output)

    def test_it_is_tested_again_where_asked(self):
        self.run_tests()
        self.assertEqual(self.run_tests(FRESH="1")[2], 2)

    def test_a_change_of_a_source_a_program_or_a_setting_runs_them(self):
        self.run_tests()
        (self.tree / "source.cpp").write_text("two")
        self.assertEqual(self.run_tests()[2], 2)
        (self.tree / "another.cpp").write_text("")
        self.assertEqual(self.run_tests()[2], 3)
        (self.tree / "build/release/bin/program").write_text("two")
        self.assertEqual(self.run_tests()[2], 4)
        self.assertEqual(self.run_tests(STANDFAST_SEED="7")[2], 5)
        self.assertEqual(self.run_tests(STANDFAST_SEED="7")[2], 5)

    def test_a_failure_is_not_remembered(self):
        self.ctest(8, "67% tests passed, 1 tests failed out of 3")
        self.assertEqual(self.run_tests()[0], 8)
        self.assertEqual(self.run_tests()[2], 2)

    def test_a_failure_forgets_an_earlier_pass(self):
        self.run_tests()
        self.ctest(8, "67% tests passed, 1 tests failed out of 3")
        self.assertEqual(self.run_tests(FRESH="1")[0], 8)
        self.ctest(0, PASSED)
        self.assertEqual(self.run_tests()[2], 3)

    def test_some_of_the_tests_do_not_stand_for_all(self):
        self.run_tests("-R", "unit")
        self.assertEqual(self.run_tests()[2], 2)


if __name__ == "__main__":
    unittest.main()
