"""What torchrun, or another launcher, says about this process: its rank, and where all meet. No PyTorch here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from byhand.errors import OptionError, SystemResourceError

NAMES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
MAX_RANKS = 4096
STARTED_BY = os.getppid()  # when this file is imported, which is before PyTorch is
JOIN_SECONDS = 300  # to find the others; BYHAND_JOIN_SECONDS


class LostProcessError(SystemResourceError):
    """Another process of the run has ended or cannot be reached. is_told : another process has said so already."""

    is_told = False


@dataclass(frozen=True)
class Launch:
    """One of n_ranks processes. local_rank : its place on its host   address, port : where they meet

    n_local : processes on this host   attempt : how often the launcher began anew
    hosts_store : does this process keep the list in which the others find each other (else the launcher does)?
    """

    rank: int
    n_ranks: int
    local_rank: int
    n_local: int
    address: str
    port: int
    attempt: int = 0
    hosts_store: bool = False
    join_seconds: int = JOIN_SECONDS

    @property
    def is_on_one_host(self) -> bool:
        """Do all processes run on one host?"""
        return self.n_local == self.n_ranks


def find_launch(environment: Mapping[str, str] = os.environ) -> Launch | None:
    """Return how this process was launched; None where it is alone.

    Raises OptionError for variables that are damaged or incomplete.
    """
    if "RANK" not in environment and "WORLD_SIZE" not in environment:
        return None
    missing = [name for name in NAMES if not environment.get(name)]
    if missing:
        raise OptionError(f"{missing[0]} is not set beside RANK and WORLD_SIZE. Start the processes with torchrun.")
    n_ranks = _whole(environment, "WORLD_SIZE", 1, MAX_RANKS)
    rank = _whole(environment, "RANK", 0, n_ranks - 1)
    n_local = _whole(environment, "LOCAL_WORLD_SIZE", 1, n_ranks, default=1)
    launcher_keeps_it = environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    launch = Launch(
        rank=rank,
        n_ranks=n_ranks,
        local_rank=_whole(environment, "LOCAL_RANK", 0, n_local - 1, default=0),
        n_local=n_local,
        address=environment["MASTER_ADDR"],
        port=_whole(environment, "MASTER_PORT", 1, 65535),
        attempt=_whole(environment, "TORCHELASTIC_RESTART_COUNT", 0, 1_000_000, default=0),
        hosts_store=rank == 0 and not launcher_keeps_it,
        join_seconds=_whole(environment, "BYHAND_JOIN_SECONDS", 1, 86_400, default=JOIN_SECONDS),
    )
    return launch if n_ranks > 1 else None


def check_engine(launch: Launch | None, engine: str | None) -> None:
    """Raise OptionError where several processes were launched and the engine does not divide the work among them."""
    if launch is not None and (engine or os.environ.get("BYHAND_ENGINE")) != "torch":
        raise OptionError(
            f"{launch.n_ranks} processes were launched, and only the engine torch divides the work among them. "
            f"Use --engine torch, or start one process."
        )


def _whole(environment: Mapping[str, str], name: str, low: int, high: int, default: int | None = None) -> int:
    """Return a variable as a whole number; raise OptionError where it is not one from low to high."""
    text = environment.get(name)
    if text is None and default is not None:
        return default
    number = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else -1
    if not low <= number <= high:
        raise OptionError(f"the environment has {name}={text!r}; expected {low} … {high}. Start with torchrun.")
    return number
