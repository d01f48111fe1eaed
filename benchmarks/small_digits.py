"""Experiments on the 8×8 digits that the page has without MNIST: python benchmarks/small_digits.py [NAME …]

node runs them with the page's own code and settings. Those that do not come out as expected are not offered there
(`mnist_only` in experiments.json). Writes benchmarks/records/small-digits.json with --record; about two minutes a seed.
With experiments named, only these are measured, and take their places in the record that is there.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from byhand.experiments import experiments
from machine import machine, parser_for, read_record, save_record

SCRIPT = Path(__file__).with_name("small_digits.mjs")
SEEDS = 5


def measured(name: str, n_seeds: int) -> dict[str, Any]:
    """Return what was found of each expectation, and whether all hold."""
    command = ["node", str(SCRIPT), str(n_seeds), name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    frame = json.loads(done.stdout)
    findings = [{"found": one["found"], "holds": one["holds"]} for one in frame["findings"]]
    holds = all(one["holds"] for one in findings)
    return {"seeds": n_seeds, "findings": findings, "holds": holds, "seconds": frame["seconds"]}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    on_digits = [one.name for one in experiments().values() if one.kind not in ("starts", "clouds")]
    found = {}
    for name in arguments.names or on_digits:
        found[name] = measured(name, arguments.seeds)
        print(f"{name:<20} {'as expected' if found[name]['holds'] else 'NOT as expected'}", flush=True)
    about = "experiments on the bundled 8×8 digits with the page's code and settings"
    if arguments.names:
        found = {**read_record("small-digits")["experiments"], **found}
    record = {"what": about, **machine(), "experiments": {name: found[name] for name in on_digits if name in found}}
    save_record("small-digits", record, wanted=arguments.record)


if __name__ == "__main__":
    main()
