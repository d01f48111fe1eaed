"""`byhand bench`: how fast this machine trains, side by side with what else is installed."""

from pathlib import Path

import click

from byhand.cli.common import Reporter, data_dir_option, output_options


@click.command("bench", epilog="Peers that are not installed are left out: pip install 'byhand[bench]' brings them.")
@click.argument("works", nargs=-1)
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Turns of each peer.")
@click.option("--peer", "peers", multiple=True, help="Only this one beside byhand; may be given several times.")
@data_dir_option
@output_options
def command(
    works: tuple[str, ...], rounds: int, peers: tuple[str, ...], data_dir: Path | None, reporter: Reporter
) -> None:
    """Time an epoch of WORKS, each peer in its turn, and tell the ratios. Without WORKS: sgd.

    Example: byhand bench adam "batch 4096"
    """
    from byhand.bench.interleaved import PEERS, run_interleaved
    from byhand.bench.peak_flops import peak
    from byhand.bench.report import as_table, as_values
    from byhand.bench.workload import work_named
    from byhand.engines.available_cpus import available_cpus
    from byhand.errors import lookup

    for peer in peers:
        lookup("peer", peer, PEERS)
    chosen = [work_named(name) for name in works or ("sgd",)]
    wanted = ["byhand", *(peer for peer in PEERS if peer != "byhand" and (not peers or peer in peers))]
    most = peak(available_cpus())
    found = []
    for work in chosen:
        found.append(run_interleaved(work, wanted, rounds, data_dir, say=reporter.info))
    reporter.result(as_table(found, most), {"peak_flops": most, "works": [as_values(timed, most) for timed in found]})
