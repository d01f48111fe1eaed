"""Every kernel on every work of `byhand bench`, for the table that chooses: python benchmarks/kernels.py [--rounds 9]

With --record the rows of this processor in src/byhand/engines/kernel_table.json are replaced; rows of other processors
stay. With works named, only their rows are; --kernels avx512 amx times these kernels only, as a wide network's portable
epochs take minutes. Needs MNIST (BYHAND_DATA or the cache). Some six minutes on two cores;
nothing else should run meanwhile. A row has the upper quartiles of the rounds: on a noisy machine a kernel is taken
only where it was faster in three rounds of four.
"""

import datetime
import json
from pathlib import Path
from typing import Any

import rich

import byhand.engines.kernel_table
from byhand.bench.interleaved import Timings, run_interleaved
from byhand.bench.kernels import ONE_THREAD, default_kernel, kernel_peers, table_rows
from byhand.bench.peak_flops import measure_peak
from byhand.bench.report import as_table, machine_line, machine_state
from byhand.bench.workload import WORKS, work_named
from byhand.engines.available_cpus import available_cpus
from machine import parser_for

TABLE = Path(byhand.engines.kernel_table.__file__).with_name("kernel_table.json")


def with_rows(table: dict[str, Any], state: dict[str, Any], timed: Timings) -> dict[str, Any]:
    """Return the table with one work's rows; a row of the same work and precision takes the place of the old."""
    old = table["processors"].get(state["processor_key"], {}).get("rows", [])
    rows = {row_key(row): row for row in [*old, *table_rows(timed)]}
    measured = {
        "processor": state["processor"],
        "cpus": state["cpus"],
        "load_before": state["load"],
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "rows": list(rows.values()),
    }
    return {**table, "processors": {**table["processors"], state["processor_key"]: measured}}


def row_key(row: dict[str, Any]) -> tuple[str, str]:
    return row["work"], row["precision"]


def is_wanted(peer: str, kernels: list[str] | None) -> bool:
    """Return whether a kernel, with one thread or with all, is to be timed."""
    return kernels is None or peer.removesuffix(ONE_THREAD) in kernels


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--kernels", nargs="+", help="only these, the default one among them")
    parser.add_argument("works", nargs="*")
    options = parser.parse_args()
    peers = {name: peer for name, peer in kernel_peers().items() if is_wanted(name, options.kernels)}
    state, most = machine_state(), measure_peak(available_cpus())
    print(machine_line(state))
    for work in map(work_named, options.works or WORKS):
        timed = run_interleaved(work, peers, options.rounds, None, print, default_kernel())
        rich.print(as_table([timed], most), flush=True)
        if not options.record:
            print(f"{TABLE.name} is left as it is: --record writes it")
            continue
        table = with_rows(json.loads(TABLE.read_text(encoding="utf-8")), state, timed)
        TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
