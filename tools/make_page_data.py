"""Copy what the package and the page both read into the page's folder: python tools/make_page_data.py

The folder src/byhand/lab/static is whole, so that any static web host can serve it; a test holds the copies to these.
"""

import shutil
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "byhand"
DATA = PACKAGE / "lab" / "static" / "data"
SOURCES = [
    *sorted((PACKAGE / "data" / "bundled").glob("*.gz")),
    PACKAGE / "data" / "bundled" / "LICENSE.txt",
    PACKAGE / "experiments" / "experiments.json",
    PACKAGE / "training" / "diagnosis.json",
]


def main() -> None:
    for path in SOURCES:
        shutil.copyfile(path, DATA / path.name)


if __name__ == "__main__":
    main()
