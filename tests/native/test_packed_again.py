"""An engine that packed a network for one epoch takes it up again for the next, and sees all that changed meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from training_cases import Setting, float_rows

from byhand.arrays import Array
from byhand.engines import native
from byhand.engines.native import NativeEngine
from byhand.engines.packed_network import PackedNetwork
from byhand.errors import DivergedError
from byhand.layers import BatchNorm, Dense, Dropout
from byhand.losses import SoftmaxCrossEntropy
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers import Adam, Momentum
from byhand.optimizers.base import Optimizer


@dataclass
class Training:
    """What is trained, all of which may be changed between two epochs."""

    network: Network = field(default_factory=lambda: Network.mlp([13, 9, 6, 3], seed=1, dropout=0.2, batch_norm=True))
    loss: Loss = field(default_factory=SoftmaxCrossEntropy)
    optimizer: Optimizer = field(default_factory=Adam)

    def layer(self, kind: type) -> Any:
        return next(layer for layer in self.network.layers if type(layer) is kind)


def load_others(made: Training) -> None:
    made.network.params["0.W"][:] = 0.1


def replace_an_array(made: Training) -> None:
    made.layer(Dense).params["W"] = np.full((13, 9), 0.1, dtype=np.float32)


def replace_an_average(made: Training) -> None:
    made.layer(BatchNorm).statistics["mean"] = np.full(9, 0.1, dtype=np.float32)


def change_a_layer(made: Training) -> None:
    made.layer(Dropout).rate = 0.5


def change_the_loss(made: Training) -> None:
    made.loss = SoftmaxCrossEntropy(0.3)


def change_the_rule(made: Training) -> None:
    assert isinstance(made.optimizer, Adam)
    made.optimizer.beta2 = 0.5


def forget_the_moments(made: Training) -> None:
    made.optimizer.state.clear()


def take_another_optimizer(made: Training) -> None:
    made.optimizer = Adam(beta1=0.5)


def take_another_kind_of_optimizer(made: Training) -> None:
    made.optimizer = Momentum()


def take_another_network(made: Training) -> None:
    made.network, made.optimizer = Network.mlp([13, 9, 6, 3], seed=2), Adam()


def fail_an_epoch(made: Training, engine: NativeEngine) -> None:
    before = [(array, array.copy()) for array in (*made.network.params.values(), *made.network.statistics.values())]
    with pytest.raises(DivergedError), np.errstate(all="ignore"):
        engine.run_epoch(made.network, made.loss, made.optimizer, spec_of(2, rate=1e30))
    for array, copy in before:
        array[...] = copy
    made.optimizer.state.clear()


CHANGES = [
    lambda made: None, load_others, replace_an_array, replace_an_average, change_a_layer, change_the_loss,
    change_the_rule, forget_the_moments, take_another_optimizer, take_another_kind_of_optimizer, take_another_network,
]  # fmt: skip


def spec_of(epoch: int, rate: float = 0.05) -> Any:
    return Setting(
        lambda: float_rows(130, 13, 3), lambda: Training().network, SoftmaxCrossEntropy(), Adam, rate=rate
    ).spec(epoch)


def learned(change: Callable[[Training], None], engine_of: Callable[[int], NativeEngine]) -> list[Array]:
    """Return all that was learned in two epochs, a change, and two more. engine_of : of each epoch"""
    made = Training()
    for epoch in range(1, 5):
        if epoch == 3:
            change(made)
        assert engine_of(epoch).run_epoch(made.network, made.loss, made.optimizer, spec_of(epoch))
    arrays = (made.network.params, made.network.statistics, made.optimizer.state)
    return [array.copy() for of_kind in arrays for array in of_kind.values()]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_one_engine_learns_what_an_engine_for_each_epoch_learns(change: Callable[[Training], None]) -> None:
    one = NativeEngine()
    again, anew = (learned(change, engine_of) for engine_of in (lambda _: one, lambda _: NativeEngine()))
    assert len(again) == len(anew)
    assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(again, anew, strict=True))


def test_after_an_epoch_that_failed_it_begins_anew() -> None:
    one = NativeEngine()
    again = learned(lambda made: fail_an_epoch(made, one), lambda _: one)
    anew = learned(lambda made: fail_an_epoch(made, NativeEngine()), lambda _: NativeEngine())
    assert all(map(np.array_equal, again, anew))


def test_a_network_is_packed_once_for_all_its_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = []

    class Counted(PackedNetwork):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            packed.append(self)

    monkeypatch.setattr(native, "PackedNetwork", Counted)
    one = NativeEngine()
    learned(lambda made: None, lambda _: one)
    assert len(packed) == 1
    learned(replace_an_array, lambda _: one)
    assert len(packed) == 3, "another network, and once more for its new array"
