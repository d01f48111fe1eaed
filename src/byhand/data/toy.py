"""Toy sets: points in the plane, each set drawn from its own random stream of the seed.

Circles, moons, spiral and sine have noise and so a test set: the same points with fresh noise. XOR has none: its four
corners are the whole population. The Gaussian pair needs none: its error is integrated over the plane.
"""

import numpy as np

from byhand.arguments import check_number, check_whole
from byhand.arrays import Array
from byhand.data.examples import Dataset, Examples
from byhand.data.gaussian_pair import gaussian_pair_named
from byhand.preprocessing import fit_scaler
from byhand.random import DATA, RandomStream

MAX_POINTS, MAX_NOISE = 10_000_000, 1e6
TRAIN, TEST = 0, 1  # which numbers of the seed's stream: its epoch


def gaussians(n: int = 1000, *, seed: int = 0, name: str = "gaussians", preparation: str = "raw") -> Dataset:
    """Return two Gaussian classes by Box–Muller; see gaussian_pair.py for their errors."""
    points, y = gaussian_pair_named(name).sample(_at_least(n, 2), seed)
    return _dataset(name, (points, y), None, preparation, f"{n:,} points of two Gaussian clouds, seed {seed}")


def xor(n: int = 4, *, noise: float = 0.0, seed: int = 0, preparation: str = "raw") -> Dataset:
    """Return the four corners of the unit square, class 1 where exactly one coordinate is 1, repeated up to n."""
    corners = np.arange(_at_least(n, 4)) % 4
    points = np.stack([corners // 2, corners % 2], axis=1).astype(float)
    y = (points[:, 0] != points[:, 1]).astype(np.int64)
    train = _strayed(points, noise, seed, TRAIN), y
    return _dataset("xor", train, None, preparation, f"{n:,} corners of XOR, noise {noise}")


def circles(n: int = 1000, *, noise: float = 0.1, seed: int = 0, preparation: str = "raw") -> Dataset:
    """Return a circle of radius 1 (class 0) around one of radius ½ (class 1)."""
    y = np.arange(_at_least(n, 2)) % 2
    angle = 2 * np.pi * (np.arange(n) // 2) / ((n + 1) // 2)
    points = np.where(y, 0.5, 1.0)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _scattered("circles", points, y, noise, seed, preparation, f"{n:,} points on two circles")


def moons(n: int = 1000, *, noise: float = 0.1, seed: int = 0, preparation: str = "raw") -> Dataset:
    """Return two interleaved half circles of radius 1."""
    y = np.arange(_at_least(n, 2)) % 2
    angle = np.pi * (np.arange(n) // 2) / max((n + 1) // 2 - 1, 1)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(y[:, None], [1.0, 0.5] - upper, upper)
    return _scattered("moons", points, y, noise, seed, preparation, f"{n:,} points on two half moons")


def spiral(n: int = 1000, *, arms: int = 2, noise: float = 0.1, seed: int = 0, preparation: str = "raw") -> Dataset:
    """Return spiral arms of one and a half turns, a class each."""
    arms = check_whole("a spiral", "arms", arms, 1, 100)
    y = np.arange(_at_least(n, arms)) % arms
    along = (np.arange(n) // arms + 1) / ((n + arms - 1) // arms)  # 0 … 1 outwards from the centre
    angle = 3 * np.pi * along + 2 * np.pi * y / arms
    points = 3 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _scattered("spiral", points, y, noise, seed, preparation, f"{n:,} points on {arms} spiral arms")


def sine(n: int = 1000, *, noise: float = 0.1, seed: int = 0, preparation: str = "raw") -> Dataset:
    """Return a regression problem, t = sin x + noise for x from −π to π."""
    x = np.linspace(-np.pi, np.pi, _at_least(n, 2)).reshape(-1, 1)
    t, fresh_t = (_strayed(np.sin(x), noise, seed, part) for part in (TRAIN, TEST))
    return _dataset("sine", (x, t), (x, fresh_t), preparation, f"{n:,} points of a sine, noise {noise}")


def _at_least(n: int, least: int) -> int:
    return check_whole("a toy set", "n", n, least, MAX_POINTS)


def _strayed(points: Array, noise: float, seed: int, part: int) -> Array:
    """Return the points, plus Gaussian noise of this standard deviation."""
    noise = check_number("a toy set", "noise", noise, lambda σ: 0 <= σ <= MAX_NOISE, f"0 … {MAX_NOISE:g}")
    return points + noise * RandomStream(seed, DATA, part).normal(*points.shape)


def _scattered(name: str, points: Array, y: Array, noise: float, seed: int, preparation: str, source: str) -> Dataset:
    """Return the points of a curve with noise drawn twice: for training and for test."""
    train, test = ((_strayed(points, noise, seed, part), y) for part in (TRAIN, TEST))
    return _dataset(name, train, test, preparation, source)


def _dataset(
    name: str, train: tuple[Array, Array], test: tuple[Array, Array] | None, preparation: str, source: str
) -> Dataset:
    """Return points and targets as a data set, scaled by the statistics of the training set."""
    raw, y = train[0].astype(np.float32), train[1]
    prepared = fit_scaler(preparation, raw, low=float(raw.min()), high=float(raw.max()), per_column=True)
    names = tuple(str(label) for label in range(int(y.max()) + 1)) if y.ndim == 1 else ()

    def part(points: Array, answers: Array) -> Examples:
        return Examples(points.astype(np.float32), answers.astype(np.int64 if names else np.float32), prepared)

    return Dataset(name, part(*train), None, part(*test) if test else None, names, None, source)
