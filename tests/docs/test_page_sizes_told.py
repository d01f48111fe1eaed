"""How large an exported page is, is what docs/lab.md says."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_page_sizes


def test_pages_are_as_large_as_is_said() -> None:
    found, stated = make_page_sizes.sizes(), make_page_sizes.read_sizes()
    assert list(stated) == list(found)
    assert stated == pytest.approx(found, rel=0.05), "python tools/make_page_sizes.py"
