"""`byhand bench`: how fast this machine trains, side by side with what else is installed."""

from pathlib import Path

import click

from byhand.cli.common import Voice, data_dir_option, voice_options


@click.command("bench", epilog="Peers that are not installed are left out: pip install 'byhand[bench]' brings them.")
@click.argument("works", nargs=-1)
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Turns of each peer.")
@click.option("--peer", "peers", multiple=True, help="Only this one beside byhand; may be given several times.")
@data_dir_option
@voice_options
def command(works: tuple[str, ...], rounds: int, peers: tuple[str, ...], data_dir: Path | None, voice: Voice) -> None:
    """Time an epoch of WORKS, each peer in its turn, and tell the ratios. Without WORKS: sgd.

    Example: byhand bench adam "batch 4096"
    """
    from byhand.bench.report import as_table, as_values
    from byhand.bench.roofline import peak
    from byhand.bench.turns import PEERS, take_turns
    from byhand.bench.work import work_named
    from byhand.engines.native import usable_processors
    from byhand.errors import known_as

    for peer in peers:
        known_as("peer", peer, PEERS)
    chosen = [work_named(name) for name in works or ("sgd",)]
    wanted = ["byhand", *(peer for peer in PEERS if peer != "byhand" and (not peers or peer in peers))]
    most = peak(usable_processors())
    found = []
    for work in chosen:
        found.append(take_turns(work, wanted, rounds, data_dir, say=voice.say))
    voice.result(as_table(found, most), {"peak_flops": most, "works": [as_values(timed, most) for timed in found]})
