"""Embeddings in the core: how good its cosine is, ramps worked by hand, its bits, its padding, what it refuses."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from training_cases import EACH_KERNEL, Setting, fill_workspaces, float_rows, trained

from byhand.arrays import Array
from byhand.engines import bindings as c
from byhand.engines import native
from byhand.engines.core_tables import network_table
from byhand.engines.native import NativeEngine
from byhand.engines.packed_network import PackedNetwork
from byhand.engines.predictor import NativePredictor, predictor
from byhand.layers import Dense, PeriodicEmbedding, PeriodicLinearEmbedding, PiecewiseLinearEmbedding
from byhand.losses import SquaredError
from byhand.lowering import lower_behind_embedding
from byhand.mlp import Embedding
from byhand.network import Network
from byhand.optimizers import SGD, Adam, ClipGradNorm, Momentum, Nesterov
from byhand.optimizers.base import Optimizer
from byhand.preprocessing import UNSCALED
from byhand.schedules import Constant
from byhand.training.plan import Plan
from byhand.training.state import TrainingState
from byhand.training.train import train

COLUMNS = (0, 2, 3, 9, 12)


EACH_KIND = ("pbld", "pl", "pwl")


def front(kind: str) -> Embedding:
    """Return an embedding that fills no vector; in each of its bins there are numbers."""
    if kind == "pbld":
        return PeriodicEmbedding(13, COLUMNS, n_frequencies=21)
    if kind == "pl":
        return PeriodicLinearEmbedding(13, COLUMNS, n_frequencies=21, embedding_dim=3)
    layer = PiecewiseLinearEmbedding(13, COLUMNS, n_bins=21, embedding_dim=3)
    layer.statistics["edges"] /= 3
    return layer


def embedded(kind: str = "pbld", *, scaled_inputs: bool = False) -> Network:
    first = front(kind)
    plain = Network.mlp([first.n_out(13), 20, 3], scaled_inputs=scaled_inputs, seed=1)
    return Network([first, *plain.layers])


def setting(**changes: Any) -> Setting:
    values: dict = {
        "examples": lambda: float_rows(330, 13, 3),
        "network": embedded,
        "loss": SquaredError(),
        "optimizer": SGD,
        **changes,
    }
    return Setting(**values)


def one_wave() -> Network:
    """Return a network that answers x with cos(2π x)."""
    front = PeriodicEmbedding(1, [0], n_frequencies=1, embedding_dim=1)
    network = Network([front, Dense(2, 1)])
    for name, value in {"0.frequency": 1, "0.phase": 0, "0.V": 1, "0.c": 0, "1.b": 0}.items():
        network.params[name][...] = value
    network.params["1.W"][:] = [[0], [1]]
    return network


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("turns", [0.26, 3, 1e3, 2**21], ids=str)
def test_a_cosine_is_right_to_3e7_up_to_millions_of_turns(
    turns: float, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    x = np.linspace(-turns, turns, 20_011, dtype=np.float32)[:, None]
    wanted = np.cos(2 * np.pi * (x.astype(np.float64) % 1))
    assert np.abs(NativePredictor(one_wave(), UNSCALED)(x) - wanted).max() < 3e-7


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_beyond_that_a_cosine_stays_one_and_what_is_not_finite_is_no_number(
    kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    answer = NativePredictor(one_wave(), UNSCALED)
    far = np.float32(10) ** np.arange(6, 39, dtype=np.float32)[:, None]
    assert np.abs(answer(far)).max() <= 1.000001
    with np.errstate(invalid="ignore"):
        assert np.isnan(answer(np.array([[np.nan], [np.inf], [-np.inf]], dtype=np.float32))).all()


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_sines_stand_behind_cosines(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    layer = PeriodicLinearEmbedding(2, [0], n_frequencies=2, embedding_dim=4)
    layer.params["frequency"][:] = [[1, 2]]
    layer.params["V"][:], layer.params["c"][:] = np.eye(4), 0
    network = Network([layer, Dense(5, 5)])
    network.params["1.W"][:], network.params["1.b"][:] = np.eye(5), 0
    found = NativePredictor(network, UNSCALED)(np.array([[0, 7], [1 / 12, 8]], dtype=np.float32))
    assert found == pytest.approx(
        np.array([[7, 1, 1, 0, 0], [8, np.sqrt(0.75), 0.5, 0.5, np.sqrt(0.75)]]), abs=1e-6
    )  # the other column, cos 2πx, cos 4πx, sin 2πx, sin 4πx


@pytest.mark.parametrize("kernel", EACH_KERNEL)
def test_a_number_is_told_by_its_place_among_bins(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    layer = PiecewiseLinearEmbedding(1, [0], n_bins=3, embedding_dim=3)
    layer.statistics["edges"][:] = [[0, 2, 2, 6]]  # the second bin has no width
    layer.params["V"][:], layer.params["c"][:] = np.eye(3), 0
    network = Network([layer, Dense(4, 3)])
    network.params["1.W"][:], network.params["1.b"][:] = np.eye(4)[:, 1:], 0
    x = np.array([[-9], [0], [0.5], [2], [3], [6], [1e30]], dtype=np.float32)
    found = NativePredictor(network, UNSCALED)(x)
    wanted = [[0, 0, 0], [0, 0, 0], [0.25, 0, 0], [1, 0, 0], [1, 0, 0.25], [1, 0, 1], [1, 0, 1]]
    assert found.tolist() == wanted


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("kind", EACH_KIND)
@pytest.mark.parametrize("scaled_inputs", [False, True])
@pytest.mark.parametrize("optimizer", [Nesterov, Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_the_number_of_threads_changes_no_bit(
    optimizer: Callable[[], Optimizer], scaled_inputs: bool, kind: str, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = setting(
        network=lambda: embedded(kind, scaled_inputs=scaled_inputs), optimizer=optimizer, batch_size=300, rate=0.01
    )
    alone = trained(made, 1)
    for n_threads in (2, 3, 7):
        together = trained(made, n_threads)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("kind", EACH_KIND)
@pytest.mark.parametrize("scaled_inputs", [False, True])
def test_an_epoch_at_rate_zero_gives_every_number_back(
    scaled_inputs: bool, kind: str, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    network, optimizer, made = embedded(kind, scaled_inputs=scaled_inputs), Momentum(), setting(rate=0.0)
    before = {name: array.copy() for name, array in network.params.items()}
    assert NativeEngine().run_epoch(network, made.loss, optimizer, made.spec())
    assert all(network.params[name].tobytes() == before[name].tobytes() for name in before)
    assert all(optimizer.state[f"velocity/{name}"].all() for name in before if name.startswith("0."))
    assert all(optimizer.state[f"velocity/{name}"].shape == before[name].shape for name in before)


@pytest.mark.parametrize("kind", EACH_KIND)
@pytest.mark.parametrize("optimizer", [Adam, lambda: ClipGradNorm(SGD(), 0.1)])
def test_what_lay_in_the_workspace_changes_no_bit(
    optimizer: Callable[[], Optimizer], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = setting(network=lambda: embedded(kind), optimizer=optimizer)
    dirty = trained(made, 1)
    fill_workspaces(monkeypatch, 0)
    clean = trained(made, 1)
    assert all((a == b).all() for a, b in zip(clean, dirty, strict=True))


@pytest.mark.parametrize("kind", EACH_KIND)
def test_a_run_resumed_between_two_epochs_goes_on_to_the_same_bits(kind: str) -> None:
    examples = float_rows(330, 13, 3)
    plan = Plan(SquaredError(), Constant(0.01), epochs=3, batch_size=32, seed=1)

    def run(*cuts: int) -> bytes:
        state = TrainingState(embedded(kind), Adam())
        for end in (*cuts, plan.epochs):
            for record in train(state, examples, plan, engine=NativeEngine()):
                if record.epoch == end:
                    break
        return b"".join(array.tobytes() for array in state.arrays().values())

    assert run() == run(1) == run(1, 2)


@pytest.mark.parametrize(("kind", "name"), [("pbld", "V"), ("pl", "frequency"), ("pwl", "edges")])
def test_a_predictor_keeps_the_embedding_it_was_made_with(kind: str, name: str) -> None:
    network, raw = embedded(kind), float_rows(9, 13, 3).raw
    found = predictor(network)
    before = found(raw)
    {**network.params, **network.statistics}[f"0.{name}"][:] = 0
    assert isinstance(found, NativePredictor)
    assert (found(raw) == before).all()


WRONG: dict[str, tuple[str, Any]] = {
    "no columns": ("n_columns", 0),
    "more columns than the layer has room for": ("n_columns", 6),
    "a layer without room for the numbers": ("n_out", 4),
    "no numbers": ("n_out", 0),
    "no waves": ("resolution", 0),
    "too many waves": ("resolution", 1025),
    "no kind": ("kind", -1),
    "a kind that is none": ("kind", 3),
    "a kind of which fewer columns pass": ("kind", 1),
    "another number of inputs": ("n_in", 14),
    "a column twice": ("columns", (0, 2, 2, 9, 12)),
    "a column that is none": ("columns", (0, 2, 3, 9, 13)),
    "a column below 0": ("columns", (-1, 2, 3, 9, 12)),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_core_refuses_sizes_that_do_not_fit(what: str) -> None:
    embedding, layers = lower_behind_embedding(embedded())
    table = network_table(layers, SquaredError(), embedding)
    offsets = (c.LayerOffsets * len(layers))()
    assert c.load().bh_layout(ctypes.byref(table), offsets) > 0
    name, value = WRONG[what]
    row = table.embedding.contents
    setattr(row, name, (ctypes.c_int32 * 5)(*value) if name == "columns" else value)
    assert c.load().bh_layout(ctypes.byref(table), offsets) == c.BAD_SIZE
    row.columns = None
    assert c.load().bh_layout(ctypes.byref(table), offsets) == c.BAD_POINTER


def test_the_core_refuses_bins_without_edges() -> None:
    embedding, layers = lower_behind_embedding(embedded("pwl"))
    table = network_table(layers, SquaredError(), embedding)
    offsets = (c.LayerOffsets * len(layers))()
    assert c.load().bh_layout(ctypes.byref(table), offsets) > 0
    table.embedding.contents.edges = None
    assert c.load().bh_layout(ctypes.byref(table), offsets) == c.BAD_POINTER


def test_edges_that_fall_or_are_no_numbers_are_bins_without_width_as_they_are_in_numpy() -> None:
    network = embedded("pwl")
    edges = network.statistics["0.edges"]
    edges[0], edges[1, 3:5], edges[2, 4] = -edges[0], np.nan, np.inf
    raw = float_rows(40, 13, 3).raw
    with np.errstate(invalid="ignore"):
        wanted: Array = network.predict(raw)
    assert NativePredictor(network, UNSCALED)(raw) == pytest.approx(wanted, abs=1e-5)


def test_the_core_refuses_to_embed_bytes() -> None:
    found = NativePredictor(embedded(), UNSCALED)
    raw = np.ones((3, 13), dtype=np.uint8)
    output = np.empty((3, 3), dtype=np.float32)
    assert found._predict(*found._arguments(raw, output, found._workspace, 1)) == c.BAD_SIZE
    assert found(raw) == pytest.approx(found(raw.astype(np.float32)))  # Python hands it floats


@pytest.mark.parametrize(
    ("kind", "scales", "block"), [("pbld", 32, 5 * 32), ("pl", 32, 32 + 3 * 48), ("pwl", 32, 3 * 32)]
)
def test_moments_and_parameters_lie_in_whole_cache_lines(kind: str, scales: int, block: int) -> None:
    embedding, layers = lower_behind_embedding(embedded(kind, scaled_inputs=True))
    packed = PackedNetwork(c.load(), layers, SquaredError(), Adam(), embedding=embedding)
    addresses = {name: array.ctypes.data for name, array, _ in packed._arrays(packed.params)}
    assert {address % c.ALIGNMENT for address in addresses.values()} == {0}
    assert packed.offsets[0].weights == scales + len(COLUMNS) * (block + 16)
