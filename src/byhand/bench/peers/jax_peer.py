"""JAX as fast as we know how: the whole epoch one compiled scan, the data in memory as floats."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from byhand.arrays import Array
from byhand.bench.workload import Work, orders
from byhand.initializers import he
from byhand.random import INIT, RandomStream


def scan(work: Work, x: Array, y: Array) -> Callable[[], None]:
    """Return a function that trains one epoch with JAX, as one compiled scan over the batches."""
    import jax
    import jax.numpy as jnp

    inputs, labels = jnp.asarray(x, jnp.float32) / (255 if x.dtype == "uint8" else 1), jnp.asarray(y, jnp.int32)
    bend = jax.nn.relu if work.activation == "relu" else jax.nn.sigmoid
    squared, adam, rate = work.loss == "squared_error", work.optimizer == "adam", work.rate

    def loss(params: Any, rows: Any, answers: Any) -> Any:
        a = rows
        for i, (W, b) in enumerate(params):
            a = a @ W + b
            if i < len(params) - 1 or squared:
                a = bend(a)
        if squared:
            return ((a - jax.nn.one_hot(answers, a.shape[1])) ** 2).sum() / len(a)
        return -jnp.take_along_axis(jax.nn.log_softmax(a), answers[:, None], 1).mean()

    def adam_step(state: Any, grads: Any) -> Any:
        params, m, v, t = state
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        size = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return jax.tree.map(lambda w, m, v: w - size * m / (jnp.sqrt(v) + 1e-8), params, m, v), m, v, t + 1

    def step(state: Any, rows: Any) -> Any:
        value, grads = jax.value_and_grad(loss)(state[0], inputs[rows], labels[rows])
        if adam:
            return adam_step(state, grads), value
        return (jax.tree.map(lambda w, g: w - rate * g, state[0], grads), *state[1:]), value

    params = [
        (jnp.asarray(he(RandomStream(1, INIT, i), a, b), jnp.float32), jnp.zeros(b))
        for i, (a, b) in enumerate(pairwise(work.sizes))
    ]
    zeros = jax.tree.map(jnp.zeros_like, params)
    whole = jax.jit(lambda state, order: jax.lax.scan(step, state, order), donate_argnums=0)
    order = jnp.asarray(orders(work))
    state = (params, zeros, jax.tree.map(jnp.zeros_like, params), jnp.float32(1)) if adam else (params,)

    def epoch() -> None:
        nonlocal state
        state, _ = whole(state, order)
        jax.block_until_ready(state)

    return epoch
