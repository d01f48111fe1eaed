"""Laws of networks of any shape and depth."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import Problem, few, law, problems, widths

from byhand.inspection.gradcheck import gradient_check
from byhand.network import Network
from byhand.optimizers import SGD, Adam, AdamW, ClipGradNorm, Momentum, Nesterov, Optimizer, WeightDecay
from byhand.step import train_step
from byhand.summary import layer_rows, n_params, sizes_label

OPTIMIZERS = [
    SGD,
    Momentum,
    Nesterov,
    Adam,
    AdamW,
    lambda: WeightDecay(SGD(), 0.1),
    lambda: ClipGradNorm(Adam(), 0.1),
]


@law
@given(problems(), st.sampled_from(OPTIMIZERS), st.sampled_from([np.float32, np.float64]))
def test_any_network_trains_a_step_and_keeps_its_shapes(
    problem: Problem, make: type[Optimizer], dtype: type[np.floating]
) -> None:
    network, optimizer = problem.network.astype(dtype), make()
    shapes = {name: (array.shape, array.dtype) for name, array in network.params.items()}
    arrays = dict(network.params)
    for _ in range(2):
        value, trace = train_step(
            network, problem.loss, optimizer, 0.01, problem.x.astype(dtype), problem.y, problem.dropout()
        )
    assert np.isfinite(value)
    assert trace.output.shape == (len(problem.x), network.widths[-1])
    assert [step.y.shape[1] for step in trace.steps] == network.widths[1:]
    assert {name: (array.shape, array.dtype) for name, array in network.params.items()} == shapes
    assert all(network.params[name] is array for name, array in arrays.items())
    assert all(np.isfinite(array).all() for array in [*network.params.values(), *network.statistics.values()])


@law
@given(problems(dropout=False, batch_norm=False))
def test_a_short_step_downhill_lowers_the_loss_by_the_rate_times_the_squared_gradient(problem: Problem) -> None:
    rate = 1e-6
    trace = problem.network.forward(problem.x)
    before, saved = problem.loss.forward(trace.output, problem.y)
    grads = problem.network.backward(problem.loss.backward(saved), trace)
    squared = sum(float((gradient**2).sum()) for gradient in grads.values())
    SGD().update(problem.network.params, grads, rate)
    after, _ = problem.loss.forward(problem.network.predict(problem.x), problem.y)
    curvature = 1e-9 * max(squared, 1) ** 1.5  # what the second order may take of it at this rate
    assert abs((before - after) - rate * squared) <= 0.02 * rate * squared + curvature


@few
@given(problems(batch_norm=False))
def test_every_gradient_is_right(problem: Problem) -> None:
    found = gradient_check(problem.network, problem.loss, problem.x, problem.y, seed=problem.seed)
    assert found.is_right, str(found)


@law
@given(st.lists(widths, min_size=2, max_size=6), st.booleans())
def test_the_number_of_parameters_is_the_sum_over_the_layers(sizes: list[int], batch_norm: bool) -> None:
    network = Network.mlp(sizes, batch_norm=batch_norm)
    dense = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    normalised = 2 * sum(sizes[1:-1]) if batch_norm else 0
    assert n_params(network) == dense + normalised == sum(row.n_params for row in layer_rows(network))
    assert sizes_label(network) == "-".join(map(str, sizes))


@law
@given(problems())
def test_a_copy_in_another_dtype_says_the_same(problem: Problem) -> None:
    single = problem.network.astype(np.float32).predict(problem.x.astype(np.float32))
    np.testing.assert_allclose(single, problem.network.predict(problem.x), rtol=1e-3, atol=1e-3)
