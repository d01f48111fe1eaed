"""Every optimizer against its published formula, written out plainly, for twenty steps of float64.

The gradients are given, the same for both sides: what is tested is the step alone.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array, Params
from byhand.errors import OptionError
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, Optimizer, ParamGroups, WeightDecay
from byhand.random import INIT, RandomStream

STEPS = 20
RATE = 0.03
SHAPES = {"0.W": (4, 3), "0.b": (3,)}


def start() -> Params:
    return {name: RandomStream(1, INIT, i).normal(*shape) for i, (name, shape) in enumerate(SHAPES.items())}


def gradients(step: int) -> Params:
    return {name: RandomStream(2, INIT, 10 * step + i).normal(*shape) for i, (name, shape) in enumerate(SHAPES.items())}


def walked(optimizer: Optimizer) -> Params:
    """Return the parameters after twenty steps."""
    params = start()
    for step in range(1, STEPS + 1):
        optimizer.update(params, gradients(step), RATE)
    return params


def expected() -> Iterator[tuple[str, Array, list[Array]]]:
    """Yield each parameter's name, its start, and its twenty gradients."""
    for name, W in start().items():
        yield name, W, [gradients(step)[name] for step in range(1, STEPS + 1)]


def agree(found: Params, name: str, W: Array) -> None:
    np.testing.assert_allclose(found[name], W, rtol=1e-12, atol=1e-12)


def test_sgd() -> None:
    found = walked(SGD())
    for name, W, grads in expected():
        agree(found, name, W - RATE * sum(grads))


@pytest.mark.parametrize(
    "make",
    [SGD, Momentum, Nesterov, Adam, lambda: AdamW(0.1), lambda: ClipGradNorm(WeightDecay(Adam(), 0.1), 0.5)],
    ids=["sgd", "momentum", "nesterov", "adam", "adamw", "clipped"],
)
def test_a_group_is_trained_at_its_factor_of_the_rate(make: Callable[[], Optimizer]) -> None:
    params, group, rest = start(), make(), make()
    both = ParamGroups(make(), {"b": 0.25})
    slow, fast = start(), start()
    for step in range(1, STEPS + 1):
        both.update(params, gradients(step), RATE)
        group.update(slow, gradients(step), RATE / 4)
        rest.update(fast, gradients(step), RATE)
        fast["0.b"][:], slow["0.W"][:] = params["0.b"], params["0.W"]
    agree(params, "0.b", slow["0.b"])
    agree(params, "0.W", fast["0.W"])


def test_a_single_parameter_has_a_factor_of_its_own() -> None:
    params, slow = start(), start()
    both, alone = ParamGroups(SGD(), {"0.W": 0.25, "W": 9, "b": 0}), SGD()
    for step in range(1, STEPS + 1):
        both.update(params, gradients(step), RATE)
        alone.update(slow, gradients(step), RATE / 4)
    agree(params, "0.W", slow["0.W"])
    assert np.array_equal(params["0.b"], start()["0.b"])


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        ({"w": 1}, "group of parameters 'w'"),
        ({"0.w": 1}, "group of parameters 'w'"),
        ({"x.W": 1}, "group of parameters 'x.W'"),
        ({1: 1}, "got int"),
        ({"b": -1}, "factor of b -1"),
        (0.1, "expected a dict"),
    ],
)
def test_factors_that_cannot_be_are_refused(factors: Any, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        ParamGroups(SGD(), factors)


def test_one_sgd_step_worked_by_hand() -> None:
    params = {"0.W": np.array([1.0, -2.0])}
    SGD().update(params, {"0.W": np.array([0.5, -4.0])}, 0.1)
    np.testing.assert_allclose(params["0.W"], [0.95, -1.6], rtol=1e-15)


def test_momentum() -> None:
    found = walked(Momentum(0.9))
    for name, W, grads in expected():
        v = np.zeros_like(W)
        for g in grads:  # Sutskever et al. 2013, the rate outside
            v = 0.9 * v + g
            W = W - RATE * v
        agree(found, name, W)


def test_nesterov() -> None:
    found = walked(Nesterov(0.9))
    for name, W, grads in expected():
        v = np.zeros_like(W)
        for g in grads:  # Bengio et al. 2013: the velocity of the next step, with today's gradient
            v = 0.9 * v + g
            W = W - RATE * (g + 0.9 * v)
        agree(found, name, W)


def adam_by_the_paper(W: Array, grads: list[Array], beta1: float, beta2: float, epsilon: float, decay: float) -> Array:
    """Kingma & Ba 2015, algorithm 1, with the decoupled decay of Loshchilov & Hutter 2019."""
    m, v = np.zeros_like(W), np.zeros_like(W)
    for t, g in enumerate(grads, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        W = W - RATE * m_hat / (np.sqrt(v_hat) + epsilon) - RATE * decay * W
    return W


@pytest.mark.parametrize(("beta1", "beta2", "epsilon"), [(0.9, 0.999, 1e-8), (0.5, 0.9, 1e-3), (0.0, 0.0, 1e-8)])
def test_adam(beta1: float, beta2: float, epsilon: float) -> None:
    found = walked(Adam(beta1, beta2, epsilon))
    for name, W, grads in expected():
        agree(found, name, adam_by_the_paper(W, grads, beta1, beta2, epsilon, decay=0.0))


def test_adamw_decays_weights_and_no_biases() -> None:
    found = walked(AdamW(decay=0.1))
    for name, W, grads in expected():
        decay = 0.1 if name.endswith("W") else 0.0
        agree(found, name, adam_by_the_paper(W, grads, 0.9, 0.999, 1e-8, decay))


def test_the_first_adam_step_has_the_size_of_the_rate_whatever_the_gradient() -> None:
    params = {"0.W": np.zeros(3)}
    Adam().update(params, {"0.W": np.array([1e-3, -20.0, 5e4])}, 0.01)
    np.testing.assert_allclose(params["0.W"], [-0.01, 0.01, -0.01], rtol=1e-4)


def test_a_steady_gradient_grows_to_ten_times_its_size_with_momentum_of_nine_tenths() -> None:
    optimizer, params = Momentum(0.9), {"0.W": np.zeros(1)}
    for _ in range(300):
        optimizer.update(params, {"0.W": np.ones(1)}, 0.1)
    np.testing.assert_allclose(optimizer.state["velocity/0.W"], 10, rtol=1e-12)


def test_momentum_of_zero_is_plain_descent() -> None:
    for optimizer in (Momentum(0.0), Nesterov(0.0)):
        found, plain = walked(optimizer), walked(SGD())
        for name in SHAPES:
            agree(found, name, plain[name])


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_weight_decay_is_the_gradient_of_half_lambda_times_the_squared_weights(decay: float) -> None:
    found = walked(WeightDecay(SGD(), decay))
    for name, W, grads in expected():
        for g in grads:
            W = W - RATE * (g + (decay * W if name.endswith("W") else 0))
        agree(found, name, W)


@pytest.mark.parametrize("optimizer", [WeightDecay(SGD(), 0.5), AdamW(decay=0.5)], ids=["L2", "decoupled"])
def test_decay_leaves_biases_and_the_scales_of_batch_norm(optimizer: Optimizer) -> None:
    names = ["0.W", "0.b", "1.gamma", "1.beta", "3.0.W", "3.0.b"]
    params = {name: np.ones(2) for name in names}
    optimizer.update(params, {name: np.zeros(2) for name in names}, 0.1)
    np.testing.assert_allclose([params[name][0] for name in names], [0.95, 1, 1, 1, 0.95, 1])


def norm(grads: Params) -> float:
    return float(np.sqrt(sum((g**2).sum() for g in grads.values())))


def test_clipping_worked_by_hand() -> None:
    # the whole gradient (3, 0, 4) is 5 long; a bound of 2.5 halves every part of it
    params = {"0.W": np.zeros(2), "0.b": np.zeros(1)}
    ClipGradNorm(SGD(), 2.5).update(params, {"0.W": np.array([3.0, 0.0]), "0.b": np.array([4.0])}, 1.0)
    np.testing.assert_allclose(params["0.W"], [-1.5, 0], rtol=1e-15)
    np.testing.assert_allclose(params["0.b"], [-2], rtol=1e-15)


def test_clipping_keeps_the_direction_and_touches_no_short_gradient() -> None:
    for bound in (0.5, 100.0):
        found = walked(ClipGradNorm(SGD(), bound))
        params = start()
        for step in range(1, STEPS + 1):
            grads = gradients(step)
            factor = min(1.0, bound / norm(grads))
            for name, g in grads.items():
                params[name] = params[name] - RATE * factor * g
        for name in SHAPES:
            agree(found, name, params[name])


def test_wrappers_show_the_state_of_what_they_wrap() -> None:
    optimizer = ClipGradNorm(WeightDecay(Momentum(), 1e-3), 1.0)
    walked(optimizer)
    assert sorted(optimizer.state) == ["step", "velocity/0.W", "velocity/0.b"]
    assert optimizer.state["step"] == STEPS


@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), Adam(), AdamW()], ids=lambda optimizer: optimizer.kind)
def test_the_state_has_the_dtype_and_shape_of_the_parameters(optimizer: Optimizer) -> None:
    params = {"0.W": np.ones((4, 3), dtype=np.float32)}
    optimizer.update(params, {"0.W": np.ones((4, 3), dtype=np.float32)}, 0.1)
    remembered = {name: array for name, array in optimizer.state.items() if name != "step"}
    assert {(array.dtype, array.shape) for array in remembered.values()} == {(np.dtype(np.float32), (4, 3))}
    assert params["0.W"].dtype == np.float32
    assert {name.partition("/")[2] for name in remembered} == {"0.W"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Momentum(1.0), "Momentum got momentum 1.0; expected 0 ≤ μ < 1"),
        (lambda: Nesterov(-0.1), "Nesterov got momentum -0.1; expected 0 ≤ μ < 1"),
        (lambda: Adam(beta1=1.0), "Adam got beta1 1.0; expected 0 ≤ β < 1"),
        (lambda: AdamW(beta2=-1.0), "AdamW got beta2 -1.0; expected 0 ≤ β < 1"),
        (lambda: WeightDecay(SGD(), -1.0), "WeightDecay got decay -1.0; expected 0 ≤ λ ≤ 1e30"),
        (lambda: AdamW(-1), "AdamW got decay -1; expected 0 ≤ λ ≤ 1e30"),
        (lambda: Adam(epsilon=float("nan")), "Adam got epsilon nan; expected ε ≥ 0"),
        (lambda: ClipGradNorm(SGD(), 0.0), "ClipGradNorm got max_norm 0.0; expected a number above 0"),
    ],
)
def test_an_option_out_of_range_is_refused(make: type[Optimizer], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        make()
