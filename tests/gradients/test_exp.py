from gradient_checks import check_layer

from byhand.layers import Exp


def test_exp_gradient() -> None:
    check_layer(lambda: [Exp()])
