"""Evaluation: counted over any number of rows at a time, never touching the network; and who does the training."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from assertions import bits

from byhand.data.examples import Examples
from byhand.errors import DataError
from byhand.layers import Dense
from byhand.losses import SoftmaxCrossEntropy, SquaredError
from byhand.metrics import wilson_interval
from byhand.network import Network
from byhand.persistence.state_dict import state_dict
from byhand.preprocessing import fit_scaler
from byhand.training import evaluate as module
from byhand.training.evaluate import classification_metrics, evaluate


def echo(width: int) -> Network:
    """Return a network whose output is its input."""
    network = Network([Dense(width, width)])
    network.params["0.W"][:] = np.eye(width)
    return network


def as_they_are(raw: list[list[float]], y: Sequence[float] | Sequence[list[float]]) -> Examples:
    x = np.array(raw, dtype=np.float32)
    return Examples(x, np.array(y), fit_scaler("raw", x, low=0, high=1))


def test_classes_by_hand() -> None:
    # the largest of each row: 2, 0, 1, 1, the truth: 2, 0, 1, 0
    found = evaluate(echo(3), as_they_are([[0, 1, 5], [3, 2, 1], [0, 1, 0], [1, 4, 0]], [2, 0, 1, 0]))
    assert found.predicted is not None
    assert found.confusion is not None
    assert found.predicted.tolist() == [2, 0, 1, 1]
    assert found.accuracy == 0.75
    assert found.interval == wilson_interval(0.75, 4)
    assert found.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert (found.n, found.loss, found.mean_squared_error, found.r2_score) == (4, None, None, None)


def test_numbers_to_predict_by_hand() -> None:
    # errors 1, 0, −2; the targets 1, 2, 6 stray by −2, −1, 3 from their mean
    found = evaluate(echo(1), as_they_are([[2.0], [2.0], [4.0]], [[1.0], [2.0], [6.0]]), loss=SquaredError())
    assert found.mean_squared_error == pytest.approx(5 / 3)
    assert found.loss == pytest.approx(5 / 3)
    assert found.r2_score == pytest.approx(1 - 5 / 14)
    assert (found.accuracy, found.predicted, found.confusion, found.interval) == (None, None, None, None)


def test_one_logit_has_two_classes() -> None:
    found = classification_metrics(np.array([[-1.0], [2.0], [3.0]]), np.array([0, 1, 0]))
    assert found.confusion is not None
    assert found.confusion.tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize("chunk", [1, 7, 50, 51])
def test_the_number_of_rows_at_a_time_changes_nothing(
    examples: Examples, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, loss = Network.mlp([16, 5, 3], batch_norm=True, dropout=0.5, seed=1), SoftmaxCrossEntropy()
    whole = evaluate(network, examples, loss=loss)
    monkeypatch.setattr(module, "CHUNK", chunk)
    found = evaluate(network, examples, loss=loss)
    np.testing.assert_allclose(found.output, whole.output, rtol=1e-5, atol=1e-6)
    assert (found.n, found.accuracy) == (whole.n, whole.accuracy)
    assert found.loss == pytest.approx(whole.loss, rel=1e-5)


def test_evaluation_prepares_the_examples_itself(examples: Examples) -> None:
    network = Network.mlp([16, 5, 3], seed=1)
    np.testing.assert_allclose(evaluate(network, examples).output, network.predict(examples.x), rtol=1e-4, atol=1e-6)


def test_the_network_is_left_as_it_was(examples: Examples) -> None:
    network = Network.mlp([16, 5, 3], batch_norm=True, dropout=0.5, seed=1)
    before = bits(state_dict(network))
    evaluate(network, examples, loss=SoftmaxCrossEntropy())
    assert bits(state_dict(network)) == before


def test_no_examples_are_refused(examples: Examples) -> None:
    with pytest.raises(DataError, match="evaluate got no examples; expected one or more"):
        evaluate(Network.mlp([16, 3]), replace(examples, raw=examples.raw[:0], y=examples.y[:0]))
