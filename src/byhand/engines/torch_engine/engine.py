"""The engine `torch`: whole epochs by byhand's own formulas on PyTorch tensors, on one device or in many processes."""

import contextlib
import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.base import EpochResult, EpochSpec, check_finite
from byhand.engines.native import check_batch_size
from byhand.engines.torch_engine.device_examples import DeviceExamples
from byhand.engines.torch_engine.epoch import StepTotals, Team, TorchEpoch, add_here
from byhand.engines.torch_engine.launch import Launch, LostProcessError
from byhand.engines.torch_engine.layers import LAYERS
from byhand.engines.torch_engine.losses import LOSS_FUNCTIONS
from byhand.engines.torch_engine.optimizers import MOMENTS, innermost
from byhand.engines.torch_engine.packed_networks import PackedNetworks
from byhand.engines.torch_engine.process_group import END, ProcessGroup
from byhand.engines.torch_engine.products import matrix_precision, product_for
from byhand.engines.torch_engine.requirements import BF16, FLOAT32, check_precision, find_device
from byhand.engines.torch_engine.shards import Shards
from byhand.errors import DivergedError, OptionError
from byhand.layers import Residual
from byhand.losses.base import Loss
from byhand.network import Network
from byhand.optimizers.base import Optimizer

Work: TypeAlias = tuple[Network, Loss, Optimizer, EpochSpec]
SAMPLE = 64  # examples that stand for all when processes compare theirs


class TorchEngine:
    """PyTorch's tensors on one device.

    device : "cpu", "cuda", "cuda:1" or "mps"
    precision : of matrix products: "float32", "bf16", or on NVIDIA's GPUs "tf32"; everything else stays float32
    n_shards : of every batch; then all results have the same bits for any number of processes that divides it
    launch : of this process, where it is one of several that train together
    Raises MissingDependencyError without PyTorch, OptionError for a device or precision that is not there.
    """

    def __init__(
        self,
        device: str = "cpu",
        precision: str = FLOAT32,
        *,
        n_shards: int | None = None,
        launch: Launch | None = None,
    ) -> None:
        self.device = find_device(device, launch.local_rank if launch else 0)
        self.precision = check_precision(precision, self.device)
        if n_shards is not None and self.device.type == "cpu":
            torch.set_num_threads(1)  # the bits of a product depend on their number
        self.group = ProcessGroup(launch, self.device, n_shards) if launch else None
        self.team = self.group.team if self.group else Team(Shards(n_shards=n_shards or 1), add_here)
        self.name = _engine_name(self.device, precision, n_shards, launch)
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
        """Train one epoch; see Engine.run_epoch. With several processes: on rank 0, which tells the others to help."""
        if spec.stop():
            return None
        check_batch_size(network, spec)
        if self.group:
            digest = digest_of(network, loss, optimizer, spec)
            self.group.header([spec.epoch, spec.rng.seed, len(spec.order), digest])
        return self._train(network, loss, optimizer, spec)

    def serve(self, work_for: Callable[[int, int], Work]) -> None:
        """Help rank 0 until it ends. work_for : (seed, epoch) → what is trained, made from this process's own data

        Raises OptionError where this process has other data or settings than rank 0, LostProcessError when rank 0 or
        another process is gone.
        """
        if self.group is None:
            return
        while header := self.group.header([END] * 4):
            epoch, seed, n, digest = header
            if epoch == END:
                return
            work = work_for(seed, epoch)
            if (len(work[-1].order), digest_of(*work)) != (n, digest):
                self.group.tell(LostProcessError())  # rank 0 need not tell that this one ends
                raise OptionError(
                    f"process {self.group.launch.rank} has other data or settings than process 0. "
                    f"Give all the same command and the same files."
                )
            with contextlib.suppress(DivergedError):  # rank 0 has it too
                self._train(*work)

    def _train(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch, or this process's share of it."""
        packed = PackedNetworks([network], [optimizer], self.device)
        examples = self.examples_for(spec.examples, network, loss)
        working = self.group.epoch() if self.group else contextlib.nullcontext()
        with matrix_precision(self.precision), torch.inference_mode(), working:
            if self.group:
                packed.share(self.group.broadcast)
            product = product_for(self.precision)
            epoch = TorchEpoch(packed, loss, examples, [spec], device=self.device, multiply=product, team=self.team)
            totals = epoch.run()
        if totals is None:
            return None
        check_losses(totals.losses, spec)
        packed.write_back()
        check_finite(network, spec)
        return result_of(totals, spec)

    def examples_for(self, examples: Examples, network: Network, loss: Loss) -> DeviceExamples:
        """Return the examples on the device; those of the last epoch are there still."""
        use = (network.widths[0], network.widths[-1], network.layers[0].dtype, type(loss))
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


def digest_of(network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> int:
    """Return 64 bits that differ where two processes would train something else: settings, or a sample of the data."""
    examples = spec.examples
    sample = slice(None, None, max(1, len(examples) // SAMPLE))
    digest = hashlib.blake2b(digest_size=8)
    for text in (network, loss, optimizer, examples, spec.batch_size, spec.image_shape):
        digest.update(repr(text).encode())
    for array in (examples.raw[sample], examples.y[sample], spec.learning_rates, spec.order[sample]):
        digest.update(np.ascontiguousarray(array).tobytes())
    return int.from_bytes(digest.digest(), "little")


def _engine_name(device: Any, precision: str, n_shards: int | None, launch: Launch | None) -> str:
    """Return what the bits of a result depend on: the number of ranks does not count where shards are fixed."""
    parts = ["torch", str(device)] + ([precision] if precision != FLOAT32 else [])
    if n_shards is not None:
        parts.append(f"shards-{n_shards}")
    elif launch is not None:
        parts.append(f"ranks-{launch.n_ranks}")
    return "/".join(parts)
