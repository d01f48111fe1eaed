"""Nesterov momentum: the momentum step, taken one step ahead.

    v ← μ v + dW                                  (1)
    W ← W − η (dW + μ v)                          (2)

(2) is the momentum step of the *next* velocity, estimated with the present gradient. Source: Nesterov 1983, in the
form with the gradient at the current weights (Bengio et al. 2013), as in PyTorch.
"""

from byhand.arrays import Params
from byhand.optimizers.base import flush_denormals
from byhand.optimizers.momentum import Momentum


class Nesterov(Momentum):
    """Momentum with look-ahead; options as Momentum."""

    kind = "nesterov"
    default_learning_rate = 0.01

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Move every parameter; η = learning_rate."""
        step = self.next_step()
        for name, W in params.items():
            v = self.state_for("velocity", name, W)
            v *= self.momentum
            v += grads[name]  # (1)
            flush_denormals(v, step)
            ahead = self.momentum * v
            ahead += grads[name]
            ahead *= learning_rate
            W -= ahead  # (2)
