"""The golden trainings: the arrays made them, the C core must repeat them, and the file must be as it was made."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from byhand.arrays import Array
from byhand.data.examples import Examples
from byhand.engines.base import EpochSpec
from byhand.engines.bindings import why_missing
from byhand.engines.native import NativeEngine
from byhand.network import Network
from byhand.preprocessing import InputScaler
from byhand.random import DROPOUT, RandomStream

FOLDER = Path(__file__).resolve().parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "epoch.json").read_text(encoding="utf-8"))


def maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_epoch", FOLDER / "make_epoch.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_epoch"] = module
    spec.loader.exec_module(module)
    return module


def near(found: Array, wanted: list[float]) -> None:
    size = max(1e-3, float(np.abs(wanted).max()))
    np.testing.assert_allclose(np.asarray(found, dtype=np.float64).reshape(-1), wanted, rtol=0, atol=1e-4 * size)


NORM = ("gamma", "beta", "mean", "variance")


def arrays_of(network: Network) -> list[Array]:
    """Return W and b of all layers in a row, then γ, β and the averages of each normalisation."""
    arrays = {**network.params, **network.statistics}
    dense = [array for name, array in arrays.items() if name[-1] in "Wb"]
    norms = [name.removesuffix("gamma") for name in arrays if name.endswith("gamma")]
    return dense + [arrays[norm + name] for norm in norms for name in NORM]


def numbers_of(layers: list[dict[str, Any]]) -> list[list[float]]:
    dense = [layer[name] for layer in layers for name in "Wb"]
    return dense + [layer["batchNorm"][name] for layer in layers if "batchNorm" in layer for name in NORM]


def test_the_file_is_as_it_is_made() -> None:
    made = json.loads(maker().text())
    assert [case["name"] for case in made["cases"]] == [case["name"] for case in GOLDEN["cases"]]
    for again, case in zip(made["cases"], GOLDEN["cases"], strict=True):
        for before in ("inputs", "labels", "orders", "rate", "batchSize", "optimizer"):
            assert again[before] == case[before]
        for layer, other in zip(again["after"]["layers"], case["after"]["layers"], strict=True):
            np.testing.assert_allclose(layer["W"], other["W"], rtol=1e-7, atol=1e-9)


@pytest.mark.skipif(why_missing() is not None, reason=str(why_missing()))
@pytest.mark.parametrize("i", range(len(GOLDEN["cases"])), ids=lambda i: GOLDEN["cases"][i]["name"])
def test_the_core_repeats_it(i: int) -> None:
    _, sizes, options, loss, optimizer, *_ = maker().CASES[i]
    case = GOLDEN["cases"][i]
    n = len(case["labels"])
    raw = np.array(case["inputs"], dtype=np.uint8).reshape(n, -1)
    preparation = InputScaler("signed", np.asarray(case["scale"]), np.asarray(case["shift"]))
    network = Network.mlp(sizes, **options)
    for array, values in zip(arrays_of(network), numbers_of(case["layers"]), strict=True):
        array[...] = np.reshape(values, array.shape)
    for epoch, order in enumerate(case["orders"], 1):
        rates = np.full(-(-n // case["batchSize"]), case["rate"])
        examples = Examples(raw, np.array(case["labels"]), preparation)
        spec = EpochSpec(epoch, examples, np.array(order), case["batchSize"], rates, RandomStream(4, DROPOUT, epoch))
        result = NativeEngine().run_epoch(network, loss, optimizer, spec)
        assert result is not None
        near(np.array([result.loss * n]), [case["after"]["losses"][epoch - 1]])
    for array, values in zip(arrays_of(network), numbers_of(case["after"]["layers"]), strict=True):
        near(array, values)
