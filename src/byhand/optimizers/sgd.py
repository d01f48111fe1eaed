"""Stochastic gradient descent, the plain step downhill.

    W ← W − η dW                                  (1)

Minus, because the gradient points uphill. Derivation of why it is the steepest way: docs/derivations/sgd.md.
"""

from byhand.arrays import Params
from byhand.optimizers.base import Optimizer


class SGD(Optimizer):
    """W ← W − η dW. Has no state."""

    kind = "sgd"

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Step every parameter along its gradient; η = learning_rate."""
        for name, W in params.items():
            W -= learning_rate * grads[name]  # (1)
