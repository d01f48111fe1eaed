"""Exercise 1: one neuron. Fill in the three functions; lists of floats in, a float out."""

import math


def neuron(x: list[float], w: list[float], b: float) -> float:
    """Return z, the sum of w[i] · x[i] plus the bias b."""
    return sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e⁻ᶻ). It must not overflow, neither at z = 1000 nor at z = −1000."""
    e = math.exp(-abs(z))
    return 1 / (1 + e) if z >= 0 else e / (1 + e)


def sigmoid_slope(z: float) -> float:
    """Return the derivative of the sigmoid at z. (Hint: it is short when written with a = sigmoid(z).)"""
    a = sigmoid(z)
    return a * (1 - a)
