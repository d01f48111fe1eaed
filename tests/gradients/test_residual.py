from gradient_checks import check_layer

from byhand.layers import BatchNorm, Dense, Residual, Tanh
from byhand.random import INIT, RandomStream


def test_residual_gradient_goes_both_ways() -> None:
    check_layer(lambda: [Residual(Dense(5, 5, rng=RandomStream(4, INIT, 1)), Tanh())])


def test_residual_gradient_around_batch_norm_and_another_residual() -> None:
    check_layer(lambda: [Residual(Dense(5, 5, rng=RandomStream(4, INIT, 1)), BatchNorm(5), Residual(Tanh()), Tanh())])


def test_residual_as_the_first_layer_of_a_network_needs_no_dx() -> None:
    layer = Residual(Dense(5, 5, rng=RandomStream(4, INIT, 1)))
    y, saved = layer.forward(RandomStream(0, INIT).normal(3, 5))
    dx, grads = layer.backward(y, saved, need_dx=False)
    assert dx is None
    assert set(grads) == {"0.W", "0.b"}
