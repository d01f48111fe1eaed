"""core.wasm: it repeats the golden vectors in node, and it is what the sources give."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WASM = ROOT / "src" / "byhand" / "lab" / "static" / "core" / "core.wasm"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_it_repeats_the_golden_vectors() -> None:
    check = [str(NODE), str(ROOT / "tests" / "native" / "golden.mjs"), str(WASM)]
    done = subprocess.run(check, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("9 streams, 5 orders, 7 trainings, 6 traces")


def test_it_is_small_and_asks_the_page_for_nothing() -> None:
    assert WASM.stat().st_size < 130_000
    assert b"wasi" not in WASM.read_bytes()


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="needs ziglang, pinned in tools/cross.py")
def test_it_is_what_the_sources_give(tmp_path: Path) -> None:
    again = tmp_path / "core.wasm"
    subprocess.run([sys.executable, str(ROOT / "tools" / "cross.py"), "wasm", str(again)], check=True)
    assert again.read_bytes() == WASM.read_bytes()
