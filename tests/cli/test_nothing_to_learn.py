"""A table whose target has nothing to do with its columns: no learning rate is to blame, least of all the usual one."""

from pathlib import Path

import numpy as np
import pytest
from cli_runner import byhand

TARGETS = {
    "number": lambda noise: [f"{z:.3f}" for z in noise],
    "class": lambda noise: ["b" if z > 0 else "a" for z in noise],
}


@pytest.fixture(params=TARGETS)
def noise(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A table of 2,000 rows and three numbers, and a number or a class that was drawn apart from them."""
    rng = np.random.default_rng(4)
    columns = [[f"{z:.3f}" for z in rng.normal(size=2000)] for _ in range(3)]
    rows = zip(*columns, TARGETS[request.param](rng.normal(size=2000)), strict=True)
    (tmp_path / "noise.csv").write_text("\n".join(["a,b,c,y", *(",".join(row) for row in rows)]))
    return tmp_path / "noise.csv"


def told(table: Path, *flags: str) -> list[str]:
    done = byhand("train", "--data", table, "--epochs", "5", *flags, "--runs", table.parent / "runs")
    assert done.code == 0, done.err
    return done.out.split("\n\n")[-1].splitlines()


def test_the_data_are_to_be_looked_at(noise: Path) -> None:
    finding, command = told(noise)
    assert finding.startswith("No better than ")
    assert "Check that every " in finding
    assert command == f"Try: byhand data {noise} --examples 5"


def test_another_rate_is_to_be_the_usual_one(noise: Path) -> None:
    *_, finding, command = told(noise, "--learning-rate", "0.00001")
    assert finding.startswith("No better than ")
    assert command == f"Try: byhand train --data {noise} --epochs 5"
