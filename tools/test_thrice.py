"""Run the suite three times, the last time beside four busy processes: python tools/test_thrice.py [PYTEST ARGUMENT …]

A test that needs a fast or an idle machine fails in one of them.
"""

import subprocess
import sys
import time
from contextlib import ExitStack

BUSY = 4  # processes that never rest, on whatever number of cores


def suite() -> int:
    """Run the default suite in parallel; return pytest's exit status."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "--numprocesses=auto", "--maxprocesses=4", "--dist=worksteal"]
    status = subprocess.run([*command, *sys.argv[1:]], check=False).returncode
    print(f"{time.monotonic() - started:.0f} s, status {status}", flush=True)
    return status


def main() -> None:
    """Run it; exit with 1 where one of the three fails."""
    statuses = [suite(), suite()]
    with ExitStack() as stack:
        for _ in range(BUSY):
            process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(process.wait)
            stack.callback(process.kill)
        statuses.append(suite())
    sys.exit(int(any(statuses)))


if __name__ == "__main__":
    main()
