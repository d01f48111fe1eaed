"""The table of what novelty detection finds is that of the record."""

import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
RECORD = json.loads((ROOT / "benchmarks" / "records" / "novelty.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "decisions" / "0170-novelty-detection.md").read_text(encoding="utf-8")


def test_the_table_has_each_kind_of_picture_with_its_share() -> None:
    rows = [f"| {kind} | {100 * np.mean(shares):.1f} % |" for kind, shares in RECORD["marked"].items()]
    assert len(rows) == PAGE.count(" % |")
    assert [row for row in rows if row not in PAGE] == []
