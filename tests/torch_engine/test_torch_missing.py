"""Without PyTorch nothing else changes, and asking for its engine is answered with one sentence."""

import importlib.util
import subprocess
import sys

import pytest

from byhand.engines.selection import choose_engine
from byhand.engines.torch_engine import requirements
from byhand.errors import MissingDependencyError, OptionError
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import SGD


def parts() -> tuple[Network, SoftmaxCrossEntropy, SGD]:
    return Network.mlp([4, 3]), SoftmaxCrossEntropy(), SGD()


def test_the_engine_is_missed_in_one_sentence_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        MissingDependencyError, match=r"not installed\. Install it with `pip install \"byhand\[torch\]\"`"
    ):
        choose_engine("torch", *parts())
    with pytest.raises(MissingDependencyError):
        requirements.find_device("cuda")


def test_a_device_is_for_the_engine_torch_alone() -> None:
    for engine in (None, "auto", "numpy", "native"):
        with pytest.raises(OptionError, match="a device is for the engine torch"):
            choose_engine(engine, *parts(), device="cpu")


def test_nothing_else_imports_torch() -> None:
    program = (
        "import sys, byhand.cli.train, byhand.engines.selection, byhand.training.train, byhand.recipes.session;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
