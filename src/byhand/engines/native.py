"""The native engine: a whole epoch in one call of the C core."""

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise

from byhand.engines import bindings as c
from byhand.engines.available_cpus import available_cpus
from byhand.engines.base import EpochResult, EpochSpec, check_finite
from byhand.engines.core_tables import loss_of_one, unsupported_reason
from byhand.engines.epoch_buffers import EpochBuffers
from byhand.engines.kernel_table import fastest_kernel, why_one_thread
from byhand.engines.packed_network import PackedNetwork
from byhand.engines.thread_count import ThreadCount
from byhand.errors import DivergedError, OptionError, ShapeError, lookup
from byhand.layers.base import most_copies
from byhand.layers.batch_norm import BATCH_OF_ONE
from byhand.losses.base import Loss
from byhand.lowering import lower_for_engine
from byhand.network import Network
from byhand.optimizers.base import Optimizer

MIN_PARALLEL_MACS = 2e6  # multiplications in a step; below, threads wait for one another longer than they work
MIN_INTERRUPTIBLE_SECONDS = 0.25  # a shorter epoch need not be stopped in its middle
SECONDS_PER_STEP, SECONDS_PER_WEIGHT = 1e-6, 1.2e-11  # roughly: of a step at least, of a weight for each example
BF16_NAME = "_bf16"  # the suffix of a family's kernel for bf16
POLL_SECONDS = 0.02  # between two questions whether to stop


class NativeEngine:
    """The C core on this processor, in one kernel.

    n_threads : None: as many as this process may use
    precision : of the matrix products: "float32", or "bf16", which keeps eight bits of every factor and is faster in
        wide networks on processors that have it; weights and everything else stay float32
    sizes : of the network that will be trained: inputs, hidden widths, outputs; kernel_table decides by them
    kernel : the one to use, regardless of the table; the processor must have it
    thread_count : how many threads train now; fewer while other programs keep processors busy
    Raises SystemResourceError where there is no core, OptionError if BYHAND_KERNEL or precision ask for something this
    processor cannot do.
    """

    def __init__(
        self, n_threads: int | None = None, precision: str = c.FLOAT32, sizes: Sequence[int] = (), kernel: str = ""
    ) -> None:
        self._library = c.load()
        if precision == c.FLOAT32 and (os.environ.get("BYHAND_KERNEL") or "").endswith(BF16_NAME):
            raise OptionError(f"BYHAND_KERNEL names a kernel for {c.BF16}; ask for the precision {c.BF16} too.")
        self._kernel = c.KERNELS.index(kernel) if kernel else chosen_kernel(self._library, precision, sizes)
        self._precision, self._asked_threads = precision, n_threads
        self._n_threads = min(n_threads or available_cpus(), c.MAX_THREADS)
        self._table_says = cache(partial(why_one_thread, c.KERNELS[self._kernel]))  # it is asked before every epoch
        self.thread_count, self._counted_for = ThreadCount(1), ([0], 0)  # of the newest epoch
        self._before = threading.local()  # what this thread packed for its last epoch
        self.name = f"native/{c.KERNELS[self._kernel]}"

    def unsupported_reason(self, network: Network, loss: Loss, optimizer: Optimizer) -> str | None:
        """See Engine.unsupported_reason."""
        return unsupported_reason(network, loss, optimizer)

    def run_epoch(self, network: Network, loss: Loss, optimizer: Optimizer, spec: EpochSpec) -> EpochResult | None:
        """Train one epoch; see Engine.run_epoch."""
        if spec.stop():
            return None
        check_batch_size(network, spec)
        packed, one = self._pack(network, loss, optimizer)
        status, result = self._call(packed, one, spec)
        done, n = result.steps_done, len(spec.order)
        if status == c.STOPPED:
            return None
        if status == c.DIVERGED:
            raise DivergedError(spec.epoch, done + 1, float(spec.learning_rates[done]))
        if status != c.OK:
            raise c.refusal("an epoch", status)
        packed.write_back(done)
        spec.rng.position += result.n_draws
        check_finite(network, spec)
        self._before.packed = packed  # an epoch that fails leaves none: what pads its arrays may not be 0 any more
        accuracy = result.n_correct / n if spec.examples.is_classes else None
        return EpochResult(result.loss / n, accuracy, float(spec.learning_rates[-1]))

    def n_threads(self, sizes: Sequence[int], batch_size: int) -> int:
        """Return how many threads train a network of these sizes: as many as were asked for, or as pay."""
        return 1 if self.why_one_thread(sizes, batch_size) else self._n_threads

    def why_one_thread(self, sizes: Sequence[int], batch_size: int) -> str | None:
        """Return why one thread trains this although there are more processors, as a clause, or None."""
        if self._n_threads == 1:
            return None
        if sum(n_in * n_out for n_in, n_out in pairwise(sizes)) * batch_size <= MIN_PARALLEL_MACS:
            return "a step takes less time than threads wait for one another"
        if self._asked_threads is not None:
            return None
        return self._table_says(tuple(sizes), batch_size, self._precision)

    def _pack(self, network: Network, loss: Loss, optimizer: Optimizer) -> tuple[PackedNetwork, Loss]:
        """Return the network packed, in the memory of the epoch before if it is the same, and the loss of one head."""
        form = lower_for_engine(network)
        one = loss_of_one(loss, form)
        packed: PackedNetwork | None = vars(self._before).pop("packed", None)
        if packed is None or not packed.refresh(form, one, optimizer):
            packed = PackedNetwork(
                self._library, form.layers, one, optimizer, embedding=form.embedding, copies=form.copies
            )
        return packed, one

    def _call(self, packed: PackedNetwork, loss: Loss, spec: EpochSpec) -> tuple[int, c.Result]:
        """Run the epoch in the core; return its status and its counts."""
        sizes = [packed.layers[0].n_in, *(layer.n_out for layer in packed.layers)]
        rows = min(spec.batch_size, len(spec.order)) * max(packed.n_heads, 1)
        threads = self._threads_for(sizes, rows)
        n_threads = threads.n  # another thread of Python may change it meanwhile
        buffers = EpochBuffers(self._library, packed, spec, loss, n_threads=n_threads)
        stop, result = ctypes.c_int32(0), c.Result()
        tables = map(ctypes.byref, (packed.table, packed.rule, buffers.data, buffers.memory))
        call = partial(
            self._library.bh_epoch, *tables, self._kernel, n_threads, ctypes.byref(stop), ctypes.byref(result)
        )
        seconds = SECONDS_PER_STEP * len(spec.learning_rates) + SECONDS_PER_WEIGHT * packed.n_weights * len(spec.order)
        with threads.observed_epoch(len(spec.learning_rates)):
            status = call() if seconds < MIN_INTERRUPTIBLE_SECONDS else _call_interruptibly(call, spec.stop, stop)
        return status, result

    def _threads_for(self, sizes: list[int], batch_size: int) -> ThreadCount:
        """Return how many threads train such steps: it adapts to other programs unless the number was asked for."""
        count = self.thread_count
        if self._asked_threads is not None or self._counted_for != (sizes, batch_size):
            count = ThreadCount(self.n_threads(sizes, batch_size))
            self.thread_count, self._counted_for = count, (sizes, batch_size)
        return count


def check_batch_size(network: Network, spec: EpochSpec) -> None:
    """Raise BatchNorm's ShapeError if a batch of the epoch has a single example, and this is one row."""
    n, size = len(spec.order), min(spec.batch_size, len(spec.order))
    has_batch_norm = any(name.endswith(".variance") for name in network.statistics)
    if has_batch_norm and most_copies(network.layers) == 1 and (size == 1 or n % size == 1):
        raise ShapeError(BATCH_OF_ONE)


def _call_interruptibly(call: Callable[[], int], should_stop: Callable[[], bool], stop: ctypes.c_int32) -> int:
    """Return call(), run in another thread while this one polls should_stop; signals arrive in this one."""
    answer: list[int] = []
    worker = threading.Thread(target=lambda: answer.append(call()), name="byhand epoch")
    worker.start()
    try:
        while worker.is_alive():
            worker.join(POLL_SECONDS)
            if should_stop():
                stop.value = 1
    finally:
        stop.value = 1  # after an exception too: the core ends after the current step
        worker.join()
    return answer[0]


def chosen_kernel(library: ctypes.CDLL, precision: str = c.FLOAT32, sizes: Sequence[int] = ()) -> int:
    """Return the number of the kernel BYHAND_KERNEL asks for, else of the one that the table has for these sizes."""
    kernels = lookup("precision", precision, c.PRECISIONS)
    name = (os.environ.get("BYHAND_KERNEL") or "best").removesuffix(BF16_NAME)
    lookup("kernel", name, {"best": None, **c.PRECISIONS[c.FLOAT32]})
    wanted = [kernel for family, kernel in kernels.items() if name in ("best", family)]
    numbers: list[int] = [library.bh_choose_kernel(c.KERNELS.index(kernel)) for kernel in wanted]
    runs = [number for number in numbers if number > 0]
    if runs and name == "best":
        default = library.bh_choose_kernel(0) if precision == c.FLOAT32 else runs[-1]
        return c.KERNELS.index(fastest_kernel([c.KERNELS[run] for run in runs], c.KERNELS[default], sizes, precision))
    if runs:
        return runs[-1]
    if precision == c.FLOAT32:
        raise OptionError(f"this processor cannot run the kernel {name!r}. Leave BYHAND_KERNEL unset.")
    with_it = "" if name == "best" else f" in the kernel {name!r}"
    raise OptionError(f"this processor cannot multiply in {precision}{with_it}. Leave the precision at {c.FLOAT32}.")
