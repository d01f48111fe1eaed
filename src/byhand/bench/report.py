"""The results of a benchmark: a table for people, plain data for records."""

import os
from dataclasses import asdict
from typing import Any

from byhand.bench.interleaved import Timings
from byhand.bench.peak_flops import Peak
from byhand.engines.available_cpus import available_cpus
from byhand.engines.processor import processor_key, processor_name


def machine_state() -> dict[str, Any]:
    """Return the processor, how many of it this process may use, and how busy the machine is with other work.

    load : processes that wanted a processor, the mean of the last minute; None where the system does not count them
    """
    return {
        "processor": processor_name(),
        "processor_key": processor_key(),
        "cpus": available_cpus(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def machine_line(state: dict[str, Any]) -> str:
    """Return the line that names the processor and the load before the first trial."""
    load = "" if state["load"] is None else f", load before {state['load']:.1f}"
    return f"{state['processor']}, {state['cpus']} processors{load}"


def share_of_peak(timed: Timings, peak: Peak) -> float:
    """Return a plain epoch's operations a second in the baseline's fastest epoch, as a share of the machine's peak.

    What byhand leaves out (the background of pictures, where products are 0) counts as done, for its peers do it: so
    this can be above 1.
    """
    return timed.work.flops / min(timed.seconds[timed.baseline]) / peak.all_threads


def peak_values(peak: Peak) -> dict[str, float]:
    """Return the machine's peak as plain data: operations a second of all threads, and of one alone."""
    return {"peak_flops": peak.all_threads, "peak_flops_one_thread": peak.one_thread}


def as_values(timed: Timings, peak: Peak) -> dict[str, Any]:
    """Return everything that was found, as plain data."""
    ratios, quartiles = timed.ratios().items(), timed.quartiles()
    return {
        "work": asdict(timed.work),
        "seconds": timed.seconds,
        "median_seconds": timed.medians(),
        f"times_as_long_as_{timed.baseline}": {
            peer: {"median": m, "min": lo, "max": hi, "quartiles": quartiles[peer]} for peer, (m, lo, hi) in ratios
        },
        f"fastest_times_as_long_as_{timed.baseline}": timed.fastest_ratios(),
        "too_noisy_to_tell": timed.noisy_peers(),
        "share_of_peak": share_of_peak(timed, peak),
        "left_out": timed.left_out,
    }


def as_table(found: list[Timings], peak: Peak) -> str:
    """Return the lines that a person reads."""
    lines = [f"this machine's peak: {peak}"]
    for timed in found:
        work = timed.work
        sizes = "-".join(map(str, work.sizes))
        what = f"{sizes}, {work.optimizer}, batch {work.batch_size}, {work.n:,} examples"
        lines += ["", f"[bold]{work.name}[/bold]: {what}, {len(timed.seconds[timed.baseline])} rounds"]
        lines.append(f"  {'':<22}{'s an epoch':>11}{'times as long':>14}  {'(half of the rounds)':<21}{'fastest':>8}")
        lines += _rows(timed)
        lines.append(
            f"  a plain epoch's operations in {timed.baseline}'s fastest: "
            f"{100 * share_of_peak(timed, peak):.0f} % of the peak"
        )
        lines += [f"  [dim]without {peer}: {why}[/dim]" for peer, why in timed.left_out.items()]
    return "\n".join(lines)


def _rows(timed: Timings) -> list[str]:
    """Return a line for each peer, the fastest first, and one that names those too noisy to tell."""
    medians, fastest, quartiles = timed.medians(), timed.fastest_ratios(), timed.quartiles()
    noisy, lines = timed.noisy_peers(), []
    for peer, (median, _, _) in sorted(timed.ratios().items(), key=lambda item: item[1][0]):
        low, high = quartiles[peer]
        span = f"({low:.2f} – {high:.2f})"
        lines.append(f"  {peer:<22}{medians[peer]:>11.4f}{median:>14.2f}  {span:<21}{fastest[peer]:>8.2f}")
    return [*lines, f"  [yellow]too noisy to tell: {', '.join(noisy)}[/yellow]"] if noisy else lines
