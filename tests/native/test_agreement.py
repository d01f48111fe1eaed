"""The registers agree with the arrays: each kernel beside NumPy in float64, twenty steps and more from equal weights.

The tolerance is for the largest difference of any weight after all steps, as a share of the largest weight beside it.
A float32 sum of 784 terms is right to some 1e-6; twenty steps of Adam, which divides by small roots, spread that.
"""

from dataclasses import replace

import numpy as np
import pytest
from agreement_settings import SETTINGS, pictures
from training_cases import EACH_KERNEL, Setting, farthest, in_float64, of_no_effect

from byhand.engines.bindings import FLOAT32, PRECISIONS
from byhand.engines.native import NativeEngine
from byhand.layers import Dense, Dropout
from byhand.losses import SquaredError
from byhand.network import Network
from byhand.optimizers import SGD

TOLERANCE = {"portable": 2e-5, "avx2": 2e-5, "avx512": 2e-5, "amx": 2e-5}  # every kernel of float32, by name
ADAM_TOLERANCE = 1e-3  # where a gradient is nearly nothing, its sign decides the step


def test_every_kernel_has_a_tolerance_on_whatever_processor_this_runs() -> None:
    assert set(TOLERANCE) == set(PRECISIONS[FLOAT32].values())


@pytest.mark.parametrize("kernel", EACH_KERNEL)
@pytest.mark.parametrize("name", SETTINGS)
def test_the_core_trains_as_the_array_depth_does(name: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = SETTINGS[name]
    monkeypatch.setenv("BYHAND_KERNEL", kernel)
    jobs = [setting.spec(epoch) for epoch in (1, 2)]
    wanted, loss = in_float64(setting, jobs)
    network, optimizer = setting.network(), setting.optimizer()
    before = network.astype(np.float64)
    for spec in jobs:
        result = NativeEngine(n_threads=2).run_epoch(network, setting.loss, optimizer, spec)
    assert result is not None
    tolerance = ADAM_TOLERANCE if "adam" in name else TOLERANCE[kernel]
    without = of_no_effect(network.layers) if "adam" in name else ()
    learned = farthest(wanted, before, without)
    assert farthest(network, wanted, without) < tolerance < learned / 10
    assert result.loss == pytest.approx(loss, rel=tolerance, abs=1e-6)


def test_what_is_counted_right_is_what_the_array_engine_counts() -> None:
    from byhand.engines.numpy_engine import NumpyEngine

    for setting in (SETTINGS["the plain one"], SETTINGS["one logit"]):
        counted = []
        for engine in (NumpyEngine(), NativeEngine()):
            result = engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), setting.spec())
            assert result is not None
            counted.append(result.accuracy)
        assert counted[0] == pytest.approx(counted[1], abs=1.01 / 330)  # one example may lie on the line
        assert 0 < (counted[0] or 0) < 1


@pytest.mark.parametrize("name", ["dropout", "dropout of several chunks, moved, clipped", "ways around ways"])
def test_the_stream_of_dropout_stands_where_the_array_engine_leaves_it(name: str) -> None:
    from byhand.engines.numpy_engine import NumpyEngine

    setting = SETTINGS[name]
    positions = []
    for engine in (NumpyEngine(), NativeEngine()):
        spec = setting.spec()
        assert engine.run_epoch(setting.network(), setting.loss, setting.optimizer(), spec)
        positions.append(spec.rng.position)
    assert positions[0] == positions[1] > 0


@pytest.mark.parametrize("rate", [0.5, 0.7, 1 / 3, 1e-9, 1 - 1e-9])
def test_the_same_units_are_silent(rate: float) -> None:
    """One step from zero weights with squared error: b of the last layer aside, what moved tells the masks apart."""
    from byhand.engines.numpy_engine import NumpyEngine

    def network() -> Network:
        made = Network([Dense(63, 40), Dropout(rate), Dense(40, 5)])
        made.params["0.b"][:], made.params["2.W"][:] = 1, 1
        return made

    setting = Setting(pictures, network, SquaredError(), SGD, batch_size=1, rate=1e-3)
    one, other = network(), network()
    for engine, made in ((NumpyEngine(), one), (NativeEngine(), other)):
        spec = replace(setting.spec(), order=np.arange(1), learning_rates=np.array([1e-3]))
        assert engine.run_epoch(made, setting.loss, SGD(), spec)
    pixel_shifts = [made.params["0.b"] != 1 for made in (one, other)]
    assert (pixel_shifts[0] == pixel_shifts[1]).all()
    assert pixel_shifts[0].sum() == pytest.approx(40 * (1 - rate), abs=12)
