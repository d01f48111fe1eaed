"""The kernels for AVX-512 and AMX where the processor has neither: their sources with C functions for intrinsics.

Everything but the instructions themselves is as on a processor that has them: lanes, panels, tiles, partition, packing.
"""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from test_agreement import ADAM_TOLERANCE, TOLERANCE
from training_cases import AT_HAND

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "core"
sys.path.insert(0, str(CORE))

import build  # noqa: E402

# How the instructions are stood in for; -O1, because nothing is timed.
FLAGS = f"-mavx2 -mfma -O1 -D__AVX512F__=1 -I{HERE / 'stand_ins'} -Wno-psabi"
SETTINGS = (
    "wider than a panel",
    "so wide that AMX splits floats, sums in two blocks",
    "mostly background, several chunks, clipped",
    "mostly background, read where it is",
    "weight decay",
    "batch normalisation",
    "clipped adam",
    "weights of examples, smoothed labels, chunks",
    "mish, several chunks, dropout, clipped adam",
    "selu",
    "poisson",
    "scaled inputs, mostly background, several chunks, clipped",
    "groups, clipped adam, chunks",
    "embedding of many waves, so wide that AMX splits floats",
    "periodic linear embedding of many waves",
    "piecewise linear embedding of many bins, so wide that AMX splits floats",
    "parametric mish, batch normalisation, dropout, adamw",
    "parametric selu, so wide that AMX splits floats, several chunks, clipped",
    "heads, several chunks, dropout",
    "heads, so wide that AMX splits floats",
)


def compile_with_stand_ins(path: Path) -> None:
    """Write a library in which every kernel runs on a processor with AVX2."""
    with pytest.MonkeyPatch.context() as patch:
        for table in (build.KERNELS, build.BF16_KERNELS):
            for name, flags in table.items():
                if "avx512" in flags:
                    own = [flag for flag in flags.split() if flag.startswith("-D")]
                    patch.setitem(table, name, " ".join([FLAGS, *own]))
        build.compile_core(path, extra=["-DBH_STAND_INS=1"])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if "avx2" not in AT_HAND or sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the stand-ins need AVX2, Linux and x86-64")
    path = tmp_path_factory.mktemp("stand_ins") / "libbyhand.so"
    try:
        compile_with_stand_ins(path)
    except build.CompilerNotFoundError as reason:
        pytest.skip(str(reason))
    return path


def trained(library: Path, family: str, precision: str) -> dict[str, list[float]]:
    command = [sys.executable, str(HERE / "train_in_kernel.py"), str(library), family, precision, *SETTINGS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


@pytest.mark.full
@pytest.mark.parametrize("family", ["avx512", "amx"])
def test_as_good_as_floats(library: Path, family: str) -> None:
    for name, (difference, moved, loss, wanted) in trained(library, family, "float32").items():
        allowed = ADAM_TOLERANCE if "adam" in name else TOLERANCE[family]
        assert difference < allowed < moved / 10, name
        assert loss == pytest.approx(wanted, rel=allowed, abs=1e-6), name


@pytest.mark.full
@pytest.mark.parametrize("family", ["avx512", "amx"])
def test_bf16_keeps_eight_bits(library: Path, family: str) -> None:
    for name, (difference, moved, loss, wanted) in trained(library, family, "bf16").items():
        # Adam's step has the same size for every gradient: where rounding turns a small one's sign, a weight is a step
        # apart, and in large chunks there are six steps in all.
        has_few_steps = "adam" in name and "chunks" in name
        assert difference < (moved if has_few_steps else moved / 4), name
        assert loss == pytest.approx(wanted, rel=0.01), name
