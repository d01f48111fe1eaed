"""Put the record of the experiments into docs/experiments.md: python tools/make_experiments.py

The page keeps its words; what stands between the two marks is made of experiments.json and of
benchmarks/records/experiments.json, and a test holds it to them.
"""

import json
from pathlib import Path
from typing import Any

from byhand.experiments import Experiment, experiments
from byhand.experiments.table import Measure

ROOT = Path(__file__).resolve().parents[1]
PAGE, RECORD = ROOT / "docs" / "experiments.md", ROOT / "benchmarks" / "records" / "experiments.json"
BEGIN, END = "<!-- experiments: begin -->", "<!-- experiments: end -->"
SIGNS = {"good": "✓", "bad": "✗", "plain": "·"}


def number(value: float, measure: Measure) -> str:
    """Return a number as its measure is read."""
    if measure.shown_as == "percent":
        return f"{100 * value:.1f} %".replace("-", "−")
    if measure.shown_as == "small":
        return f"{value:.1e}".replace("e-0", "e-").replace("-", "−") if abs(value) < 0.01 else f"{value:.2f}"
    return f"{value:,.3f}" if abs(value) < 1 and value else f"{value:,.0f}"


def cell(found: dict[str, float], measure: Measure) -> str:
    """Return mean and spread."""
    if measure.shown_as == "class":
        return f"{found['mean']:.0f} most often"
    spread = f" ± {100 * found['std']:.1f}" if measure.shown_as == "percent" and found["std"] else ""
    return number(found["mean"], measure) + spread


def section(experiment: Experiment, found: dict[str, Any]) -> str:
    """Return one experiment: what is asked, the table of what was measured, how to read it, what would hide it."""
    measures = [one for one in (*experiment.scale, *experiment.aside) if one.shown_as != "seconds"]
    star = " ★" if experiment.surprising else ""
    rows = [
        f"| {SIGNS[trial.rating]} {trial.name} | "
        + " | ".join(cell(found["runs"][trial.name][one.name], one) for one in measures)
        + " |"
        for trial in experiment.trials
    ]
    marks = [f"{name[0].upper()}{name[1:]}: {100 * value:.1f} %." for name, value in found["marks"].items()]
    lines = [
        f"### {experiment.number}. {experiment.title}{star}",
        f"`byhand experiment {experiment.name}` · {found['seconds']:.1f} s",
        f"*{experiment.question}*",
        "\n".join([f"| | {' | '.join(one.title for one in measures)} |", f"|---|{'--:|' * len(measures)}", *rows]),
        *([" ".join(marks)] if marks else []),
        experiment.reading,
        f"Would hide it: {'; '.join(experiment.hides)}.",
    ]
    return "\n\n".join(lines)


def with_results(page: str) -> str:
    """Return the page with the record between the marks."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    measured = (
        f"Means and standard deviations over {record['seeds']} seeds; seconds for five, on {record['cores']} cores of "
        f"{record['processor']}, {record['date']}."
    )
    sections = [section(one, record["experiments"][name]) for name, one in experiments().items()]
    return f"{before}{BEGIN}\n{measured}\n\n" + "\n\n".join(sections) + f"\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_results(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
