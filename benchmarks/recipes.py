"""Every recipe over its seeds, trained and tested as `byhand train` does it: python benchmarks/recipes.py [NAME …]

Each recipe's settings were chosen on the validation block of the training set; here they train on all of it (`first` on
all but that block) and the test set is looked at once a seed. Writes benchmarks/records/recipe-NAME.json, from which
the README's table is made.
"""

import json
import subprocess
import sys
import tempfile

from machine import machine, parser_for, save_record

SEEDS = {
    "first": 5,
    "vanilla": 5,
    "deep-dive": 5,
    "fast": 20,
    "draw": 5,
    "gaussians-16-8": 20,
    "gaussians-4-4": 20,
    "xor": 1,
    "digits": 5,
}
# `first` holds examples out for validation, as the article does: it is tested only if asked.
OPTIONS = {"first": ["--test"]}


def run(name: str, *options: str) -> dict[str, object]:
    """Return what `byhand train NAME --seeds N --json` prints."""
    with tempfile.TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "byhand", "train", name, "--json", "--quiet", "--runs", runs, *options]
        found: dict[str, object] = json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout
        )
    return {key: value for key, value in found.items() if key not in ("model", "run")}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for name in arguments.names or SEEDS:
        options = ["--seeds", str(SEEDS[name]), *OPTIONS.get(name, [])]
        found = run(name, *options)
        save_record(
            f"recipe-{name}",
            {"what": f"byhand train {name} {' '.join(options)}", **machine(), **found},
            wanted=arguments.record,
        )
    if not arguments.names or "gaussians-equal" in arguments.names:
        found = run("gaussians-16-8", "--data", "gaussians-equal", "--seeds", "20")
        save_record(
            "recipe-gaussians-16-8-equal",
            {"what": "the same on clouds of equal spread", **machine(), **found},
            wanted=arguments.record,
        )


if __name__ == "__main__":
    main()
