"""Make the bundled digits from the copy that scikit-learn ships: python tools/make_digits.py PATH/digits.csv.gz

Each line of the table is one digit: 64 pixels 0 … 16, then the label. The order of the file is kept: it runs writer by
writer, and a cross-validation in file order is a test on unseen handwriting.
"""

import gzip
import io
import sys
from pathlib import Path

import numpy as np

BUNDLED = Path(__file__).parents[1] / "src" / "byhand" / "data" / "bundled"


def write_gz(path: Path, array: np.ndarray) -> None:
    """Write an array of bytes as a gzipped IDX file, the same bytes on every run."""
    header = bytes([0, 0, 0x08, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(header + array.tobytes())
    path.write_bytes(buffer.getvalue())


def main() -> None:
    table = np.loadtxt(sys.argv[1], delimiter=",")
    write_gz(BUNDLED / "digits-images-idx3-ubyte.gz", table[:, :64].astype(np.uint8).reshape(-1, 8, 8))
    write_gz(BUNDLED / "digits-labels-idx1-ubyte.gz", table[:, 64].astype(np.uint8))


if __name__ == "__main__":
    main()
