"""Shares that sum to the logit, and an answer's sureness from both sides."""

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.errors import OptionError, ShapeError
from byhand.inspection.attribution import attribute
from byhand.inspection.robustness import certified_radius, find_adversarial, robustness_query
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DATA, RandomStream

BYTES = InputScaler("signed", np.asarray(1 / 128), np.asarray(-1.0))


def network_of(sizes: list[int], activation: str = "relu") -> Network:
    network = Network.mlp(sizes, activation=activation, seed=4)
    for i, layer in enumerate(network.layers):
        if "b" in layer.params:
            layer.params["b"][:] = RandomStream(i, DATA).normal(len(layer.params["b"])) / 3
    return network.astype(np.float64)


def stored_of(n: int, seed: int) -> Array:
    stored = np.floor(RandomStream(seed, DATA).uniform(n) * 256)
    stored[::3] = 0
    return stored


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "identity"])
@pytest.mark.parametrize("sizes", [[20, 30, 5], [20, 16, 12, 4], [20, 3]])
def test_shares_sum_to_the_logit_and_background_has_none(sizes: list[int], activation: str) -> None:
    network, stored = network_of(sizes, activation), stored_of(20, 1)
    logits = network.predict(BYTES.apply(stored[None], np.float64))[0]
    for toward, against in ((0, None), (1, 0), (2, 1)):
        found = attribute(network, stored, BYTES, toward, against)
        lead = logits[toward] - (0 if against is None else logits[against])
        assert found.attributions.sum() + found.bias_term == pytest.approx(lead, abs=1e-12)
        assert (found.attributions[stored == 0] == 0).all()


def test_batch_norm_and_dropout_change_nothing_about_that() -> None:
    network, stored = (
        Network.mlp([20, 30, 5], batch_norm=True, dropout=0.3, seed=4).astype(np.float64),
        stored_of(20, 1),
    )
    network.statistics["1.mean"][:] = 0.2
    network.statistics["1.variance"][:] = 3.0
    found = attribute(network, stored, BYTES, 2)
    logit = network.predict(BYTES.apply(stored[None], np.float64))[0, 2]
    assert found.attributions.sum() + found.bias_term == pytest.approx(logit, abs=1e-12)


def test_a_share_is_what_the_logit_loses_with_the_input_while_no_unit_bends() -> None:
    network, stored = network_of([20, 30, 5]), stored_of(20, 1)
    before = attribute(network, stored, BYTES, 2)
    fainter = stored.copy()
    fainter[4] *= 0.999
    change = np.diff([network.predict(BYTES.apply(s[None], np.float64))[0, 2] for s in (stored, fainter)])[0]
    assert change == pytest.approx(-0.001 * before.attributions[4], rel=1e-6)


def test_what_is_not_made_of_lines_is_told() -> None:
    with pytest.raises(OptionError, match="this network has tanh; expected activations of ReLU and leaky ReLU"):
        attribute(network_of([20, 5, 3], "tanh"), stored_of(20, 1), BYTES, 0)
    with pytest.raises(ShapeError, match=r"shape \(19,\); expected \(20,\)"):
        attribute(network_of([20, 5, 3]), stored_of(19, 1), BYTES, 0)
    with pytest.raises(OptionError, match="expected two classes"):
        robustness_query(network_of([20, 5, 1]), stored_of(20, 1), BYTES)


@pytest.mark.parametrize("sizes", [[20, 30, 5], [20, 16, 12, 4], [20, 3]])
@pytest.mark.parametrize("seed", range(3))
def test_within_the_radius_nothing_flips_and_the_flip_does(sizes: list[int], seed: int) -> None:
    network, stored = network_of(sizes), stored_of(20, seed)
    asked = robustness_query(network, stored, BYTES)
    best, proved, found = asked.predicted_class(stored), certified_radius(asked), find_adversarial(asked)
    assert found is not None
    assert 0 < proved < found.radius
    assert asked.predicted_class(found.raw) != best
    assert np.abs(found.raw - stored).max() <= found.radius
    assert found.raw.min() >= 0
    assert found.raw.max() <= 255
    moves = RandomStream(seed, DATA, 1).uniform(300, 20) * 2 - 1
    for move in np.concatenate([moves, np.sign(moves)]):  # inside, and the corners
        assert asked.predicted_class(np.clip(stored + proved * move, 0, 255)) == best


def test_an_answer_that_nothing_changes_has_no_flip() -> None:
    network = Network.mlp([20, 3], seed=4)
    network.params["0.W"][:] = 0
    network.params["0.b"][:] = [0, 1, 0]
    asked = robustness_query(network, stored_of(20, 0), BYTES)
    assert find_adversarial(asked) is None
    assert certified_radius(asked) > 254


def test_without_a_hidden_layer_the_radius_is_exact() -> None:
    asked = robustness_query(network_of([20, 3]), np.full(20, 128.0), BYTES)
    W, logits = asked.layers[0].W / 128, asked.scaled(asked.raw) @ asked.layers[0].W + asked.layers[0].b
    best = int(logits.argmax())
    nearest = min((logits[best] - logits[j]) / np.abs(W[:, best] - W[:, j]).sum() for j in range(3) if j != best)
    assert nearest < 127  # else the ends of what can be stored come first
    assert certified_radius(asked) == pytest.approx(nearest, abs=255 / 2**12)
    assert certified_radius(asked) <= nearest
