"""core.wasm: it repeats the golden vectors in node, and it is what the sources give."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from waiting import HANG

ROOT = Path(__file__).parents[2]
WASM = ROOT / "src" / "byhand" / "lab" / "static" / "core" / "core.wasm"
NODE = shutil.which("node")


# core.wasm, the one for browsers with relaxed SIMD, and that with threads, within the same tolerances: 1e-4 of the
# largest weight.
BUILDS = {
    "wasm": WASM,
    "relaxed-wasm": WASM.with_name("core-relaxed.wasm"),
    "threads-wasm": WASM.with_name("core-threads.wasm"),
}
RELAXED = "--experimental-wasm-relaxed-simd"  # in node 20; later ones have it without asking


def node_flags(build: str) -> list[str]:
    """Return what node needs to be told for a build; skip where it does not have the instructions."""
    flags = [RELAXED] if build != "wasm" else []
    if subprocess.run([str(NODE), *flags, "-e", "0"], capture_output=True, check=False).returncode:
        flags = []
    module = (ROOT / "src/byhand/lab/static/core/relaxed-simd.js").as_uri()
    asked = f"import({module!r}).then(m => process.exit(m.hasRelaxedSimd() ? 0 : 1))"
    if build != "wasm" and subprocess.run([str(NODE), *flags, "-e", asked], check=False).returncode:
        pytest.skip("this node lacks relaxed SIMD")
    return flags


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("build", BUILDS)
def test_it_repeats_the_golden_vectors(build: str) -> None:
    check = [str(NODE), *node_flags(build), str(ROOT / "tests" / "native" / "golden.mjs"), str(BUILDS[build])]
    done = subprocess.run(check, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("9 streams, 5 orders, 7 trainings, 6 traces")


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_threads_change_no_bit_and_share_no_small_step() -> None:
    build = "threads-wasm"
    check = [str(NODE), *node_flags(build), str(ROOT / "tests" / "native" / "threads.mjs"), str(BUILDS[build])]
    done = subprocess.run(check, capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.returncode, done.stdout) == (0, "the same bits\n"), done.stderr[-2000:]


@pytest.mark.parametrize("build", BUILDS)
def test_it_is_small_and_asks_the_page_for_nothing(build: str) -> None:
    assert BUILDS[build].stat().st_size < 115_000
    assert b"wasi" not in BUILDS[build].read_bytes()


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_browser_without_relaxed_simd_is_recognised() -> None:
    """core.wasm runs without; where the probe says no, core-relaxed.wasm would be refused."""
    module = (ROOT / "src/byhand/lab/static/core/relaxed-simd.js").as_uri()
    asked = f"import({module!r}).then(m => process.stdout.write(String(m.hasRelaxedSimd())))"
    valid = "process.stdout.write(String(WebAssembly.validate(require('fs').readFileSync(process.argv[1]))))"
    probe = subprocess.run([str(NODE), "-e", asked], capture_output=True, text=True, check=True).stdout
    found = {
        build: subprocess.run([str(NODE), "-e", valid, str(path)], capture_output=True, text=True, check=True).stdout
        for build, path in BUILDS.items()
    }
    assert found == {"wasm": "true", "relaxed-wasm": probe, "threads-wasm": probe}


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="needs ziglang, pinned in tools/cross.py")
@pytest.mark.parametrize("build", BUILDS)
def test_it_is_what_the_sources_give(build: str, tmp_path: Path) -> None:
    again = tmp_path / "core.wasm"
    subprocess.run([sys.executable, str(ROOT / "tools" / "cross.py"), build, str(again)], check=True)
    assert again.read_bytes() == BUILDS[build].read_bytes()
