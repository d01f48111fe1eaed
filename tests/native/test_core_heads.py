"""Heads in the core: answers side by side, a mean of them, its bits, its padding, what is refused."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from heads_settings import told
from training_cases import EACH_KERNEL, fill_workspaces, float_rows, network_on, trained

from byhand.engines import bindings as c
from byhand.engines import native
from byhand.engines import predictor as module
from byhand.engines.core_tables import network_table, unsupported_reason
from byhand.engines.kernel_table import dense_sizes
from byhand.engines.native import NativeEngine
from byhand.engines.packed_network import PackedNetwork
from byhand.engines.predictor import NativePredictor, predictor
from byhand.layers import Dense, HeadMean, Heads, InputCopies, LogHeadMean
from byhand.losses import MeanOfHeads, SoftmaxCrossEntropy, SquaredError
from byhand.lowering import lower_for_engine
from byhand.network import Network
from byhand.optimizers import SGD, Adam, ClipGradNorm, Momentum, Nesterov
from byhand.optimizers.base import Optimizer
from byhand.preprocessing import UNSCALED


def headed(k: int = 5, **options: Any) -> Network:
    return network_on([63, 70, 20, 5], n_heads=k, **options)


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize(
    "options",
    [{}, {"batch_norm": True, "scaled_inputs": True}, {"embedded_columns": range(9), "activation": "parametric_selu"}],
    ids=str,
)
def test_heads_answer_side_by_side(kernel: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    examples = float_rows(700, 63, 3)
    for k in (1, 3, 300):
        network = headed(k, **options) if k > 1 else one_head()
        wanted = network.astype(np.float64).predict(examples.preparation.apply(examples.raw, np.float64))
        found = NativePredictor(network, examples.preparation, n_threads=2)
        for n in (0, 1, 3, 7, 257):
            np.testing.assert_allclose(found(examples.raw[:n]), wanted[:n], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found.one(examples.raw[0]), wanted[0], rtol=1e-4, atol=1e-5)


def one_head() -> Network:
    return Network([InputCopies(1, 63), Dense(63, 8), Heads(1, 8, 5)])


@pytest.mark.parametrize("mean", [HeadMean, LogHeadMean])
def test_a_mean_at_the_end_is_one_answer(mean: type[HeadMean], monkeypatch: pytest.MonkeyPatch) -> None:
    network, raw = Network([*headed().layers, mean(5)]), float_rows(70, 63, 3).raw
    found = predictor(network)
    assert isinstance(found, NativePredictor)
    assert repr(found) == "<NativePredictor 63 → 5>"
    wanted = network.astype(np.float64).predict(raw.astype(np.float64))
    np.testing.assert_allclose(found(raw), wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.one(raw[3]), wanted[3], rtol=1e-4, atol=1e-5)
    assert (found(raw).dtype, found.one(raw[3]).dtype) == (np.float32, np.float32)
    monkeypatch.setattr(module, "ROWS_OF_COPIES", 60)  # a dozen rows at a time
    np.testing.assert_allclose(found(raw), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("options", [{}, {"batch_norm": True}, {"embedded_columns": [1, 2, 9]}], ids=str)
@pytest.mark.parametrize("optimizer", [Nesterov, Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_the_number_of_threads_changes_no_bit(
    optimizer: Callable[[], Optimizer], options: dict[str, Any], kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = told(5, network=lambda: headed(**options), optimizer=optimizer, batch_size=90, rate=0.01)
    alone = trained(made, 1)
    for n_threads in (2, 3, 7):
        assert all((a == b).all() for a, b in zip(alone, trained(made, n_threads), strict=True))


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_an_epoch_at_rate_zero_gives_every_number_back(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    made, network, optimizer = told(5, rate=0.0), headed(embedded_columns=[1, 2], scaled_inputs=True), Momentum()
    before = {name: array.copy() for name, array in network.params.items()}
    assert NativeEngine().run_epoch(network, made.loss, optimizer, made.spec())
    assert all(network.params[name].tobytes() == before[name].tobytes() for name in before)
    assert all(optimizer.state[f"velocity/{name}"].any() for name in before)


@pytest.mark.parametrize("optimizer", [Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_what_lay_in_the_workspace_changes_no_bit(
    optimizer: Callable[[], Optimizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = told(5, network=lambda: headed(embedded_columns=[1, 2]), optimizer=optimizer, rate=0.01)
    dirty = trained(made, 1)
    fill_workspaces(monkeypatch, 0)
    assert all((a == b).all() for a, b in zip(trained(made, 1), dirty, strict=True))


def packed(network: Network) -> PackedNetwork:
    form = lower_for_engine(network)
    return PackedNetwork(c.load(), form.layers, SquaredError(), Adam(), embedding=form.embedding, copies=form.copies)


def test_the_parts_of_each_copy_lie_in_whole_cache_lines() -> None:
    found = packed(headed(embedded_columns=[1, 2]))
    for name, array, own in found._arrays(found.params):
        assert array.ctypes.data % c.ALIGNMENT == 0
        assert array.shape == own.shape, name
        if name in ("1.R", "6.W", "6.b"):
            assert {row.ctypes.data % c.ALIGNMENT for row in array} == {0}
    assert found.params.size == found.offsets[-1].weights + 5 * 21 * found.offsets[-1].stride


def test_no_batch_of_copies_has_a_single_row() -> None:
    made = told(4, batch_norm=True, batch_size=3)
    network = made.network()
    assert NativeEngine().run_epoch(network, made.loss, SGD(), made.spec())  # 330 rows, three at a time
    whole = told(4, batch_norm=True, batch_size=47)  # 330 = 7 · 47 + 1
    assert NativeEngine().run_epoch(network, whole.loss, SGD(), whole.spec())


def refused(network: Network, change: Callable[[Any], None]) -> bool:
    form = lower_for_engine(network)
    table = network_table(form.layers, SquaredError(), n_heads=5)
    offsets = (c.LayerOffsets * len(form.layers))()
    assert c.load().bh_layout(ctypes.byref(table), offsets) > 0
    change(table)
    status: int = c.load().bh_layout(ctypes.byref(table), offsets)
    return status == c.BAD_SIZE


@pytest.mark.parametrize("n_heads", [-1, 1025])
def test_the_core_refuses_another_number_of_heads(n_heads: int) -> None:
    assert refused(headed(), lambda table: setattr(table, "n_heads", n_heads))


@pytest.mark.parametrize(
    ("field", "value"),
    [("activation", 5), ("dropout", 0.5), ("batch_norm", 1), ("parametric", 1), ("skip_span", 1)],
)
def test_the_core_refuses_heads_that_are_more_than_dense(field: str, value: float) -> None:
    def change(table: Any) -> None:
        last = table.layers[table.n_layers - 1]
        last.epsilon, last.momentum = 1e-5, 0.1
        setattr(last, field, value)

    assert refused(network_on([63, 5, 5], n_heads=5), change)


def test_the_core_refuses_bytes_and_python_hands_it_floats() -> None:
    found = NativePredictor(headed(), UNSCALED)
    raw = np.ones((3, 63), dtype=np.uint8)
    arguments = found._arguments(raw, np.empty((3, 25), dtype=np.float32), found._workspace, 1)
    assert found._predict(*arguments) == c.BAD_SIZE
    assert found(raw) == pytest.approx(found(raw.astype(np.float32)))


def test_the_kernel_is_chosen_by_the_widths_of_one_head() -> None:
    assert dense_sizes(headed()) == [63, 70, 20, 5]


def test_only_the_mean_of_as_many_heads_is_trained() -> None:
    assert unsupported_reason(headed(), MeanOfHeads(SquaredError(), 5), SGD()) is None
    reason = "the C core does not support {} of a network of {} heads"
    assert unsupported_reason(headed(), SquaredError(), SGD()) == reason.format("SquaredError", 5)
    assert unsupported_reason(headed(), MeanOfHeads(SquaredError(), 4), SGD()) == reason.format("MeanOfHeads", 5)
    plain = Network.mlp([63, 5])
    assert unsupported_reason(plain, MeanOfHeads(SquaredError(), 5), SGD()) == reason.format("MeanOfHeads", 0)
    one = MeanOfHeads(SoftmaxCrossEntropy(), 3)
    assert (
        unsupported_reason(Network.mlp([4, 1], n_heads=3), one, SGD()) == "the softmax of a single output is always 1"
    )
