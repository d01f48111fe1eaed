"""A population is its networks, trained one by one: the same weights, losses and counts."""

from dataclasses import replace

import numpy as np
import pytest
from test_agreement import SETTINGS
from training_cases import Setting, farthest

from byhand.engines.base import EpochSpec
from byhand.errors import DivergedError, OptionError, ShapeError
from byhand.network import Network
from byhand.optimizers import SGD, Momentum

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from byhand.engines.torch_engine.engine import TorchEngine  # noqa: E402
from byhand.engines.torch_engine.population import train_population  # noqa: E402

N = 3


def specs_for(setting: Setting) -> list[EpochSpec]:
    """Return an epoch for each network: its own order, masks, shifts and rates, of the same examples."""
    first = setting.spec()
    found = []
    for i in range(N):
        own = setting.spec(epoch=i + 1)
        rng, rates = replace(first.rng, seed=i + 5), own.learning_rates / (i + 1)
        found.append(replace(own, epoch=1, examples=first.examples, rng=rng, learning_rates=rates))
    return found


def networks_for(setting: Setting) -> list[Network]:
    networks = [setting.network().astype(np.float64) for _ in range(N)]
    for i, network in enumerate(networks):
        for array in network.params.values():
            array *= 1 + i / 10
    return networks


@pytest.mark.parametrize(
    "name",
    [
        "the plain one",
        "one logit",
        "regression targets",
        "moved pictures",
        "all three, clipped adam",
        "batch normalisation, leaky relu, decay, clipping",
        "dropout of several chunks, moved, clipped",
        "adamw",
        "embedding, mish, batch normalisation, dropout",
        "periodic linear embedding",
        "piecewise linear embedding",
    ],
)
def test_each_network_learns_what_it_learns_alone(name: str) -> None:
    setting = SETTINGS[name]
    together, alone = networks_for(setting), networks_for(setting)
    results = train_population(
        TorchEngine(), together, setting.loss, [setting.optimizer() for _ in range(N)], specs_for(setting)
    )
    for network, expected, result, spec in zip(together, alone, results, specs_for(setting), strict=True):
        wanted = TorchEngine().run_epoch(expected, setting.loss, setting.optimizer(), spec)
        assert farthest(network, expected) < 1e-8
        assert result.loss == pytest.approx(wanted.loss, rel=1e-9)
        assert result.accuracy == wanted.accuracy
    assert farthest(together[0], together[1]) > 1e-3


def test_one_that_diverges_is_named_and_changes_none() -> None:
    setting = SETTINGS["the plain one"]
    networks, before, specs = networks_for(setting), networks_for(setting), specs_for(setting)
    specs[1] = replace(specs[1], learning_rates=specs[1].learning_rates * 1e300)
    with pytest.raises(DivergedError):
        train_population(TorchEngine(), networks, setting.loss, [SGD() for _ in range(N)], specs)
    assert all(farthest(*pair) == 0 for pair in zip(networks, before, strict=True))


def test_what_is_not_alike_is_refused() -> None:
    setting = SETTINGS["the plain one"]
    networks, specs, engine = networks_for(setting), specs_for(setting), TorchEngine()
    with pytest.raises(OptionError, match="3 networks, 2 optimizers"):
        train_population(engine, networks, setting.loss, [SGD(), SGD()], specs)
    with pytest.raises(OptionError, match="different settings"):
        train_population(engine, networks, setting.loss, [SGD(), SGD(), Momentum()], specs)
    others = [*networks[:2], Network.mlp([63, 9, 5])]
    with pytest.raises(ShapeError, match="different layers"):
        train_population(engine, others, setting.loss, [SGD() for _ in range(N)], specs)
