"""Momentum: steps accumulate into a velocity.

    v ← μ v + dW                                  (1)
    W ← W − η v                                   (2)

Where gradients agree, v grows to dW / (1 − μ), ten times dW for μ = 0.9; where they alternate they cancel.
Source: Polyak 1964, in the form of Sutskever et al. 2013 with the rate outside.
"""

from byhand.arguments import check_number
from byhand.arrays import Params
from byhand.optimizers.base import Optimizer, flush_denormals


class Momentum(Optimizer):
    """Gradient descent with a velocity.

    momentum : μ, 0 ≤ μ < 1
    """

    kind = "momentum"
    default_learning_rate = 0.01

    def __init__(self, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = check_number(type(self).__name__, "momentum", momentum, lambda μ: 0 <= μ < 1, "0 ≤ μ < 1")

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Move every parameter by its velocity; η = learning_rate."""
        step = self.next_step()
        for name, W in params.items():
            v = self.state_for("velocity", name, W)
            v *= self.momentum
            v += grads[name]  # (1)
            flush_denormals(v, step)
            W -= learning_rate * v  # (2)
