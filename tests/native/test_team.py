"""The core's team of threads (core/runtime/team.c), asked by team_stress.c: in step, asleep while it waits, woken."""

import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "core"
sys.path.insert(0, str(CORE))

from build import INCLUDES, CompilerNotFoundError, find_compiler  # noqa: E402

QUESTIONS = ["steps", "sleep", "nap", "runs"]
BUSY = 4  # processes beside


def built(folder: Path, *flags: str) -> Path:
    """Return the program."""
    if sys.platform != "linux":
        pytest.skip("asks Linux for its processor time")
    try:
        compiler = find_compiler()
    except CompilerNotFoundError as reason:
        pytest.skip(str(reason))
    sources = [str(HERE / "team_stress.c"), str(CORE / "runtime" / "team.c")]
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror"]
    program = folder / "team_stress"
    subprocess.run(
        [*compiler, *warnings, *INCLUDES, *(flags or ["-O2"]), *sources, "-o", str(program), "-pthread"], check=True
    )
    return program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("team"))


def answer(program: Path, question: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(program), question], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("question", QUESTIONS)
def test_threads_keep_step_and_sleep_while_they_wait(program: Path, question: str) -> None:
    done = answer(program, question)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ok: {question}\n", "")


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Keep every processor busy with something else."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    yield
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.full
@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("question", QUESTIONS)
def test_they_do_so_beside_four_busy_processes(program: Path, question: str) -> None:
    assert answer(program, question).stdout == f"ok: {question}\n"


@pytest.mark.full
def test_thread_sanitizer_has_nothing_to_report(tmp_path: Path) -> None:
    if platform.machine() != "x86_64":
        pytest.skip("ThreadSanitizer is for x86-64 here")
    program = built(tmp_path, "-O1", "-g", "-fsanitize=thread")
    for question in QUESTIONS:
        done = answer(program, question)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"ok: {question}\n", "")
