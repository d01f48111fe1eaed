"""A program: train the settings of test_agreement.py in a kernel of a library, and print how far from NumPy they end.

    python train_in_kernel.py LIBRARY KERNEL PRECISION [SETTING …]     (all of them without names)

One JSON object: for each setting the largest difference of a weight, how far the weights moved at all, each as a share
of the largest, the loss and NumPy's. Two threads must give the bits that one gives. It is a program because the
emulator for instructions that the processor lacks has to be there from its process's beginning (amx_emulator.c).
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

from byhand.engines import bindings as library

sys.path.insert(0, str(Path(__file__).parent))


def distances(name: str, precision: str) -> tuple[float, float, float, float]:
    from test_agreement import SETTINGS
    from training_cases import farthest, in_float64, of_no_effect

    from byhand.engines.native import NativeEngine

    setting = SETTINGS[name]
    jobs = [setting.spec(epoch) for epoch in (1, 2)]
    wanted, loss = in_float64(setting, jobs)
    network, optimizer = setting.network(), setting.optimizer()
    alone, its_optimizer = setting.network(), setting.optimizer()
    without = of_no_effect(network.layers) if "adam" in name else ()
    pixel_shifts = farthest(wanted, network.astype(np.float64), without)
    for spec, again in zip(jobs, [setting.spec(epoch) for epoch in (1, 2)], strict=True):
        result = NativeEngine(2, precision).run_epoch(network, setting.loss, optimizer, spec)
        NativeEngine(1, precision).run_epoch(alone, setting.loss, its_optimizer, again)
    assert result is not None
    assert all((network.params[key] == alone.params[key]).all() for key in network.params), "other bits"
    return farthest(network, wanted, without), pixel_shifts, result.loss, loss


def main() -> None:
    path, kernel, precision, *names = sys.argv[1:]
    library.PATH = Path(path)
    os.environ["BYHAND_KERNEL"] = kernel
    from test_agreement import SETTINGS

    print(json.dumps({name: distances(name, precision) for name in names or SETTINGS}))


if __name__ == "__main__":
    main()
