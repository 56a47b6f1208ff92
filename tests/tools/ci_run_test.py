"""Where .ci/run takes real data from, with the checks played by scripts."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CiRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.beside = Path(folder.name).resolve()
        tree = self.beside / "clone"
        for name in (".ci", "tools"):
            (tree / name).mkdir(parents=True)
        shutil.copy(ROOT / ".ci/run", tree / ".ci")
        for tool, status in (("install_dependencies", 0), ("check", 3)):
            script = tree / "tools" / tool
            script.write_text(f'#!/bin/sh\necho "{tool}($*) with data in [$STANDFAST_DATA]"\nexit {status}\n')
            script.chmod(0o755)
        self.script = tree / ".ci/run"

    def expect_data(self, folder, **variables):
        environment = {name: value for name, value in os.environ.items() if name != "STANDFAST_DATA"}
        result = subprocess.run([self.script], capture_output=True, text=True, env=dict(environment, **variables), cwd="/")
        with_data = f"with data in [{folder}]\n"
        self.assertEqual(result.stdout, f"install_dependencies(check) {with_data}check() {with_data}")
        self.assertEqual(result.returncode, 3, "the exit code is that of tools/check")

    def test_without_data_it_names_none(self):
        self.expect_data("")

    def test_the_default_is_a_fixed_folder_beside_the_clone(self):
        data = self.beside / "shared/data"
        data.mkdir(parents=True)
        self.expect_data(data)

    def test_a_folder_that_is_named_comes_first(self):
        (self.beside / "shared/data").mkdir(parents=True)
        self.expect_data("/named", STANDFAST_DATA="/named")

    def test_data_in_another_neighbours_folder_are_not_looked_for(self):
        (self.beside / "other/data/mnist_38").mkdir(parents=True)
        self.expect_data("")


if __name__ == "__main__":
    unittest.main()
