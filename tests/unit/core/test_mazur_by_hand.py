"""A whole network worked by hand: the 2-2-2 example of Matt Mazur, "A step by step backpropagation example" (2015).

He takes half the sum of squares, E = ½ Σ (t − a)², we the sum, L = Σ (a − t)²: for his single example L = 2 E, so our
gradient is twice his and his learning rate 0.5 is our 0.25. He leaves the biases where they are, and so does this test.
"""

import numpy as np
import pytest

from byhand.layers import Dense, Sigmoid
from byhand.losses import SquaredError
from byhand.network import Network
from byhand.optimizers import SGD

X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
RATE = 0.25


def mazur() -> Network:
    """Return his network: w₁ … w₄ and b₁ = 0.35 in front of the hidden units, w₅ … w₈ and b₂ = 0.60 behind them."""
    network = Network([Dense(2, 2), Sigmoid(), Dense(2, 2), Sigmoid()]).astype(np.float64)
    network.params["0.W"][:] = [[0.15, 0.25], [0.20, 0.30]]  # w₁, w₂ lead to h₁, w₃, w₄ to h₂: a column a unit
    network.params["0.b"][:] = 0.35
    network.params["2.W"][:] = [[0.40, 0.50], [0.45, 0.55]]
    network.params["2.b"][:] = 0.60
    return network


def step(network: Network) -> float:
    """Let every weight take one step, the biases none; return E before it."""
    trace = network.forward(X)
    value, saved = SquaredError().forward(trace.output, T)
    grads = network.backward(SquaredError().backward(saved), trace)
    weights = {name: array for name, array in network.params.items() if name.endswith("W")}
    SGD().update(weights, grads, RATE)
    return float(value) / 2


def error(network: Network) -> float:
    return float(SquaredError().forward(network.predict(X), T)[0]) / 2


def test_forward_as_he_has_it() -> None:
    net1, hidden, net2, out = (step.y[0] for step in mazur().forward(X).steps)
    np.testing.assert_allclose(net1, [0.3775, 0.3925], atol=5e-10)
    np.testing.assert_allclose(hidden, [0.593269992, 0.596884378], atol=5e-10)
    np.testing.assert_allclose(net2[0], 1.105905967, atol=5e-10)
    np.testing.assert_allclose(out, [0.75136507, 0.772928465], atol=5e-9)


def test_error_as_he_has_it() -> None:
    assert error(mazur()) == pytest.approx(0.298371109, abs=5e-10)
    halves = (mazur().predict(X) - T)[0] ** 2 / 2
    np.testing.assert_allclose(halves, [0.274811083, 0.023560026], atol=5e-10)


def test_gradient_as_he_has_it() -> None:
    network = mazur()
    trace = network.forward(X)
    _, saved = SquaredError().forward(trace.output, T)
    grads = network.backward(SquaredError().backward(saved), trace)
    assert grads["2.W"][0, 0] / 2 == pytest.approx(0.082167041, abs=5e-10)  # ∂E/∂w₅
    assert grads["0.W"][0, 0] / 2 == pytest.approx(0.000438568, abs=5e-10)  # ∂E/∂w₁
    dz_out = trace.steps[2].dy
    dh = trace.steps[1].dy
    assert dz_out is not None
    assert dh is not None
    assert dz_out[0, 0] / 2 == pytest.approx(0.138498562, abs=5e-10)  # ∂E/∂net of the first output
    assert dh[0, 0] / 2 == pytest.approx(0.036350306, abs=5e-10)  # ∂E/∂h₁: both outputs blame it


def test_the_new_weights_as_he_has_them() -> None:
    network = mazur()
    assert step(network) == pytest.approx(0.298371109, abs=5e-10)
    np.testing.assert_allclose(
        network.params["2.W"], [[0.35891648, 0.511301270], [0.408666186, 0.561370121]], atol=5e-9
    )
    np.testing.assert_allclose(network.params["0.W"], [[0.149780716, 0.24975114], [0.19956143, 0.29950229]], atol=5e-9)
    assert error(network) == pytest.approx(0.291027774, abs=5e-10)
    assert error(network) == pytest.approx(0.291027924, abs=2e-7)  # what he prints; in float64 it is the line above


def test_ten_thousand_steps_later() -> None:
    network = mazur()
    for _ in range(10_000):
        step(network)
    assert error(network) == pytest.approx(0.0000351085, rel=3e-4)
    np.testing.assert_allclose(network.predict(X)[0], [0.015912196, 0.984065734], atol=2e-6)
