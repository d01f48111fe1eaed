"""`byhand bench`: how fast this machine trains, beside the other frameworks that are installed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from byhand.cli.common import Reporter, data_dir_option, escape_markup, output_options
from byhand.errors import OptionError

if TYPE_CHECKING:
    from byhand.bench.interleaved import Peer


KERNELS = "kernels"  # given as the first work


@click.command("bench", epilog='To install the peers: pip install "byhand[bench]". Missing ones are left out.')
@click.argument("works", nargs=-1, metavar="[WORKLOAD]...")
@click.option(
    "--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="How often each library is timed."
)
@click.option("--peer", "peers", multiple=True, help="Compare byhand with this peer only; may be repeated.")
@data_dir_option
@output_options
def command(
    works: tuple[str, ...], rounds: int, peers: tuple[str, ...], data_dir: Path | None, reporter: Reporter
) -> None:
    """Time an epoch of each WORKLOAD, all libraries in turns, and print the ratios.

    A WORKLOAD is sgd (the default), no background, adam, deep adam, sigmoid, batch 32, batch 512, batch 4096, wide,
    five wide or tiny. `byhand bench kernels [WORKLOAD]...` compares all kernels of the C core that this processor
    supports, with one thread and with all.

    Example: byhand bench adam "batch 4096"
    """
    from byhand.bench.interleaved import run_interleaved
    from byhand.bench.peak_flops import measure_peak
    from byhand.bench.report import as_table, as_values, machine_line, machine_state, peak_values
    from byhand.bench.workload import WORKS, work_named
    from byhand.engines.available_cpus import available_cpus

    of_kernels = works[:1] == (KERNELS,)
    names = (works[1:] or tuple(WORKS)) if of_kernels else works or ("sgd",)
    wanted, baseline = _kernels(peers) if of_kernels else _peers(peers)
    chosen, state, most = [work_named(name) for name in names], machine_state(), measure_peak(available_cpus())
    found = [run_interleaved(work, wanted, rounds, data_dir, reporter.info, baseline) for work in chosen]
    text = f"{escape_markup(machine_line(state))}\n{as_table(found, most)}"
    reporter.result(text, {**state, **peak_values(most), "works": [as_values(timed, most) for timed in found]})


def _peers(named: tuple[str, ...]) -> "tuple[dict[str, Peer], str]":
    """Return byhand and its peers, all of them or those named, and the label of what they are compared with."""
    from byhand.bench.interleaved import PEERS
    from byhand.errors import lookup

    for peer in named:
        lookup("peer", peer, PEERS)
    return {name: peer for name, peer in PEERS.items() if name == "byhand" or not named or name in named}, "byhand"


def _kernels(named: tuple[str, ...]) -> "tuple[dict[str, Peer], str]":
    """Return a peer for each kernel, and the default kernel."""
    from byhand.bench.kernels import default_kernel, kernel_peers

    if named:
        raise OptionError(
            f"--peer is for workloads; `byhand bench {KERNELS}` compares byhand with itself. Leave --peer out."
        )
    return kernel_peers(), default_kernel()
