import numpy as np
import pytest
from gradient_checks import check_loss

from byhand.layers.softmax import softmax
from byhand.losses import SoftmaxCrossEntropy
from byhand.random import INIT, RandomStream


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gradient_for_class_numbers(smoothing: float) -> None:
    check_loss(SoftmaxCrossEntropy(smoothing), lambda seed: RandomStream(seed, INIT, 5).integers(0, 2, 6))


def test_gradient_for_soft_targets() -> None:
    check_loss(SoftmaxCrossEntropy(), lambda seed: softmax(RandomStream(seed, INIT, 5).normal(6, 3)))


def test_gradient_is_p_minus_t_over_n() -> None:
    logits = np.log(np.array([[0.2, 0.3, 0.5]]))
    _, saved = SoftmaxCrossEntropy().forward(logits, np.array([2]))
    np.testing.assert_allclose(SoftmaxCrossEntropy().backward(saved), [[0.2, 0.3, -0.5]], atol=1e-15)
