"""What docs/tables.md shows is what happens: usage: tables_test.py PROGRAM_FOLDER

Each ```sh block runs, in order, in one folder; a ```text block after it is its output, to the letter.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ""


def blocks():
    return re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/tables.md").read_text(), re.MULTILINE | re.DOTALL)


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.symlink(ROOT / "examples", Path(self.folder.name) / "examples")

    def run_in_folder(self, text):
        environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}")
        return subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=self.folder.name, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def test_every_command_runs_and_says_what_is_shown(self):
        done, output = [], ""
        for language, text in blocks():
            if language == "sh":
                result = self.run_in_folder(text)
                self.assertEqual(result.returncode, 0, f"{text}\n{result.stderr}")
                output = result.stdout
                done.append((text, result))
            elif language == "text":
                self.assertEqual(output, text)
        self.assertGreaterEqual(sum(" train " in text for text, _ in done), 5)
        # the trees in the wood: what each table is about was seen
        said = "".join(result.stderr for _, result in done)
        for part in ('"branch"', '3 columns are text', '6 columns are true or false', 'columns are parted by `;`',
                     '"sha256" (', '"account_age" ('):
            self.assertIn(part, said)
        # nothing of the two models' columns is asked for again
        for model in ("payments", "headers"):
            shown = self.run_in_folder(f"standfast inspect {model}.safetensors")
            self.assertIn("columns of a table, as they are read", shown.stdout)

    def test_radii_survive_the_attack(self):
        for language, text in blocks():
            if "make_tables" in text or "network" in text:
                self.assertEqual(self.run_in_folder(text).returncode, 0)
        result = self.run_in_folder("standfast certify network.safetensors network.csv:test --norm 1,2 --limit 60 "
                                    "--attack --format csv --certificates proofs.jsonl -o radii.csv && "
                                    "standfast verify proofs.jsonl network.safetensors network.csv:test --limit 60")
        self.assertEqual(result.returncode, 0, result.stderr)
        proofs = (Path(self.folder.name) / "proofs.jsonl").read_text().splitlines()
        categories = json.loads(proofs[0])["threat"]["categories"]
        self.assertEqual([category["name"] for category in categories], ["protocol", "service", "flag"])
        lines = (Path(self.folder.name) / "radii.csv").read_text().splitlines()
        names = lines[0].split(",")
        alarms = 0
        for line in lines[1:]:
            row = dict(zip(names, line.split(",")))
            for norm in ("l1", "l2"):
                self.assertLessEqual(float(row[f"radius_{norm}"]), float(row[f"attack_{norm}"]), line)
            alarms += float(row["radius_l1"]) > 0
        self.assertGreater(alarms, 5)


if __name__ == "__main__":
    PROGRAMS = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
