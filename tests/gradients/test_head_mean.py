"""The mean of heads: gradients, and the mean of probabilities it stands for."""

import numpy as np
import pytest
from gradient_checks import check_network

from byhand.errors import ShapeError
from byhand.layers import Dense, HeadMean, LogHeadMean
from byhand.layers.softmax import softmax
from byhand.network import Network
from byhand.random import INIT, RandomStream


@pytest.mark.parametrize("mean", [HeadMean, LogHeadMean])
def test_head_mean_gradient(mean: type[HeadMean]) -> None:
    check_network(lambda seed: Network([Dense(4, 6, rng=RandomStream(seed, INIT, 0)), mean(2)]))


def test_numbers() -> None:
    assert HeadMean(3).forward(np.array([[1.0, 10.0, 2.0, 20.0, 6.0, 60.0]]))[0].tolist() == [[3, 30]]


def test_its_softmax_is_the_mean_of_the_softmaxes() -> None:
    z = RandomStream(3, INIT).normal(50, 12) * 5
    y, _ = LogHeadMean(4).forward(z)
    wanted = np.mean([softmax(z[:, 3 * j : 3 * j + 3]) for j in range(4)], axis=0)
    np.testing.assert_allclose(softmax(y), wanted, atol=1e-14)
    np.testing.assert_allclose(np.exp(y), wanted, atol=1e-14)  # logits that are logarithms already


def test_no_size_of_logits_is_too_large() -> None:
    z = np.array([[1e4, 0.0, 1e4, -1e4], [0.0, -800.0, 0.0, -900.0]])
    y, saved = LogHeadMean(2).forward(z)
    np.testing.assert_allclose(y, [[0, -1e4 - np.log(2)], [0, -800 - np.log(2)]])
    dz, _ = LogHeadMean(2).backward(np.ones((2, 2)), saved)
    assert dz is not None
    assert np.isfinite(dz).all()


@pytest.mark.parametrize("mean", [HeadMean, LogHeadMean])
def test_a_width_that_is_no_multiple_is_refused(mean: type[HeadMean]) -> None:
    with pytest.raises(ShapeError, match="of 4 heads cannot follow 6 outputs"):
        Network([Dense(4, 6), mean(4)])
