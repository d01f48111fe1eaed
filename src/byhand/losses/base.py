"""What a loss is: one number to make small, and its exact gradient.

`forward(output, target) -> (value, saved)`, `backward(saved) -> d_output`, where d_output is the gradient of exactly
the value returned. All losses are the mean over examples of the sum over outputs: if the printed loss and
the optimized loss differed in scale, learning rates would not be comparable.

Examples may have weights w, whose mean over the training set is 1: each example's loss and gradient are multiplied by
its weight, and the divisor stays n.
"""

from typing import Any, ClassVar

from byhand.arguments import constructor_call
from byhand.arrays import Array


class Loss:
    """kind : the loss's name in recipes and saved models."""

    kind: ClassVar[str]

    def forward(self, output: Array, target: Array, weight: Array | None = None) -> tuple[Any, Any]:
        """Return the value, a number of the output's dtype, and what backward needs.

        output : (n, k)   target : (n,) labels, or (n, k) targets   weight : (n,) of the examples; None: all 1
        """
        raise NotImplementedError

    def backward(self, saved: Any) -> Array:
        """Return the gradient of the value with respect to the output: (n, k)."""
        raise NotImplementedError

    def answer(self, output: Array) -> Array:
        """Return the one answer to each example that an output (n, k) stands for: itself, unless heads are averaged."""
        return output

    def __repr__(self) -> str:
        return constructor_call(self)
