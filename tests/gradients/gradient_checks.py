"""What the gradient tests share: small networks with one thing in the middle, and inputs away from the kinks."""

from collections.abc import Callable

import numpy as np

from byhand.inspection.gradcheck import gradient_check
from byhand.layers import Dense, Layer
from byhand.losses import Loss, SquaredError
from byhand.network import Network
from byhand.random import INIT, RandomStream

SEEDS = range(20)


def around(make: Callable[[], list[Layer]], seed: int, n_in: int = 4, width: int = 5, n_out: int = 3) -> Network:
    """Return dense, then the layers in question, then dense: the gradient must pass through them."""
    first = Dense(n_in, width, rng=RandomStream(seed, INIT, 0))
    last = Dense(width, n_out, rng=RandomStream(seed, INIT, 9))
    return Network([first, *make(), last])


def batch(seed: int, n: int = 6, n_in: int = 4) -> np.ndarray:
    """Return n random examples."""
    return RandomStream(seed, INIT, 77).normal(n, n_in)


def targets(seed: int) -> np.ndarray:
    """Return six random rows of three targets."""
    return RandomStream(seed, INIT, 78).normal(6, 3)


def check_layer(make: Callable[[], list[Layer]], *, training: bool = True) -> None:
    """Hold a layer to the complex step (1e-11, every seed) and to central differences (1e-6, a few)."""
    for seed in SEEDS:
        x, t = batch(seed), targets(seed)
        found = gradient_check(around(make, seed), SquaredError(), x, t, training=training, seed=seed)
        assert found.is_right, f"seed {seed}\n{found}"
    found = gradient_check(around(make, 1), SquaredError(), batch(1), t, training=training, method="central")
    assert found.is_right, str(found)


def check_network(
    make: Callable[[int], Network], loss: Loss | None = None, target: Callable[[int], np.ndarray] = targets
) -> None:
    """Hold a network of four inputs, made by seed, to the complex step (every seed) and to central differences (one).

    loss : None: squared error   target : seed → targets of six examples
    """
    for seed in SEEDS:
        for method in ("complex", "central") if seed == 1 else ("complex",):
            found = gradient_check(make(seed), loss or SquaredError(), batch(seed), target(seed), method=method)
            assert found.is_right, f"seed {seed}\n{found}"


def check_loss(loss: Loss, target: Callable[[int], np.ndarray], n_out: int = 3) -> None:
    """Hold a loss to both methods, on the output of one dense layer."""
    check_network(lambda seed: Network([Dense(4, n_out, rng=RandomStream(seed, INIT, 0))]), loss, target)
