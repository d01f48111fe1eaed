from gradient_checks import check_layer

from byhand.layers import BatchNorm


def test_batch_norm_gradient_through_mean_and_variance() -> None:
    check_layer(lambda: [BatchNorm(5)])


def test_batch_norm_gradient_with_running_averages() -> None:
    check_layer(lambda: [BatchNorm(5)], training=False)
