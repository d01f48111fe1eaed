from gradient_checks import check_layer

from byhand.layers import Dropout


def test_dropout_gradient_through_the_mask_it_drew() -> None:
    check_layer(lambda: [Dropout(0.4)])


def test_dropout_gradient_in_prediction() -> None:
    check_layer(lambda: [Dropout(0.4)], training=False)
