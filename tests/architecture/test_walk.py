"""The walk of one example through a training step is six short files: a profile of the real thing says which."""

import ast
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import byhand
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD
from byhand.step import train_step

SOURCE = Path(byhand.__file__).parent  # the installed package, which need not be this checkout
GROUND = {"arguments.py", "arrays.py", "errors.py", "random.py"}  # checks of arguments and shapes do not count
MOST_LINES = 350
LONGEST_FUNCTION = 30


def files_entered() -> list[str]:
    """Return the files of byhand that one training step enters, in the order of first entry."""
    network, loss, optimizer = Network.mlp([6, 4, 3]), SoftmaxCrossEntropy(), SGD()
    x, y = np.ones((2, 6), dtype=np.float32), np.array([0, 2])
    entered: list[str] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(SOURCE) and path.name not in GROUND:
            entered.append(path.relative_to(SOURCE).as_posix())

    sys.setprofile(watch)
    try:
        train_step(network, loss, optimizer, 0.1, x, y, None)
    finally:
        sys.setprofile(None)
    return list(dict.fromkeys(entered))


def test_the_walk_is_the_one_in_the_map() -> None:
    text = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d\. `([a-z_/]+\.py)`", text, flags=re.MULTILINE)
    assert files_entered() == listed


def test_the_walk_is_six_files_and_at_most_350_lines() -> None:
    files = files_entered()
    assert len(files) == 6
    assert sum(len((SOURCE / file).read_text(encoding="utf-8").splitlines()) for file in files) <= MOST_LINES


def test_no_function_on_the_walk_is_longer_than_a_screen() -> None:
    for file in files_entered():
        for node in ast.walk(ast.parse((SOURCE / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{file}: {node.name}"
