"""Which engine trains: the one that was asked for, or the fastest that can."""

import os
from dataclasses import dataclass

from byhand.engines.base import Engine
from byhand.engines.described import why_not
from byhand.engines.library import FLOAT32, PRECISIONS, why_missing
from byhand.engines.native import NativeEngine
from byhand.errors import OptionError, known_as
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer
from byhand.training.array_engine import ArrayEngine

NAMES = ("auto", "native", "numpy")


@dataclass(frozen=True)
class Choice:
    """engine : what trains   why : one sentence why "auto" did not take the fastest, else None"""

    engine: Engine
    why: str | None = None


def choose_engine(
    name: str | None,
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    *,
    n_threads: int | None = None,
    precision: str = FLOAT32,
) -> Choice:
    """Return the engine called `name`, else by BYHAND_ENGINE, else ("auto") the fastest that can train this.

    n_threads, precision : of the native engine; see NativeEngine
    Raises OptionError for an unknown name, and for "native" or a precision where that cannot be.
    """
    name = name or os.environ.get("BYHAND_ENGINE") or "auto"
    known_as("engine", name, dict.fromkeys(NAMES))
    known_as("precision", precision, PRECISIONS)
    asked_for_numpy = name == ArrayEngine.name
    reason = "it was asked for" if asked_for_numpy else why_missing() or why_not(network, loss, optimizer)
    if reason is None:
        return Choice(NativeEngine(n_threads, precision))
    if precision != FLOAT32:
        raise OptionError(f"{precision} is for the native engine, and NumPy trains this: {reason}. Leave it out.")
    if asked_for_numpy:
        return Choice(ArrayEngine())
    if name == "native":
        raise OptionError(f"the native engine cannot train this: {reason}. Use NumPy's.", argument="engine")
    return Choice(ArrayEngine(), f"NumPy trains this: {reason}.")
