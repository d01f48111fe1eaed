from gradient_checks import check_layer

from byhand.layers import Sigmoid


def test_sigmoid_gradient() -> None:
    check_layer(lambda: [Sigmoid()])
