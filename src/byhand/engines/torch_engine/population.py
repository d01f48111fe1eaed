"""A population: many networks of the same layers trained at once, every product a batched one.

    (networks, n, n_in) @ (networks, n_in, n_out)                                      (1)

Seeds differ by their weights, orders and masks, settings by their learning rates. What one small network leaves idle on
a GPU, a hundred use.
"""

from collections.abc import Sequence

import torch

from byhand.engines.base import EpochResult, EpochSpec, check_finite
from byhand.engines.native import check_batch_size
from byhand.engines.torch_engine.engine import TorchEngine, check_losses, result_of
from byhand.engines.torch_engine.epoch import StepTotals, TorchEpoch
from byhand.engines.torch_engine.packed_networks import PackedNetworks
from byhand.engines.torch_engine.products import matrix_precision, product_for
from byhand.errors import OptionError, ShapeError
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer


def train_population(
    engine: TorchEngine,
    networks: Sequence[Network],
    loss: Loss,
    optimizers: Sequence[Optimizer],
    specs: Sequence[EpochSpec],
) -> list[EpochResult]:
    """Train each network one epoch by its own spec, in place; return their results, in their order.

    networks, optimizers : of the same layers and settings   specs : of the same examples and batch size
    Raises DivergedError where one of them diverges; then none has changed.
    """
    _check_alike(engine, networks, loss, optimizers, specs)
    packed = PackedNetworks(networks, optimizers, engine.device, stacked=True)
    examples = engine.examples_for(specs[0].examples, networks[0], loss)
    with matrix_precision(engine.precision), torch.inference_mode():
        epoch = TorchEpoch(
            packed,
            loss,
            examples,
            specs,
            device=engine.device,
            multiply=product_for(engine.precision),
            team=engine.team,
            stacked=True,
        )
        totals = epoch.run()
    if totals is None:
        return []
    each = [StepTotals(totals.losses[:, i], totals.n_right[:, i]) for i in range(len(networks))]
    for total, spec in zip(each, specs, strict=True):
        check_losses(total.losses, spec)
    packed.write_back()
    for network, spec in zip(networks, specs, strict=True):
        check_finite(network, spec)
        spec.rng.position = specs[0].rng.position
    return [result_of(total, spec) for total, spec in zip(each, specs, strict=True)]


def _check_alike(
    engine: TorchEngine,
    networks: Sequence[Network],
    loss: Loss,
    optimizers: Sequence[Optimizer],
    specs: Sequence[EpochSpec],
) -> None:
    """Raise OptionError or ShapeError where these cannot be trained as one."""
    if not len(networks) == len(optimizers) == len(specs) > 0:
        counts = f"{len(networks)} networks, {len(optimizers)} optimizers and {len(specs)} epochs"
        raise OptionError(f"a population got {counts}; expected one of each for every network.")
    if engine.group is not None:
        raise OptionError("a population is trained in one process. Start one without torchrun.")
    reason = engine.unsupported_reason(networks[0], loss, optimizers[0])
    if reason:
        raise OptionError(f"{reason}. Train the networks one by one, with the engine numpy.")
    check_batch_size(networks[0], specs[0])
    if len({repr(network) for network in networks}) > 1:
        raise ShapeError("a population got networks of different layers; expected the same in all.")
    if len({(repr(optimizer), int(optimizer.state.get("step", 0))) for optimizer in optimizers}) > 1:
        raise OptionError("a population got optimizers of different settings or steps; expected the same in all.")
    if any(spec.examples is not specs[0].examples or spec.batch_size != specs[0].batch_size for spec in specs):
        raise OptionError("a population got different examples or batch sizes; expected the same for all.")
