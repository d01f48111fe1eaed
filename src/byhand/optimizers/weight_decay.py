"""Weight decay (L2): adds λ/2 Σ W² to the loss, which favours small weights.

    dW ← dW + λ W                                 (1)

It wraps another optimizer. Weight matrices decay, biases and the scales of batch normalization do not.
"""

from byhand.arguments import check_kind, check_number
from byhand.arrays import Params
from byhand.optimizers.base import Optimizer


def decays(name: str) -> bool:
    """Is this parameter a weight matrix?"""
    return name.rpartition(".")[2] == "W"


class WeightDecay(Optimizer):
    """`inner` with the gradient of λ/2 Σ W² added.

    decay : λ, 0 … 1e30, which float32 can hold
    """

    kind = "weight_decay"

    def __init__(self, inner: Optimizer, decay: float) -> None:
        super().__init__()
        self.inner = check_kind("WeightDecay", "inner", inner, Optimizer, "an optimizer")
        self.decay = check_number("WeightDecay", "decay", decay, lambda λ: 0 <= λ <= 1e30, "0 ≤ λ ≤ 1e30")
        self.state = inner.state
        self.default_learning_rate = inner.default_learning_rate

    def update(self, params: Params, grads: Params, learning_rate: float) -> None:
        """Add (1) and let `inner` step."""
        decayed = dict(grads)
        for name in filter(decays, grads):
            pull = self.decay * params[name]
            pull += grads[name]  # (1), in a new array: `grads` stays as it is
            decayed[name] = pull
        self.inner.update(params, decayed, learning_rate)
