from gradient_checks import check_layer

from byhand.layers import Tanh


def test_tanh_gradient() -> None:
    check_layer(lambda: [Tanh()])
