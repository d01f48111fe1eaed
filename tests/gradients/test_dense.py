from checks import check_layer

from byhand.layers import Dense
from byhand.randomness import INIT, Stream


def test_dense_gradient() -> None:
    check_layer(lambda: [Dense(5, 5, rng=Stream(3, INIT, 5))])
