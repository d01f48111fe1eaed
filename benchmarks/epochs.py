"""Every work of `byhand bench`, every peer, for the record: python benchmarks/epochs.py [--rounds 9] [WORK …]

Each work is recorded as soon as it is measured, in the record of this processor, where works that are not named stay
as they are; the README's table changes once all works are there, with every peer. Needs the peers (`pip install
'byhand[bench]'`) and MNIST (BYHAND_DATA or the cache). Some twenty minutes, an hour on a noisy machine; nothing else
should run meanwhile.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import rich

from byhand.bench.interleaved import PEERS, run_interleaved
from byhand.bench.peak_flops import measure_peak
from byhand.bench.report import as_table, as_values, peak_values
from byhand.bench.workload import WORKS, work_named
from byhand.engines.available_cpus import available_cpus
from byhand.engines.native import NativeEngine
from machine import RECORDS, machine, own_record, parser_for, read_record, save_record

NOT_INSTALLED = "not installed"


def versions() -> dict[str, str]:
    """Return the versions of the peers that are here."""
    found = {}
    for name in ("torch", "jax", "scikit-learn", "keras"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = NOT_INSTALLED
    return found


def earlier_works(name: str) -> dict[str, Any]:
    """Return the works that this processor's record already has."""
    return read_record(name)["works"] if (RECORDS / f"{name}.json").exists() else {}


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("works", nargs="*")
    options = parser.parse_args()
    name = own_record("epochs")
    peak = measure_peak(available_cpus())
    head = {**machine(), "versions": versions(), "engine": NativeEngine().name, **peak_values(peak)}
    values = earlier_works(name)
    for work in map(work_named, options.works or WORKS):
        timed = run_interleaved(work, PEERS, options.rounds, None, say=print)
        rich.print(as_table([timed], peak), flush=True)
        values[work.name] = as_values(timed, peak)
        record = {**head, "works": {key: values[key] for key in WORKS if key in values}}
        save_record(name, record, wanted=options.record)
    if len(record["works"]) == len(WORKS) and NOT_INSTALLED not in head["versions"].values():
        save_record("epochs", record, wanted=options.record)


if __name__ == "__main__":
    main()
