"""Training on a file larger than what the process has for itself: 200 MB, and by hand 4 GiB. Linux says how much."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MIB = 1 << 20
MOST = 67  # megabytes: a third of the file. What may grow is labels and order, 40 bytes a picture: 11 MB


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the benchmark, which makes the files and measures."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system has no /proc, which says how much memory a process has for itself")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("mapped")


@pytest.mark.full
@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_200_megabytes_are_not_in_the_process(tmp_path: Path, mapped: ModuleType, engine: str) -> None:
    peaks = []
    for n in (20_000, 200 * MIB // mapped.SIDE**2):
        folder = mapped.write_set(tmp_path / str(n), n)
        peaks.append(mapped.train(folder, tmp_path / "runs", "--engine", engine)[0])
    assert peaks[0] > 0
    assert peaks[1] - peaks[0] < MOST


@pytest.mark.full
def test_validating_takes_no_copy_either(tmp_path: Path, mapped: ModuleType) -> None:
    folder = mapped.write_set(tmp_path / "set", 200 * MIB // mapped.SIDE**2)
    alone, _ = mapped.train(folder, tmp_path / "runs")
    validated, _ = mapped.train(folder, tmp_path / "runs", "--validate")
    assert validated - alone < MOST


@pytest.mark.long
def test_four_gibibytes_are_trained_on_in_300_megabytes(tmp_path: Path, mapped: ModuleType) -> None:
    folder = mapped.write_set(tmp_path / "set", mapped.LARGE)
    for engine in ("native", "numpy"):
        megabytes, _ = mapped.train(folder, tmp_path / "runs", "--engine", engine)
        assert megabytes < 300, engine
