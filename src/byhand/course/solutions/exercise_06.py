"""Exercise 6: the step. Return new arrays; change no argument."""

import numpy as np


def mean_gradient(gradients: np.ndarray) -> np.ndarray:
    """Return the gradient of a batch from those of its examples: (n, …) becomes (…)."""
    return gradients.mean(axis=0)


def sgd_step(W: np.ndarray, dW: np.ndarray, rate: float) -> np.ndarray:
    """Return the weights after one step of gradient descent."""
    return W - rate * dW


def adam_step(
    W: np.ndarray, dW: np.ndarray, m: np.ndarray, v: np.ndarray, t: int, rate: float
) -> dict[str, np.ndarray]:
    """Return {"W": …, "m": …, "v": …} after step number t = 1, 2, … of Adam.

    m, v : the running means before the step    β₁ = 0.9, β₂ = 0.999, ε = 1e-8, outside of the root
    """
    m = 0.9 * m + 0.1 * dW
    v = 0.999 * v + 0.001 * dW**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return {"W": W - rate * m_hat / (np.sqrt(v_hat) + 1e-8), "m": m, "v": v}
