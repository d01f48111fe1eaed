"""The engine `torch`: whole epochs by byhand's own formulas on PyTorch tensors, on one device or in many processes."""

from typing import Any

import numpy as np
import torch

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.base import EpochResult, EpochSpec, check_finite
from byhand.engines.native import check_batch_size
from byhand.engines.torch_engine.device_examples import DeviceExamples
from byhand.engines.torch_engine.epoch import ALONE, StepTotals, Team, TorchEpoch
from byhand.engines.torch_engine.layers import LAYERS
from byhand.engines.torch_engine.losses import LOSS_FUNCTIONS
from byhand.engines.torch_engine.optimizers import MOMENTS, innermost
from byhand.engines.torch_engine.packed_networks import PackedNetworks
from byhand.engines.torch_engine.products import matrix_precision, product_for
from byhand.engines.torch_engine.requirements import BF16, FLOAT32, check_precision, find_device
from byhand.errors import DivergedError
from byhand.layers import Residual
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer


class TorchEngine:
    """PyTorch's tensors on one device.

    device : "cpu", "cuda", "cuda:1" or "mps"
    precision : of matrix products: "float32", "bf16", or on NVIDIA's GPUs "tf32"; everything else stays float32
    Raises MissingDependencyError without PyTorch, OptionError for a device or precision that is not there.
    """

    def __init__(
        self, device: str = "cpu", precision: str = FLOAT32, *, team: Team = ALONE, local_rank: int = 0
    ) -> None:
        self.device = find_device(device, local_rank)
        self.precision, self.team = check_precision(precision, self.device), team
        parts = ["torch", str(self.device)] + ([precision] if precision != FLOAT32 else [])
        self.name = "/".join(parts)
        self._resident: DeviceExamples | None = None
        self._use: tuple[Any, ...] = ()

    def unsupported_reason(self, network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
        """See Engine.unsupported_reason."""
        dtypes = {array.dtype for array in network.params.values()}
        if len(dtypes) > 1 or not dtypes <= {np.dtype(np.float32), np.dtype(np.float64)}:
            return "the engine torch supports weights of float32 or float64 only"
        if dtypes == {np.dtype(np.float64)} and (self.device.type == "mps" or self.precision == BF16):
            return f"the engine torch has no float64 on {self.device.type} in {self.precision}"
        unknown = [type(layer).__name__ for layer in _all_layers(network.layers) if type(layer) not in LAYERS]
        unknown += [] if type(loss) in LOSS_FUNCTIONS else [type(loss).__name__]
        unknown += [] if type(innermost(optimizer)) in MOMENTS else [type(innermost(optimizer)).__name__]
        return f"the engine torch does not support {unknown[0]}" if unknown else None

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch; see Engine.run_epoch."""
        if spec.stop():
            return None
        check_batch_size(network, spec)
        packed = PackedNetworks([network], [optimizer], self.device)
        examples = self._on_device(spec.examples, network, loss)
        with matrix_precision(self.precision), torch.inference_mode():
            epoch = TorchEpoch(
                packed,
                loss,
                examples,
                [spec],
                device=self.device,
                multiply=product_for(self.precision),
                team=self.team,
            )
            totals = epoch.run()
        if totals is None:
            return None
        check_losses(totals.losses, spec)
        packed.write_back()
        check_finite(network, spec)
        return result_of(totals, spec)

    def _on_device(self, examples: Examples, network: Network, loss: Loss) -> DeviceExamples:
        """Return the examples on the device; those of the last epoch are there still."""
        use = (network.widths[0], network.widths[-1], network.layers[0].params["W"].dtype, type(loss))
        if self._resident is None or self._resident.examples is not examples or self._use != use:
            self._resident = None  # frees the memory first
            n_in, n_out, dtype, _ = self._use = use
            self._resident = DeviceExamples(examples, n_in, n_out, loss, self.device, dtype)
        return self._resident


def check_losses(losses: Array, spec: EpochSpec) -> None:
    """Raise DivergedError at the first minibatch whose loss is not finite. losses : (n_steps,)"""
    wrong = ~np.isfinite(losses)
    if wrong.any():
        step = int(wrong.argmax())
        raise DivergedError(spec.epoch, step + 1, float(spec.learning_rates[step]))


def result_of(totals: StepTotals, spec: EpochSpec) -> EpochResult:
    """Return the means over the epoch."""
    n = len(spec.order)
    accuracy = float(totals.n_right.sum()) / n if spec.examples.is_classes else None
    return EpochResult(float(totals.losses.sum()) / n, accuracy, float(spec.learning_rates[-1]))


def _all_layers(layers: Any) -> list[Any]:
    """Return the layers and those inside residual blocks."""
    return [
        each
        for layer in layers
        for each in ([layer, *_all_layers(layer.inner)] if isinstance(layer, Residual) else [layer])
    ]
