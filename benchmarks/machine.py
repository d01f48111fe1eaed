"""What every record begins with: when, on what, with which versions. No host names, no paths."""

import argparse
import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

RECORDS = Path(__file__).parent / "records"


def machine() -> dict[str, Any]:
    """Return date, processor and versions as plain data."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS", "default"),
    }


def _processor() -> str:
    """Return the processor's name, with the vector instructions that decide its speed."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    lines = dict(line.partition(":")[::2] for line in info.read_text().splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    flags = set(fields.get("flags", "").split())
    vectors = [name for name in ("avx2", "avx512f", "amx_tile") if name in flags]
    return f"{fields.get('model name', 'unknown')} ({', '.join(vectors)})"


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
