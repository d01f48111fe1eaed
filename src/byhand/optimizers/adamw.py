"""AdamW: Adam with weight decay applied to the weights directly, not through the moments.

    W ← W − η λ W, then Adam's step               (1)

Decay added to the gradient would be divided by √v̂ like the rest of it, so that weights with large gradients would
hardly decay. Biases do not decay. Source: Loshchilov & Hutter 2019.
"""

from byhand.arguments import check_number
from byhand.arrays import Params
from byhand.optimizers.adam import Adam
from byhand.optimizers.weight_decay import decays


class AdamW(Adam):
    """Adam with decoupled weight decay.

    decay : λ, 0 … 1e30, which float32 can hold; other options as Adam
    """

    kind = "adamw"

    def __init__(self, decay: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        super().__init__(beta1, beta2, epsilon)
        self.decay = check_number(type(self).__name__, "decay", decay, lambda λ: 0 <= λ <= 1e30, "0 ≤ λ ≤ 1e30")

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Shrink every weight matrix a little, then step as Adam does."""
        for name, W in params.items():
            if decays(name):
                W *= 1 - learning_rate * self.decay  # (1)
        super().update(params, grads, learning_rate)
