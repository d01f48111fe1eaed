"""Adam: each weight has its own step size, from the running mean and mean square of its gradient.

    m ← β₁ m + (1 − β₁) dW        m̂ = m / (1 − β₁ᵗ)          (1)
    v ← β₂ v + (1 − β₂) dW²       v̂ = v / (1 − β₂ᵗ)          (2)
    W ← W − η m̂ / (√v̂ + ε)                                    (3)

t counts the steps from 1; m and v start at 0 and the divisors correct that bias. (3) is computed as
W − η′ m / (√v + ε′) with η′ = η √(1 − β₂ᵗ) / (1 − β₁ᵗ), ε′ = ε √(1 − β₂ᵗ): the same numbers with two passes fewer.
Source: Kingma & Ba 2015, algorithm 1 and the remark after it.
"""

import math

import numpy as np

from byhand.arguments import check_number
from byhand.arrays import Array, Params
from byhand.optimizers.base import Optimizer, flush_denormals


class Adam(Optimizer):
    """Adaptive moments.

    beta1, beta2 : decay of m and v per step, each 0 ≤ β < 1
    epsilon : ε ≥ 0, keeps the first steps finite
    """

    kind = "adam"
    default_learning_rate = 0.001

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        super().__init__()
        who = type(self).__name__
        self.beta1 = check_number(who, "beta1", beta1, lambda β: 0 <= β < 1, "0 ≤ β < 1")
        self.beta2 = check_number(who, "beta2", beta2, lambda β: 0 <= β < 1, "0 ≤ β < 1")
        self.epsilon = check_number(who, "epsilon", epsilon, lambda ε: ε >= 0, "ε ≥ 0")

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Step every parameter; η = learning_rate."""
        step = self.next_step()
        root = math.sqrt(1 - self.beta2**step)
        rate, epsilon = learning_rate * root / (1 - self.beta1**step), self.epsilon * root
        for name, W in params.items():
            m, v = self._moments(name, grads[name], step)
            denominator = np.sqrt(v)
            denominator += epsilon
            np.divide(m, denominator, out=denominator)
            denominator *= rate
            W -= denominator  # (3)

    def _moments(self, name: str, dW: Array, step: int) -> tuple[Array, Array]:
        """Return m and v after this gradient."""
        m, v = self.state_for("m", name, dW), self.state_for("v", name, dW)
        m += (1 - self.beta1) * (dW - m)  # (1)
        v *= self.beta2
        v += (1 - self.beta2) * (dW * dW)  # (2)
        flush_denormals(m, step)
        flush_denormals(v, step, below=1e-30)  # its root, 1e-15, is negligible beside ε
        return m, v
