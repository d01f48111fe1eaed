"""Influence: the dot product of two gradients, formed whole here, and what a step of learning really does."""

from typing import Any

import numpy as np
import pytest

from byhand.data.examples import Examples
from byhand.engines import influence as native
from byhand.errors import DataError
from byhand.inspection.influence import influence, numpy_influence
from byhand.losses import SoftmaxCrossEntropy, SquaredError
from byhand.losses.base import Loss
from byhand.lowering import fold, lower
from byhand.network import Network
from byhand.preprocessing import fit_scaler

NETWORKS: dict[str, dict[str, Any]] = {
    "relu": {"sizes": [12, 9, 4]},
    "no hidden layer": {"sizes": [12, 4]},
    "tanh, two hidden": {"sizes": [12, 20, 7, 4], "activation": "tanh"},
    "leaky relu, dropout": {"sizes": [12, 9, 4], "activation": "leaky_relu", "dropout": 0.3},
    "residual": {"sizes": [12, 8, 8, 8, 4], "residual": True},
    "wide": {"sizes": [12, 130, 70, 4]},
}


def examples(kind: str = "bytes", n: int = 300) -> Examples:
    rng = np.random.default_rng(3)
    raw: Any = rng.integers(0, 256, (n, 12)) * (rng.uniform(size=(n, 12)) < 0.4)
    raw = raw.astype(np.uint8) if kind == "bytes" else rng.normal(size=(n, 12)).astype(np.float32)
    return Examples(raw, rng.integers(0, 4, n), fit_scaler("standard", raw, low=0, high=255))


def gradient(network: Network, loss: Loss, data: Examples, i: int) -> np.ndarray:
    """Return the gradient of example i's loss with respect to all parameters, by backpropagation as it is."""
    trace = network.forward(data.preparation.apply(data.raw[i : i + 1]))
    _, saved = loss.forward(trace.output, data.y[i : i + 1])
    grads = network.backward(loss.backward(saved), trace)
    return np.concatenate([grads[name].ravel() for name in sorted(grads)])


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(0.1), SquaredError()], ids=["cross-entropy", "squared"])
@pytest.mark.parametrize("kind", ["bytes", "floats"])
@pytest.mark.parametrize("name", NETWORKS)
def test_scores_are_dot_products_of_whole_gradients(name: str, kind: str, loss: Loss) -> None:
    data, options = examples(kind), dict(NETWORKS[name])
    network = Network.mlp(options.pop("sizes"), seed=2, **options)
    query = Examples(data.raw[7:8], np.array([1]), data.preparation)
    found = influence(network, data, data.raw[7], 1, loss)
    exact = network.astype(np.float64)
    mine = gradient(exact, loss, query, 0)
    wanted = np.array([gradient(exact, loss, data, i) @ mine for i in range(len(data))])
    assert found.label == 1
    assert np.abs(found.scores - wanted).max() < 1e-4 * np.abs(wanted).max()
    layers = fold(lower(network, inference=True))
    assert np.abs(numpy_influence(layers, loss, data, query) - wanted).max() < 1e-10 * np.abs(wanted).max()


def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = Network.mlp([12, 40, 4], seed=2), examples(n=700)
    monkeypatch.setattr(native, "available_cpus", lambda: 1)
    alone = influence(network, data, data.raw[0]).scores
    for n in (2, 3, 5):
        monkeypatch.setattr(native, "available_cpus", lambda n=n: n)
        assert influence(network, data, data.raw[0]).scores.tobytes() == alone.tobytes()


def test_a_step_on_an_example_changes_the_loss_by_its_score() -> None:
    """First order: with a rate of 1e-5 the loss of the query falls by rate · score."""
    network, data, loss = Network.mlp([12, 9, 4], seed=2), examples(), SoftmaxCrossEntropy()
    query = Examples(data.raw[5:6], np.array([2]), data.preparation)
    scores = influence(network, data, data.raw[5], 2).scores
    x = query.preparation.apply(query.raw).astype(np.float64)
    for i in (int(scores.argmax()), int(scores.argmin())):
        exact = network.astype(np.float64)
        before = loss.forward(exact.predict(x), query.y)[0]
        trace = exact.forward(data.preparation.apply(data.raw[i : i + 1]).astype(np.float64))
        grads = exact.backward(loss.backward(loss.forward(trace.output, data.y[i : i + 1])[1]), trace)
        for name, array in exact.params.items():
            array -= 1e-5 * grads[name]
        after = loss.forward(exact.predict(x), query.y)[0]
        assert before - after == pytest.approx(1e-5 * scores[i], rel=0.01)


def test_the_predicted_class_is_asked_about_by_default_and_the_strongest_come_first() -> None:
    network, data = Network.mlp([12, 9, 4], seed=2), examples()
    found = influence(network, data, data.raw[3])
    assert found.label == int(network.predict(data.preparation.apply(data.raw[3:4])).argmax())
    supporters, opponents = found.supporters(5), found.opponents(5)
    assert (np.diff(found.scores[supporters]) <= 0).all()
    assert (np.diff(found.scores[opponents]) >= 0).all()
    assert found.scores[supporters].min() > 0 > found.scores[opponents].max()


def test_what_it_cannot_use_is_a_sentence() -> None:
    network, data = Network.mlp([12, 9, 4], seed=2), examples()
    with pytest.raises(DataError, match=r"one example of shape \(1, 12\); expected \(12,\)"):
        influence(network, data, data.raw[:1])
    with pytest.raises(DataError, match="without classes"):
        influence(network, Examples(data.raw, data.raw[:, :2] / 255, data.preparation), data.raw[0])
