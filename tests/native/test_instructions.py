"""What a prediction costs in instructions, counted by Valgrind: the same on a busy machine as on a quiet one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "core"
sys.path.insert(0, str(CORE))

from build import INCLUDES, CompilerNotFoundError, compile_core, find_compiler  # noqa: E402

pytestmark = [pytest.mark.full, pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counted")
    library, program = folder / "libbyhand.so", folder / "predict_counted"
    try:
        compile_core(library)
        source = [str(HERE / "predict_counted.c"), str(library), f"-Wl,-rpath,{folder}", "-o", str(program)]
        subprocess.run([*find_compiler(), "-std=c11", "-O1", *INCLUDES, *source], check=True)
    except CompilerNotFoundError as reason:
        pytest.skip(str(reason))
    return program


def run(program: Path, sizes: tuple[int, int], pictures: int, *, together: bool, calls: int) -> tuple[int, str]:
    """Return how many instructions the whole program took, and what it printed."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program)]
    numbers = map(str, (*sizes, pictures, int(together), calls))
    done = subprocess.run([*command, *numbers], capture_output=True, text=True, check=True)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    assert counted
    return int(counted[1]), done.stdout


def instructions(program: Path, sizes: tuple[int, int], pictures: int, *, together: bool) -> float:
    """Return the instructions a picture."""
    few, many = (run(program, sizes, pictures, together=together, calls=calls)[0] for calls in (1, 5))
    return (many - few) / 4 / pictures


@pytest.mark.parametrize("pictures", [2, 4, 7, 64])
def test_pictures_together_take_no_more_instructions_than_one_by_one(program: Path, pictures: int) -> None:
    sizes = (784, 128)
    together, alone = (instructions(program, sizes, pictures, together=way) for way in (True, False))
    assert together <= alone
    answers = {way: run(program, sizes, pictures, together=way, calls=1)[1] for way in (True, False)}
    for a, b in zip(answers[True].split(), answers[False].split(), strict=True):
        assert float(a) == pytest.approx(float(b), abs=2e-4)


def test_two_layers_do_not_pay_for_sixty_four(program: Path) -> None:
    """The context of a call has room for 64 layers and 64 threads; zeroing it took 15,000 instructions."""
    assert instructions(program, (1, 1), 1, together=True) < 2500
