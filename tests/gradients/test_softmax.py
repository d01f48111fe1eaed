from gradient_checks import check_layer

from byhand.layers import Softmax


def test_softmax_gradient() -> None:
    check_layer(lambda: [Softmax()])
