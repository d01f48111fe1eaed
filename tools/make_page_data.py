"""Copy what the package and the page both read into the page's folder: python tools/make_page_data.py

The folder src/byhand/lab/static is whole, so that any static web host can serve it; a test holds the copies to these.
The known results of the experiments come from their record.
"""

import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "byhand"
DATA = PACKAGE / "lab" / "static" / "data"
SOURCES = [
    *sorted((PACKAGE / "data" / "bundled").glob("*.gz")),
    PACKAGE / "data" / "bundled" / "LICENSE.txt",
    PACKAGE / "experiments" / "experiments.json",
    PACKAGE / "training" / "diagnosis.json",
]


RECORD = PACKAGE.parents[1] / "benchmarks" / "records" / "experiments.json"


def experiment_results() -> bytes:
    """Return the mean of every measure of every run, by experiment, as JSON."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    experiments = {name: by_measure(one["runs"]) for name, one in record["experiments"].items()}
    known = {"date": record["date"], "seeds": record["seeds"], "experiments": experiments}
    return (json.dumps(known, indent=1) + "\n").encode()


def by_measure(runs: dict[str, dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return measure → run → mean, to three places."""
    names = dict.fromkeys(measure for run in runs.values() for measure in run)
    return {
        measure: {run: round(found[measure]["mean"], 3) for run, found in runs.items() if measure in found}
        for measure in names
    }


def page_data() -> dict[str, bytes]:
    """Return every file of the page's data folder."""
    return {path.name: path.read_bytes() for path in SOURCES} | {"experiment-results.json": experiment_results()}


def main() -> None:
    for name, content in page_data().items():
        (DATA / name).write_bytes(content)


if __name__ == "__main__":
    main()
