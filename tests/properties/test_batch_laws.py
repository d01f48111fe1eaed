"""Laws of batches: the order of the examples does not matter, and a batch is the mean of its examples."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import Problem, law, loss_and_gradients, problems, seeds

from byhand.losses import SquaredError
from byhand.random import SHUFFLE, RandomStream
from byhand.schedules import Constant
from byhand.training.plan import Plan


def agree(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Both to rounding, measured against the largest gradient of all: some are zero by nature."""
    largest = max(float(np.abs(gradient).max()) for gradient in expected.values())
    for name, gradient in expected.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-11 * max(largest, 1), err_msg=name)


@law
@given(problems(dropout=False), seeds)
def test_permuting_a_batch_leaves_loss_and_gradients_unchanged(problem: Problem, seed: int) -> None:
    order = RandomStream(seed, SHUFFLE).order(len(problem.x))
    for training in (False, True):  # batch normalisation, too, sees a batch as a set
        value, grads = loss_and_gradients(problem, problem.x, problem.y, training=training)
        permuted, permuted_grads = loss_and_gradients(problem, problem.x[order], problem.y[order], training=training)
        assert abs(permuted - value) <= 1e-10 * max(value, 1)
        agree(permuted_grads, grads)


@law
@given(problems(batch_norm=False, dropout=False, min_n=1))
def test_a_batch_gradient_is_the_mean_of_single_gradients(problem: Problem) -> None:
    n = len(problem.x)
    value, grads = loss_and_gradients(problem, problem.x, problem.y)
    singles = [loss_and_gradients(problem, problem.x[i : i + 1], problem.y[i : i + 1]) for i in range(n)]
    assert abs(np.mean([single for single, _ in singles]) - value) <= 1e-11 * max(value, 1)
    agree(grads, {name: np.mean([single[name] for _, single in singles], axis=0) for name in grads})


@law
@given(problems())
def test_a_prediction_does_not_hang_on_its_neighbours(problem: Problem) -> None:
    together = problem.network.predict(problem.x)
    alone = [problem.network.predict(problem.x[i : i + 1])[0] for i in range(len(problem.x))]
    np.testing.assert_allclose(together, alone, rtol=1e-10, atol=1e-12)


@law
@given(problems(batch_norm=False, dropout=False))
def test_an_example_twice_in_a_batch_counts_twice(problem: Problem) -> None:
    doubled, _ = loss_and_gradients(problem, np.repeat(problem.x, 2, axis=0), np.repeat(problem.y, 2))
    value, _ = loss_and_gradients(problem, problem.x, problem.y)
    assert abs(doubled - value) <= 1e-11 * max(value, 1)


@law
@given(seeds, st.integers(1, 300), st.integers(1, 2**32 - 1))
def test_an_order_holds_every_row_once_and_comes_again(seed: int, n: int, epoch: int) -> None:
    plan = Plan(SquaredError(), Constant(0.1), epochs=1, batch_size=1, seed=seed)
    order = plan.order(n, epoch)
    assert sorted(order.tolist()) == list(range(n))
    np.testing.assert_array_equal(order, plan.order(n, epoch))
