"""What install_dependencies says about a missing package, with the package manager played by scripts."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [line.split() for line in (ROOT / "tools/packages.txt").read_text().splitlines() if line and line[0] != "#"]
BUILD = [name for purpose, name in PACKAGES if purpose == "build"]


class InstallDependencies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = Path(folder.name)
        self.log = self.bin / "apt.log"
        self.script("apt-get", f'echo "$@" >> {self.log}')
        for tool in ("sh", "awk", "grep", "dirname"):
            (self.bin / tool).symlink_to(shutil.which(tool))

    def script(self, name, body):
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def run_with(self, installed, user, *arguments):
        lines = "".join(f"installed {name} \\n" for name in installed)
        self.script("dpkg-query", f"printf '{lines}'")
        self.script("id", f"echo {user}")
        environment = dict(os.environ, PATH=str(self.bin))
        command = [str(ROOT / "tools/install_dependencies"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    def test_nothing_missing_does_nothing(self):
        result = self.run_with(BUILD, 1000)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertFalse(self.log.exists())

    def test_without_root_the_missing_packages_and_the_command_are_named(self):
        result = self.run_with([name for name in BUILD if name not in ("cmake", "libspng-dev")], 1000)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, "missing packages: cmake libspng-dev\nto install them:  "
                                        "sudo apt-get install --no-install-recommends cmake libspng-dev\n")
        self.assertFalse(self.log.exists())

    def test_root_installs_exactly_what_is_missing(self):
        result = self.run_with([name for name in BUILD if name != "ccache"], 0)
        self.assertEqual(result.returncode, 0, result.stderr)
        update, install = self.log.read_text().splitlines()
        self.assertIn("update", update)
        self.assertTrue(install.endswith("--no-install-recommends ccache"), install)

    def test_a_virtual_package_counts_where_it_is_provided(self):
        installed = [name for name in BUILD if name != "libjpeg-dev"] + ["libjpeg9-dev libjpeg-dev, libjpeg9-static"]
        self.assertEqual(self.run_with(installed, 1000).returncode, 0)

    def test_an_unknown_purpose_is_refused(self):
        self.assertEqual(self.run_with(BUILD, 1000, "everything").returncode, 2)


if __name__ == "__main__":
    unittest.main()
