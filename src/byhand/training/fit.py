"""`fit`: run the training iterator to completion and return the history.

>>> from byhand.data.toy import moons
>>> data = moons(200)
>>> history = fit(Network.mlp([2, 32, 2], seed=1), data.train, loss="softmax_cross_entropy", epochs=30, batch_size=10)
>>> bool(history.loss[-1] < history.loss[0] / 2), history.val_loss.shape
(True, (30,))
"""

from collections.abc import Callable, Iterable
from typing import Any

from byhand.arguments import check_items, format_value
from byhand.data.examples import Examples, as_examples
from byhand.engines.base import Engine
from byhand.engines.bindings import FLOAT32
from byhand.engines.selection import choose_engine
from byhand.errors import OptionError, lookup
from byhand.losses import Loss, loss_for
from byhand.network import Network
from byhand.optimizers import OPTIMIZERS, SGD, Optimizer
from byhand.schedules import Schedule, schedule_for
from byhand.training.history import EpochRecord, History
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

Callback = Callable[[EpochRecord], bool | None]  # True ends the training after this epoch


def fit(
    network: Network,
    x: Examples | Any,
    y: Any = None,
    *,
    loss: Loss | str,
    optimizer: Optimizer | str = "adam",
    learning_rate: float | Schedule | None = None,
    schedule: str = "constant",
    epochs: int = 5,
    batch_size: int = 100,
    seed: int = 0,
    validation: Examples | tuple[Any, Any] | None = None,
    patience: int | None = None,
    shuffle: bool = True,
    max_shift: int = 0,
    image_shape: tuple[int, int] | None = None,
    callbacks: Iterable[Callback] = (),
    engine: Engine | None = None,
    precision: str = FLOAT32,
) -> History:
    """Train `network` in place and return the History, a record per epoch, with columns: `.loss`, `.val_loss`.

    There is no place for a test set here: it is for `evaluate`, once, afterwards.
    x, y : network inputs (n, features) with labels (n,) or targets (n, k); or Examples, as data.train, alone
    validation : Examples or a pair (x, y)
    loss, optimizer : an object or its name, as "softmax_cross_entropy" and "adam"
    learning_rate : the (peak) rate, or a schedule object; None: the optimizer's own, 0.001 for Adam
    schedule : how the rate changes over the run: "constant", "linear", "cosine", "one_cycle", …: schedules.SCHEDULES
    patience : with `validation`, early stopping; the best weights are restored
    precision : "bf16": faster in wide networks, on processors that have it; see NativeEngine. An `engine` has its own.
    Other options: see Plan.
    """
    callbacks = check_items("fit", "callbacks", callbacks, "a list of functions")
    if not all(callable(callback) for callback in callbacks):
        raise OptionError(f"fit got callbacks {format_value(callbacks)}; expected a list of functions.")
    loss = loss_for("fit", loss)
    optimizer = lookup("optimizer", optimizer, OPTIMIZERS)() if isinstance(optimizer, str) else optimizer
    rates = _schedule_for(learning_rate, schedule, optimizer)
    examples = as_examples("fit", x, y)
    watched = None if validation is None else as_examples("fit", validation)
    plan = Plan(loss, rates, epochs, batch_size, seed, shuffle, max_shift, image_shape, patience)
    state = TrainingState(network, optimizer)
    engine = engine or choose_engine(None, network, loss, state.optimizer, precision=precision).engine
    for record in train(state, examples, plan, validation=watched, engine=engine):
        wishes = [callback(record) for callback in callbacks]  # a list: every callback hears of every epoch
        if any(wishes):
            break
    return state.history


def _schedule_for(learning_rate: float | Schedule | None, name: str, optimizer: Optimizer) -> Schedule:
    """Return a schedule object as it is, else the schedule of that name with this rate or the optimizer's default."""
    if callable(learning_rate):
        if name != "constant":
            raise OptionError(
                f"fit got schedule={format_value(name)} beside a schedule object; expected one of the two."
            )
        return learning_rate
    if learning_rate is None:
        learning_rate = float(getattr(optimizer, "default_learning_rate", SGD.default_learning_rate))
    return schedule_for(name, learning_rate)
