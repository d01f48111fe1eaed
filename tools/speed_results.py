"""The section on speed of docs/results.md."""

import json
from typing import Any

from records import RECORDS, ROOT, median, percent, place, record

PEERS = {
    "jax scan": "JAX",
    "torch": "PyTorch",
    "torch tutorial": "as in tutorials",
    "keras": "Keras",
    "scikit-learn": "scikit-learn",
    "byhand numpy": "byhand's NumPy",
}
FULL_NAMES = {**PEERS, "torch tutorial": "PyTorch as in tutorials", "torch bf16": "PyTorch in bf16"}


def speed_rows() -> list[str]:
    """Return a table row for each work of `byhand bench`: how many times as long each peer takes."""
    rows = []
    for name, found in record("epochs")["works"].items():
        work, ratios = found["work"], found["times_as_long_as_byhand"]
        sizes = "-".join(map(str, work["sizes"]))
        cells = [f"{ratios[peer]['median']:.1f}" if peer in ratios else "–" for peer in PEERS]
        share = f"{100 * found['share_of_peak']:.0f}" if work["batch_size"] > 1 else "–"
        rows.append(
            f"| {name}: {sizes}, batch {work['batch_size']} | {found['median_seconds']['byhand']:.3f} "
            f"| {' | '.join(cells)} | {share} |"
        )
    return rows


TILE_KERNELS = ("amx", "avx512_bf16", "amx_bf16")
IN_PROCESSOR_TABLE = ("sgd", "adam", "deep adam", "batch 4096", "wide", "five wide", "tiny")
KERNEL_TABLE = ROOT / "src" / "byhand" / "engines" / "kernel_table.json"
KERNELS = {"avx512": "AVX-512", "amx": "AMX (tested in software)"}  # where no processor was timed with one: its name


def every_processor(name: str) -> list[dict[str, Any]]:
    """Return the records of a benchmark of every processor, one each, the newest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RECORDS.glob(f"{name}*.json")]
    return list({one["processor"]: one for one in sorted(found, key=lambda one: one["date"])}.values())[::-1]


def processor_rows() -> list[str]:
    """Return the table of processors: how many times as long JAX takes there as byhand; then what was never run."""
    rows, records = [], every_processor("epochs")
    for one in records:
        works = one["works"]
        ratios = [works.get(name, {}).get("times_as_long_as_byhand", {}).get("jax scan") for name in IN_PROCESSOR_TABLE]
        cells = " | ".join(f"{ratio['median']:.1f}" if ratio else "–" for ratio in ratios)
        rows.append(f"| {one['processor']}, {one['cores']} cores, {one['date']} | `{one['engine']}` | {cells} |")
    timed = {kernel for one in kernel_rows() for kernel in one["ratios"]}
    never = [text for kernel, text in KERNELS.items() if kernel not in timed]
    return [
        "How many times as long as byhand JAX takes, by processor; below 1, byhand is slower:",
        "",
        f"| processor | engine | {' | '.join(IN_PROCESSOR_TABLE)} |",
        f"|---|---|{'--:|' * len(IN_PROCESSOR_TABLE)}",
        *rows,
        "",
        f"{slower_works(records)} Never timed: {', '.join([*never, 'ARM, macOS and Windows'])}.",
    ]


def kernel_rows() -> list[dict[str, Any]]:
    """Return every row of the table that chooses kernels, each with the processor's name."""
    table = json.loads(KERNEL_TABLE.read_text(encoding="utf-8"))
    return [{**row, "processor": one["processor"]} for one in table["processors"].values() for row in one["rows"]]


def tile_rows() -> list[str]:
    """Return the table of AMX beside AVX-512 in float32: upper quartiles of the rounds, and what all threads gain."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in kernel_rows():
        found.setdefault(row["processor"], {}).setdefault(row["work"], {})[row["precision"]] = row
    lines = []
    for processor, works in found.items():
        for work, rows in works.items():
            ratios = {kernel: value for row in rows.values() for kernel, value in row["ratios"].items()}
            if "amx" in ratios:
                cells = [f"{ratios[kernel]:.2f}" for kernel in TILE_KERNELS]
                gain = rows["float32"]["thread_gains"].get("avx512")
                lines.append(f"| {processor} | {work} | {' | '.join(cells)} | {f'{gain:.2f}' if gain else '–'} |")
    return [
        "Time per epoch relative to kernel `avx512`, the upper quartile of the rounds, where AMX was timed "
        "(`benchmarks/kernels.py`); last column: one thread's time over that of two, with `avx512`:",
        "",
        f"| processor | workload | {' | '.join(f'`{kernel}`' for kernel in TILE_KERNELS)} | second thread |",
        f"|---|---|{'--:|' * len(TILE_KERNELS)}--:|",
        *lines,
    ]


def engine_torch() -> str:
    """Return the sentence about the engine torch beside PyTorch's own layers."""
    found = record("torch-engine")
    ratios = ", ".join(f"{name} {peers['torch']['ratio']:.2f}" for name, peers in found["works"].items())
    return (
        f"- Engine `torch` on the CPU: PyTorch's own layers and autograd take so many times as long ({ratios}; "
        f"PyTorch {found['torch']}, {place(found)})."
    )


def shared_processors(busy: dict[str, Any]) -> str:
    """Return the sentence about other work on a machine."""
    slower = {peer: median(busy["busy"][peer]) / median(busy["quiet"][peer]) for peer in busy["quiet"]}
    second = median(busy["quiet"]["byhand, 1 thread"]) / median(busy["quiet"]["byhand"])
    return (
        f"- The second thread makes an epoch {second:.2f} times as fast. Beside one busy process per processor, an "
        f"epoch takes {slower['byhand']:.1f} times as long as alone; with one thread, "
        f"{slower['byhand, 1 thread']:.1f} times; in JAX, {slower['jax scan']:.1f} times{_beside_one(busy)} "
        f"({place(busy)})."
    )


def _beside_one(busy: dict[str, Any]) -> str:
    """Return what a single busy process costs, where that was measured."""
    if "beside_one" not in busy:
        return ""
    slower = {peer: median(times) / median(busy["quiet"][peer]) for peer, times in busy["beside_one"].items()}
    return (
        f". Beside a single one it takes {slower['byhand']:.1f} times as long, with all threads whatever happens "
        f"{slower['byhand, all threads']:.1f} times; in JAX, {slower['jax scan']:.1f} times"
    )


def many_networks() -> str:
    """Return the sentence about many networks at once."""
    many = record("populations")
    return (
        f"- Training {many['seeds']} seeds of `fast` on {many['cores']} processors has {many['gain']:.2f} times the "
        f"throughput of training on one ({place(many)})."
    )


def slower_works(records: list[dict[str, Any]]) -> str:
    """Return the sentence about the works in which some peer is faster than byhand, processor by processor."""
    slower = [
        f"{name} on {one['processor']} ({', '.join(faster)})"
        for one in records
        for name, found in one["works"].items()
        if (faster := _faster_peers(found["times_as_long_as_byhand"]))
    ]
    return f"Workloads in which byhand is slower: {'; '.join(slower) or 'none of those measured'}."


def _faster_peers(ratios: dict[str, Any]) -> list[str]:
    """Return each peer that takes less time than byhand, with its time over byhand's, the fastest first."""
    faster = sorted((ratio["median"], peer) for peer, ratio in ratios.items() if round(ratio["median"], 2) < 1)
    return [f"{FULL_NAMES.get(peer, peer)} {ratio:.2f}" for ratio, peer in faster if not peer.startswith("byhand")]


def in_bf16() -> str:
    """Return what rounding every factor to eight bits brings in a very wide network."""
    found = record("epochs")["works"]["five wide"]
    ours, theirs = (found["times_as_long_as_byhand"][peer]["median"] for peer in ("byhand bf16", "torch bf16"))
    return (
        f"- Opt-in bf16 (`--precision bf16`) takes {ours:.2f} times as long as float32 in the widest of these "
        f"networks; PyTorch's automatic mixed precision takes {theirs / ours:.1f} times as long as byhand's bf16."
    )


def time_to_accuracy() -> list[str]:
    """Return, for each target accuracy, how long each implementation trains until it reaches it."""
    lines, known = [], record("time-to-accuracy")
    for target, ways in known["targets"].items():
        times = []
        for name, found in ways.items():
            if found["epochs"] is None:
                times.append(f"{name} not in {known['tried']} epochs")
            else:
                times.append(f"{name} {median(found['seconds']):.2f} s ({found['epochs']} epochs)")
        lines.append(f"- Time to {percent(float(target))} % validation accuracy: {', '.join(times)} ({place(known)}).")
    return lines


def speed() -> list[str]:
    """Return the section on speed."""
    epochs = record("epochs")
    peers = ", ".join(f"{name} {version}" for name, version in epochs["versions"].items())
    return [
        "Time per epoch relative to byhand; all implementations take turns in one run (median of "
        f"{len(epochs['works']['sgd']['seconds']['byhand'])} rounds; `{epochs['engine']}`; {peers}):",
        "",
        f"| workload | byhand, s | {' | '.join(PEERS.values())} | % of peak |",
        f"|---|--:|{'--:|' * len(PEERS)}--:|",
        *speed_rows(),
        "",
        "Last column: the floating-point operations of a dense epoch divided by byhand's fastest time, in percent of "
        f"this machine's measured peak ({epochs['peak_flops'] / 1e9:.0f} GFLOP/s). It can exceed 100, because byhand "
        "skips multiplications with pixels that are zero and the others do not; the second row has no such pixels.",
        "",
        *processor_rows(),
        "",
        *tile_rows(),
        "",
        engine_torch(),
        in_bf16(),
        *time_to_accuracy(),
        *map(shared_processors, every_processor("busy")),
        many_networks(),
        *process_sentences(),
    ]


def threads_in_the_page() -> str:
    """Return the sentence about what more threads bring in the tab."""
    found = record("lab-threads")
    gains = [describe_gain(name, times) for name, times in found["seconds_an_epoch_by_threads"].items()]
    return (
        f"- Threads in the tab: {'; '.join(gains)} (Chromium {found['chromium'].split('.')[0]}, {found['processor']}, "
        f"{found['cores']} processors, load {found['load']}, {found['date']})."
    )


def describe_gain(network: str, times: dict[str, dict[str, float]]) -> str:
    """Return what the most threads gain over one. times : median and fastest, by the number of threads"""
    one, more = times["1"], times[max(times, key=int)]
    return (
        f"{network} trains {one['fastest'] / more['fastest']:.2f} times as fast on {max(times, key=int)} as on one in "
        f"the fastest moments, {one['median'] / more['median']:.2f} times at the median ({more['median']:.2f} s an "
        "epoch of 60,000 digits)"
    )


def process_sentences() -> list[str]:
    """Return the results of whole processes: one prediction, a start, memory, the page."""
    latency, process, page = record("latency"), record("whole-process"), record("lab-page")
    equal, memory = record("engine-accuracy")["recipes"], record("memory")
    peaks = memory["peak_megabytes"].items()
    least_first = sorted((peak, PEERS.get(name, name)) for name, peak in peaks if name != "byhand numpy")
    microseconds = {name: median(times) for name, times in latency["microseconds"].items()}
    return [
        f"- A prediction for one digit, called from Python ({place(latency)}): byhand "
        f"{microseconds['byhand']:.1f} µs, onnxruntime "
        f"{microseconds['onnxruntime']:.1f} µs, PyTorch {microseconds['torch']:.1f} µs.",
        f"- `byhand train fast` as a whole process, from start to a tested model, takes "
        f"{process['byhand train fast / import torch']:.2f} times as long as `import torch`; "
        f"{median(process['training_seconds']):.2f} s of it is training ({place(process)}).",
        "- Peak resident memory of a process that trains 784-128-10 for one epoch: "
        f"{', '.join(f'{name} {peak:.0f} MB' for peak, name in least_first)} ({place(memory)}).",
        f"- The page in Chromium {page['chromium'].split('.')[0]} ({place(page)}): first paint after "
        f"{median(page['first_paint_ms']):.0f} ms, a prediction while drawing in "
        f"{page['answer_while_drawing_ms']['median']:.1f} ms, an epoch of 784-128-10 over 60,000 digits in "
        f"{page['seconds_an_epoch_of_60000']:.1f} s, and {page['examples_a_second_2_16_8_2']['median'] / 1e6:.1f} "
        f"million steps a second of 2-16-8-2 at batch size 1.",
        threads_in_the_page(),
        "- The native and the NumPy engine learn equally well: the largest difference between two means of a "
        f"recipe over five seeds is {100 * max(abs(found['difference']) for found in equal.values()):.2f} points.",
    ]
