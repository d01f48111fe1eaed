"""What every record begins with: when, on what, with which versions. No host names, no paths."""

import argparse
import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from byhand.bench.report import machine_state
from byhand.engines.available_cpus import available_cpus
from byhand.engines.processor import processor_key, processor_name

RECORDS = Path(__file__).parent / "records"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # processes that are timed read compiled modules, as a user's do


def machine() -> dict[str, Any]:
    """Return date, processor and versions as plain data."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": processor_name(),
        "cores": available_cpus(),
        "load": machine_state()["load"],  # when the record is made: the benchmark's own and what else ran
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "default"),
    }


def own_record(name: str) -> str:
    """Return the name of this processor's record of a benchmark whose figures are kept for every processor."""
    return f"{name}-{processor_key().replace(' ', '-').lower()}"


def read_record(name: str) -> dict[str, Any]:
    """Return what is in benchmarks/records/NAME.json."""
    found: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def parser_for(doc: str | None) -> argparse.ArgumentParser:
    """Return a benchmark's parser, with the flag without which nothing tracked is written."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write the figures to benchmarks/records")
    return parser


def save_record(name: str, record: dict[str, Any], *, wanted: bool) -> None:
    """Write benchmarks/records/NAME.json where it is wanted."""
    if not wanted:
        print(f"benchmarks/records/{name}.json is left as it is: --record writes it")
        return
    RECORDS.mkdir(exist_ok=True)
    (RECORDS / f"{name}.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"record: benchmarks/records/{name}.json")
