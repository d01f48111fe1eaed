"""Many viewers at once: the benchmark's run, held to what was promised."""

import asyncio
import runpy
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.long
def test_two_hundred_viewers_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    measured = runpy.run_path(str(BENCHMARKS / "lab_capacity.py"))["measured"]
    figures = asyncio.run(measured(viewers=200, seconds=10))
    print(figures)
    assert (figures["lost"], figures["out_of_order"]) == (0, 0)
    assert figures["latency_ms"]["p99"] <= 100
    assert figures["server_rss_mb"] <= 64
