"""Which processor this is: as a key for tables of measurements, and as a name for people."""

import platform
from functools import cache
from pathlib import Path

MAX_CHARACTERS = 65536  # of /proc/cpuinfo: its first processor has some two thousand
VECTORS = ("avx2", "avx512f", "avx512_bf16", "amx_tile")  # the instructions that decide how fast it trains
UNKNOWN = "unknown"


def processor_key(info: Path = Path("/proc/cpuinfo")) -> str:
    """Return maker, family and model, such as "AuthenticAMD 25 1"; "unknown" if the system does not tell."""
    fields = _fields(info)
    names = ("vendor_id", "cpu family", "model")
    return " ".join(fields[name] for name in names) if all(name in fields for name in names) else UNKNOWN


def processor_name(info: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, with the vector instructions that decide its speed."""
    fields = _fields(info)
    name = fields.get("model name") or platform.processor() or platform.machine()
    flags = set(fields.get("flags", "").split())
    vectors = ", ".join(vector for vector in VECTORS if vector in flags)
    return f"{name} ({vectors})" if vectors else name


@cache  # every training asks
def _fields(info: Path) -> dict[str, str]:
    """Return the fields of /proc/cpuinfo for the first processor."""
    try:
        with info.open(encoding="ascii", errors="replace") as file:
            lines = file.read(MAX_CHARACTERS).partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    parts = (line.partition(":") for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, _, value in parts}
