"""Pages for the tests of pictures: digits of simple strokes on paper, with what a camera does to them."""

import numpy as np


def stroke(height: int, width: int) -> np.ndarray:
    """Return a shape that no turning or mirroring leaves as it is, ink 1 on paper 0: an L with a foot."""
    shape = np.zeros((height, width))
    shape[:, : max(1, width // 5)] = 1
    shape[-max(1, height // 6) :, :] = 1
    return shape


def page(ink: np.ndarray, *, size: tuple[int, int] = (300, 400), at: tuple[int, int] = (60, 90), paper: float = 235,
         pen: float = 30) -> np.ndarray:  # fmt: skip
    """Return grey values with `ink` (0 … 1) written in `pen` on `paper`, its corner at `at` (down, right)."""
    grey = np.full(size, paper, dtype=float)
    down, right = at
    window = grey[down : down + ink.shape[0], right : right + ink.shape[1]]
    window += (pen - paper) * ink
    return grey


def lit_unevenly(grey: np.ndarray, *, darkest: float = 0.5) -> np.ndarray:
    """Return the page with light that falls off to one corner."""
    down, right = np.meshgrid(*(np.linspace(0, 1, side) for side in grey.shape), indexing="ij")
    return grey * (1 - (1 - darkest) * (0.5 * down + 0.5 * right**2))


def noisy(grey: np.ndarray, *, sigma: float = 5, seed: int = 0) -> np.ndarray:
    """Return the page with a camera's noise."""
    return np.clip(grey + np.random.default_rng(seed).normal(0, sigma, grey.shape), 0, 255)


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of two pictures: 1 for the same."""
    return float(np.corrcoef(a.ravel().astype(float), b.ravel().astype(float))[0, 1])
