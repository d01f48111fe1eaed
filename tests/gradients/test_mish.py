from gradient_checks import check_layer

from byhand.layers import Mish


def test_mish_gradient() -> None:
    check_layer(lambda: [Mish()])
