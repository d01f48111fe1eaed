"""The parametric activation: its gradients with every activation, and numbers worked by hand."""

import numpy as np
import pytest
from gradient_checks import check_layer

from byhand.errors import OptionError
from byhand.layers import Layer, ParametricActivation
from byhand.layers.parametric_activation import ELEMENTWISE


def learned(activation: str) -> Layer:
    """Return a layer whose α are no longer 1, one of them outside 0 … 1."""
    layer = ParametricActivation(5, activation)
    layer.params["alpha"] = np.array([0.5, 1.0, -0.25, 1.75, 0.0], dtype=np.float32)
    return layer


@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_parametric_activation_gradient(activation: str) -> None:
    check_layer(lambda: [learned(activation)])


def test_a_share_of_the_bend() -> None:
    layer = ParametricActivation(3, "relu")
    layer.params["alpha"] = np.array([1.0, 0.25, 0.0])
    a, saved = layer.forward(np.array([[-2.0, -2.0, -2.0], [3.0, 3.0, 3.0]]))
    assert a.tolist() == [[0, -1.5, -2], [3, 3, 3]]  # 0.75 · −2 + 0.25 · 0; above 0 the bend is z itself
    dz, grads = layer.backward(np.ones((2, 3)), saved)
    assert grads["alpha"].tolist() == [2, 2, 2]  # 0 − (−2) in the first row, nothing in the second
    assert dz is not None
    assert dz.tolist() == [[0, 0.75, 1], [1, 1, 1]]


@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_at_the_start_it_is_the_activation(activation: str) -> None:
    x = np.linspace(-3, 3, 12).reshape(4, 3)
    plain, _ = ELEMENTWISE[activation]().forward(x)
    assert (ParametricActivation(3, activation).forward(x)[0] == plain).all()


@pytest.mark.parametrize("activation", ["softmax", "identity", "parametric_relu", 3])
def test_what_is_no_bend_of_a_single_number_is_refused(activation: str) -> None:
    with pytest.raises(OptionError, match="activation of ParametricActivation"):
        ParametricActivation(3, activation)
