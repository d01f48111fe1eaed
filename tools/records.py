"""The records of the benchmarks, and how their figures are written."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benchmarks" / "records"


def record(name: str) -> dict[str, Any]:
    """Return one record."""
    found: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def place(found: dict[str, Any]) -> str:
    """Return where and when a record was made."""
    return f"{found['processor']}, {found['date']}"


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
