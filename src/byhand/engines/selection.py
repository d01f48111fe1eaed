"""Choice of the engine: the requested one, or the fastest that supports the network."""

import os
from dataclasses import dataclass

from byhand.engines.base import Engine
from byhand.engines.bindings import FLOAT32, PRECISIONS, why_missing
from byhand.engines.core_tables import unsupported_reason
from byhand.engines.kernel_table import dense_sizes
from byhand.engines.native import NativeEngine
from byhand.engines.numpy_engine import NumpyEngine
from byhand.engines.torch_engine import requirements as torch_requirements
from byhand.engines.torch_engine.launch import Launch
from byhand.errors import MissingDependencyError, OptionError, lookup
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer

NAMES = ("auto", "native", "numpy", "torch")


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
    device: str | None = None,
    n_shards: int | None = None,
    launch: Launch | None = None,
) -> Choice:
    """Return the engine called `name`, else by BYHAND_ENGINE, else ("auto") the fastest that can train this.

    n_threads : of the native engine; see NativeEngine   precision : of it or of TorchEngine
    device, n_shards, launch : of TorchEngine, which is never chosen but by its name
    Raises OptionError for an unknown name, and for "native", a precision or a device that cannot be had;
    MissingDependencyError for "torch" without PyTorch.
    """
    name = name or os.environ.get("BYHAND_ENGINE") or "auto"
    lookup("engine", name, dict.fromkeys(NAMES))
    if name == "torch":
        return _choose_torch(network, loss, optimizer, _torch_engine(device or "cpu", precision, n_shards, launch))
    _check_no_torch_options(name, device, n_shards)
    lookup("precision", precision, PRECISIONS)
    asked_for_numpy = name == NumpyEngine.name
    reason = "it was asked for" if asked_for_numpy else why_missing() or unsupported_reason(network, loss, optimizer)
    if reason is None:
        return Choice(NativeEngine(n_threads, precision, dense_sizes(network)))
    if precision != FLOAT32:
        raise OptionError(
            f"{precision} is for the native engine, and NumPy trains this: {reason}. Leave the precision out."
        )
    if asked_for_numpy:
        return Choice(NumpyEngine())
    if name == "native":
        raise OptionError(f"the native engine cannot train this: {reason}. Use the engine numpy.", argument="engine")
    return Choice(NumpyEngine(), f"NumPy trains this: {reason}.")


def _choose_torch(network: Network, loss: Loss, optimizer: Optimizer, engine: Engine) -> Choice:
    """Return the engine torch as the choice; raise OptionError, which names those that can, where it cannot train."""
    reason = engine.unsupported_reason(network, loss, optimizer)
    if reason:
        able = "numpy" if why_missing() or unsupported_reason(network, loss, optimizer) else "native or numpy"
        raise OptionError(f"{reason}. Use the engine {able}.", argument="engine")
    return Choice(engine)


def _check_no_torch_options(name: str, device: str | None, n_shards: int | None) -> None:
    """Raise OptionError for options of the engine torch beside another."""
    for what, value in (("a device", device), ("a number of shards", n_shards)):
        if value is not None:
            raise OptionError(f"{what} is for the engine torch, and the engine is {name}. Use --engine torch.")


def _torch_engine(device: str, precision: str, n_shards: int | None, launch: Launch | None) -> Engine:
    """Return the engine torch, which is imported here and nowhere before."""
    missing = torch_requirements.why_missing()
    if missing:
        raise MissingDependencyError(missing, argument="engine")
    from byhand.engines.torch_engine.engine import TorchEngine

    return TorchEngine(device, precision, n_shards=n_shards, launch=launch)
