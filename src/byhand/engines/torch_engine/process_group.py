"""The processes of a run, joined: gloo between processors, NCCL between NVIDIA's GPUs.

Rank 0 decides and tells the others which epoch to train; the others wait for it. On the wire are numbers alone: a
header, the parameters before an epoch, and one sum a step. Nothing is pickled.
"""

import atexit
import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeAlias

import torch
import torch.distributed as dist

from byhand.engines.torch_engine.epoch import Team, add_here
from byhand.engines.torch_engine.joining import keep_trying, launcher_is_gone
from byhand.engines.torch_engine.launch import Launch, LostProcessError
from byhand.engines.torch_engine.shards import Shards
from byhand.errors import OptionError, SystemResourceError

Tensor: TypeAlias = Any  # torch.Tensor
WAIT_SECONDS = 3600  # for a process that is there and says nothing: it may be evaluating, or saving
TELL_SECONDS = 3
END = 0  # in place of an epoch


class ProcessGroup:
    """launch : of this process   device : where its tensors are   n_shards : of every batch; None: one a rank."""

    def __init__(self, launch: Launch, device: Any, n_shards: int | None) -> None:
        if device.type == "mps":
            raise OptionError("several processes were launched for one Apple GPU. Use --device cpu, or one process.")
        self.launch, self._device = launch, device
        shards = Shards(launch.rank, launch.n_ranks, n_shards or launch.n_ranks)
        self.team = Team(shards, self._add if n_shards is None else self._add_in_order, self._check_launcher)
        self._is_open, self._is_busy = True, False
        self._store = self._join()
        atexit.register(self.leave)

    def broadcast(self, tensor: Tensor) -> None:
        """Give all processes rank 0's numbers, in place."""
        if tensor.numel():
            with self._lost_is_an_error():
                dist.broadcast(tensor, 0)

    def header(self, numbers: list[int]) -> list[int]:
        """Return rank 0's numbers, each of 64 bits. The others give as many zeros."""
        signed = [number - 2**64 if number >= 2**63 else number for number in numbers]
        tensor = torch.tensor(signed, dtype=torch.int64, device=self._device)
        self.broadcast(tensor)
        return [number % 2**64 for number in tensor.tolist()]

    @contextlib.contextmanager
    def epoch(self) -> Iterator[None]:
        """Within this the others expect sums; a process that leaves here is noticed by its closed connection."""
        self._is_busy = True
        yield
        self._is_busy = False

    def leave(self) -> None:
        """Tell the others, if this is rank 0, that there is no other epoch; called when a process ends."""
        if self._is_open and not self._is_busy:
            self._is_open = False
            with contextlib.suppress(LostProcessError):  # they have left already
                if self.launch.rank == 0:
                    self.header([END] * 4)
                dist.destroy_process_group()

    def tell(self, error: LostProcessError) -> LostProcessError:
        """Return the error, marked where another process has told of one already: the user reads one sentence."""
        with contextlib.suppress(RuntimeError):  # with the launcher gone, all tell
            self._store.set_timeout(timedelta(seconds=TELL_SECONDS))
            error.is_told = self._store.add("told", 1) > 1
        return error

    def _join(self) -> Any:
        """Find the other processes; return the store in which they did."""
        launch = self.launch
        if launch.is_on_one_host:  # no address of this host is asked of a name server
            os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
        try:
            store = dist.PrefixStore(f"byhand/{launch.attempt}", keep_trying(self._open_store, launch.join_seconds))
            store.set(f"rank-{launch.rank}", "here")
            names = [f"rank-{rank}" for rank in range(launch.n_ranks)]
            keep_trying(lambda seconds: store.wait(names, timedelta(seconds=seconds)), launch.join_seconds)
            backend = "nccl" if self._device.type == "cuda" else "gloo"
            wait = timedelta(seconds=WAIT_SECONDS)  # a dead process is noticed at once, by its closed connection
            dist.init_process_group(backend, store=store, rank=launch.rank, world_size=launch.n_ranks, timeout=wait)
        except LostProcessError:
            raise
        except (RuntimeError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0][:200]
            raise SystemResourceError(
                f"process {launch.rank} of {launch.n_ranks} could not meet the others at "
                f"{launch.address}:{launch.port}: {reason}. Check the address, the port and that all were started."
            ) from error
        return store

    def _open_store(self, seconds: float) -> Any:
        """Return the list in which the processes find each other."""
        launch, wait = self.launch, timedelta(seconds=seconds)
        return dist.TCPStore(
            launch.address,
            launch.port,
            launch.n_ranks,
            launch.hosts_store,
            wait,
            wait_for_workers=False,
            multi_tenant=True,
        )

    def _add(self, parts: list[Tensor]) -> Tensor:
        """Return the sum over all processes, in an order that the library chooses."""
        total = add_here(parts).contiguous()
        with self._lost_is_an_error():
            dist.all_reduce(total)
        return total

    def _add_in_order(self, parts: list[Tensor]) -> Tensor:
        """Return the sum over all shards in their order, whichever process has which: the same bits for any number."""
        own = torch.stack(parts)
        every = [torch.empty_like(own) for _ in range(self.launch.n_ranks)]
        with self._lost_is_an_error():
            dist.all_gather(every, own)
        return add_here([part for parts_of_one in every for part in parts_of_one])

    def _check_launcher(self) -> None:
        """Raise LostProcessError when the launcher is gone: nobody would end this process then."""
        if launcher_is_gone():
            raise self.tell(_lost("the launcher of this run has ended"))

    @contextlib.contextmanager
    def _lost_is_an_error(self) -> Iterator[None]:
        """Turn what the library raises when a connection closes into one sentence."""
        try:
            yield
        except RuntimeError as error:
            self._is_open = False
            what = f"one of the {self.launch.n_ranks} processes of this run has ended or cannot be reached"
            raise self.tell(_lost(what)) from error


def _lost(what: str) -> LostProcessError:
    return LostProcessError(f"{what}, so the run ends. What was trained is in its run folder: go on with --resume.")
