"""Kernels that multiply in bf16: stored bytes to float32's accuracy, in three pieces; plainly where one asks for it.

A processor with AMX runs its kernels itself. On another with AVX-512, amx_emulator.c carries out the instructions that
it lacks, one by one, as the manual has them. That says that they are right, and nothing of how fast.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from test_agreement import ADAM_TOLERANCE, SETTINGS, TOLERANCE
from test_amx_emulator import processor_has_amx
from training_cases import AT_HAND, BF16_AT_HAND, WIDEST, byte_pictures

from byhand.engines import bindings as library
from byhand.engines.native import NativeEngine
from byhand.engines.selection import choose_engine
from byhand.errors import OptionError
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "core"))

from build import CompilerNotFoundError, compile_core, find_compiler  # noqa: E402

BF16_TOLERANCE = 0.05  # the table of kernels: eight bits, and fifty steps
DEEP_TOLERANCE = 0.3  # where what is normalised or carried around comes again and again
EMULATOR = ["-O2", "-shared", "-fPIC", "-std=gnu11"]


def tolerance(name: str) -> float:
    return DEEP_TOLERANCE if "batch norm" in name or "ways" in name or "all three" in name else BF16_TOLERANCE


def trained_in(path: Path, kernel: str, precision: str, preload: Path | None = None) -> dict[str, list[float]]:
    """Return what train_in_kernel.py prints."""
    environment = os.environ | ({"LD_PRELOAD": str(preload)} if preload else {})
    command = [sys.executable, str(HERE / "train_in_kernel.py"), str(path), kernel, precision]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def with_tiles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path | None]:
    """A library that can run the kernels for AMX, and what carries out the instructions where the processor does not.

    Where AMX is there the emulator must not be: the processor answers some instructions itself, and it sees the rest.
    """
    if "amx" in AT_HAND:
        return library.PATH, None
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the kernels for AMX need Linux on x86-64")
    if "avx512" not in AT_HAND:
        pytest.skip("the kernels for AMX need AVX-512 beside it, and this processor lacks it")
    if processor_has_amx():
        pytest.skip("this processor has AMX, and the system does not let it be used")
    folder = tmp_path_factory.mktemp("tiles")
    core, emulator = folder / "libbyhand.so", folder / "amx_emulator.so"
    try:
        compile_core(core, extra=["-DBH_AMX_EMULATED=1"])
        subprocess.run([*find_compiler(), *EMULATOR, str(HERE / "amx_emulator.c"), "-o", str(emulator)], check=True)
    except CompilerNotFoundError as reason:
        pytest.skip(str(reason))
    if "bh_kernel_amx" not in core.read_bytes().decode("latin-1"):
        pytest.skip("the compiler does not know AMX")
    return core, emulator


@pytest.mark.full
def test_three_pieces_are_as_good_as_floats(with_tiles: tuple[Path, Path | None]) -> None:
    found = trained_in(with_tiles[0], "amx", library.FLOAT32, with_tiles[1])
    assert len(found) == len(SETTINGS)
    for name, (difference, pixel_shifts, loss, wanted) in found.items():
        allowed = ADAM_TOLERANCE if "adam" in name else TOLERANCE["amx"]
        assert difference < allowed < pixel_shifts / 10, name
        assert loss == pytest.approx(wanted, rel=allowed, abs=1e-6), name


@pytest.mark.full
def test_one_piece_keeps_eight_bits(with_tiles: tuple[Path, Path | None]) -> None:
    found = trained_in(with_tiles[0], "amx", library.BF16, with_tiles[1])
    assert len(found) == len(SETTINGS)
    for name, (difference, _, loss, wanted) in found.items():
        assert difference < tolerance(name), name
        assert loss == pytest.approx(wanted, rel=tolerance(name)), name
    assert found["the plain one"][0] > 10 * TOLERANCE["avx512"]  # it is not floats


@pytest.mark.full
@pytest.mark.skipif("avx512_bf16" not in BF16_AT_HAND, reason="this processor lacks AVX512-BF16")
def test_pairs_in_vectors_keep_eight_bits_too() -> None:
    found = trained_in(library.PATH, "avx512", library.BF16)
    assert len(found) == len(SETTINGS)
    for name, (difference, _, loss, wanted) in found.items():
        assert difference < tolerance(name), name
        assert loss == pytest.approx(wanted, rel=tolerance(name)), name
    assert found["regression targets"][0] > 10 * TOLERANCE["avx512"]
    assert found["no hidden layer"][0] < TOLERANCE["avx512"]  # bytes on a background stay floats here


def mlp() -> Network:
    return Network.mlp([63, 20, 5], seed=3)


@pytest.mark.usefixtures("free_choice")
def test_bf16_is_only_for_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert NativeEngine().name == f"native/{WIDEST}"
    if BF16_AT_HAND:
        assert NativeEngine(precision="bf16").name == f"native/{BF16_AT_HAND[-1]}"
        chosen = choose_engine(None, mlp(), SoftmaxCrossEntropy(), SGD(), precision="bf16")
        assert chosen.engine.name == f"native/{BF16_AT_HAND[-1]}"
    for kernel in library.PRECISIONS[library.BF16].values():
        monkeypatch.setenv("BYHAND_KERNEL", kernel)
        with pytest.raises(OptionError, match="names a kernel for bf16; ask for the precision bf16 too"):
            NativeEngine()
    monkeypatch.setenv("BYHAND_KERNEL", "portable")
    with pytest.raises(OptionError, match=r"cannot multiply in bf16 in the kernel 'portable'\. Leave the precision at"):
        NativeEngine(precision="bf16")


@pytest.mark.usefixtures("free_choice")
def test_a_precision_that_cannot_be_is_a_sentence() -> None:
    parts = mlp(), SoftmaxCrossEntropy(), SGD()
    with pytest.raises(OptionError, match=r"unknown precision 'bf61'\. Did you mean 'bf16'"):
        choose_engine(None, *parts, precision="bf61")
    with pytest.raises(OptionError, match=r"bf16 is for the native engine, and NumPy trains this: it was asked for"):
        choose_engine("numpy", *parts, precision="bf16")


@pytest.mark.usefixtures("free_choice")
def test_a_processor_without_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library.load(), "bh_choose_kernel", lambda requested: library.NO_KERNEL)
    with pytest.raises(OptionError, match=r"this processor cannot multiply in bf16\. Leave the precision at float32"):
        NativeEngine(precision="bf16")


@pytest.mark.skipif(not BF16_AT_HAND, reason="this processor lacks bf16")
@pytest.mark.usefixtures("free_choice")
def test_fit_takes_it() -> None:
    import byhand as bh

    examples = byte_pictures(330, 9, 7, 5)
    one, other = (Network.mlp([63, 20, 9, 5], seed=3) for _ in range(2))
    for network, precision in ((one, "float32"), (other, "bf16")):
        bh.fit(network, examples, loss=SoftmaxCrossEntropy(), epochs=2, batch_size=16, precision=precision)
    assert not (one.params["2.W"] == other.params["2.W"]).all()
    assert abs(one.params["2.W"] - other.params["2.W"]).max() < BF16_TOLERANCE
