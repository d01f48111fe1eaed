"""Run the C core's tests once in each kernel that this processor has: python tools/test_kernels.py [PYTEST ARGUMENT …]

BYHAND_KERNEL forces the kernel: a processor with AVX-512 is tested as one that has AVX2 alone, and as one with neither.
"""

import os
import subprocess
import sys

from byhand.engines.bindings import FLOAT32, KERNELS, PRECISIONS, load

TESTS = ["tests/native", "tests/oracle", "tests/exports", "tests/unit/training"]
FEW = ["--deselect=tests/native/test_agreement.py::test_the_core_trains_as_the_array_depth_does"]  # names its kernel


def kernels_at_hand() -> list[str]:
    """Return the kernels of float32 that this processor can run, the plainest first."""
    return [name for name in PRECISIONS[FLOAT32].values() if load().bh_choose_kernel(KERNELS.index(name)) > 0]


def main() -> None:
    """Run them all; exit with 1 where one fails."""
    failed = []
    for kernel in kernels_at_hand():
        print(f"kernel {kernel}", flush=True)
        command = [sys.executable, "-m", "pytest", *TESTS, *FEW, *sys.argv[1:]]
        if subprocess.run(command, env={**os.environ, "BYHAND_KERNEL": kernel}, check=False).returncode:
            failed.append(kernel)
    sys.exit(f"failed in {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
