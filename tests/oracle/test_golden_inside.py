"""What the core must repeat of a step's numbers is as the arrays make it; that the core does is tested beside it."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "golden"


def test_the_file_is_as_it_is_made() -> None:
    sys.path.insert(0, str(FOLDER))
    import make_inside

    assert make_inside.PATH.read_text(encoding="utf-8") == make_inside.text()
