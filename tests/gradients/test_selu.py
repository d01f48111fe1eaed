from gradient_checks import check_layer

from byhand.layers import SELU


def test_selu_gradient() -> None:
    check_layer(lambda: [SELU()])
