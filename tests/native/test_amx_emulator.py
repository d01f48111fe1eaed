"""The emulator for Intel's AMX (amx_emulator.c), asked by amx_selftest.c; a processor that has AMX is asked itself."""

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "core"))

from build import CompilerNotFoundError, find_compiler  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-Werror"]
AMX = ["-mamx-tile", "-mamx-bf16"]
QUESTIONS = ["products", "corners", "addresses", "threads"]
FAULTS = {
    "shapes": "#UD: TDPBF16PS: shapes do not match, in dwords: 5 x 11 += 5 x 7 @ 6 x 11",
    "twice": "#UD: TDPBF16PS: tiles 0, 1, 1 are not three",
    "unconfigured": "#UD: tile 4 is not configured",
    "rows": "#GP: LDTILECFG: tile 2 has 17 rows of 44 bytes",
    "palette": "#GP: LDTILECFG: palette 2, and there are 0 and 1",
}


def processor_has_amx() -> bool:
    return "amx_bf16" in Path("/proc/cpuinfo").read_text()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program and the emulator."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the emulator is for Linux on x86-64")
    try:
        compiler = find_compiler()
    except CompilerNotFoundError as reason:
        pytest.skip(str(reason))
    folder = tmp_path_factory.mktemp("amx")
    nothing = ["-x", "c", "-c", "/dev/null", "-o", str(folder / "nothing.o")]
    if subprocess.run([*compiler, *AMX, *nothing], capture_output=True, check=False).returncode:
        pytest.skip("the compiler does not know AMX")
    plain = [*compiler, "-O2", "-std=gnu11", *WARNINGS]
    emulator, probe = folder / "amx_emulator.so", folder / "amx_selftest"
    subprocess.run([*plain, "-shared", "-fPIC", str(HERE / "amx_emulator.c"), "-o", str(emulator)], check=True)
    subprocess.run([*plain, *AMX, str(HERE / "amx_selftest.c"), "-o", str(probe), "-pthread", "-lm"], check=True)
    return folder


def ask(built: Path, question: str, preload: bool) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | ({"LD_PRELOAD": str(built / "amx_emulator.so")} if preload else {})
    command = [str(built / "amx_selftest"), question]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_answers_as_the_manual_does(built: Path, question: str) -> None:
    done = ask(built, question, preload=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ok: {question}\n", "")


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_it_the_processor_answers_or_refuses(built: Path, question: str) -> None:
    done = ask(built, question, preload=False)
    if processor_has_amx():
        assert (done.returncode, done.stdout) == (0, f"ok: {question}\n")
    else:
        assert (done.returncode, done.stdout) == (-signal.SIGILL, "")


@pytest.mark.parametrize("misuse", FAULTS)
def test_a_misuse_is_named_and_ends_the_program(built: Path, misuse: str) -> None:
    if processor_has_amx():
        pytest.skip("the processor answers itself, and names nothing")
    done = ask(built, misuse, preload=True)
    assert (done.returncode, done.stderr) == (-signal.SIGABRT, f"AMX emulator: {FAULTS[misuse]}\n")


def test_another_instruction_that_is_refused_ends_the_program_as_ever(built: Path) -> None:
    done = ask(built, "other", preload=True)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGILL, "", "")
