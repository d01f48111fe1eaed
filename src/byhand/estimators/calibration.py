"""Temperature scaling: one number that makes probabilities mean what they say, and changes no answer.

    p = softmax(z / T),  T > 0 minimizes −mean log p[true class] on validation rows                  (1)

Source: Guo, Pleiss, Sun & Weinberger 2017, section 4.2.
"""

import numpy as np

from byhand.arrays import Array

LOWEST, HIGHEST = 0.05, 20.0
STEPS = 60  # of the golden section; each shortens the interval by 0.618: 6.0 in log T becomes 2e-12


def fit_temperature(output: Array, y: Array) -> float:
    """Return T of (1) for logits (n, k) and labels y (n,), between LOWEST and HIGHEST."""
    z = output.astype(np.float64)
    low, high = np.log(LOWEST), np.log(HIGHEST)
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(STEPS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _mean_log_loss(z / np.exp(left), y) < _mean_log_loss(z / np.exp(right), y):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _mean_log_loss(z: Array, y: Array) -> float:
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -float(log_p[np.arange(len(y)), y].mean())
