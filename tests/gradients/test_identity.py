from gradient_checks import check_layer

from byhand.layers import Identity


def test_identity_gradient() -> None:
    check_layer(lambda: [Identity()])
