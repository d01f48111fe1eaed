from gradient_checks import check_layer

from byhand.layers import LeakyReLU


def test_leaky_relu_gradient() -> None:
    check_layer(lambda: [LeakyReLU(0.1)])
