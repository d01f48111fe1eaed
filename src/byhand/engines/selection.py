"""Choice of the engine: the requested one, or the fastest that supports the network."""

import os
from dataclasses import dataclass

from byhand.engines.base import Engine
from byhand.engines.bindings import FLOAT32, PRECISIONS, why_missing
from byhand.engines.core_tables import unsupported_reason
from byhand.engines.kernel_table import dense_sizes
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.errors import OptionError, lookup
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer

NAMES = ("auto", "native", "numpy")


@dataclass(frozen=True)
class Choice:
    """engine : what trains   fallback_reason : a sentence why "auto" did not choose the fastest, or None"""

    engine: Engine
    fallback_reason: str | None = None


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
    Raises OptionError for an unknown name, and for "native" or a precision that cannot be had.
    """
    name = name or os.environ.get("BYHAND_ENGINE") or "auto"
    lookup("engine", name, dict.fromkeys(NAMES))
    lookup("precision", precision, PRECISIONS)
    asked_for_numpy = name == NumpyEngine.name
    reason = "it was asked for" if asked_for_numpy else why_missing() or unsupported_reason(network, loss, optimizer)
    if reason is None:
        return Choice(NativeEngine(n_threads, precision, dense_sizes(network)))
    if precision != FLOAT32:
        raise OptionError(f"{precision} is for the native engine, and NumPy trains this: {reason}. Leave it out.")
    if asked_for_numpy:
        return Choice(NumpyEngine())
    if name == "native":
        raise OptionError(f"the native engine cannot train this: {reason}. Use NumPy's.", argument="engine")
    return Choice(NumpyEngine(), f"NumPy trains this: {reason}.")
