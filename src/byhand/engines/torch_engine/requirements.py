"""Whether PyTorch is there and can use a device; looking does not import it until it is asked for."""

import importlib.util
from typing import Any

from byhand.errors import MissingDependencyError, OptionError, lookup

INSTALL = 'Install it with `pip install "byhand[torch]"`'
DEVICES = ("cpu", "cuda", "mps")
FLOAT32, TF32, BF16 = "float32", "tf32", "bf16"
PRECISIONS = (FLOAT32, TF32, BF16)


def why_missing() -> str | None:
    """Return why the engine cannot be had, as a sentence, or None."""
    if importlib.util.find_spec("torch") is None:
        return f"the engine torch needs PyTorch, which is not installed. {INSTALL}, or leave the engine out."
    return None


def find_device(name: str, local_rank: int = 0) -> Any:
    """Return the torch.device of this name: "cpu", "cuda", "cuda:1" or "mps".

    local_rank : the place of this process on its host: several processes take a GPU each
    Raises MissingDependencyError without PyTorch, OptionError for a device that is not there.
    """
    missing = why_missing()
    if missing:
        raise MissingDependencyError(missing)
    kind, _, number = name.partition(":") if isinstance(name, str) else ("", "", "")
    if kind not in DEVICES or (number and not (kind == "cuda" and number.isdecimal() and len(number) < 4)):
        lookup("device", name, dict.fromkeys((*DEVICES, "cuda:1")))
    import torch

    if kind == "cuda":
        return _find_gpu(torch, name, int(number) if number else local_rank)
    if kind == "mps" and not torch.backends.mps.is_available():
        raise OptionError("this machine has no Apple GPU that PyTorch can use. Use --device cpu.", argument="device")
    return torch.device(kind)


def _find_gpu(torch: Any, name: str, number: int) -> Any:
    """Return the device of the GPU with this number."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number < count:
        return torch.device("cuda", number)
    there = f"it has {count}, counted from 0" if count else "it has none that PyTorch can use"
    raise OptionError(f"the device {name!r} is not on this machine: {there}. Use --device cpu.", argument="device")


def check_precision(precision: str, device: Any) -> str:
    """Return the precision; raise OptionError for one that is unknown or that the device does not have."""
    lookup("precision", precision, dict.fromkeys(PRECISIONS))
    if precision == TF32 and device.type != "cuda":
        raise OptionError(
            f"the precision {TF32} is one of NVIDIA's GPUs, and the device is {device.type}. Leave it out."
        )
    return precision
