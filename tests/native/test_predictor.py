"""The C core's predictions agree with NumPy's."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from training_cases import EACH_KERNEL, byte_pictures, float_rows

from byhand.arrays import Array
from byhand.engines import bindings as library
from byhand.engines import predictor as module
from byhand.engines.packed_network import PackedNetwork
from byhand.engines.predictor import NativePredictor, NumpyPredictor, predictor
from byhand.errors import ShapeError
from byhand.layers import BatchNorm, Dense, ReLU
from byhand.losses import SquaredError
from byhand.lowering import lower
from byhand.network import Network
from byhand.preprocessing import InputScaler, fit_scaler

PICTURES, ROWS = byte_pictures(700, 9, 7, 5), float_rows(700, 63, 3)


def averaged(network: Network) -> Network:
    """Return the network with running averages, scales and shifts that are not what they begin as."""
    for i, (name, array) in enumerate({**network.params, **network.statistics}.items()):
        if name.rpartition(".")[2] in ("gamma", "beta", "alpha", "mean", "variance"):
            array[:] = np.random.default_rng(i).uniform(0.5, 2, len(array)) / (2 if name.endswith(".alpha") else 1)
    return network


NETWORKS = {
    "one hidden layer": Network.mlp([63, 20, 5], seed=1),
    "none": Network.mlp([63, 5], seed=1),
    "deep and wide": Network.mlp([63, 130, 70, 33, 5], activation="tanh", seed=1),
    "heavy": Network.mlp([63, 400, 400, 3], activation="leaky_relu", seed=1),
    "normalised": averaged(Network.mlp([63, 20, 30, 5], batch_norm=True, dropout=0.3, seed=1)),
    "with ways around": averaged(
        Network.mlp([63, 20, 20, 20, 5], batch_norm=True, residual=True, dropout=0.3, activation="tanh", seed=1)
    ),
    "heavy, with ways around": Network.mlp([63, 400, 400, 3], residual=True, seed=1),
    "embedded": Network.mlp([63, 20, 5], embedded_columns=range(0, 63, 3), scaled_inputs=True, seed=1),
    "periodic linear": Network.mlp([63, 20, 5], embedded_columns=range(0, 63, 3), embedding="pl", seed=1),
    "piecewise linear": Network.mlp([63, 20, 5], embedded_columns=range(0, 63, 3), embedding="pwl", seed=1),
    "parametric": averaged(Network.mlp([63, 20, 30, 5], activation="parametric_selu", dropout=0.3, seed=1)),
    "parametric, normalised": averaged(
        Network.mlp([63, 20, 20, 5], activation="parametric_mish", batch_norm=True, residual=True, seed=1)
    ),
    "ends in softmax": Network.mlp([63, 20, 5], activation="sigmoid", output="softmax", seed=1),
}


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("name", NETWORKS)
def test_it_says_what_the_network_says(name: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    network = NETWORKS[name]
    for examples in (PICTURES, ROWS):
        found = NativePredictor(network, examples.preparation, n_threads=2)
        wanted = network.astype(np.float64).predict(examples.preparation.apply(examples.raw, np.float64))
        for n in (1, 3, 6, 7, 256, 257, 700):
            np.testing.assert_allclose(found(examples.raw[:n]), wanted[:n], rtol=1e-4, atol=2e-6)
        for i in range(5):
            np.testing.assert_allclose(found.one(examples.raw[i]), wanted[i], rtol=1e-4, atol=2e-6)
        assert found(examples.raw[:0]).shape == (0, network.widths[-1])


@pytest.mark.parametrize("kind", [NativePredictor, NumpyPredictor])
@pytest.mark.parametrize("name", ["normalised", "with ways around", "embedded", "piecewise linear"])
def test_it_follows_a_network_in_training_when_it_is_told_to(name: str, kind: type) -> None:
    network, raw = deepcopy(NETWORKS[name]), ROWS.raw[:9]
    found = kind(network, ROWS.preparation)
    before = found(raw)
    for array in (*network.params.values(), *network.statistics.values()):
        array *= 1.25
    assert found(raw).tobytes() == before.tobytes()
    found.update(network)
    assert found(raw).tobytes() == kind(network, ROWS.preparation)(raw).tobytes() != before.tobytes()
    assert found.one(raw[0]).tobytes() == kind(network, ROWS.preparation).one(raw[0]).tobytes()


def test_threads_change_no_bit() -> None:
    network, raw = NETWORKS["heavy"], np.tile(PICTURES.raw, (3, 1))
    one, two, five = (NativePredictor(network, PICTURES.preparation, n)(raw) for n in (1, 2, 5))
    assert one.tobytes() == two.tobytes() == five.tobytes()


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("name", ["normalised", "with ways around", "heavy, with ways around"])
def test_nothing_need_be_folded(name: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page gives the core its networks as they are."""
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    network, raw = NETWORKS[name], ROWS.raw
    found = NativePredictor(network, InputScaler("raw", np.asarray(1.0), np.asarray(0.0)), n_threads=3)
    found._packed = PackedNetwork(library.load(), lower(network), SquaredError())
    found._workspace = found._allocate(1)
    wanted = network.astype(np.float64).predict(raw.astype(np.float64))
    for n in (1, 7, 257):
        np.testing.assert_allclose(found(raw[:n]), wanted[:n], rtol=1e-4, atol=5e-6)
    monkeypatch.setattr(module, "MIN_PARALLEL_MACS", 0)
    assert found(raw).tobytes() == np.concatenate([found(raw[:256]), found(raw[256:])]).tobytes()


@pytest.mark.parametrize("kind", [np.float64, np.int32, bool, ">f4"])
def test_numbers_of_any_kind_are_read(kind: str) -> None:
    raw = (PICTURES.raw > 128).astype(kind)
    network, preparation = NETWORKS["none"], InputScaler("raw", np.asarray(1.0), np.asarray(0.0))
    found, wanted = NativePredictor(network, preparation), NumpyPredictor(network, preparation)
    np.testing.assert_allclose(found(raw), wanted(raw), rtol=1e-4, atol=2e-6)
    np.testing.assert_allclose(found.one(raw[3]), wanted.one(raw[3]), rtol=1e-4, atol=2e-6)


def test_the_preparation_of_each_column_is_folded_in() -> None:
    raw = np.random.default_rng(1).normal(50, 20, (40, 63))
    preparation = fit_scaler("standard", raw, low=0, high=1, per_column=True)
    network = NETWORKS["one hidden layer"]
    wanted: Array = network.predict(preparation.apply(raw))
    np.testing.assert_allclose(NativePredictor(network, preparation)(raw), wanted, rtol=1e-4, atol=1e-5)


def test_clipped_inputs_are_embedded_as_they_are_clipped() -> None:
    raw = np.random.default_rng(1).normal(0, 3, (40, 63)).astype(np.float32)
    preparation = replace(fit_scaler("standard", raw, low=0, high=1, per_column=True), clip=1.0)
    network = NETWORKS["embedded"]
    wanted: Array = network.predict(preparation.apply(raw))
    np.testing.assert_allclose(NativePredictor(network, preparation)(raw), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [NativePredictor, NumpyPredictor])
def test_a_wrong_width_is_a_sentence(kind: type) -> None:
    found = kind(NETWORKS["none"], PICTURES.preparation)
    with pytest.raises(ShapeError, match=r"got x of shape \(2, 64\); expected \(n, 63\)"):
        found(np.zeros((2, 64)))
    with pytest.raises(ShapeError, match="of shape"):
        found.one(np.zeros(64))


def test_what_it_learns_later_it_does_not_know() -> None:
    network = Network.mlp([63, 5], seed=1)
    found = predictor(network, PICTURES.preparation)
    before = found.one(PICTURES.raw[0])
    network.params["0.W"][:] = 0
    assert (found.one(PICTURES.raw[0]) == before).all()


def test_what_the_core_does_not_know_numpy_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = Network([Dense(63, 9), ReLU(), BatchNorm(9), Dense(9, 5)])
    assert isinstance(predictor(NETWORKS["none"], PICTURES.preparation), NativePredictor)
    assert isinstance(predictor(behind, PICTURES.preparation), NumpyPredictor)
    monkeypatch.setattr(library, "why_missing", lambda: "none here")
    assert isinstance(predictor(NETWORKS["none"], PICTURES.preparation), NumpyPredictor)


def test_without_a_scaler_it_takes_network_inputs() -> None:
    network = Network.mlp([4, 5, 3], seed=1)
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    assert predictor(network)(x) == pytest.approx(network(x), abs=1e-6)
