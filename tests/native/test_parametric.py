"""Parametric activations in the core: a mixture worked by hand, its bits, its padding, its rate, what is refused."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from training_cases import EACH_KERNEL, Setting, classes, fill_workspaces, network_on, trained

from byhand.engines import bindings as c
from byhand.engines import native
from byhand.engines.core_tables import network_table, optimizer_table, unsupported_reason
from byhand.engines.native import NativeEngine
from byhand.engines.packed_network import PackedNetwork
from byhand.engines.predictor import NativePredictor
from byhand.layers import Dense, ParametricActivation
from byhand.losses import SquaredError
from byhand.lowering import lower_behind_embedding
from byhand.network import Network
from byhand.optimizers import SGD, Adam, ClipGradNorm, Momentum, Nesterov, ParamGroups
from byhand.optimizers.base import Optimizer
from byhand.preprocessing import UNSCALED


def parametric(*, batch_norm: bool = False) -> Network:
    return network_on([63, 70, 20, 5], activation="parametric_mish", batch_norm=batch_norm)


def setting(**changes: Any) -> Setting:
    values: dict = {"network": parametric, "rate": 0.01, **changes}
    return classes(**values)


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_a_unit_answers_with_its_share_of_the_activation(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    bent = ParametricActivation(3, "relu")
    bent.params["alpha"][:] = [0, 0.25, 1]
    network = Network([Dense(1, 3), bent])
    network.params["0.W"][:], network.params["0.b"][:] = 1, 0
    x = np.array([[-2], [0], [3], [-8]], dtype=np.float32)
    wanted = [[-2, -1.5, 0], [0, 0, 0], [3, 3, 3], [-8, -6, 0]]
    answer = NativePredictor(network, UNSCALED)
    assert answer(x).tolist() == wanted
    assert [answer.one(row).tolist() for row in x] == wanted


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("optimizer", [Nesterov, Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_the_number_of_threads_changes_no_bit(
    optimizer: Callable[[], Optimizer], batch_norm: bool, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = setting(network=lambda: parametric(batch_norm=batch_norm), optimizer=optimizer, batch_size=300)
    alone = trained(made, 1)
    for n_threads in (2, 3, 7):
        assert all((a == b).all() for a, b in zip(alone, trained(made, n_threads), strict=True))


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_an_epoch_at_rate_zero_gives_every_number_back(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    network, optimizer, made = parametric(), Momentum(), setting(rate=0.0)
    before = {name: array.copy() for name, array in network.params.items()}
    assert NativeEngine().run_epoch(network, made.loss, optimizer, made.spec())
    assert all(network.params[name].tobytes() == before[name].tobytes() for name in before)
    assert (optimizer.state["velocity/1.alpha"] != 0).all()


@pytest.mark.parametrize("optimizer", [Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_what_lay_in_the_workspace_changes_no_bit(
    optimizer: Callable[[], Optimizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = setting(optimizer=optimizer)
    dirty = trained(made, 1)
    fill_workspaces(monkeypatch, 0)
    assert all((a == b).all() for a, b in zip(trained(made, 1), dirty, strict=True))


def test_shares_learn_at_a_rate_of_their_own() -> None:
    """One step: what moves is the rate times the group's factor, and nothing else learns otherwise."""
    moved = []
    for factor in (1.0, 0.25, 0.0):
        network, made = parametric(), setting(batch_size=330)
        before = {name: array.copy() for name, array in network.params.items()}
        assert NativeEngine().run_epoch(network, made.loss, ParamGroups(SGD(), {"alpha": factor}), made.spec())
        moved.append({name: network.params[name] - before[name] for name in before})
    whole, quarter, none = moved
    assert np.abs(whole["1.alpha"]).max() > 1e-4
    assert quarter["1.alpha"] == pytest.approx(whole["1.alpha"] / 4, abs=2e-7)
    assert not none["1.alpha"].any()
    assert all((whole[name] == none[name]).all() for name in whole if not name.endswith(".alpha"))


def test_shares_lie_behind_the_other_vectors_of_their_layer_in_whole_cache_lines() -> None:
    _, layers = lower_behind_embedding(parametric(batch_norm=True))
    packed = PackedNetwork(c.load(), layers, SquaredError(), Adam())
    arrays = {name: array.ctypes.data for name, array, _ in packed._arrays(packed.params)}
    assert {arrays[name] % c.ALIGNMENT for name in ("2.alpha", "5.alpha")} == {0}
    first, second, last = packed.offsets
    assert (first.alpha, last.alpha) == (first.beta + first.stride, -1)
    assert first.alpha + first.stride == second.weights


@pytest.mark.parametrize("value", [-1, 2])
def test_the_core_refuses_what_is_neither_yes_nor_no(value: int) -> None:
    _, layers = lower_behind_embedding(parametric())
    table = network_table(layers, SquaredError())
    offsets = (c.LayerOffsets * len(layers))()
    assert c.load().bh_layout(ctypes.byref(table), offsets) > 0
    table.layers[0].parametric = value
    assert c.load().bh_layout(ctypes.byref(table), offsets) == c.BAD_SIZE


def test_the_core_refuses_shares_behind_a_softmax() -> None:
    _, layers = lower_behind_embedding(Network.mlp([4, 3], output="softmax"))
    table = network_table(layers, SquaredError())
    offsets = (c.LayerOffsets * len(layers))()
    assert c.load().bh_layout(ctypes.byref(table), offsets) > 0
    table.layers[0].parametric = 1
    assert c.load().bh_layout(ctypes.byref(table), offsets) == c.BAD_SIZE


def test_the_core_trains_them_and_refuses_other_weights_than_floats() -> None:
    network = parametric()
    assert unsupported_reason(network, SquaredError(), ParamGroups(Adam(), {"alpha": 0.1})) is None
    assert optimizer_table(ParamGroups(Adam(), {"alpha": 0.1}), [])[1].alpha_rate == pytest.approx(0.1)
    network.layers[1].params["alpha"] = network.layers[1].params["alpha"].astype(np.float64)
    reason = unsupported_reason(network, SquaredError(), Adam())
    assert reason == "the C core does not support other weights than float32"
