"""The layer check passes on the tree as it is, and names each planted bad include, room and cycle."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/check_layers"
TOPS = ("include", "src", "trainer", "cli", "lab")


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name).resolve()
        shutil.copytree(ROOT / "include", self.root / "include")
        for header in ("src/base/try.hpp", "src/model/model.hpp"):
            self.write(header, "#pragma once\n")

    def run_check(self, tool=TOOL, root=None):
        return subprocess.run([sys.executable, tool, root or self.root], capture_output=True, text=True)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def expect_refusal(self, path, include, reason):
        self.write(path, f"#include <vector>\n#include {include}\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(f"{path}:2: {reason}", result.stdout)

    def expect_bad_table(self, row, planted, reason):
        text = TOOL.read_text()
        self.assertEqual(text.count(row), 1, f"the table has no row {row}")
        tool = self.root / "check_layers"
        tool.write_text(text.replace(row, planted))
        result = self.run_check(tool)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(reason, result.stdout)

    def test_the_tree_is_clean_and_every_source_is_read(self):
        count = sum(file.suffix in (".hpp", ".cpp", ".inc") for top in TOPS for file in (ROOT / top).rglob("*"))
        self.assertGreater(count, 0)
        result = self.run_check(root=ROOT)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn(f"layers: {count} files, 0 complaints", result.stdout)

    def test_an_empty_tree_is_refused(self):
        shutil.rmtree(self.root / "include")
        shutil.rmtree(self.root / "src")
        result = self.run_check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("found no source file", result.stdout)

    def test_a_lower_room_may_not_include_a_higher_one(self):
        self.expect_refusal("src/base/planted.cpp", '"model/model.hpp"', "`base` may not include `model`")

    def test_an_include_by_a_relative_path_is_seen(self):
        self.expect_refusal("src/base/planted.cpp", '"../model/model.hpp"', "`base` may not include `model`")

    def test_a_bad_include_in_an_inc_file_is_seen(self):
        self.expect_refusal("src/kernels/planted.inc", '"model/model.hpp"', "`kernels` may not include `model`")

    def test_the_core_shares_no_code_with_the_search(self):
        for higher in ("infer", "search", "certifier"):
            self.write(f"src/{higher}/planted.hpp", "#pragma once\n")
            for proof in ("verify", "verify_wide"):
                reason = f"`{proof}` may not include `{higher}`"
                self.expect_refusal(f"src/{proof}/planted.cpp", f'"{higher}/planted.hpp"', reason)
        for fast in ("kernels", "verify_wide"):
            self.write(f"src/{fast}/planted.hpp", "#pragma once\n")
            self.expect_refusal("src/verify/planted.cpp", f'"{fast}/planted.hpp"', f"`verify` may not include `{fast}`")

    def test_the_library_may_not_include_the_trainer(self):
        self.write("trainer/planted.hpp", "#pragma once\n")
        for room in ("training", "model", "classifier"):
            self.expect_refusal(f"src/{room}/planted.cpp", '"trainer/planted.hpp"', f"`{room}` may not include `trainer`")

    def test_the_program_may_not_include_the_trainer(self):
        self.write("trainer/planted.hpp", "#pragma once\n")
        self.expect_refusal("cli/planted.cpp", '"trainer/planted.hpp"', "`cli` may include public headers only")

    def test_the_lab_includes_everything_and_nothing_includes_the_lab(self):
        self.write("trainer/planted.hpp", "#pragma once\n")
        self.write("lab/planted.hpp", '#include "model/model.hpp"\n#include "trainer/planted.hpp"\n')
        result = self.run_check()
        self.assertEqual(result.returncode, 0, result.stdout)
        self.expect_refusal("src/report/planted.cpp", '"lab/planted.hpp"', "`report` may not include `lab`")
        self.expect_refusal("trainer/planted.cpp", '"lab/planted.hpp"', "`trainer` may not include `lab`")
        self.expect_refusal("cli/planted.cpp", '"lab/planted.hpp"', "`cli` may include public headers only")

    def test_a_public_header_of_a_higher_room_is_refused(self):
        self.expect_refusal("src/model/planted.hpp", '"standfast/report.hpp"', "`model` may not include `report`")

    def test_a_public_header_holds_nothing_private(self):
        self.expect_refusal("include/standfast/threat.hpp", '"base/try.hpp"', "a public header includes the private")

    def test_a_public_header_belongs_to_a_room(self):
        self.write("include/standfast/planted.hpp", "#pragma once\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("include/standfast/planted.hpp:1: belongs to no room of the table", result.stdout)

    def test_a_header_holds_no_third_party_include(self):
        self.expect_refusal("src/format/planted.hpp", "<nlohmann/json.hpp>", "a header includes <nlohmann/json.hpp>")

    def test_our_headers_are_written_in_quotes(self):
        self.expect_refusal("src/model/planted.cpp", "<standfast/threat.hpp>", "<standfast/threat.hpp> is ours")

    def test_only_trainer_and_lab_see_libtorch(self):
        self.expect_refusal("src/evaluation/planted.cpp", "<torch/torch.h>", "`evaluation` includes <torch/torch.h>")
        self.expect_refusal("src/training/planted.cpp", "<torch/torch.h>", "`training` includes <torch/torch.h>")

    def test_the_program_uses_public_headers_and_its_own_folders(self):
        self.write("cli/terminal/planted.hpp", "#pragma once\n")
        self.write("cli/commands/planted.cpp", '#include "standfast/report.hpp"\n#include "terminal/planted.hpp"\n')
        result = self.run_check()
        self.assertEqual(result.returncode, 0, result.stdout)
        self.expect_refusal("cli/commands/planted.cpp", '"model/model.hpp"', "`cli` may include public headers only")

    def test_an_include_of_no_file_is_refused(self):
        self.expect_refusal("src/model/planted.cpp", '"model/missing.hpp"', '"model/missing.hpp" is not a file of any room')

    def test_an_include_that_a_macro_names_is_refused(self):
        self.expect_refusal("src/model/planted.cpp", "PLANTED_HEADER", "cannot read `#include PLANTED_HEADER`")

    def test_an_unknown_room_is_refused(self):
        paths = ("src/attic/planted.cpp", "src/attic/planted.inc", "attic/planted.cpp", "src/planted.cpp", "src/lab/planted.cpp")
        for path in paths:
            self.write(path, "int planted = 0;\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1)
        for path in paths:
            self.assertIn(f"{path}:1: belongs to no room", result.stdout)

    def test_a_cycle_in_the_table_is_printed(self):
        self.expect_bad_table('"base": [],', '"base": ["search"],', "the table has a cycle: base -> search -> base")
        self.expect_bad_table('"format": ["base", "columns", "files", "model", "threat"],', '"format": ["base", "certifier"],',
                              "the table has a cycle: format -> certifier -> format")

    def test_a_row_that_names_no_room_is_refused(self):
        self.expect_bad_table('"base": [],', '"base": ["attic"],', "the row of `base` names `attic`, which has no row")

    def test_a_row_that_lets_the_trainer_in_is_refused(self):
        self.expect_bad_table('"base": [],', '"base": ["trainer"],', "`base` may not include `trainer`: nothing does")


if __name__ == "__main__":
    unittest.main()
