"""Exercise 9: two dimensions, nothing imported but math."""

import math


def box_muller(u: float, v: float) -> tuple[float, float]:
    """Return two normal numbers from two uniform ones: u in (0, 1], v in [0, 1)."""
    radius, angle = math.sqrt(-2 * math.log(u)), 2 * math.pi * v
    return radius * math.cos(angle), radius * math.sin(angle)


def xor(x0: float, x1: float) -> float:
    """Return 1 where exactly one of x0, x1 is 1, else 0: by two ReLU units and one sum. No `if`, no `!=`."""
    return max(x0 + x1, 0) - 2 * max(x0 + x1 - 1, 0)


def bayes_error(overlap: float) -> float:
    """Return the lowest error possible: class 0 is uniform on 0 … 1, class 1 on 1 − overlap … 2 − overlap.

    Both classes are equally frequent, 0 ≤ overlap ≤ 1. Where both densities are 1, any rule is wrong on half.
    """
    return overlap / 2
