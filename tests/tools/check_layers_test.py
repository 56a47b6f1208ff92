"""The layer check passes on the tree as it is and names each planted bad include."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        for part in ("include", "src", "cli", "lab"):
            shutil.copytree(ROOT / part, self.root / part)

    def run_check(self):
        return subprocess.run([sys.executable, ROOT / "tools/check_layers", self.root], capture_output=True, text=True)

    def expect_refusal(self, path, include, reason):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#include <vector>\n#include {include}\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(f"{path}:2: {reason}", result.stdout)

    def test_the_tree_is_clean(self):
        result = self.run_check()
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_lower_room_may_not_include_a_higher_one(self):
        self.expect_refusal("src/base/planted.cpp", '"model/model.hpp"', "`base` may not include `model`")

    def test_the_verifier_shares_no_code_with_the_search(self):
        self.expect_refusal("src/verify/planted.cpp", '"infer/plan.hpp"', "`verify` may not include `infer`")
        self.expect_refusal("src/verify/planted.cpp", '"kernels/kernels.hpp"', "`verify` may not include `kernels`")

    def test_a_public_header_of_a_higher_room_is_refused(self):
        self.expect_refusal("src/model/planted.hpp", '"standfast/classifier.hpp"', "`model` may not include `classifier`")

    def test_a_public_header_holds_nothing_private(self):
        self.expect_refusal("include/standfast/threat.hpp", '"base/try.hpp"', "a public header includes the private")

    def test_a_header_holds_no_third_party_include(self):
        self.expect_refusal("src/format/planted.hpp", "<nlohmann/json.hpp>", "a header includes <nlohmann/json.hpp>")

    def test_only_train_sees_libtorch(self):
        self.expect_refusal("src/evaluate/planted.cpp", "<torch/torch.h>", "`evaluate` includes <torch/torch.h>")

    def test_the_program_uses_public_headers_only(self):
        self.expect_refusal("cli/planted.cpp", '"model/model.hpp"', "`cli` may include public headers only")

    def test_an_unknown_room_is_refused(self):
        file = self.root / "src/attic/planted.cpp"
        file.parent.mkdir()
        file.write_text("int planted = 0;\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("src/attic/planted.cpp:1: belongs to no room", result.stdout)


if __name__ == "__main__":
    unittest.main()
