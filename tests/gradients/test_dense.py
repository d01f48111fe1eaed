from gradient_checks import check_layer

from byhand.layers import Dense
from byhand.random import INIT, RandomStream


def test_dense_gradient() -> None:
    check_layer(lambda: [Dense(5, 5, rng=RandomStream(3, INIT, 5))])
