"""The core under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer, fuzzed by fuzz.c."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "core"))

from build import CompilerNotFoundError, compile_core, find_compiler  # noqa: E402

pytestmark = pytest.mark.full


@pytest.mark.parametrize(("sanitizers", "rounds"), [("address,undefined", 100), ("thread", 20)])
def test_no_sanitizer_has_anything_to_report(sanitizers: str, rounds: int, tmp_path: Path) -> None:
    flags = [f"-fsanitize={sanitizers}", "-fno-sanitize-recover=all", "-g", "-O1"]
    try:
        compile_core(tmp_path / "libbyhand.so", extra=flags)
    except CompilerNotFoundError as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no compiler with {sanitizers}: {reason}")
    program = tmp_path / "fuzz"
    built = [*find_compiler(), *flags, str(ROOT / "tests/native/fuzz.c"), str(tmp_path / "libbyhand.so"), "-lm"]
    subprocess.run([*built, f"-Wl,-rpath,{tmp_path}", "-o", str(program)], check=True)
    done = subprocess.run([str(program), str(rounds), "1"], capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout == f"{rounds} rounds\n"
