"""Every work of `byhand bench`, every peer, for the record: python benchmarks/epochs.py [--rounds 9] [WORK …]

With works named, only these are measured, and take their places in the record that is there. Needs the peers
(`pip install 'byhand[bench]'`) and MNIST (BYHAND_DATA or the cache). Some twelve minutes; nothing else should run
meanwhile.
"""

from importlib.metadata import PackageNotFoundError, version

import rich

from byhand.bench.interleaved import PEERS, run_interleaved
from byhand.bench.peak_flops import peak
from byhand.bench.report import as_table, as_values, machine_state
from byhand.bench.workload import WORKS, work_named
from byhand.engines.available_cpus import available_cpus
from byhand.engines.native import NativeEngine
from byhand.engines.processor import processor_key
from machine import machine, parser_for, read_record, save_record


def versions() -> dict[str, str]:
    """Return the versions of the peers that are here."""
    found = {}
    for name in ("torch", "jax", "scikit-learn", "keras"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("works", nargs="*")
    options = parser.parse_args()
    most = read_record("epochs")["peak_flops"] if options.works else peak(available_cpus())
    load, found = machine_state()["load"], []
    for work in map(work_named, options.works or WORKS):
        found.append(run_interleaved(work, PEERS, options.rounds, None, say=print))
        rich.print(as_table(found[-1:], most), flush=True)
    values = {timed.work.name: as_values(timed, most) for timed in found}
    if options.works:
        values |= {name: old for name, old in read_record("epochs")["works"].items() if name not in values}
        values = {name: values[name] for name in WORKS if name in values}
    record = {
        **machine(),
        "load": load,
        "versions": versions(),
        "engine": NativeEngine().name,
        "peak_flops": most,
        "works": values,
    }
    save_record("epochs", record, wanted=options.record)
    save_record(f"epochs-{processor_key().replace(' ', '-').lower()}", record, wanted=options.record)  # stays


if __name__ == "__main__":
    main()
