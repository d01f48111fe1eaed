from gradient_checks import check_layer

from byhand.layers import ReLU


def test_relu_gradient() -> None:
    check_layer(lambda: [ReLU()])
