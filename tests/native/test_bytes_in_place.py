"""Stored bytes that the core reads where they are, and those that it copies first."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from training_cases import EACH_KERNEL, Setting, byte_pictures, on_paper, trained

from byhand.data.examples import Examples
from byhand.engines import native
from byhand.engines.native import NativeEngine
from byhand.losses import SoftmaxCrossEntropy
from byhand.network import Network
from byhand.optimizers import Nesterov


def on_64_pixels(examples: Callable[[], Examples], batch_size: int) -> Setting:
    return Setting(
        examples, lambda: Network.mlp([64, 150, 5], seed=2), SoftmaxCrossEntropy(), Nesterov, batch_size=batch_size
    )


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("batch_size", [11, 270])
def test_the_number_of_threads_changes_no_bit(batch_size: int, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = on_64_pixels(lambda: on_paper(size=64), batch_size)
    alone = trained(made, 1)
    for n_threads in (2, 3, 5):
        together = trained(made, n_threads)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("batch_size", [11, 300])
@pytest.mark.parametrize("examples", [lambda: on_paper("standard", size=64), lambda: byte_pictures(700, 8, 8, 5)])
def test_pictures_are_read_where_they_are_as_their_copies_are(
    examples: Callable[[], Examples], batch_size: int, kernel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that are shifted, be it by nothing, are copied; mostly background, and without."""
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    monkeypatch.setattr(native, "MIN_PARALLEL_MACS", 0)
    made = on_64_pixels(examples, batch_size)
    spec = made.spec()
    nowhere = replace(spec, pixel_shifts=np.zeros((len(spec.order), 2), dtype=int), image_shape=(8, 8))
    before = spec.examples.raw.copy()
    networks = [made.network(), made.network()]
    for network, one in zip(networks, (spec, nowhere), strict=True):
        assert NativeEngine(2).run_epoch(network, made.loss, made.optimizer(), one)
    arrays = (network.params.values() for network in networks)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*arrays, strict=True))
    assert (spec.examples.raw == before).all()
