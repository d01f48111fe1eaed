"""Put the measured figures into docs/results.md and README.md, between their markers: python tools/make_results.py

The figures come from benchmarks/records/, which benchmarks/*.py write with --record; nothing here computes anything but
medians.
"""

import json
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benchmarks" / "records"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
TINY_ERROR = 1e-4  # as in benchmarks/tables.py: so that no ratio is 0 / 0
IN_SHORT = ("sgd", "adam", "five wide", "tiny")  # the rows of the README's table
ORDER = ["vanilla", "first", "deep-dive", "fast", "draw", "digits"]


def record(name: str) -> dict[str, Any]:
    """Return one record."""
    found: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def accuracy_rows() -> list[str]:
    """Return a table row for each recipe that is tested by counting."""
    rows = []
    for name in ORDER:
        found = record(f"recipe-{name}")
        accuracy = found["test_accuracy"]
        spread = f"{percent(accuracy['min'])} – {percent(accuracy['max'])}"
        rows.append(
            f"| `{name}` | **{percent(accuracy['mean'])}** | {spread} | {len(found['seeds'])} "
            f"| {found['train_seconds']['median']:.2f} | {found['tested']} |"
        )
    return rows


def plane_rows() -> list[str]:
    """Return a table row for each pair of Gaussians."""
    rows = []
    for name in ("gaussians-16-8", "gaussians-4-4", "gaussians-16-8-equal"):
        found = record(f"recipe-{name}")
        error, excess = found["error"], found["excess_over_bayes"]
        rows.append(
            f"| `{name}` | {percent(found['bayes_error']['mean'])} | {percent(found['best_line_error']['mean'])} "
            f"| {percent(error['mean'])} | {percent(error['median'])} | {percent(excess['mean'])} "
            f"| {100 * found['share_of_failed_starts']['mean']:.0f} |"
        )
    return rows


def sentences() -> list[str]:
    """Return the results that need a sentence."""
    draw, digits, xor = record("recipe-draw"), record("recipe-digits"), record("recipe-xor")
    shares = {n: xor[f"share_of_200_starts_with_{n}_hidden_units"]["mean"] for n in (0, 2, 4, 8)}
    one, two, start = record("numpy-path-1-threads"), record("numpy-path-2-threads"), record("startup")
    moved = draw["accuracy_moved_by_3"]
    return [
        f"- `draw` on test images shifted by up to three pixels: {percent(moved['mean'])} % "
        f"({percent(moved['min'])} – {percent(moved['max'])}).",
        f"- `digits` with folds in file order, so that no writer is in two folds: "
        f"{percent(digits['accuracy_in_file_order']['mean'])} %.",
        f"- `xor`, fraction of 200 random restarts that solve it: {100 * shares[0]:.0f} % without a hidden layer, "
        f"{100 * shares[2]:.0f} % with two ReLU units, {100 * shares[4]:.0f} % with four, "
        f"{100 * shares[8]:.0f} % with eight.",
        f"- For an epoch of `vanilla` the NumPy engine takes {numpy_ratio(one, 'epoch')} times as long as PyTorch on "
        f"one thread and {numpy_ratio(two, 'epoch')} times on two; its training steps take {numpy_ratio(one, 'steps')} "
        f"and {numpy_ratio(two, 'steps')} times as long as those of a hand-written NumPy script without classes.",
        f"- From a cold start to a trained, saved and tested model: {start['medians']['byhand train']:.1f} s; "
        f"`byhand --help` {start['medians']['byhand --help']:.2f} s; `import byhand` "
        f"{1000 * (start['medians']['import byhand'] - start['medians']['python']):.0f} ms over Python's own start.",
    ]


def numpy_ratio(found: dict[str, Any], what: str) -> str:
    """Return one ratio of the record of the NumPy path: of an epoch to PyTorch's, of steps to a flat script's."""
    name = {"epoch": "byhand epoch / torch epoch", "steps": "byhand steps / flat steps"}[what]
    return f"{found['ratios'][name]:.2f}"


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


PEERS = {
    "jax scan": "JAX",
    "torch": "PyTorch",
    "torch tutorial": "as in tutorials",
    "keras": "Keras",
    "scikit-learn": "scikit-learn",
    "byhand numpy": "byhand's NumPy",
}


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


IN_PROCESSOR_TABLE = ("sgd", "adam", "deep adam", "batch 4096", "wide", "five wide", "tiny")
KERNELS_NEVER_RUN = {  # kernel → what is known of it, as long as no record's engine is of that kernel
    "avx512": "AVX-512",
    "amx": "AMX (tested in software)",
}


def epoch_records() -> list[dict[str, Any]]:
    """Return the speed records of every processor, one each, the newest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in RECORDS.glob("epochs*.json")]
    return list({one["processor"]: one for one in sorted(found, key=lambda one: one["date"])}.values())[::-1]


def processor_rows() -> list[str]:
    """Return the table of processors: how many times as long JAX takes there as byhand; then what was never run."""
    rows, records = [], epoch_records()
    for one in records:
        works = one["works"]
        ratios = [works.get(name, {}).get("times_as_long_as_byhand", {}).get("jax scan") for name in IN_PROCESSOR_TABLE]
        cells = " | ".join(f"{ratio['median']:.1f}" if ratio else "–" for ratio in ratios)
        rows.append(f"| {one['processor']}, {one['cores']} cores, {one['date']} | `{one['engine']}` | {cells} |")
    ran = {one["engine"].removeprefix("native/") for one in records}
    never = [text for kernel, text in KERNELS_NEVER_RUN.items() if kernel not in ran]
    return [
        "How many times as long as byhand JAX takes, by processor; below 1, byhand is slower:",
        "",
        f"| processor | engine | {' | '.join(IN_PROCESSOR_TABLE)} |",
        f"|---|---|{'--:|' * len(IN_PROCESSOR_TABLE)}",
        *rows,
        "",
        f"{slower_works(records)} Never timed: {', '.join([*never, 'ARM, macOS and Windows'])}.",
    ]


def shared_processors() -> str:
    """Return the sentence about other work on the machine, and about many networks at once."""
    busy, many = record("busy"), record("populations")
    slower = {peer: median(busy["busy"][peer]) / median(busy["quiet"][peer]) for peer in busy["quiet"]}
    second = median(busy["quiet"]["byhand, 1 thread"]) / median(busy["quiet"]["byhand"])
    return (
        f"- {busy['processor']}, {busy['date']}: the second thread makes an epoch {second:.2f} times as fast. Beside "
        f"one busy process per processor, an epoch takes {slower['byhand']:.1f} times as long as alone; with one "
        f"thread, {slower['byhand, 1 thread']:.1f} times; in JAX, {slower['jax scan']:.1f} times. Training "
        f"{many['seeds']} seeds of `fast` on {many['cores']} processors has {many['gain']:.2f} times the throughput "
        f"of training on one."
    )


def slower_works(records: list[dict[str, Any]]) -> str:
    """Return the sentence about the works in which some peer is faster than byhand."""
    slower = sorted(
        f"{name} ({peer} {ratios['median']:.2f})"
        for one in records
        for name, found in one["works"].items()
        for peer, ratios in found["times_as_long_as_byhand"].items()
        if ratios["median"] < 1 and not peer.startswith("byhand")
    )
    return f"Workloads in which byhand is slower: {', '.join(slower) or 'none of those measured'}."


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
        lines.append(f"- Time to {percent(float(target))} % validation accuracy: {', '.join(times)}.")
    return lines


def speed() -> list[str]:
    """Return the section on speed."""
    epochs, latency, process = record("epochs"), record("latency"), record("whole-process")
    equal, page = record("engine-accuracy")["recipes"], record("lab-page")
    peers = ", ".join(f"{name} {version}" for name, version in epochs["versions"].items())
    peaks = record("memory")["peak_megabytes"]
    least_first = sorted((peak, PEERS.get(name, name)) for name, peak in peaks.items() if name != "byhand numpy")
    microseconds = {name: median(times) for name, times in latency["microseconds"].items()}
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
        in_bf16(),
        *time_to_accuracy(),
        shared_processors(),
        f"- A prediction for one digit, called from Python: byhand {microseconds['byhand']:.1f} µs, onnxruntime "
        f"{microseconds['onnxruntime']:.1f} µs, PyTorch {microseconds['torch']:.1f} µs.",
        f"- `byhand train fast` as a whole process, from start to a tested model, takes "
        f"{process['byhand train fast / import torch']:.2f} times as long as `import torch`; "
        f"{median(process['training_seconds']):.2f} s of it is training.",
        "- Peak resident memory of a process that trains 784-128-10 for one epoch: "
        f"{', '.join(f'{name} {peak:.0f} MB' for peak, name in least_first)}.",
        f"- The page in Chromium {page['chromium'].split('.')[0]}: first paint after "
        f"{median(page['first_paint_ms']):.0f} ms, a prediction while drawing in "
        f"{page['answer_while_drawing_ms']['median']:.1f} ms, an epoch of 784-128-10 over 60,000 digits in "
        f"{page['seconds_an_epoch_of_60000']:.1f} s, and {page['examples_a_second_2_16_8_2']['median'] / 1e6:.1f} "
        f"million steps a second of 2-16-8-2 at batch size 1.",
        "- The native and the NumPy engine learn equally well: the largest difference between two means of a "
        f"recipe over five seeds is {100 * max(abs(found['difference']) for found in equal.values()):.2f} points.",
    ]


def tables_section(record: dict[str, Any]) -> list[str]:
    """Return the lines: every model's rank on the tables that no default was chosen on, then wins and losses."""
    held_out = {name: rows for name, rows in record["tables"].items() if name not in record["chosen_on"]}
    errors = {table: mean_errors(rows) for table, rows in held_out.items()}
    ranked = sorted(record["summary_of_held_out"].items(), key=lambda item: item[1]["mean_rank"])
    return [
        f"**Tables.** Every model without tuning on {len(held_out)} real tables, none of which was used to choose a "
        f"default of byhand: at most {record['rows']:,} rows of each, {record['splits']} splits, a fifth held out "
        f"(`benchmarks/tables.py`, {record['date']}, {record['processor']}). A ratio is byhand's error "
        "divided by the model's: below 1, byhand's is lower. One table with a very small error can move the geometric "
        "mean over the tables, but not the median.",
        "",
        "| model | mean rank | median ratio | geometric mean | byhand's error is lower on |",
        "|---|--:|--:|--:|--:|",
        *(table_row(name, row, errors) for name, row in ranked),
        "",
        wins_and_losses(errors),
        "",
        "Not compared: CatBoost, and RealMLP of pytabkit. Times were not measured.",
    ]


def table_row(name: str, row: dict[str, float], errors: dict[str, dict[str, float]]) -> str:
    """Return a model's row: rank, byhand's error divided by its own in two kinds of mean, tables where byhand wins."""
    ratio = statistics.median(
        max(found["byhand"], TINY_ERROR) / max(found[name], TINY_ERROR) for found in errors.values()
    )
    less = sum(found["byhand"] < found[name] for found in errors.values())
    counted = "–" if name == "byhand" else f"{less} of {len(errors)}"
    return f"| {name} | {row['mean_rank']:.2f} | {ratio:.2f} | {row['byhand_error_ratio']:.2f} | {counted} |"


def mean_errors(rows: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Return each model's mean error over the splits of a table."""
    return {model: statistics.fmean(row["error"] for row in found) for model, found in rows.items()}


def wins_and_losses(errors: dict[str, dict[str, float]]) -> str:
    """Return the sentences that name the tables where byhand's error is the lowest, and what is lower elsewhere."""
    best = {table: min(found, key=lambda name: found[name]) for table, found in errors.items()}
    won = [table for table, name in best.items() if name == "byhand"]
    lost = {table: errors[table]["byhand"] / errors[table][name] for table, name in best.items() if name != "byhand"}
    worst_first = sorted(lost, key=lambda table: -lost[table])
    named = ", ".join(f"{table} ({best[table]}, {lost[table]:.2f})" for table in worst_first)
    return (
        f"byhand's error is the lowest on {len(won)} of {len(errors)}: {', '.join(won)}. On the others, "
        f"another model's is lower; in brackets the best model, and byhand's error divided by its: {named}."
    )


def measured() -> str:
    """Return the line that says on what all this was measured."""
    machine = record("recipe-vanilla")
    return (
        f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, Python {machine['python']}, "
        f"NumPy {machine['numpy']}."
    )


def results() -> str:
    """Return the whole page of results."""
    return "\n".join(
        [
            "| recipe | mean % | min – max | seeds | training, s, one thread | tested |",
            "|---|--:|---|--:|--:|---|",
            *accuracy_rows(),
            "",
            "| Gaussians | Bayes error % | best linear error % | mean % | median % | mean excess | failed restarts % |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *plane_rows(),
            "",
            *sentences(),
            "",
            *speed(),
            "",
            *tables_section(record("tables")),
            "",
            f"{measured()} Every row is a file in `benchmarks/records/`.",
        ]
    )


def results_in_short() -> str:
    """Return the README's table: one row a workload, how many times as long the others take."""
    vanilla, works = record("recipe-vanilla")["test_accuracy"], record("epochs")["works"]
    peers = {name: title for name, title in PEERS.items() if name not in ("torch tutorial", "byhand numpy")}
    rows = []
    for name in IN_SHORT:
        found = works[name]
        ratios = [found["times_as_long_as_byhand"][peer]["median"] for peer in peers]
        title = f"{'-'.join(map(str, found['work']['sizes']))}, batch {found['work']['batch_size']}, {name}"
        cells = " | ".join(f"{ratio:.1f}×" for ratio in ratios)
        rows.append(f"| {title} | {found['median_seconds']['byhand']:.3f} s | {cells} |")
    return "\n".join(
        [
            f"Five epochs of 784-128-10 reach **{percent(vanilla['mean'])} %** on MNIST's test set "
            f"({percent(vanilla['min'])} – {percent(vanilla['max'])} over {vanilla_seeds()} seeds). Time per epoch, "
            "and how many times as long others take on the same machine:",
            "",
            f"| network | byhand | {' | '.join(peers.values())} |",
            f"|---|--:|{'--:|' * len(peers)}",
            *rows,
            "",
            f"{measured()} {elsewhere()}All results: [docs/results.md](docs/results.md).",
        ]
    )


def elsewhere() -> str:
    """Return a sentence a further processor: how many times as long JAX takes there, in the rows of the README."""
    shown, sentences = record("epochs")["processor"], []
    for other in epoch_records():
        if other["processor"] != shown and other["works"].keys() >= set(IN_SHORT):
            ratios = [other["works"][name]["times_as_long_as_byhand"]["jax scan"]["median"] for name in IN_SHORT]
            times = ", ".join(f"{ratio:.2f}" for ratio in ratios[:-1])
            sentences.append(f"On {other['processor']} JAX takes {times} and {ratios[-1]:.1f} times as long. ")
    return "".join(sentences)


def vanilla_seeds() -> int:
    """Return how many seeds `vanilla` was trained with."""
    return len(record("recipe-vanilla")["seeds"])


def with_section(text: str, section: str) -> str:
    """Return the page with the part between the markers replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def pages() -> dict[Path, str]:
    """Return what belongs between the markers of each page."""
    return {ROOT / "README.md": results_in_short(), ROOT / "docs" / "results.md": results()}


def main() -> None:
    for page, section in pages().items():
        page.write_text(with_section(page.read_text(encoding="utf-8"), section), encoding="utf-8")
        print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
