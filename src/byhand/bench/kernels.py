"""Every kernel of the C core that this processor has, interleaved, with one thread and with all."""

import statistics
from typing import Any

from byhand.bench.interleaved import BYHAND_PEER, Peer, Timings
from byhand.engines import bindings as c
from byhand.engines.available_cpus import available_cpus

ONE_THREAD = ", 1 thread"  # behind a kernel's name


def runnable_kernels() -> dict[str, str]:
    """Return kernel → precision of all that this processor can run."""
    library, all_kernels = (
        c.load(),
        ((kernel, precision) for precision in c.PRECISIONS for kernel in c.PRECISIONS[precision].values()),
    )
    return {name: precision for name, precision in all_kernels if library.bh_choose_kernel(c.KERNELS.index(name)) > 0}


def default_kernel() -> str:
    """Return the kernel that is taken for networks that the table does not know: the widest float32 vectors."""
    return c.KERNELS[c.load().bh_choose_kernel(c.KERNELS.index("best"))]


def kernel_peers() -> dict[str, Peer]:
    """Return a peer for each kernel, and, with several processors, one more that uses one thread."""
    peers = {}
    for kernel, precision in runnable_kernels().items():
        options = {"kernel": kernel, "precision": precision}
        peers[kernel] = Peer(BYHAND_PEER, "native", {**options, "n_threads": available_cpus()}, is_whole_epoch=True)
        if available_cpus() > 1:
            peers[kernel + ONE_THREAD] = Peer(BYHAND_PEER, "native", {**options, "n_threads": 1}, is_whole_epoch=True)
    return peers


def table_rows(timed: Timings) -> list[dict[str, Any]]:
    """Return the rows of kernel_table.json that these timings make, one for each precision."""
    kernels = runnable_kernels()
    common = {"work": timed.work.name, "sizes": list(timed.work.sizes), "batch_size": timed.work.batch_size}
    rows = []
    for precision in c.PRECISIONS:
        names = [name for name in timed.seconds if kernels.get(name) == precision]
        if names:
            ratios = {name: round(timed.quartiles()[name][1], 3) for name in names}
            gains = {name: round(_thread_gain(timed, name), 3) for name in names if name + ONE_THREAD in timed.seconds}
            rows.append({**common, "precision": precision, "ratios": ratios, "thread_gains": gains})
    return rows


def _thread_gain(timed: Timings, kernel: str) -> float:
    """Return one thread's time over that of all, the median of the rounds."""
    rounds = zip(timed.seconds[kernel + ONE_THREAD], timed.seconds[kernel], strict=True)
    return statistics.median(one / every for one, every in rounds)
