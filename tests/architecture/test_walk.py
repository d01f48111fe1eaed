"""Two lists of ARCHITECTURE.md, held to profiles of real runs: a training step in NumPy, and the way to the C call."""

import ast
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import byhand
from byhand.cli.main import main
from byhand.engines import bindings
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.step import train_step

SOURCE = Path(byhand.__file__).parent  # the installed package, which need not be this checkout
FOUNDATION = {"arguments.py", "arrays.py", "errors.py", "random.py"}  # checks of arguments and shapes do not count
MAP = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
MOST_LINES = 360
LONGEST_FUNCTION = 30


def files_entered() -> list[str]:
    """Return the files of byhand that one training step enters, in the order of first entry."""
    network, loss, optimizer = Network.mlp([6, 4, 3]), SoftmaxCrossEntropy(), SGD()
    x, y = np.ones((2, 6), dtype=np.float32), np.array([0, 2])
    entered: list[str] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(SOURCE) and path.name not in FOUNDATION:
            entered.append(path.relative_to(SOURCE).as_posix())

    sys.setprofile(watch)
    try:
        train_step(network, loss, optimizer, 0.1, x, y, None)
    finally:
        sys.setprofile(None)
    return list(dict.fromkeys(entered))


def test_the_walk_is_the_one_in_the_map() -> None:
    listed = re.findall(r"^\d\. `([a-z_/]+\.py)`", MAP, flags=re.MULTILINE)
    assert files_entered() == listed


def test_the_walk_is_six_files_and_at_most_360_lines() -> None:
    files = files_entered()
    assert len(files) == 6
    assert sum(len((SOURCE / file).read_text(encoding="utf-8").splitlines()) for file in files) <= MOST_LINES


def test_no_function_on_the_walk_is_longer_than_a_screen() -> None:
    for file in files_entered():
        for node in ast.walk(ast.parse((SOURCE / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{file}: {node.name}"


class WatchedCore:
    """The C library; at the first epoch it notes byhand's functions on the stack and the files entered to pack."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.stack: list[tuple[str, str]] = []
        self.entered: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def bh_epoch(self, *arguments: Any) -> int:
        sys.setprofile(None)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and self.stack[:1] != [("cli/main.py", "main")]:
            if place := own_place(frame):
                self.stack.insert(0, place)
            frame = frame.f_back
        status: int = self._library.bh_epoch(*arguments)
        return status

    def watch(self, frame: FrameType, event: str, argument: Any) -> None:
        place = own_place(frame) if event == "call" else None
        if place is not None:
            self.entered = [] if place[1] == "NativeEngine.run_epoch" else [*self.entered, place[0]]


def own_place(frame: FrameType) -> tuple[str, str] | None:
    """Return file and function of a frame; None for what is not byhand's."""
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(SOURCE):
        return None
    return path.relative_to(SOURCE).as_posix(), frame.f_code.co_qualname.rpartition("<locals>.")[2]


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WatchedCore:
    """Return what a real `byhand train` showed."""
    if reason := bindings.why_missing():
        pytest.skip(reason)
    core = WatchedCore(bindings.load())
    monkeypatch.setattr(bindings, "load", lambda: core)
    flags = ["--data", "moons", "--examples", "20", "--epochs", "1", "--quiet", "--runs", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["byhand", "train", "vanilla", *flags])
    sys.setprofile(core.watch)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.setprofile(None)
    assert ended.value.code == 0
    return core


def test_the_way_to_the_c_call_is_the_one_in_the_map(core: WatchedCore) -> None:
    listed = re.findall(r"^\| `([\w.]+)` \| `([a-z_/]+\.py)` \|", MAP, flags=re.MULTILINE)
    assert core.stack == [(file, function) for function, file in listed]
    assert len(core.stack) <= 12
    assert len({file for file, _ in core.stack}) <= 7


def test_the_files_that_pack_a_network_are_in_the_map(core: WatchedCore) -> None:
    calling = {"engines/native.py", "engines/thread_count.py"}
    packing = {file for file in core.entered if file.startswith(("engines/", "lowering"))} - calling
    assert packing - {"engines/bindings.py"} == {  # bindings: the declarations of the core's interface
        "lowering.py",
        "engines/core_tables.py",
        "engines/epoch_buffers.py",
        "engines/packed_network.py",
    }
    assert all(f"`{file}`" in MAP for file in packing - {"engines/bindings.py"})
