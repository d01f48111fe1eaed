"""What the turns found: a table for people, plain data for records."""

from dataclasses import asdict
from typing import Any

from byhand.bench.interleaved import Timings


def share_of_peak(timed: Timings, peak: float) -> float:
    """Return a plain epoch's operations a second in byhand's fastest epoch, as a share of the machine's peak.

    What byhand leaves out (the background of pictures, where products are 0) counts as done, for its peers do it: so
    this can be above 1.
    """
    return timed.work.flops / min(timed.seconds["byhand"]) / peak


def as_values(timed: Timings, peak: float) -> dict[str, Any]:
    """Return everything that was found, as plain data."""
    ratios = timed.ratios().items()
    return {
        "work": asdict(timed.work),
        "seconds": timed.seconds,
        "median_seconds": timed.medians(),
        "times_as_long_as_byhand": {peer: {"median": m, "min": lo, "max": hi} for peer, (m, lo, hi) in ratios},
        "fastest_times_as_long_as_byhand": timed.fastest_ratios(),
        "share_of_peak": share_of_peak(timed, peak),
        "left_out": timed.left_out,
    }


def as_table(found: list[Timings], peak: float) -> str:
    """Return the lines that a person reads."""
    lines = [f"this machine's peak: {peak / 1e9:.0f} GFLOP/s in float32, measured"]
    for timed in found:
        work, medians = timed.work, timed.medians()
        sizes = "-".join(map(str, work.sizes))
        what = f"{sizes}, {work.optimizer}, batch {work.batch_size}, {work.n:,} examples"
        lines += ["", f"[bold]{work.name}[/bold]: {what}"]
        fastest = timed.fastest_ratios()
        lines.append(f"  {'':<16}{'s an epoch':>11}{'times as long':>15}   (range)          of the fastest")
        for peer, (median, low, high) in sorted(timed.ratios().items(), key=lambda item: item[1][0]):
            span = f"({low:.2f} – {high:.2f})"
            lines.append(f"  {peer:<16}{medians[peer]:>11.4f}{median:>15.2f}   {span:<16} {fastest[peer]:.2f}")
        lines.append(
            f"  a plain epoch's operations in byhand's fastest: {100 * share_of_peak(timed, peak):.0f} % of the peak"
        )
        lines += [f"  [dim]without {peer}: {why}[/dim]" for peer, why in timed.left_out.items()]
    return "\n".join(lines)
