"""What an optimizer is: the one place where weights change.

`update(params, grads, learning_rate)` changes the arrays of `params` in place. An optimizer keeps its state in
`state`, plain arrays under the parameters' own names ("velocity/0.W"). Checkpoints save it, so a resumed run is
bit-identical.
"""

from typing import ClassVar

import numpy as np

from byhand.arguments import constructor_call
from byhand.arrays import Array, Params


class Optimizer:
    """Base class.

    kind : the optimizer's name in recipes   state : name → array, empty until the first update
    default_learning_rate : what `fit` uses where no rate is given
    """

    kind: ClassVar[str]
    default_learning_rate: float = 0.1
    state: Params

    def __init__(self) -> None:
        self.state = {}

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Move every array of `params` one step along −grads, in place. `grads` is not changed."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return constructor_call(self)

    def next_step(self) -> int:
        """Return the number of this step, 1, 2, …; the count is part of `state`."""
        count = self.state.setdefault("step", np.zeros((), dtype=np.int64))
        count += 1
        return int(count)

    def state_for(self, what: str, name: str, like: Array) -> Array:
        """Return state["what/name"], zeros of the shape of `like` at first."""
        key = f"{what}/{name}"
        if key not in self.state:
            self.state[key] = np.zeros_like(like)
        return self.state[key]


FLUSH_EVERY = 256  # steps


def flush_denormals(array: Array, step: int, below: float = 1e-20) -> None:
    """Set values that have decayed below 1e-20 to zero, once in 256 steps.

    A running average of a gradient that stays 0 (a border pixel's) falls by a factor 0.9 per step and reaches the
    denormal numbers, 1e-38, on which processors are up to a hundred times slower: a third of the training time with
    Adam. From 1e-20 it cannot fall that far in 256 steps (0.9²⁵⁶ = 2e-12), and nothing that small moves a weight.
    """
    if step % FLUSH_EVERY == 0:
        array[np.abs(array) < below] = 0
