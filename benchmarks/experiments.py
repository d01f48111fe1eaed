"""Every experiment over twenty seeds: python benchmarks/experiments.py [NAME …]

Writes benchmarks/records/experiments.json: means and spreads, from which the margins in experiments.json were chosen,
with room, and from which the table in docs/experiments.md is made (tools/make_experiments.py). The seconds are those of
five seeds, as `byhand experiment NAME` takes them.
"""

import json
import time
from typing import Any

from byhand.experiments import Experiment, experiment_named, experiments
from byhand.experiments.runner import run_experiment
from machine import RECORDS, machine, parser_for, save_record

SEEDS, USUAL = 20, 5


def measured(experiment: Experiment) -> dict[str, Any]:
    """Return means and spreads over twenty seeds, and how long five take."""
    started = time.perf_counter()
    usual = run_experiment(experiment, USUAL)
    seconds = time.perf_counter() - started
    result = run_experiment(experiment, SEEDS)
    runs = {
        trial.name: {
            one.name: {
                "mean": result.mean(trial.name, one.name),
                "std": result.spread(trial.name, one.name),
                "min": min(result.of(trial.name, one.name)),
                "max": max(result.of(trial.name, one.name)),
            }
            for one in (*experiment.scale, *experiment.aside)
        }
        for trial in experiment.trials
    }
    findings = [{"found": one.found, "of_five_seeds": five.found, "holds": one.holds and five.holds}
                for one, five in zip(result.findings(), usual.findings(), strict=True)]  # fmt: skip
    return {
        "data": result.data,
        "runs": runs,
        "marks": result.marks,
        "findings": findings,
        "seconds": round(seconds, 2),
    }


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    file = RECORDS / "experiments.json"
    record = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"experiments": {}}
    for name in arguments.names or experiments():
        experiment = experiment_named(name)
        record["experiments"][experiment.name] = found = measured(experiment)
        holds = all(one["holds"] for one in found["findings"])
        print(
            f"{experiment.name:<20} {found['seconds']:6.2f} s {'as expected' if holds else 'NOT as expected'}",
            flush=True,
        )
        about = {"what": f"every experiment, {SEEDS} seeds; seconds of {USUAL} seeds", "seeds": SEEDS, **machine()}
        save_record(
            "experiments",
            {
                **about,
                "experiments": {n: record["experiments"][n] for n in experiments() if n in record["experiments"]},
            },
            wanted=arguments.record,
        )


if __name__ == "__main__":
    main()
