"""Exercise 10: ten backward passes, each with one planted bug. One right text, and ten lines of it that are changed."""

from typing import NamedTuple

HEAD = '''"""Exercise 10: bug hunt. Each of the ten functions has one bug. Find it and mend it.

The network: dense, ReLU, dense, sigmoid; the loss below. Examples are rows: x (n, 3), t (n, 4), W1 (3, 4), W2 (4, 4).
Each function returns the gradients of `loss`; `byhand exercise 10 --check` says which arrays are wrong, not why.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(x, t, W1, b1, W2, b2):
    """The mean over examples of the sum over outputs of (a − t)². This one is right."""
    a2 = sigmoid(np.maximum(x @ W1 + b1, 0) @ W2 + b2)
    return float(((a2 - t) ** 2).sum() / len(x))
'''

RIGHT = """

def backward_{number:02}(x, t, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    da2 = 2 * (a2 - t) / len(x)
    dz2 = da2 * a2 * (1 - a2)
    dW2 = a1.T @ dz2
    db2 = dz2.sum(axis=0)
    da1 = dz2 @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = x.T @ dz1
    db1 = dz1.sum(axis=0)
    return {{"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}}
"""


class Bug(NamedTuple):
    """A right line of the backward pass, what stands in its place, and what people did who wrote that."""

    right: str
    wrong: str
    why: str


BUGS = (
    Bug("dz1 = da1 * (z1 > 0)", "dz1 = da1", "the activation's derivative is missing in the hidden layer"),
    Bug("da2 = 2 * (a2 - t) / len(x)", "da2 = 2 * (a2 - t)", "the loss is a mean, its gradient is not: 1/n is missing"),
    Bug("da1 = dz2 @ W2.T", "da1 = dz2 @ W2", "the transpose is missing, and W2 is square, so that it fits"),
    Bug("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2", "the derivative of the sigmoid is missing"),
    Bug("da1 = dz2 @ W2.T", "W2 = W2 - 0.5 * dW2\n    da1 = dz2 @ W2.T", "the weights are updated too early"),
    Bug("a1 = np.maximum(z1, 0)", "a1 = np.maximum(z1, 0, out=z1) + 1e-9 * (z1 == 0)\n    z1 = a1",
        "ReLU works in place, so that z1 > 0 is asked of what ReLU returned"),
    Bug("da2 = 2 * (a2 - t) / len(x)", "da2 = (a2 - t) / len(x)", "the factor 2 of the square's derivative is missing"),
    Bug("db1 = dz1.sum(axis=0)", "db1 = dz1.mean(axis=0)", "1/n is in dz1 already; the mean divides by n once more"),
    Bug("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2 * z2 * (1 - z2)", "a (1 − a) is taken of z"),
    Bug("da2 = 2 * (a2 - t) / len(x)", "da2 = 2 * (t - a2) / len(x)", "the sign: the gradient points downhill"),
)  # fmt: skip


def bug_hunt_text(*, solved: bool = False) -> str:
    """Return the learner's file; solved: with every bug mended and named."""
    return HEAD + "".join(_function(number, bug, solved) for number, bug in enumerate(BUGS, start=1))


def _function(number: int, bug: Bug, solved: bool) -> str:
    right = RIGHT.format(number=number)
    if solved:
        return right.replace(f"    {bug.right}\n", f"    {bug.right}  # it was: {bug.why}\n")
    return right.replace(f"    {bug.right}\n", f"    {bug.wrong}\n")
