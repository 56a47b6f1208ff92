"""What tools/check says about its steps, in a tree of its own where only the step `version` has anything to read."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "tools/check").read_text()


class Check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)
        (self.tree / "tools").mkdir()
        shutil.copy(ROOT / "tools/check", self.tree / "tools")
        self.versions("1.2.3", "1.2.3")

    def versions(self, project, changelog):
        (self.tree / "CMakeLists.txt").write_text(f"project(standfast VERSION {project} LANGUAGES CXX)\n")
        (self.tree / "CHANGELOG.md").write_text(f"## Unreleased\n\n## {changelog}\n")

    def check(self, *steps):
        """(exit code, output, errors)"""
        command = [self.tree / "tools/check", *steps]
        result = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
        return result.returncode, result.stdout, result.stderr

    def test_help_says_what_each_step_does(self):
        code, output, _ = self.check("--help")
        self.assertEqual(code, 0)
        named = re.findall(r"^  (\w+) +\S+ \S+", output, re.MULTILINE)
        self.assertEqual(named, ["format", "layers", "version", "build", "test", "headers", "demo", "shared", "tidy", "asan",
                                 "tsan", "fuzz", "unit", "property", "cli", "install", "readme", "tools"])
        for name in set(named[:12]) - {"test"}:
            self.assertRegex(SCRIPT, rf"(?m)^{name}\(\) {{", "a step is a function of its name")

    def test_a_step_that_holds_passes(self):
        code, output, _ = self.check("version")
        self.assertEqual(code, 0)
        self.assertRegex(output, r"^ok     version +\d+ s\n1 passed, 0 failed\n$")

    def test_a_step_that_fails_shows_what_it_said(self):
        self.versions("1.2.3", "1.2.2")
        code, output, _ = self.check("version", "version")
        self.assertEqual(code, 1)
        self.assertIn("FAILED version", output)
        self.assertIn("CMakeLists.txt says '1.2.3', CHANGELOG.md says '1.2.2'", output)
        self.assertIn("0 passed, 2 failed", output)

    def test_an_unknown_step_is_refused_before_any_runs(self):
        for word in ("nothing", "vers", "", "version "):
            code, output, errors = self.check("version", word)
            self.assertEqual((code, output), (2, ""), word)
            self.assertIn(f"found step '{word}', expected one of: format layers", errors)


if __name__ == "__main__":
    unittest.main()
