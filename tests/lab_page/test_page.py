"""The page's code in node, its files, and its rules."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from driving import STATIC

NODE = shutil.which("node")
OURS = [path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts]
SCRIPTS = [path for path in OURS if path.suffix == ".js"]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_frames_state_and_files_in_node() -> None:
    script = str(Path(__file__).with_name("page.mjs"))
    done = subprocess.run([str(NODE), script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == "35 frames\n"


def test_page_and_core_stay_under_a_megabyte_without_data_and_weights() -> None:
    files = [path for path in STATIC.rglob("*") if path.is_file() and not {"data", "models"} & set(path.parts)]
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_no_script_is_above_four_hundred_lines_and_no_view_knows_another() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 400, path.name
        if path.parent.name == "views":
            assert 'from "./' not in text, path.name


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in OURS:
        if path.suffix in {".js", ".css", ".html"}:
            addresses = re.findall(r"https?://[^\s\"'`)]+", path.read_text(encoding="utf-8"))
            assert set(addresses) <= {"http://www.w3.org/2000/svg"}, path.name


def test_the_bundled_digits_are_the_package_s() -> None:
    for path in (STATIC / "data").iterdir():
        assert path.read_bytes() == (STATIC.parents[1] / "data" / "bundled" / path.name).read_bytes()


def test_vendored_files_have_their_licence_and_version() -> None:
    package = json.loads((STATIC / "vendor" / "uplot" / "package.json").read_text(encoding="utf-8"))
    assert (package["name"], package["version"], package["license"]) == ("uplot", "1.6.32", "MIT")
    assert (STATIC / "vendor" / "uplot" / "LICENSE").exists()


def test_every_term_has_its_sentence() -> None:
    glossary = (STATIC / "strings.js").read_text(encoding="utf-8").split("GLOSSARY")[1]
    known = set(re.findall(r"^  \"?([\w ]+)\"?: \"", glossary, flags=re.MULTILINE))
    used = {word for path in SCRIPTS for word in re.findall(r"term\(\"([^\"]+)\"", path.read_text(encoding="utf-8"))}
    assert used
    assert used <= known
