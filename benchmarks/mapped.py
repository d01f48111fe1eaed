"""The memory that `byhand train` takes for data larger than memory: private megabytes while it trains on a mapped file.

Run: python benchmarks/mapped.py

A folder of IDX files is made in --folder, or in the system's place for temporary files: 60,000 pictures and 4 GiB of
them, the bundled digits enlarged to 28 × 28. Each is trained on for an epoch of 784-128-10 and tested. Pages of a
mapped file that are in memory belong to the file: the system takes them back when it needs room. So RssAnon of
/proc/PID/status is read, what the process has for itself; Linux alone has it.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import byhand as bh
from machine import machine, parser_for, save_record

SIDE = 28
SMALL, LARGE = 60_000, (4 << 30) // SIDE**2 + 1  # pictures
POLL_SECONDS = 0.02


def write_set(folder: Path, n: int) -> Path:
    """Write n pictures, the bundled digits over and over in changing order, and a small test set."""
    folder.mkdir(parents=True)
    digits = bh.data.digits(validation=None).train
    enlarged = np.kron(digits.raw.reshape(-1, 8, 8) * 15, np.ones((3, 3), dtype=np.uint8))
    x, y = np.pad(enlarged, ((0, 0), (2, 2), (2, 2))).astype(np.uint8), digits.y.astype(np.uint8)
    dice = np.random.default_rng(0)
    for part, count in (("train", n), ("t10k", len(x))):
        files = folder / f"{part}-images-idx3-ubyte", folder / f"{part}-labels-idx1-ubyte"
        with open(files[0], "wb") as images, open(files[1], "wb") as labels:
            images.write(header(count, SIDE, SIDE))
            labels.write(header(count))
            for start in range(0, count, len(x)):
                rows = dice.permutation(len(x))[: count - start]
                images.write(x[rows].tobytes())
                labels.write(y[rows].tobytes())
    return folder


def header(*sizes: int) -> bytes:
    """Return the beginning of an IDX file of bytes."""
    return bytes([0, 0, 8, len(sizes)]) + np.array(sizes, dtype=">u4").tobytes()


def private_megabytes(pid: int) -> float | None:
    """Return the memory that a process has for itself; None where it has ended or the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("RssAnon:")]
    return int(found[0]) / 1024 if found else None


def train(folder: Path, runs: Path, *args: str) -> tuple[float, float]:
    """Train on a folder; return the most private megabytes at any moment, and the seconds of it all."""
    command = [sys.executable, "-m", "byhand", "train", "--data", str(folder), "--runs", str(runs), "--epochs", "1"]
    started, most = time.monotonic(), 0.0
    with subprocess.Popen([*command, *args], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, private_megabytes(process.pid) or 0.0)
            time.sleep(POLL_SECONDS)
        said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise SystemExit(said)
    return most, time.monotonic() - started


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--folder", type=Path, help="where there is room for 5 GiB")
    options = parser.parse_args()
    if private_megabytes(1) is None:
        raise SystemExit("this system has no /proc, which says how much memory a process has for itself.")
    place = Path(tempfile.mkdtemp(prefix="byhand-", dir=options.folder))
    found = {}
    try:
        for name, n in (("60,000 pictures", SMALL), ("4 GiB", LARGE)):
            folder = write_set(place / str(n), n)
            megabytes, seconds = train(folder, place / "runs", "--engine", "native")
            found[name] = {"pictures": n, "private_megabytes": megabytes, "seconds": seconds}
            print(f"{name:<18}{megabytes:6.0f} MB for itself, {seconds:.0f} s", flush=True)
    finally:
        shutil.rmtree(place)
    save_record("mapped", {**machine(), "trainings": found}, wanted=options.record)


if __name__ == "__main__":
    main()
